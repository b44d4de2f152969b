//! What the engine knows beside the arguments: superglobals, the environment, moments.

use std::ptr;

use ext_php_rs::ffi::{
    ext_php_rs_executor_globals, zend_array, zend_call_known_function, zend_fetch_function_str,
    zend_hash_str_find, zend_is_auto_global,
};
use ext_php_rs::types::{ZendStr, Zval};
use ext_php_rs::zend::{ClassEntry, ExecutorGlobals};

use super::sys;
use super::value::text;
use crate::error::Failure;

const GETENV: &str = "getenv";
const GET_TIMESTAMP: &str = "gettimestamp";

/// Returns the text of the name in `$_SERVER` or the like.
pub(crate) fn in_superglobal(superglobal: &str, name: &str) -> Option<Zval> {
    let mut superglobal = ZendStr::new(superglobal, false);
    // SAFETY: a request is running. The first call fills the array, which PHP does when a script that
    // uses it is compiled (`auto_globals_jit`); the tables live until the request ends.
    unsafe {
        zend_is_auto_global(superglobal.as_mut_ptr());
        let globals = &raw const (*ext_php_rs_executor_globals()).symbol_table;
        let array = found(globals, superglobal.as_bytes())?.array()?;
        let value = found(array, name.as_bytes())?;
        value.is_string().then(|| value.shallow_clone())
    }
}

/// Returns the value of the name.
///
/// # Safety
/// Nothing changes the table while the value is used.
unsafe fn found<'table>(table: *const zend_array, name: &[u8]) -> Option<&'table Zval> {
    // SAFETY: the caller's promise.
    let value = unsafe { zend_hash_str_find(table, name.as_ptr().cast(), name.len()).as_ref()? };
    Some(value.indirect().unwrap_or(value).dereference())
}

/// Returns what PHP's `getenv` does, which also asks the web server unless `is_local`.
///
/// Where an administrator has disabled that function, there is no environment.
pub(crate) fn getenv(name: &str, is_local: bool) -> Option<Zval> {
    let mut local = Zval::new();
    local.set_bool(is_local);
    let mut arguments = [text(name), local];
    let mut returned = Zval::new();
    // SAFETY: a request is running, and the arguments outlive the call.
    unsafe {
        let function = zend_fetch_function_str(GETENV.as_ptr().cast(), GETENV.len());
        if function.is_null() {
            return None;
        }
        zend_call_known_function(
            function,
            ptr::null_mut(),
            ptr::null_mut(),
            &raw mut returned,
            2,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
        );
    }
    returned.is_string().then_some(returned)
}

/// Returns the Unix seconds of a `DateTimeInterface`, or `None` for another value.
///
/// It asks the object, whose class can be the caller's own.
pub(crate) fn unix_seconds(value: &Zval) -> Result<Option<i64>, Failure> {
    let Some(object) = value.object().filter(|object| object.instance_of(date_time_interface()))
    else {
        return Ok(None);
    };
    // What is asked must live as long as its method runs.
    let holder = value.shallow_clone();
    let mut returned = Zval::new();
    // SAFETY: every class under the interface has the method, which takes nothing.
    unsafe {
        sys::zend_call_method(
            ptr::from_ref(object).cast_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            GET_TIMESTAMP.as_ptr().cast(),
            GET_TIMESTAMP.len(),
            &raw mut returned,
            0,
            ptr::null_mut(),
            ptr::null_mut(),
        );
    }
    drop(holder);
    if ExecutorGlobals::has_exception() { Err(Failure::Thrown) } else { Ok(returned.long()) }
}

fn date_time_interface() -> &'static ClassEntry {
    // SAFETY: PHP registers its own classes before any extension's.
    unsafe { &*sys::php_date_get_interface_ce() }
}
