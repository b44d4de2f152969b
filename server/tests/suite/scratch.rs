//! Where the tests have their databases.

use std::path::PathBuf;

use rustix::fs::statvfs;

/// Linux's folder in memory.
const MEMORY: &str = "/dev/shm";

/// Far more than the databases of all tests need, in bytes.
const ENOUGH: u64 = 8 << 30;

/// Returns a folder in memory where the system has a large one, and the usual one otherwise. Each commit is synced to the
/// disk, and while something else writes much, that takes seconds; no test needs its data after the machine has stopped.
pub(crate) fn folder() -> PathBuf {
    let is_large = statvfs(MEMORY).is_ok_and(|memory| memory.f_bavail * memory.f_frsize >= ENOUGH);
    if is_large { MEMORY.into() } else { std::env::temp_dir() }
}
