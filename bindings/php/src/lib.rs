//! The PHP extension `deskseal`: functions over opaque handles, which the library
//! `deskseal/deskseal-php` alone calls. They convert arguments, call the core, and answer.
//!
//! The library has the classes, names, defaults and exceptions that applications use. What these
//! functions take and return may change in any version, and the two have the same version.
//!
//! None of them runs code of the caller's, or throws for what was passed by the library: an answer is
//! a value, or an object that says why there is none (`answer.rs`).
//!
//! A fatal error of PHP (`memory_limit`, a timeout) leaves a function by `longjmp`, past what Rust
//! holds: the memory of that one call is lost, and the request is over.

#![expect(
    elided_lifetimes_in_paths,
    clippy::needless_pass_by_value,
    reason = "ext-php-rs's attributes write types without lifetimes, and pass what they have converted"
)]

mod answer;
mod error;
mod module;
mod signer;
mod text;
mod verifier;

use ext_php_rs::flags::ClassFlags;

/// What the engine allows with an object that holds a value of Rust.
const HANDLE: ClassFlags =
    ClassFlags::Final.union(ClassFlags::NotSerializable).union(ClassFlags::NoDynamicProperties);
