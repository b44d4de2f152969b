//! The Zend engine, made safe: calls and their arguments, classes and their objects, exceptions.
//!
//! All of the binding's unsafe code is here. ext-php-rs has attributes that write such code, but they
//! know no union types, typed properties or attributes of parameters, and their objects can be cloned
//! and constructed twice.
//!
//! A fatal error of PHP (`memory_limit`, a timeout) leaves an engine's function by `longjmp`, past what
//! Rust holds: the memory of that one call is lost, and the request is over.

#![expect(unsafe_code, reason = "the Zend engine is a C interface")]

mod call;
mod class;
mod module;
mod object;
mod outside;
mod sys;
mod thrown;
mod value;

pub(crate) use call::{Argument, Call, Entry, constructor, function, maker, method};
pub(crate) use class::{Class, ClassHandle, Fields, Registration};
pub(crate) use object::{field, fields_by_name, object, private_constructor};
pub(crate) use outside::{getenv, in_superglobal, unix_seconds};
pub(crate) use thrown::{
    exception_code, exception_constructor, throw_error, throw_random_exception, throw_refusal,
    throw_runtime_exception,
};
pub(crate) use value::{index, integer, list, map, text};
