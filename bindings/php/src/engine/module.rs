//! What PHP loads.

use std::ffi::CStr;

use ext_php_rs::builders::ModuleBuilder;
use ext_php_rs::ffi::{
    php_info_print_table_end, php_info_print_table_row, php_info_print_table_start,
};
use ext_php_rs::internal::startup_guard;
use ext_php_rs::php_module;
use ext_php_rs::zend::ModuleEntry;

use super::class::{Registration, built};

#[php_module]
#[php(startup = "start")]
fn module(module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
    crate::namespace_functions().iter().fold(
        module.name("deskseal").info_function(print_info),
        |module, function| {
            module.function(built(function, &format!("Deskseal\\{}", function.name)))
        },
    )
}

/// Registers the classes.
fn start(_: i32, _: i32) -> i32 {
    startup_guard(|| crate::classes().into_iter().try_for_each(Registration::register))
}

/// Prints the version for `phpinfo`, and nothing else.
extern "C" fn print_info(_: *mut ModuleEntry) {
    const NAME: &CStr = c"version";
    const VERSION: &CStr =
        match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => panic!("a version has no NUL"),
        };
    // SAFETY: the row has as many texts as it says.
    unsafe {
        php_info_print_table_start();
        php_info_print_table_row(2, NAME.as_ptr(), VERSION.as_ptr());
        php_info_print_table_end();
    }
}
