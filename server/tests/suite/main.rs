//! The server's behaviour, each test on SQLite and on PostgreSQL.
//!
//! The tests use the system's PostgreSQL (Debian: `apt install postgresql`): they start their own cluster and
//! stop it at the end.

#![expect(clippy::disallowed_types, reason = "the command itself, and databases")]

mod access;
mod calls;
mod connections;
mod dashboard;
mod durability;
mod embedding;
mod hostile;
mod http2;
mod identity_tokens;
mod joined_contacts;
mod logs;
mod mail_order;
mod mail_test;
mod mail_threads;
mod modules;
mod notifications;
mod operations;
mod portal;
mod postgres;
mod program;
mod retries;
mod scratch;
mod secrets;
mod server;
mod smtp;
mod transport;
mod upgrading;
mod waiting;
