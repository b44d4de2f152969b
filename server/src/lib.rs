//! The desk on the other side of the signature: a Ticket Center and a ticket portal to host yourself.
//!
//! The binary `ticket-center` serves the widget, the dashboard and the portal. Modules import only from the
//! rows above their own; `tests/suite/modules.rs` checks that no imports run in a circle.
//!
//! | modules | what they do |
//! |---|---|
//! | [`clock`], [`ids`], [`text`], `folding`, [`printed`], `dns`, [`origin`] | time, ids, texts and host names; which sites may embed the widget |
//! | [`store`], [`vault`], [`passwords`], [`metrics`], [`backup`], [`mail`] | the database, encryption, password hashes, metrics, backups, the mail client |
//! | [`desks`], [`portal_hosts`], [`agents`], [`contacts`], [`spent_tokens`], [`throttle`], [`config`] | desks and their hosts, agents, customers, identity tokens that are spent, budgets of attempts, settings |
//! | [`secrets`], [`open_desks`], [`sessions`], [`customer_sessions`], [`notifications`], [`limits`] | desks' secrets and verifiers, sessions of agents and customers, mails about replies, rate limits |
//! | [`conversations`], [`tickets`], [`accounts`] | messages, portal tickets, invitations and recovery |
//! | [`app_state`], [`workers`] | the state that all parts share, and the tasks that send mail |
//! | `web`, `connections` | what all HTTP parts share, and the listener |
//! | [`api`], [`portal`], `dashboard`, `embed` | the widget's calls, the ticket form, the agents' pages, the widget's script |
//! | [`http`], [`command`] | the server, and the command line |

#![forbid(unsafe_code)]

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
pub mod customer_sessions;
mod dashboard;
pub mod desks;
mod dns;
mod embed;
mod folding;
pub mod http;
pub mod ids;
pub mod limits;
pub mod mail;
pub mod metrics;
pub mod notifications;
pub mod open_desks;
pub mod origin;
pub mod passwords;
pub mod portal;
pub mod portal_hosts;
pub mod printed;
pub mod secrets;
pub mod sessions;
pub mod spent_tokens;
pub mod store;
pub mod text;
pub mod throttle;
pub mod tickets;
pub mod vault;
mod web;
pub mod workers;
