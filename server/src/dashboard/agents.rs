//! The page "Agents": the members of a desk. For owners. [`super::invitations`] invites new ones.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use deskseal::CanonicalEmail;
use serde::Deserialize;

use super::confirm_action::ConfirmAction;
use super::error::{Error, Result};
use super::form::{Nothing, RecentForm};
use super::invitations::{self, Entered};
use super::notice::{Notice, redirect_with};
use super::page::Section;
use super::signed_in::{AtDesk, Owner, RecentOwner};
use crate::accounts;
use crate::agents::{self, Member, Role};
use crate::app_state::AppState;
use crate::ids::AgentId;
use crate::throttle::{self, Budget, KeyedBudget};

#[derive(Deserialize)]
struct NewRole {
    role: String,
}

pub(super) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/desks/{desk}/agents", get(agents_page).post(invitations::invite))
        .route("/desks/{desk}/agents/{agent}/role", get(confirm_role).post(set_role))
        .route("/desks/{desk}/agents/{agent}/remove", get(confirm_remove).post(remove))
        .route("/desks/{desk}/agents/{agent}/recovery", get(confirm_recovery).post(recovery))
}

async fn agents_page(
    State(app): State<Arc<AppState>>,
    Owner(at_desk): Owner,
    Query(entered): Query<Entered>,
) -> Result<Response> {
    invitations::show(&app, &at_desk, &entered, None).await
}

/// The agent in the path.
#[derive(Deserialize)]
struct AgentPath {
    agent: String,
}

/// Returns the member in the path.
async fn member(app: &AppState, at_desk: &AtDesk, agent: &str) -> Result<Member> {
    let members = agents::members(&app.store, at_desk.desk()).await?;
    members.into_iter().find(|member| member.account.id.as_str() == agent).ok_or(Error::NOT_FOUND)
}

async fn confirm_role(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Path(AgentPath { agent }): Path<AgentPath>,
    Query(given): Query<NewRole>,
) -> Result<Response> {
    let role = Role::parse(&given.role).ok_or(Error::FORM_MALFORMED)?;
    let member = member(&app, &at_desk, &agent).await?;
    let name = &member.account.name;
    let leaf = format!("agents/{agent}/role");
    let page = ConfirmAction::new(&at_desk, Section::Agents, &leaf, "agents");
    let page = match role {
        Role::Owner => page.about(format!("Make {name} an owner"), "Make an owner").says(
            "Owners can replace secrets, sign as any customer, change every setting, and invite and \
             remove agents. They can remove you, too.",
        ),
        Role::Agent => page.about(format!("Make {name} an agent"), "Make an agent").says(
            "Agents answer customers. They cannot see settings, secrets or the list of agents. \
             Pending invitations that this owner sent are withdrawn.",
        ),
    };
    page.with("role", role.as_str()).asked()
}

async fn set_role(
    State(app): State<Arc<AppState>>,
    Path(AgentPath { agent }): Path<AgentPath>,
    RecentForm(at_desk, given): RecentForm<NewRole>,
) -> Result<Response> {
    let agent = AgentId::parse(&agent).ok_or(Error::NOT_FOUND)?;
    let role = Role::parse(&given.role).ok_or(Error::FORM_MALFORMED)?;
    agents::set_role(&app.store, at_desk.desk(), &agent, role).await?;
    tracing::info!(%agent, by = %at_desk.signed_in.agent(), role = role.as_str(), "a role changed");
    // An agent who is no longer an owner cannot see the page of agents.
    let is_own = agent == *at_desk.signed_in.agent() && role == Role::Agent;
    let path = at_desk.path(if is_own { "inbox" } else { "agents" });
    Ok(redirect_with(&app.config, &path, Notice::RoleChanged))
}

async fn confirm_remove(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Path(AgentPath { agent }): Path<AgentPath>,
) -> Result<Response> {
    let member = member(&app, &at_desk, &agent).await?;
    let desk = &at_desk.membership.desk_name;
    ConfirmAction::new(&at_desk, Section::Agents, &format!("agents/{agent}/remove"), "agents")
        .about(format!("Remove {}", member.account.name), "Remove agent")
        .says(format!("{} can no longer see or answer anything at {desk}.", member.account.email))
        .says(
            "Their conversations become unassigned, and pending invitations that they sent are \
             withdrawn. Messages that they wrote stay.",
        )
        .asked()
}

async fn remove(
    State(app): State<Arc<AppState>>,
    Path(AgentPath { agent }): Path<AgentPath>,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response> {
    let agent = AgentId::parse(&agent).ok_or(Error::NOT_FOUND)?;
    agents::remove_member(&app.store, at_desk.desk(), &agent).await?;
    tracing::info!(%agent, by = %at_desk.signed_in.agent(), "an agent was removed");
    let is_own = agent == *at_desk.signed_in.agent();
    let path = if is_own { "/".to_owned() } else { at_desk.path("agents") };
    Ok(redirect_with(&app.config, &path, Notice::AgentRemoved))
}

async fn confirm_recovery(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Path(AgentPath { agent }): Path<AgentPath>,
) -> Result<Response> {
    let member = member(&app, &at_desk, &agent).await?;
    expect_mail(&app)?;
    let email = &member.account.email;
    ConfirmAction::new(&at_desk, Section::Agents, &format!("agents/{agent}/recovery"), "agents")
        .about(format!("Send a recovery link to {}", member.account.name), "Send recovery link")
        .says(format!(
            "The server mails a link to {email}. The link works once and expires after one hour. \
             Only the recipient of the mail can choose a new password."
        ))
        .says("Their password and their sessions do not change until the link is used.")
        .asked()
}

async fn recovery(
    State(app): State<Arc<AppState>>,
    Path(AgentPath { agent }): Path<AgentPath>,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response> {
    let member = member(&app, &at_desk, &agent).await?;
    expect_mail(&app)?;
    let email = CanonicalEmail::parse(&member.account.email).map_err(|error| {
        tracing::error!(%error, "the e-mail address of an account is not canonical");
        Error::INTERNAL
    })?;
    let now = app.clock.now();
    let key = throttle::key(&app.keyring, &["recovery", email.as_str()]);
    throttle::take(&app.store, &[KeyedBudget { key, budget: Budget::RECOVERIES }], now).await?;
    accounts::request_recovery(&app.store, &email, now).await?;
    let by = at_desk.signed_in.agent();
    tracing::info!(agent = %member.account.id, %by, "a recovery link was requested");
    Ok(redirect_with(&app.config, &at_desk.path("agents"), Notice::RecoveryMailed))
}

fn expect_mail(app: &AppState) -> Result<()> {
    if app.mailer.is_some() {
        return Ok(());
    }
    Err(Error::Impossible(
        "Mail is not set up on this server. Ask its operator to run ticket-center agent reset."
            .to_owned(),
    ))
}
