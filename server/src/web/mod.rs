//! What all HTTP parts share: the client's address, limits, same-origin checks, errors, bodies, cookies and headers.
//!
//! `api`, `dashboard` and `portal` build on it. Each of them renders an [`Error`] in its own format.

pub(crate) mod assets;
pub(crate) mod body;
mod client;
pub(crate) mod cookies;
mod error;
mod guard;
pub(crate) mod headers;
mod health;
mod host;
mod json_error;
mod observe;
mod same_origin;

pub(crate) use client::Client;
pub(crate) use error::{Error, respond, with_code};
pub(crate) use guard::guarded;
pub(crate) use health::{is_health_check, readiness};
pub(crate) use host::{requested_host, requested_origin};
pub(crate) use json_error::{ErrorBody, JsonError};
pub(crate) use observe::{REQUEST_ID, observe};
pub(crate) use same_origin::is_same_origin;
