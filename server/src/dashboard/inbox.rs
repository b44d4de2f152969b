//! The page "Inbox": the conversations of a desk, with filters and search.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{Redirect, Response};
use axum::routing::get;
use form_urlencoded::Serializer;
use serde::Deserialize;

use super::contact::Who;
use super::error::Result;
use super::page::{self, Layout, Section};
use super::signed_in::AtDesk;
use super::times::TimeShown;
use crate::app_state::AppState;
use crate::contacts::Kind;
use crate::conversations::{
    self, Assignment, Cursor, Filter, InboxEntry, InboxPage as Listed, ReplyStatus, SearchCursor,
    SearchPage, SearchText, Status,
};
use crate::ids::ConversationId;

const PAGE: u32 = 30;

/// The query of the page. Unknown values are ignored.
#[derive(Clone, Debug, Default, Deserialize)]
struct InboxParams {
    #[serde(default)]
    status: String,
    #[serde(default)]
    assigned: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    search: String,
    #[serde(default)]
    before: String,
}

/// A page of the list or of a search.
struct ListedPage {
    entries: Vec<InboxEntry>,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
}

/// An option that a filter has.
#[derive(Clone, Copy)]
struct FilterOption {
    value: &'static str,
    name: &'static str,
}

const fn option(value: &'static str, name: &'static str) -> FilterOption {
    FilterOption { value, name }
}

/// One option of a filter, as the page shows it.
struct Choice {
    value: &'static str,
    name: &'static str,
    is_chosen: bool,
}

/// A conversation in the list.
struct Row {
    id: ConversationId,
    subject: String,
    preview: String,
    who: Who,
    assigned_name: Option<String>,
    reply_status: ReplyStatus,
    time: TimeShown,
}

#[derive(Template)]
#[template(path = "dashboard/inbox.html")]
struct InboxPage {
    layout: Layout,
    rows: Vec<Row>,
    statuses: Vec<Choice>,
    assignments: Vec<Choice>,
    kinds: Vec<Choice>,
    search: String,
    is_filtered: bool,
    is_first: bool,
    first_path: String,
    next_path: Option<String>,
}

pub(super) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/desks/{desk}", get(async |at_desk: AtDesk| Redirect::to(&at_desk.path("inbox"))))
        .route("/desks/{desk}/inbox", get(inbox))
}

async fn inbox(
    State(app): State<Arc<AppState>>,
    at_desk: AtDesk,
    Query(params): Query<InboxParams>,
) -> Result<Response> {
    let ListedPage { entries, next } = params.listed(&app, &at_desk).await?;
    let now = app.clock.now();
    let path = at_desk.path("inbox");
    let row = |entry: InboxEntry| Row {
        reply_status: entry.reply_status,
        time: TimeShown::new(entry.updated_at, now),
        who: Who::new(&entry.contact),
        id: entry.id,
        subject: entry.subject,
        preview: entry.preview,
        assigned_name: entry.assigned_name,
    };
    page::render(&InboxPage {
        layout: at_desk.layout(Section::Inbox),
        rows: entries.into_iter().map(row).collect(),
        statuses: choices(&params.status, params.statuses()),
        assignments: choices(
            &params.assigned,
            &[option("", "All"), option("me", "Me"), option("unassigned", "Unassigned")],
        ),
        kinds: choices(
            &params.kind,
            &[
                option("", "All"),
                option("sealed", "Verified e-mail"),
                option("customer", "Verified customer id"),
                option("portal_user", "Verified customer id (portal)"),
                option("typed", "Unconfirmed"),
            ],
        ),
        is_filtered: params.is_filtered(),
        is_first: params.before.is_empty(),
        first_path: format!("{path}?{}", params.query("")),
        next_path: next.map(|next| format!("{path}?{}", params.query(&next))),
        search: params.search,
    })
}

fn choices(chosen: &str, options: &[FilterOption]) -> Vec<Choice> {
    options
        .iter()
        .map(|&FilterOption { value, name }| Choice { value, name, is_chosen: value == chosen })
        .collect()
}

impl InboxParams {
    /// Returns the conversations of the page, and the cursor of the next page.
    async fn listed(&self, app: &AppState, at_desk: &AtDesk) -> Result<ListedPage> {
        let (store, desk, filter) = (&app.store, at_desk.desk(), self.filter(at_desk));
        let Some(text) = SearchText::parse(&self.search) else {
            let cursor = Cursor::parse(&self.before);
            let Listed { entries, next } =
                conversations::inbox(store, desk, &filter, cursor.as_ref(), PAGE).await?;
            return Ok(ListedPage { entries, next: next.map(|next| next.to_string()) });
        };
        let cursor = SearchCursor::parse(&self.before);
        let SearchPage { entries, next } =
            conversations::search(store, desk, &filter, &text, cursor.as_ref(), PAGE).await?;
        Ok(ListedPage { entries, next: next.map(|next| next.to_string()) })
    }

    fn is_search(&self) -> bool {
        SearchText::parse(&self.search).is_some()
    }

    /// Returns the options of the status filter. The first one is the default: open conversations in the
    /// list, and all of them in a search, which may be for a closed one.
    fn statuses(&self) -> &'static [FilterOption] {
        if self.is_search() {
            &const { [option("", "All"), option("open", "Open"), option("closed", "Closed")] }
        } else {
            &const { [option("", "Open"), option("closed", "Closed"), option("all", "All")] }
        }
    }

    fn filter(&self, at_desk: &AtDesk) -> Filter {
        Filter {
            status: match self.status.as_str() {
                "all" => None,
                "closed" => Some(Status::Closed),
                "open" => Some(Status::Open),
                _ if self.is_search() => None,
                _ => Some(Status::Open),
            },
            assignment: match self.assigned.as_str() {
                "me" => Assignment::Agent(at_desk.signed_in.agent().clone()),
                "unassigned" => Assignment::Unassigned,
                _ => Assignment::Anyone,
            },
            kind: Kind::parse(&self.kind),
        }
    }

    fn is_filtered(&self) -> bool {
        [&self.status, &self.assigned, &self.kind, &self.search]
            .into_iter()
            .any(|field| !field.is_empty())
    }

    /// Returns the query of the page that begins at this cursor.
    fn query(&self, before: &str) -> String {
        let fields = [
            ("status", self.status.as_str()),
            ("assigned", &self.assigned),
            ("kind", &self.kind),
            ("search", &self.search),
            ("before", before),
        ];
        let mut query = Serializer::new(String::new());
        query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
        query.finish()
    }
}
