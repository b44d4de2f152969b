//! Decides whom a reply reaches, and how: for the composer, the inbox and the mail queue.

use crate::contacts::Kind;
use crate::mail::address;

/// Whom a reply to a contact reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The contact sees it in the widget, and is mailed.
    WidgetAndMail,
    /// The contact sees it in the widget only.
    WidgetOnly(WidgetOnlyReason),
    /// The contact cannot see it.
    Unreachable(UnreachableReason),
}

/// Why a contact who has the widget is not mailed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WidgetOnlyReason {
    /// The server has no mail server configured.
    NotSetUp,
    /// No identity token has proved an address of the customer.
    NoAddress,
    /// No mail server accepts the address. The sentence says why.
    Unaddressable(String),
}

/// Why a reply does not reach the contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreachableReason {
    /// An owner blocked the contact, who can no longer use the widget and is not mailed.
    Blocked,
    /// A link proved a user id, which is not an address, and the portal shows no replies.
    CustomerIdOnly,
    /// An anonymous visitor typed the address, which may belong to another person.
    Unconfirmed,
}

impl Reach {
    /// Decides by what the contact has proved: its identity, and the address that a token proved for a customer id.
    pub fn of(
        kind: Kind,
        value: &str,
        email: Option<&str>,
        is_blocked: bool,
        is_mail_set_up: bool,
    ) -> Self {
        let proved = match kind {
            Kind::PortalUser => return Self::Unreachable(UnreachableReason::CustomerIdOnly),
            Kind::Typed => return Self::Unreachable(UnreachableReason::Unconfirmed),
            Kind::Email | Kind::Customer if is_blocked => {
                return Self::Unreachable(UnreachableReason::Blocked);
            }
            Kind::Email => Some(value),
            Kind::Customer => email,
        };
        let Some(proved) = proved else { return Self::WidgetOnly(WidgetOnlyReason::NoAddress) };
        match address(proved) {
            Err(error) => Self::WidgetOnly(WidgetOnlyReason::Unaddressable(error.to_string())),
            Ok(_) if !is_mail_set_up => Self::WidgetOnly(WidgetOnlyReason::NotSetUp),
            Ok(_) => Self::WidgetAndMail,
        }
    }

    /// Tells whether a reply gets a notification: only if the contact has proved an address.
    ///
    /// A reason not to send it later, such as a block, is checked when it is sent, and is shown.
    pub(super) const fn is_queued(&self) -> bool {
        !matches!(
            self,
            Self::Unreachable(UnreachableReason::CustomerIdOnly | UnreachableReason::Unconfirmed)
                | Self::WidgetOnly(WidgetOnlyReason::NoAddress)
        )
    }

    /// Tells whether the contact cannot see a reply.
    pub const fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }

    /// Tells whether replies are mailed.
    pub const fn is_mailed(&self) -> bool {
        matches!(self, Self::WidgetAndMail)
    }
}

#[cfg(test)]
mod tests {
    use super::{Reach, UnreachableReason, WidgetOnlyReason};
    use crate::contacts::Kind;

    const ADA: &str = "ada@example.com";

    #[test]
    fn only_a_proved_address_is_mailed() {
        assert_eq!(Reach::of(Kind::Email, ADA, None, false, true), Reach::WidgetAndMail);
        let customer = |email| Reach::of(Kind::Customer, "eve@example.com", email, false, true);
        assert_eq!(customer(Some(ADA)), Reach::WidgetAndMail);
        assert_eq!(customer(None), Reach::WidgetOnly(WidgetOnlyReason::NoAddress));
        assert!(!customer(None).is_queued() && customer(Some(ADA)).is_queued());
        for is_blocked in [false, true] {
            let reach = |kind| Reach::of(kind, ADA, Some(ADA), is_blocked, true);
            assert_eq!(
                reach(Kind::PortalUser),
                Reach::Unreachable(UnreachableReason::CustomerIdOnly)
            );
            assert_eq!(reach(Kind::Typed), Reach::Unreachable(UnreachableReason::Unconfirmed));
            assert!(!reach(Kind::PortalUser).is_queued() && !reach(Kind::Typed).is_queued());
        }
    }

    #[test]
    fn without_mail_there_is_still_the_widget() {
        let reach = Reach::of(Kind::Email, ADA, None, false, false);
        assert_eq!(reach, Reach::WidgetOnly(WidgetOnlyReason::NotSetUp));
        let reach = Reach::of(Kind::Email, "\u{e4}@example.com", None, false, true);
        assert!(
            matches!(reach, Reach::WidgetOnly(WidgetOnlyReason::Unaddressable(_))),
            "{reach:?}"
        );
        assert!(reach.is_queued() && !reach.is_mailed());
    }

    #[test]
    fn a_blocked_contact_is_not_reached() {
        for kind in [Kind::Email, Kind::Customer] {
            let reach = Reach::of(kind, ADA, None, true, true);
            assert_eq!(reach, Reach::Unreachable(UnreachableReason::Blocked));
        }
    }
}
