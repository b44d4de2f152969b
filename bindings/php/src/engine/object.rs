//! Objects of PHP: those that hold a value of Rust, and those that have properties.

use std::mem::offset_of;
use std::ptr;

use ext_php_rs::ffi::{
    _zend_prop_purpose_ZEND_PROP_PURPOSE_DEBUG as FOR_DUMP,
    _zend_prop_purpose_ZEND_PROP_PURPOSE_VAR_EXPORT as FOR_EXPORT, ext_php_rs_zend_object_alloc,
    object_properties_init, std_object_handlers, zend_array, zend_class_entry, zend_object,
    zend_object_handlers, zend_object_std_dtor, zend_object_std_init, zend_objects_new,
    zend_prop_purpose,
};
use ext_php_rs::flags::{MethodFlags, ZvalTypeFlags};
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ExecuteData;

use super::call::{Call, Entry, run};
use super::class::{Class, Fields};
use super::sys;
use super::value::{map, text};
use crate::error::Failure;

/// What dumps show in place of a value.
const HIDDEN: &str = "<hidden>";

/// What the engine allocates for an object: it only knows of the last field.
#[repr(C)]
struct Held<T> {
    /// `None` until the constructor has run.
    value: Option<T>,
    object: zend_object,
}

impl<T> Held<T> {
    const OFFSET: usize = offset_of!(Self, object);

    /// Returns the allocation that the object is the end of.
    ///
    /// # Safety
    /// The object is one of [`create`]'s for the same `T`.
    unsafe fn of(object: *mut zend_object) -> *mut Self {
        // SAFETY: the object lies at this offset in its allocation.
        unsafe { object.byte_sub(Self::OFFSET).cast() }
    }
}

/// Returns how the engine treats objects that hold a `T`: nobody clones or compares them.
pub(super) fn holder_handlers<T>() -> zend_object_handlers {
    // SAFETY: the engine's handlers are written once, when PHP starts.
    let standard = unsafe { std_object_handlers };
    zend_object_handlers {
        offset: Held::<T>::OFFSET.try_into().expect("an object is smaller"),
        free_obj: Some(free::<T>),
        clone_obj: None,
        compare: Some(sys::zend_objects_not_comparable),
        ..standard
    }
}

/// Returns how the engine treats objects with properties: dumps do not show all of them.
pub(super) fn result_handlers<T: Fields>() -> zend_object_handlers {
    // SAFETY: as above.
    let standard = unsafe { std_object_handlers };
    zend_object_handlers { get_properties_for: Some(properties_for::<T>), ..standard }
}

/// Makes an object that holds nothing yet. The engine calls it.
pub(super) unsafe extern "C" fn create<T: Class>(class: *mut zend_class_entry) -> *mut zend_object {
    const { assert!(align_of::<Held<T>>() <= 8, "PHP's allocator aligns to 8 bytes") }
    // SAFETY: the class is `T`'s, which is final. The allocation has room for the object's properties
    // behind it, and every field is written before the object leaves.
    unsafe {
        let held = ext_php_rs_zend_object_alloc(size_of::<Held<T>>(), class).cast::<Held<T>>();
        ptr::write(&raw mut (*held).value, None);
        let object = &raw mut (*held).object;
        zend_object_std_init(object, class);
        object_properties_init(object, class);
        (*object).handlers = T::handle().handlers();
        object
    }
}

/// Makes an object without values. The engine calls it.
///
/// It does what the engine does by itself; but a final class that does something there cannot be
/// instantiated past its constructor, as `ReflectionClass` can for others.
pub(super) unsafe extern "C" fn create_result<T: Fields>(
    class: *mut zend_class_entry,
) -> *mut zend_object {
    // SAFETY: the class is `T`'s, and is registered.
    unsafe {
        let object = zend_objects_new(class);
        object_properties_init(object, class);
        (*object).handlers = T::handle().handlers();
        object
    }
}

unsafe extern "C" fn free<T>(object: *mut zend_object) {
    // SAFETY: the engine frees an object of `create::<T>` once, and nobody has a reference to what is
    // in it: a call holds its object.
    unsafe {
        drop((*Held::<T>::of(object)).value.take());
        zend_object_std_dtor(object);
    }
}

/// Returns what the called object holds.
pub(super) fn held<T: Class>(call: Call<'_>) -> Result<&T, Failure> {
    // SAFETY: the object is of `T`'s class, which is final. The call holds it, and what it holds is
    // written once.
    let held = unsafe { &*Held::<T>::of(call.object()) };
    held.value.as_ref().ok_or(Failure::Construction("The constructor has not run."))
}

/// Puts the value into the called object, which is being constructed.
pub(super) fn hold<T: Class>(call: Call<'_>, value: T) -> Result<(), Failure> {
    // SAFETY: the object is of `T`'s class, which is final. There is no reference to what it holds
    // until it holds something, and then it is not written again.
    unsafe {
        let place = &raw mut (*Held::<T>::of(call.object())).value;
        if (*place).is_some() {
            return Err(Failure::Construction("The object is constructed already."));
        }
        *place = Some(value);
    }
    Ok(())
}

/// Returns a new object that holds the value.
pub(super) fn object_holding<T: Class>(value: T) -> Zval {
    // SAFETY: the object is new, and nobody else's.
    unsafe {
        let object = create::<T>(ptr::from_ref(T::handle().entry()).cast_mut());
        (*Held::<T>::of(object)).value = Some(value);
        owned(object)
    }
}

/// Returns a new object with the values as its properties.
pub(crate) fn object<T: Fields>(values: T) -> Zval {
    // SAFETY: the object is new, nobody else's, and has a place for every property, in their order,
    // which holds nothing yet.
    unsafe {
        let object = create_result::<T>(ptr::from_ref(T::handle().entry()).cast_mut());
        let mut place = (&raw mut (*object).properties_table).cast::<Zval>();
        values.each_value(|value| {
            place.write(value);
            place = place.add(1);
        });
        owned(object)
    }
}

/// Returns the only reference to a new object as a value.
///
/// # Safety
/// The object is new, and nobody else's.
unsafe fn owned(object: *mut zend_object) -> Zval {
    let mut value = Zval::new();
    value.value.obj = object;
    value.u1.type_info = ZvalTypeFlags::ObjectEx.bits();
    value
}

/// Makes an entry of a constructor that nobody can call.
pub(crate) fn private_constructor() -> Entry {
    extern "C" fn enter(_: &mut ExecuteData, _: &mut Zval) {}

    Entry { handler: enter, flags: MethodFlags::Private }
}

/// Makes an entry of a method that returns a property.
pub(crate) fn field<const INDEX: usize>() -> Entry {
    extern "C" fn enter<const INDEX: usize>(data: &mut ExecuteData, returned: &mut Zval) {
        run(data, |call| {
            // SAFETY: the object has the property, which is written before anybody sees the object.
            *returned = unsafe { property(call.object(), INDEX) }.shallow_clone();
            Ok(())
        });
    }

    Entry::public(enter::<INDEX>)
}

/// Makes an entry of a method that returns the properties by their names.
pub(crate) fn fields_by_name<T: Fields>() -> Entry {
    extern "C" fn enter<T: Fields>(data: &mut ExecuteData, returned: &mut Zval) {
        run(data, |call| {
            // SAFETY: the object is of `T`'s class.
            *returned = unsafe { properties::<T>(call.object(), false) };
            Ok(())
        });
    }

    Entry::public(enter::<T>)
}

/// Returns the properties for `var_dump`, `var_export` and the like, without what they would show.
unsafe extern "C" fn properties_for<T: Fields>(
    object: *mut zend_object,
    purpose: zend_prop_purpose,
) -> *mut zend_array {
    if !matches!(purpose, FOR_DUMP | FOR_EXPORT) {
        // SAFETY: the engine passed both.
        return unsafe { sys::zend_std_get_properties_for(object, purpose) };
    }
    // SAFETY: the object is of `T`'s class. The array is new, and the engine releases it.
    unsafe {
        let shown = properties::<T>(object, true);
        let array = shown.value.arr;
        std::mem::forget(shown);
        array
    }
}

/// Returns the properties by their names.
///
/// # Safety
/// The object is of `T`'s class.
unsafe fn properties<T: Fields>(object: *mut zend_object, is_dump: bool) -> Zval {
    let properties = T::PROPERTIES.iter().enumerate();
    map(properties.map(|(position, described)| {
        let is_hidden = is_dump && described.r#type.is_sensitive;
        // SAFETY: the object has every property of its class.
        let value = unsafe { property(object, position) };
        (described.name, if is_hidden { text(HIDDEN) } else { value.shallow_clone() })
    }))
}

/// Returns a property by its position.
///
/// # Safety
/// The object has so many properties.
unsafe fn property<'object>(object: *mut zend_object, position: usize) -> &'object Zval {
    // SAFETY: an object's properties lie behind each other.
    unsafe { &*(&raw const (*object).properties_table).cast::<Zval>().add(position) }
}
