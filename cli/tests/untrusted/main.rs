//! What a checked-out repository, or a folder from anywhere, may make `doctor` and `scan` do: read small and
//! regular files, and print their names escaped. No program is started, and no file holds them up.

#![cfg(unix)]
#![expect(
    clippy::disallowed_types,
    reason = "the command itself, and git, which makes repositories"
)]
#![expect(clippy::disallowed_methods, reason = "paths in scripts are written as they are")]

mod files;
mod names;
mod place;
mod programs;
