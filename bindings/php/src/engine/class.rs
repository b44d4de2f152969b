//! Classes of PHP, registered from their descriptions.

use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

use ext_php_rs::args::{Arg, ArgInfoTables};
use ext_php_rs::builders::{ClassBuilder, FunctionBuilder};
use ext_php_rs::error::{Error, Result};
use ext_php_rs::ffi::{
    IS_UNDEF, ZEND_ACC_FINAL, ZEND_ACC_NO_DYNAMIC_PROPERTIES, ZEND_ACC_NOT_SERIALIZABLE,
    ZEND_ACC_PROTECTED, ZEND_ACC_PUBLIC, ZEND_ACC_READONLY_CLASS, zend_function,
    zend_hash_str_find, zend_object, zend_object_handlers,
};
use ext_php_rs::types::{ZendStr, Zval};
use ext_php_rs::zend::{ClassEntry, ZendType};

use super::object::{create, create_result, holder_handlers, result_handlers};
use super::sys;
use crate::describe::{Access, Documentation, Function, Parameter, Property, TEXT, Type};

/// A class of PHP.
pub(crate) trait Class: Sized + 'static {
    /// The name, namespace included.
    const NAME: &'static str;
    const DOCUMENTATION: Documentation;
    /// The type of its objects.
    const TYPE: Type = Type::object(Self::NAME);

    /// Returns what the engine knows the class by.
    fn handle() -> &'static ClassHandle;

    /// Returns the class's methods.
    fn functions() -> Vec<Function>;
}

/// A class whose objects have readonly properties.
pub(crate) trait Fields: Class {
    const PROPERTIES: &'static [Property];

    /// Hands over the values of the properties, in their order.
    fn each_value(self, put: impl FnMut(Zval));
}

fn json_serializable() -> &'static ClassEntry {
    // SAFETY: PHP registers its own classes before any extension's.
    unsafe { &*sys::json_serializable }
}

pub(super) fn runtime_exception() -> &'static ClassEntry {
    // SAFETY: as above.
    unsafe { &*sys::runtime_exception }
}

/// What the engine knows a class by. It is written when PHP starts, before there is a second thread.
pub(crate) struct ClassHandle {
    entry: AtomicPtr<ClassEntry>,
    /// The descriptions of the methods' arguments, which the engine reads for as long as PHP runs.
    tables: AtomicPtr<ArgInfoTables>,
    handlers: OnceLock<zend_object_handlers>,
}

impl ClassHandle {
    pub(crate) const fn new() -> Self {
        Self {
            entry: AtomicPtr::new(ptr::null_mut()),
            tables: AtomicPtr::new(ptr::null_mut()),
            handlers: OnceLock::new(),
        }
    }

    pub(crate) fn entry(&self) -> &'static ClassEntry {
        // SAFETY: a class that is registered lives as long as PHP runs.
        unsafe { self.entry.load(Ordering::Acquire).as_ref() }
            .expect("classes are registered first")
    }

    pub(super) fn handlers(&self) -> &zend_object_handlers {
        self.handlers.get().expect("classes are registered first")
    }
}

/// A class that can be registered, and what its objects are.
pub(crate) struct Registration {
    pub(crate) name: &'static str,
    pub(crate) documentation: Documentation,
    pub(crate) functions: Vec<Function>,
    pub(crate) properties: &'static [Property],
    interface: Option<Ancestor>,
    parent: Option<Ancestor>,
    handle: &'static ClassHandle,
    remember: fn(&'static mut ClassEntry, ArgInfoTables),
    objects: Option<Objects>,
}

/// A class that already is.
type Ancestor = (fn() -> &'static ClassEntry, &'static str);

/// How the engine makes objects and what it does with them, where that is not what it does by itself.
struct Objects {
    create: unsafe extern "C" fn(*mut ClassEntry) -> *mut zend_object,
    handlers: zend_object_handlers,
    flags: u32,
}

impl Registration {
    fn new<T: Class>(parent: Option<Ancestor>, objects: Option<Objects>) -> Self {
        Self {
            name: T::NAME,
            documentation: T::DOCUMENTATION,
            functions: T::functions(),
            properties: &[],
            interface: None,
            parent,
            handle: T::handle(),
            remember: remember::<T>,
            objects,
        }
    }

    /// Returns the class of exceptions under which all others are: it has a code.
    pub(crate) fn base_exception<T: Class>() -> Self {
        let parent = (runtime_exception as fn() -> &'static ClassEntry, "RuntimeException");
        Self { properties: &[ERROR_CODE], ..Self::new::<T>(Some(parent), None) }
    }

    /// Returns a class of exceptions.
    pub(crate) fn exception<T: Class, Base: Class>() -> Self {
        Self::new::<T>(Some((|| Base::handle().entry(), Base::NAME)), None)
    }

    /// Returns a class whose objects have readonly properties.
    pub(crate) fn result<T: Fields>() -> Self {
        let objects = Objects {
            create: create_result::<T>,
            handlers: result_handlers::<T>(),
            flags: ZEND_ACC_READONLY_CLASS,
        };
        Self {
            interface: Some((json_serializable, "JsonSerializable")),
            properties: T::PROPERTIES,
            ..Self::new::<T>(None, Some(objects))
        }
    }

    /// Returns a class whose objects hold a value of Rust.
    pub(crate) fn holder<T: Class>() -> Self {
        let objects = Objects { create: create::<T>, handlers: holder_handlers::<T>(), flags: 0 };
        Self::new::<T>(None, Some(objects))
    }

    /// Registers the class. PHP must be starting.
    pub(super) fn register(self) -> Result<()> {
        self.builder().register()?;
        let class = self.handle.entry.load(Ordering::Acquire);
        self.functions.iter().try_for_each(|function| complete(class, function))?;
        self.properties.iter().try_for_each(|property| declare(class, property))?;
        if let Some(objects) = self.objects {
            // SAFETY: PHP starts, and nobody else knows the class yet.
            unsafe {
                (*class).__bindgen_anon_2.create_object = Some(objects.create);
                (*class).ce_flags |= ZEND_ACC_FINAL
                    | ZEND_ACC_NO_DYNAMIC_PROPERTIES
                    | ZEND_ACC_NOT_SERIALIZABLE
                    | objects.flags;
            }
            // PHP can start twice in a process; the handlers stay the same.
            let _ = self.handle.handlers.set(objects.handlers);
        }
        Ok(())
    }

    fn builder(&self) -> ClassBuilder {
        let builder = ClassBuilder::new(self.name).docs(self.documentation);
        let builder = self.parent.into_iter().fold(builder, ClassBuilder::extends);
        let builder = self.interface.into_iter().fold(builder, ClassBuilder::implements);
        let functions = self.functions.iter();
        functions
            .fold(builder, |builder, function| {
                builder.method(built(function, function.name), function.entry.flags)
            })
            .registration(self.remember)
    }
}

/// The property of exceptions that holds the code.
pub(super) const ERROR_CODE: Property = Property {
    name: "errorCode",
    documentation: &[" The stable code."],
    r#type: TEXT,
    access: Access::Protected,
};

fn remember<T: Class>(class: &'static mut ClassEntry, tables: ArgInfoTables) {
    T::handle().entry.store(class, Ordering::Release);
    T::handle().tables.store(Box::into_raw(Box::new(tables)), Ordering::Release);
}

/// Returns a function as ext-php-rs describes one.
pub(super) fn built(function: &Function, name: &str) -> FunctionBuilder<'static> {
    let is_required = |parameter: &&Parameter| parameter.default.is_none();
    let required = function.parameters.iter().filter(is_required).count();
    let builder = function
        .parameters
        .iter()
        .fold(FunctionBuilder::new(name, function.entry.handler), |builder, parameter| {
            let argument = Arg::new(parameter.name, parameter.r#type.data);
            let argument = match parameter.default {
                Some(default) => argument.default(default),
                None => argument,
            };
            let is_nullable = parameter.r#type.is_nullable;
            builder.arg(if is_nullable { argument.allow_null() } else { argument })
        })
        .required_args(required);
    let builder = builder.docs(function.documentation);
    match function.returns {
        Some(returned) => builder.returns(returned.data, false, returned.is_nullable),
        None => builder,
    }
}

/// Adds what ext-php-rs does not know: second types, and that an argument is not for stack traces.
fn complete(class: *mut ClassEntry, function: &Function) -> Result<()> {
    let name = function.name.to_ascii_lowercase();
    // SAFETY: PHP starts, and the class has just been registered with the method, whose arguments'
    // descriptions are memory that can be written.
    unsafe {
        let found = zend_hash_str_find(
            &raw const (*class).function_table,
            name.as_ptr().cast(),
            name.len(),
        );
        let method = found.as_ref().ok_or(Error::InvalidPointer)?.value.func;
        for (position, parameter) in (0..).zip(&function.parameters) {
            let info = (*method).internal_function.arg_info.add(position);
            (*info).type_.type_mask |= parameter.r#type.or;
            if parameter.r#type.is_sensitive {
                hide_from_traces(method, position);
            }
        }
    }
    Ok(())
}

/// Gives the parameter PHP's `#[\SensitiveParameter]`.
///
/// # Safety
/// PHP starts, and the method is one of an internal class.
unsafe fn hide_from_traces(method: *mut zend_function, position: usize) {
    let mut name = ZendStr::new_interned("SensitiveParameter", true);
    // Attributes of the function itself are at 0.
    let offset = u32::try_from(position + 1).expect("a function has few parameters");
    // SAFETY: the caller's promise; the name and the attribute live as long as PHP runs.
    unsafe {
        sys::zend_add_attribute(
            &raw mut (*method).common.attributes,
            name.as_mut_ptr(),
            0,
            sys::ATTRIBUTE_PERSISTENT,
            offset,
            0,
        );
    }
}

/// Gives the class a property with a type.
fn declare(class: *mut ClassEntry, property: &Property) -> Result<()> {
    let of = property.r#type;
    let of = ZendType::empty_from_type(of.data, false, false, of.is_nullable)
        .ok_or(Error::ZvalConversion(of.data))?;
    let mut default = Zval::new();
    let flags = match property.access {
        Access::Protected => {
            default.set_zend_string(ZendStr::new_interned("", true));
            ZEND_ACC_PROTECTED
        }
        Access::Readonly => {
            // It has no value until it gets one.
            default.u1.type_info = IS_UNDEF;
            ZEND_ACC_PUBLIC | sys::ACC_READONLY
        }
    };
    let mut name = ZendStr::new_interned(property.name, true);
    let comment = property.documentation.iter().map(|line| format!(" *{line}\n"));
    let comment = format!("/**\n{} */", comment.collect::<String>());
    let mut comment = ZendStr::new_interned(comment, true);
    // SAFETY: PHP starts, and nobody else knows the class yet. Name, comment and default live as
    // long as PHP runs.
    unsafe {
        sys::zend_declare_typed_property(
            class,
            name.as_mut_ptr(),
            &raw mut default,
            flags.try_into()?,
            comment.as_mut_ptr(),
            of,
        );
    }
    Ok(())
}
