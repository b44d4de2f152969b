//! Checks the system's clock against the desk's clock, or against the times of files.

use std::fs;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use super::files::Root;
use super::finding::Finding;
use super::projects::Project;

/// The largest difference between the clocks of portal and signer, in seconds (SPEC 5.2).
const TOLERANCE: i64 = 300;

/// A difference that needs no warning, in seconds.
const SMALL_DIFFERENCE: i64 = 30;

/// The files whose time of modification shows when a developer last worked on the project.
const DATED_FILES: [&str; 7] = [
    "requirements.txt",
    "pyproject.toml",
    "package.json",
    "Gemfile",
    "composer.json",
    "go.mod",
    "manage.py",
];

const FIX: &str = "Synchronize the system's clock (`timedatectl set-ntp true`, or your host's setting), and \
                   do not pass a timestamp of your own when you sign.";

/// Compares the system's clock with the desk's, both in Unix seconds.
pub(super) fn compare_with_desk(now: i64, desk_now: i64) -> Finding {
    let difference = now.saturating_sub(desk_now);
    let direction = if difference < 0 { "behind" } else { "ahead of" };
    let seconds = difference.saturating_abs();
    let message = format!("This machine's clock is {seconds} s {direction} the desk's clock.");
    match seconds {
        0..=SMALL_DIFFERENCE => Finding::ok("clock_agrees", message),
        seconds if seconds < TOLERANCE => Finding::warning("clock_differs", message, FIX),
        _ => {
            let message = format!("{message} The desk rejects signed links.");
            Finding::problem("clock_wrong", message, FIX)
        }
    }
}

/// Compares the system's clock with the times of files, which shows a clock that is far behind.
pub(super) fn compare_with_files(now: i64, root: &Root, projects: &[Project]) -> Finding {
    let command = std::env::current_exe().into_iter();
    let manifests = projects.iter().flat_map(|project| {
        DATED_FILES.iter().map(|name| project.folder.join(name)).filter(|path| root.has(path))
    });
    let newest = command.chain(manifests).filter_map(|path| modified(&path)).max();
    match newest {
        Some(newest) if newest > now.saturating_add(TOLERANCE) => {
            let message = "This machine's clock is behind: a file here has a later time.";
            Finding::problem("clock_wrong", message, FIX)
        }
        _ => Finding::note(
            "clock_plausible",
            "This machine's clock is not behind the newest file. Without a network, no more can be checked.",
            "To compare with the desk's clock, pass the desk's address with --desk.",
        ),
    }
}

fn modified(path: &PathBuf) -> Option<i64> {
    let time = fs::metadata(path).ok()?.modified().ok()?;
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}
