//! How PHP calls what Rust does, and the arguments it passes.

use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use ext_php_rs::ffi::{zend_object, zend_wrong_parameters_count_error};
use ext_php_rs::flags::MethodFlags;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ExecuteData;

use super::class::Class;
use super::object::{held, hold, object_holding};
use super::sys;
use super::value::Answer;
use crate::error::Failure;

/// What the engine calls.
pub(super) type Handler = extern "C" fn(&mut ExecuteData, &mut Zval);

/// What a function or method does.
pub(crate) struct Entry {
    pub(super) handler: Handler,
    pub(super) flags: MethodFlags,
}

impl Entry {
    pub(super) const fn public(handler: Handler) -> Self {
        Self { handler, flags: MethodFlags::Public }
    }
}

/// A running call.
#[derive(Clone, Copy)]
pub(crate) struct Call<'call> {
    data: &'call ExecuteData,
}

/// An argument of a call.
#[derive(Clone, Copy)]
pub(crate) struct Argument<'call> {
    /// Counted from 1, as PHP's messages do.
    number: u32,
    value: Option<&'call Zval>,
}

impl<'call> Call<'call> {
    /// Returns the argument at the position, counted from 0.
    pub(crate) fn argument(self, position: u32) -> Argument<'call> {
        let is_given = position < self.argument_count();
        // SAFETY: the frame has as many arguments as it says, and they live as long as the call.
        let value =
            is_given.then(|| unsafe { self.data.zend_call_arg(position as usize) }).flatten();
        Argument { number: position + 1, value: value.map(|value| value.dereference()) }
    }

    pub(super) fn argument_count(self) -> u32 {
        // SAFETY: the frame of a function has the count of its arguments there.
        unsafe { self.data.This.u2.num_args }
    }

    /// Refuses too few arguments, and too many, as PHP's own functions do.
    fn check_argument_count(self) -> Result<(), Failure> {
        // SAFETY: the frame is that of a function that was registered with its parameters.
        let (least, most) = unsafe {
            let function = &(*self.data.func).common;
            (function.required_num_args, function.num_args)
        };
        if (least..=most).contains(&self.argument_count()) {
            return Ok(());
        }
        // SAFETY: an internal function's call is running.
        unsafe { zend_wrong_parameters_count_error(least, most) };
        Err(Failure::Thrown)
    }

    /// Returns the object whose method was called.
    pub(super) fn object(self) -> *mut zend_object {
        // SAFETY: the engine calls a method that is not static with an object of its class.
        unsafe { self.data.This.value.obj }
    }
}

impl<'call> Argument<'call> {
    /// Returns the value, `None` where no argument was given.
    pub(crate) const fn value(self) -> Option<&'call Zval> {
        self.value
    }

    /// Tells whether the argument is `null` or was not given.
    pub(crate) fn is_null(self) -> bool {
        self.value.is_none_or(Zval::is_null)
    }

    /// Throws a `TypeError`: the argument must be `expected`, and what was given is not.
    pub(crate) fn wrong_type(self, expected: &str) -> Failure {
        let none = Zval::null();
        // SAFETY: every value has a type, whose name lives as long as the value.
        let given =
            unsafe { CStr::from_ptr(sys::zend_zval_type_name(self.value.unwrap_or(&none))) };
        self.wrong_value(&format!("{expected}, {} given", given.to_string_lossy()))
    }

    /// Throws a `TypeError`: the argument must be `expected`.
    pub(crate) fn wrong_value(self, expected: &str) -> Failure {
        let length = i32::try_from(expected.len()).unwrap_or(i32::MAX);
        // SAFETY: the format takes a length and as many bytes, and an internal function's call is
        // running, whose name and parameter the engine puts in front.
        unsafe {
            sys::zend_argument_type_error(
                self.number,
                c"must be %.*s".as_ptr(),
                length,
                expected.as_ptr(),
            );
        }
        Failure::Thrown
    }
}

/// Makes an entry of a function that returns something.
pub(crate) fn function<A, F>(_: F) -> Entry
where
    A: Answer,
    F: for<'call> Fn(Call<'call>) -> Result<A, Failure> + Copy + 'static,
{
    Entry::public(enter_function::<A, F>)
}

/// Makes an entry of a function that returns a new object.
pub(crate) fn maker<T, F>(_: F) -> Entry
where
    T: Class,
    F: for<'call> Fn(Call<'call>) -> Result<T, Failure> + Copy + 'static,
{
    Entry { handler: enter_maker::<T, F>, flags: MethodFlags::Public | MethodFlags::Static }
}

/// Makes an entry of a function that makes what the new object holds.
pub(crate) fn constructor<T, F>(_: F) -> Entry
where
    T: Class,
    F: for<'call> Fn(Call<'call>) -> Result<T, Failure> + Copy + 'static,
{
    Entry::public(enter_constructor::<T, F>)
}

/// Makes an entry of a function that takes what the object holds.
pub(crate) fn method<T, A, F>(_: F) -> Entry
where
    T: Class,
    A: Answer,
    F: for<'call> Fn(&T, Call<'call>) -> Result<A, Failure> + Copy + 'static,
{
    Entry::public(enter_method::<T, A, F>)
}

extern "C" fn enter_function<A, F>(data: &mut ExecuteData, returned: &mut Zval)
where
    A: Answer,
    F: for<'call> Fn(Call<'call>) -> Result<A, Failure> + Copy + 'static,
{
    run(data, |call| {
        *returned = the_function::<F>()(call)?.into_value();
        Ok(())
    });
}

extern "C" fn enter_maker<T, F>(data: &mut ExecuteData, returned: &mut Zval)
where
    T: Class,
    F: for<'call> Fn(Call<'call>) -> Result<T, Failure> + Copy + 'static,
{
    run(data, |call| {
        *returned = object_holding(the_function::<F>()(call)?);
        Ok(())
    });
}

extern "C" fn enter_constructor<T, F>(data: &mut ExecuteData, _: &mut Zval)
where
    T: Class,
    F: for<'call> Fn(Call<'call>) -> Result<T, Failure> + Copy + 'static,
{
    run(data, |call| hold(call, the_function::<F>()(call)?));
}

extern "C" fn enter_method<T, A, F>(data: &mut ExecuteData, returned: &mut Zval)
where
    T: Class,
    A: Answer,
    F: for<'call> Fn(&T, Call<'call>) -> Result<A, Failure> + Copy + 'static,
{
    run(data, |call| {
        *returned = the_function::<F>()(held(call)?, call)?.into_value();
        Ok(())
    });
}

/// Runs a call's body. No panic leaves it: it becomes an exception, as every failure does.
pub(super) fn run(data: &ExecuteData, body: impl FnOnce(Call<'_>) -> Result<(), Failure>) {
    let call = Call { data };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        call.check_argument_count()?;
        body(call)
    }));
    if let Err(failure) = outcome.unwrap_or(Err(Failure::Panic)) {
        failure.throw();
    }
}

/// Returns a function by its type alone, since the engine's handlers carry no data.
fn the_function<F: Copy + 'static>() -> F {
    const { assert!(size_of::<F>() == 0, "a function's name, or a closure that captures nothing") }
    // SAFETY: the type has no size, so it has one value at most; and it has one, since `function` and
    // the like were given it. `F` is `Copy`, so nothing is dropped twice.
    unsafe { NonNull::<F>::dangling().read() }
}
