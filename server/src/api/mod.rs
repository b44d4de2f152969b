//! The Ticket Center's API: the calls of the embedded widget.
//!
//! Each call identifies the customer by `helpdeskId` and either `email` and `signature` or `session` in its body, and
//! by nothing else: no cookie, no header, no conversation id.

mod authorize;
mod body;
mod caller;
mod error;
mod responses;
mod session;

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use authorize::{Operation, authorize};
use body::{Body, ConversationsRequest, MessageRequest, MessagesRequest, SignedRequest, page_size};
use caller::Caller;
use error::{conversation_unknown, cursor_malformed};
use responses::{
    ClosedResponse, ContactResponse, ConversationsResponse, HelpdeskResponse, MessageSentResponse,
    MessagesResponse, VerifyResponse,
};

use crate::app_state::AppState;
use crate::clock::Moment;
use crate::conversations::{self, Cursor, Destination, IdempotencyKey, Range, Submission};
use crate::ids::{ConversationId, MessageId};
use crate::text::{MessageText, Subject};
use crate::web::{ErrorBody, JsonError};

pub use body::MAX_BYTES;

/// Where the calls are.
pub const PATH: &str = "/api/messaging/ticket-center";

/// Widgets verify this often, so that they show an agent's reply within two seconds.
const POLL_MILLISECONDS: u32 = 1500;

const DEFAULT_CONVERSATIONS: u32 = 20;
const DEFAULT_MESSAGES: u32 = 50;

type Shared = State<Arc<AppState>>;

/// The document's own words; its paths come from the router.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ticket Center",
        description = "The API that the Ticket Center's widget uses. Each request identifies the customer \
                       in its body: by helpdeskId, email and signature, or by helpdeskId and session. An \
                       identity token opens a session. Both forms together are rejected. What the vendor's \
                       API does not have is marked \"Not in the vendor's API\"."
    ),
    tags((name = "ticket-center", description = "Read and write a customer's conversations"))
)]
struct Document;

/// Returns the routes of the calls, and the document that describes them.
pub fn router() -> OpenApiRouter<Arc<AppState>> {
    // Each path is whole: one that is nested is taken apart again for each call.
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(verify))
        .routes(routes!(list_conversations))
        .routes(routes!(send_message))
        .routes(routes!(list_messages))
        .routes(routes!(close_conversation))
        .routes(routes!(session::exchange))
        .routes(routes!(session::end))
}

/// Verifies the proof and returns the contact. Creates the contact if it is new.
///
/// This is the cheapest request. Repeat it after `pollAfter` milliseconds: a changed `revision` says that there is
/// something new.
#[utoipa::path(
    post, context_path = PATH, path = "/verify", tag = "ticket-center", request_body = SignedRequest,
    responses(
        (status = 200, description = "The proof is valid.", body = VerifyResponse),
        (status = "4XX", description = "The request was rejected. The code says why.", body = ErrorBody),
        (status = "5XX", description = "The server has an error. Retry the request.", body = ErrorBody),
    )
)]
async fn verify(
    State(app): Shared,
    caller: Caller,
    Body(request): Body<SignedRequest>,
) -> Result<Json<VerifyResponse>, JsonError> {
    let authorized = authorize(&app, &caller, request.credentials()?, Operation::Verify).await?;
    let contact = authorized.contact;
    Ok(Json(VerifyResponse {
        contact: ContactResponse {
            id: contact.id.to_string(),
            email: authorized.email,
            created_at: contact.created_at.to_rfc3339(),
        },
        helpdesk: HelpdeskResponse {
            id: authorized.customer.desk().to_string(),
            name: authorized.desk.name.clone(),
        },
        unread: contact.unread,
        revision: contact.revision.to_string(),
        poll_after: POLL_MILLISECONDS,
        session_expires_at: authorized.session_expires_at.map(Moment::to_rfc3339),
    }))
}

/// Returns a page of the contact's conversations, the latest activity first. Not in the vendor's API.
#[utoipa::path(
    post, context_path = PATH, path = "/conversations", tag = "ticket-center", request_body = ConversationsRequest,
    responses(
        (status = 200, description = "A page of conversations.", body = ConversationsResponse),
        (status = "4XX", description = "The request was rejected. The code says why.", body = ErrorBody),
        (status = "5XX", description = "The server has an error. Retry the request.", body = ErrorBody),
    )
)]
async fn list_conversations(
    State(app): Shared,
    caller: Caller,
    Body(request): Body<ConversationsRequest>,
) -> Result<Json<ConversationsResponse>, JsonError> {
    let authorized = authorize(&app, &caller, request.credentials()?, Operation::Read).await?;
    let limit = page_size(request.limit, DEFAULT_CONVERSATIONS)?;
    let cursor = request
        .cursor
        .map(|cursor| Cursor::parse(&cursor).ok_or_else(cursor_malformed))
        .transpose()?;
    let page =
        conversations::list(&app.store, &authorized.customer, cursor.as_ref(), limit).await?;
    Ok(Json(ConversationsResponse {
        conversations: page.conversations.into_iter().map(Into::into).collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    }))
}

/// Begins a conversation. With `conversationId`, replies in that conversation, and reopens it if it is closed.
///
/// `subject` and `idempotencyKey` are not in the vendor's API.
#[utoipa::path(
    post, context_path = PATH, path = "/message", tag = "ticket-center", request_body = MessageRequest,
    responses(
        (status = 201, description = "The message is stored.", body = MessageSentResponse),
        (status = 200, description = "The message was stored before, with the same idempotencyKey.",
            body = MessageSentResponse),
        (status = "4XX", description = "The request was rejected. The code says why.", body = ErrorBody),
        (status = "5XX", description = "The server has an error. Retry the request.", body = ErrorBody),
    )
)]
async fn send_message(
    State(app): Shared,
    caller: Caller,
    Body(request): Body<MessageRequest>,
) -> Result<(StatusCode, Json<MessageSentResponse>), JsonError> {
    let authorized = authorize(&app, &caller, request.credentials()?, Operation::Send).await?;
    let submission = submission(&request)?;
    let now = app.clock.now();
    let receipt = conversations::submit(&app.store, &authorized.customer, &submission, now).await?;
    let status = if receipt.is_repeated { StatusCode::OK } else { StatusCode::CREATED };
    let response = MessageSentResponse {
        conversation: receipt.conversation.into(),
        message: receipt.message.into(),
    };
    Ok((status, Json(response)))
}

/// Returns a page of a conversation's messages. Without `before` and `after`, it is the newest page.
///
/// `limit`, `before`, `after` and `markRead` are not in the vendor's API.
#[utoipa::path(
    post, context_path = PATH, path = "/conversations/{id}/messages", tag = "ticket-center",
    params(("id" = String, Path, description = "The conversation's id")),
    request_body = MessagesRequest,
    responses(
        (status = 200, description = "A page of messages.", body = MessagesResponse),
        (status = "4XX", description = "The request was rejected. The code says why.", body = ErrorBody),
        (status = "5XX", description = "The server has an error. Retry the request.", body = ErrorBody),
    )
)]
async fn list_messages(
    State(app): Shared,
    id: Result<Path<String>, PathRejection>,
    caller: Caller,
    Body(request): Body<MessagesRequest>,
) -> Result<Json<MessagesResponse>, JsonError> {
    let authorized = authorize(&app, &caller, request.credentials()?, Operation::Read).await?;
    let id = conversation_id(id)?;
    let limit = page_size(request.limit, DEFAULT_MESSAGES)?;
    let range = range(&request)?;
    let marks_read = request.mark_read.unwrap_or(true);
    let customer = &authorized.customer;
    let page =
        conversations::messages(&app.store, customer, &id, &range, limit, marks_read).await?;
    Ok(Json(MessagesResponse {
        conversation: page.conversation.into(),
        messages: page.messages.into_iter().map(Into::into).collect(),
        has_more: page.has_more,
    }))
}

/// Closes a conversation of the contact. If it is closed already, nothing changes.
#[utoipa::path(
    post, context_path = PATH, path = "/conversations/{id}/close", tag = "ticket-center",
    params(("id" = String, Path, description = "The conversation's id")),
    request_body = SignedRequest,
    responses(
        (status = 200, description = "The conversation is closed.", body = ClosedResponse),
        (status = "4XX", description = "The request was rejected. The code says why.", body = ErrorBody),
        (status = "5XX", description = "The server has an error. Retry the request.", body = ErrorBody),
    )
)]
async fn close_conversation(
    State(app): Shared,
    id: Result<Path<String>, PathRejection>,
    caller: Caller,
    Body(request): Body<SignedRequest>,
) -> Result<Json<ClosedResponse>, JsonError> {
    let authorized = authorize(&app, &caller, request.credentials()?, Operation::Read).await?;
    let id = conversation_id(id)?;
    let now = app.clock.now();
    let conversation =
        conversations::close(&app.store, &authorized.customer, &id, now).await?.into();
    Ok(Json(ClosedResponse { conversation }))
}

/// Returns the conversation id. A malformed id gives the same error as an unknown conversation.
fn conversation_id(id: Result<Path<String>, PathRejection>) -> Result<ConversationId, JsonError> {
    id.ok().and_then(|Path(id)| ConversationId::parse(&id)).ok_or_else(conversation_unknown)
}

fn submission(request: &MessageRequest) -> Result<Submission, JsonError> {
    let text = MessageText::parse(&request.message)?;
    let destination = match &request.conversation_id {
        Some(id) => {
            Destination::Existing(ConversationId::parse(id).ok_or_else(conversation_unknown)?)
        }
        None => Destination::New(Subject::parse(request.subject.as_deref(), &text)?),
    };
    let idempotency_key = request
        .idempotency_key
        .as_deref()
        .map(|key| IdempotencyKey::parse(key).ok_or_else(idempotency_key_malformed))
        .transpose()?;
    Ok(Submission { destination, text, idempotency_key })
}

fn idempotency_key_malformed() -> JsonError {
    JsonError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key_malformed",
        "The idempotencyKey must have 1 to 64 characters, each from A-Z, a-z, 0-9, _ and -.",
    )
}

fn range(request: &MessagesRequest) -> Result<Range, JsonError> {
    let message = |id: &str| MessageId::parse(id).ok_or_else(cursor_malformed);
    match (&request.before, &request.after) {
        (None, None) => Ok(Range::Newest),
        (Some(id), None) => Ok(Range::Before(message(id)?)),
        (None, Some(id)) => Ok(Range::After(message(id)?)),
        (Some(_), Some(_)) => Err(cursor_malformed()),
    }
}
