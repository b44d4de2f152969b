//! The page that accepts an invitation: for the holder of its link, signed in or not.
//!
//! A GET changes nothing, because mail scanners open links. It moves the token from the address bar into a
//! cookie; the next page has a form whose POST accepts.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use secrecy::ExposeSecret as _;
use serde::Deserialize;

use super::account::chosen;
use super::cookies::{self, CookieName};
use super::error::{Error, Result};
use super::form::VisitorForm;
use super::notice::{Notice, redirect_with};
use super::sign_in::{self, SignInError};
use crate::accounts::{
    self, AcceptError, Chosen, LinkToken, MembershipChoices, Needed, OpenInvitation,
};
use crate::agents::{AgentName, Membership, Role};
use crate::app_state::AppState;
use crate::config::SecretString;
use crate::passwords::{HashedPassword, Known, MIN_CHARACTERS};
use crate::throttle::{self, Budget, KeyedBudget};
use crate::web::{self, Client};

const PATH: &str = "/invitation";

/// The token of an opened link.
#[derive(Deserialize)]
pub(super) struct Followed {
    pub(super) token: Option<SecretString>,
}

#[derive(Template)]
#[template(path = "dashboard/invitation.html")]
struct InvitationPage<'page> {
    form_token: String,
    link: &'page str,
    open: &'page OpenInvitation,
    is_either: bool,
    is_take_over: bool,
    name: &'page str,
    desks: Vec<DeskChoice<'page>>,
    least: usize,
    problem: Option<String>,
}

/// The page for a link that is no longer valid.
#[derive(Template)]
#[template(path = "dashboard/link_invalid.html")]
pub(super) struct InvalidLinkPage {
    pub(super) sentence: &'static str,
}

/// A desk of an unproved account, and the choice to stay or leave.
pub(super) struct DeskChoice<'page> {
    pub(super) membership: &'page Membership,
    pub(super) stays: Option<bool>,
}

#[derive(Deserialize)]
struct Acceptance {
    link: SecretString,
    #[serde(default)]
    name: String,
    /// A new password, if one is chosen.
    new: Option<SecretString>,
    again: Option<SecretString>,
    /// The password of an existing account.
    current: Option<SecretString>,
    /// The choice for each desk of an unproved account.
    #[serde(default)]
    desk: Vec<String>,
}

/// Why an invitation cannot be accepted now.
enum Problem {
    /// The form must be shown again with the sentence.
    Sentence(StatusCode, String),
    /// The link is no longer valid.
    Gone,
    Rejected(Error),
}

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::Rejected(error.into())
    }
}

pub(super) fn router() -> Router<Arc<AppState>> {
    Router::new().route(PATH, get(show).post(accept))
}

/// Moves the token of an opened link into a cookie, and redirects to the page without it.
pub(super) fn moved(app: &AppState, token: &str, path: &'static str) -> Response {
    let mut response = Redirect::to(path).into_response();
    if let Some(token) = LinkToken::parse(token) {
        cookies::set(&app.config, response.headers_mut(), CookieName::Link, token.shown());
    }
    // The URL contains the token, so it must not be sent as a referrer.
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Returns the token of the link that this browser opened.
pub(super) fn opened(app: &AppState, headers: &HeaderMap) -> Option<LinkToken> {
    LinkToken::parse(&cookies::read(&app.config, headers, CookieName::Link)?)
}

async fn show(
    State(app): State<Arc<AppState>>,
    Query(followed): Query<Followed>,
    headers: HeaderMap,
) -> Result<Response> {
    if let Some(token) = followed.token {
        return Ok(moved(&app, token.expose_secret(), PATH));
    }
    let Some(token) = opened(&app, &headers) else { return invalid_link(&app, &headers) };
    let Some(open) = accounts::open(&app.store, &token, app.clock.now()).await? else {
        return invalid_link(&app, &headers);
    };
    respond(&app, &headers, &token, &open, StatusCode::OK, None, &Filled::default())
}

/// The values to show in the form again.
#[derive(Default)]
struct Filled<'page> {
    name: Option<&'page str>,
    choices: MembershipChoices,
}

fn respond(
    app: &AppState,
    headers: &HeaderMap,
    token: &LinkToken,
    open: &OpenInvitation,
    status: StatusCode,
    problem: Option<String>,
    filled: &Filled<'_>,
) -> Result<Response> {
    let memberships = match &open.needed {
        Needed::TakeOver(memberships) => memberships.as_slice(),
        _ => &[],
    };
    sign_in::for_visitor(app, headers, status, |form_token| InvitationPage {
        form_token,
        link: token.shown(),
        open,
        is_either: matches!(open.needed, Needed::Either),
        is_take_over: matches!(open.needed, Needed::TakeOver(_)),
        name: filled.name.unwrap_or(&open.name),
        desks: desk_choices(memberships, &filled.choices),
        least: MIN_CHARACTERS,
        problem,
    })
}

pub(super) fn desk_choices<'page>(
    memberships: &'page [Membership],
    choices: &MembershipChoices,
) -> Vec<DeskChoice<'page>> {
    let choice = |membership: &'page Membership| DeskChoice {
        membership,
        stays: choices.of(&membership.desk),
    };
    memberships.iter().map(choice).collect()
}

fn invalid_link(app: &AppState, headers: &HeaderMap) -> Result<Response> {
    let sentence = "The invitation was accepted, withdrawn or replaced, or it has expired. Ask the \
                    person who invited you to send it again.";
    sign_in::for_visitor(app, headers, StatusCode::GONE, |_| InvalidLinkPage { sentence })
}

async fn accept(
    State(app): State<Arc<AppState>>,
    client: Client,
    headers: HeaderMap,
    VisitorForm(given): VisitorForm<Acceptance>,
) -> Result<Response> {
    let now = app.clock.now();
    let Some(token) = LinkToken::parse(given.link.expose_secret()) else {
        return invalid_link(&app, &headers);
    };
    let Some(open) = accounts::open(&app.store, &token, now).await? else {
        return invalid_link(&app, &headers);
    };
    let choices =
        MembershipChoices::parse(given.desk.iter().map(String::as_str)).unwrap_or_default();
    match accepted(&app, client, &headers, &token, &open, &given, &choices).await {
        Ok(response) => Ok(response),
        Err(Problem::Gone) => invalid_link(&app, &headers),
        Err(Problem::Rejected(error)) => Err(error),
        Err(Problem::Sentence(status, sentence)) => {
            // The account may have changed, so that another form is needed.
            let open = accounts::open(&app.store, &token, now).await?;
            let Some(open) = open else { return invalid_link(&app, &headers) };
            let filled = Filled { name: Some(&given.name), choices };
            respond(&app, &headers, &token, &open, status, Some(sentence), &filled)
        }
    }
}

async fn accepted(
    app: &AppState,
    client: Client,
    headers: &HeaderMap,
    token: &LinkToken,
    open: &OpenInvitation,
    given: &Acceptance,
    choices: &MembershipChoices,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    let accepted = match (&open.needed, &given.current) {
        (Needed::Password | Needed::Either, Some(current)) => {
            let proved =
                sign_in::authenticate(app, client, headers, &open.email, current.expose_secret());
            let proved = proved.await.map_err(|unproved| wrong_password(unproved, &open.needed))?;
            let chosen = Chosen::Account { id: &proved.account.id, password: &proved.password };
            accounts::accept(&app.store, token, chosen, now).await
        }
        (Needed::Password, None) => return Err(Error::FORM_MALFORMED.into()),
        (Needed::NewAccount | Needed::Either, _) => {
            let new = new_account(app, client, open, given).await?;
            let chosen = Chosen::NewAccount { name: &new.name, password: &new.password };
            accounts::accept(&app.store, token, chosen, now).await
        }
        (Needed::TakeOver(memberships), _) => {
            if !choices.cover(memberships) {
                return Err(unprocessable("Choose for each desk whether you stay a member."));
            }
            let new = new_account(app, client, open, given).await?;
            let chosen = Chosen::TakeOver { name: &new.name, password: &new.password, choices };
            accounts::accept(&app.store, token, chosen, now).await
        }
    };
    let accepted = accepted.map_err(not_accepted)?;
    let path = format!("/desks/{}/inbox", accepted.desk);
    let mut response = redirect_with(&app.config, &path, Notice::Joined);
    sign_in::start_session(app, headers, &mut response, &accepted.agent, &accepted.session).await?;
    cookies::delete(&app.config, response.headers_mut(), CookieName::Link);
    let is_taken_over = matches!(open.needed, Needed::TakeOver(_));
    let (agent, desk) = (&accepted.agent, &accepted.desk);
    tracing::info!(%agent, %desk, is_taken_over, "an invitation was accepted");
    Ok(response)
}

/// What the holder of the link chose for a new account.
struct NewAccount {
    name: AgentName,
    password: HashedPassword,
}

async fn new_account(
    app: &AppState,
    client: Client,
    open: &OpenInvitation,
    given: &Acceptance,
) -> Result<NewAccount, Problem> {
    let name = AgentName::parse(&given.name)
        .ok_or_else(|| unprocessable("The name must have 1 to 80 characters, on one line."))?;
    let known = Known::new([open.email.as_str(), name.as_str(), &open.desk_name]);
    let (new, again) = (given.new.as_ref(), given.again.as_ref());
    let password = new_password(app, client, new, again, known).await?;
    let password = password.map_err(|sentence| unprocessable(&sentence))?;
    Ok(NewAccount { name, password })
}

/// Returns the hash of a new password that was typed twice, or what is wrong with it.
pub(super) async fn new_password(
    app: &AppState,
    client: Client,
    new: Option<&SecretString>,
    again: Option<&SecretString>,
    known: Known,
) -> Result<Result<HashedPassword, String>> {
    let (Some(new), Some(again)) = (new, again) else { return Err(Error::FORM_MALFORMED) };
    if new.expose_secret() != again.expose_secret() {
        return Ok(Err(
            "The two passwords are not the same. Enter the same password twice.".to_owned()
        ));
    }
    // Limits the holder of a link, who could otherwise delay all sign-ins by choosing passwords repeatedly.
    let key = throttle::key(&app.keyring, &["choosing", &client.network().to_string()]);
    let choosing = KeyedBudget { key, budget: Budget::ADDRESS };
    throttle::take(&app.store, &[choosing], app.clock.now()).await?;
    chosen(app, new.expose_secret(), known).await
}

fn unprocessable(sentence: &str) -> Problem {
    Problem::Sentence(StatusCode::UNPROCESSABLE_ENTITY, sentence.to_owned())
}

fn wrong_password(unproved: SignInError, needed: &Needed) -> Problem {
    match unproved {
        SignInError::Rejected(Error::Web(web::Error::RateLimited(seconds))) => {
            Problem::Sentence(StatusCode::TOO_MANY_REQUESTS, sign_in::too_many(seconds))
        }
        SignInError::Rejected(error) => Problem::Rejected(error),
        SignInError::Wrong => {
            let sentence = match needed {
                Needed::Either => format!("The password is wrong. {ASK_FOR_MAIL}"),
                _ => "The password is wrong. Enter it again, or reset it with “Forgot your \
                    password?”."
                    .to_owned(),
            };
            Problem::Sentence(StatusCode::UNAUTHORIZED, sentence)
        }
    }
}

const ASK_FOR_MAIL: &str = "If you do not know it, ask the owner who invited you to send the \
                            invitation by mail.";

fn not_accepted(error: AcceptError) -> Problem {
    match error {
        AcceptError::Gone => Problem::Gone,
        AcceptError::HasAccount => unprocessable(&format!(
            "This link cannot create an account for this address. If you have an account here, enter \
             its password below. {ASK_FOR_MAIL}"
        )),
        AcceptError::Changed => Problem::Sentence(
            StatusCode::CONFLICT,
            "The account changed in the meantime. Read this page again, then submit the form \
                again."
                .to_owned(),
        ),
        error @ AcceptError::LastOwner(_) => unprocessable(&error.to_string()),
        AcceptError::Vault(error) => error.into(),
        AcceptError::Store(error) => error.into(),
    }
}
