//! The conversations of a desk, as a list for agents.
//!
//! Each way to list has an index of its own, so that a page costs the same at any size. A search looks
//! through the texts of a window of conversations, the latest first; where it ends, the next page goes on.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Row};

use super::{Cursor, Side, Status, cut};
use crate::clock::Moment;
use crate::contacts::Kind;
use crate::ids::{AgentId, ConversationId, DeskId};
use crate::store::{Store, StoreError};

/// How many conversations a page of a search looks through.
const SEARCH_WINDOW: i64 = 2000;

/// The longest text to search for, in characters.
const MAX_SEARCH: usize = 200;

/// Which conversations to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those of this status.
    pub status: Option<Status>,
    /// Those that this one is to answer.
    pub assignment: Assignment,
    /// Those of contacts of this kind.
    pub kind: Option<Kind>,
    /// Those in which this is found.
    pub search: Option<SearchText>,
}

/// Who is to answer a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Assignment {
    /// Whoever.
    #[default]
    Anyone,
    /// Nobody yet.
    Nobody,
    /// This agent.
    Agent(AgentId),
}

/// What to look for in subjects, messages and contacts: 1 to 200 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchText(String);

impl SearchText {
    /// Reads what somebody looks for. Longer texts are cut.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text
            .trim()
            .chars()
            .filter(|character| !character.is_control())
            .take(MAX_SEARCH)
            .collect();
        (!text.is_empty()).then_some(Self(text))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the pattern that finds the text anywhere, each of its characters meaning itself.
    fn pattern(&self) -> String {
        let mut pattern = String::from("%");
        for character in self.0.chars() {
            if matches!(character, '%' | '_' | '!') {
                pattern.push('!');
            }
            pattern.push(character);
        }
        pattern.push('%');
        pattern
    }
}

/// Who the contact of a conversation is, as agents see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactShown {
    /// How the identity came to the desk.
    pub kind: Kind,
    /// The proved e-mail, the proved user id, or the address that was typed.
    pub value: String,
    /// The name that was typed at the portal.
    pub typed_name: Option<String>,
    /// The address that was typed at the portal.
    pub typed_address: Option<String>,
    /// Whether an owner blocked the contact.
    pub is_blocked: bool,
}

/// A conversation in the list.
#[derive(Clone, Debug)]
pub struct InboxEntry {
    /// The id.
    pub id: ConversationId,
    /// The subject.
    pub subject: String,
    /// Whether it is done.
    pub status: Status,
    /// Who wrote last.
    pub last_side: Side,
    /// The beginning of the last message.
    pub preview: String,
    /// The last activity that the contact can see.
    pub updated_at: Moment,
    /// Who it is about.
    pub contact: ContactShown,
    /// The name of the agent who is to answer.
    pub assigned_name: Option<String>,
}

impl InboxEntry {
    /// Tells whether the contact waits for an answer.
    pub fn is_waiting(&self) -> bool {
        self.status == Status::Open && self.last_side == Side::Contact
    }
}

/// A page of the list, the latest activity first.
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
    if let Some(search) = &filter.search {
        return found(store, desk, (filter, search), cursor, limit).await;
    }
    let is_by_status = filter.assignment != Assignment::Anyone || filter.kind.is_some();
    let statuses: &[Option<Status>] = match filter.status {
        // The indexes by agent and by kind are by status too: both are read and merged.
        None if is_by_status => &[Some(Status::Open), Some(Status::Closed)],
        None => &[None],
        Some(Status::Open) => &[Some(Status::Open)],
        Some(Status::Closed) => &[Some(Status::Closed)],
    };
    let mut entries = Vec::new();
    for status in statuses {
        let filter = Filter { status: *status, ..filter.clone() };
        let conditions = Conditions::new(desk, cursor).matching(&filter);
        let statement = format!(
            "SELECT {COLUMNS} FROM (SELECT * FROM conversations WHERE {} \
             ORDER BY updated_at DESC, id DESC LIMIT {}) AS listed {JOINS} \
             ORDER BY listed.updated_at DESC, listed.id DESC",
            conditions.all(),
            i64::from(limit) + 1,
        );
        entries.extend(read(store, statement, &conditions).await?);
    }
    entries.sort_by(|one, other| (other.updated_at, &other.id).cmp(&(one.updated_at, &one.id)));
    let has_more = cut(&mut entries, limit);
    let next = entries.last().filter(|_| has_more).map(behind);
    Ok(InboxPage { entries, next })
}

/// Returns what is found in the window of conversations that begins at the cursor.
async fn found(
    store: &Store,
    desk: &DeskId,
    (filter, search): (&Filter, &SearchText),
    cursor: Option<&Cursor>,
    limit: u32,
) -> Result<InboxPage, StoreError> {
    let window = Conditions::new(desk, cursor);
    let matching = window.clone().matching(filter).containing(search);
    let statement = format!(
        "SELECT {COLUMNS} FROM (SELECT * FROM conversations WHERE {} \
         ORDER BY updated_at DESC, id DESC LIMIT {SEARCH_WINDOW}) AS listed {JOINS} WHERE {} \
         ORDER BY listed.updated_at DESC, listed.id DESC LIMIT {}",
        window.all(),
        matching.added(),
        i64::from(limit) + 1,
    );
    let mut entries = read(store, statement, &matching).await?;
    if cut(&mut entries, limit) {
        let next = entries.last().map(behind);
        return Ok(InboxPage { entries, next });
    }
    let statement = format!(
        "SELECT updated_at, id FROM conversations WHERE {} \
         ORDER BY updated_at DESC, id DESC LIMIT 1 OFFSET {}",
        window.all(),
        SEARCH_WINDOW - 1,
    );
    let end = window.bound(&statement).fetch_optional(store.readers()).await?;
    let next = end
        .map(|row| {
            Ok::<_, StoreError>(Cursor {
                updated_at: row.try_get("updated_at")?,
                id: row.try_get("id")?,
            })
        })
        .transpose()?;
    Ok(InboxPage { entries, next })
}

const COLUMNS: &str = "listed.id, listed.subject, listed.status, listed.last_author, \
                       listed.last_preview, listed.updated_at, contacts.kind, contacts.value, \
                       contacts.blocked_at, portal_tickets.typed_name, \
                       portal_tickets.typed_address, agents.name AS assigned_name";

const JOINS: &str = "JOIN contacts ON contacts.id = listed.contact_id \
                     LEFT JOIN portal_tickets ON portal_tickets.conversation_id = listed.id \
                     LEFT JOIN agents ON agents.id = listed.assigned_to";

/// Conditions of a statement, and what is bound to them: moments first, then texts.
#[derive(Clone, Debug)]
struct Conditions {
    window: Vec<String>,
    texts: Vec<String>,
    before: i64,
    bound: Vec<String>,
}

impl Conditions {
    /// Those of the desk, behind the cursor.
    fn new(desk: &DeskId, cursor: Option<&Cursor>) -> Self {
        let before = cursor.map_or(i64::MAX, |cursor| cursor.updated_at);
        let id = cursor.map_or_else(String::new, |cursor| cursor.id.clone());
        let window = vec!["desk_id = $2".to_owned(), "(updated_at, id) < ($1, $3)".to_owned()];
        Self { window, texts: Vec::new(), before, bound: vec![desk.as_str().to_owned(), id] }
    }

    fn matching(mut self, filter: &Filter) -> Self {
        if let Some(status) = filter.status {
            self.add("status = #", status.as_str());
        }
        match &filter.assignment {
            Assignment::Anyone => {}
            Assignment::Nobody => self.add("assigned_to = #", ""),
            Assignment::Agent(agent) => self.add("assigned_to = #", agent.as_str()),
        }
        if let Some(kind) = filter.kind {
            self.add("contact_kind = #", kind.as_str());
        }
        self
    }

    /// Letters are compared without their case as far as the database knows it: SQLite for ASCII alone.
    fn containing(mut self, search: &SearchText) -> Self {
        let condition = "(LOWER(listed.subject) LIKE LOWER(#) ESCAPE '!' \
                         OR LOWER(contacts.value) LIKE LOWER(#) ESCAPE '!' \
                         OR LOWER(portal_tickets.typed_name) LIKE LOWER(#) ESCAPE '!' \
                         OR LOWER(portal_tickets.typed_address) LIKE LOWER(#) ESCAPE '!' \
                         OR EXISTS (SELECT 1 FROM messages WHERE conversation_id = listed.id \
                         AND LOWER(messages.body) LIKE LOWER(#) ESCAPE '!'))";
        self.add(condition, &search.pattern());
        self
    }

    /// Adds a condition in which `#` stands for the value.
    fn add(&mut self, condition: &str, value: &str) {
        self.bound.push(value.to_owned());
        let number = format!("${}", self.bound.len() + 1);
        self.texts.push(condition.replace('#', &number));
    }

    /// Returns all of them, for conversations alone.
    fn all(&self) -> String {
        [self.window.as_slice(), self.texts.as_slice()].concat().join(" AND ")
    }

    /// Returns those that were added, for conversations that are joined with others.
    fn added(&self) -> String {
        self.texts.join(" AND ")
    }

    /// The statement has nothing of anybody's in it: values are bound.
    fn bound<'query>(&self, statement: &str) -> Query<'query, Any, AnyArguments> {
        let query = sqlx::query(AssertSqlSafe(statement.to_owned())).bind(self.before);
        self.bound.iter().fold(query, |query, value| query.bind(value.clone()))
    }
}

async fn read(
    store: &Store,
    statement: String,
    conditions: &Conditions,
) -> Result<Vec<InboxEntry>, StoreError> {
    let rows = conditions.bound(&statement).fetch_all(store.readers()).await?;
    rows.iter().map(read_entry).collect()
}

fn behind(entry: &InboxEntry) -> Cursor {
    Cursor { updated_at: entry.updated_at.milliseconds(), id: entry.id.as_str().to_owned() }
}

fn read_entry(row: &AnyRow) -> Result<InboxEntry, StoreError> {
    Ok(InboxEntry {
        id: row.try_get("id")?,
        subject: row.try_get("subject")?,
        status: Status::stored(row.try_get("status")?)?,
        last_side: Side::stored(row.try_get("last_author")?)?,
        preview: row.try_get("last_preview")?,
        updated_at: row.try_get("updated_at")?,
        contact: read_contact(row)?,
        assigned_name: row.try_get("assigned_name")?,
    })
}

pub(super) fn read_contact(row: &AnyRow) -> Result<ContactShown, StoreError> {
    let kind = row.try_get("kind")?;
    Ok(ContactShown {
        kind: Kind::parse(kind).ok_or(StoreError::Unreadable("kind"))?,
        value: row.try_get("value")?,
        typed_name: row.try_get("typed_name")?,
        typed_address: row.try_get("typed_address")?,
        is_blocked: row.try_get::<Option<i64>, _>("blocked_at")?.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::SearchText;

    #[test]
    fn every_character_of_a_search_means_itself() {
        let pattern = |text: &str| SearchText::parse(text).map(|search| search.pattern());
        assert_eq!(pattern(" 100%_off! "), Some("%100!%!_off!!%".to_owned()));
        assert_eq!(pattern(" \0 "), None);
        assert_eq!(pattern(&"a".repeat(300)).map(|pattern| pattern.len()), Some(202));
    }
}
