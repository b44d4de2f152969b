//! Invites agents, and shows the pending invitations. For owners.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use deskseal::CanonicalEmail;
use serde::Deserialize;

use super::confirm_action::ConfirmAction;
use super::error::{Error, Result};
use super::form::{Nothing, RecentForm};
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::signed_in::{AtDesk, RecentOwner};
use crate::accounts::{self, Issued, NewInvitation, Pending, Way, link_url};
use crate::agents::{self, AgentError, AgentName, Member, Role};
use crate::app_state::AppState;
use crate::ids::{AgentId, InvitationId};
use crate::text::typed_email_problem;
use crate::throttle::{self, Budget, KeyedBudget};

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

/// The page that shows a link once, for the owner to pass on.
#[derive(Template)]
#[template(path = "dashboard/invitation_link.html")]
struct LinkPage<'page> {
    layout: Layout,
    email: &'page str,
    link: &'page str,
    until: String,
}

/// The content of the invitation form.
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

/// The invitation in the path.
#[derive(Deserialize)]
struct InvitationPath {
    invitation: String,
}

impl InvitationPath {
    fn id(&self) -> Result<InvitationId> {
        InvitationId::parse(&self.invitation).ok_or(Error::NOT_FOUND)
    }
}

pub(super) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/desks/{desk}/invitations/{invitation}/mail", post(mail_again))
        .route("/desks/{desk}/invitations/{invitation}/copy", post(copy_again))
        .route(
            "/desks/{desk}/invitations/{invitation}/withdraw",
            get(confirm_withdraw).post(withdraw),
        )
}

/// Shows the members and the invitations.
pub(super) async fn show(
    app: &AppState,
    at_desk: &AtDesk,
    entered: &Entered,
    problem: Option<String>,
) -> Result<Response> {
    let (store, desk) = (&app.store, at_desk.desk());
    let page = AgentsPage {
        layout: at_desk.layout(Section::Agents),
        members: agents::members(store, desk).await?,
        pending: accounts::pending(store, desk, app.clock.now()).await?,
        own_id: at_desk.signed_in.agent(),
        has_mail: app.mailer.is_some(),
        entered,
        problem,
    };
    let is_fine = page.problem.is_none();
    let status = if is_fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page::render(&page)?).into_response())
}

/// Invites a person. The response does not depend on whether the address has an account.
pub(super) async fn invite(
    State(app): State<Arc<AppState>>,
    RecentForm(at_desk, entered): RecentForm<Entered>,
) -> Result<Response> {
    let problem = |sentence: String| show(&app, &at_desk, &entered, Some(sentence));
    let role = Role::parse(&entered.role).ok_or(Error::FORM_MALFORMED)?;
    let way = way(&app, &entered.way)?;
    let email = match CanonicalEmail::parse(&entered.email) {
        Ok(email) => email,
        Err(error) => return problem(typed_email_problem(error.code()).to_owned()).await,
    };
    let name = AgentName::parse(&entered.name);
    if name.is_none() && !entered.name.trim().is_empty() {
        return problem("The name must have 1 to 80 characters, on one line.".to_owned()).await;
    }
    take_budget(&app, &at_desk, email.as_str()).await?;
    let by = at_desk.signed_in.agent();
    let new = NewInvitation { email: &email, name: name.as_ref(), role, by: Some(by) };
    let now = app.clock.now();
    match accounts::invite(&app.store, at_desk.desk(), new, way, now).await {
        Ok(issued) => invited(&app, &at_desk, way, email.as_str(), &issued),
        Err(error @ AgentError::MemberAlready) => problem(error.to_string()).await,
        Err(error) => Err(error.into()),
    }
}

fn way(app: &AppState, text: &str) -> Result<Way> {
    match text {
        "mail" if app.mailer.is_some() => Ok(Way::Mail),
        "copy" => Ok(Way::Copy),
        _ => Err(Error::FORM_MALFORMED),
    }
}

/// Limits how many mails one mailbox can get, from one desk and from all.
async fn take_budget(app: &AppState, at_desk: &AtDesk, email: &str) -> Result<()> {
    let desk = at_desk.desk().as_str();
    let keyed =
        |parts: &[&str], budget| KeyedBudget { key: throttle::key(&app.keyring, parts), budget };
    let budgets = [
        keyed(&["invitations", desk], Budget::INVITATIONS),
        keyed(&["invitation", desk, email], Budget::INVITATIONS_OF_ADDRESS),
        keyed(&["invitation everywhere", email], Budget::INVITATIONS_EVERYWHERE),
    ];
    Ok(throttle::take(&app.store, &budgets, app.clock.now()).await?)
}

/// Confirms that the mail will be sent, or shows the link.
fn invited(
    app: &AppState,
    at_desk: &AtDesk,
    way: Way,
    email: &str,
    issued: &Issued,
) -> Result<Response> {
    let (desk, by) = (at_desk.desk(), at_desk.signed_in.agent());
    tracing::info!(invitation = %issued.id, %desk, %by, way = way.as_str(), "an agent was invited");
    let Some(token) = &issued.token else {
        return Ok(redirect_with(&app.config, &at_desk.path("agents"), Notice::Invited));
    };
    page::render(&LinkPage {
        layout: at_desk.layout(Section::Agents),
        email,
        link: &link_url(&app.config.public_url, "invitation", token),
        until: issued.expires_at.to_minute(),
    })
}

async fn mail_again(
    app: State<Arc<AppState>>,
    Path(path): Path<InvitationPath>,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response> {
    let way = way(&app, "mail")?;
    renew(&app, &at_desk, &path, way).await
}

async fn copy_again(
    app: State<Arc<AppState>>,
    Path(path): Path<InvitationPath>,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response> {
    renew(&app, &at_desk, &path, Way::Copy).await
}

async fn renew(
    app: &AppState,
    at_desk: &AtDesk,
    path: &InvitationPath,
    way: Way,
) -> Result<Response> {
    let pending = find(app, at_desk, path).await?;
    take_budget(app, at_desk, &pending.email).await?;
    let (desk, by, now) = (at_desk.desk(), at_desk.signed_in.agent(), app.clock.now());
    let issued = accounts::renew(&app.store, desk, &pending.id, by, way, now).await?;
    invited(app, at_desk, way, &pending.email, &issued)
}

async fn find(app: &AppState, at_desk: &AtDesk, path: &InvitationPath) -> Result<Pending> {
    let id = path.id()?;
    let (store, now) = (&app.store, app.clock.now());
    let pending = accounts::pending(store, at_desk.desk(), now).await?;
    pending
        .into_iter()
        .find(|pending| pending.id == id)
        .ok_or_else(|| AgentError::InvitationUnknown.into())
}

async fn confirm_withdraw(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Path(path): Path<InvitationPath>,
) -> Result<Response> {
    let pending = find(&app, &at_desk, &path).await?;
    let leaf = format!("invitations/{}/withdraw", pending.id);
    ConfirmAction::new(&at_desk, Section::Agents, &leaf, "agents")
        .about(format!("Withdraw the invitation of {}", pending.email), "Withdraw invitation")
        .says("The link of this invitation stops working. You can invite the address again.")
        .asked()
}

async fn withdraw(
    State(app): State<Arc<AppState>>,
    Path(path): Path<InvitationPath>,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response> {
    let id = path.id()?;
    accounts::withdraw(&app.store, at_desk.desk(), &id).await?;
    let by = at_desk.signed_in.agent();
    tracing::info!(invitation = %id, %by, "an invitation was withdrawn");
    Ok(redirect_with(&app.config, &at_desk.path("agents"), Notice::Withdrawn))
}
