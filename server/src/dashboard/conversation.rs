//! The page of a conversation: its messages, and the forms of agents.

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

use super::confirm_action::ConfirmAction;
use super::contact::{JointShown, Says, Who};
use super::error::{Error, Result};
use super::form::{Form, Nothing, RecentForm};
use super::notice::{Notice, redirect_with};
use super::page::{self, Layout, Section};
use super::sign_in::{self, SignIn};
use super::signed_in::{AtDesk, RecentOwner};
use super::times::TimeShown;
use crate::agents::{self, Member};
use crate::app_state::AppState;
use crate::contacts;
use crate::conversations::{
    self, Agent, AgentMessage, OpenConversation, Sending, Side, Status, ThreadMessage, Writing,
};
use crate::ids::{AgentId, ContactId, ConversationId, MessageId};
use crate::notifications::{self, Reach, State as MailState, UnreachableReason, WidgetOnlyReason};
use crate::text::MessageText;

/// The number of messages on a page.
const PAGE: u32 = 50;

/// A message as the page shows it.
struct MessageView {
    id: MessageId,
    by: String,
    /// Whether the writer has not proved an identity.
    is_unconfirmed: bool,
    is_agents: bool,
    is_note: bool,
    text: String,
    time: TimeShown,
    delivery: Option<String>,
}

/// The part of the page that the script reloads.
#[derive(Template)]
#[template(path = "dashboard/thread.html")]
struct ThreadPart {
    path: String,
    messages: Vec<MessageView>,
    older: Option<i64>,
    is_newest: bool,
    is_closed: bool,
    /// Why the last mail was rejected permanently, if it was.
    rejected_mail: Option<String>,
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
    /// What the product says of the customer, and when.
    says: Option<(Says, TimeShown)>,
    joints: Vec<JointShown>,
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

/// The content of the form for a new message.
#[derive(Default)]
struct Draft {
    text: String,
    is_note: bool,
    is_instant: bool,
    problem: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct PagePosition {
    before: Option<i64>,
}

#[derive(Deserialize)]
struct NewMessage {
    #[serde(default)]
    text: String,
    kind: String,
    instantly: Option<String>,
    /// The id of the new message, so that sending the form twice adds one message.
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

/// The joint that an owner undoes, by its contact.
#[derive(Debug, Deserialize)]
struct Separated {
    #[serde(default)]
    contact: String,
}

/// The desk and the conversation in the path.
#[derive(Deserialize)]
struct ConversationPath {
    desk: String,
    conversation: String,
}

pub(super) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/desks/{desk}/conversations/{conversation}", get(conversation_page))
        .route("/desks/{desk}/conversations/{conversation}/thread", get(thread_part))
        .route("/desks/{desk}/conversations/{conversation}/write", post(write))
        .route("/desks/{desk}/conversations/{conversation}/status", post(set_status))
        .route("/desks/{desk}/conversations/{conversation}/assign", post(assign))
        .route("/desks/{desk}/conversations/{conversation}/block", get(confirm_block).post(block))
        .route(
            "/desks/{desk}/conversations/{conversation}/unblock",
            get(confirm_unblock).post(unblock),
        )
        .route(
            "/desks/{desk}/conversations/{conversation}/separate",
            get(confirm_separate).post(separate),
        )
}

async fn conversation_page(
    State(app): State<Arc<AppState>>,
    at_desk: AtDesk,
    Path(path): Path<ConversationPath>,
    Query(position): Query<PagePosition>,
) -> Result<Response> {
    let open = opened(&app, &at_desk, &path).await?;
    show(&app, &at_desk, open, &position, Draft::default()).await
}

async fn show(
    app: &AppState,
    at_desk: &AtDesk,
    open: OpenConversation,
    position: &PagePosition,
    draft: Draft,
) -> Result<Response> {
    let thread = thread(app, at_desk, &open, position).await?;
    let who = Who::new(&open.contact);
    let says = contacts::description(&app.store, &open.contact_id).await?;
    let says = says.as_ref().map(Says::new);
    let joints = contacts::joints(&app.store, &open.contact_id).await?;
    let page = ConversationPage {
        layout: at_desk.layout(Section::Inbox),
        path: thread.path.clone(),
        is_owner: at_desk.is_owner(),
        is_mine: open.assigned_to.as_ref() == Some(at_desk.signed_in.agent()),
        own_id: at_desk.signed_in.agent().clone(),
        began: TimeShown::new(open.created_at, app.clock.now()),
        members: agents::members(&app.store, at_desk.desk()).await?,
        title: who.title(&open.subject),
        reach: open.contact.reach(app.mailer.is_some()),
        delay: app.config.notify_after,
        says: says.map(|says| {
            let at = TimeShown::new(says.at, app.clock.now());
            (says, at)
        }),
        joints: joints.iter().map(JointShown::new).collect(),
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

/// Responds with the messages only, or without a body if the browser already has them.
async fn thread_part(
    State(app): State<Arc<AppState>>,
    at_desk: AtDesk,
    Path(path): Path<ConversationPath>,
    headers: HeaderMap,
) -> Result<Response> {
    let open = opened(&app, &at_desk, &path).await?;
    let thread = thread(&app, &at_desk, &open, &PagePosition::default()).await?;
    let tag = thread.tag();
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], page::html(&thread)?).into_response())
}

async fn thread(
    app: &AppState,
    at_desk: &AtDesk,
    open: &OpenConversation,
    position: &PagePosition,
) -> Result<ThreadPart> {
    let store = &app.store;
    let thread = conversations::thread(store, open, position.before, PAGE).await?;
    let deliveries = notifications::states(store, &open.id).await?;
    let (who, reach) = (Who::new(&open.contact), open.contact.reach(app.mailer.is_some()));
    let last_mail = thread.messages.iter().rev().find_map(|message| deliveries.get(&message.id));
    let rejected_mail = last_mail
        .filter(|delivery| delivery.state == MailState::Failed)
        .map(|delivery| delivery.reason.clone());
    let now = app.clock.now();
    let view = |message: ThreadMessage| {
        let delivery = deliveries
            .get(&message.id)
            .map(|delivery| delivery.sentence(app.config.notify_delay(), app.mailer.is_some()));
        let is_agents = message.side == Side::Agent;
        let is_reply = is_agents && !message.is_note;
        MessageView {
            delivery: match delivery {
                _ if is_reply && message.is_read => Some("Read.".to_owned()),
                None if is_reply && reach.is_unreachable() => {
                    Some("Reached no customer.".to_owned())
                }
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
        is_newest: position.before.is_none(),
        is_closed: open.status == Status::Closed,
        rejected_mail,
    })
}

impl ThreadPart {
    /// Returns the entity tag. It changes with the shown messages; their texts never change.
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
    State(app): State<Arc<AppState>>,
    at_desk: Result<AtDesk>,
    Path(path): Path<ConversationPath>,
    headers: HeaderMap,
    Form(given): Form<NewMessage>,
) -> Result<Response> {
    let at_desk = match at_desk {
        // If the session has ended, the typed text is kept.
        Err(Error::SignInFirst(_)) => {
            let next = format!("/desks/{}/conversations/{}", path.desk, path.conversation);
            let fields = SignIn { next: &next, draft: &given.text, ..SignIn::default() };
            return sign_in::respond(&app, &headers, StatusCode::UNAUTHORIZED, fields);
        }
        other => other?,
    };
    let open = opened(&app, &at_desk, &path).await?;
    let writing = given.writing().ok_or(Error::FORM_MALFORMED)?;
    let text = match MessageText::parse(&given.text) {
        Ok(text) => text,
        Err(error) => {
            let draft = given.draft(error.to_string());
            return show(&app, &at_desk, open, &PagePosition::default(), draft).await;
        }
    };
    let account = &at_desk.signed_in.session.account;
    let agent = Agent { id: account.id.clone(), name: account.name.clone() };
    let message = MessageId::parse(&given.message).unwrap_or_else(MessageId::generate);
    let message = AgentMessage { id: &message, agent: &agent, writing, text: &text };
    conversations::write_once(&app.store, at_desk.desk(), &open.id, message, app.clock.now())
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
    State(app): State<Arc<AppState>>,
    at_desk: AtDesk,
    Path(path): Path<ConversationPath>,
    Form(given): Form<NewStatus>,
) -> Result<Response> {
    let (status, notice) = match given.status.as_str() {
        "closed" => (Status::Closed, Notice::Closed),
        "open" => (Status::Open, Notice::Reopened),
        _ => return Err(Error::FORM_MALFORMED),
    };
    let id = path.id()?;
    let now = app.clock.now();
    conversations::set_status(&app.store, at_desk.desk(), &id, status, now).await?;
    Ok(back(&app, &at_desk, &id, notice))
}

async fn assign(
    State(app): State<Arc<AppState>>,
    at_desk: AtDesk,
    Path(path): Path<ConversationPath>,
    Form(given): Form<NewAssignment>,
) -> Result<Response> {
    let id = path.id()?;
    let agent = match given.agent.as_str() {
        "" => None,
        agent => Some(AgentId::parse(agent).ok_or(Error::FORM_MALFORMED)?),
    };
    conversations::assign(&app.store, at_desk.desk(), &id, agent.as_ref()).await?;
    Ok(back(&app, &at_desk, &id, Notice::Assigned))
}

async fn confirm_block(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Path(path): Path<ConversationPath>,
) -> Result<Response> {
    let open = opened(&app, &at_desk, &path).await?;
    let name = Who::new(&open.contact).heading;
    confirmation(&at_desk, &open.id, "block")
        .about(format!("Block {name}"), "Block this customer")
        .says("The customer can no longer read or write messages.")
        .says(
            "Mails about replies to this customer are not sent. The conversations stay. You can \
            unblock the customer later.",
        )
        .asked()
}

async fn confirm_unblock(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Path(path): Path<ConversationPath>,
) -> Result<Response> {
    let open = opened(&app, &at_desk, &path).await?;
    let name = Who::new(&open.contact).heading;
    confirmation(&at_desk, &open.id, "unblock")
        .about(format!("Unblock {name}"), "Unblock this customer")
        .says("The customer can read and write messages again.")
        .asked()
}

fn confirmation(at_desk: &AtDesk, id: &ConversationId, action: &str) -> ConfirmAction<'static> {
    let conversation = format!("conversations/{id}");
    ConfirmAction::new(at_desk, Section::Inbox, &format!("{conversation}/{action}"), &conversation)
}

async fn block(
    state: State<Arc<AppState>>,
    Path(path): Path<ConversationPath>,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response> {
    set_blocked(state, &at_desk, &path, true).await
}

async fn unblock(
    state: State<Arc<AppState>>,
    Path(path): Path<ConversationPath>,
    RecentForm(at_desk, Nothing {}): RecentForm<Nothing>,
) -> Result<Response> {
    set_blocked(state, &at_desk, &path, false).await
}

async fn set_blocked(
    State(app): State<Arc<AppState>>,
    at_desk: &AtDesk,
    path: &ConversationPath,
    is_blocked: bool,
) -> Result<Response> {
    let open = opened(&app, at_desk, path).await?;
    let blocked_at = is_blocked.then(|| app.clock.now());
    contacts::set_blocked(&app.store, at_desk.desk(), &open.contact_id, blocked_at).await?;
    let by = at_desk.signed_in.agent();
    tracing::info!(contact = %open.contact_id, %by, is_blocked, "a contact was blocked or unblocked");
    let notice = if is_blocked { Notice::Blocked } else { Notice::Unblocked };
    Ok(back(&app, at_desk, &open.id, notice))
}

async fn confirm_separate(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Path(path): Path<ConversationPath>,
    Query(asked): Query<Separated>,
) -> Result<Response> {
    let open = opened(&app, &at_desk, &path).await?;
    let joints = contacts::joints(&app.store, &open.contact_id).await?;
    let joint = joints.iter().find(|joint| joint.id.as_str() == asked.contact);
    let shown = joint.map(JointShown::new).ok_or(Error::NOT_FOUND)?;
    confirmation(&at_desk, &open.id, "separate")
        .about(format!("Separate {}", shown.identity), "Separate them")
        .says(format!(
            "The customer no longer sees the conversations that began with {}. Who proves that identity sees them \
             again.",
            shown.identity
        ))
        .says("No identity token joins them again. You cannot undo this.")
        .with("contact", &asked.contact)
        .asked()
}

async fn separate(
    State(app): State<Arc<AppState>>,
    Path(path): Path<ConversationPath>,
    RecentForm(at_desk, given): RecentForm<Separated>,
) -> Result<Response> {
    let open = opened(&app, &at_desk, &path).await?;
    let contact = ContactId::parse(&given.contact).ok_or(Error::NOT_FOUND)?;
    let joints = contacts::joints(&app.store, &open.contact_id).await?;
    let is_joined = joints.iter().any(|joint| joint.id == contact);
    if !is_joined || !contacts::separate(&app.store, at_desk.desk(), &contact).await? {
        return Err(Error::NOT_FOUND);
    }
    let by = at_desk.signed_in.agent();
    tracing::info!(%contact, %by, "a joined contact was separated");
    Ok(back(&app, &at_desk, &open.id, Notice::Separated))
}

async fn opened(
    app: &AppState,
    at_desk: &AtDesk,
    path: &ConversationPath,
) -> Result<OpenConversation> {
    let id = path.id()?;
    Ok(conversations::open(&app.store, at_desk.desk(), &id).await?)
}

impl ConversationPath {
    fn id(&self) -> Result<ConversationId> {
        ConversationId::parse(&self.conversation).ok_or(Error::NOT_FOUND)
    }
}

fn back(app: &AppState, at_desk: &AtDesk, id: &ConversationId, notice: Notice) -> Response {
    redirect_with(&app.config, &at_desk.path(&format!("conversations/{id}")), notice)
}
