//! Keeps the demo's mails in memory, and serves the pages that show them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use mail_parser::{HeaderName, Message, MessageParser};
use serde::Serialize;

use super::pages;

/// The most mails that are kept; beyond, the oldest one is deleted.
const MOST: usize = 500;

/// A mail may style itself; its scripts do not run, and it loads nothing from elsewhere.
const MAIL_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; \
                           img-src data:; frame-ancestors 'self'";

/// A received mail.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Mail {
    /// Counts from 1.
    pub(super) number: usize,
    /// The recipients of the envelope, not those of the `To` header.
    pub(super) recipients: Vec<String>,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) message_id: String,
    pub(super) in_reply_to: String,
    pub(super) text: String,
    pub(super) html: String,
}

impl Mail {
    fn read(number: usize, recipients: Vec<String>, message: &Message<'_>) -> Self {
        let raw = |name: HeaderName<'static>| {
            message.header_raw(name).unwrap_or_default().trim().to_owned()
        };
        let body = |text: Option<std::borrow::Cow<'_, str>>| text.unwrap_or_default().into_owned();
        Self {
            number,
            recipients,
            from: raw(HeaderName::From),
            to: raw(HeaderName::To),
            subject: message.subject().unwrap_or_default().to_owned(),
            message_id: raw(HeaderName::MessageId),
            in_reply_to: raw(HeaderName::InReplyTo),
            text: body(message.body_text(0)),
            html: body(message.body_html(0)),
        }
    }
}

/// The received mails, in memory only.
#[derive(Debug, Default)]
pub(super) struct Mailbox(Mutex<Received>);

#[derive(Debug, Default)]
struct Received {
    count: usize,
    mails: Vec<Mail>,
}

impl Mailbox {
    /// Keeps a message; returns `false` if it cannot be read.
    pub(super) fn keep(&self, recipients: Vec<String>, bytes: &[u8]) -> bool {
        let Some(message) = MessageParser::default().parse(bytes) else { return false };
        let mut received = self.lock();
        received.count += 1;
        let mail = Mail::read(received.count, recipients, &message);
        if received.mails.len() == MOST {
            received.mails.remove(0);
        }
        received.mails.push(mail);
        true
    }

    /// Returns the mails, the newest first.
    pub(super) fn all(&self) -> Vec<Mail> {
        self.lock().mails.iter().rev().cloned().collect()
    }

    fn of_number(&self, number: usize) -> Option<Mail> {
        self.lock().mails.iter().find(|mail| mail.number == number).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Received> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the pages: the list, each mail, and each mail's HTML on its own.
pub(super) fn router(mailbox: Arc<Mailbox>) -> Router {
    Router::new()
        .route("/mails", get(list))
        .route("/mails.json", get(async |State(mailbox): Mails| Json(mailbox.all())))
        .route("/mails/{number}", get(mail))
        .route("/mails/{number}/html", get(html_part))
        .with_state(mailbox)
}

type Mails = State<Arc<Mailbox>>;

#[derive(Template)]
#[template(path = "mails.html")]
struct ListPage {
    mails: Vec<Mail>,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage {
    mail: Mail,
}

async fn list(State(mailbox): Mails) -> Response {
    pages::shown(&ListPage { mails: mailbox.all() })
}

async fn mail(State(mailbox): Mails, Path(number): Path<usize>) -> Response {
    match mailbox.of_number(number) {
        Some(mail) => pages::shown(&MailPage { mail }),
        None => pages::not_found().await,
    }
}

async fn html_part(State(mailbox): Mails, Path(number): Path<usize>) -> Response {
    match mailbox.of_number(number) {
        Some(mail) => {
            ([(header::CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(mail.html)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
