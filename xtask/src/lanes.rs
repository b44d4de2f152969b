//! Runs suites in parallel, each in its own process. The output of a suite is shown when it ends.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use fs_err::{self as fs, File};
use indicatif::{ProgressBar, ProgressStyle};

use crate::files;
use crate::process::{self, Running};
use crate::suite::{self, Suite};
use crate::workspace::Workspace;

/// The folder of the suites' logs, in cargo's target folder.
const OUTPUT: &str = "test";

/// How often the running suites are checked.
const POLL: Duration = Duration::from_millis(100);

/// How often the running suites are printed where no terminal shows them, so that a log tells where a run stopped.
const REPORT: Duration = Duration::from_secs(300);

/// A suite that has printed nothing for so long stands still: it is ended, and its output shows where. The longest
/// silence of a suite that goes on is a build from nothing.
const STANDSTILL: Duration = Duration::from_secs(30 * 60);

/// How long a suite may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(60);

/// How many characters of a suite's last line are printed.
const SHOWN: usize = 200;

/// A resource that two suites cannot use at the same time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shared {
    /// Cargo's target folder, used for most of the suite's time: two such suites would wait for its lock. A
    /// suite that builds there for a few seconds does not list it.
    Compiler,
    /// The program `deskseal`, which one suite could replace while another one starts it.
    Command,
    /// The program `ticket-center`, for the same reason.
    Server,
    /// The package of a language, which every suite that uses it builds and installs in the same folders.
    Python,
    Node,
    Ruby,
    Php,
    Go,
    Jvm,
}

/// A suite: its name, its function, and the resources that it uses.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Workspace) -> Result<()>,
    shares: &'static [Shared],
    /// Whether it runs only with `--all` or by its name.
    pub(crate) is_slow: bool,
}

impl Step {
    /// Returns a suite that can run at the same time as any other.
    pub(crate) const fn new(name: &'static str, run: fn(&Workspace) -> Result<()>) -> Self {
        Self { name, run, shares: &[], is_slow: false }
    }

    /// Sets the resources that the suite uses.
    pub(crate) const fn sharing(mut self, shares: &'static [Shared]) -> Self {
        self.shares = shares;
        self
    }

    /// Makes the suite run only with `--all` or by its name.
    pub(crate) const fn slow(mut self) -> Self {
        self.is_slow = true;
        self
    }

    fn can_run_beside(&self, other: &Self) -> bool {
        !self.shares.iter().any(|shared| other.shares.contains(shared))
    }
}

/// Returns the default number of suites that run at the same time: one for every two processors, but two on two
/// processors, since a suite waits for browsers and servers for about half of its time.
pub(crate) fn usual_number() -> usize {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    if processors < 2 { 1 } else { (processors / 2).max(2) }
}

/// Runs the suites, even if one fails, and returns them in the given order. Calls `finished` for each suite that
/// ends.
pub(crate) fn run(
    workspace: &Workspace,
    steps: &[&'static Step],
    lanes: usize,
    finished: impl Fn(&Suite) -> Result<()>,
) -> Result<Vec<Suite>> {
    let folder = workspace.target.join(OUTPUT);
    fs::create_dir_all(&folder)?;
    // A suite may build this program again and replace its file, so a copy is run.
    let program = folder.join("xtask");
    files::copy(
        &std::env::current_exe().context("cannot find this program's own file")?,
        &program,
    )?;
    let mut waiting: Vec<(usize, &Step)> = steps.iter().copied().enumerate().collect();
    let mut running: Vec<Lane> = Vec::new();
    let mut suites: Vec<(usize, Suite)> = Vec::new();
    let progress = progress()?;
    let mut reported = Instant::now();
    while suites.len() < steps.len() {
        while running.len() < lanes
            && let Some(next) = next(&waiting, &running)
        {
            let (index, step) = waiting.remove(next);
            let log = folder.join(format!("{}.log", step.name));
            match Lane::start(&program, index, step, log) {
                Ok(lane) => {
                    progress.suspend(|| println!("-> {}: started", step.name));
                    running.push(lane);
                }
                // The running suites continue.
                Err(error) => {
                    progress.suspend(|| println!("error: {error:#}"));
                    suites.push((index, Suite::ended(step.name, false, Duration::ZERO)));
                }
            }
        }
        let mut still = Vec::new();
        for mut lane in running {
            let Some(is_passed) = lane.ended()? else {
                still.push(lane);
                continue;
            };
            let suite = Suite::ended(lane.step.name, is_passed, lane.start.elapsed());
            finished(&suite)?;
            suites.push((lane.index, suite));
            let left = steps.len() - suites.len();
            progress.suspend(|| {
                lane.show_output()?;
                println!("<- {}: ended; {left} left", lane.step.name);
                anyhow::Ok(())
            })?;
        }
        running = still;
        progress.set_message(listed(&running));
        if progress.is_hidden() && reported.elapsed() >= REPORT {
            println!("   running: {}", listed(&running));
            for lane in &running {
                println!("     {}: {}", lane.step.name, lane.last_line()?);
            }
            reported = Instant::now();
        }
        thread::sleep(POLL);
    }
    progress.finish_and_clear();
    suites.sort_by_key(|(index, _)| *index);
    Ok(suites.into_iter().map(|(_, suite)| suite).collect())
}

/// Returns the first waiting suite that can run at the same time as the running ones.
fn next(waiting: &[(usize, &Step)], running: &[Lane]) -> Option<usize> {
    let is_free = |step: &Step| running.iter().all(|lane| lane.step.can_run_beside(step));
    waiting.iter().position(|(_, step)| is_free(step))
}

/// A running suite.
struct Lane {
    index: usize,
    step: &'static Step,
    start: Instant,
    log: PathBuf,
    /// The size of the log, and when it grew to it.
    grown: (u64, Instant),
    process: Running,
}

impl Lane {
    fn start(program: &Path, index: usize, step: &'static Step, log: PathBuf) -> Result<Self> {
        let output = File::create(&log)?.into_file();
        let errors = output.try_clone()?;
        let mut command = Command::new(program);
        command.args(["test", "--alone", step.name]);
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let process = Running::start(&mut command)?;
        let start = Instant::now();
        Ok(Self { index, step, start, log, grown: (0, start), process })
    }

    /// Tells whether the suite has passed, or returns `None` while it runs. If its status cannot be read, or if it
    /// stands still, it has failed.
    fn ended(&mut self) -> Result<Option<bool>> {
        let size = fs::metadata(&self.log)?.len();
        if size != self.grown.0 {
            self.grown = (size, Instant::now());
        }
        if self.grown.1.elapsed() < STANDSTILL {
            return Ok(self
                .process
                .try_end()
                .map_or(Some(false), |status| Some(status?.success())));
        }
        println!("error: {} stands still; what runs is:", self.step.name);
        // Without this program, the output is still there.
        let _ = process::run(Command::new("ps").args(["-eo", "pid,ppid,stat,etimes,args"]));
        self.stop();
        Ok(Some(false))
    }

    /// Asks the suite to end as Ctrl-C does, so that it ends its own children, and waits for it.
    fn stop(&mut self) {
        let is_running = |process: &mut Running| matches!(process.try_end(), Ok(None));
        if is_running(&mut self.process) && self.process.interrupt().is_ok() {
            let deadline = Instant::now() + GRACE;
            while is_running(&mut self.process) && Instant::now() < deadline {
                thread::sleep(POLL);
            }
        }
    }

    /// Returns the last line of the output so far, which names a test that has been running for long.
    fn last_line(&self) -> Result<String> {
        let output = fs::read(&self.log)?;
        let output = String::from_utf8_lossy(&output);
        Ok(output.trim_end().lines().next_back().unwrap_or_default().chars().take(SHOWN).collect())
    }

    fn show_output(&self) -> Result<()> {
        io::copy(&mut File::open(&self.log)?, &mut io::stdout())
            .context("cannot show a suite's output")?;
        Ok(())
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Returns the line at the bottom of a terminal that lists the running suites.
fn progress() -> Result<ProgressBar> {
    Ok(ProgressBar::new_spinner().with_style(ProgressStyle::with_template("running: {msg}")?))
}

/// Returns the running suites with their durations.
fn listed(running: &[Lane]) -> String {
    let shown = |lane: &Lane| format!("{} {} s", lane.step.name, lane.start.elapsed().as_secs());
    running.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// Runs one suite in this process, which another run has started.
pub(crate) fn run_alone(workspace: &Workspace, step: &Step) -> Result<()> {
    let suite = Suite::run(step.name, || (step.run)(workspace));
    suite::only_passed(&[suite])
}
