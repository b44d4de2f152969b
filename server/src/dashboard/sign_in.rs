//! Signs agents in and out, and asks for the password again.

use std::slice;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use deskseal::CanonicalEmail;
use secrecy::ExposeSecret as _;
use serde::Deserialize;

use super::cookies::{self, CookieName};
use super::device;
use super::error::{Error, Result};
use super::form::{Form, Nothing, VisitorForm};
use super::notice::{self, Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::path;
use super::signed_in::{SignedIn, WithSession};
use crate::agents::{self, Account, Credentials};
use crate::app_state::AppState;
use crate::config::SecretString;
use crate::ids::{AgentId, MessageId};
use crate::passwords::HashedPassword;
use crate::sessions::{self, Token};
use crate::throttle::{self, Budget, KeyedBudget};
use crate::web::{self, Client};

/// The page to continue at after the password.
#[derive(Debug, Deserialize)]
struct Onward {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct SignInForm {
    email: String,
    password: SecretString,
    #[serde(default)]
    next: String,
    /// A message that was typed before the session ended.
    #[serde(default)]
    draft: String,
}

#[derive(Deserialize)]
struct Confirmation {
    password: SecretString,
    #[serde(default)]
    next: String,
}

/// The sign-in page, without the browser's form token.
#[derive(Clone, Debug, Default)]
pub(super) struct SignIn<'page> {
    pub(super) email: &'page str,
    /// The path to continue at.
    pub(super) next: &'page str,
    /// A message that was typed before the session ended.
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

/// The page that shows the message that was typed before the session ended, with a form that sends it now.
#[derive(Template)]
#[template(path = "dashboard/draft.html")]
struct DraftPage<'page> {
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

pub(super) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/confirm", get(confirm_page).post(confirm))
}

async fn sign_in_page(
    State(app): State<Arc<AppState>>,
    signed_in: Result<WithSession>,
    Query(Onward { next }): Query<Onward>,
    headers: HeaderMap,
) -> Result<Response> {
    if signed_in.is_ok() {
        return Ok(Redirect::to(path::local(&next).unwrap_or("/")).into_response());
    }
    respond(&app, &headers, StatusCode::OK, SignIn { next: &next, ..SignIn::default() })
}

/// Responds with the sign-in page.
pub(super) fn respond(
    app: &AppState,
    headers: &HeaderMap,
    status: StatusCode,
    fields: SignIn<'_>,
) -> Result<Response> {
    let notice = notice::from_cookie(&app.config, headers).map(Notice::sentence);
    for_visitor(app, headers, status, |form_token| SignInPage { form_token, notice, fields })
}

/// Responds with a form for a visitor who is not signed in. A browser without a token for the form gets one.
pub(super) fn for_visitor<T: Template>(
    app: &AppState,
    headers: &HeaderMap,
    status: StatusCode,
    page: impl FnOnce(String) -> T,
) -> Result<Response> {
    let known = cookies::read_token(&app.config, headers, CookieName::Visitor);
    let is_new = known.is_none();
    let token = known.map_or_else(Token::generate, Ok)?;
    let mut response = (status, page::render(&page(token.form_token()))?).into_response();
    if is_new {
        cookies::set(&app.config, response.headers_mut(), CookieName::Visitor, token.shown());
    }
    Ok(response)
}

async fn sign_in(
    State(app): State<Arc<AppState>>,
    client: Client,
    headers: HeaderMap,
    VisitorForm(given): VisitorForm<SignInForm>,
) -> Result<Response> {
    let fields =
        SignIn { email: &given.email, next: &given.next, draft: &given.draft, problem: None };
    let password = given.password.expose_secret();
    match authenticate(&app, client, &headers, &given.email, password).await {
        Ok(proved) => begin_session(&app, &headers, proved, &fields).await,
        Err(SignInError::Wrong) => {
            let problem = Some("The e-mail or the password is wrong. Enter both again.".to_owned());
            respond(&app, &headers, StatusCode::UNAUTHORIZED, SignIn { problem, ..fields })
        }
        Err(SignInError::Rejected(Error::Web(web::Error::RateLimited(seconds)))) => {
            let problem = Some(too_many(seconds));
            let fields = SignIn { problem, ..fields };
            let mut response = respond(&app, &headers, StatusCode::TOO_MANY_REQUESTS, fields)?;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
        Err(SignInError::Rejected(error)) => Err(error),
    }
}

pub(super) fn too_many(seconds: u64) -> String {
    format!("Too many attempts. Wait {seconds} seconds, then try again.")
}

/// Why signing in failed.
pub(super) enum SignInError {
    /// No account has this e-mail and password: the error is the same for both cases.
    Wrong,
    Rejected(Error),
}

impl<E: Into<Error>> From<E> for SignInError {
    fn from(error: E) -> Self {
        Self::Rejected(error.into())
    }
}

/// Returns the account with this e-mail and password. An unknown account uses the same budgets and does the
/// same work.
pub(super) async fn authenticate(
    app: &AppState,
    client: Client,
    headers: &HeaderMap,
    email: &str,
    password: &str,
) -> Result<Credentials, SignInError> {
    let email = CanonicalEmail::parse(email).ok();
    let found = match &email {
        Some(email) => agents::by_email(&app.store, email).await?,
        None => None,
    };
    let device = found.as_ref().and_then(|found| device::known(app, headers, &found.account.id));
    let budgets = budgets(app, client, email.as_ref(), device.as_deref());
    throttle::take(&app.store, &budgets, app.clock.now()).await?;
    if !app.passwords.is_right(password, found.as_ref().map(|found| &found.password)).await? {
        return Err(SignInError::Wrong);
    }
    if let Some(first) = budgets.first() {
        throttle::restore(&app.store, &first.key).await?;
    }
    found.ok_or(SignInError::Wrong)
}

/// Returns the budgets that an attempt uses. The right password restores the first one.
fn budgets(
    app: &AppState,
    client: Client,
    email: Option<&CanonicalEmail>,
    device: Option<&str>,
) -> Vec<KeyedBudget> {
    let keyed =
        |parts: &[&str], budget| KeyedBudget { key: throttle::key(&app.keyring, parts), budget };
    if let Some(device) = device {
        return vec![keyed(&["device", device], Budget::DEVICE)];
    }
    let (address, email) = (client.network().to_string(), email.map_or("", CanonicalEmail::as_str));
    vec![
        keyed(&["account", email, &address], Budget::ACCOUNT_FROM_ADDRESS),
        keyed(&["address", &address], Budget::ADDRESS),
    ]
}

async fn begin_session(
    app: &AppState,
    headers: &HeaderMap,
    Credentials { account, password }: Credentials,
    fields: &SignIn<'_>,
) -> Result<Response> {
    let (store, now) = (&app.store, app.clock.now());
    let token = sessions::begin(store, &account.id, &password, now).await?;
    let next = path::local(fields.next).unwrap_or("/");
    let mut response = if fields.draft.is_empty() || account.must_change_password {
        Redirect::to(next).into_response()
    } else {
        draft_page(app, &account, &token, fields.draft, next).await?
    };
    start_session(app, headers, &mut response, &account.id, &token).await?;
    tracing::info!(agent = %account.id, "signed in");
    Ok(response)
}

/// Signs the browser in with the response, and ends the browser's previous session.
///
/// # Errors
/// [`web::Error::Unavailable`], [`Error::INTERNAL`].
pub(super) async fn start_session(
    app: &AppState,
    headers: &HeaderMap,
    response: &mut Response,
    agent: &AgentId,
    token: &Token,
) -> Result<()> {
    if let Some(former) = cookies::read_token(&app.config, headers, CookieName::Session) {
        sessions::end(&app.store, &former).await?;
    }
    let response_headers = response.headers_mut();
    cookies::set(&app.config, response_headers, CookieName::Session, token.shown());
    cookies::delete(&app.config, response_headers, CookieName::Visitor);
    device::remember(app, response_headers, agent, device::known(app, headers, agent))?;
    Ok(())
}

async fn draft_page(
    app: &AppState,
    account: &Account,
    token: &Token,
    draft: &str,
    next: &str,
) -> Result<Response> {
    let signed_in = SignedIn::new(app, token, true, None).await?;
    let layout = signed_in.ok_or(Error::INTERNAL)?.layout(Section::Account);
    tracing::debug!(agent = %account.id, "a draft was shown again after the sign-in");
    page::render(&DraftPage { layout, message_id: MessageId::generate(), next, draft })
}

async fn sign_out(
    State(app): State<Arc<AppState>>,
    headers: HeaderMap,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let config = &app.config;
    if let Some(token) = cookies::read_token(config, &headers, CookieName::Session) {
        sessions::end(&app.store, &token).await?;
    }
    let mut response = redirect_with(config, "/sign-in", Notice::SignedOut);
    cookies::delete(config, response.headers_mut(), CookieName::Session);
    Ok(response)
}

async fn confirm_page(
    signed_in: SignedIn,
    Query(Onward { next }): Query<Onward>,
) -> Result<Response> {
    let layout = signed_in.layout(Section::Account);
    page::render(&ConfirmPage { layout, next: &next, problem: None })
}

async fn confirm(
    State(app): State<Arc<AppState>>,
    signed_in: SignedIn,
    Form(given): Form<Confirmation>,
) -> Result<Response> {
    if own_password(&app, &signed_in, given.password.expose_secret()).await?.is_none() {
        let layout = signed_in.layout(Section::Account);
        let problem = Some("The password is wrong. Enter it again.".to_owned());
        let page = page::render(&ConfirmPage { layout, next: &given.next, problem })?;
        return Ok((StatusCode::UNAUTHORIZED, page).into_response());
    }
    let token = sessions::confirm(&app.store, &signed_in.session.token, app.clock.now()).await?;
    let mut response = Redirect::to(path::local(&given.next).unwrap_or("/")).into_response();
    cookies::set(&app.config, response.headers_mut(), CookieName::Session, token.shown());
    Ok(response)
}

/// Returns the password hash of the signed-in agent, if the given password is right.
///
/// # Errors
/// [`Error::TooMany`] and others.
pub(super) async fn own_password(
    app: &AppState,
    signed_in: &SignedIn,
    given: &str,
) -> Result<Option<HashedPassword>> {
    let key = throttle::key(&app.keyring, &["confirmation", signed_in.agent().as_str()]);
    let confirmation = KeyedBudget { key, budget: Budget::CONFIRMATION };
    throttle::take(&app.store, slice::from_ref(&confirmation), app.clock.now()).await?;
    let hashed = agents::password_of(&app.store, signed_in.agent()).await?;
    if !app.passwords.is_right(given, hashed.as_ref()).await? {
        return Ok(None);
    }
    throttle::restore(&app.store, &confirmation.key).await?;
    Ok(hashed)
}
