//! Calls every function of the bridge that takes arguments, with the arguments that libFuzzer makes up.
//!
//! An input is a letter for the function, and the arguments. Each argument ends with the byte [`END`], which is in no
//! well-formed text, and starts with a letter for its type.

#![no_main]
#![expect(unsafe_code, reason = "a host reads and writes the buffer by its address")]

use deskseal_bridge::exports::{
    FUNCTIONS, SIGNER_FUNCTIONS, VERIFIER_FUNCTIONS, deskseal_buffer, deskseal_create_signer,
    deskseal_create_verifier, deskseal_free,
};
use libfuzzer_sys::fuzz_target;

/// Ends an argument, and an element of a list.
const END: u8 = 0xFF;
const ELEMENT_END: u8 = 0xFE;

const SECRET: &[u8] = b"example-secret-for-documentation";

type Function = extern "C" fn(usize) -> isize;
type Method = extern "C" fn(u32, usize) -> isize;

const CREATE: [Function; 2] = [deskseal_create_signer, deskseal_create_verifier];

fuzz_target!(|input: &[u8]| {
    let Some((letter, arguments)) = input.split_first() else { return };
    let arguments = written(arguments, END);
    let number = usize::from(letter.wrapping_sub(b'a'));
    if let Some(function) = FUNCTIONS.get(number) {
        answer(function(write(&arguments)));
    } else if let Some(create) = CREATE.get(number - FUNCTIONS.len()) {
        if let Some(handle) = answer(create(write(&arguments))) {
            deskseal_free(handle.parse().expect("the answer is a handle"));
        }
    } else if let Some((create, method)) = methods().nth(number - FUNCTIONS.len() - CREATE.len()) {
        let handle = object(create);
        answer(method(handle, write(&arguments)));
        deskseal_free(handle);
    }
});

/// Returns the functions of signers and verifiers, each with the function that creates one.
fn methods() -> impl Iterator<Item = (Function, Method)> {
    let [signer, verifier] = CREATE;
    let signing = SIGNER_FUNCTIONS.map(|function| (signer, function));
    signing.into_iter().chain(VERIFIER_FUNCTIONS.map(|function| (verifier, function)))
}

/// Creates a signer or a verifier, and returns its handle.
fn object(create: Function) -> u32 {
    // No names of variables, the secret; no previous secrets, no expiries, the usual tolerance.
    let arguments = [b"l\xFFlt", SECRET, b"\xFFl\xFFl\xFF-\xFF"].concat();
    let handle = answer(create(write(&written(&arguments, END))));
    handle.and_then(|handle| handle.parse().ok()).expect("the arguments are valid")
}

/// Returns the arguments as a host writes them.
fn written(arguments: &[u8], end: u8) -> Vec<u8> {
    let arguments = arguments.strip_suffix(&[end]).unwrap_or(arguments);
    arguments.split(|byte| *byte == end).flat_map(argument).collect()
}

fn argument(argument: &[u8]) -> Vec<u8> {
    let (letter, content) = argument.split_first().unwrap_or((&b'-', &[]));
    match letter {
        b'-' => u32::MAX.to_le_bytes().to_vec(),
        b't' => with_length(content),
        b'l' if content.is_empty() => with_length(&[]),
        b'l' => with_length(&written(content, ELEMENT_END)),
        b'f' => with_length(&[u8::from(content.is_empty())]),
        b'n' => {
            let number = str::from_utf8(content).ok().and_then(|digits| digits.parse().ok());
            with_length(&number.unwrap_or(0_i64).to_le_bytes())
        }
        // What no host writes.
        _ => argument.to_vec(),
    }
}

fn with_length(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("an input is short");
    [&length.to_le_bytes(), content].concat()
}

/// Writes the arguments into the buffer, and returns their number of bytes.
fn write(arguments: &[u8]) -> usize {
    let buffer = deskseal_buffer(arguments.len());
    // SAFETY: the buffer is this thread's, and at least that long.
    unsafe { buffer.copy_from_nonoverlapping(arguments.as_ptr(), arguments.len()) };
    arguments.len()
}

/// Returns the answer, or `None` for nothing and for a failure. An answer has to be text, and a failure four parts.
fn answer(count: isize) -> Option<String> {
    if count == -1 {
        return None;
    }
    let buffer = deskseal_buffer(count.unsigned_abs());
    // SAFETY: the buffer is this thread's, at least that long, and initialised.
    let bytes = unsafe { std::slice::from_raw_parts(buffer, count.unsigned_abs()) };
    let text = str::from_utf8(bytes).expect("the answer is text");
    if count >= 0 {
        return Some(text.to_owned());
    }
    let parts: Vec<&str> = text.split_terminator('\0').collect();
    let is_kind = ["secret", "input", "verification", "internal"].contains(&parts[0]);
    assert!(is_kind && parts.len() == 4, "{parts:?}");
    None
}
