//! Lists the conversations of a desk for agents.
//!
//! Each filter has its own index, so that a page costs the same however many conversations there are.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::QueryAs;
use sqlx::{Any, AssertSqlSafe, FromRow};

use super::reply_status::{LastOfThread, ReplyStatus};
use super::{Cursor, Side, Status, cut};
use crate::clock::Moment;
use crate::contacts::Kind;
use crate::contacts::joint::{join_holders, shown_contact};
use crate::ids::{AgentId, ConversationId, DeskId};
use crate::notifications::{Reach, State};
use crate::store::{IsSet, Store, StoreError};

/// Which conversations to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those with this status.
    pub status: Option<Status>,
    /// Only those with this assignment.
    pub assignment: Assignment,
    /// Only those of contacts of this kind.
    pub kind: Option<Kind>,
}

/// Which agent a conversation is assigned to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Assignment {
    /// Any agent or none.
    #[default]
    Anyone,
    /// No agent.
    Unassigned,
    /// This agent.
    Agent(AgentId),
}

/// The contact of a conversation, as agents see it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ContactShown {
    /// The kind of the contact's identity.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// The proved e-mail, the proved user id, or the address that was typed.
    pub value: String,
    /// The address that an identity token last proved for a customer id.
    pub email: Option<String>,
    /// The name that was typed at the portal.
    pub typed_name: Option<String>,
    /// The address that was typed at the portal.
    pub typed_address: Option<String>,
    /// Whether an owner blocked the contact.
    #[sqlx(rename = "blocked_at", try_from = "IsSet")]
    pub is_blocked: bool,
}

impl ContactShown {
    /// Returns whom a reply to this contact reaches.
    pub fn reach(&self, is_mail_set_up: bool) -> Reach {
        Reach::of(self.kind, &self.value, self.email.as_deref(), self.is_blocked, is_mail_set_up)
    }
}

/// A conversation in the list.
#[derive(Clone, Debug)]
pub struct InboxEntry {
    /// The id.
    pub id: ConversationId,
    /// The subject.
    pub subject: String,
    /// Whether it is open or closed.
    pub status: Status,
    /// The status of the last message.
    pub reply_status: ReplyStatus,
    /// The beginning of the last message.
    pub preview: String,
    /// The last activity that the contact can see.
    pub updated_at: Moment,
    /// The contact.
    pub contact: ContactShown,
    /// The name of the agent to whom it is assigned.
    pub assigned_name: Option<String>,
}

/// A page of the list, with the latest activity first.
#[derive(Clone, Debug)]
pub struct InboxPage {
    /// The conversations.
    pub entries: Vec<InboxEntry>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// Returns a page of the desk's conversations.
///
/// # Errors
/// [`StoreError`].
pub async fn inbox(
    store: &Store,
    desk: &DeskId,
    filter: &Filter,
    cursor: Option<&Cursor>,
    limit: u32,
) -> Result<InboxPage, StoreError> {
    let is_by_status = filter.assignment != Assignment::Anyone || filter.kind.is_some();
    let statuses: &[Option<Status>] = match filter.status {
        // The indexes by agent and by kind also include the status: the open and the closed ones are read and
        // merged.
        None if is_by_status => &[Some(Status::Open), Some(Status::Closed)],
        None => &[None],
        Some(Status::Open) => &[Some(Status::Open)],
        Some(Status::Closed) => &[Some(Status::Closed)],
    };
    let mut entries = Vec::new();
    for status in statuses {
        let filter = Filter { status: *status, ..filter.clone() };
        let conditions = Conditions::new(desk, cursor).matching(&filter);
        let statement = page_statement("conversations", &conditions, limit);
        entries.extend(read(store, statement, &conditions).await?);
    }
    entries.sort_by(|one, other| (other.updated_at, &other.id).cmp(&(one.updated_at, &one.id)));
    let has_more = cut(&mut entries, limit);
    let next = entries.last().filter(|_| has_more).map(behind);
    Ok(InboxPage { entries, next })
}

/// Returns the statement that reads a page of the matching conversations, and one more.
pub(super) fn page_statement(source: &str, conditions: &Conditions, limit: u32) -> String {
    format!(
        "SELECT {COLUMNS} FROM (SELECT conversations.* FROM {source} WHERE {} \
         ORDER BY updated_at DESC, id DESC LIMIT {}) AS listed {JOINS} \
         ORDER BY listed.updated_at DESC, listed.id DESC",
        conditions.all(),
        i64::from(limit) + 1,
    )
}

const COLUMNS: &str = concat!(
    "listed.id, listed.subject, listed.status, listed.last_author, \
                       listed.last_preview, listed.updated_at, listed.unread, ",
    shown_contact!(),
    ", contacts.blocked_at, portal_tickets.typed_name, \
                       portal_tickets.typed_address, agents.name AS assigned_name, \
                       (SELECT state FROM notifications WHERE conversation_id = listed.id \
                       ORDER BY position DESC LIMIT 1) AS mail_state"
);

const JOINS: &str = concat!(
    "JOIN contacts ON contacts.id = listed.contact_id ",
    join_holders!(),
    " LEFT JOIN portal_tickets ON portal_tickets.conversation_id = listed.id \
                     LEFT JOIN agents ON agents.id = listed.assigned_to"
);

/// The conditions of a statement about conversations, and their bound values: a moment first, then texts.
#[derive(Clone, Debug)]
pub(super) struct Conditions {
    required: Vec<String>,
    before: i64,
    bound: Vec<String>,
}

impl Conditions {
    /// Requires the desk and a position after the cursor.
    pub(super) fn new(desk: &DeskId, cursor: Option<&Cursor>) -> Self {
        let before = cursor.map_or(i64::MAX, |cursor| cursor.updated_at);
        let id = cursor.map_or_else(String::new, |cursor| cursor.id.clone());
        let required = vec!["desk_id = $2".to_owned(), "(updated_at, id) < ($1, $3)".to_owned()];
        Self { required, before, bound: vec![desk.as_str().to_owned(), id] }
    }

    pub(super) fn matching(mut self, filter: &Filter) -> Self {
        if let Some(status) = filter.status {
            self.require_equal("status", status.as_str());
        }
        match &filter.assignment {
            Assignment::Anyone => {}
            Assignment::Unassigned => self.require_equal("assigned_to", ""),
            Assignment::Agent(agent) => self.require_equal("assigned_to", agent.as_str()),
        }
        if let Some(kind) = filter.kind {
            self.require_equal("contact_kind", kind.as_str());
        }
        self
    }

    fn require_equal(&mut self, column: &str, value: &str) {
        let value = self.bind(value);
        self.require(&format!("{column} = {value}"));
    }

    /// Adds a condition. It contains no user input: values are bound.
    pub(super) fn require(&mut self, condition: &str) {
        self.required.push(condition.to_owned());
    }

    /// Binds the value, and returns its placeholder.
    pub(super) fn bind(&mut self, value: &str) -> String {
        self.bound.push(value.to_owned());
        format!("${}", self.bound.len() + 1)
    }

    /// Returns all conditions.
    pub(super) fn all(&self) -> String {
        self.required.join(" AND ")
    }

    /// Returns the statement with its bound values.
    pub(super) fn bound<'query, Row>(
        &self,
        statement: &str,
    ) -> QueryAs<'query, Any, Row, AnyArguments>
    where
        Row: for<'row> FromRow<'row, AnyRow>,
    {
        let query = sqlx::query_as(AssertSqlSafe(statement.to_owned())).bind(self.before);
        self.bound.iter().fold(query, |query, value| query.bind(value.clone()))
    }
}

#[derive(FromRow)]
struct EntryRow {
    id: ConversationId,
    subject: String,
    #[sqlx(try_from = "String")]
    status: Status,
    #[sqlx(rename = "last_author", try_from = "String")]
    side: Side,
    #[sqlx(rename = "last_preview")]
    preview: String,
    updated_at: Moment,
    unread: i64,
    mail_state: Option<String>,
    assigned_name: Option<String>,
    #[sqlx(flatten)]
    contact: ContactShown,
}

impl EntryRow {
    fn entry(self) -> Result<InboxEntry, StoreError> {
        let last = LastOfThread {
            status: self.status,
            side: self.side,
            is_read: self.unread == 0,
            mail: self.mail_state.map(State::try_from).transpose()?,
        };
        Ok(InboxEntry {
            id: self.id,
            subject: self.subject,
            reply_status: ReplyStatus::of(&self.contact, last),
            status: self.status,
            preview: self.preview,
            updated_at: self.updated_at,
            contact: self.contact,
            assigned_name: self.assigned_name,
        })
    }
}

pub(super) async fn read(
    store: &Store,
    statement: String,
    conditions: &Conditions,
) -> Result<Vec<InboxEntry>, StoreError> {
    let rows: Vec<EntryRow> = conditions.bound(&statement).fetch_all(store.readers()).await?;
    rows.into_iter().map(EntryRow::entry).collect()
}

pub(super) fn behind(entry: &InboxEntry) -> Cursor {
    Cursor { updated_at: entry.updated_at.milliseconds(), id: entry.id.as_str().to_owned() }
}
