//! The PHP extension `deskseal`: functions over opaque handles. Only the library
//! `deskseal/deskseal-php` calls them. They convert arguments, call the core, and return the answer.
//!
//! The library has the classes, names, defaults and exceptions that applications use. Library and
//! extension have the same version, and these functions may change in any version.
//!
//! No function runs the caller's code, or throws for the arguments of the library: it returns a value,
//! or an object that describes an error (`answer.rs`).
//!
//! A fatal error of PHP (`memory_limit`, a timeout) leaves a function by `longjmp`, so Rust frees
//! nothing: the memory of that one call is lost, and the request ends.

#![expect(
    elided_lifetimes_in_paths,
    clippy::needless_pass_by_value,
    reason = "ext-php-rs's attributes write types without lifetimes, and pass what they have converted"
)]

mod answer;
mod attribute;
mod error;
mod module;
mod signer;
mod text;
mod verifier;

use ext_php_rs::flags::ClassFlags;

/// The engine's restrictions for an object that contains a Rust value.
const HANDLE: ClassFlags =
    ClassFlags::Final.union(ClassFlags::NotSerializable).union(ClassFlags::NoDynamicProperties);
