//! The page "Mail": mails that wait or need a decision, and the page that mails link to. For owners.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::confirm_action::ConfirmAction;
use super::error::{Error, Result};
use super::form::{Form, Nothing, RecentForm};
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::signed_in::{AtDesk, Owner};
use crate::app_state::AppState;
use crate::desks::{self, SupportPage};
use crate::ids::NotificationId;
use crate::notifications::{self, Listed, State as MailState};
use crate::text::visible;

/// The longest address or subject on the page, in characters.
const MAX_SHOWN: usize = 320;

#[derive(Template)]
#[template(path = "dashboard/mail.html")]
struct MailPage<'page> {
    layout: Layout,
    needing: Vec<Row>,
    waiting: Vec<Row>,
    sender: Option<String>,
    delay: u32,
    support_page: &'page str,
    problem: Option<&'static str>,
}

struct Row {
    listed: Listed,
    email: String,
    subject: String,
    sentence: String,
}

#[derive(Deserialize)]
struct NewSupportPage {
    support_page: String,
}

/// The typed text that is shown again after the password was asked for.
#[derive(Deserialize)]
struct EnteredPage {
    support_page: Option<String>,
}

/// The mail in the path.
#[derive(Deserialize)]
struct NotificationPath {
    notification: String,
}

pub(super) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/desks/{desk}/mail", get(mail_page))
        .route("/desks/{desk}/mail/support-page", post(set_support_page))
        .route("/desks/{desk}/mail/{notification}/send-again", post(send_again))
        .route("/desks/{desk}/mail/{notification}/forget", get(confirm_forget).post(forget))
}

async fn mail_page(
    State(app): State<Arc<AppState>>,
    Owner(at_desk): Owner,
    Query(entered): Query<EnteredPage>,
) -> Result<Response> {
    let support_page = match entered.support_page {
        Some(entered) => Some(entered),
        None => desks::support_page(&app.store, at_desk.desk()).await?,
    };
    show(&app, &at_desk, &support_page.unwrap_or_default(), None).await
}

async fn show(
    app: &AppState,
    at_desk: &AtDesk,
    support_page: &str,
    problem: Option<&'static str>,
) -> Result<Response> {
    let (delay, sender) = (app.config.notify_delay(), app.sender_address());
    let listed = notifications::list(&app.store, at_desk.desk()).await?;
    let row = |listed: Listed| Row {
        sentence: listed.delivery.sentence(delay, sender.is_some()),
        email: visible(&listed.email, MAX_SHOWN),
        subject: visible(&listed.subject, MAX_SHOWN),
        listed,
    };
    let (needing, waiting) =
        listed.into_iter().map(row).partition(|row| row.listed.delivery.state.needs_a_person());
    let layout = at_desk.layout(Section::Mail);
    let delay = app.config.notify_after;
    let page = MailPage { layout, needing, waiting, sender, delay, support_page, problem };
    let is_fine = problem.is_none();
    let status = if is_fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page::render(&page)?).into_response())
}

async fn set_support_page(
    State(app): State<Arc<AppState>>,
    RecentForm(at_desk, given): RecentForm<NewSupportPage>,
) -> Result<Response> {
    let text = given.support_page.trim();
    let page = SupportPage::parse(text);
    if page.is_none() && !text.is_empty() {
        let problem = "The support page is not a URL. Copy it from the browser's address bar, \
            with https:// at the start.";
        return show(&app, &at_desk, text, Some(problem)).await;
    }
    desks::set_support_page(&app.store, at_desk.desk(), page.as_ref()).await?;
    tracing::info!(by = %at_desk.signed_in.agent(), "a support page was set");
    Ok(redirect_with(&app.config, &at_desk.path("mail"), Notice::SupportPageSet))
}

async fn send_again(
    State(app): State<Arc<AppState>>,
    Owner(at_desk): Owner,
    Path(NotificationPath { notification }): Path<NotificationPath>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let id = NotificationId::parse(&notification).ok_or(Error::NOT_FOUND)?;
    let now = app.clock.now();
    let is_there = notifications::send_again(&app.store, at_desk.desk(), &id, now).await?;
    decided(&app, &at_desk, &id, is_there, Notice::MailSentAgain)
}

async fn confirm_forget(
    State(app): State<Arc<AppState>>,
    Owner(at_desk): Owner,
    Path(NotificationPath { notification }): Path<NotificationPath>,
) -> Result<Response> {
    let listed = notifications::list(&app.store, at_desk.desk()).await?;
    let listed = listed.into_iter().find(|listed| listed.id.as_str() == notification);
    let listed = listed.ok_or(Error::NOT_FOUND)?;
    ConfirmAction::new(&at_desk, Section::Mail, &format!("mail/{notification}/forget"), "mail")
        .about(
            format!("Do not send this mail to {}", visible(&listed.email, MAX_SHOWN)),
            "Do not send it",
        )
        .says(format!(
            "The mail about a reply in “{}” is never sent.",
            visible(&listed.subject, MAX_SHOWN)
        ))
        .says("The reply itself stays in the conversation.")
        .asked()
}

async fn forget(
    State(app): State<Arc<AppState>>,
    Owner(at_desk): Owner,
    Path(NotificationPath { notification }): Path<NotificationPath>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response> {
    let id = NotificationId::parse(&notification).ok_or(Error::NOT_FOUND)?;
    let now = app.clock.now();
    let is_there = notifications::forget(&app.store, at_desk.desk(), &id, now).await?;
    decided(&app, &at_desk, &id, is_there, Notice::MailForgotten)
}

fn decided(
    app: &AppState,
    at_desk: &AtDesk,
    id: &NotificationId,
    is_there: bool,
    notice: Notice,
) -> Result<Response> {
    if !is_there {
        // Another owner may have decided at the same time.
        return Err(Error::Impossible(
            "This mail no longer needs a decision. Go back and reload the page.".to_owned(),
        ));
    }
    let by = at_desk.signed_in.agent();
    tracing::info!(notification = %id, %by, ?notice, "a mail is sent again or discarded");
    Ok(redirect_with(&app.config, &at_desk.path("mail"), notice))
}
