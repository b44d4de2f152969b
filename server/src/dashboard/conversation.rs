//! A conversation: what was written, and everything that agents do with it.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::ask::Question;
use super::contact::Who;
use super::form::{Form, Nothing, RecentForm};
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::refusal::Refusal;
use super::sign_in::{self, SignIn};
use super::signed_in::{AtDesk, RecentOwner};
use super::times::TimeShown;
use crate::agents::{self, Member};
use crate::center::Center;
use crate::contacts;
use crate::conversations::{
    self, Agent, OpenConversation, Sending, Side, Status, ThreadMessage, Writing,
};
use crate::ids::{AgentId, ConversationId, MessageId};
use crate::notifications::{self, NoMail, NoWay, Reach, State as MailState};
use crate::text::MessageText;

/// How many messages a page shows.
const PAGE: u32 = 50;

/// A message as the page shows it.
struct MessageView {
    id: MessageId,
    by: String,
    /// Whether the one who wrote it has proved nothing.
    is_unconfirmed: bool,
    is_agents: bool,
    is_note: bool,
    text: String,
    time: TimeShown,
    delivery: Option<String>,
}

/// The part of the page that is asked for again and again.
#[derive(Template)]
#[template(path = "dashboard/thread.html")]
struct ThreadPart {
    path: String,
    messages: Vec<MessageView>,
    older: Option<i64>,
    is_newest: bool,
    is_closed: bool,
    /// Why the last mail was refused for good, if it was.
    refused_mail: Option<String>,
}

#[derive(Template)]
#[template(path = "dashboard/conversation.html")]
struct ConversationPage {
    layout: Layout,
    path: String,
    subject: String,
    portal_host: Option<String>,
    title: String,
    who: Who,
    reach: Reach,
    delay: u32,
    is_owner: bool,
    is_mine: bool,
    own_id: AgentId,
    began: TimeShown,
    members: Vec<Member>,
    assigned_to: Option<AgentId>,
    thread: ThreadPart,
    message_id: MessageId,
    draft: Draft,
}

/// What stands in the form for a new message.
#[derive(Default)]
struct Draft {
    text: String,
    is_note: bool,
    is_instant: bool,
    problem: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Place {
    before: Option<i64>,
}

#[derive(Deserialize)]
struct NewMessage {
    #[serde(default)]
    text: String,
    kind: String,
    instantly: Option<String>,
    /// The id that the message will have, so that sending the form twice adds one.
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct NewStatus {
    status: String,
}

#[derive(Deserialize)]
struct NewAssignment {
    #[serde(default)]
    agent: String,
}

type Names = Path<(String, String)>;

pub(super) fn router() -> Router<Arc<Center>> {
    Router::new()
        .route("/desks/{desk}/conversations/{conversation}", get(conversation_page))
        .route("/desks/{desk}/conversations/{conversation}/thread", get(thread_part))
        .route("/desks/{desk}/conversations/{conversation}/write", post(write))
        .route("/desks/{desk}/conversations/{conversation}/status", post(set_status))
        .route("/desks/{desk}/conversations/{conversation}/assign", post(assign))
        .route("/desks/{desk}/conversations/{conversation}/block", get(ask_block).post(block))
        .route("/desks/{desk}/conversations/{conversation}/unblock", get(ask_unblock).post(unblock))
}

async fn conversation_page(
    State(center): State<Arc<Center>>,
    at_desk: AtDesk,
    Path((_, id)): Names,
    Query(place): Query<Place>,
) -> Result<Response, Refusal> {
    let open = opened(&center, &at_desk, &id).await?;
    show(&center, &at_desk, open, &place, Draft::default()).await
}

async fn show(
    center: &Center,
    at_desk: &AtDesk,
    open: OpenConversation,
    place: &Place,
    draft: Draft,
) -> Result<Response, Refusal> {
    let thread = thread(center, at_desk, &open, place).await?;
    let who = Who::new(&open.contact);
    let page = ConversationPage {
        layout: at_desk.layout(Section::Inbox),
        path: thread.path.clone(),
        is_owner: at_desk.is_owner(),
        is_mine: open.assigned_to.as_ref() == Some(at_desk.signed_in.agent()),
        own_id: at_desk.signed_in.agent().clone(),
        began: TimeShown::new(open.created_at, center.clock.now()),
        members: agents::members(&center.store, at_desk.desk()).await?,
        title: who.title(&open.subject),
        reach: open.contact.reach(center.mailer.is_some()),
        delay: center.config.notify_after,
        who,
        subject: open.subject,
        portal_host: open.portal_host,
        assigned_to: open.assigned_to,
        thread,
        message_id: MessageId::generate(),
        draft,
    };
    let is_fine = page.draft.problem.is_none();
    let status = if is_fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page::render(&page)?).into_response())
}

/// Answers with the messages alone, or with nothing where the browser has them already.
async fn thread_part(
    State(center): State<Arc<Center>>,
    at_desk: AtDesk,
    Path((_, id)): Names,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let open = opened(&center, &at_desk, &id).await?;
    let thread = thread(&center, &at_desk, &open, &Place::default()).await?;
    let tag = thread.tag();
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], page::html(&thread)?).into_response())
}

async fn thread(
    center: &Center,
    at_desk: &AtDesk,
    open: &OpenConversation,
    place: &Place,
) -> Result<ThreadPart, Refusal> {
    let store = &center.store;
    let thread = conversations::thread(store, open, place.before, PAGE).await?;
    let deliveries = notifications::states(store, &open.id).await?;
    let (who, reach) = (Who::new(&open.contact), open.contact.reach(center.mailer.is_some()));
    let last_mail = thread.messages.iter().rev().find_map(|message| deliveries.get(&message.id));
    let refused_mail = last_mail
        .filter(|delivery| delivery.state == MailState::Dead)
        .map(|delivery| delivery.reason.clone());
    let now = center.clock.now();
    let view = |message: ThreadMessage| {
        let delivery = deliveries.get(&message.id).map(|delivery| {
            delivery.sentence(center.config.notify_delay(), center.mailer.is_some())
        });
        let is_agents = message.side == Side::Agent;
        let is_reply = is_agents && !message.is_note;
        MessageView {
            delivery: match delivery {
                _ if is_reply && message.is_read => Some("Read.".to_owned()),
                None if is_reply && reach.is_nobody() => Some("Reached no customer.".to_owned()),
                delivery => delivery,
            },
            time: TimeShown::new(message.created_at, now),
            is_unconfirmed: !is_agents && !who.is_verified,
            by: message.agent_name.unwrap_or_else(|| who.heading.clone()),
            id: message.id,
            is_agents,
            is_note: message.is_note,
            text: message.text,
        }
    };
    Ok(ThreadPart {
        path: at_desk.path(&format!("conversations/{}", open.id)),
        older: thread.messages.first().map(|first| first.position).filter(|_| thread.has_older),
        messages: thread.messages.into_iter().map(view).collect(),
        is_newest: place.before.is_none(),
        is_closed: open.status == Status::Closed,
        refused_mail,
    })
}

impl ThreadPart {
    /// Changes with what is shown; texts never change once they are there.
    fn tag(&self) -> HeaderValue {
        let mut digest = Sha256::new();
        digest.update([u8::from(self.is_closed)]);
        for message in &self.messages {
            digest.update(message.id.as_str());
            digest.update(message.delivery.as_deref().unwrap_or_default());
        }
        let digest = Base64UrlUnpadded::encode_string(&digest.finalize());
        HeaderValue::try_from(format!("\"{digest}\"")).expect("base64url is ASCII")
    }
}

async fn write(
    State(center): State<Arc<Center>>,
    at_desk: Result<AtDesk, Refusal>,
    Path((desk, id)): Names,
    headers: HeaderMap,
    Form(given): Form<NewMessage>,
) -> Result<Response, Refusal> {
    let at_desk = match at_desk {
        // Nothing that somebody wrote is lost with a session.
        Err(Refusal::SignInFirst(_)) => {
            let next = format!("/desks/{desk}/conversations/{id}");
            let fields = SignIn { next: &next, draft: &given.text, ..SignIn::default() };
            return sign_in::respond(&center, &headers, StatusCode::UNAUTHORIZED, fields);
        }
        other => other?,
    };
    let open = opened(&center, &at_desk, &id).await?;
    let writing = given.writing().ok_or(Refusal::FormMalformed)?;
    let text = match MessageText::parse(&given.text) {
        Ok(text) => text,
        Err(error) => {
            let draft = given.draft(error.to_string());
            return show(&center, &at_desk, open, &Place::default(), draft).await;
        }
    };
    let account = &at_desk.signed_in.session.account;
    let agent = Agent { id: account.id.clone(), name: account.name.clone() };
    let message = MessageId::parse(&given.message).unwrap_or_else(MessageId::generate);
    let place = (at_desk.desk(), &open.id);
    let now = center.clock.now();
    conversations::write_once(&center.store, place, &agent, (&message, writing), &text, now)
        .await?;
    let path = at_desk.path(&format!("conversations/{}#end", open.id));
    Ok(Redirect::to(&path).into_response())
}

impl NewMessage {
    fn writing(&self) -> Option<Writing> {
        match (self.kind.as_str(), &self.instantly) {
            ("note", _) => Some(Writing::Note),
            ("reply", None) => Some(Writing::Reply(Sending::Delayed)),
            ("reply", Some(_)) => Some(Writing::Reply(Sending::Instantly)),
            _ => None,
        }
    }

    fn draft(self, problem: String) -> Draft {
        Draft {
            text: self.text,
            is_note: self.kind == "note",
            is_instant: self.instantly.is_some(),
            problem: Some(problem),
        }
    }
}

async fn set_status(
    State(center): State<Arc<Center>>,
    at_desk: AtDesk,
    Path((_, id)): Names,
    Form(given): Form<NewStatus>,
) -> Result<Response, Refusal> {
    let (status, notice) = match given.status.as_str() {
        "closed" => (Status::Closed, Notice::Closed),
        "open" => (Status::Open, Notice::Reopened),
        _ => return Err(Refusal::FormMalformed),
    };
    let id = conversation_id(&id)?;
    let now = center.clock.now();
    conversations::set_status(&center.store, (at_desk.desk(), &id), status, now).await?;
    Ok(back(&center, &at_desk, &id, notice))
}

async fn assign(
    State(center): State<Arc<Center>>,
    at_desk: AtDesk,
    Path((_, id)): Names,
    Form(given): Form<NewAssignment>,
) -> Result<Response, Refusal> {
    let id = conversation_id(&id)?;
    let agent = match given.agent.as_str() {
        "" => None,
        agent => Some(AgentId::parse(agent).ok_or(Refusal::FormMalformed)?),
    };
    conversations::assign(&center.store, (at_desk.desk(), &id), agent.as_ref()).await?;
    Ok(back(&center, &at_desk, &id, Notice::Assigned))
}

async fn ask_block(
    State(center): State<Arc<Center>>,
    RecentOwner(at_desk): RecentOwner,
    Path((_, id)): Names,
) -> Result<Response, Refusal> {
    let open = opened(&center, &at_desk, &id).await?;
    let name = Who::new(&open.contact).heading;
    ask(&at_desk, &open.id, "block")
        .about(format!("Block {name}"), "Block this customer")
        .says("The customer can neither read nor write any more.")
        .says("Mails about replies to them are not sent. Conversations stay, and you can unblock them.")
        .asked()
}

async fn ask_unblock(
    State(center): State<Arc<Center>>,
    RecentOwner(at_desk): RecentOwner,
    Path((_, id)): Names,
) -> Result<Response, Refusal> {
    let open = opened(&center, &at_desk, &id).await?;
    let name = Who::new(&open.contact).heading;
    ask(&at_desk, &open.id, "unblock")
        .about(format!("Unblock {name}"), "Unblock this customer")
        .says("The customer can read and write again.")
        .asked()
}

fn ask(at_desk: &AtDesk, id: &ConversationId, act: &str) -> Question<'static> {
    let conversation = format!("conversations/{id}");
    Question::new(at_desk, Section::Inbox, &format!("{conversation}/{act}"), &conversation)
}

async fn block(
    state: State<Arc<Center>>,
    names: Names,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response, Refusal> {
    set_blocked(state, &at_desk, names, true).await
}

async fn unblock(
    state: State<Arc<Center>>,
    names: Names,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response, Refusal> {
    set_blocked(state, &at_desk, names, false).await
}

async fn set_blocked(
    State(center): State<Arc<Center>>,
    at_desk: &AtDesk,
    Path((_, id)): Names,
    is_blocked: bool,
) -> Result<Response, Refusal> {
    let open = opened(&center, at_desk, &id).await?;
    let blocked_at = is_blocked.then(|| center.clock.now());
    contacts::set_blocked(&center.store, at_desk.desk(), &open.contact_id, blocked_at).await?;
    let by = at_desk.signed_in.agent();
    tracing::info!(contact = %open.contact_id, %by, is_blocked, "a contact was blocked or unblocked");
    let notice = if is_blocked { Notice::Blocked } else { Notice::Unblocked };
    Ok(back(&center, at_desk, &open.id, notice))
}

async fn opened(center: &Center, at_desk: &AtDesk, id: &str) -> Result<OpenConversation, Refusal> {
    let id = conversation_id(id)?;
    Ok(conversations::open(&center.store, at_desk.desk(), &id).await?)
}

fn conversation_id(id: &str) -> Result<ConversationId, Refusal> {
    ConversationId::parse(id).ok_or(Refusal::NotFound)
}

fn back(center: &Center, at_desk: &AtDesk, id: &ConversationId, notice: Notice) -> Response {
    redirect_with(&center.config, &at_desk.path(&format!("conversations/{id}")), notice)
}
