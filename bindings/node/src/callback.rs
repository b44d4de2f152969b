//! Node-API, made safe: functions that hold their state, and the values they take and give.
//!
//! All of the binding's unsafe code is here. A function made by [`function`] costs a tenth of a
//! method on a `#[napi]` class, since its state comes with the call instead of being looked up.

#![expect(unsafe_code, reason = "Node-API is a C interface")]

use std::ffi::c_void;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::rc::Rc;

use deskseal::Parameter;
use napi::bindgen_prelude::{JsValue as _, Object};
use napi::{Env, sys};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::error::Failure;

/// As many as the longest call has: `ticketCenter`.
const MAX_ARGUMENTS: usize = 8;

/// Longer texts are read a second time, into memory of their size.
const SHORT_BYTES: usize = 128;

/// Enough for a signature and most e-mails.
const JOINED_BYTES: usize = 192;

/// The longest UTF-8 sequence. Node-API writes whole characters only, so a full buffer can have as
/// many bytes but one free.
const MAX_CHARACTER_BYTES: usize = 4;

/// A JavaScript value, for as long as the call takes.
#[derive(Clone, Copy)]
pub(crate) struct Value<'call> {
    env: sys::napi_env,
    raw: sys::napi_value,
    call: PhantomData<&'call ()>,
}

/// A call of a function: its arguments, and where its result is made.
pub(crate) struct Call<'call> {
    scope: Scope<'call>,
    arguments: [sys::napi_value; MAX_ARGUMENTS],
}

/// Where values are made.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'call> {
    env: sys::napi_env,
    call: PhantomData<&'call ()>,
}

/// Where a text that is no secret is read into.
pub(crate) struct Buffer {
    short: [u8; SHORT_BYTES],
    long: String,
}

impl Buffer {
    pub(crate) const fn new() -> Self {
        Self { short: [0; SHORT_BYTES], long: String::new() }
    }
}

/// What a function does: takes its state and the call, and gives the result.
pub(crate) type Body<State> = for<'call> fn(&State, &Call<'call>) -> Result<Value<'call>, Failure>;

/// What a function's data pointer points to.
struct Bound<State> {
    state: Rc<State>,
    body: Body<State>,
}

#[napi(module_exports)]
pub(crate) fn register(exports: Object<'_>, env: Env) -> napi::Result<()> {
    let scope = Scope { env: env.raw(), call: PhantomData };
    let exports = Value { env: env.raw(), raw: exports.raw(), call: PhantomData };
    crate::register(scope, exports).map_err(|_| napi::Error::from_reason("cannot be loaded"))
}

/// Returns a JavaScript function that holds the state for as long as it lives.
fn function<'call, State>(
    scope: Scope<'call>,
    state: &Rc<State>,
    body: Body<State>,
) -> Result<Value<'call>, Failure> {
    let data = Box::into_raw(Box::new(Bound { state: Rc::clone(state), body })).cast();
    let mut raw = ptr::null_mut();
    // SAFETY: `env` is the running call's. `data` is what `enter::<State>` expects, and lives until
    // `release::<State>` is run, which is when the function can be called no more.
    unsafe {
        let status = sys::napi_create_function(
            scope.env,
            ptr::null(),
            0,
            Some(enter::<State>),
            data,
            &raw mut raw,
        );
        let status = match status {
            sys::Status::napi_ok => sys::napi_wrap(
                scope.env,
                raw,
                data,
                Some(release::<State>),
                ptr::null_mut(),
                ptr::null_mut(),
            ),
            failed => failed,
        };
        if status != sys::Status::napi_ok {
            release::<State>(scope.env, data, ptr::null_mut());
        }
        done(status)?;
    }
    Ok(scope.value(raw))
}

/// Runs a function's body. No panic leaves it: it becomes an `Error` that JavaScript can catch.
unsafe extern "C" fn enter<State>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let scope = Scope { env, call: PhantomData };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut data = ptr::null_mut();
        let mut count = MAX_ARGUMENTS;
        let mut arguments = [ptr::null_mut(); MAX_ARGUMENTS];
        // SAFETY: `env` and `info` are the running call's. `arguments` has `count` places, and
        // Node-API puts `undefined` where no argument was given.
        done(unsafe {
            sys::napi_get_cb_info(
                env,
                info,
                &raw mut count,
                arguments.as_mut_ptr(),
                ptr::null_mut(),
                &raw mut data,
            )
        })?;
        // SAFETY: `function` put a `Bound<State>` there, which lives as long as the function that is
        // being called.
        let bound = unsafe { &*data.cast::<Bound<State>>() };
        (bound.body)(&bound.state, &Call { scope, arguments })
    }));
    match outcome {
        Ok(Ok(value)) => value.raw,
        Ok(Err(failure)) => {
            throw(scope, &failure);
            ptr::null_mut()
        }
        Err(_) => {
            throw(scope, &Failure::Panic);
            ptr::null_mut()
        }
    }
}

/// Drops a function's state.
unsafe extern "C" fn release<State>(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: `function` made the box, and Node-API runs this once.
    drop(unsafe { Box::from_raw(data.cast::<Bound<State>>()) });
}

/// Makes the failure JavaScript's exception. Where even that fails, one is pending already.
fn throw(scope: Scope<'_>, failure: &Failure) {
    let Ok(exception) = failure.to_exception(scope) else { return };
    // SAFETY: the value is of this environment.
    unsafe { sys::napi_throw(scope.env, exception.raw) };
}

const fn done(status: sys::napi_status) -> Result<(), Failure> {
    match status {
        sys::Status::napi_ok => Ok(()),
        _ => Err(Failure::Internal),
    }
}

impl<'call> Scope<'call> {
    const fn value(self, raw: sys::napi_value) -> Value<'call> {
        Value { env: self.env, raw, call: PhantomData }
    }

    /// Returns the value that `make` writes.
    fn made(
        self,
        make: impl FnOnce(sys::napi_env, *mut sys::napi_value) -> sys::napi_status,
    ) -> Result<Value<'call>, Failure> {
        let mut raw = ptr::null_mut();
        done(make(self.env, &raw mut raw))?;
        Ok(self.value(raw))
    }

    /// Returns a JavaScript string.
    pub(crate) fn string(self, text: &str) -> Result<Value<'call>, Failure> {
        // ASCII is Latin-1, which needs no decoding.
        let create = if text.is_ascii() {
            sys::napi_create_string_latin1
        } else {
            sys::napi_create_string_utf8
        };
        // SAFETY: pointer and length are of a text that outlives the call.
        self.made(|env, raw| unsafe {
            create(env, text.as_ptr().cast(), text.len().cast_signed(), raw)
        })
    }

    /// Returns a JavaScript string of the parts, put together without allocating where they are short.
    pub(crate) fn joined(self, parts: &[&str]) -> Result<Value<'call>, Failure> {
        let mut joined = [0; JOINED_BYTES];
        let mut length = 0;
        for part in parts {
            let end = length + part.len();
            let Some(place) = joined.get_mut(length..end) else {
                return self.string(&parts.concat());
            };
            place.copy_from_slice(part.as_bytes());
            length = end;
        }
        self.string(str::from_utf8(&joined[..length]).map_err(|_| Failure::Internal)?)
    }

    /// Returns a JavaScript number.
    pub(crate) fn integer(self, integer: i64) -> Result<Value<'call>, Failure> {
        // SAFETY: `env` is the running call's.
        self.made(|env, raw| unsafe { sys::napi_create_int64(env, integer, raw) })
    }

    /// Returns a JavaScript number.
    pub(crate) fn index(self, index: usize) -> Result<Value<'call>, Failure> {
        self.integer(i64::try_from(index).map_err(|_| Failure::Internal)?)
    }

    /// Returns `null`.
    pub(crate) fn null(self) -> Result<Value<'call>, Failure> {
        // SAFETY: `env` is the running call's.
        self.made(|env, raw| unsafe { sys::napi_get_null(env, raw) })
    }

    /// Returns an object without properties.
    pub(crate) fn object(self) -> Result<Value<'call>, Failure> {
        // SAFETY: `env` is the running call's.
        self.made(|env, raw| unsafe { sys::napi_create_object(env, raw) })
    }

    /// Returns an object whose functions share the state.
    pub(crate) fn methods<State>(
        self,
        state: &Rc<State>,
        methods: &[(&str, Body<State>)],
    ) -> Result<Value<'call>, Failure> {
        let object = self.object()?;
        object.set_methods(self, state, methods)?;
        Ok(object)
    }

    /// Returns a JavaScript array.
    pub(crate) fn array(self, items: &[Value<'call>]) -> Result<Value<'call>, Failure> {
        // SAFETY: `env` is the running call's.
        let array = self.made(|env, raw| unsafe {
            sys::napi_create_array_with_length(env, items.len(), raw)
        })?;
        for (index, item) in (0..).zip(items) {
            // SAFETY: both values are of the running call.
            done(unsafe { sys::napi_set_element(self.env, array.raw, index, item.raw) })?;
        }
        Ok(array)
    }

    /// Returns a JavaScript `Error`.
    pub(crate) fn error(self, message: &str) -> Result<Value<'call>, Failure> {
        let message = self.string(message)?;
        // SAFETY: `message` is of the running call; an error needs no code.
        self.made(|env, raw| unsafe {
            sys::napi_create_error(env, ptr::null_mut(), message.raw, raw)
        })
    }
}

impl<'call> Call<'call> {
    /// Returns where the result is made.
    pub(crate) const fn scope(&self) -> Scope<'call> {
        self.scope
    }

    /// Returns the argument, `undefined` where none was given.
    pub(crate) const fn argument(&self, index: usize) -> Value<'call> {
        self.scope.value(self.arguments[index])
    }
}

impl<'call> Value<'call> {
    /// Gives the object a property.
    pub(crate) fn set(self, name: &str, value: Self) -> Result<(), Failure> {
        let name = Scope { env: self.env, call: self.call }.string(name)?;
        // SAFETY: all values are of the running call.
        done(unsafe { sys::napi_set_property(self.env, self.raw, name.raw, value.raw) })
    }

    /// Gives the object functions that share the state.
    pub(crate) fn set_methods<State>(
        self,
        scope: Scope<'call>,
        state: &Rc<State>,
        methods: &[(&str, Body<State>)],
    ) -> Result<(), Failure> {
        methods.iter().try_for_each(|(name, body)| self.set(name, function(scope, state, *body)?))
    }

    /// Returns what `read` does, unless the value is `undefined`.
    pub(crate) fn unless_undefined<T>(
        self,
        read: impl FnOnce(Self) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        if self.is_undefined()? { Ok(None) } else { read(self).map(Some) }
    }

    fn is_undefined(self) -> Result<bool, Failure> {
        let mut kind = 0;
        // SAFETY: the value is of the running call.
        done(unsafe { sys::napi_typeof(self.env, self.raw, &raw mut kind) })?;
        Ok(kind == sys::ValueType::napi_undefined)
    }

    /// Returns a safe integer.
    pub(crate) fn integer(self) -> Result<i64, Failure> {
        let mut integer = 0;
        // SAFETY: the value is of the running call.
        done(unsafe { sys::napi_get_value_int64(self.env, self.raw, &raw mut integer) })?;
        Ok(integer)
    }

    /// Returns a boolean.
    pub(crate) fn flag(self) -> Result<bool, Failure> {
        let mut flag = false;
        // SAFETY: the value is of the running call.
        done(unsafe { sys::napi_get_value_bool(self.env, self.raw, &raw mut flag) })?;
        Ok(flag)
    }

    /// Returns an array's items.
    pub(crate) fn items(self) -> Result<Vec<Self>, Failure> {
        let mut length = 0;
        // SAFETY: the value is of the running call.
        done(unsafe { sys::napi_get_array_length(self.env, self.raw, &raw mut length) })?;
        let scope = Scope { env: self.env, call: self.call };
        (0..length)
            // SAFETY: the value is an array of the running call.
            .map(|index| {
                scope.made(|env, raw| unsafe { sys::napi_get_element(env, self.raw, index, raw) })
            })
            .collect()
    }

    /// Returns the string's text, or the parameter's error where a surrogate is alone (SPEC 1.1).
    pub(crate) fn text(self, parameter: Parameter, buffer: &mut Buffer) -> Result<&str, Failure> {
        let length = self.write_utf8(&mut buffer.short)?;
        let text = if length < SHORT_BYTES - MAX_CHARACTER_BYTES {
            str::from_utf8(&buffer.short[..length]).map_err(|_| Failure::Internal)?
        } else {
            buffer.long = self.whole_utf8()?;
            &buffer.long
        };
        self.check(text, parameter)?;
        Ok(text)
    }

    /// Returns a secret's text, in memory that is overwritten when it is dropped.
    pub(crate) fn secret(self) -> Result<Zeroizing<String>, Failure> {
        let secret = Zeroizing::new(self.whole_utf8()?);
        self.check(&secret, Parameter::Secret)?;
        Ok(secret)
    }

    /// Refuses a string in which a surrogate is alone: for it, and for itself, Node-API writes
    /// U+FFFD.
    fn check(self, text: &str, parameter: Parameter) -> Result<(), Failure> {
        let is_suspicious = !text.is_ascii() && text.contains('\u{FFFD}');
        if is_suspicious && self.has_lone_surrogate()? {
            return Err(parameter.ill_formed().into());
        }
        Ok(())
    }

    fn whole_utf8(self) -> Result<String, Failure> {
        let mut bytes = Zeroizing::new(vec![0; self.utf8_length()? + 1]);
        let length = self.write_utf8(&mut bytes)?;
        bytes.truncate(length);
        String::from_utf8(std::mem::take(&mut *bytes)).map_err(|_| Failure::Internal)
    }

    /// Writes as many whole characters as there is room for, and a zero behind them.
    fn write_utf8(self, buffer: &mut [u8]) -> Result<usize, Failure> {
        let mut length = 0;
        // SAFETY: pointer and length are of a buffer that Node-API may write.
        done(unsafe {
            sys::napi_get_value_string_utf8(
                self.env,
                self.raw,
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                &raw mut length,
            )
        })?;
        Ok(length)
    }

    fn utf8_length(self) -> Result<usize, Failure> {
        let mut length = 0;
        // SAFETY: without a buffer, Node-API writes the length alone.
        done(unsafe {
            sys::napi_get_value_string_utf8(self.env, self.raw, ptr::null_mut(), 0, &raw mut length)
        })?;
        Ok(length)
    }

    fn has_lone_surrogate(self) -> Result<bool, Failure> {
        let mut length = 0;
        // SAFETY: without a buffer, Node-API writes the length alone.
        done(unsafe {
            sys::napi_get_value_string_utf16(
                self.env,
                self.raw,
                ptr::null_mut(),
                0,
                &raw mut length,
            )
        })?;
        let mut units = Zeroizing::new(vec![0_u16; length + 1]);
        // SAFETY: pointer and length are of a buffer that Node-API may write.
        done(unsafe {
            sys::napi_get_value_string_utf16(
                self.env,
                self.raw,
                units.as_mut_ptr(),
                units.len(),
                &raw mut length,
            )
        })?;
        Ok(char::decode_utf16(units.iter().copied().take(length)).any(|unit| unit.is_err()))
    }
}
