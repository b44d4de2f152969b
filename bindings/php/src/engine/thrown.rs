//! Exceptions, thrown and made.

use std::mem::forget;
use std::ptr;

use ext_php_rs::exception::throw;
use ext_php_rs::ffi::{
    zend_call_known_function, zend_object, zend_read_property, zend_throw_exception_object,
};
use ext_php_rs::flags::MethodFlags;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::{ClassEntry, ExecuteData, ExecutorGlobals, ce};

use super::call::{Call, Entry, run};
use super::class::{ClassHandle, ERROR_CODE, runtime_exception};
use super::sys;
use crate::error::{Failure, base};

/// How many arguments PHP's own exceptions take.
const INHERITED_ARGUMENTS: u32 = 3;

/// Throws an exception of the class, with its code.
pub(crate) fn throw_refusal(class: &ClassHandle, message: &str, code: &str) {
    let mut exception = Zval::new();
    // SAFETY: a call is running, the class is one of exceptions, and has both properties. The engine
    // takes the exception over.
    unsafe {
        sys::object_init_ex(&raw mut exception, ptr::from_ref(class.entry()).cast_mut());
        let object = exception.value.obj;
        set_property(ce::exception(), object, "message", message.as_bytes());
        set_property(base(), object, ERROR_CODE.name, code.as_bytes());
        zend_throw_exception_object(&raw mut exception);
    }
    forget(exception);
}

/// Throws an `Error`: a mistake in the caller's program.
pub(crate) fn throw_error(message: &str) {
    throw_plain(ce::error(), message);
}

/// Throws a `RuntimeException`.
pub(crate) fn throw_runtime_exception(message: &str) {
    throw_plain(runtime_exception(), message);
}

/// Throws what `random_bytes` throws.
pub(crate) fn throw_random_exception(message: &str) {
    // SAFETY: PHP registers its own classes before any extension's.
    throw_plain(unsafe { &*sys::random_exception }, message);
}

fn throw_plain(class: &ClassEntry, message: &str) {
    throw(class, message).expect("the class is none of an interface");
}

/// Makes an entry of the constructor of exceptions: that of PHP's own, and a code.
pub(crate) fn exception_constructor() -> Entry {
    extern "C" fn enter(data: &mut ExecuteData, _: &mut Zval) {
        run(data, |call| {
            construct_as_inherited(call)?;
            let argument = call.argument(INHERITED_ARGUMENTS);
            let Some(value) = argument.value() else { return Ok(()) };
            let code = value.zend_str().ok_or_else(|| argument.wrong_type("of type string"))?;
            // SAFETY: the object is of a class under `base`.
            unsafe { set_property(base(), call.object(), ERROR_CODE.name, code.as_bytes()) };
            Ok(())
        });
    }

    Entry::public(enter)
}

fn construct_as_inherited(call: Call<'_>) -> Result<(), Failure> {
    let inherited = (0..INHERITED_ARGUMENTS).map_while(|position| call.argument(position).value());
    let mut arguments: Vec<_> = inherited.map(Zval::shallow_clone).collect();
    let mut returned = Zval::new();
    // SAFETY: the object is an exception, and the arguments outlive the call.
    unsafe {
        zend_call_known_function(
            ce::exception().constructor,
            call.object(),
            (*call.object()).ce,
            &raw mut returned,
            call.argument_count().min(INHERITED_ARGUMENTS),
            arguments.as_mut_ptr(),
            ptr::null_mut(),
        );
    }
    if ExecutorGlobals::has_exception() { Err(Failure::Thrown) } else { Ok(()) }
}

/// Makes an entry of the method that returns an exception's code.
pub(crate) fn exception_code() -> Entry {
    extern "C" fn enter(data: &mut ExecuteData, returned: &mut Zval) {
        run(data, |call| {
            let mut computed = Zval::new();
            // SAFETY: the object is of a class under `base`, which has the property; it lives longer
            // than the reference to its value.
            let code = unsafe {
                &*zend_read_property(
                    ptr::from_ref(base()).cast_mut(),
                    call.object(),
                    ERROR_CODE.name.as_ptr().cast(),
                    ERROR_CODE.name.len(),
                    true,
                    &raw mut computed,
                )
            };
            *returned = code.dereference().shallow_clone();
            Ok(())
        });
    }

    Entry { handler: enter, flags: MethodFlags::Public | MethodFlags::Final }
}

/// Sets a property, as a method of the class that declares it would.
///
/// # Safety
/// The object is of the class or of one under it.
unsafe fn set_property(class: &ClassEntry, object: *mut zend_object, name: &str, value: &[u8]) {
    // SAFETY: the caller's promise; the engine copies both texts.
    unsafe {
        sys::zend_update_property_stringl(
            ptr::from_ref(class).cast_mut(),
            object,
            name.as_ptr().cast(),
            name.len(),
            value.as_ptr().cast(),
            value.len(),
        );
    }
}
