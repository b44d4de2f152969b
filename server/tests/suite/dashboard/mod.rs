//! The dashboard, as a browser uses it.

mod authority;
mod browser;
mod conversations;
mod messages;
mod portal;
mod signing_in;
mod ticket_center;
