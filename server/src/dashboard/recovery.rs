//! Recovers a forgotten password: requests a link by mail, and sets a new password with it.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use deskseal::CanonicalEmail;
use secrecy::ExposeSecret as _;
use serde::Deserialize;

use super::cookies::{self, CookieName};
use super::error::Result;
use super::form::VisitorForm;
use super::invited::{
    DeskChoice, Followed, InvalidLinkPage, desk_choices, moved, new_password, opened,
};
use super::notice::{Notice, redirect_with};
use super::sign_in;
use crate::accounts::{self, AcceptError, LinkToken, MembershipChoices, OpenRecovery, Recovered};
use crate::app_state::AppState;
use crate::config::SecretString;
use crate::passwords::{Known, MIN_CHARACTERS};
use crate::throttle::{self, Budget, KeyedBudget, ThrottleError};
use crate::web::Client;

const PATH: &str = "/recovery";

#[derive(Template)]
#[template(path = "dashboard/forgot.html")]
struct ForgotPage {
    form_token: String,
    has_mail: bool,
    is_asked: bool,
}

#[derive(Template)]
#[template(path = "dashboard/recovery.html")]
struct RecoveryPage<'page> {
    form_token: String,
    link: &'page str,
    open: &'page OpenRecovery,
    desks: Vec<DeskChoice<'page>>,
    least: usize,
    problem: Option<String>,
}

#[derive(Deserialize)]
struct Forgotten {
    email: String,
}

#[derive(Deserialize)]
struct NewPassword {
    link: SecretString,
    new: SecretString,
    again: SecretString,
    /// The choice for each desk of an unproved account.
    #[serde(default)]
    desk: Vec<String>,
}

pub(super) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/forgot", get(forgot_page).post(forgot))
        .route(PATH, get(show).post(recover))
}

async fn forgot_page(State(app): State<Arc<AppState>>, headers: HeaderMap) -> Result<Response> {
    forgot_response(&app, &headers, false)
}

fn forgot_response(app: &AppState, headers: &HeaderMap, is_asked: bool) -> Result<Response> {
    let has_mail = app.mailer.is_some();
    sign_in::for_visitor(app, headers, StatusCode::OK, |form_token| ForgotPage {
        form_token,
        has_mail,
        is_asked,
    })
}

/// Queues a mail. The work and the response are the same for every address: whether it has an account is
/// checked when the mail is sent.
async fn forgot(
    State(app): State<Arc<AppState>>,
    client: Client,
    headers: HeaderMap,
    VisitorForm(given): VisitorForm<Forgotten>,
) -> Result<Response> {
    let (store, now) = (&app.store, app.clock.now());
    let key = |parts: &[&str]| throttle::key(&app.keyring, parts);
    let of_caller = key(&["recoveries", &client.network().to_string()]);
    let of_caller = KeyedBudget { key: of_caller, budget: Budget::RECOVERIES_FROM_ADDRESS };
    throttle::take(store, &[of_caller], now).await?;
    if let (Ok(email), true) = (CanonicalEmail::parse(&given.email), app.mailer.is_some()) {
        let of_address = key(&["recovery", email.as_str()]);
        let of_address = KeyedBudget { key: of_address, budget: Budget::RECOVERIES };
        match throttle::take(store, &[of_address], now).await {
            Ok(()) => accounts::request_recovery(store, &email, now).await?,
            // The address got too many mails. The response does not reveal that others requested them.
            Err(ThrottleError::Wait(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    forgot_response(&app, &headers, true)
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
    let now = app.clock.now();
    let Some(open) = accounts::open_recovery(&app.store, &token, now).await? else {
        return invalid_link(&app, &headers);
    };
    respond(&app, &headers, &token, &open, StatusCode::OK, None, &MembershipChoices::default())
}

fn respond(
    app: &AppState,
    headers: &HeaderMap,
    token: &LinkToken,
    open: &OpenRecovery,
    status: StatusCode,
    problem: Option<String>,
    choices: &MembershipChoices,
) -> Result<Response> {
    sign_in::for_visitor(app, headers, status, |form_token| RecoveryPage {
        form_token,
        link: token.shown(),
        open,
        desks: desk_choices(&open.desks, choices),
        least: MIN_CHARACTERS,
        problem,
    })
}

fn invalid_link(app: &AppState, headers: &HeaderMap) -> Result<Response> {
    let sentence = "The link was used or replaced, or it has expired. Request a new link with \
        “Forgot your password?”.";
    sign_in::for_visitor(app, headers, StatusCode::GONE, |_| InvalidLinkPage { sentence })
}

async fn recover(
    State(app): State<Arc<AppState>>,
    client: Client,
    headers: HeaderMap,
    VisitorForm(given): VisitorForm<NewPassword>,
) -> Result<Response> {
    let now = app.clock.now();
    let Some(token) = LinkToken::parse(given.link.expose_secret()) else {
        return invalid_link(&app, &headers);
    };
    let Some(open) = accounts::open_recovery(&app.store, &token, now).await? else {
        return invalid_link(&app, &headers);
    };
    let choices =
        MembershipChoices::parse(given.desk.iter().map(String::as_str)).unwrap_or_default();
    let rejected = |status, problem: String| {
        respond(&app, &headers, &token, &open, status, Some(problem), &choices)
    };
    if !choices.cover(&open.desks) {
        let problem = "Choose for each desk whether you stay a member.".to_owned();
        return rejected(StatusCode::UNPROCESSABLE_ENTITY, problem);
    }
    let known = Known::new([open.email.as_str(), &open.name]);
    let (new, again) = (Some(&given.new), Some(&given.again));
    let password = match new_password(&app, client, new, again, known).await? {
        Ok(password) => password,
        Err(problem) => return rejected(StatusCode::UNPROCESSABLE_ENTITY, problem),
    };
    let recovered = match accounts::recover(&app.store, &token, &password, &choices, now).await {
        Ok(recovered) => recovered,
        Err(AcceptError::Vault(error)) => return Err(error.into()),
        Err(AcceptError::Store(error)) => return Err(error.into()),
        Err(error @ AcceptError::LastOwner(_)) => {
            return rejected(StatusCode::UNPROCESSABLE_ENTITY, error.to_string());
        }
        Err(AcceptError::Changed) => {
            let problem = "The account changed in the meantime. Open the link again.".to_owned();
            return rejected(StatusCode::CONFLICT, problem);
        }
        Err(AcceptError::Gone | AcceptError::HasAccount) => return invalid_link(&app, &headers),
    };
    let mut response = redirect_with(&app.config, "/", Notice::PasswordSet);
    let Recovered { agent, session, is_newly_proved } = &recovered;
    sign_in::start_session(&app, &headers, &mut response, agent, session).await?;
    cookies::delete(&app.config, response.headers_mut(), CookieName::Link);
    tracing::info!(%agent, is_newly_proved, "an account was recovered");
    Ok(response)
}
