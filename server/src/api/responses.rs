//! The JSON bodies of responses.

use serde::Serialize;
use utoipa::ToSchema;

use crate::conversations::{Conversation, Message, Side, Status};

/// A contact whose identity is proved.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactResponse {
    /// The id.
    pub(super) id: String,
    /// The canonical e-mail; `null` if an identity token named the customer by id only.
    #[schema(examples("ada@example.com"))]
    pub(super) email: Option<String>,
    /// When it was first seen.
    #[schema(format = DateTime)]
    pub(super) created_at: String,
}

/// The desk.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HelpdeskResponse {
    /// The id.
    pub(super) id: String,
    /// The name.
    pub(super) name: String,
}

/// The contact, the desk, and what shows whether something is new.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VerifyResponse {
    /// The contact.
    pub(super) contact: ContactResponse,
    /// The desk.
    pub(super) helpdesk: HelpdeskResponse,
    /// Messages that the contact has not read.
    pub(super) unread: i64,
    /// Changes when something that the contact can see changes.
    pub(super) revision: String,
    /// Milliseconds to wait before the next verification.
    pub(super) poll_after: u32,
    /// When the session ends, unless it is used or renewed; only for calls with a session. Not in the vendor's API.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session_expires_at: Option<String>,
}

/// A session of a customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionResponse {
    /// What the other calls take as `session`. Keep it in the page's memory only.
    pub(super) session: String,
    /// When it ends, unless it is used or renewed.
    #[schema(format = DateTime)]
    pub(super) expires_at: String,
}

/// A session that has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionEndedResponse {
    /// Always true, also if it had ended before.
    pub(super) ended: bool,
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConversationsResponse {
    /// The conversations, the latest activity first.
    pub(super) conversations: Vec<ConversationResponse>,
    /// The `cursor` of the next page, if there is one.
    pub(super) next_cursor: Option<String>,
}

/// A conversation and the message that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MessageSentResponse {
    /// The conversation.
    pub(super) conversation: ConversationResponse,
    /// The message.
    pub(super) message: MessageResponse,
}

/// A page of a conversation's messages.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessagesResponse {
    /// The conversation.
    pub(super) conversation: ConversationResponse,
    /// The messages, the oldest first.
    pub(super) messages: Vec<MessageResponse>,
    /// Whether there are more messages: later ones if the request has `after`, else earlier ones.
    pub(super) has_more: bool,
}

/// A conversation that was closed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClosedResponse {
    /// The conversation.
    pub(super) conversation: ConversationResponse,
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConversationResponse {
    /// The id.
    id: String,
    /// The subject.
    subject: String,
    /// Whether it is open or closed.
    status: StatusResponse,
    /// Messages of agents that the contact has not read.
    unread: i64,
    /// When it began.
    #[schema(format = DateTime)]
    created_at: String,
    /// When there was the last activity.
    #[schema(format = DateTime)]
    updated_at: String,
    /// The beginning of the last message.
    last_message: LastMessageResponse,
}

/// Whether a conversation is open or closed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum StatusResponse {
    /// It is open.
    Open,
    /// It is closed; a new message reopens it.
    Closed,
}

/// Which side wrote.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum SideResponse {
    /// The contact.
    Contact,
    /// An agent.
    Agent,
}

/// The beginning of a message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LastMessageResponse {
    /// Which side wrote it.
    author: SideResponse,
    /// Its beginning on one line.
    preview: String,
    /// When it was written.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageResponse {
    /// The id.
    id: String,
    /// Who wrote it.
    author: AuthorResponse,
    /// The text.
    text: String,
    /// When it was written.
    #[schema(format = DateTime)]
    created_at: String,
}

/// Who wrote a message.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuthorResponse {
    /// Which side.
    kind: SideResponse,
    /// The agent's name.
    name: Option<String>,
}

impl From<Status> for StatusResponse {
    fn from(status: Status) -> Self {
        match status {
            Status::Open => Self::Open,
            Status::Closed => Self::Closed,
        }
    }
}

impl From<Side> for SideResponse {
    fn from(side: Side) -> Self {
        match side {
            Side::Contact => Self::Contact,
            Side::Agent => Self::Agent,
        }
    }
}

impl From<Conversation> for ConversationResponse {
    fn from(conversation: Conversation) -> Self {
        let last = conversation.last_message;
        Self {
            id: conversation.id.to_string(),
            subject: conversation.subject,
            status: conversation.status.into(),
            unread: conversation.unread,
            created_at: conversation.created_at.to_rfc3339(),
            updated_at: conversation.updated_at.to_rfc3339(),
            last_message: LastMessageResponse {
                author: last.side.into(),
                preview: last.preview,
                created_at: last.created_at.to_rfc3339(),
            },
        }
    }
}

impl From<Message> for MessageResponse {
    fn from(message: Message) -> Self {
        Self {
            id: message.id.to_string(),
            author: AuthorResponse { kind: message.side.into(), name: message.agent_name },
            text: message.text,
            created_at: message.created_at.to_rfc3339(),
        }
    }
}
