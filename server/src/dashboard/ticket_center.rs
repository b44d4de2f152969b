//! The Ticket Center page: the embed, its secret, and the verification tool. For owners.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use deskseal::Signer;
use serde::Deserialize;

use super::error::Result;
use super::explained::{Explained, explained};
use super::form::{Form, RecentForm};
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::secret_settings::{
    self, Issued, SecretPage, SecretsView, confirm_revoke, issue, revoke,
};
use super::signed_in::{AtDesk, Owner, RecentOwner};
use crate::app_state::AppState;
use crate::desks;
use crate::secrets::Purpose;

const LEAF: &str = "ticket-center";
const PURPOSE: Purpose = Purpose::TicketCenter;

#[derive(Template)]
#[template(path = "dashboard/ticket_center.html")]
struct TicketCenterPage {
    layout: Layout,
    path: String,
    desk: String,
    script_url: String,
    secrets: SecretsView,
    accepts_as_typed: bool,
    tool: Tool,
}

/// The verification tool, with the entered fields and the result.
#[derive(Default)]
struct Tool {
    email: String,
    signature: String,
    made: Option<Made>,
    explained: Option<Explained>,
    problem: Option<String>,
}

/// A valid signature for a test address.
struct Made {
    email: String,
    signature: String,
}

#[derive(Deserialize)]
struct TestAddress {
    email: String,
}

#[derive(Deserialize)]
struct Pasted {
    email: String,
    signature: String,
}

#[derive(Deserialize)]
struct AsTyped {
    #[serde(default)]
    accepts: Option<String>,
}

pub(super) fn router() -> Router<Arc<AppState>> {
    let back = async |Owner(at_desk): Owner| Redirect::to(&at_desk.path(LEAF));
    Router::new()
        .route("/desks/{desk}/ticket-center", get(show))
        .route("/desks/{desk}/ticket-center/secret", post(issue::<TicketCenterPage>).get(back))
        .route(
            "/desks/{desk}/ticket-center/revoke",
            post(revoke::<TicketCenterPage>).get(confirm_revoke::<TicketCenterPage>),
        )
        .route("/desks/{desk}/ticket-center/as-typed", post(set_as_typed).get(back))
        .route("/desks/{desk}/ticket-center/sign", post(sign).get(back))
        .route("/desks/{desk}/ticket-center/explain", post(explain).get(back))
}

async fn show(State(app): State<Arc<AppState>>, Owner(at_desk): Owner) -> Result<Response> {
    page_with(&app, &at_desk, None, Tool::default()).await
}

impl SecretPage for TicketCenterPage {
    const LEAF: &'static str = LEAF;
    const PURPOSE: Purpose = PURPOSE;
    const SECTION: Section = Section::TicketCenter;

    async fn with_issued(app: &AppState, at_desk: &AtDesk, issued: Issued) -> Result<Response> {
        page_with(app, at_desk, Some(issued), Tool::default()).await
    }
}

async fn set_as_typed(
    State(app): State<Arc<AppState>>,
    RecentForm(at_desk, given): RecentForm<AsTyped>,
) -> Result<Response> {
    desks::set_accepts_as_typed(&app.store, at_desk.desk(), given.accepts.is_some()).await?;
    Ok(redirect_with(&app.config, &at_desk.path(LEAF), Notice::SettingsSaved))
}

/// Signs a test address, as the product's server should.
async fn sign(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Form(given): Form<TestAddress>,
) -> Result<Response> {
    let desk = at_desk.desk();
    let own = secret_settings::active_secrets(&app, desk, PURPOSE).await?.own;
    let current = own.into_iter().find(|live| live.expires_at.is_none());
    let made = match current {
        Some(live) => Signer::new(live.secret)
            .sign_email(&given.email)
            .map(|signed| Made {
                email: signed.email.as_str().to_owned(),
                signature: signed.signature.to_hex(),
            })
            .map_err(|error| error.message().to_owned()),
        None => Err(NO_SECRET.to_owned()),
    };
    // Signing can impersonate any customer, so the use is logged, without the address.
    let agent = at_desk.signed_in.agent();
    tracing::info!(%desk, %agent, is_made = made.is_ok(), "a known good signature was requested");
    let mut tool = Tool { email: given.email, ..Tool::default() };
    match made {
        Ok(made) => tool.made = Some(made),
        Err(problem) => tool.problem = Some(problem),
    }
    page_with(&app, &at_desk, None, tool).await
}

const NO_SECRET: &str = "This desk has no HMAC secret yet. Generate one on this page first.";

/// Explains why a signature is invalid.
async fn explain(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Form(given): Form<Pasted>,
) -> Result<Response> {
    let (email, signature) = (given.email.clone(), given.signature.clone());
    let explained = explained(&app, at_desk.desk(), PURPOSE, move |verifier, others, now| {
        verifier.explain_email(&email, &signature, others, now)
    })
    .await?;
    let problem = explained.is_none().then(|| NO_SECRET.to_owned());
    let Pasted { email, signature } = given;
    let tool = Tool { email, signature, explained, problem, made: None };
    page_with(&app, &at_desk, None, tool).await
}

async fn page_with(
    app: &AppState,
    at_desk: &AtDesk,
    issued: Option<Issued>,
    tool: Tool,
) -> Result<Response> {
    let desk = at_desk.desk();
    let has_problem = tool.problem.is_some();
    let page = TicketCenterPage {
        layout: at_desk.layout(Section::TicketCenter),
        path: at_desk.path(LEAF),
        desk: desk.to_string(),
        script_url: format!("{}ticket-center.js", app.config.public_url),
        secrets: secret_settings::view(app, desk, PURPOSE, issued).await?,
        accepts_as_typed: desks::accepts_as_typed(&app.store, desk).await?,
        tool,
    };
    let page = page::render(&page)?;
    if has_problem {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    Ok(page)
}
