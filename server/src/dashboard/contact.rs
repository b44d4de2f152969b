//! Who a contact is, in words: what is proved and what was only typed.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::contacts::Kind;
use crate::conversations::ContactShown;

/// What stands in a `mailto:` link as it is.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_');

/// A contact as templates show it.
#[derive(Clone, Debug)]
pub(super) struct ContactView {
    /// What to call the contact.
    pub(super) name: String,
    /// How much of that is proved.
    pub(super) proof: String,
    pub(super) is_proved: bool,
    /// The address that was typed, which may be anybody's.
    pub(super) typed_address: Option<String>,
    pub(super) is_blocked: bool,
    /// Whether replies are mailed.
    pub(super) is_mailed: bool,
}

impl ContactView {
    pub(super) fn new(contact: ContactShown) -> Self {
        let ContactShown { kind, value, typed_name, typed_address, is_blocked } = contact;
        let (name, proof) = match kind {
            Kind::Sealed => (value, "verified e-mail".to_owned()),
            Kind::PortalUser => {
                let name = typed_name.unwrap_or_else(|| format!("Customer {value}"));
                (name, format!("verified customer id {value}"))
            }
            Kind::Typed => (typed_name.unwrap_or(value), "public, not verified".to_owned()),
        };
        Self {
            name,
            proof,
            is_proved: kind != Kind::Typed,
            typed_address,
            is_blocked,
            is_mailed: kind == Kind::Sealed,
        }
    }

    /// Returns a link that writes to the typed address in the agent's own mail program.
    pub(super) fn mail_link(&self) -> Option<String> {
        let address = self.typed_address.as_deref()?;
        Some(format!("mailto:{}", utf8_percent_encode(address, KEPT)))
    }
}

#[cfg(test)]
mod tests {
    use super::ContactView;
    use crate::contacts::Kind;
    use crate::conversations::ContactShown;

    fn view(kind: Kind, value: &str) -> ContactView {
        ContactView::new(ContactShown {
            kind,
            value: value.to_owned(),
            typed_name: None,
            typed_address: Some("a?bcc=eve@example.net&x".to_owned()),
            is_blocked: false,
        })
    }

    #[test]
    fn a_user_id_that_looks_like_an_address_is_called_an_id() {
        let contact = view(Kind::PortalUser, "ada@example.com");
        assert_eq!(contact.proof, "verified customer id ada@example.com");
        assert!(!contact.is_mailed);
    }

    #[test]
    fn only_a_sealed_address_is_mailed_and_a_typed_one_is_never_proved() {
        assert!(view(Kind::Sealed, "ada@example.com").is_mailed);
        let typed = view(Kind::Typed, "ada@example.com");
        assert!(!typed.is_proved && !typed.is_mailed);
    }

    #[test]
    fn a_typed_address_adds_nothing_to_the_link() {
        let link = view(Kind::Typed, "x").mail_link();
        assert_eq!(link.as_deref(), Some("mailto:a%3Fbcc%3Deve@example.net%26x"));
    }
}
