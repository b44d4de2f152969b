//! Notices: a sentence that the page after a change shows once.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::cookies::{self, CookieName};
use crate::config::Config;

macro_rules! notices {
    ($($name:ident $code:literal $sentence:literal)+) => {
        /// A sentence for the next page. The browser keeps only its code, in a cookie, so that only these
        /// sentences can be shown.
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
    NameChanged "name-changed" "Name saved. Earlier messages keep the old name."
    Closed "closed" "Conversation closed. A new message from the customer or an agent reopens it."
    Reopened "reopened" "Conversation reopened."
    Assigned "assigned" "Assignment saved."
    Blocked "blocked" "Customer blocked. They can no longer read or write messages."
    Unblocked "unblocked" "Customer unblocked. They can read and write messages again."
    Separated "separated" "Separated. No identity token joins them again."
    Invited "invited" "The invitation is being mailed. The list of pending invitations shows when \
        it was sent."
    Withdrawn "withdrawn" "Invitation withdrawn. Its link no longer works."
    Joined "joined" "Invitation accepted. You are now a member of this desk."
    RecoveryMailed "recovery-mailed" "A recovery link is being mailed."
    PasswordSet "password-set" "Password set. All your other sessions are signed out."
    RoleChanged "role-changed" "Role changed."
    AgentRemoved "agent-removed" "Agent removed. Their conversations are now unassigned."
    SettingsSaved "settings-saved" "Settings saved."
    SecretRevoked "secret-revoked" "Secret revoked. Signatures made with it are now rejected."
    DomainAdded "domain-added" "Domain added."
    DomainRemoved "domain-removed" "Domain removed."
    SupportPageSet "support-page-set" "Support page saved. New mails link to it."
    MailSentAgain "mail-sent-again" "The mail is being sent again."
    MailForgotten "mail-forgotten" "The mail will not be sent."
    PasswordChanged "password-changed" "Password changed. All your other sessions are signed out."
}

/// Returns the notice of the browser's cookie.
pub(super) fn from_cookie(config: &Config, headers: &HeaderMap) -> Option<Notice> {
    Notice::parse(&cookies::read(config, headers, CookieName::Notice)?)
}

/// Redirects the browser to a page that shows the notice.
pub(crate) fn redirect_with(config: &Config, to: &str, notice: Notice) -> Response {
    let mut response = Redirect::to(to).into_response();
    cookies::set(config, response.headers_mut(), CookieName::Notice, notice.code());
    response
}
