//! Searches the conversations of a desk.
//!
//! The search first looks up a whole address, user id or conversation id by an index, which is fast at any
//! size. Then it lists the conversations that contain every word, the latest first: in the subject, a message
//! or note, the typed fields, the identity, what the product says of the customer, or the id. Texts are compared in
//! folded form, so both databases give the same results. One page searches a bounded number of conversations; the next
//! page continues.

use std::fmt;

use deskseal::CanonicalEmail;

use super::inbox::{Conditions, Filter, InboxEntry, behind, page_statement, read};
use super::{Cursor, cut};
use crate::folding::folded;
use crate::ids::DeskId;
use crate::store::{Store, StoreError};

/// How many conversations one page searches.
const WINDOW: i64 = 25_000;

/// The longest text to search for, in characters.
const MAX_SEARCH: usize = 200;

/// A text to search for: 1 to 200 characters, at least one of them visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchText(String);

impl SearchText {
    /// Reads a search text. A longer text is cut.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text
            .trim()
            .chars()
            .filter(|character| !character.is_control())
            .take(MAX_SEARCH)
            .collect();
        let search = Self(text);
        (!search.words().is_empty()).then_some(search)
    }

    /// Returns each word once, folded.
    fn words(&self) -> Vec<String> {
        let mut words: Vec<_> = folded(&self.0).split_whitespace().map(str::to_owned).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Returns the canonical address if the whole text is one.
    fn address(&self) -> Option<String> {
        let email = CanonicalEmail::parse(&self.0).ok()?;
        Some(email.as_str().to_owned())
    }
}

/// Returns the pattern that finds the word anywhere. Every character of the word stands for itself.
fn pattern(word: &str) -> String {
    let mut pattern = String::from("%");
    for character in word.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// Where the next page of a search begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchCursor {
    /// Among the conversations whose identity or id is the whole text.
    Named(Cursor),
    /// Among the conversations that contain every word.
    Found(Option<Cursor>),
}

impl SearchCursor {
    /// Reads a cursor that the server returned before.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('~')? {
            ("named", cursor) => Some(Self::Named(Cursor::parse(cursor)?)),
            ("found", "") => Some(Self::Found(None)),
            ("found", cursor) => Some(Self::Found(Some(Cursor::parse(cursor)?))),
            _ => None,
        }
    }
}

impl fmt::Display for SearchCursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(cursor) => write!(formatter, "named~{cursor}"),
            Self::Found(None) => formatter.write_str("found~"),
            Self::Found(Some(cursor)) => write!(formatter, "found~{cursor}"),
        }
    }
}

/// A page of search results.
#[derive(Clone, Debug)]
pub struct SearchPage {
    /// The conversations.
    pub entries: Vec<InboxEntry>,
    /// Where the next page begins, if there may be more.
    pub next: Option<SearchCursor>,
}

/// Returns a page of the desk's conversations that contain the text.
///
/// # Errors
/// [`StoreError`].
pub async fn search(
    store: &Store,
    desk: &DeskId,
    filter: &Filter,
    text: &SearchText,
    cursor_text: Option<&SearchCursor>,
    limit: u32,
) -> Result<SearchPage, StoreError> {
    let cursor = match cursor_text {
        Some(SearchCursor::Found(cursor)) => {
            return found(store, desk, filter, text, cursor.as_ref(), limit).await;
        }
        Some(SearchCursor::Named(cursor)) => Some(cursor),
        None => None,
    };
    let page = named(store, desk, filter, text, cursor, limit).await?;
    if page.entries.is_empty() {
        return found(store, desk, filter, text, None, limit).await;
    }
    Ok(page)
}

/// Selects the ids of the conversations whose contact, typed address or own id is the whole text. `#` stands
/// for the text, `@` for its canonical address.
///
/// `CROSS JOIN` makes SQLite keep this order of the tables.
const NAMED: &str = "SELECT conversations.id AS named_id FROM contacts CROSS JOIN conversations \
                     WHERE contacts.desk_id = $2 \
                     AND contacts.kind IN ('sealed', 'portal_user', 'customer', 'typed') \
                     AND contacts.value IN (#, @) AND conversations.contact_id = contacts.id \
                     UNION SELECT conversations.id FROM contacts CROSS JOIN conversations \
                     WHERE contacts.desk_id = $2 AND contacts.email = @ \
                     AND conversations.contact_id = contacts.id \
                     UNION SELECT conversation_id FROM portal_tickets WHERE typed_address = @ \
                     UNION SELECT id FROM conversations WHERE id = #";

/// Binds the text to [`NAMED`].
fn named_ids(conditions: &mut Conditions, text: &SearchText) -> String {
    let (whole, address) =
        (conditions.bind(&text.0), conditions.bind(&text.address().unwrap_or_default()));
    NAMED.replace('#', &whole).replace('@', &address)
}

async fn named(
    store: &Store,
    desk: &DeskId,
    filter: &Filter,
    text: &SearchText,
    cursor: Option<&Cursor>,
    limit: u32,
) -> Result<SearchPage, StoreError> {
    let mut conditions = Conditions::new(desk, cursor).matching(filter);
    let ids = named_ids(&mut conditions, text);
    conditions.require("conversations.id = named.named_id");
    let source = format!("({ids}) AS named CROSS JOIN conversations");
    let statement = page_statement(&source, &conditions, limit);
    let mut entries = read(store, statement, &conditions).await?;
    let has_more = cut(&mut entries, limit);
    let next = match entries.last() {
        Some(last) if has_more => SearchCursor::Named(behind(last)),
        _ => SearchCursor::Found(None),
    };
    Ok(SearchPage { entries, next: Some(next) })
}

/// Returns the conversations after the cursor, within the window, that contain every word.
async fn found(
    store: &Store,
    desk: &DeskId,
    filter: &Filter,
    text: &SearchText,
    cursor: Option<&Cursor>,
    limit: u32,
) -> Result<SearchPage, StoreError> {
    let window = Conditions::new(desk, cursor);
    let end = end_of_window(store, &window).await?;
    let mut conditions = window.matching(filter);
    if let Some(end) = &end {
        let (at, id) = (end.updated_at, conditions.bind(&end.id));
        conditions.require(&format!("(updated_at, id) >= ({at}, {id})"));
    }
    let ids = named_ids(&mut conditions, text);
    conditions.require(&format!("conversations.id NOT IN ({ids})"));
    for word in text.words() {
        let pattern = conditions.bind(&pattern(&word));
        conditions.require(&containing(&pattern));
    }
    let statement = page_statement("conversations", &conditions, limit);
    let mut entries = read(store, statement, &conditions).await?;
    let next = if cut(&mut entries, limit) { entries.last().map(behind) } else { end };
    let next = next.map(|cursor| SearchCursor::Found(Some(cursor)));
    Ok(SearchPage { entries, next })
}

/// Returns the condition that a conversation contains the pattern. Rows that an instance of an older version
/// has just written are not folded yet.
///
/// What the product says of a customer also counts for the contacts that are joined to the customer.
fn containing(pattern: &str) -> String {
    format!(
        "(COALESCE(conversations.folded, LOWER(conversations.subject)) LIKE {pattern} ESCAPE '!' \
         OR EXISTS (SELECT 1 FROM contacts LEFT JOIN contacts AS customers \
         ON customers.id = contacts.joined_to AND contacts.left_at IS NULL \
         WHERE contacts.id = conversations.contact_id \
         AND (contacts.folded LIKE {pattern} ESCAPE '!' OR customers.folded LIKE {pattern} ESCAPE '!')) \
         OR EXISTS (SELECT 1 FROM messages WHERE messages.conversation_id = conversations.id \
         AND COALESCE(messages.folded, LOWER(messages.body)) LIKE {pattern} ESCAPE '!'))"
    )
}

/// Returns the last conversation of the window; `None` if the list ends before.
async fn end_of_window(store: &Store, window: &Conditions) -> Result<Option<Cursor>, StoreError> {
    let statement = format!(
        "SELECT updated_at, id FROM conversations WHERE {} \
         ORDER BY updated_at DESC, id DESC LIMIT 1 OFFSET {}",
        window.all(),
        WINDOW - 1,
    );
    Ok(window.bound(&statement).fetch_optional(store.readers()).await?)
}

#[cfg(test)]
mod tests {
    use super::{SearchCursor, SearchText, pattern};

    #[test]
    fn every_character_of_a_word_stands_for_itself() {
        assert_eq!(pattern("100%_off!"), "%100!%!_off!!%");
    }

    #[test]
    fn a_search_needs_a_visible_character() {
        let words = |text: &str| SearchText::parse(text).map(|search| search.words());
        assert_eq!(words(" Lost  PARCEL lost "), Some(vec!["lost".into(), "parcel".into()]));
        for nothing in ["", " \0 ", "\u{200b}\u{ad}"] {
            assert_eq!(words(nothing), None);
        }
        assert_eq!(words(&"a".repeat(300)).map(|words| words[0].len()), Some(200));
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for text in ["named~5.abc", "found~", "found~5.abc"] {
            let cursor_text = SearchCursor::parse(text).expect("it is a cursor");
            assert_eq!(cursor_text.to_string(), text);
        }
        for text in ["", "named~", "5.abc", "found~x", "other~5.abc"] {
            assert_eq!(SearchCursor::parse(text), None, "{text}");
        }
    }
}
