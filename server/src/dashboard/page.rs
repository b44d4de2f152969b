//! Renders pages in the dashboard's common layout.

use std::sync::LazyLock;

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::error::{Error, Result};
use super::notice::Notice;
use crate::agents::{Membership, Role};
use crate::clock::Moment;
use crate::web::assets::Asset;

/// The style sheet of all pages.
pub(super) static STYLES: LazyLock<Asset> =
    LazyLock::new(|| Asset::styles("dashboard", include_str!("../../assets/dashboard.css")));

/// The script of all pages. Pages also work without it.
pub(super) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::script("dashboard", include_str!("../../assets/dashboard.js")));

/// Which entry of the navigation a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// The conversations.
    Inbox,
    /// The embed, secrets and the verification tool.
    TicketCenter,
    /// The allowed domains.
    AllowedDomains,
    /// The portal.
    Portal,
    /// Identity tokens: the secret and the verification tool.
    IdentityTokens,
    /// Mails that need a decision.
    Mail,
    /// The members of the desk.
    Agents,
    /// The agent's own account.
    Account,
}

/// What an entry of a desk's navigation opens.
struct Target {
    section: Section,
    name: &'static str,
    /// The last part of the path.
    leaf: &'static str,
}

/// The entries of a desk's navigation. Agents see only the first.
const ENTRIES: [Target; 7] = [
    Target { section: Section::Inbox, name: "Inbox", leaf: "inbox" },
    Target { section: Section::TicketCenter, name: "Ticket Center", leaf: "ticket-center" },
    Target { section: Section::AllowedDomains, name: "Allowed domains", leaf: "allowed-domains" },
    Target { section: Section::Portal, name: "Portal", leaf: "portal" },
    Target { section: Section::IdentityTokens, name: "Identity tokens", leaf: "identity-tokens" },
    Target { section: Section::Mail, name: "Mail", leaf: "mail" },
    Target { section: Section::Agents, name: "Agents", leaf: "agents" },
];

/// The layout of a page, for `base.html`. Templates have it as their field `layout`.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(super) agent_name: String,
    pub(super) form_token: String,
    pub(super) desk: Option<Membership>,
    pub(super) other_desks: Vec<Membership>,
    pub(super) section: Section,
    pub(super) notice: Option<Notice>,
}

/// An entry of the navigation.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) path: String,
    pub(super) is_here: bool,
}

impl Layout {
    /// Returns the value of a form's hidden field `csrf`.
    pub(crate) fn form_token(&self) -> &str {
        &self.form_token
    }

    /// Returns the path of the desk's pages, without a slash at the end.
    pub(crate) fn desk_path(&self) -> String {
        self.desk.as_ref().map_or_else(String::new, |desk| format!("/desks/{}", desk.desk))
    }

    /// Returns the desk's name, for titles.
    pub(super) fn desk_name(&self) -> &str {
        self.desk.as_ref().map_or("", |desk| &desk.desk_name)
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        let Some(desk) = &self.desk else {
            return Vec::new();
        };
        let count = if desk.role == Role::Owner { ENTRIES.len() } else { 1 };
        let entry = |&Target { section, name, leaf }: &Target| Entry {
            name,
            path: format!("/desks/{}/{leaf}", desk.desk),
            is_here: section == self.section,
        };
        ENTRIES[..count].iter().map(entry).collect()
    }

    pub(super) fn is_at_account(&self) -> bool {
        self.section == Section::Account
    }

    pub(super) fn notice(&self) -> Option<&'static str> {
        self.notice.map(Notice::sentence)
    }
}

/// Marks a response that showed the notice, so that its cookie is deleted.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoticeShown;

/// Renders a page with a [`Layout`].
///
/// # Errors
/// [`Error::INTERNAL`].
pub(crate) fn render(template: &impl Template) -> Result<Response> {
    let mut response = html(template)?;
    response.extensions_mut().insert(NoticeShown);
    Ok(response)
}

/// Renders a part of a page, or a page without the layout.
///
/// # Errors
/// [`Error::INTERNAL`].
pub(crate) fn html(template: &impl Template) -> Result<Response> {
    let text = template.render().map_err(|error| {
        tracing::error!(%error, "could not render a page");
        Error::INTERNAL
    })?;
    let media_type = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, media_type)], text).into_response())
}

/// Returns a moment for people, to the minute.
pub(super) fn shown_time(moment: Moment) -> String {
    moment.to_minute()
}

/// Returns the path of the style sheet, for templates.
pub(super) fn styles() -> &'static str {
    STYLES.path()
}

/// Returns the path of the script, for templates.
pub(super) fn script() -> &'static str {
    SCRIPT.path()
}
