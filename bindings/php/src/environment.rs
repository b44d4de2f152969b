//! PHP's environment, which has three places.

use ext_php_rs::types::Zval;

use crate::engine::{getenv, in_superglobal};

/// What a variable of a request's header begins with where PHP runs behind a web server.
const HEADER_PREFIX: &str = "HTTP_";

/// Returns the variable's value: of `$_SERVER`, else of `$_ENV`, else of `getenv`.
///
/// The first two come first since libraries that read `.env` files fill them, and because `putenv`
/// is unsafe where threads serve requests. There, and in `getenv`, a web server also puts the
/// request's headers, which anybody can send: a name that begins as theirs do is looked up in the
/// environment of the process alone.
pub(crate) fn variable(name: &str) -> Option<Zval> {
    let can_exist = !name.is_empty() && !name.contains(['\0', '=']);
    if !can_exist {
        return None;
    }
    if name.starts_with(HEADER_PREFIX) {
        return getenv(name, true);
    }
    in_superglobal("_SERVER", name)
        .or_else(|| in_superglobal("_ENV", name))
        .or_else(|| getenv(name, false))
}
