//! What the engine exports and ext-php-rs does not declare.
//!
//! The signatures are those of PHP 8.2's headers; the release workflow tests newer ones.

use std::ffi::{c_char, c_int};

use ext_php_rs::ffi::{
    zend_array, zend_class_entry, zend_function, zend_object, zend_prop_purpose,
    zend_property_info, zend_string, zend_type,
};
use ext_php_rs::types::Zval;

/// `ZEND_ATTRIBUTE_PERSISTENT` of `zend_attributes.h`: the attribute outlives the request.
pub(super) const ATTRIBUTE_PERSISTENT: u32 = 1;

/// `ZEND_ACC_READONLY` of `zend_compile.h`.
pub(super) const ACC_READONLY: u32 = 1 << 7;

unsafe extern "C" {
    #[link_name = "php_json_serializable_ce"]
    pub(super) static json_serializable: *mut zend_class_entry;
    #[link_name = "random_ce_Random_RandomException"]
    pub(super) static random_exception: *mut zend_class_entry;
    #[link_name = "spl_ce_RuntimeException"]
    pub(super) static runtime_exception: *mut zend_class_entry;
    pub(super) fn php_date_get_interface_ce() -> *mut zend_class_entry;

    pub(super) fn zend_add_attribute(
        attributes: *mut *mut zend_array,
        name: *mut zend_string,
        argument_count: u32,
        flags: u32,
        offset: u32,
        line: u32,
    ) -> *mut std::ffi::c_void;

    pub(super) fn zend_declare_typed_property(
        class: *mut zend_class_entry,
        name: *mut zend_string,
        default: *mut Zval,
        flags: c_int,
        documentation: *mut zend_string,
        r#type: zend_type,
    ) -> *mut zend_property_info;

    pub(super) fn zend_update_property_stringl(
        scope: *mut zend_class_entry,
        object: *mut zend_object,
        name: *const c_char,
        name_length: usize,
        value: *const c_char,
        value_length: usize,
    );

    pub(super) fn zend_argument_type_error(number: u32, format: *const c_char, ...);
    pub(super) fn zend_zval_type_name(value: *const Zval) -> *const c_char;
    pub(super) fn object_init_ex(value: *mut Zval, class: *mut zend_class_entry) -> c_int;
    pub(super) fn zend_objects_not_comparable(left: *mut Zval, right: *mut Zval) -> c_int;
    pub(super) fn zend_std_get_properties_for(
        object: *mut zend_object,
        purpose: zend_prop_purpose,
    ) -> *mut zend_array;

    pub(super) fn zend_call_method(
        object: *mut zend_object,
        class: *mut zend_class_entry,
        cache: *mut *mut zend_function,
        name: *const c_char,
        name_length: usize,
        returned: *mut Zval,
        argument_count: u32,
        first: *mut Zval,
        second: *mut Zval,
    ) -> *mut Zval;
}
