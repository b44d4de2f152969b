//! Measures how calls slow down with a hundred times as much data: 1,000 conversations with 10,000 messages
//! beside 100,000 with 1,000,000.
//!
//! One customer has a tenth of all conversations, and one of them a hundredth of all messages; the others
//! belong to customers who have ten each.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use ticket_center::conversations::{self, Assignment, Filter, SearchText, Status};
use ticket_center::ids::ConversationId;

use crate::client::{self, Connection};
use crate::running::{API, Database, Running};

const FEW: u32 = 1_000;
const MANY: u32 = 100_000;
const TIMES: usize = 300;

/// The number of conversations on a page of the dashboard.
const INBOX_PAGE: u32 = 30;
const THREAD_PAGE: u32 = 50;

const PROMISED: f64 = 2.0;

pub(crate) async fn measure() {
    for database in [Database::Sqlite, Database::Postgres] {
        on(database).await;
    }
}

/// Measures each call on both amounts alternately, and prints the ratio of the medians.
async fn on(database: Database) {
    let folder = tempfile::TempDir::new().expect("there is room");
    let few = Filled::new(&database.url(&folder, "few.db").await, FEW).await;
    let many = Filled::new(&database.url(&folder, "many.db").await, MANY).await;
    println!("{MANY} conversations on {}, beside {FEW}", database.name());
    for (name, ask) in questions() {
        let (mut few_connection, mut many_connection) =
            (few.connection().await, many.connection().await);
        let (mut few_times, mut many_times) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            few_times.push(few.timed(&mut few_connection, &ask).await);
            many_times.push(many.timed(&mut many_connection, &ask).await);
        }
        let (few, many) = (median(few_times), median(many_times));
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        println!(
            "  {name:32} {few:>9.1?} {many:>9.1?}   ratio {ratio:.2}, promised at most {PROMISED}"
        );
    }
}

/// A server with so many conversations.
struct Filled {
    server: Running,
    conversations: u32,
}

impl Filled {
    async fn new(url: &str, conversations: u32) -> Self {
        let server = Running::start(url).await;
        let mut connection = AnyConnection::connect(url).await.expect("it is reached");
        for statement in statements(server.desk.as_str(), conversations) {
            sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await
                .expect("it is filled");
        }
        if url.starts_with("postgres") {
            // PostgreSQL's autovacuum would do this within a minute.
            sqlx::raw_sql("ANALYZE").execute(&mut connection).await.expect("it is analysed");
        }
        connection.close().await.expect("it is closed");
        Self { server, conversations }
    }

    async fn connection(&self) -> Connection {
        Connection::open(self.server.address).await
    }

    /// Makes one call, and returns its duration.
    async fn timed(&self, connection: &mut Connection, ask: &Ask) -> Duration {
        let Running { store, desk, .. } = &self.server;
        match ask {
            Ask::Call { email, path, fields } => {
                let body = self.body(email, &fields(self.conversations));
                let request = client::request(&format!("{API}{path}"), &body);
                let asked = Instant::now();
                connection.call(&request).await;
                asked.elapsed()
            }
            Ask::Inbox(filter) => {
                let asked = Instant::now();
                let page = conversations::inbox(store, desk, filter, None, INBOX_PAGE).await;
                assert!(!page.expect("it is listed").entries.is_empty());
                asked.elapsed()
            }
            Ask::Search(text) => {
                let text = SearchText::parse(text).expect("it is a search");
                let filter = Filter::default();
                let asked = Instant::now();
                let page =
                    conversations::search(store, desk, &filter, &text, None, INBOX_PAGE).await;
                assert!(!page.expect("it is searched").entries.is_empty());
                asked.elapsed()
            }
            Ask::Thread(id) => {
                let id = ConversationId::parse(id).expect("it is an id");
                let asked = Instant::now();
                let open = conversations::open(store, desk, &id).await.expect("it is there");
                conversations::thread(store, &open, None, THREAD_PAGE).await.expect("it is read");
                asked.elapsed()
            }
        }
    }

    fn body(&self, email: &str, fields: &Value) -> String {
        let mut body = self.server.credentials(email);
        for (name, value) in fields.as_object().expect("fields are an object") {
            body[name] = value.clone();
        }
        body.to_string()
    }
}

/// Returns the statements that fill the tables, for both databases. Moments and ids are numbers in order.
fn statements(desk: &str, conversations: u32) -> Vec<String> {
    let (of_ada, messages) = (conversations / 10, conversations * 10);
    let in_the_first = messages / 100;
    let up_to = |count: u32| {
        format!(
            "WITH RECURSIVE numbers (n) AS \
             (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
        )
    };
    let contact = "INSERT INTO contacts (id, desk_id, kind, value, revision, unread, created_at)";
    let message = "INSERT INTO messages (id, conversation_id, position, author, visibility, body, \
                   created_at, folded)";
    vec![
        format!("{contact} VALUES ('ada', '{desk}', 'sealed', 'ada@example.com', 0, 0, 0)"),
        format!("{contact} VALUES ('k0', '{desk}', 'sealed', 'grace@example.com', 0, 0, 0)"),
        format!(
            "{contact} {} SELECT 'k' || n, '{desk}', 'sealed', 'k' || n || '@example.com', 0, 0, 0 \
             FROM numbers",
            up_to(conversations / 10)
        ),
        format!(
            "INSERT INTO conversations (id, desk_id, contact_id, subject, status, created_at, \
             updated_at, last_author, last_preview, last_message_at, last_position, read_position, \
             unread, folded) {} SELECT 'c' || n, '{desk}', \
             CASE WHEN n <= {of_ada} THEN 'ada' ELSE 'k' || ((n - {of_ada} - 1) / 10) END, \
             'A subject', CASE WHEN n % 3 = 0 THEN 'closed' ELSE 'open' END, n, n, 'contact', \
             'What was written last', n, 100000, 0, 0, 'a subject' FROM numbers",
            up_to(conversations)
        ),
        format!(
            "{message} {} SELECT 'm' || n, CASE WHEN n <= {in_the_first} THEN 'c1' \
             ELSE 'c' || (2 + n % ({conversations} - 1)) END, n, \
             CASE WHEN n % 2 = 0 THEN 'agent' ELSE 'contact' END, 'public', \
             'A message of some length, as people write them when something does not work.', n, \
             'a message of some length, as people write them when something does not work.' \
             FROM numbers",
            up_to(messages)
        ),
    ]
}

/// A customer's call, or the database queries of a page of the dashboard.
enum Ask {
    Call { email: &'static str, path: &'static str, fields: fn(u32) -> Value },
    Inbox(Filter),
    Search(&'static str),
    Thread(&'static str),
}

fn questions() -> Vec<(&'static str, Ask)> {
    let (ada, grace) = ("ada@example.com", "grace@example.com");
    let call = |email, path, fields| Ask::Call { email, path, fields };
    let (first, second) = ("/conversations/c1/messages", "/conversations/c2/messages");
    let unread = |_| json!({ "markRead": false });
    let closed = Filter { status: Some(Status::Closed), ..Filter::default() };
    let unassigned = Filter { assignment: Assignment::Unassigned, ..Filter::default() };
    vec![
        ("verify", call(ada, "/verify", |_| json!({}))),
        ("list, many of one customer", call(ada, "/conversations", |_| json!({}))),
        ("list, in the middle", call(ada, "/conversations", middle)),
        ("list, few of one customer", call(grace, "/conversations", |_| json!({}))),
        ("open, many messages", call(ada, first, unread)),
        ("open, few messages", call(ada, second, unread)),
        ("inbox", Ask::Inbox(Filter::default())),
        ("inbox, closed", Ask::Inbox(closed)),
        ("inbox, unassigned", Ask::Inbox(unassigned)),
        ("search, a whole address", Ask::Search("k7@example.com")),
        ("search, a whole busy address", Ask::Search(ada)),
        ("search, words that are common", Ask::Search("length people")),
        ("inbox, open many messages", Ask::Thread("c1")),
        ("inbox, open few messages", Ask::Thread("c2")),
    ]
}

/// Ada has a tenth of the conversations; half of hers are older than this one.
fn middle(conversations: u32) -> Value {
    let half = conversations / 20;
    json!({ "cursor": format!("{half}.c{half}") })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
