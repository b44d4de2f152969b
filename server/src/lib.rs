//! The desk on the other side of the signature: a Ticket Center and a ticket portal to host yourself.
//!
//! The binary `ticket-center` serves the widget, the dashboard and the portal. The modules:
//!
//! - [`config`], [`clock`], [`app_state`]: the settings, the time, and the state that all parts share
//! - [`store`]: the database, SQLite or PostgreSQL; [`ids`]: the ids of its rows
//! - [`vault`], [`secrets`]: desks' secrets, encrypted at rest
//! - [`desks`], [`contacts`], [`conversations`], [`text`]: desks, their customers and what both write
//! - [`notifications`]: the mails that tell customers of replies
//! - [`portal`], [`portal_hosts`], [`tickets`]: the ticket form, its hosts, and submitted tickets
//! - [`agents`], [`passwords`], [`sessions`], [`throttle`]: agents, and how they sign in
//! - [`accounts`], [`account_mail`]: invitations and recovery, and the mails that carry their links
//! - [`origin`]: which sites may embed the widget; [`limits`]: rate limits
//! - [`api`], [`http`]: the widget's calls, and the HTTP server on top of `connections`
//! - [`command`], [`printed`]: the command line
//! - [`metrics`], [`backup`]: metrics and backups for operators

#![forbid(unsafe_code)]

pub mod account_mail;
pub mod accounts;
pub mod agents;
pub mod api;
pub mod app_state;
pub mod backup;
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
mod web;
