//! Checks which addresses mail servers accept.

use std::net::Ipv4Addr;

use lettre::Address;
use lettre::message::header::HeaderName;

use crate::origin::read_host;

/// Tells other mail systems not to reply automatically (RFC 3834).
pub(crate) const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Why no mail server accepts an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressError {
    /// The part before the `@` is not plain; few servers support that, and every server on the way must.
    #[error("mail servers do not accept the part of this address before the @.")]
    Local,
    /// The domain cannot receive mail.
    #[error("the part of this address after the @ is not a mail domain.")]
    Domain,
    /// A part of it is too long or otherwise malformed.
    #[error("mail servers do not accept this address.")]
    Malformed,
}

/// Returns the one mailbox of an address, with its domain in ASCII form.
///
/// The part before the `@` is plain: no quotes, no whitespace, no list, no line break.
pub(crate) fn address(text: &str) -> Result<Address, AddressError> {
    let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Malformed)?;
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    if local.is_empty() || !local.bytes().all(is_plain) {
        return Err(AddressError::Local);
    }
    let domain = read_host(domain).map_err(|_| AddressError::Domain)?;
    let domain = domain.as_str();
    if domain.starts_with('[') || domain.parse::<Ipv4Addr>().is_ok() {
        return Err(AddressError::Domain);
    }
    Address::new(local, domain).map_err(|_| AddressError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::{AddressError, address};

    #[test]
    fn an_address_is_one_plain_mailbox() {
        let written = |text| address(text).map(|address| address.to_string());
        assert_eq!(written("a.da+x@example.com").as_deref(), Ok("a.da+x@example.com"));
        assert_eq!(written("ada@bücher.example").as_deref(), Ok("ada@xn--bcher-kva.example"));
        for text in [
            "ädä@example.com",
            "\"a b\"@example.com",
            "a,b@example.com",
            "a<b@x.example",
            "@x.example",
        ] {
            assert_eq!(written(text), Err(AddressError::Local), "{text}");
        }
        for text in [
            "ada@192.0.2.1",
            "ada@[::1]",
            "ada@a b",
            "ada@example.com>",
            "ada@a..com",
            "ada@-a.com",
        ] {
            assert_eq!(written(text), Err(AddressError::Domain), "{text}");
        }
        for text in ["ada", "a..b@example.com", &format!("{}@example.com", "a".repeat(65))] {
            assert_eq!(written(text), Err(AddressError::Malformed), "{text}");
        }
    }
}
