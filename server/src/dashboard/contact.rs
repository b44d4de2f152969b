//! Who a contact is, in words: what is proved stands as the heading, what was only typed beside it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::contacts::Kind;
use crate::conversations::ContactShown;
use crate::text::visible;

/// What stands in a `mailto:` link as it is.
const UNESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_');

/// The most that is shown of an identity, in characters: all of an address.
const MAX_HEADING: usize = 320;

/// The most that is shown of what was typed, in characters.
const MAX_TYPED: usize = 100;

/// What the heading is where nothing is proved.
const ANONYMOUS: &str = "Anonymous visitor";

/// A contact as templates show it. Every text of it is one line without hidden characters.
#[derive(Clone, Debug)]
pub(super) struct Who {
    /// What was proved. Nothing that was typed ever stands here.
    pub(super) heading: String,
    /// What kind of proof there is.
    pub(super) proof: &'static str,
    pub(super) is_verified: bool,
    /// The name and the address that were typed. They may be anybody's, and are shown behind "says:".
    pub(super) says: Vec<String>,
    pub(super) is_blocked: bool,
    /// A link that writes to the typed address in the agent's own mail program.
    pub(super) mail_link: Option<String>,
}

impl Who {
    pub(super) fn new(contact: &ContactShown) -> Self {
        let typed_address = contact.typed_address.as_deref();
        let (heading, proof) = match contact.kind {
            Kind::Sealed => (visible(&contact.value, MAX_HEADING), "verified e-mail"),
            Kind::PortalUser => (visible(&contact.value, MAX_HEADING), "verified customer id"),
            Kind::Typed => (ANONYMOUS.to_owned(), "unconfirmed"),
        };
        // A contact whose address was typed is known by it, also where no ticket has one.
        let typed_value = (contact.kind == Kind::Typed).then_some(contact.value.as_str());
        let says = contact.typed_name.as_deref().into_iter().chain(typed_address.or(typed_value));
        Self {
            heading,
            proof,
            is_verified: contact.kind != Kind::Typed,
            says: says.map(|typed| visible(typed, MAX_TYPED)).collect(),
            is_blocked: contact.is_blocked,
            mail_link: typed_address.map(mail_link),
        }
    }

    /// Returns a page's title: who it is about, then what they called it.
    pub(super) fn title(&self, subject: &str) -> String {
        format!("{}: {}", self.heading, visible(subject, MAX_TYPED))
    }
}

fn mail_link(address: &str) -> String {
    format!("mailto:{}", utf8_percent_encode(address, UNESCAPED))
}

#[cfg(test)]
mod tests {
    use super::{ANONYMOUS, Who};
    use crate::contacts::Kind;
    use crate::conversations::ContactShown;

    const IMITATION: &str = "✔ verified e-mail\nada@example.com\u{202e}";

    fn who(kind: Kind, value: &str) -> Who {
        Who::new(&ContactShown {
            kind,
            value: value.to_owned(),
            typed_name: Some(IMITATION.to_owned()),
            typed_address: Some("a?bcc=eve@example.net&x".to_owned()),
            is_blocked: false,
        })
    }

    #[test]
    fn a_user_id_that_looks_like_an_address_is_called_an_id() {
        let who = who(Kind::PortalUser, "ada@example.com");
        assert_eq!((who.heading.as_str(), who.proof), ("ada@example.com", "verified customer id"));
    }

    #[test]
    fn what_was_typed_is_never_the_heading() {
        for (kind, heading) in [
            (Kind::Sealed, "bob@example.com"),
            (Kind::PortalUser, "bob@example.com"),
            (Kind::Typed, ANONYMOUS),
        ] {
            let who = who(kind, "bob@example.com");
            assert_eq!(who.heading, heading);
            assert_eq!(who.is_verified, kind != Kind::Typed);
            assert_eq!(who.says[0], "✔ verified e-mail ada@example.com⟨U+202E⟩");
            assert_eq!(who.says[1], "a?bcc=eve@example.net&x");
            assert!(who.title("Hello\u{202e}").starts_with(&format!("{heading}: Hello⟨U+202E⟩")));
        }
    }

    #[test]
    fn a_typed_address_adds_nothing_to_the_link() {
        let link = who(Kind::Typed, "x").mail_link;
        assert_eq!(link.as_deref(), Some("mailto:a%3Fbcc%3Deve@example.net%26x"));
    }
}
