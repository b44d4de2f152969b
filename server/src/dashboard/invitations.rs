//! Inviting agents, and the invitations that are pending: for owners.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use deskseal::CanonicalEmail;
use serde::Deserialize;

use super::ask::Question;
use super::form::{Nothing, RecentForm};
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::refusal::Refusal;
use super::signed_in::{AtDesk, RecentOwner};
use crate::account_mail::link;
use crate::accounts::{self, Issued, NewInvitation, Pending, Way};
use crate::agents::{self, AgentError, AgentName, Member, Role};
use crate::center::Center;
use crate::ids::{AgentId, InvitationId};
use crate::throttle::{self, Budget};

#[derive(Template)]
#[template(path = "dashboard/agents.html")]
struct AgentsPage<'page> {
    layout: Layout,
    members: Vec<Member>,
    pending: Vec<Pending>,
    own_id: &'page AgentId,
    has_mail: bool,
    entered: &'page Entered,
    problem: Option<String>,
}

/// A link that is shown this once, to hand over.
#[derive(Template)]
#[template(path = "dashboard/invitation_link.html")]
struct LinkPage<'page> {
    layout: Layout,
    email: &'page str,
    link: &'page str,
    until: String,
}

/// What stands in the form that invites.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Entered {
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    way: String,
}

type Names = Path<(String, String)>;

pub(super) fn router() -> Router<Arc<Center>> {
    Router::new()
        .route("/desks/{desk}/invitations/{invitation}/mail", post(mail_again))
        .route("/desks/{desk}/invitations/{invitation}/copy", post(copy_again))
        .route("/desks/{desk}/invitations/{invitation}/withdraw", get(ask_withdraw).post(withdraw))
}

/// Shows the members and the invitations.
pub(super) async fn show(
    center: &Center,
    at_desk: &AtDesk,
    entered: &Entered,
    problem: Option<String>,
) -> Result<Response, Refusal> {
    let (store, desk) = (&center.store, at_desk.desk());
    let page = AgentsPage {
        layout: at_desk.layout(Section::Agents),
        members: agents::members(store, desk).await?,
        pending: accounts::pending(store, desk, center.clock.now()).await?,
        own_id: at_desk.signed_in.agent(),
        has_mail: center.mailer.is_some(),
        entered,
        problem,
    };
    let is_fine = page.problem.is_none();
    let status = if is_fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page::render(&page)?).into_response())
}

/// Invites somebody. Nothing that is answered depends on whether the address has an account.
pub(super) async fn invite(
    State(center): State<Arc<Center>>,
    RecentForm(at_desk, entered): RecentForm<Entered>,
) -> Result<Response, Refusal> {
    let problem = |sentence: String| show(&center, &at_desk, &entered, Some(sentence));
    let role = Role::parse(&entered.role).ok_or(Refusal::FormMalformed)?;
    let way = way(&center, &entered.way)?;
    let email = match CanonicalEmail::parse(&entered.email) {
        Ok(email) => email,
        Err(error) => return problem(format!("The e-mail: {}", error.message())).await,
    };
    let name = AgentName::parse(&entered.name);
    if name.is_none() && !entered.name.trim().is_empty() {
        return problem("A name has 1 to 80 characters, on one line.".to_owned()).await;
    }
    take_budget(&center, &at_desk, email.as_str()).await?;
    let by = at_desk.signed_in.agent();
    let new = NewInvitation { email: &email, name: name.as_ref(), role, by: Some(by) };
    let now = center.clock.now();
    match accounts::invite(&center.store, at_desk.desk(), new, way, now).await {
        Ok(issued) => invited(&center, &at_desk, (way, email.as_str()), &issued),
        Err(error @ AgentError::MemberAlready) => problem(error.to_string()).await,
        Err(error) => Err(error.into()),
    }
}

fn way(center: &Center, text: &str) -> Result<Way, Refusal> {
    match text {
        "mail" if center.mailer.is_some() => Ok(Way::Mail),
        "copy" => Ok(Way::Copy),
        _ => Err(Refusal::FormMalformed),
    }
}

/// No desk, and no number of desks, fills somebody's mailbox.
async fn take_budget(center: &Center, at_desk: &AtDesk, email: &str) -> Result<(), Refusal> {
    let desk = at_desk.desk().as_str();
    let key = |parts: &[&str]| throttle::key(&center.keyring, parts);
    let budgets = [
        (key(&["invitations", desk]), Budget::INVITATIONS),
        (key(&["invitation", desk, email]), Budget::INVITATIONS_OF_ADDRESS),
        (key(&["invitation everywhere", email]), Budget::INVITATIONS_EVERYWHERE),
    ];
    Ok(throttle::take(&center.store, &budgets, center.clock.now()).await?)
}

/// Tells that the mail goes out, or shows the link.
fn invited(
    center: &Center,
    at_desk: &AtDesk,
    (way, email): (Way, &str),
    issued: &Issued,
) -> Result<Response, Refusal> {
    let (desk, by) = (at_desk.desk(), at_desk.signed_in.agent());
    tracing::info!(invitation = %issued.id, %desk, %by, way = way.as_str(), "an agent was invited");
    let Some(token) = &issued.token else {
        return Ok(redirect_with(&center.config, &at_desk.path("agents"), Notice::Invited));
    };
    page::render(&LinkPage {
        layout: at_desk.layout(Section::Agents),
        email,
        link: &link(&center.config.public_url, "invitation", token),
        until: issued.expires_at.to_minute(),
    })
}

async fn mail_again(
    center: State<Arc<Center>>,
    names: Names,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response, Refusal> {
    let way = way(&center, "mail")?;
    renew(&center, &at_desk, names, way).await
}

async fn copy_again(
    center: State<Arc<Center>>,
    names: Names,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response, Refusal> {
    renew(&center, &at_desk, names, Way::Copy).await
}

async fn renew(
    center: &Center,
    at_desk: &AtDesk,
    Path((_, id)): Names,
    way: Way,
) -> Result<Response, Refusal> {
    let pending = find(center, at_desk, &id).await?;
    take_budget(center, at_desk, &pending.email).await?;
    let place = (at_desk.desk(), &pending.id);
    let by = at_desk.signed_in.agent();
    let issued = accounts::renew(&center.store, place, by, way, center.clock.now()).await?;
    invited(center, at_desk, (way, &pending.email), &issued)
}

async fn find(center: &Center, at_desk: &AtDesk, id: &str) -> Result<Pending, Refusal> {
    let id = InvitationId::parse(id).ok_or(Refusal::NotFound)?;
    let (store, now) = (&center.store, center.clock.now());
    let pending = accounts::pending(store, at_desk.desk(), now).await?;
    pending
        .into_iter()
        .find(|pending| pending.id == id)
        .ok_or_else(|| AgentError::InvitationUnknown.into())
}

async fn ask_withdraw(
    State(center): State<Arc<Center>>,
    RecentOwner(at_desk): RecentOwner,
    Path((_, id)): Names,
) -> Result<Response, Refusal> {
    let pending = find(&center, &at_desk, &id).await?;
    let leaf = format!("invitations/{}/withdraw", pending.id);
    Question::new(&at_desk, Section::Agents, &leaf, "agents")
        .about(format!("Withdraw the invitation of {}", pending.email), "Withdraw invitation")
        .says(
            "The link of this invitation does not work any more. You can invite the address again.",
        )
        .asked()
}

async fn withdraw(
    State(center): State<Arc<Center>>,
    Path((_, id)): Names,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response, Refusal> {
    let id = InvitationId::parse(&id).ok_or(Refusal::NotFound)?;
    accounts::withdraw(&center.store, at_desk.desk(), &id).await?;
    let by = at_desk.signed_in.agent();
    tracing::info!(invitation = %id, %by, "an invitation was withdrawn");
    Ok(redirect_with(&center.config, &at_desk.path("agents"), Notice::Withdrawn))
}
