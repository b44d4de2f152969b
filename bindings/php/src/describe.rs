//! What the extension offers, described in PHP's terms: types, parameters, properties, functions.

use ext_php_rs::ffi::{IS_FALSE, IS_LONG};
use ext_php_rs::flags::DataType;

use crate::engine::Entry;

/// The lines of a documentation comment, as Rust gives them: each starts with a blank.
pub(crate) type Documentation = &'static [&'static str];

/// A type as PHP's Reflection shows it.
#[derive(Clone, Copy)]
pub(crate) struct Type {
    pub(crate) data: DataType,
    pub(crate) is_nullable: bool,
    /// A second type, as a bit of PHP's `MAY_BE_…`.
    pub(crate) or: u32,
    /// Whether stack traces hide the argument, and dumps the property.
    pub(crate) is_sensitive: bool,
}

impl Type {
    const fn new(data: DataType) -> Self {
        Self { data, is_nullable: false, or: 0, is_sensitive: false }
    }

    /// Returns the type of a class's objects.
    pub(crate) const fn object(class: &'static str) -> Self {
        Self::new(DataType::object(class))
    }

    /// Returns the type that also takes `null`.
    pub(crate) const fn or_null(self) -> Self {
        Self { is_nullable: true, ..self }
    }

    const fn or_of(self, kind: u32) -> Self {
        Self { or: 1 << kind, ..self }
    }

    const fn sensitive(self) -> Self {
        Self { is_sensitive: true, ..self }
    }
}

pub(crate) const TEXT: Type = Type::new(DataType::String);
pub(crate) const OPTIONAL_TEXT: Type = TEXT.or_null();
pub(crate) const INTEGER: Type = Type::new(DataType::Long);
pub(crate) const FLAG: Type = Type::new(DataType::Bool);
pub(crate) const ARRAY: Type = Type::new(DataType::Array);

/// A secret's text; `null` and `false` are PHP's words for none.
pub(crate) const SECRET: Type = TEXT.or_null().or_of(IS_FALSE).sensitive();

/// A text that lets whoever has it in: a signature, or something with one.
pub(crate) const CREDENTIAL: Type = TEXT.sensitive();

/// An array with secrets or signatures.
pub(crate) const CREDENTIALS: Type = ARRAY.sensitive();

/// A moment; `null` is now.
pub(crate) const TIME: Type = Type::object("DateTimeInterface").or_of(IS_LONG).or_null();

/// A parameter of a function.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) r#type: Type,
    /// The default, as PHP writes it.
    pub(crate) default: Option<&'static str>,
}

/// A function or method.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) documentation: Documentation,
    pub(crate) parameters: Vec<Parameter>,
    /// `None` for constructors.
    pub(crate) returns: Option<Type>,
    pub(crate) entry: Entry,
}

/// A property of a class's objects.
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) documentation: Documentation,
    pub(crate) r#type: Type,
    pub(crate) access: Access,
}

/// Who reads and writes a property.
#[derive(Clone, Copy)]
pub(crate) enum Access {
    /// Everybody reads it, and nobody writes it.
    Readonly,
    /// The class and those under it do both.
    Protected,
}

/// Lists functions, each with what it does: an [`Entry`].
macro_rules! functions {
    ($(
        $(#[doc = $line:literal])+
        fn $name:ident(
            $($parameter:ident: $type:path $(= $default:literal)?),* $(,)?
        ) $(-> $returns:path)? = $entry:expr;
    )+) => {
        vec![$($crate::describe::Function {
            name: stringify!($name),
            documentation: &[$($line),+],
            parameters: vec![$($crate::describe::Parameter {
                name: stringify!($parameter),
                r#type: $type,
                default: None $(.or(Some($default)))?,
            }),*],
            returns: None $(.or(Some($returns)))?,
            entry: $entry,
        }),+]
    };
}

/// Describes a class: its name in PHP, and its functions.
macro_rules! class {
    ($(#[doc = $line:literal])+ $class:ty, $name:expr => $functions:expr) => {
        impl $crate::engine::Class for $class {
            const NAME: &'static str = $name;
            const DOCUMENTATION: $crate::describe::Documentation = &[$($line),+];

            fn handle() -> &'static $crate::engine::ClassHandle {
                static HANDLE: $crate::engine::ClassHandle = $crate::engine::ClassHandle::new();
                &HANDLE
            }

            fn functions() -> Vec<$crate::describe::Function> {
                $functions
            }
        }
    };
}

pub(crate) use {class, functions};
