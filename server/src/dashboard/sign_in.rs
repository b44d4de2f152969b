//! Signing in and out, and giving the password once more.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use deskseal::CanonicalEmail;
use serde::Deserialize;

use super::cookies::{self, Kept};
use super::device;
use super::form::{Form, Nothing, VisitorForm};
use super::notice::{self, Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::path;
use super::refusal::Refusal;
use super::signed_in::{SignedIn, WithSession};
use crate::agents::{self, Account};
use crate::center::Center;
use crate::config::Hidden;
use crate::ids::{AgentId, MessageId};
use crate::limits::Neighbourhood;
use crate::passwords::HashedPassword;
use crate::sessions::{self, Token};
use crate::throttle::{self, Budget, Key};

/// Where to go on after the password.
#[derive(Debug, Deserialize)]
struct Onward {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: Hidden,
    #[serde(default)]
    next: String,
    /// A message that was typed in a session that is over.
    #[serde(default)]
    draft: String,
}

#[derive(Deserialize)]
struct Confirmation {
    password: Hidden,
    #[serde(default)]
    next: String,
}

/// The page to sign in, without what every browser gets for itself.
#[derive(Clone, Debug, Default)]
pub(super) struct SignIn<'page> {
    pub(super) email: &'page str,
    /// The path to go on to.
    pub(super) next: &'page str,
    /// A message that was typed in a session that is over.
    pub(super) draft: &'page str,
    pub(super) problem: Option<String>,
}

#[derive(Template)]
#[template(path = "dashboard/sign_in.html")]
struct SignInPage<'page> {
    form_token: String,
    notice: Option<&'static str>,
    fields: SignIn<'page>,
}

/// What was typed before the session ended, with a form that sends it now.
#[derive(Template)]
#[template(path = "dashboard/kept.html")]
struct KeptPage<'page> {
    layout: Layout,
    message_id: MessageId,
    next: &'page str,
    draft: &'page str,
}

#[derive(Template)]
#[template(path = "dashboard/confirm.html")]
struct ConfirmPage<'page> {
    layout: Layout,
    next: &'page str,
    problem: Option<String>,
}

pub(super) fn router() -> Router<Arc<Center>> {
    Router::new()
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/confirm", get(confirm_page).post(confirm))
}

async fn sign_in_page(
    State(center): State<Arc<Center>>,
    signed_in: Result<WithSession, Refusal>,
    Query(Onward { next }): Query<Onward>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if signed_in.is_ok() {
        return Ok(Redirect::to(path::local(&next).unwrap_or("/")).into_response());
    }
    respond(&center, &headers, StatusCode::OK, SignIn { next: &next, ..SignIn::default() })
}

/// Answers with the page to sign in.
pub(super) fn respond(
    center: &Center,
    headers: &HeaderMap,
    status: StatusCode,
    fields: SignIn<'_>,
) -> Result<Response, Refusal> {
    let notice = notice::brought(&center.config, headers).map(Notice::sentence);
    for_visitor(center, headers, status, |form_token| SignInPage { form_token, notice, fields })
}

/// Answers with a page whose form somebody sends who is not signed in, and gives the browser a token for
/// the form where it has none.
pub(super) fn for_visitor<T: Template>(
    center: &Center,
    headers: &HeaderMap,
    status: StatusCode,
    page: impl FnOnce(String) -> T,
) -> Result<Response, Refusal> {
    let known = cookies::read_token(&center.config, headers, Kept::Visitor);
    let is_new = known.is_none();
    let token = known.map_or_else(Token::generate, Ok)?;
    let mut response = (status, page::render(&page(token.form_token()))?).into_response();
    if is_new {
        cookies::set(&center.config, response.headers_mut(), Kept::Visitor, token.shown());
    }
    Ok(response)
}

async fn sign_in(
    State(center): State<Arc<Center>>,
    Extension(caller): Extension<Neighbourhood>,
    headers: HeaderMap,
    VisitorForm(given): VisitorForm<Credentials>,
) -> Result<Response, Refusal> {
    let fields =
        SignIn { email: &given.email, next: &given.next, draft: &given.draft, problem: None };
    let proof = (given.email.as_str(), given.password.shown());
    match check(&center, &caller, &headers, proof).await {
        Ok(proved) => begin_session(&center, &headers, proved, &fields).await,
        Err(Unproved::Wrong) => {
            let problem = Some("The e-mail or the password is wrong.".to_owned());
            respond(&center, &headers, StatusCode::UNAUTHORIZED, SignIn { problem, ..fields })
        }
        Err(Unproved::Refused(Refusal::TooMany(seconds))) => {
            let problem = Some(too_many(seconds));
            let fields = SignIn { problem, ..fields };
            let mut response = respond(&center, &headers, StatusCode::TOO_MANY_REQUESTS, fields)?;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
        Err(Unproved::Refused(refusal)) => Err(refusal),
    }
}

pub(super) fn too_many(seconds: i64) -> String {
    format!("Too many tries. Wait {seconds} seconds, then try again.")
}

/// Somebody who gave the right password.
pub(super) struct Proved {
    pub(super) account: Account,
    /// The hash that the password matched.
    pub(super) password: HashedPassword,
}

/// Why nobody is signed in.
pub(super) enum Unproved {
    /// No account has this e-mail and password: one answer for both.
    Wrong,
    Refused(Refusal),
}

impl<E: Into<Refusal>> From<E> for Unproved {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// Returns the account whose e-mail and password were given. An account that is not there takes the
/// same budget and the same work.
pub(super) async fn check(
    center: &Center,
    caller: &Neighbourhood,
    headers: &HeaderMap,
    (email, password): (&str, &str),
) -> Result<Proved, Unproved> {
    let email = CanonicalEmail::parse(email).ok();
    let found = match &email {
        Some(email) => agents::by_email(&center.store, email).await?,
        None => None,
    };
    let (account, hashed) = found.unzip();
    let device = account.as_ref().and_then(|account| device::known(center, headers, &account.id));
    let tries = tries(center, caller, email.as_ref(), device.as_deref());
    throttle::take(&center.store, &tries, center.clock.now()).await?;
    if !center.passwords.is_right(password, hashed.as_ref()).await? {
        return Err(Unproved::Wrong);
    }
    if let Some((key, _)) = tries.first() {
        throttle::restore(&center.store, key).await?;
    }
    match (account, hashed) {
        (Some(account), Some(password)) => Ok(Proved { account, password }),
        _ => Err(Unproved::Wrong),
    }
}

/// Returns the budgets that a try takes from; the first one is whole again after the right password.
fn tries(
    center: &Center,
    caller: &Neighbourhood,
    email: Option<&CanonicalEmail>,
    device: Option<&str>,
) -> Vec<(Key, Budget)> {
    let key = |parts: &[&str]| throttle::key(&center.keyring, parts);
    if let Some(device) = device {
        return vec![(key(&["device", device]), Budget::DEVICE)];
    }
    let (address, email) = (caller.to_string(), email.map_or("", CanonicalEmail::as_str));
    vec![
        (key(&["account", email, &address]), Budget::ACCOUNT_FROM_ADDRESS),
        (key(&["address", &address]), Budget::ADDRESS),
    ]
}

async fn begin_session(
    center: &Center,
    headers: &HeaderMap,
    Proved { account, password }: Proved,
    fields: &SignIn<'_>,
) -> Result<Response, Refusal> {
    let (store, now) = (&center.store, center.clock.now());
    let token = sessions::begin(store, &account.id, &password, now).await?;
    let next = path::local(fields.next).unwrap_or("/");
    let mut response = if fields.draft.is_empty() || account.must_change_password {
        Redirect::to(next).into_response()
    } else {
        kept_page(center, &account, &token, fields.draft, next).await?
    };
    enter(center, headers, &mut response, (&account.id, &token)).await?;
    tracing::info!(agent = %account.id, "signed in");
    Ok(response)
}

/// Lets the answer sign the browser in, and ends the session that the browser had.
///
/// # Errors
/// [`Refusal::Unavailable`], [`Refusal::Internal`].
pub(super) async fn enter(
    center: &Center,
    headers: &HeaderMap,
    response: &mut Response,
    (agent, token): (&AgentId, &Token),
) -> Result<(), Refusal> {
    if let Some(former) = cookies::read_token(&center.config, headers, Kept::Session) {
        sessions::end(&center.store, &former).await?;
    }
    let answer = response.headers_mut();
    cookies::set(&center.config, answer, Kept::Session, token.shown());
    cookies::delete(&center.config, answer, Kept::Visitor);
    device::remember(center, answer, agent, device::known(center, headers, agent))?;
    Ok(())
}

async fn kept_page(
    center: &Center,
    account: &Account,
    token: &Token,
    draft: &str,
    next: &str,
) -> Result<Response, Refusal> {
    let signed_in = SignedIn::new(center, token, (true, None)).await?;
    let layout = signed_in.ok_or(Refusal::Internal)?.layout(Section::Account);
    tracing::debug!(agent = %account.id, "a draft was handed back");
    page::render(&KeptPage { layout, message_id: MessageId::generate(), next, draft })
}

async fn sign_out(
    State(center): State<Arc<Center>>,
    headers: HeaderMap,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Refusal> {
    let config = &center.config;
    if let Some(token) = cookies::read_token(config, &headers, Kept::Session) {
        sessions::end(&center.store, &token).await?;
    }
    let mut response = redirect_with(config, "/sign-in", Notice::SignedOut);
    cookies::delete(config, response.headers_mut(), Kept::Session);
    Ok(response)
}

async fn confirm_page(
    signed_in: SignedIn,
    Query(Onward { next }): Query<Onward>,
) -> Result<Response, Refusal> {
    let layout = signed_in.layout(Section::Account);
    page::render(&ConfirmPage { layout, next: &next, problem: None })
}

async fn confirm(
    State(center): State<Arc<Center>>,
    signed_in: SignedIn,
    Form(given): Form<Confirmation>,
) -> Result<Response, Refusal> {
    if own_password(&center, &signed_in, given.password.shown()).await?.is_none() {
        let layout = signed_in.layout(Section::Account);
        let problem = Some("That is not your password.".to_owned());
        let page = page::render(&ConfirmPage { layout, next: &given.next, problem })?;
        return Ok((StatusCode::UNAUTHORIZED, page).into_response());
    }
    let token =
        sessions::confirm(&center.store, &signed_in.session.token, center.clock.now()).await?;
    let mut response = Redirect::to(path::local(&given.next).unwrap_or("/")).into_response();
    cookies::set(&center.config, response.headers_mut(), Kept::Session, token.shown());
    Ok(response)
}

/// Returns the hash of the password of the agent who is signed in, if this is it.
///
/// # Errors
/// [`Refusal::TooMany`] and others.
pub(super) async fn own_password(
    center: &Center,
    signed_in: &SignedIn,
    given: &str,
) -> Result<Option<HashedPassword>, Refusal> {
    let key = throttle::key(&center.keyring, &["confirmation", signed_in.agent().as_str()]);
    let budget = [(key, Budget::CONFIRMATION)];
    throttle::take(&center.store, &budget, center.clock.now()).await?;
    let hashed = agents::password_of(&center.store, signed_in.agent()).await?;
    if !center.passwords.is_right(given, hashed.as_ref()).await? {
        return Ok(None);
    }
    throttle::restore(&center.store, &budget[0].0).await?;
    Ok(hashed)
}
