//! The dashboard, as a browser uses it.

mod browser;
mod messages;
mod portal;
mod signing_in;
mod ticket_center;
