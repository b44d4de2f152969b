//! Shows a contact: the proved identity is the heading, and typed fields are shown beside it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::clock::Moment;
use crate::contacts::{Description, Joint, Kind};
use crate::conversations::ContactShown;
use crate::ids::ContactId;
use crate::text::visible;

/// Characters that stay unescaped in a `mailto:` link.
const UNESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_');

/// The longest heading, in characters: the longest address fits.
const MAX_HEADING: usize = 320;

/// The longest typed name or address on a page, in characters.
const MAX_TYPED: usize = 100;

/// The longest name or attribute that the product says, in characters.
const MAX_SAID: usize = 255;

/// The heading when nothing is proved.
const ANONYMOUS: &str = "Anonymous visitor";

/// A contact as templates show it. Each text is one line without hidden characters.
#[derive(Clone, Debug)]
pub(super) struct Who {
    /// The proved identity; never a typed text.
    pub(super) heading: String,
    /// The kind of proof.
    pub(super) proof: &'static str,
    pub(super) is_verified: bool,
    /// The address that an identity token proved for a customer id.
    pub(super) email: Option<String>,
    /// The typed name and address. They may belong to another person, and are shown after "says:".
    pub(super) says: Vec<String>,
    pub(super) is_blocked: bool,
    /// A link that opens the agent's own mail program with the typed address.
    pub(super) mail_link: Option<String>,
}

impl Who {
    pub(super) fn new(contact: &ContactShown) -> Self {
        let typed_address = contact.typed_address.as_deref();
        let (heading, proof) = match contact.kind {
            Kind::Email => (visible(&contact.value, MAX_HEADING), "verified e-mail"),
            Kind::PortalUser | Kind::Customer => {
                (visible(&contact.value, MAX_HEADING), "verified customer id")
            }
            Kind::Typed => (ANONYMOUS.to_owned(), "unconfirmed"),
        };
        // A typed contact is identified by its address, even if no ticket has one.
        let typed_value = (contact.kind == Kind::Typed).then_some(contact.value.as_str());
        let says = contact.typed_name.as_deref().into_iter().chain(typed_address.or(typed_value));
        Self {
            heading,
            proof,
            is_verified: contact.kind != Kind::Typed,
            email: contact.email.as_deref().map(|email| visible(email, MAX_HEADING)),
            says: says.map(|typed| visible(typed, MAX_TYPED)).collect(),
            is_blocked: contact.is_blocked,
            mail_link: typed_address.map(mail_link),
        }
    }

    /// Returns a page's title: the contact, then the subject.
    pub(super) fn title(&self, subject: &str) -> String {
        format!("{}: {}", self.heading, visible(subject, MAX_TYPED))
    }
}

/// What the product says of a customer, as templates show it.
#[derive(Clone, Debug)]
pub(super) struct Says {
    pub(super) name: Option<String>,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) at: Moment,
}

impl Says {
    pub(super) fn new(description: &Description) -> Self {
        let shown = |text: &str| visible(text, MAX_SAID);
        Self {
            name: description.name.as_deref().map(shown),
            attributes: description
                .attributes
                .iter()
                .map(|(name, value)| (shown(name), shown(value)))
                .collect(),
            at: description.at,
        }
    }
}

/// A joint, as templates show it.
#[derive(Clone, Debug)]
pub(super) struct JointShown {
    pub(super) id: ContactId,
    pub(super) identity: String,
    pub(super) reason: &'static str,
    pub(super) at: String,
    pub(super) is_left: bool,
}

impl JointShown {
    pub(super) fn new(joint: &Joint) -> Self {
        Self {
            id: joint.id.clone(),
            identity: visible(&joint.value, MAX_HEADING),
            reason: match joint.kind {
                Kind::Email => {
                    "An identity token proved this e-mail together with the customer id."
                }
                _ => "An owner said that links and identity tokens have the same customer ids.",
            },
            at: joint.joined_at.to_minute(),
            is_left: joint.is_left,
        }
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
            email: None,
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
    fn a_typed_text_is_never_the_heading() {
        for (kind, heading) in [
            (Kind::Email, "bob@example.com"),
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
