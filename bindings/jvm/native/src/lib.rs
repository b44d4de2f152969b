//! The native library of the jar `deskseal`, for Java's class `com.deskseal.Native`.
//!
//! Each function takes an array with the arguments, and the number of its bytes that are used. It writes the answer
//! over the arguments and returns null or, where the answer is longer than that array, returns a new one. [`buffer`]
//! says how arguments and answers are written. An answer comes after the number that [`buffer::write`] returns, as
//! four bytes with the lowest first. A signer or a verifier is a handle, which its functions take first; a handle
//! that was freed, or that is of the other kind, is a failure.
//!
//! No function calls Java, except to read, to write and to make arrays. Functions that take secrets overwrite their
//! copy of the arguments.

#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use deskseal_bridge::buffer::{self, FlatArguments};
use deskseal_bridge::{self as bridge, Answer, Arguments as _, Failure, handles};
use jni::errors::{Error, ThrowRuntimeExAndDefault};
use jni::objects::{JByteArray, JClass};
use jni::sys::{jint, jlong};
use jni::{Env, EnvUnowned, Outcome, jni_mangle};
use zeroize::Zeroize as _;

/// The number of bytes that every array of arguments has.
const USUAL_BYTES: usize = 192;

/// Whether a function's arguments or its answer contain a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    None,
    Secret,
}

/// Answers a call. A fault of the Java machine, such as too little memory for the answer, is thrown.
fn answer<'local>(
    mut env: EnvUnowned<'local>,
    arguments: &JByteArray<'local>,
    length: jint,
    secrecy: Secrecy,
    call: impl FnOnce(&FlatArguments<'_>) -> Result<Answer, Failure>,
) -> JByteArray<'local> {
    let outcome = env.with_env(|env| -> Result<_, Error> {
        let mut read = vec![0; usize::try_from(length).unwrap_or_default()];
        arguments.get_region(env, 0, &mut read)?;
        // Copies, so that both can be overwritten.
        let mut given: Vec<u8> = read.iter().map(|byte| byte.cast_unsigned()).collect();
        // The handles are the only state that outlives a panic, and no call changes an object.
        let result = catch_unwind(AssertUnwindSafe(|| call(&FlatArguments::read(&given)?)));
        let mut answer = Vec::new();
        let count = buffer::write(result.unwrap_or(Err(Failure::Panic)), &mut answer);
        // An answer of 2 GiB is longer than every array of Java.
        let head = i32::try_from(count).unwrap_or(i32::MAX).to_le_bytes();
        let mut shown: Vec<i8> =
            head.iter().chain(&answer).map(|byte| byte.cast_signed()).collect();
        let array = written(env, arguments, &shown);
        if secrecy == Secrecy::Secret {
            read.zeroize();
            given.zeroize();
            answer.zeroize();
            shown.zeroize();
        }
        array
    });
    match outcome.into_outcome() {
        Outcome::Ok(array) => array,
        Outcome::Err(error) => env.with_env(|_| Err(error)).resolve::<ThrowRuntimeExAndDefault>(),
        Outcome::Panic(cause) => env
            .with_env(|_| -> Result<_, Error> { resume_unwind(cause) })
            .resolve::<ThrowRuntimeExAndDefault>(),
    }
}

/// Writes the answer over the arguments and returns null, or returns a new array if the answer is longer.
fn written<'local>(
    env: &mut Env<'local>,
    arguments: &JByteArray<'local>,
    answer: &[i8],
) -> Result<JByteArray<'local>, Error> {
    if answer.len() <= USUAL_BYTES {
        arguments.set_region(env, 0, answer)?;
        return Ok(JByteArray::null());
    }
    let array = JByteArray::new(env, answer.len())?;
    array.set_region(env, 0, answer)?;
    Ok(array)
}

/// Makes functions without a signer or verifier.
macro_rules! functions {
    ($($name:ident $secrecy:ident $call:expr;)*) => {$(
        #[doc = concat!("`Native.", stringify!($name), "`")]
        #[jni_mangle("com.deskseal.Native")]
        pub fn $name<'local>(
            env: EnvUnowned<'local>,
            _: JClass<'local>,
            arguments: JByteArray<'local>,
            length: jint,
        ) -> JByteArray<'local> {
            answer(env, &arguments, length, Secrecy::$secrecy, $call)
        }
    )*};
}

functions! {
    canonical_email None |given| bridge::canonical_email(given);
    canonical_host None |given| bridge::canonical_host(given);
    generate_secret Secret |given| bridge::generate_secret(given);
    public_form_url None |given| bridge::public_form_url(given);
    portal_host None |given| bridge::portal_host(given);
    response_unless_click None |given| bridge::response_unless_click(given);
    attribute_names None |given| {
        bridge::attribute_names(u8::try_from(given.integer(0)?).map_err(|_| Failure::Misuse)?)
    };
    create_signer Secret |given| {
        handles::keep_signer(bridge::create_signer(given)?).map(handle_text)
    };
    create_verifier Secret |given| {
        handles::keep_verifier(bridge::create_verifier(given)?).map(handle_text)
    };
    version None |_| Ok(Answer::Text(env!("CARGO_PKG_VERSION").to_owned()));
}

/// Returns the handle as text, which fits into Java's numbers: handles are counted from 1.
fn handle_text(handle: u64) -> Answer {
    Answer::Text(handle.to_string())
}

/// Makes functions of a signer or a verifier.
macro_rules! methods {
    ($object:path; $($name:ident $secrecy:ident;)*) => {$(
        #[doc = concat!("`Native.", stringify!($name), "`")]
        #[jni_mangle("com.deskseal.Native")]
        pub fn $name<'local>(
            env: EnvUnowned<'local>,
            _: JClass<'local>,
            handle: jlong,
            arguments: JByteArray<'local>,
            length: jint,
        ) -> JByteArray<'local> {
            answer(env, &arguments, length, Secrecy::$secrecy, |given| {
                bridge::$name(&*$object(handle.cast_unsigned())?, given)
            })
        }
    )*};
}

methods! {
    handles::signer;
    sign_email None;
    sign_user None;
    portal_link None;
    ticket_center None;
    identity None;
    identity_token None;
    ticket_center_with_token None;
    portal_link_with_token None;
}

methods! {
    handles::verifier;
    verify_email None;
    verify_user None;
    verify_link None;
    explain_email Secret;
    explain_link Secret;
    verify_identity_token None;
    explain_identity_token Secret;
}

/// Frees the signer or verifier, and overwrites its secrets.
#[jni_mangle("com.deskseal.Native")]
pub fn free<'local>(_: EnvUnowned<'local>, _: JClass<'local>, handle: jlong) {
    handles::free(handle.cast_unsigned());
}

/// A panic, for the test that Java gets a failure.
///
/// # Panics
/// Never beyond this function, which catches it.
#[cfg(feature = "panic-test")]
#[jni_mangle("com.deskseal.Panicking")]
pub fn panic<'local>(
    env: EnvUnowned<'local>,
    _: JClass<'local>,
    arguments: JByteArray<'local>,
    length: jint,
) -> JByteArray<'local> {
    answer(env, &arguments, length, Secrecy::None, |_| panic!("on purpose"))
}
