//! JavaScript functions with a state in Rust: their arguments and their answers.
//!
//! napi-rs converts all values except strings, for which it makes two calls of Node-API. Its own functions
//! allocate memory for the arguments of each call, so this module defines functions itself. The binding has no
//! unsafe code elsewhere.

#![expect(unsafe_code, reason = "Node-API is a C interface")]

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use deskseal::{AttributeValue, Parameter, Signature};
use deskseal_bridge::{Answer, Arguments, Failure, attributes_from_parts, system_random};
use napi::bindgen_prelude::{
    Array, FromNapiValue, JsValue as _, Null, Object, ToNapiValue as _, Unknown,
};
use napi::{Env, JsString, ValueType, sys};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::error::{misuse, throw};

/// The number of arguments of the longest call, `ticketCenterWithToken`.
const MAX_ARGUMENTS: usize = 16;

/// The usual size of a buffer on the stack. Longer texts are read again, into allocated memory.
const SHORT_BYTES: usize = 128;

/// The size of a buffer on the stack for an identity token or its attributes.
const TOKEN_BYTES: usize = 1024;

/// The number of hexadecimal digits of a signature.
const SIGNATURE_DIGITS: usize = 64;

/// The longest UTF-8 sequence. Node-API writes whole characters only, so a full buffer can have up to three
/// unused bytes.
const MAX_CHARACTER_BYTES: usize = 4;

/// A function: takes the call, and returns the JavaScript value.
pub(crate) type Function = fn(&Call) -> Result<sys::napi_value, Failure>;

/// A function of a signer or verifier: takes that and the call, and returns the answer.
type Method<State> = fn(&State, &Call) -> Result<Answer, Failure>;

/// What a JavaScript function runs; the target of its data pointer.
type Body = Box<dyn Fn(&Call) -> Result<sys::napi_value, Failure>>;

/// A call of a function, with its arguments. It exists only while the function runs.
pub(crate) struct Call {
    env: Env,
    arguments: [sys::napi_value; MAX_ARGUMENTS],
    count: usize,
}

/// The memory for a text that is not a secret.
pub(crate) struct Buffer<const BYTES: usize> {
    short: [u8; BYTES],
    long: String,
}

#[napi(module_exports)]
pub(crate) fn register(mut exports: Object<'_>, env: Env) -> napi::Result<()> {
    for &(name, body) in crate::FUNCTIONS {
        exports.set(name, function(env, Box::new(body))?)?;
    }
    Ok(())
}

/// Returns a JavaScript function that owns the body.
fn function(env: Env, body: Body) -> napi::Result<sys::napi_value> {
    let data = Box::into_raw(Box::new(body)).cast();
    let mut function = ptr::null_mut();
    // SAFETY: `env` is the running call's. `data` is what `enter` expects, and is valid until `release` runs, after
    // which the function cannot be called.
    let status = unsafe {
        let status = sys::napi_create_function(
            env.raw(),
            ptr::null(),
            0,
            Some(enter),
            data,
            &raw mut function,
        );
        let status = match status {
            sys::Status::napi_ok => sys::napi_wrap(
                env.raw(),
                function,
                data,
                Some(release),
                ptr::null_mut(),
                ptr::null_mut(),
            ),
            failed => failed,
        };
        if status != sys::Status::napi_ok {
            release(env.raw(), data, ptr::null_mut());
        }
        status
    };
    done(status).map(|()| function)
}

/// Drops a function's body.
unsafe extern "C" fn release(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: `function` made the box, and Node-API runs this once.
    drop(unsafe { Box::from_raw(data.cast::<Body>()) });
}

/// Runs a function's body. No panic leaves it: it becomes an `Error` that JavaScript can catch.
unsafe extern "C" fn enter(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let mut data = ptr::null_mut();
    let mut count = MAX_ARGUMENTS;
    let mut arguments = [ptr::null_mut(); MAX_ARGUMENTS];
    // SAFETY: `env` and `info` are the running call's, and `arguments` has `count` elements. `function` set the data
    // to a `Body`, which is valid as long as the function that is being called.
    let body = unsafe {
        let status = sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
            &raw mut data,
        );
        if status != sys::Status::napi_ok {
            return ptr::null_mut();
        }
        &*data.cast::<Body>()
    };
    let env = Env::from_raw(env);
    let call = Call { env, arguments, count };
    let thrown = match catch_unwind(AssertUnwindSafe(|| body(&call))) {
        Ok(Ok(value)) => return value,
        Ok(Err(failure)) => throw(&failure, env),
        Err(_) => throw(&Failure::Panic, env),
    };
    // If throwing fails, another exception is pending already.
    let _ = thrown;
    ptr::null_mut()
}

fn done(status: sys::napi_status) -> napi::Result<()> {
    match status {
        sys::Status::napi_ok => Ok(()),
        failed => Err(napi::Error::from_status(failed.into())),
    }
}

/// Returns the signature's digits followed by the text, as one string. Short texts need no allocation.
fn signed(env: Env, signature: &Signature, text: &str) -> napi::Result<sys::napi_value> {
    let mut digits = [0; SIGNATURE_DIGITS];
    let digits = signature.write_hex(&mut digits);
    let mut joined = [0; SIGNATURE_DIGITS + SHORT_BYTES];
    match joined.get_mut(..SIGNATURE_DIGITS + text.len()) {
        Some(joined) if text.is_ascii() => {
            let (start, end) = joined.split_at_mut(SIGNATURE_DIGITS);
            start.copy_from_slice(digits.as_bytes());
            end.copy_from_slice(text.as_bytes());
            Ok(env.create_string_latin1(joined)?.raw())
        }
        _ => Ok(env.create_string([digits, text].concat())?.raw()),
    }
}

impl<const BYTES: usize> Default for Buffer<BYTES> {
    fn default() -> Self {
        Self { short: [0; BYTES], long: String::new() }
    }
}

impl Call {
    /// Returns an answer as a JavaScript value.
    pub(crate) fn answer(&self, answer: Answer) -> Result<sys::napi_value, Failure> {
        self.value_of(answer).map_err(misuse)
    }

    fn value_of(&self, answer: Answer) -> napi::Result<sys::napi_value> {
        let env = self.env;
        Ok(match answer {
            Answer::Nothing => Null.into_unknown(&env)?.raw(),
            // ASCII is Latin-1, which needs no decoding.
            Answer::Text(text) if text.is_ascii() => env.create_string_latin1(text)?.raw(),
            Answer::Text(text) => env.create_string(text)?.raw(),
            Answer::Signed(signature, text) => signed(env, &signature, &text)?,
            Answer::Secret(secret) => env.create_string(&*secret)?.raw(),
            Answer::Texts(texts) => Array::from_vec(&env, texts)?.raw(),
        })
    }

    /// Returns an object whose functions own the signer or verifier together.
    pub(crate) fn object<State: 'static, const COUNT: usize>(
        &self,
        state: State,
        methods: [(&str, Method<State>); COUNT],
    ) -> Result<sys::napi_value, Failure> {
        let state = Rc::new(state);
        let mut object = Object::new(&self.env).map_err(misuse)?;
        for (name, method) in methods {
            let state = Rc::clone(&state);
            let body: Body = Box::new(move |call| call.answer(method(&state, call)?));
            let function = function(self.env, body).map_err(misuse)?;
            object.set(camel_case(name), function).map_err(misuse)?;
        }
        Ok(object.raw())
    }

    /// Returns the argument, or `undefined` if it was omitted.
    pub(crate) fn value<T: FromNapiValue>(&self, index: usize) -> Result<T, Failure> {
        // SAFETY: environment and value are of the running call.
        unsafe { T::from_napi_value(self.env.raw(), self.arguments[index]) }.map_err(misuse)
    }

    /// Returns the argument, or `None` if it is `undefined` or was omitted.
    fn optional<T: FromNapiValue>(&self, index: usize) -> Result<Option<T>, Failure> {
        defined(self.value(index)?)
    }

    fn read<'buffer, const BYTES: usize>(
        &self,
        string: JsString<'_>,
        parameter: Parameter,
        buffer: &'buffer mut Buffer<BYTES>,
    ) -> Result<&'buffer str, Failure> {
        let length = write_utf8(string, &mut buffer.short)?;
        let text = if length < BYTES - MAX_CHARACTER_BYTES {
            str::from_utf8(&buffer.short[..length]).map_err(|_| Failure::Misuse)?
        } else {
            buffer.long = whole_utf8(string)?;
            &buffer.long
        };
        self.check(string, text, parameter)?;
        Ok(text)
    }

    /// Rejects a string with a lone surrogate. Node-API replaces it with U+FFFD, so the text differs from the
    /// string. A string that contains U+FFFD itself is equal to its text.
    fn check(&self, string: JsString<'_>, text: &str, parameter: Parameter) -> Result<(), Failure> {
        let is_suspicious = !text.is_ascii() && text.contains('\u{FFFD}');
        if is_suspicious
            && !self
                .env
                .strict_equals(string, self.env.create_string(text).map_err(misuse)?)
                .map_err(misuse)?
        {
            return Err(parameter.ill_formed().into());
        }
        Ok(())
    }
}

impl Arguments for Call {
    type Memory = Buffer<SHORT_BYTES>;
    type TokenMemory = Buffer<TOKEN_BYTES>;

    fn has(&self, index: usize) -> bool {
        index < self.count
    }

    fn text<'text>(
        &'text self,
        index: usize,
        parameter: Parameter,
        memory: &'text mut Self::Memory,
    ) -> Result<&'text str, Failure> {
        self.read(self.value(index)?, parameter, memory)
    }

    fn optional_text<'text>(
        &'text self,
        index: usize,
        parameter: Parameter,
        memory: &'text mut Self::Memory,
    ) -> Result<Option<&'text str>, Failure> {
        self.optional(index)?.map(|string| self.read(string, parameter, memory)).transpose()
    }

    fn token<'text>(
        &'text self,
        index: usize,
        memory: &'text mut Self::TokenMemory,
    ) -> Result<&'text str, Failure> {
        self.read(self.value(index)?, Parameter::Token, memory)
    }

    fn attributes(&self, index: usize) -> Result<BTreeMap<String, AttributeValue>, Failure> {
        let Some(string) = self.optional(index)? else { return Ok(BTreeMap::new()) };
        let mut memory = Self::TokenMemory::default();
        let parts = self.read(string, Parameter::Claim, &mut memory)?;
        attributes_from_parts(parts).ok_or(Failure::Misuse)
    }

    /// Node-API replaces ill-formed text with U+FFFD.
    fn received_texts(&self, index: usize) -> Result<Vec<String>, Failure> {
        self.value(index)
    }

    fn secrets(&self, index: usize) -> Result<Vec<Option<Zeroizing<String>>>, Failure> {
        let values: Array<'_> = self.value(index)?;
        let secret = |value: Unknown<'_>| {
            let Some(string) = defined(value)? else { return Ok(None) };
            let secret = Zeroizing::new(whole_utf8(string)?);
            self.check(string, &secret, Parameter::Secret)?;
            Ok(Some(secret))
        };
        (0..values.len())
            .map(|index| values.get(index).map_err(misuse)?.map_or(Ok(None), secret))
            .collect()
    }

    fn integer(&self, index: usize) -> Result<i64, Failure> {
        self.value(index)
    }

    fn optional_integer(&self, index: usize) -> Result<Option<i64>, Failure> {
        self.optional(index)
    }

    fn integers(&self, index: usize) -> Result<Vec<i64>, Failure> {
        self.value(index)
    }

    fn optional_flag(&self, index: usize) -> Result<Option<bool>, Failure> {
        self.optional(index)
    }

    fn random<const BYTES: usize>(&self, _: usize) -> Result<[u8; BYTES], Failure> {
        system_random()
    }
}

/// Returns the name as JavaScript spells it.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |spelled, word| {
        let (initial, rest) = word.split_at(1);
        spelled + &initial.to_ascii_uppercase() + rest
    })
}

/// Returns the value as a `T`, or `None` if it is `undefined`.
fn defined<T: FromNapiValue>(value: Unknown<'_>) -> Result<Option<T>, Failure> {
    if value.get_type().map_err(misuse)? == ValueType::Undefined {
        return Ok(None);
    }
    T::from_unknown(value).map(Some).map_err(misuse)
}

fn whole_utf8(string: JsString<'_>) -> Result<String, Failure> {
    let mut bytes = Zeroizing::new(vec![0; string.utf8_len().map_err(misuse)? + 1]);
    let length = write_utf8(string, &mut bytes)?;
    bytes.truncate(length);
    String::from_utf8(std::mem::take(&mut *bytes)).map_err(|_| Failure::Misuse)
}

/// Writes as many whole characters as fit, and a zero after them.
fn write_utf8(string: JsString<'_>, buffer: &mut [u8]) -> Result<usize, Failure> {
    let value = string.value();
    let mut length = 0;
    // SAFETY: environment and value are of the running call, and pointer and length of a buffer that
    // Node-API may write.
    let status = unsafe {
        sys::napi_get_value_string_utf8(
            value.env,
            value.value,
            buffer.as_mut_ptr().cast(),
            buffer.len(),
            &raw mut length,
        )
    };
    done(status).map_err(misuse)?;
    Ok(length)
}
