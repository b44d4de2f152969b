//! The JSON bodies of responses.

use serde::Serialize;
use utoipa::ToSchema;

use crate::conversations::{Conversation, Message, Side, Status};

/// A contact whose e-mail is proved.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactResponse {
    /// The id.
    pub(super) id: String,
    /// The canonical e-mail.
    #[schema(examples("ada@example.com"))]
    pub(super) email: String,
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

/// The contact, and whether there is anything new.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VerifyResponse {
    /// The contact.
    pub(super) contact: ContactResponse,
    /// The desk.
    pub(super) helpdesk: HelpdeskResponse,
    /// Messages that the contact has not read.
    pub(super) unread: i64,
    /// Changes whenever anything that the contact can see has changed.
    pub(super) revision: String,
    /// Milliseconds after which to verify again, to see what changed.
    pub(super) poll_after: u32,
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConversationsResponse {
    /// The conversations, the latest activity first.
    pub(super) conversations: Vec<ConversationResponse>,
    /// What to send as `cursor` for the next page, if there is one.
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
    /// Whether there are more messages after `after`, or else older ones.
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
    /// The last message, in short.
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

/// A message, in short.
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
