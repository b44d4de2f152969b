//! The agent's own account: name and password.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use secrecy::ExposeSecret as _;
use serde::Deserialize;

use super::cookies::{self, CookieName};
use super::error::Result;
use super::form::Form;
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::sign_in::own_password;
use super::signed_in::{SignedIn, WithSession};
use crate::accounts;
use crate::agents::{self, AgentName};
use crate::app_state::AppState;
use crate::config::SecretString;
use crate::passwords::{HashedPassword, Known, MIN_CHARACTERS, PasswordError};

#[derive(Template)]
#[template(path = "dashboard/account.html")]
struct AccountPage<'page> {
    layout: Layout,
    email: &'page str,
    name: &'page str,
    must_change_password: bool,
    address_proved: bool,
    is_without_desk: bool,
    least: usize,
    name_problem: Option<&'static str>,
    password_problem: Option<String>,
}

#[derive(Deserialize)]
struct NewName {
    name: String,
}

#[derive(Deserialize)]
struct NewPassword {
    current: SecretString,
    new: SecretString,
    again: SecretString,
}

pub(super) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/account", get(account_page))
        .route("/account/name", post(change_name))
        .route("/account/password", post(change_password))
}

impl<'page> AccountPage<'page> {
    fn new(signed_in: &'page SignedIn) -> Self {
        let account = &signed_in.session.account;
        Self {
            layout: signed_in.layout(Section::Account),
            email: &account.email,
            name: &account.name,
            must_change_password: account.must_change_password,
            address_proved: account.address_proved,
            is_without_desk: signed_in.memberships.is_empty(),
            least: MIN_CHARACTERS,
            name_problem: None,
            password_problem: None,
        }
    }
}

/// Returns the page of an agent without a desk.
pub(super) fn without_desk(signed_in: &SignedIn) -> Result<Response> {
    page::render(&AccountPage::new(signed_in))
}

async fn account_page(WithSession(signed_in): WithSession) -> Result<Response> {
    page::render(&AccountPage::new(&signed_in))
}

async fn change_name(
    State(app): State<Arc<AppState>>,
    signed_in: SignedIn,
    Form(given): Form<NewName>,
) -> Result<Response> {
    let Some(name) = AgentName::parse(&given.name) else {
        let problem = "The name must have 1 to 80 characters, on one line.";
        let page = AccountPage { name_problem: Some(problem), ..AccountPage::new(&signed_in) };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&page)?).into_response());
    };
    agents::rename(&app.store, signed_in.agent(), &name).await?;
    Ok(redirect_with(&app.config, "/account", Notice::NameChanged))
}

async fn change_password(
    State(app): State<Arc<AppState>>,
    WithSession(signed_in): WithSession,
    Form(given): Form<NewPassword>,
) -> Result<Response> {
    let passwords = match new_password(&app, &signed_in, &given).await? {
        Ok(passwords) => passwords,
        Err(problem) => {
            let password_problem = Some(problem);
            let page = AccountPage { password_problem, ..AccountPage::new(&signed_in) };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&page)?).into_response());
        }
    };
    let PasswordChange { current, new } = &passwords;
    let (agent, now) = (signed_in.agent(), app.clock.now());
    let token = accounts::change_password(&app.store, agent, current, new, now).await?;
    tracing::info!(agent = %signed_in.agent(), "a password was changed");
    let to = if signed_in.session.account.must_change_password { "/" } else { "/account" };
    let mut response = redirect_with(&app.config, to, Notice::PasswordChanged);
    cookies::set(&app.config, response.headers_mut(), CookieName::Session, token.shown());
    Ok(response)
}

/// The current password's hash and the new one's.
struct PasswordChange {
    current: HashedPassword,
    new: HashedPassword,
}

/// Returns the hashes, or a sentence about what is wrong with the typed passwords.
async fn new_password(
    app: &AppState,
    signed_in: &SignedIn,
    given: &NewPassword,
) -> Result<Result<PasswordChange, String>> {
    let rejected = |problem: &str| Ok(Err(problem.to_owned()));
    let new = given.new.expose_secret();
    if new != given.again.expose_secret() {
        return rejected("The two new passwords are not the same. Enter the same password twice.");
    }
    if new == given.current.expose_secret() {
        return rejected("This is your current password. Choose a different one.");
    }
    let Some(current) = own_password(app, signed_in, given.current.expose_secret()).await? else {
        return rejected("The current password is wrong. Enter it again.");
    };
    let account = &signed_in.session.account;
    let desks = signed_in.memberships.iter().map(|membership| membership.desk_name.as_str());
    let known = Known::new([account.email.as_str(), &account.name].into_iter().chain(desks));
    Ok(chosen(app, new, known).await?.map(|new| PasswordChange { current, new }))
}

/// Returns the hash of a new password, or a sentence about what is wrong with it.
///
/// # Errors
/// [`web::Error::Unavailable`], [`Error::INTERNAL`].
pub(super) async fn chosen(
    app: &AppState,
    text: &str,
    known: Known,
) -> Result<Result<HashedPassword, String>> {
    match app.passwords.choose(text, known).await {
        Ok(hashed) => Ok(Ok(hashed)),
        Err(error @ (PasswordError::Busy | PasswordError::Failed(_))) => Err(error.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
}
