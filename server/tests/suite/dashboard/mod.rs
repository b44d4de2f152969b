//! The dashboard, as a browser uses it.

mod browser;
mod signing_in;
