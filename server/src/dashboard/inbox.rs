//! The inbox of a desk.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::{Redirect, Response};
use axum::routing::get;

use super::page::{self, Layout, Section};
use super::refusal::Refusal;
use super::signed_in::AtDesk;
use crate::center::Center;

#[derive(Template)]
#[template(path = "dashboard/inbox.html")]
struct InboxPage {
    layout: Layout,
}

pub(super) fn router() -> Router<Arc<Center>> {
    Router::new()
        .route("/desks/{desk}", get(async |at_desk: AtDesk| Redirect::to(&at_desk.path("inbox"))))
        .route("/desks/{desk}/inbox", get(inbox))
}

async fn inbox(at_desk: AtDesk) -> Result<Response, Refusal> {
    page::render(&InboxPage { layout: at_desk.layout(Section::Inbox) })
}
