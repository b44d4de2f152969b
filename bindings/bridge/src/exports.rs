//! The functions that a host calls over memory, such as that of a WebAssembly instance.
//!
//! A thread has one buffer. The host asks where it is with [`deskseal_buffer`], writes the arguments into it as the
//! function's documentation lists them, calls the function with the number of bytes, and reads the answer from the
//! buffer's start. A function returns the number of the answer's bytes, minus the number of a failure's bytes, or -1
//! for nothing. An answer that is longer than the buffer moves it: the host then asks for its place again, with the
//! number of bytes.
//!
//! [`deskseal_create_signer`] and [`deskseal_create_verifier`] answer with a handle, as text. The functions of a signer
//! or a verifier take it first. A handle that was freed, or that is of the other kind, is a failure.
//!
//! Functions that take secrets overwrite them in the buffer.

#![expect(
    unsafe_code,
    reason = "a host finds functions by their names, which Rust cannot check for other uses"
)]

use std::cell::RefCell;

use zeroize::Zeroize as _;

use crate::buffer::{self, FlatArguments};
use crate::{Answer, Failure, handles};

pub use crate::signer::exports::*;
pub use crate::verifier::exports::*;

/// The buffer's first size in bytes, which is enough for every answer but an explanation.
const USUAL_BYTES: usize = 8 * 1024;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; USUAL_BYTES]);
}

/// Whether a function's arguments contain a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrecy {
    None,
    Secret,
}

/// Returns the place of this thread's buffer, after making it at least that long.
#[unsafe(no_mangle)]
pub extern "C" fn deskseal_buffer(length: usize) -> *mut u8 {
    BUFFER.with_borrow_mut(|buffer| {
        if buffer.len() < length {
            // Not `resize`, which could leave the beginning of a secret in memory that is no longer used.
            let mut grown = vec![0; length];
            grown[..buffer.len()].copy_from_slice(buffer);
            buffer.as_mut_slice().zeroize();
            *buffer = grown;
        }
        buffer.as_mut_ptr()
    })
}

/// Overwrites the buffer, after an answer that is a secret has been read.
#[unsafe(no_mangle)]
pub extern "C" fn deskseal_wipe() {
    BUFFER.with_borrow_mut(|buffer| buffer.as_mut_slice().zeroize());
}

/// Frees the signer or verifier, and overwrites its secrets.
#[unsafe(no_mangle)]
pub extern "C" fn deskseal_free(handle: u32) {
    handles::free(handle.into());
}

/// Returns the list of attribute names with this number; see [`attribute_names`](crate::attribute_names).
#[unsafe(no_mangle)]
pub extern "C" fn deskseal_attribute_names(number: u32) -> isize {
    let names = u8::try_from(number).map_err(|_| Failure::Misuse).and_then(crate::attribute_names);
    BUFFER.with_borrow_mut(|buffer| buffer::write(names, buffer))
}

/// Answers a call whose arguments are the first `length` bytes of the buffer.
pub(crate) fn answer(
    length: usize,
    secrecy: Secrecy,
    call: impl FnOnce(&FlatArguments<'_>) -> Result<Answer, Failure>,
) -> isize {
    BUFFER.with_borrow_mut(|buffer| {
        let arguments = buffer.get(..length).ok_or(Failure::Misuse);
        let result = arguments.and_then(FlatArguments::read).and_then(|arguments| call(&arguments));
        if secrecy == Secrecy::Secret {
            buffer.as_mut_slice()[..length].zeroize();
        }
        buffer::write(result, buffer)
    })
}

/// Returns the handle as text, if a host can pass it: its numbers have 32 bits.
fn handle_text(handle: u64) -> Result<Answer, Failure> {
    if u32::try_from(handle).is_err() {
        handles::free(handle);
        return Err(Failure::Misuse);
    }
    Ok(Answer::Text(handle.to_string()))
}

macro_rules! functions {
    ($count:literal; $($name:ident: $call:ident, $secrecy:ident;)*) => {
        $(
            #[doc = concat!("See [`", stringify!($call), "`](crate::", stringify!($call), ").")]
            #[unsafe(no_mangle)]
            pub extern "C" fn $name(length: usize) -> isize {
                answer(length, Secrecy::$secrecy, |arguments| crate::$call(arguments))
            }
        )*

        /// Every function without a signer or verifier: each takes the number of the arguments' bytes.
        pub const FUNCTIONS: [extern "C" fn(usize) -> isize; $count] = [$($name),*];
    };
}

functions! {
    6;
    deskseal_canonical_email: canonical_email, None;
    deskseal_canonical_host: canonical_host, None;
    deskseal_generate_secret: generate_secret, Secret;
    deskseal_public_form_url: public_form_url, None;
    deskseal_portal_host: portal_host, None;
    deskseal_response_unless_click: response_unless_click, None;
}

/// See [`create_signer`](crate::create_signer). Returns the handle as text.
#[unsafe(no_mangle)]
pub extern "C" fn deskseal_create_signer(length: usize) -> isize {
    answer(length, Secrecy::Secret, |arguments| {
        handle_text(handles::keep_signer(crate::create_signer(arguments)?)?)
    })
}

/// See [`create_verifier`](crate::create_verifier). Returns the handle as text.
#[unsafe(no_mangle)]
pub extern "C" fn deskseal_create_verifier(length: usize) -> isize {
    answer(length, Secrecy::Secret, |arguments| {
        handle_text(handles::keep_verifier(crate::create_verifier(arguments)?)?)
    })
}

/// A panic, for the tests that a host survives it.
///
/// # Panics
/// Always.
#[cfg(feature = "panic-test")]
#[unsafe(no_mangle)]
pub extern "C" fn deskseal_panic() {
    panic!("on purpose")
}
