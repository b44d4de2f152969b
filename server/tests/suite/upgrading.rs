//! Upgrading keeps the data of an older version.

use sqlx::AnyPool;
use sqlx::any::AnyPoolOptions;
use ticket_center::conversations::{self, Filter, SearchText};
use ticket_center::ids::DeskId;
use ticket_center::store::Store;

use crate::server::{Database, TestDatabase, on_both_databases};

/// More rows than one batch of the upgrade.
const MESSAGES: u32 = 1_200;

/// Creates the tables as they were before the version, and returns a connection to them.
async fn before(version: i64, url: &str) -> AnyPool {
    sqlx::any::install_default_drivers();
    if let Some(path) = url.strip_prefix("sqlite:") {
        std::fs::File::create(path).expect("it is created");
    }
    let pool = AnyPoolOptions::new().max_connections(1).connect(url).await.expect("it is reached");
    let mut migrator = sqlx::migrate!();
    let former: Vec<_> =
        migrator.iter().filter(|migration| migration.version < version).cloned().collect();
    migrator.migrations = former.into();
    migrator.run(&pool).await.expect("it is migrated");
    pool
}

/// Adds a conversation as the server wrote it before version 7.
async fn fill(pool: &AnyPool) {
    let numbers = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MESSAGES})"
    );
    for statement in [
        "INSERT INTO desks (id, name, revision, accepts_as_typed, created_at) \
         VALUES ('desk', 'Example', 'one', 0, 0)"
            .to_owned(),
        "INSERT INTO contacts (id, desk_id, kind, value, revision, unread, created_at) \
         VALUES ('ada', 'desk', 'sealed', 'ada@example.com', 0, 0, 0)"
            .to_owned(),
        "INSERT INTO conversations (id, desk_id, contact_id, subject, status, created_at, updated_at, \
         last_author, last_preview, last_message_at, last_position, read_position, unread) \
         VALUES ('talk', 'desk', 'ada', 'ПРИВЕТ', 'closed', 0, 0, 'agent', '', 0, 1, 0, 0)"
            .to_owned(),
        "INSERT INTO portal_tickets (conversation_id, typed_name, typed_address, host) \
         VALUES ('talk', 'Ωμέγα', NULL, 'help.example.com')"
            .to_owned(),
        format!(
            "INSERT INTO messages (id, conversation_id, position, author, visibility, body, created_at) \
             {numbers} SELECT 'm' || n, 'talk', n, 'agent', 'public', 'GRÜẞE ' || n, 0 FROM numbers"
        ),
        "INSERT INTO notifications (id, desk_id, conversation_id, message_id, position, state, reason, \
         due_at, is_delayed, is_instant, attempts, lease, lease_ends_at, mail_id, changed_at) \
         VALUES ('mail', 'desk', 'talk', 'm1', 1, 'sending', '', 0, 0, 1, 1, 'lease', 5, \
         '<mail@example.com>', 0)"
            .to_owned(),
    ] {
        execute(pool, statement).await;
    }
}

async fn execute(pool: &AnyPool, statement: String) {
    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(pool).await.expect("it is filled");
}

async fn found(store: &Store, text: &str) -> usize {
    let desk = DeskId::parse("desk").expect("it is an id");
    let search = SearchText::parse(text).expect("it is a search");
    let page = conversations::search(store, &desk, &Filter::default(), &search, None, 10).await;
    page.expect("it is searched").entries.len()
}

on_both_databases! {
    async fn data_of_an_older_version_is_kept_and_found(database: Database) {
        let database = TestDatabase::new(database).await;
        let pool = before(7, &database.url).await;
        fill(&pool).await;
        pool.close().await;
        let store = Store::open(&database.url, 4).await.expect("it opens");
        ticket_center::app_state::migrate(&store).await.expect("it is migrated");
        for text in ["привет", "ωΜΈΓΑ", "grüsse 1200", "ada@example.com", "talk"] {
            assert_eq!(found(&store, text).await, 1, "{text}");
        }
        let (state, mail_id): (String, String) = sqlx::query_as("SELECT state, mail_id FROM notifications")
            .fetch_one(store.readers()).await.expect("it is kept");
        assert_eq!((state.as_str(), mail_id.as_str()), ("sending", "<mail@example.com>"));
        ticket_center::app_state::migrate(&store).await.expect("it is migrated already");
        store.close().await;
    }
    async fn what_the_product_said_before_the_upgrade_is_found(database: Database) {
        let database = TestDatabase::new(database).await;
        let pool = before(10, &database.url).await;
        fill(&pool).await;
        // More contacts than one batch of the upgrade.
        execute(&pool, format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MESSAGES}) \
             INSERT INTO contacts (id, desk_id, kind, value, revision, unread, created_at, email) \
             SELECT 'c' || n, 'desk', 'customer', 'user-' || n, 0, 0, 0, 'ada' || n || '@example.com' FROM numbers"
        )).await;
        execute(&pool, "UPDATE contacts SET name = 'ΌΔΥΣΣΕΎΣ', attributes = '{\"plan\":\"Größe\",\"seats\":1815}', \
                        described_at = 1 WHERE id = 'c1200'".to_owned()).await;
        execute(&pool, "UPDATE contacts SET joined_to = 'c1200', joined_at = 1 WHERE id = 'ada'".to_owned()).await;
        pool.close().await;
        let store = Store::open(&database.url, 4).await.expect("it opens");
        ticket_center::app_state::migrate(&store).await.expect("it is migrated");
        for text in ["όδυσσεύς", "GRÖSSE 1815", "ada1200@exam"] {
            assert_eq!(found(&store, text).await, 1, "{text}");
        }
        assert_eq!(found(&store, "ada1@example").await, 0);
        store.close().await;
    }
}
