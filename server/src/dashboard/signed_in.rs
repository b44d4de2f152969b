//! Extractors for the agent and the desk of a request; each page declares which one it needs.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{Method, header};
use url::Url;

use super::cookies::{self, CookieName};
use super::error::{Error, Result};
use super::notice::{self, Notice};
use super::page::{Layout, Section};
use crate::agents::{self, Membership, Role};
use crate::app_state::AppState;
use crate::ids::{AgentId, DeskId};
use crate::sessions::{self, Session, Token};

/// An agent with a session, even if the password must be changed first.
#[derive(Clone, Debug)]
pub(super) struct WithSession(pub(super) SignedIn);

/// An agent who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    /// The session.
    pub(crate) session: Session,
    /// The desks that the agent is a member of.
    pub(crate) memberships: Vec<Membership>,
    notice: Option<Notice>,
}

impl SignedIn {
    /// Returns the agent with the session of the token, unless the session has ended. See [`sessions::find`]
    /// for `is_use`.
    ///
    /// # Errors
    /// [`web::Error::Unavailable`], [`Error::INTERNAL`].
    pub(super) async fn new(
        app: &AppState,
        token: &Token,
        is_use: bool,
        notice: Option<Notice>,
    ) -> Result<Option<Self>> {
        let now = app.clock.now();
        let Some(session) = sessions::find(&app.store, token, is_use, now).await? else {
            return Ok(None);
        };
        let memberships = agents::memberships(&app.store, &session.account.id).await?;
        Ok(Some(Self { session, memberships, notice }))
    }

    /// Returns the agent's id.
    pub(crate) const fn agent(&self) -> &AgentId {
        &self.session.account.id
    }

    /// Returns the layout of a page that belongs to no desk.
    pub(crate) fn layout(&self, section: Section) -> Layout {
        Layout {
            agent_name: self.session.account.name.clone(),
            form_token: self.session.token.form_token(),
            desk: None,
            other_desks: self.memberships.clone(),
            section,
            notice: self.notice,
        }
    }
}

/// An agent who is signed in and a member of the desk in the path.
#[derive(Clone, Debug)]
pub(crate) struct AtDesk {
    /// The agent.
    pub(crate) signed_in: SignedIn,
    /// The desk, and what the agent may do there.
    pub(crate) membership: Membership,
}

impl AtDesk {
    /// Returns the desk's id.
    pub(crate) const fn desk(&self) -> &DeskId {
        &self.membership.desk
    }

    /// Returns the path of a page of the desk; `leaf` has no slash in front.
    pub(crate) fn path(&self, leaf: &str) -> String {
        format!("/desks/{}/{leaf}", self.membership.desk)
    }

    /// Tells whether the agent is an owner of the desk.
    pub(crate) fn is_owner(&self) -> bool {
        self.membership.role == Role::Owner
    }

    /// Returns the layout of a page of the desk.
    pub(crate) fn layout(&self, section: Section) -> Layout {
        let mut layout = self.signed_in.layout(section);
        layout.other_desks.retain(|other| other.desk != self.membership.desk);
        layout.desk = Some(self.membership.clone());
        layout
    }
}

/// An owner of the desk in the path.
#[derive(Clone, Debug)]
pub(crate) struct Owner(pub(crate) AtDesk);

/// An owner who entered their password within the last ten minutes; other owners are asked for it.
#[derive(Clone, Debug)]
pub(crate) struct RecentOwner(pub(crate) AtDesk);

impl FromRequestParts<Arc<AppState>> for WithSession {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<AppState>) -> Result<Self> {
        let config = &app.config;
        let sign_in_first = || Error::SignInFirst(return_path(parts));
        let token = cookies::read_token(config, &parts.headers, CookieName::Session)
            .ok_or_else(sign_in_first)?;
        let notice = notice::from_cookie(config, &parts.headers);
        // The script makes these requests by itself.
        let is_use = !parts.headers.contains_key("x-refresh");
        let signed_in = SignedIn::new(app, &token, is_use, notice).await?;
        signed_in.map(Self).ok_or_else(sign_in_first)
    }
}

impl FromRequestParts<Arc<AppState>> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<AppState>) -> Result<Self> {
        let WithSession(signed_in) = WithSession::from_request_parts(parts, app).await?;
        if signed_in.session.account.must_change_password {
            return Err(Error::ChangePasswordFirst);
        }
        Ok(signed_in)
    }
}

impl FromRequestParts<Arc<AppState>> for AtDesk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<AppState>) -> Result<Self> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        let Path(names) = Path::<HashMap<String, String>>::from_request_parts(parts, app)
            .await
            .map_err(|_| Error::NOT_FOUND)?;
        let desk = names.get("desk").map(String::as_str);
        let membership = signed_in
            .memberships
            .iter()
            .find(|membership| Some(membership.desk.as_str()) == desk)
            .cloned()
            .ok_or(Error::NOT_FOUND)?;
        Ok(Self { signed_in, membership })
    }
}

impl FromRequestParts<Arc<AppState>> for Owner {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<AppState>) -> Result<Self> {
        let at_desk = AtDesk::from_request_parts(parts, app).await?;
        if at_desk.is_owner() { Ok(Self(at_desk)) } else { Err(Error::OwnersOnly) }
    }
}

impl FromRequestParts<Arc<AppState>> for RecentOwner {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<AppState>) -> Result<Self> {
        let Owner(at_desk) = Owner::from_request_parts(parts, app).await?;
        if at_desk.signed_in.session.is_recently_confirmed(app.clock.now()) {
            return Ok(Self(at_desk));
        }
        Err(Error::ConfirmFirst(return_path(parts)))
    }
}

/// Returns the path to return to after signing in or confirming. A form cannot be repeated automatically, so
/// for a form it is the page of the form, which browsers send as the referrer.
pub(super) fn return_path(parts: &Parts) -> String {
    if parts.method == Method::GET {
        return parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    }
    let page = parts.headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let page = page.and_then(|page| Url::parse(page).ok());
    page.map_or_else(|| "/".to_owned(), |page| page.path().to_owned())
}
