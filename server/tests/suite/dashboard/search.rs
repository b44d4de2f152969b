//! The search of the inbox.

use deskseal::IdentityClaims;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use ticket_center::agents::Role;
use ticket_center::conversations::Writing;

use super::browser::{Browser, Page};
use super::tickets::{customer, submit, visitor};
use crate::identity_tokens::Tokens;
use crate::server::{Customer, Database, Server, on_both_databases};

const GRACE: &str = "grace@example.com";

/// The number of conversations of other customers.
const MANY: u32 = 20_000;

async fn server(database: Database) -> (Server, Browser) {
    let server = Server::start(database).await;
    server.agent(GRACE, Role::Agent).await;
    let browser = server.signed_in(GRACE).await;
    (server, browser)
}

fn subjects(page: &Page) -> Vec<String> {
    let parts = page.text.split("<span class=\"subject\" dir=\"auto\">").skip(1);
    parts.map(|part| part.split('<').next().unwrap_or_default().to_owned()).collect()
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn searched(browser: &mut Browser, server: &Server, text: &str) -> Page {
    browser.get(&server.path(&format!("inbox?search={}", encoded(text)))).await.shown()
}

async fn found(browser: &mut Browser, server: &Server, text: &str) -> Vec<String> {
    subjects(&searched(browser, server, text).await)
}

async fn close(customer: &Customer, conversation: &Value) {
    let id = conversation["id"].as_str().expect("it has an id");
    customer.call(&format!("/conversations/{id}/close"), json!({})).await.done();
}

/// Adds conversations of another customer, later than all others.
async fn add_many(server: &Server) {
    let numbers = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MANY})"
    );
    let desk = server.desk.as_str();
    for statement in [
        format!(
            "INSERT INTO contacts (id, desk_id, kind, value, revision, unread, created_at) \
             VALUES ('other', '{desk}', 'sealed', 'other@example.com', 0, 0, 0)"
        ),
        format!(
            "INSERT INTO conversations (id, desk_id, contact_id, subject, status, created_at, \
             updated_at, last_author, last_preview, last_message_at, last_position, read_position, \
             unread, folded) {numbers} SELECT 'c' || n, '{desk}', 'other', 'A subject', 'open', 0, \
             9000000000000 + n, 'contact', 'A message', 0, 1, 0, 0, 'a subject' FROM numbers"
        ),
        format!(
            "INSERT INTO messages (id, conversation_id, position, author, visibility, body, \
             created_at, folded) {numbers} SELECT 'm' || n, 'c' || n, 1, 'contact', 'public', \
             'A message', 0, 'a message of some length' FROM numbers"
        ),
    ] {
        sqlx::query(AssertSqlSafe(statement))
            .execute(server.store().readers())
            .await
            .expect("it is filled");
    }
}

on_both_databases! {
    async fn a_search_finds_closed_conversations_unless_a_status_is_chosen(database: Database) {
        let (server, mut browser) = server(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("The parcel is lost").await;
        close(&ada, &conversation).await;
        assert_eq!(found(&mut browser, &server, "parcel").await, ["The parcel is lost"]);
        for (status, count) in [("open", 0), ("closed", 1), ("all", 1)] {
            let query = format!("inbox?search=parcel&status={status}");
            let page = browser.get(&server.path(&query)).await.shown();
            assert_eq!(subjects(&page).len(), count, "{status}");
        }
    }

    async fn every_word_is_found_in_any_order_and_anywhere(database: Database) {
        let (server, mut browser) = server(database).await;
        let id = submit(&server, customer("user-42", "eve@example.net"), "Ada Lovelace", "Parcel lost").await;
        let conversation = json!({ "id": id.as_str() });
        server.write_as_agent(&conversation, Writing::Note, "She is a sailor").await;
        server.customer("bob@example.com").begin("Parcel arrived").await;
        for (text, count) in [
            ("lost parcel", 1), ("PARCEL", 2), ("sailor lovelace parcel", 1), ("user-42 sail", 1),
            ("eve@example lost", 1), ("sailor arrived", 0), ("parcel nothing", 0), (id.as_str(), 1),
            ("parcel parcel lost", 1), (&format!("{} lost", &id.as_str()[..20]), 1),
        ] {
            assert_eq!(found(&mut browser, &server, text).await.len(), count, "{text}");
        }
    }

    async fn case_is_folded_beyond_ascii(database: Database) {
        let (server, mut browser) = server(database).await;
        let ada = server.customer("ada@example.com");
        for (written, sought) in [
            ("İSTANBUL ISPARTA", "ısparta istanbul"),
            ("Große STRAẞE", "strasse GROSSE"),
            ("ПРИВЕТ Мир", "мир привет"),
            ("ΌΔΥΣΣΕΎΣ", "όδυσσεύς"),
            ("ÜBER alles", "über"),
            ("Cafe\u{301}", "CAFÉ"),
            ("ｆｕｌｌ width", "FULL"),
            ("soft\u{ad}hyphen", "SOFTHYPHEN"),
        ] {
            ada.begin(written).await;
            assert_eq!(found(&mut browser, &server, sought).await, [written], "{sought}");
        }
    }

    async fn what_the_product_says_of_a_customer_is_found(database: Database) {
        let (server, mut browser) = server(database).await;
        let tokens = Tokens::of(server).await;
        let server = &tokens.server;
        let signed = server.customer("ada@example.com");
        signed.begin("Joined address").await;
        server.customer("bob@example.com").begin("Another customer").await;
        let says = |name: Option<&'static str>, city: &str| tokens.token(&IdentityClaims {
            user_id: Some("user-42"), email: Some("ada@example.com"), name,
            attributes: [("city".to_owned(), city.into()), ("seats".to_owned(), 1815.into())].into(),
            ..IdentityClaims::default()
        });
        let ada = tokens.customer(&says(Some("Ada Zo\u{eb}"), "İSTANBUL 100%")).await;
        ada.begin("Own id").await;
        let both = ["Joined address", "Own id"];
        let sorted = async |browser: &mut Browser, text: &str| {
            let mut found = found(browser, server, text).await;
            found.sort();
            found
        };
        for text in ["ZOE\u{308} ada", "istanbul", "1815", "da@exam", "zo\u{eb} 100%", "1815 user-42"] {
            let expected = if text.contains("user-42") { &both[1..] } else { &both[..] };
            assert_eq!(sorted(&mut browser, text).await, expected, "{text}");
        }
        assert_eq!(sorted(&mut browser, "joined zo\u{eb}").await, both[..1]);
        for text in ["lovelace", "zo\u{eb} another", "istanbul_100", "city"] {
            assert_eq!(found(&mut browser, server, text).await, [""; 0], "{text}");
        }
        // A newer token replaces what an older one said, and an older one brings nothing back.
        let older = says(Some("Ada Zo\u{eb}"), "Oldtown");
        server.clock.advance(60);
        tokens.customer(&says(None, "London")).await;
        tokens.customer(&older).await;
        for (text, expected) in [("london", &both[..]), ("zo\u{eb}", &[]), ("istanbul", &[]), ("oldtown", &[])] {
            assert_eq!(sorted(&mut browser, text).await, expected, "{text}");
        }
        // The next holder of an address that the customer left is not found by what is said of the customer.
        server.clock.advance(60);
        tokens.customer(&tokens.both("user-42", "lovelace@example.com")).await;
        signed.begin("Of the next holder").await;
        for text in ["london", "lovelace@exam"] {
            assert_eq!(sorted(&mut browser, text).await, both, "{text}");
        }
    }

    async fn wildcards_and_marks_are_text(database: Database) {
        let (server, mut browser) = server(database).await;
        let ada = server.customer("ada@example.com");
        for text in ["100% of it", "snake_case", "back\\slash", "wow!", "it's \"quoted\""] {
            ada.begin(text).await;
        }
        for (text, count) in [
            ("100%", 1), ("1%0", 0), ("snake_", 1), ("s_ake", 0), ("k\\s", 1), ("wow!", 1), ("%", 1),
            ("it's", 1), ("\"quoted\"", 1), ("'; --", 0),
        ] {
            assert_eq!(found(&mut browser, &server, text).await.len(), count, "{text}");
        }
    }

    async fn a_whole_address_lists_the_conversations_of_its_contact_first(database: Database) {
        let (server, mut browser) = server(database).await;
        let ada = server.customer("ada@example.com");
        ada.begin("by signature").await;
        submit(&server, customer("ada@example.com", "else@example.net"), "", "by id").await;
        submit(&server, visitor("ada@example.com"), "", "by typing").await;
        submit(&server, customer("user-42", "ada@example.com"), "", "typed beside an id").await;
        server.clock.advance(1);
        server.customer("bob@example.com").begin("I mean ada@example.com").await;
        let page = searched(&mut browser, &server, " ADA@example.com ").await;
        let mut named = subjects(&page);
        named.sort();
        assert_eq!(named, ["by id", "by signature", "by typing", "typed beside an id"]);
        let next = page.text.split("href=\"").skip(1).filter_map(|part| part.split('"').next())
            .find(|link| link.contains("before=")).expect("there is more").replace("&#38;", "&");
        assert_eq!(subjects(&browser.get(&next).await.shown()), ["I mean ada@example.com"]);
    }

    async fn the_first_page_of_a_search_covers_twenty_thousand_conversations(database: Database) {
        let (server, mut browser) = server(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("The oldest Needle of all").await;
        close(&ada, &conversation).await;
        add_many(&server).await;
        for text in ["ada@example.com", "oldest NEEDLE", "needle"] {
            assert_eq!(found(&mut browser, &server, text).await, ["The oldest Needle of all"], "{text}");
        }
    }

    async fn pages_of_a_search_have_everything_once(database: Database) {
        let (server, mut browser) = server(database).await;
        let (ada, bob) = (server.customer("ada@example.com"), server.customer("bob@example.com"));
        for number in 0..35 {
            ada.begin(&format!("From Ada {number}")).await;
            bob.begin(&format!("About ada@example.com {number}")).await;
        }
        let mut path = Some(server.path("inbox?search=ada%40example.com"));
        let mut seen = Vec::new();
        while let Some(next) = path {
            let page = browser.get(&next).await.shown();
            seen.extend(subjects(&page));
            path = page.text.split("href=\"").skip(1).filter_map(|part| part.split('"').next())
                .find(|link| link.contains("before=")).map(|link| link.replace("&#38;", "&"));
        }
        assert!(seen[..35].iter().all(|subject| subject.starts_with("From Ada")), "{seen:?}");
        let total = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!((total, seen.len()), (70, 70));
    }
}
