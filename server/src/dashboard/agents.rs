//! The agents of a desk: for owners. Whom an owner invites is in [`super::invitations`].

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use deskseal::CanonicalEmail;
use serde::Deserialize;

use super::ask::Question;
use super::form::{Nothing, RecentForm};
use super::invitations::{self, Entered};
use super::notice::{Notice, redirect_with};
use super::page::Section;
use super::refusal::Refusal;
use super::signed_in::{AtDesk, Owner, RecentOwner};
use crate::accounts;
use crate::agents::{self, Member, Role};
use crate::center::Center;
use crate::ids::AgentId;
use crate::throttle::{self, Budget};

#[derive(Deserialize)]
struct NewRole {
    role: String,
}

pub(super) fn router() -> Router<Arc<Center>> {
    Router::new()
        .route("/desks/{desk}/agents", get(agents_page).post(invitations::invite))
        .route("/desks/{desk}/agents/{agent}/role", get(ask_role).post(set_role))
        .route("/desks/{desk}/agents/{agent}/remove", get(ask_remove).post(remove))
        .route("/desks/{desk}/agents/{agent}/recovery", get(ask_recovery).post(recovery))
}

async fn agents_page(
    State(center): State<Arc<Center>>,
    Owner(at_desk): Owner,
    Query(entered): Query<Entered>,
) -> Result<Response, Refusal> {
    invitations::show(&center, &at_desk, &entered, None).await
}

type Names = Path<(String, String)>;

/// Returns the member whom the path names.
async fn member(center: &Center, at_desk: &AtDesk, agent: &str) -> Result<Member, Refusal> {
    let members = agents::members(&center.store, at_desk.desk()).await?;
    members.into_iter().find(|member| member.account.id.as_str() == agent).ok_or(Refusal::NotFound)
}

async fn ask_role(
    State(center): State<Arc<Center>>,
    RecentOwner(at_desk): RecentOwner,
    Path((_, agent)): Names,
    Query(given): Query<NewRole>,
) -> Result<Response, Refusal> {
    let role = Role::parse(&given.role).ok_or(Refusal::FormMalformed)?;
    let member = member(&center, &at_desk, &agent).await?;
    let name = &member.account.name;
    let leaf = format!("agents/{agent}/role");
    let question = Question::new(&at_desk, Section::Agents, &leaf, "agents");
    let question = match role {
        Role::Owner => question.about(format!("Make {name} an owner"), "Make an owner").says(
            "Owners see and replace secrets, can sign as any customer, change every setting, and \
             invite and remove agents, you among them.",
        ),
        Role::Agent => question.about(format!("Make {name} an agent"), "Make an agent").says(
            "Agents answer customers. They cannot see settings, secrets or the list of agents. \
             Pending invitations that this owner sent are withdrawn.",
        ),
    };
    question.with("role", role.as_str()).asked()
}

async fn set_role(
    State(center): State<Arc<Center>>,
    Path((_, agent)): Names,
    RecentForm(at_desk, given): RecentForm<NewRole>,
) -> Result<Response, Refusal> {
    let agent = AgentId::parse(&agent).ok_or(Refusal::NotFound)?;
    let role = Role::parse(&given.role).ok_or(Refusal::FormMalformed)?;
    agents::set_role(&center.store, at_desk.desk(), &agent, role).await?;
    tracing::info!(%agent, by = %at_desk.signed_in.agent(), role = role.as_str(), "a role changed");
    // Whoever gave up being an owner cannot see the agents any more.
    let is_own = agent == *at_desk.signed_in.agent() && role == Role::Agent;
    let path = at_desk.path(if is_own { "inbox" } else { "agents" });
    Ok(redirect_with(&center.config, &path, Notice::RoleChanged))
}

async fn ask_remove(
    State(center): State<Arc<Center>>,
    RecentOwner(at_desk): RecentOwner,
    Path((_, agent)): Names,
) -> Result<Response, Refusal> {
    let member = member(&center, &at_desk, &agent).await?;
    let desk = &at_desk.membership.desk_name;
    Question::new(&at_desk, Section::Agents, &format!("agents/{agent}/remove"), "agents")
        .about(format!("Remove {}", member.account.name), "Remove agent")
        .says(format!("{} can no longer see or answer anything at {desk}.", member.account.email))
        .says(
            "Their conversations become unassigned, and pending invitations that they sent are \
             withdrawn. Messages that they wrote stay.",
        )
        .asked()
}

async fn remove(
    State(center): State<Arc<Center>>,
    Path((_, agent)): Names,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response, Refusal> {
    let agent = AgentId::parse(&agent).ok_or(Refusal::NotFound)?;
    agents::remove_member(&center.store, at_desk.desk(), &agent).await?;
    tracing::info!(%agent, by = %at_desk.signed_in.agent(), "an agent was removed");
    let is_own = agent == *at_desk.signed_in.agent();
    let path = if is_own { "/".to_owned() } else { at_desk.path("agents") };
    Ok(redirect_with(&center.config, &path, Notice::AgentRemoved))
}

async fn ask_recovery(
    State(center): State<Arc<Center>>,
    RecentOwner(at_desk): RecentOwner,
    Path((_, agent)): Names,
) -> Result<Response, Refusal> {
    let member = member(&center, &at_desk, &agent).await?;
    expect_mail(&center)?;
    let email = &member.account.email;
    Question::new(&at_desk, Section::Agents, &format!("agents/{agent}/recovery"), "agents")
        .about(format!("Send a recovery link to {}", member.account.name), "Send recovery link")
        .says(format!(
            "A mail goes to {email}, with a link that works once, for an hour. Only the holder of \
             that mailbox sees it and chooses a new password."
        ))
        .says("Their password and their sessions stay as they are until the link is used.")
        .asked()
}

async fn recovery(
    State(center): State<Arc<Center>>,
    Path((_, agent)): Names,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response, Refusal> {
    let member = member(&center, &at_desk, &agent).await?;
    expect_mail(&center)?;
    let email = CanonicalEmail::parse(&member.account.email).map_err(|error| {
        tracing::error!(%error, "an account has no canonical address");
        Refusal::Internal
    })?;
    let now = center.clock.now();
    let key = throttle::key(&center.keyring, &["recovery", email.as_str()]);
    throttle::take(&center.store, &[(key, Budget::RECOVERIES)], now).await?;
    accounts::request_recovery(&center.store, &email, now).await?;
    let by = at_desk.signed_in.agent();
    tracing::info!(agent = %member.account.id, %by, "a recovery link was asked for");
    Ok(redirect_with(&center.config, &at_desk.path("agents"), Notice::RecoveryMailed))
}

fn expect_mail(center: &Center) -> Result<(), Refusal> {
    if center.mailer.is_some() {
        return Ok(());
    }
    Err(Refusal::Impossible(
        "Mail is not set up on this server. Ask its operator to run ticket-center agent reset."
            .to_owned(),
    ))
}
