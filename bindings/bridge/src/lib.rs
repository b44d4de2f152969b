//! The calls of deskseal for other languages.
//!
//! Each call is a function of this crate that takes its arguments by position and returns one [`Answer`] or a
//! [`Failure`]. It is written once, for two kinds of host:
//!
//! - a host whose values Rust can read, such as Node, implements [`Arguments`];
//! - a host whose values Rust does not read passes the arguments as bytes, and gets the answer as bytes, as [`buffer`]
//!   describes them. It has [`handles`] for signers and verifiers. Java's library makes the calls with these two; a
//!   WebAssembly instance has the functions of `exports`, over a buffer in its memory.
//!
//! No call reads the clock or the environment. Random bytes come from the host, or with the feature `random` from
//! the operating system.

mod answer;
mod arguments;
pub mod buffer;
mod calls;
mod claims;
#[cfg(feature = "exports")]
pub mod exports;
mod failure;
mod functions;
pub mod handles;
mod secret;
mod signer;
mod verifier;

pub use answer::{Answer, attribute_names};
pub use arguments::Arguments;
#[cfg(feature = "random")]
pub use arguments::system_random;
pub use claims::attributes_from_parts;
pub use failure::Failure;
pub use functions::*;
pub use signer::*;
pub use verifier::*;
