//! What the page after a change tells: one sentence, once.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::cookies::{self, CookieName};
use crate::config::Config;

macro_rules! notices {
    ($($name:ident $code:literal $sentence:literal)+) => {
        /// A sentence for the next page. The browser carries its code in a cookie, so that only
        /// sentences of this table can be shown.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Notice {
            $(
                #[doc = $sentence]
                $name,
            )+
        }

        impl Notice {
            const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            fn parse(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)+
                    _ => None,
                }
            }

            pub(super) const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $sentence,)+
                }
            }
        }
    };
}

notices! {
    SignedOut "signed-out" "You are signed out."
    NameChanged "name-changed" "Your name is changed. Messages sent before keep the old one."
    Closed "closed" "Closed. A message of the customer, or of yours, opens it again."
    Reopened "reopened" "Open again."
    Assigned "assigned" "Assigned."
    Blocked "blocked" "Blocked. This customer can neither read nor write any more."
    Unblocked "unblocked" "The customer can read and write again."
    Invited "invited" "Invitation on its way by mail. The list of pending invitations shows when it was sent."
    Withdrawn "withdrawn" "Invitation withdrawn. Its link does not work any more."
    Joined "joined" "Invitation accepted. You are a member of this desk now."
    RecoveryMailed "recovery-mailed" "A recovery link is on its way by mail."
    PasswordSet "password-set" "Your new password is set, and you are signed out everywhere else."
    RoleChanged "role-changed" "The role is changed."
    AgentRemoved "agent-removed" "Agent removed. Their conversations are now unassigned."
    SettingsSaved "settings-saved" "It is saved, and holds from now on."
    SecretRevoked "secret-revoked" "The secret is revoked. What it signed is refused from now on."
    DomainAdded "domain-added" "The domain is added."
    DomainRemoved "domain-removed" "The domain is removed."
    SupportPageSet "support-page-set" "Saved. Mails from now on lead there."
    MailSentAgain "mail-sent-again" "It is on its way again."
    MailForgotten "mail-forgotten" "It will not be sent."
    PasswordChanged "password-changed" "Your password is changed, and you are signed out everywhere else."
}

/// Returns the notice that the browser brings along.
pub(super) fn from_cookie(config: &Config, headers: &HeaderMap) -> Option<Notice> {
    Notice::parse(&cookies::read(config, headers, CookieName::Notice)?)
}

/// Sends the browser to a page that tells the notice.
pub(crate) fn redirect_with(config: &Config, to: &str, notice: Notice) -> Response {
    let mut response = Redirect::to(to).into_response();
    cookies::set(config, response.headers_mut(), CookieName::Notice, notice.code());
    response
}
