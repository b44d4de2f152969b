//! The agents of a desk: for owners.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use deskseal::CanonicalEmail;
use serde::Deserialize;

use super::form::{Form, Nothing};
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::refusal::Refusal;
use super::signed_in::{AtDesk, Owner, RecentOwner};
use crate::agents::{self, Added, AgentError, AgentName, Member, NewMember, Role};
use crate::center::Center;
use crate::ids::AgentId;
use crate::passwords::Password;

#[derive(Template)]
#[template(path = "dashboard/agents.html")]
struct AgentsPage<'page> {
    layout: Layout,
    members: Vec<Member>,
    own_id: &'page AgentId,
    email: &'page str,
    name: &'page str,
    problem: Option<String>,
}

/// A password that is shown this once.
#[derive(Template)]
#[template(path = "dashboard/agent_password.html")]
struct PasswordPage<'page> {
    layout: Layout,
    email: &'page str,
    password: &'page str,
    is_new: bool,
}

#[derive(Deserialize)]
struct NewAgent {
    email: String,
    name: String,
    role: String,
}

#[derive(Deserialize)]
struct NewRole {
    role: String,
}

pub(super) fn router() -> Router<Arc<Center>> {
    Router::new()
        .route("/desks/{desk}/agents", get(agents_page).post(add))
        .route("/desks/{desk}/agents/{agent}/role", post(set_role))
        .route("/desks/{desk}/agents/{agent}/remove", post(remove))
        .route("/desks/{desk}/agents/{agent}/password", post(reset_password))
}

async fn agents_page(
    State(center): State<Arc<Center>>,
    Owner(at_desk): Owner,
) -> Result<Response, Refusal> {
    show(&center, &at_desk, None, None).await
}

async fn show(
    center: &Center,
    at_desk: &AtDesk,
    given: Option<&NewAgent>,
    problem: Option<String>,
) -> Result<Response, Refusal> {
    let page = AgentsPage {
        layout: at_desk.layout(Section::Agents),
        members: agents::members(&center.store, at_desk.desk()).await?,
        own_id: at_desk.signed_in.agent(),
        email: given.map_or("", |given| &given.email),
        name: given.map_or("", |given| &given.name),
        problem,
    };
    let is_fine = page.problem.is_none();
    let status = if is_fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page::render(&page)?).into_response())
}

async fn add(
    State(center): State<Arc<Center>>,
    Owner(at_desk): Owner,
    Form(given): Form<NewAgent>,
) -> Result<Response, Refusal> {
    let problem = |sentence: String| show(&center, &at_desk, Some(&given), Some(sentence));
    let role = Role::parse(&given.role).ok_or(Refusal::FormMalformed)?;
    let email = match CanonicalEmail::parse(&given.email) {
        Ok(email) => email,
        Err(error) => return problem(format!("The e-mail: {}", error.message())).await,
    };
    let Some(name) = AgentName::parse(&given.name) else {
        return problem("A name has 1 to 80 characters, on one line.".to_owned()).await;
    };
    let password = Password::generate()?;
    let hashed = center.passwords.hash(&password).await?;
    let new = NewMember {
        email: &email,
        name: &name,
        role,
        password: &hashed,
        must_change_password: true,
    };
    match agents::add_member(&center.store, at_desk.desk(), new, center.clock.now()).await {
        Ok(Added::Created(agent)) => {
            tracing::info!(%agent, by = %at_desk.signed_in.agent(), "an agent was added");
            show_password(&at_desk, email.as_str(), &password, true)
        }
        Ok(Added::Joined(agent)) => {
            tracing::info!(%agent, by = %at_desk.signed_in.agent(), "an agent was added");
            let path = at_desk.path("agents");
            Ok(redirect_with(&center.config, &path, Notice::AgentJoined))
        }
        Err(error @ AgentError::MemberAlready) => problem(error.to_string()).await,
        Err(error) => Err(error.into()),
    }
}

fn show_password(
    at_desk: &AtDesk,
    email: &str,
    password: &Password,
    is_new: bool,
) -> Result<Response, Refusal> {
    let layout = at_desk.layout(Section::Agents);
    page::render(&PasswordPage { layout, email, password: password.shown(), is_new })
}

async fn set_role(
    State(center): State<Arc<Center>>,
    Owner(at_desk): Owner,
    Path((_, agent)): Path<(String, String)>,
    Form(given): Form<NewRole>,
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

async fn remove(
    State(center): State<Arc<Center>>,
    Owner(at_desk): Owner,
    Path((_, agent)): Path<(String, String)>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Refusal> {
    let agent = AgentId::parse(&agent).ok_or(Refusal::NotFound)?;
    agents::remove_member(&center.store, at_desk.desk(), &agent).await?;
    tracing::info!(%agent, by = %at_desk.signed_in.agent(), "an agent was removed");
    let is_own = agent == *at_desk.signed_in.agent();
    let path = if is_own { "/".to_owned() } else { at_desk.path("agents") };
    Ok(redirect_with(&center.config, &path, Notice::AgentRemoved))
}

async fn reset_password(
    State(center): State<Arc<Center>>,
    RecentOwner(at_desk): RecentOwner,
    Path((_, agent)): Path<(String, String)>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Refusal> {
    let agent = AgentId::parse(&agent).ok_or(Refusal::NotFound)?;
    let owner = at_desk.signed_in.agent();
    if agent == *owner {
        return Err(Refusal::Impossible(
            "Change your own password on your account page.".to_owned(),
        ));
    }
    let members = agents::members(&center.store, at_desk.desk()).await?;
    let member =
        members.into_iter().find(|member| member.account.id == agent).ok_or(Refusal::NotFound)?;
    let password = Password::generate()?;
    let hashed = center.passwords.hash(&password).await?;
    agents::reset_password(&center.store, (at_desk.desk(), owner), &agent, &hashed).await?;
    tracing::info!(%agent, by = %owner, "a password was reset");
    show_password(&at_desk, &member.account.email, &password, false)
}
