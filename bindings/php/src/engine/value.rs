//! Values of PHP, made from Rust's.

use ext_php_rs::types::{ZendHashTable, ZendStr, Zval};

use super::class::Fields;
use super::object::object;

/// What a function returns.
pub(crate) trait Answer {
    /// Returns PHP's value.
    fn into_value(self) -> Zval;
}

impl Answer for Zval {
    fn into_value(self) -> Zval {
        self
    }
}

impl Answer for String {
    fn into_value(self) -> Zval {
        text(&self)
    }
}

impl<T: Fields> Answer for T {
    fn into_value(self) -> Zval {
        object(self)
    }
}

impl<T: Fields> Answer for Option<T> {
    fn into_value(self) -> Zval {
        self.map_or_else(Zval::null, object)
    }
}

/// Returns a string.
pub(crate) fn text(text: &str) -> Zval {
    let mut value = Zval::new();
    value.set_zend_string(ZendStr::new(text, false));
    value
}

/// Returns an integer.
pub(crate) fn integer(integer: i64) -> Zval {
    let mut value = Zval::new();
    value.set_long(integer);
    value
}

/// Returns an integer.
pub(crate) fn index(index: usize) -> Zval {
    integer(i64::try_from(index).expect("a list in memory is shorter"))
}

/// Returns an array of the items.
pub(crate) fn list(items: impl IntoIterator<Item = Zval>) -> Zval {
    let mut list = ZendHashTable::new();
    for item in items {
        list.push(item).expect("a new array takes another item");
    }
    let mut value = Zval::new();
    value.set_hashtable(list);
    value
}

/// Returns an array of the entries, in their order.
pub(crate) fn map<Name: AsRef<str>>(entries: impl IntoIterator<Item = (Name, Zval)>) -> Zval {
    let mut map = ZendHashTable::new();
    for (name, value) in entries {
        map.insert(name.as_ref(), value).expect("a new array takes another entry");
    }
    let mut value = Zval::new();
    value.set_hashtable(map);
    value
}
