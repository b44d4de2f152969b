//! The page "Identity tokens": their secret, which proofs the desk accepts, and the verification tool. For owners.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use deskseal::{IdentityClaims, Signer};
use serde::Deserialize;

use super::error::{Error, Result};
use super::explained::{Explained, explained};
use super::form::{Form, RecentForm};
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::secret_settings::{
    self, Issued, SecretPage, SecretsView, confirm_revoke, issue, revoke,
};
use super::signed_in::{AtDesk, Owner, RecentOwner};
use crate::app_state::AppState;
use crate::contacts;
use crate::desks::{self, AcceptedProofs};
use crate::portal_hosts;
use crate::secrets::Purpose;

const LEAF: &str = "identity-tokens";
const PURPOSE: Purpose = Purpose::Identity;

#[derive(Template)]
#[template(path = "dashboard/identity_tokens.html")]
struct IdentityTokensPage {
    layout: Layout,
    path: String,
    desk: String,
    /// What a token may name in `aud`: the helpdesk id and the portal's hosts, each with its label.
    audiences: Vec<(String, &'static str)>,
    secrets: SecretsView,
    policies: [Policy; 3],
    shares_ids: bool,
    tool: Tool,
}

/// A choice of which proofs the desk accepts.
struct Policy {
    value: &'static str,
    label: &'static str,
    is_chosen: bool,
}

/// The verification tool, with the entered fields and the result.
#[derive(Default)]
struct Tool {
    audience: String,
    token: String,
    user_id: String,
    email: String,
    made: Option<String>,
    explained: Option<Explained>,
    problem: Option<String>,
}

#[derive(Deserialize)]
struct Accepted {
    proofs: String,
}

#[derive(Deserialize)]
struct SharedIds {
    #[serde(default)]
    shared: Option<String>,
}

#[derive(Deserialize)]
struct TestCustomer {
    #[serde(default)]
    user_id: String,
    #[serde(default)]
    email: String,
}

#[derive(Deserialize)]
struct Pasted {
    token: String,
    #[serde(default)]
    audience: String,
}

pub(super) fn router() -> Router<Arc<AppState>> {
    let back = async |Owner(at_desk): Owner| Redirect::to(&at_desk.path(LEAF));
    Router::new()
        .route("/desks/{desk}/identity-tokens", get(show))
        .route("/desks/{desk}/identity-tokens/secret", post(issue::<IdentityTokensPage>).get(back))
        .route(
            "/desks/{desk}/identity-tokens/revoke",
            post(revoke::<IdentityTokensPage>).get(confirm_revoke::<IdentityTokensPage>),
        )
        .route("/desks/{desk}/identity-tokens/accepted", post(set_accepted).get(back))
        .route("/desks/{desk}/identity-tokens/shared-ids", post(set_shared_ids).get(back))
        .route("/desks/{desk}/identity-tokens/sign", post(sign).get(back))
        .route("/desks/{desk}/identity-tokens/explain", post(explain).get(back))
}

async fn show(State(app): State<Arc<AppState>>, Owner(at_desk): Owner) -> Result<Response> {
    page_with(&app, &at_desk, None, Tool::default()).await
}

impl SecretPage for IdentityTokensPage {
    const LEAF: &'static str = LEAF;
    const PURPOSE: Purpose = PURPOSE;
    const SECTION: Section = Section::IdentityTokens;

    async fn with_issued(app: &AppState, at_desk: &AtDesk, issued: Issued) -> Result<Response> {
        page_with(app, at_desk, Some(issued), Tool::default()).await
    }
}

/// Sets which proofs the desk accepts. It decides who can sign in, so the change is logged.
async fn set_accepted(
    State(app): State<Arc<AppState>>,
    RecentForm(at_desk, given): RecentForm<Accepted>,
) -> Result<Response> {
    let proofs = AcceptedProofs::parse(&given.proofs).ok_or(Error::FORM_MALFORMED)?;
    let (desk, agent) = (at_desk.desk(), at_desk.signed_in.agent());
    desks::set_accepted_proofs(&app.store, desk, proofs).await?;
    tracing::info!(%desk, %agent, accepted = proofs.as_str(), "the accepted proofs were changed");
    Ok(redirect_with(&app.config, &at_desk.path(LEAF), Notice::SettingsSaved))
}

/// Sets whether links and tokens name customers by the same ids. It decides who sees which conversations, so the change
/// is logged.
async fn set_shared_ids(
    State(app): State<Arc<AppState>>,
    RecentForm(at_desk, given): RecentForm<SharedIds>,
) -> Result<Response> {
    let (desk, agent, is_shared) =
        (at_desk.desk(), at_desk.signed_in.agent(), given.shared.is_some());
    contacts::set_shares_customer_ids(&app.store, desk, is_shared).await?;
    tracing::info!(%desk, %agent, is_shared, "whether links and tokens share customer ids was changed");
    Ok(redirect_with(&app.config, &at_desk.path(LEAF), Notice::SettingsSaved))
}

/// Signs a token for the Ticket Center, as the product's server should.
async fn sign(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Form(given): Form<TestCustomer>,
) -> Result<Response> {
    let desk = at_desk.desk();
    let own = secret_settings::active_secrets(&app, desk, PURPOSE).await?.own;
    let claims = IdentityClaims {
        user_id: Some(given.user_id.as_str()).filter(|id| !id.is_empty()),
        email: Some(given.email.as_str()).filter(|email| !email.is_empty()),
        ..IdentityClaims::default()
    };
    let made = match own.into_iter().find(|live| live.expires_at.is_none()) {
        Some(live) => Signer::new(live.secret)
            .identity_token(desk.as_str(), &claims, app.clock.unix_seconds())
            .map_err(|error| error.message().to_owned()),
        None => Err(NO_SECRET.to_owned()),
    };
    // Signing can impersonate any customer, so the use is logged, without the identity.
    let agent = at_desk.signed_in.agent();
    tracing::info!(%desk, %agent, is_made = made.is_ok(), "a known good identity token was requested");
    let mut tool = Tool { user_id: given.user_id, email: given.email, ..Tool::default() };
    match made {
        Ok(made) => tool.made = Some(made),
        Err(problem) => tool.problem = Some(problem),
    }
    page_with(&app, &at_desk, None, tool).await
}

const NO_SECRET: &str = "This desk has no Identity Secret yet. Generate one on this page first.";

/// Explains why a token is invalid.
async fn explain(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Form(given): Form<Pasted>,
) -> Result<Response> {
    let desk = at_desk.desk();
    let audiences = audiences(&app, &at_desk).await?;
    let is_own = audiences.iter().any(|(audience, _)| *audience == given.audience);
    let audience = if is_own { given.audience } else { desk.to_string() };
    let (asked, token) = (audience.clone(), given.token.clone());
    let explained = explained(&app, desk, PURPOSE, move |verifier, others, now| {
        verifier.explain_identity_token(&asked, &token, others, now)
    })
    .await?;
    let problem = explained.is_none().then(|| NO_SECRET.to_owned());
    let tool = Tool { audience, token: given.token, explained, problem, ..Tool::default() };
    page_with(&app, &at_desk, None, tool).await
}

/// Returns the choices of which proofs the desk accepts.
fn policies(chosen: AcceptedProofs) -> [Policy; 3] {
    AcceptedProofs::ALL.map(|proofs| Policy {
        value: proofs.as_str(),
        label: match proofs {
            AcceptedProofs::Signatures => "Signatures only",
            AcceptedProofs::SignaturesAndTokens => "Signatures and identity tokens",
            AcceptedProofs::Tokens => "Identity tokens only",
        },
        is_chosen: proofs == chosen,
    })
}

/// Returns the audiences of the desk's tokens, the Ticket Center's first.
async fn audiences(app: &AppState, at_desk: &AtDesk) -> Result<Vec<(String, &'static str)>> {
    let desk = at_desk.desk();
    let setup = portal_hosts::setup(&app.store, &app.portal_root, desk).await?;
    let setup = setup.ok_or(Error::NOT_FOUND)?;
    let domains = setup.domains.iter().map(|domain| domain.as_str().to_owned());
    let hosts = [setup.default_host].into_iter().chain(domains);
    let of_portal = hosts.map(|host| (host, "portal"));
    Ok([(desk.to_string(), "Ticket Center")].into_iter().chain(of_portal).collect())
}

async fn page_with(
    app: &AppState,
    at_desk: &AtDesk,
    issued: Option<Issued>,
    tool: Tool,
) -> Result<Response> {
    let desk = at_desk.desk();
    let has_problem = tool.problem.is_some();
    let page = IdentityTokensPage {
        layout: at_desk.layout(Section::IdentityTokens),
        path: at_desk.path(LEAF),
        desk: desk.to_string(),
        audiences: audiences(app, at_desk).await?,
        secrets: secret_settings::view(app, desk, PURPOSE, issued).await?,
        shares_ids: contacts::shares_customer_ids(&app.store, desk).await?,
        policies: policies(desks::accepted_proofs(&app.store, desk).await?),
        tool,
    };
    let page = page::render(&page)?;
    if has_problem {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    Ok(page)
}
