//! The encrypted hidden token of a form: which customer opened it, and when.
//!
//! A signed link is valid for five minutes; a form must stay valid while a person writes. So the form
//! contains the proved user id in an encrypted token, for the desk and host at which it was opened. A signed
//! form's token is valid only in the browser that opened it. A public form's token proves nothing, and is
//! valid without cookies too.

use std::time::Duration;

use deskseal::{CanonicalEmail, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::browser::Browser;
use crate::clock::Moment;
use crate::contacts::TokenIdentity;
use crate::conversations::IdempotencyKey;
use crate::portal_hosts::PortalDesk;
use crate::spent_tokens::TokenKey;
use crate::tickets::TokenProof;
use crate::vault::{KeyUse, Keyring, VaultError};

/// How long a form stays valid.
const LIFETIME: Duration = Duration::from_hours(4);

/// The shortest time in which a person reads and fills in a form.
const SHORTEST_VISIT: Duration = Duration::from_secs(2);

/// Changes whenever the meaning of the encrypted text changes.
const VERSION: &str = "portal-form/1";

const SIGNED: &str = "signed";
const PUBLIC: &str = "public";

/// An opened form.
#[derive(Debug)]
pub(super) struct Visit {
    /// Identifies the form, so that it sends only one ticket.
    pub(super) key: IdempotencyKey,
    /// The customer whose link opened it, if any.
    pub(super) customer: Option<Customer>,
    opened_at: Moment,
}

/// The customer whom a link proved.
#[derive(Clone, Debug)]
pub(super) enum Customer {
    /// By a link signature.
    User(UserId),
    /// By an identity token.
    Token(TokenProof),
}

impl Customer {
    /// Returns the customer's id or else the e-mail, for the page.
    pub(super) fn shown(&self) -> &str {
        match self {
            Self::User(user) => user.as_str(),
            Self::Token(proof) => proof.shown(),
        }
    }
}

impl Visit {
    /// Tells whether the form was sent faster than a person can send it. After the clock was set back, it
    /// returns false.
    pub(super) fn is_hasty(&self, now: Moment) -> bool {
        (0..milliseconds(SHORTEST_VISIT))
            .contains(&(now.milliseconds() - self.opened_at.milliseconds()))
    }
}

/// Why a token is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenProblem {
    /// The form has no token.
    Missing,
    /// It is a public form that has expired or is invalid; no identity is lost.
    Public,
    /// It is a signed form of another browser, desk or host, or it was changed.
    SignedElsewhere,
    /// It is a signed form that has expired.
    SignedExpired,
}

#[derive(Serialize, Deserialize)]
struct FormState {
    key: String,
    user: Option<String>,
    token: Option<TokenState>,
    opened_at: i64,
    expires_at: i64,
}

/// The identity token of a link. It has neither name nor attributes (SPEC 12.7).
#[derive(Serialize, Deserialize)]
struct TokenState {
    user: Option<String>,
    email: Option<String>,
    issued_at: i64,
    key: String,
    expires_at: i64,
}

impl TokenState {
    fn of(proof: &TokenProof) -> Self {
        let TokenProof { identity, key, expires_at } = proof;
        Self {
            user: identity.user_id.as_ref().map(|user| user.as_str().to_owned()),
            email: identity.email.as_ref().map(|email| email.as_str().to_owned()),
            issued_at: identity.issued_at.milliseconds(),
            key: key.as_str().to_owned(),
            expires_at: *expires_at,
        }
    }

    fn proof(self) -> Result<TokenProof, deskseal::Error> {
        Ok(TokenProof {
            identity: TokenIdentity {
                user_id: self.user.map(|user| UserId::parse(&user)).transpose()?,
                email: self.email.map(|email| CanonicalEmail::parse(&email)).transpose()?,
                name: None,
                attributes: None,
                issued_at: Moment::from_milliseconds(self.issued_at),
            },
            key: TokenKey::stored(self.key),
            expires_at: self.expires_at,
        })
    }
}

/// The customer who opened the form with a link, and their browser.
#[derive(Clone, Copy)]
pub(super) struct SignedOpener<'opener> {
    pub(super) customer: &'opener Customer,
    pub(super) browser: &'opener Browser,
}

/// Returns the token of a form that is opened now.
///
/// # Errors
/// [`VaultError::NoRandomness`].
pub(super) fn issue(
    keyring: &Keyring,
    desk: &PortalDesk,
    opener: Option<SignedOpener<'_>>,
    now: Moment,
) -> Result<String, VaultError> {
    let state = FormState {
        key: Uuid::now_v7().to_string(),
        user: match opener.map(|opener| opener.customer) {
            Some(Customer::User(user)) => Some(user.as_str().to_owned()),
            _ => None,
        },
        token: match opener.map(|opener| opener.customer) {
            Some(Customer::Token(proof)) => Some(TokenState::of(proof)),
            _ => None,
        },
        opened_at: now.milliseconds(),
        expires_at: now.milliseconds() + milliseconds(LIFETIME),
    };
    let browser = opener.map(|opener| opener.browser);
    let text = serde_json::to_string(&state).map_err(|_| VaultError::NotDecryptable)?;
    let token = keyring.encrypt_text(KeyUse::PortalForm, &associated_data(desk, browser), &text)?;
    Ok(format!("{}.{token}", kind(browser)))
}

/// Reads the token of a submitted form.
///
/// # Errors
/// [`TokenProblem`].
pub(super) fn read(
    keyring: &Keyring,
    desk: &PortalDesk,
    browser: Option<&Browser>,
    token: &str,
    now: Moment,
) -> Result<Visit, TokenProblem> {
    let Some((kind, token)) = token.split_once('.') else { return Err(TokenProblem::Missing) };
    let (broken, expired, browser) = match (kind, browser) {
        (PUBLIC, _) => (TokenProblem::Public, TokenProblem::Public, None),
        (SIGNED, Some(browser)) => {
            (TokenProblem::SignedElsewhere, TokenProblem::SignedExpired, Some(browser))
        }
        (SIGNED, None) => return Err(TokenProblem::SignedElsewhere),
        _ => return Err(TokenProblem::Missing),
    };
    let associated = associated_data(desk, browser);
    let text = keyring.decrypt_text(KeyUse::PortalForm, &associated, token).map_err(|_| broken)?;
    let state: FormState = serde_json::from_str(&text).map_err(|_| broken)?;
    if now.milliseconds() >= state.expires_at {
        return Err(expired);
    }
    let customer = match (state.user, state.token) {
        (Some(user), _) => Some(Customer::User(UserId::parse(&user).map_err(|_| broken)?)),
        (None, Some(token)) => Some(Customer::Token(token.proof().map_err(|_| broken)?)),
        (None, None) => None,
    };
    Ok(Visit {
        key: IdempotencyKey::parse(&state.key).ok_or(broken)?,
        customer,
        opened_at: Moment::from_milliseconds(state.opened_at),
    })
}

/// Zero bytes separate the parts; no part can contain one.
fn associated_data(desk: &PortalDesk, browser: Option<&Browser>) -> Vec<u8> {
    let browser_text = browser.map_or("", Browser::as_str);
    let parts = [VERSION, kind(browser), desk.id.as_str(), desk.host.as_str(), browser_text];
    parts.join("\0").into_bytes()
}

const fn kind(browser: Option<&Browser>) -> &'static str {
    if browser.is_some() { SIGNED } else { PUBLIC }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
