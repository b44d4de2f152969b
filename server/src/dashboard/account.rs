//! The agent's own account: name and password.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::cookies::{self, Kept};
use super::form::Form;
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::refusal::Refusal;
use super::sign_in::own_password;
use super::signed_in::{SignedIn, WithSession};
use crate::agents::{self, AgentName};
use crate::center::Center;
use crate::config::Hidden;
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
    current: Hidden,
    new: Hidden,
    again: Hidden,
}

pub(super) fn router() -> Router<Arc<Center>> {
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

/// Returns the page of somebody who is no member of any desk.
pub(super) fn without_desk(signed_in: &SignedIn) -> Result<Response, Refusal> {
    page::render(&AccountPage::new(signed_in))
}

async fn account_page(WithSession(signed_in): WithSession) -> Result<Response, Refusal> {
    page::render(&AccountPage::new(&signed_in))
}

async fn change_name(
    State(center): State<Arc<Center>>,
    signed_in: SignedIn,
    Form(given): Form<NewName>,
) -> Result<Response, Refusal> {
    let Some(name) = AgentName::parse(&given.name) else {
        let problem = "A name has 1 to 80 characters, on one line.";
        let page = AccountPage { name_problem: Some(problem), ..AccountPage::new(&signed_in) };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&page)?).into_response());
    };
    agents::rename(&center.store, signed_in.agent(), &name).await?;
    Ok(redirect_with(&center.config, "/account", Notice::NameChanged))
}

async fn change_password(
    State(center): State<Arc<Center>>,
    WithSession(signed_in): WithSession,
    Form(given): Form<NewPassword>,
) -> Result<Response, Refusal> {
    let passwords = match new_password(&center, &signed_in, &given).await? {
        Ok(passwords) => passwords,
        Err(problem) => {
            let password_problem = Some(problem);
            let page = AccountPage { password_problem, ..AccountPage::new(&signed_in) };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&page)?).into_response());
        }
    };
    let (now, passwords) = (center.clock.now(), (&passwords.0, &passwords.1));
    let token = agents::change_password(&center.store, signed_in.agent(), passwords, now).await?;
    tracing::info!(agent = %signed_in.agent(), "a password was changed");
    let to = if signed_in.session.account.must_change_password { "/" } else { "/account" };
    let mut response = redirect_with(&center.config, to, Notice::PasswordChanged);
    cookies::set(&center.config, response.headers_mut(), Kept::Session, token.shown());
    Ok(response)
}

/// Returns the current password and the new one, as the database keeps them, or what is wrong with what was
/// given.
async fn new_password(
    center: &Center,
    signed_in: &SignedIn,
    given: &NewPassword,
) -> Result<Result<(HashedPassword, HashedPassword), String>, Refusal> {
    let refused = |problem: &str| Ok(Err(problem.to_owned()));
    let new = given.new.shown();
    if new != given.again.shown() {
        return refused("The two new passwords are not the same.");
    }
    if new == given.current.shown() {
        return refused("This is the password that you have; choose another.");
    }
    let Some(current) = own_password(center, signed_in, given.current.shown()).await? else {
        return refused("The current password is wrong.");
    };
    let account = &signed_in.session.account;
    let desks = signed_in.memberships.iter().map(|membership| membership.desk_name.as_str());
    let known = Known::new([account.email.as_str(), &account.name].into_iter().chain(desks));
    Ok(chosen(center, new, known).await?.map(|new| (current, new)))
}

/// Returns what to keep of a password that somebody chose, or a sentence about what is wrong with it.
///
/// # Errors
/// [`Refusal::Unavailable`], [`Refusal::Internal`].
pub(super) async fn chosen(
    center: &Center,
    text: &str,
    known: Known,
) -> Result<Result<HashedPassword, String>, Refusal> {
    match center.passwords.choose(text, known).await {
        Ok(hashed) => Ok(Ok(hashed)),
        Err(error @ (PasswordError::Busy | PasswordError::Failed(_))) => Err(error.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
}
