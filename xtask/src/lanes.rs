//! Suites side by side: each one is a process of its own, and its output is shown whole when it ends.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::files;
use crate::process::Running;
use crate::suite::{self, Suite};
use crate::workspace::Workspace;

/// Where the output of each suite goes, in cargo's target folder.
const OUTPUT: &str = "test";

/// How often the suites that run are asked whether they have ended.
const POLL: Duration = Duration::from_millis(100);

/// What two suites cannot use at the same time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shared {
    /// Cargo's own target folder, for most of the suite's time: two of these would wait for each other's
    /// lock. A suite that builds there for seconds only does not name it.
    Compiler,
    /// The command's program, which one suite may replace while another one starts it.
    Command,
    /// The server's program, likewise.
    Server,
    /// A language's package, which each suite that uses it builds and installs in the same folders.
    Python,
    Node,
    Ruby,
    Php,
}

/// A suite: its name, what it runs, and what it shares with others.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Workspace) -> Result<()>,
    shares: &'static [Shared],
    /// Whether only `--all`, or its name, makes it run.
    pub(crate) is_slow: bool,
}

impl Step {
    /// Returns a suite that can run beside every other.
    pub(crate) const fn new(name: &'static str, run: fn(&Workspace) -> Result<()>) -> Self {
        Self { name, run, shares: &[], is_slow: false }
    }

    /// Lets no suite run beside it that uses one of the same.
    pub(crate) const fn sharing(mut self, shares: &'static [Shared]) -> Self {
        self.shares = shares;
        self
    }

    /// Leaves it to `--all`.
    pub(crate) const fn slow(mut self) -> Self {
        self.is_slow = true;
        self
    }

    fn can_run_beside(&self, other: &Self) -> bool {
        !self.shares.iter().any(|shared| other.shares.contains(shared))
    }
}

/// Returns how many suites run at once, unless the user says so: two where there are two processors, since
/// about half of a run waits for browsers and servers, and else one for every two processors.
pub(crate) fn usual_number() -> usize {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    if processors < 2 { 1 } else { (processors / 2).max(2) }
}

/// Runs the suites, also after one that fails, and returns them in the order given. `finished` is told of each
/// one that ends.
pub(crate) fn run(
    workspace: &Workspace,
    steps: &[&'static Step],
    lanes: usize,
    finished: impl Fn(&Suite) -> Result<()>,
) -> Result<Vec<Suite>> {
    let folder = workspace.target.join(OUTPUT);
    std::fs::create_dir_all(&folder).context("cannot make a folder for the suites' output")?;
    // A suite may build this program again, in the place of the one that runs.
    let program = folder.join("xtask");
    files::copy(&std::env::current_exe().context("this program has no file")?, &program)?;
    let mut waiting: Vec<(usize, &Step)> = steps.iter().copied().enumerate().collect();
    let mut running: Vec<Lane> = Vec::new();
    let mut suites: Vec<(usize, Suite)> = Vec::new();
    let mut progress = Progress::new();
    while suites.len() < steps.len() {
        while running.len() < lanes
            && let Some(next) = next(&waiting, &running)
        {
            let (index, step) = waiting.remove(next);
            let log = folder.join(format!("{}.log", step.name));
            match Lane::start(&program, index, step, log) {
                Ok(lane) => {
                    progress.say(&format!("-> {}: started", step.name))?;
                    running.push(lane);
                }
                // The others that run are still awaited.
                Err(error) => {
                    progress.say(&format!("error: {error:#}"))?;
                    suites.push((index, Suite::ended(step.name, false, Duration::ZERO)));
                }
            }
        }
        let mut still = Vec::new();
        for mut lane in running {
            let Some(is_passed) = lane.ended() else {
                still.push(lane);
                continue;
            };
            progress.clear()?;
            lane.show_output()?;
            let suite = Suite::ended(lane.step.name, is_passed, lane.start.elapsed());
            finished(&suite)?;
            suites.push((lane.index, suite));
            let left = steps.len() - suites.len();
            progress.say(&format!("<- {}: ended; {left} to go", lane.step.name))?;
        }
        running = still;
        progress.show(&running)?;
        thread::sleep(POLL);
    }
    progress.clear()?;
    suites.sort_by_key(|(index, _)| *index);
    Ok(suites.into_iter().map(|(_, suite)| suite).collect())
}

/// Returns the first suite that can run beside those that run.
fn next(waiting: &[(usize, &Step)], running: &[Lane]) -> Option<usize> {
    let is_free = |step: &Step| running.iter().all(|lane| lane.step.can_run_beside(step));
    waiting.iter().position(|(_, step)| is_free(step))
}

/// A suite that runs.
struct Lane {
    index: usize,
    step: &'static Step,
    start: Instant,
    log: PathBuf,
    process: Running,
}

impl Lane {
    fn start(program: &Path, index: usize, step: &'static Step, log: PathBuf) -> Result<Self> {
        let shown = || format!("cannot write {}", log.display());
        let output = File::create(&log).with_context(shown)?;
        let errors = output.try_clone().with_context(shown)?;
        let mut command = Command::new(program);
        command.args(["test", "--alone", step.name]);
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let process = Running::start(&mut command)?;
        Ok(Self { index, step, start: Instant::now(), log, process })
    }

    /// Tells whether the suite has passed, if it has ended. A suite that cannot be asked has failed.
    fn ended(&mut self) -> Option<bool> {
        self.process.try_end().map_or(Some(false), |status| Some(status?.success()))
    }

    fn show_output(&self) -> Result<()> {
        let mut log =
            File::open(&self.log).with_context(|| format!("cannot read {}", self.log.display()))?;
        io::copy(&mut log, &mut io::stdout()).context("cannot show a suite's output")?;
        Ok(())
    }
}

/// A suite that is not awaited any more ends as by Ctrl-C: only then it ends its own children.
#[cfg(unix)]
impl Drop for Lane {
    fn drop(&mut self) {
        let is_running = |process: &mut Running| matches!(process.try_end(), Ok(None));
        if is_running(&mut self.process) && self.process.interrupt().is_ok() {
            while is_running(&mut self.process) {
                thread::sleep(POLL);
            }
        }
    }
}

/// The line at the bottom of a terminal that says what runs.
struct Progress {
    is_terminal: bool,
    shown: String,
}

impl Progress {
    fn new() -> Self {
        Self { is_terminal: io::stdout().is_terminal(), shown: String::new() }
    }

    /// Shows what runs, and since when, if that has changed.
    fn show(&mut self, running: &[Lane]) -> Result<()> {
        if !self.is_terminal {
            return Ok(());
        }
        let shown =
            |lane: &Lane| format!("{} {} s", lane.step.name, lane.start.elapsed().as_secs());
        let line = running.iter().map(shown).collect::<Vec<_>>().join(", ");
        if line != self.shown {
            self.clear()?;
            print!("running: {line}");
            io::stdout().flush()?;
            self.shown = line;
        }
        Ok(())
    }

    /// Makes room for lines that stay.
    fn clear(&mut self) -> Result<()> {
        if !self.shown.is_empty() {
            print!("\r\x1b[2K");
            io::stdout().flush()?;
            self.shown.clear();
        }
        Ok(())
    }

    fn say(&mut self, line: &str) -> Result<()> {
        self.clear()?;
        println!("{line}");
        Ok(())
    }
}

/// Runs one suite in this process, for the run that has started it.
pub(crate) fn run_alone(workspace: &Workspace, step: &Step) -> Result<()> {
    let suite = Suite::run(step.name, || (step.run)(workspace));
    suite::only_passed(&[suite])
}
