//! Runs child processes. On failure and on Ctrl-C, all of them end, with their own children.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// The running process groups, by their leader's id.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Whether this process is ending, and starts no more children. It is set while `RUNNING` is locked.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// The exit code of a shell for a command that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// How often a child with a deadline is checked.
const POLL: Duration = Duration::from_millis(5);

/// Makes Ctrl-C and SIGTERM end every child before this process.
pub(crate) fn end_children_when_interrupted() -> Result<()> {
    ctrlc::set_handler(|| {
        let groups: Vec<u32> = {
            let mut running = running();
            IS_ENDING.store(true, Ordering::Relaxed);
            running.drain(..).collect()
        };
        for group in &groups {
            end_group(*group);
        }
        for group in &groups {
            wait_for_leader(*group);
        }
        std::process::exit(INTERRUPTED);
    })
    .context("cannot handle Ctrl-C")
}

/// A child process. Dropping it ends the process, if it still runs.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Starts the command in its own process group, so that its children can be ended with it.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // The lock is held until the child is listed, so that the Ctrl-C handler misses no child.
        let mut running = running_unless_ending();
        let child = command.spawn().with_context(|| format!("cannot start {}", shown(command)))?;
        running.push(child.id());
        drop(running);
        Ok(Self { child })
    }

    /// Waits until the child ends.
    pub(crate) fn end(mut self) -> Result<ExitStatus> {
        let status = self.child.wait().context("cannot wait for a child process")?;
        self.forget();
        Ok(status)
    }

    /// Waits until the child ends. At the deadline, ends it and returns `None`.
    pub(crate) fn end_by(mut self, deadline: Instant) -> Result<Option<ExitStatus>> {
        loop {
            if let Some(status) = self.try_end()? {
                return Ok(Some(status));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            thread::sleep(POLL);
        }
    }

    /// Asks the child to end as Ctrl-C does, so that it can end its own children.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) -> Result<()> {
        let pid = pid_of(self.child.id()).context("the child process has no id")?;
        Ok(rustix::process::kill_process(pid, rustix::process::Signal::INT)?)
    }

    /// Only Unix has a signal for this.
    #[cfg(not(unix))]
    pub(crate) fn interrupt(&self) -> Result<()> {
        bail!("this system cannot interrupt process {}", self.child.id())
    }

    /// Returns the child's exit status, or `None` while it runs.
    pub(crate) fn try_end(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait().context("cannot wait for a child process")?;
        if status.is_some() {
            self.forget();
        }
        Ok(status)
    }

    fn forget(&self) {
        running_unless_ending().retain(|group| *group != self.child.id());
    }
}

impl Deref for Running {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.child
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = self.child.id();
        let is_ended = !running().contains(&group);
        if is_ended {
            return;
        }
        end_group(group);
        // If the child cannot be ended, nothing else can be done.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.forget();
    }
}

/// Runs the command, and shows its output on the terminal.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = Running::start(command.stdin(Stdio::null()))?.end()?;
    if status.success() { Ok(()) } else { bail!("{} failed: {status}", shown(command)) }
}

/// Prints the command, then runs it.
pub(crate) fn run_shown(command: &mut Command) -> Result<()> {
    println!("   {}", shown(command));
    run(command)
}

/// Runs the command in the terminal's foreground, so that it can ask for a password.
pub(crate) fn run_in_foreground(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    if status.success() { Ok(()) } else { bail!("{} failed: {status}", shown(command)) }
}

/// The output and the exit status of a command.
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the command and returns its output, whether it succeeds or not.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    Ok(Output {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Runs the command, which must succeed, and returns its standard output without the last line feed.
pub(crate) fn answer(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    if output.status.success() {
        return Ok(output.stdout.trim_end_matches('\n').to_owned());
    }
    bail!("{} failed: {}\n{}", shown(command), output.status, output.stderr.trim_end())
}

/// Returns the command as typed in a shell, without its environment.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    let words = words.iter().map(AsRef::as_ref);
    shlex::Quoter::new().allow_nul(true).join(words).unwrap_or_default()
}

fn running() -> MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the running process groups. While this process is ending, it never returns: a child that Ctrl-C
/// ended must neither be reported as a failure nor be followed by the next one.
fn running_unless_ending() -> MutexGuard<'static, Vec<u32>> {
    loop {
        let running = running();
        if !IS_ENDING.load(Ordering::Relaxed) {
            return running;
        }
        drop(running);
        thread::park();
    }
}

#[cfg(unix)]
fn end_group(group: u32) {
    if let Some(pid) = pid_of(group) {
        // The group may have ended in the meantime.
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::TERM);
    }
}

#[cfg(unix)]
fn pid_of(id: u32) -> Option<rustix::process::Pid> {
    i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw)
}

/// Waits until the group's leader has ended.
#[cfg(unix)]
fn wait_for_leader(group: u32) {
    // If another thread waits for it too, that thread may get the status; both return when it has ended.
    let _ = rustix::process::waitpid(pid_of(group), rustix::process::WaitOptions::empty());
}

#[cfg(not(unix))]
fn end_group(_group: u32) {}

#[cfg(not(unix))]
fn wait_for_leader(_group: u32) {}
