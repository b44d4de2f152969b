//! The dashboard, as a browser uses it.

mod allowed_domains;
mod authority;
pub(crate) mod browser;
mod confirmations;
mod contacts;
mod conversations;
mod identity_tokens;
mod invitations;
mod mail;
mod members;
mod portal;
mod reach;
mod recoveries;
mod search;
mod signing_in;
mod ticket_center;
pub(crate) mod tickets;
