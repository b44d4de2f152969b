//! Runs `doctor` and `scan` on files that an attacker could have written. They start no program, read only
//! regular files, never wait for a file, and escape every name that they print.

#![cfg(unix)]
#![expect(clippy::disallowed_types, reason = "the command itself, git and mkfifo")]
#![expect(clippy::disallowed_methods, reason = "scripts need paths without escapes")]

mod files;
mod names;
mod programs;
mod sandbox;
