//! The dashboard, as a browser uses it.

mod authority;
pub(crate) mod browser;
mod conversations;
mod mail;
mod members;
mod messages;
mod portal;
mod signing_in;
mod ticket_center;
