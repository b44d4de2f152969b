//! Paths to which a browser may be redirected: only those of this server.

use form_urlencoded::byte_serialize;

/// The longest path, in bytes; this server has no longer ones.
const MAX_BYTES: usize = 2000;

/// Returns the path if it stays on this server.
pub(super) fn local(text: &str) -> Option<&str> {
    let is_visible = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let is_local = text.starts_with('/')
        && !text.starts_with("//")
        && text.len() <= MAX_BYTES
        && text.bytes().all(is_visible);
    is_local.then_some(text)
}

/// Returns the path with a query that contains the next path.
pub(super) fn with_next(path: &str, next: &str) -> String {
    match local(next).filter(|next| *next != "/") {
        Some(next) => {
            format!("{path}?next={}", byte_serialize(next.as_bytes()).collect::<String>())
        }
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{local, with_next};

    #[test]
    fn no_path_leads_to_another_site() {
        let elsewhere = [
            "",
            "a",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\tb",
            "/a\nb",
            "/ü",
        ];
        for text in elsewhere {
            assert_eq!(local(text), None, "{text:?}");
            assert_eq!(with_next("/sign-in", text), "/sign-in");
        }
        assert_eq!(local("/desks/a/inbox?status=open"), Some("/desks/a/inbox?status=open"));
    }

    #[test]
    fn the_next_path_is_one_value_of_the_query() {
        assert_eq!(with_next("/sign-in", "/a?b=c&d=e"), "/sign-in?next=%2Fa%3Fb%3Dc%26d%3De");
        assert_eq!(with_next("/sign-in", "/"), "/sign-in");
    }
}
