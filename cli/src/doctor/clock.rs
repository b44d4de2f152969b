//! Compares the system's clock with what else says how late it is.

use std::fs;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use super::files::Root;
use super::finding::Finding;
use super::projects::Project;

/// By how much a portal's clock and the signer's may differ (SPEC 5.2), in seconds.
const TOLERANCE: i64 = 300;

/// What a clock that is kept right never differs by, in seconds.
const CLOSE: i64 = 30;

/// The manifests that say when somebody worked here.
const DATED: [&str; 6] =
    ["requirements.txt", "pyproject.toml", "package.json", "Gemfile", "composer.json", "manage.py"];

const FIX: &str = "Let the system keep its clock (`timedatectl set-ntp true`, or the host's own way), and \
                   never sign with a time of your own.";

/// Compares with the desk's clock, both in Unix seconds.
pub(super) fn compared(now: i64, of_desk: i64) -> Finding {
    let difference = now.saturating_sub(of_desk);
    let direction = if difference < 0 { "behind" } else { "ahead of" };
    let seconds = difference.saturating_abs();
    let message = format!("The clock is {seconds} s {direction} the desk's.");
    match seconds {
        0..=CLOSE => Finding::fine("clock_agrees", message),
        seconds if seconds < TOLERANCE => Finding::warning("clock_differs", message, FIX),
        _ => {
            let message = format!("{message} Signed links do not hold there.");
            Finding::problem("clock_wrong", message, FIX)
        }
    }
}

/// Compares with the times of files that were written before, which shows a clock that stands years back.
pub(super) fn guessed(now: i64, root: &Root, projects: &[Project]) -> Finding {
    let command = std::env::current_exe().into_iter();
    let manifests = projects.iter().flat_map(|project| {
        DATED.iter().map(|name| project.folder.join(name)).filter(|path| root.has(path))
    });
    let newest = command.chain(manifests).filter_map(|path| modified(&path)).max();
    match newest {
        Some(newest) if newest > now.saturating_add(TOLERANCE) => {
            let message = "The clock is behind: files here are from a later time.";
            Finding::problem("clock_wrong", message, FIX)
        }
        _ => Finding::note(
            "clock_plausible",
            "The clock is not before the newest file, which is all that can be known without a network.",
            "Pass the desk's address with --desk to compare with its clock.",
        ),
    }
}

fn modified(path: &PathBuf) -> Option<i64> {
    let time = fs::metadata(path).ok()?.modified().ok()?;
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}
