//! JavaScript functions with a state in Rust: their arguments and their answers.
//!
//! napi-rs converts all values except strings, for which it makes two calls of Node-API. Its own functions
//! allocate memory for the arguments of each call, so this module defines functions itself. The binding has no
//! unsafe code elsewhere.

#![expect(unsafe_code, reason = "Node-API is a C interface")]

use std::ffi::c_void;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use deskseal::{Parameter, Signature};
use napi::bindgen_prelude::{
    Array, FromNapiValue, JsValue as _, Null, Object, ToNapiValue as _, Unknown,
};
use napi::{Env, JsString, ValueType, sys};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::error::Failure;

/// The number of arguments of the longest call, `ticketCenter`.
const MAX_ARGUMENTS: usize = 8;

/// The size of a buffer on the stack. Longer texts are read again, into allocated memory.
const SHORT_BYTES: usize = 128;

/// The number of hexadecimal digits of a signature.
const SIGNATURE_DIGITS: usize = 64;

/// The longest UTF-8 sequence. Node-API writes whole characters only, so a full buffer can have up to three
/// unused bytes.
const MAX_CHARACTER_BYTES: usize = 4;

/// A function's body: takes the state and the call, and returns the answer.
pub(crate) type Body<State> = for<'call> fn(&State, &Call<'call>) -> Result<Answer<'call>, Failure>;

/// A call of a function, with its arguments.
pub(crate) struct Call<'call> {
    env: Env,
    arguments: [sys::napi_value; MAX_ARGUMENTS],
    count: usize,
    values: PhantomData<&'call ()>,
}

/// The target of a function's data pointer.
struct Bound<State> {
    state: Rc<State>,
    body: Body<State>,
}

/// The answer of a function. A result with several values is one string: making each value costs more time than
/// its characters.
pub(crate) enum Answer<'call> {
    /// `null`.
    Nothing,
    /// A string.
    Text(String),
    /// A string: the signature's digits, and the text after them.
    Signed(Signature, String),
    /// A string whose memory is overwritten after JavaScript has copied it.
    Secret(Zeroizing<String>),
    /// An array of strings.
    Texts(Vec<String>),
    /// An object of functions.
    Functions(Object<'call>),
}

/// The memory for a text that is not a secret.
pub(crate) struct Buffer {
    short: [u8; SHORT_BYTES],
    long: String,
}

#[napi(module_exports)]
pub(crate) fn register(mut exports: Object<'_>, env: Env) -> napi::Result<()> {
    add_functions(&mut exports, env, &Rc::new(crate::Stateless), crate::FUNCTIONS)
}

/// Adds functions to the object. They own the state together.
fn add_functions<State: 'static>(
    object: &mut Object<'_>,
    env: Env,
    state: &Rc<State>,
    functions: &[(&str, Body<State>)],
) -> napi::Result<()> {
    for &(name, body) in functions {
        object.set(name, function(env, Bound { state: Rc::clone(state), body })?)?;
    }
    Ok(())
}

/// Returns a JavaScript function that owns `bound`.
fn function<State>(env: Env, bound: Bound<State>) -> napi::Result<sys::napi_value> {
    let data = Box::into_raw(Box::new(bound)).cast();
    let mut function = ptr::null_mut();
    // SAFETY: `env` is the running call's. `data` is what `enter::<State>` expects, and is valid until
    // `release::<State>` runs, after which the function cannot be called.
    let status = unsafe {
        let status = sys::napi_create_function(
            env.raw(),
            ptr::null(),
            0,
            Some(enter::<State>),
            data,
            &raw mut function,
        );
        let status = match status {
            sys::Status::napi_ok => sys::napi_wrap(
                env.raw(),
                function,
                data,
                Some(release::<State>),
                ptr::null_mut(),
                ptr::null_mut(),
            ),
            failed => failed,
        };
        if status != sys::Status::napi_ok {
            release::<State>(env.raw(), data, ptr::null_mut());
        }
        status
    };
    done(status).map(|()| function)
}

/// Drops a function's `Bound`.
unsafe extern "C" fn release<State>(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: `function` made the box, and Node-API runs this once.
    drop(unsafe { Box::from_raw(data.cast::<Bound<State>>()) });
}

/// Runs a function's body. No panic leaves it: it becomes an `Error` that JavaScript can catch.
unsafe extern "C" fn enter<State>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let mut data = ptr::null_mut();
    let mut count = MAX_ARGUMENTS;
    let mut arguments = [ptr::null_mut(); MAX_ARGUMENTS];
    // SAFETY: `env` and `info` are the running call's, and `arguments` has `count` elements. `function` set the data
    // to a `Bound<State>`, which is valid as long as the function that is being called.
    let bound = unsafe {
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
        &*data.cast::<Bound<State>>()
    };
    let env = Env::from_raw(env);
    let call = Call { env, arguments, count, values: PhantomData };
    let answer = catch_unwind(AssertUnwindSafe(|| {
        (bound.body)(&bound.state, &call)?.into_value(env).map_err(Failure::from)
    }));
    answer.unwrap_or(Err(Failure::Panic)).unwrap_or_else(|failure| {
        // If this fails, too, an exception is pending already.
        let _ = failure.throw(env);
        ptr::null_mut()
    })
}

fn done(status: sys::napi_status) -> napi::Result<()> {
    match status {
        sys::Status::napi_ok => Ok(()),
        failed => Err(napi::Error::from_status(failed.into())),
    }
}

impl Answer<'_> {
    fn into_value(self, env: Env) -> napi::Result<sys::napi_value> {
        Ok(match self {
            Self::Nothing => Null.into_unknown(&env)?.raw(),
            // ASCII is Latin-1, which needs no decoding.
            Self::Text(text) if text.is_ascii() => env.create_string_latin1(text)?.raw(),
            Self::Text(text) => env.create_string(text)?.raw(),
            Self::Signed(signature, text) => signed(env, &signature, &text)?,
            Self::Secret(secret) => env.create_string(&*secret)?.raw(),
            Self::Texts(texts) => Array::from_vec(&env, texts)?.raw(),
            Self::Functions(object) => object.raw(),
        })
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

impl Buffer {
    pub(crate) const fn new() -> Self {
        Self { short: [0; SHORT_BYTES], long: String::new() }
    }
}

impl<'call> Call<'call> {
    /// Returns an object of functions that share the state.
    pub(crate) fn functions<State: 'static>(
        &self,
        state: State,
        functions: &[(&str, Body<State>)],
    ) -> Result<Answer<'call>, Failure> {
        let mut object = Object::new(&self.env)?;
        add_functions(&mut object, self.env, &Rc::new(state), functions)?;
        Ok(Answer::Functions(object))
    }

    /// Tells whether the argument was passed, even as `undefined`.
    pub(crate) const fn has(&self, index: usize) -> bool {
        index < self.count
    }

    /// Returns the argument, or `undefined` if it was omitted.
    pub(crate) fn value<T: FromNapiValue>(&self, index: usize) -> Result<T, Failure> {
        // SAFETY: environment and value are of the running call.
        Ok(unsafe { T::from_napi_value(self.env.raw(), self.arguments[index]) }?)
    }

    /// Returns the argument, or `None` if it is `undefined` or was omitted.
    pub(crate) fn optional<T: FromNapiValue>(&self, index: usize) -> Result<Option<T>, Failure> {
        defined(self.value(index)?)
    }

    /// Returns the argument's text, or the parameter's error if it contains a lone surrogate (SPEC 1.1).
    pub(crate) fn text<'buffer>(
        &self,
        index: usize,
        parameter: Parameter,
        buffer: &'buffer mut Buffer,
    ) -> Result<&'buffer str, Failure> {
        self.read(self.value(index)?, parameter, buffer)
    }

    /// Returns the argument's text, or `None` if it is `undefined` or was omitted.
    pub(crate) fn optional_text<'buffer>(
        &self,
        index: usize,
        parameter: Parameter,
        buffer: &'buffer mut Buffer,
    ) -> Result<Option<&'buffer str>, Failure> {
        self.optional(index)?.map(|string| self.read(string, parameter, buffer)).transpose()
    }

    fn read<'buffer>(
        &self,
        string: JsString<'_>,
        parameter: Parameter,
        buffer: &'buffer mut Buffer,
    ) -> Result<&'buffer str, Failure> {
        let length = write_utf8(string, &mut buffer.short)?;
        let text = if length < SHORT_BYTES - MAX_CHARACTER_BYTES {
            str::from_utf8(&buffer.short[..length]).map_err(|_| Failure::Internal)?
        } else {
            buffer.long = whole_utf8(string)?;
            &buffer.long
        };
        self.check(string, text, parameter)?;
        Ok(text)
    }

    /// Returns a secret's text, in memory that is overwritten when it is dropped, or `None` for `undefined`.
    pub(crate) fn secret(&self, value: Unknown<'_>) -> Result<Option<Zeroizing<String>>, Failure> {
        let Some(string) = defined(value)? else { return Ok(None) };
        let secret = Zeroizing::new(whole_utf8(string)?);
        self.check(string, &secret, Parameter::Secret)?;
        Ok(Some(secret))
    }

    /// Rejects a string with a lone surrogate. Node-API replaces it with U+FFFD, so the text differs from the
    /// string. A string that contains U+FFFD itself is equal to its text.
    fn check(&self, string: JsString<'_>, text: &str, parameter: Parameter) -> Result<(), Failure> {
        let is_suspicious = !text.is_ascii() && text.contains('\u{FFFD}');
        if is_suspicious && !self.env.strict_equals(string, self.env.create_string(text)?)? {
            return Err(parameter.ill_formed().into());
        }
        Ok(())
    }
}

/// Returns the value as a `T`, or `None` if it is `undefined`.
fn defined<T: FromNapiValue>(value: Unknown<'_>) -> Result<Option<T>, Failure> {
    if value.get_type()? == ValueType::Undefined {
        return Ok(None);
    }
    Ok(Some(T::from_unknown(value)?))
}

fn whole_utf8(string: JsString<'_>) -> Result<String, Failure> {
    let mut bytes = Zeroizing::new(vec![0; string.utf8_len()? + 1]);
    let length = write_utf8(string, &mut bytes)?;
    bytes.truncate(length);
    String::from_utf8(std::mem::take(&mut *bytes)).map_err(|_| Failure::Internal)
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
    done(status)?;
    Ok(length)
}
