//! The desk on the other side of the signature: a Ticket Center and a ticket portal to host yourself.
//!
//! One binary, `ticket-center`, answers the calls of the embedded Ticket Center. Which module holds
//! what:
//!
//! - [`config`], [`clock`], [`center`]: how a server is set up, and what its parts share
//! - [`store`]: the database, SQLite or PostgreSQL; [`ids`]: what its rows are called
//! - [`vault`], [`secrets`]: desks' secrets, encrypted at rest
//! - [`desks`], [`contacts`], [`conversations`], [`text`]: what a desk knows and does
//! - [`notifications`]: the mails that tell contacts of replies
//! - [`portal`], [`portal_hosts`], [`tickets`]: the form for tickets, where a desk has it, and what comes in
//! - [`agents`], [`passwords`], [`sessions`], [`throttle`]: who answers, and how they sign in
//! - [`accounts`], [`account_mail`]: invitations and recovery, and the mails that carry their links
//! - [`origin`]: which sites may embed it; [`limits`]: how much one may ask for
//! - [`api`], [`http`]: the calls, and how they come in, over `connections` within bounds
//! - [`command`], [`printed`]: the command line
//! - [`metrics`], [`backup`]: what an operator looks at, and keeps

#![forbid(unsafe_code)]

pub mod account_mail;
pub mod accounts;
pub mod agents;
pub mod api;
mod assets;
pub mod backup;
pub mod center;
pub mod clock;
pub mod command;
pub mod config;
mod connections;
pub mod contacts;
pub mod conversations;
mod dashboard;
pub mod desks;
mod embed;
mod folding;
pub mod http;
pub mod ids;
pub mod limits;
pub mod metrics;
pub mod notifications;
pub mod origin;
pub mod passwords;
pub mod portal;
pub mod portal_hosts;
pub mod printed;
pub mod secrets;
pub mod sessions;
pub mod store;
pub mod text;
pub mod throttle;
pub mod tickets;
pub mod vault;
