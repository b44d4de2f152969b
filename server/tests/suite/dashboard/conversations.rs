//! The inbox and conversations.

use serde_json::{Value, json};
use ticket_center::agents::Role;
use ticket_center::contacts::{self, Identity, TypedAddress};
use ticket_center::conversations::{Sending, Writing};

use super::browser::{Browser, PASSWORD, Page};
use crate::server::{Database, Server, on_both_databases};

const GRACE: &str = "grace@example.com";

/// Returns the path of the conversation.
fn path(server: &Server, conversation: &Value) -> String {
    let id = conversation["id"].as_str().expect("it has an id");
    server.path(&format!("conversations/{id}"))
}

/// Returns the subjects of a list, in order.
fn subjects(page: &Page) -> Vec<&str> {
    let parts = page.text.split("<span class=\"subject\" dir=\"auto\">").skip(1);
    parts.map(|part| part.split('<').next().unwrap_or_default()).collect()
}

async fn listed(browser: &mut Browser, server: &Server, query: &str) -> Vec<String> {
    let page = browser.get(&server.path(&format!("inbox?{query}"))).await.shown();
    subjects(&page).into_iter().map(str::to_owned).collect()
}

/// Writes as the page's form does, with the id that the page gave the message.
async fn write(browser: &mut Browser, path: &str, kind: &str, text: &str) -> Page {
    let message = browser.get(path).await.shown().field("message");
    let fields = [("kind", kind), ("text", text), ("message", &message)];
    browser.submit(path, &format!("{path}/write"), &fields).await
}

on_both_databases! {
    async fn a_reply_reaches_the_customer_and_a_note_does_not(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Agent).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("It does not work").await;
        let path = path(&server, &conversation);
        let mut browser = server.signed_in(GRACE).await;
        let page = browser.get(&path).await.shown();
        assert!(page.has("ada@example.com") && page.has("verified e-mail"));
        let note = write(&mut browser, &path, "note", "She is a good customer").await;
        assert_eq!(note.location(), format!("{path}#end"));
        write(&mut browser, &path, "reply", "Try again\nplease").await.location();
        let page = browser.get(&path).await.shown();
        assert!(page.has("She is a good customer") && page.has("Try again\nplease"));
        let seen = ada.read(&conversation, json!({})).await;
        let texts: Vec<_> = seen["messages"].as_array().expect("a list").iter()
            .map(|message| (message["author"]["name"].as_str(), message["text"].as_str())).collect();
        assert_eq!(texts, [(None, Some("It does not work")), (Some("grace"), Some("Try again\nplease"))]);
        let thread = browser.get(&format!("{path}/thread")).await.shown();
        assert!(thread.has("Read.") && !thread.has("<html"));
    }

    async fn a_form_that_is_sent_twice_adds_one_message(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Agent).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("hello").await;
        let path = path(&server, &conversation);
        let mut browser = server.signed_in(GRACE).await;
        let page = browser.get(&path).await.shown();
        let (csrf, message) = (page.field("csrf"), page.field("message"));
        let fields = [("csrf", &*csrf), ("message", &*message), ("kind", "reply"), ("text", "once")];
        let action = format!("{path}/write");
        let (mut first, mut second) = (browser.clone(), browser.clone());
        let pages = tokio::join!(first.send(&action, &fields), second.send(&action, &fields));
        assert_eq!((pages.0.status, pages.1.status), (303, 303));
        let seen = ada.read(&conversation, json!({})).await;
        assert_eq!(seen["messages"].as_array().map(Vec::len), Some(2));
        assert_eq!(ada.verify().await.done()["unread"], 0);
    }

    async fn the_typed_text_survives_an_error_and_the_end_of_the_session(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Agent).await;
        let conversation = server.customer("ada@example.com").begin("hello").await;
        let path = path(&server, &conversation);
        let mut browser = server.signed_in(GRACE).await;
        let long = "a <b> ".repeat(2000);
        let rejected = write(&mut browser, &path, "note", &long).await;
        assert_eq!(rejected.status, 422);
        assert!(rejected.has("a &#60;b&#62; a &#60;b&#62;") && rejected.has("10000 characters"));
        let csrf = browser.get(&path).await.field("csrf");
        server.clock.advance(13 * 60 * 60);
        let fields = [("csrf", &*csrf), ("kind", "reply"), ("text", "worth \"keeping\"")];
        let ended = browser.send(&format!("{path}/write"), &fields).await;
        assert_eq!(ended.status, 401);
        assert!(ended.has("worth &#34;keeping&#34;"));
        let fields = [
            ("csrf", &*ended.field("csrf")), ("next", &*ended.field("next")),
            ("draft", "worth \"keeping\""), ("email", GRACE), ("password", PASSWORD),
        ];
        let kept = browser.send("/sign-in", &fields).await.shown();
        assert!(kept.has("worth &#34;keeping&#34;") && kept.has(&format!("action=\"{path}/write\"")));
        let fields = [("csrf", &*kept.field("csrf")), ("kind", "reply"), ("text", "worth keeping")];
        browser.send(&format!("{path}/write"), &fields).await.location();
        assert!(browser.get(&path).await.has("worth keeping"));
    }

    async fn conversations_are_closed_reopened_and_assigned(database: Database) {
        let server = Server::start(database).await;
        let grace = server.agent(GRACE, Role::Agent).await;
        let other = server.other_desk().await;
        let eve = server.agent_at(&other, "eve@example.com", Role::Owner).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("hello").await;
        let path = path(&server, &conversation);
        let mut browser = server.signed_in(GRACE).await;
        for (status, seen) in [("closed", "closed"), ("closed", "closed"), ("open", "open")] {
            let action = format!("{path}/status");
            browser.submit(&path, &action, &[("status", status)]).await.location();
            assert_eq!(ada.list(json!({})).await["conversations"][0]["status"], seen);
        }
        let action = format!("{path}/assign");
        let revision = ada.verify().await.done()["revision"].clone();
        browser.submit(&path, &action, &[("agent", grace.as_str())]).await.location();
        assert_eq!(listed(&mut browser, &server, "assigned=me").await, ["hello"]);
        assert!(listed(&mut browser, &server, "assigned=unassigned").await.is_empty());
        assert_eq!(browser.submit(&path, &action, &[("agent", eve.as_str())]).await.status, 404);
        browser.submit(&path, &action, &[("agent", "")]).await.location();
        assert_eq!(listed(&mut browser, &server, "assigned=unassigned&status=all").await, ["hello"]);
        assert_eq!(ada.verify().await.done()["revision"], revision, "the customer sees nothing of it");
    }

    async fn an_owner_blocks_a_customer_and_lifts_the_block(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Owner).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("hello").await;
        let path = path(&server, &conversation);
        let mut browser = server.signed_in(GRACE).await;
        browser.submit(&path, &format!("{path}/block"), &[]).await.location();
        assert_eq!(ada.verify().await.error(), (403, "contact_blocked"));
        assert!(browser.get(&path).await.has("blocked"));
        browser.submit(&path, &format!("{path}/unblock"), &[]).await.location();
        ada.verify().await.done();
    }

    async fn the_inbox_filters_by_status_kind_and_text(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Agent).await;
        let (ada, bob) = (server.customer("ada@example.com"), server.customer("bob_1@example.com"));
        for (customer, text) in [(&ada, "Invoice 100%"), (&bob, "Parcel lost"), (&ada, "Über alles")] {
            customer.begin(text).await;
            server.clock.advance(1);
        }
        let done = bob.begin("Done").await;
        let action = format!("/conversations/{}/close", done["id"].as_str().expect("an id"));
        bob.call(&action, json!({})).await.done();
        let mut browser = server.signed_in(GRACE).await;
        let browser = &mut browser;
        assert_eq!(listed(browser, &server, "").await, ["Über alles", "Parcel lost", "Invoice 100%"]);
        assert_eq!(listed(browser, &server, "status=closed").await, ["Done"]);
        assert_eq!(listed(browser, &server, "status=all").await.len(), 4);
        assert_eq!(listed(browser, &server, "status=all&kind=sealed").await.len(), 4);
        assert!(listed(browser, &server, "status=all&kind=typed").await.is_empty());
        for (search, found) in [
            ("invoice", 1), ("100%25", 1), ("0%25%25", 0), ("%25", 1), ("_", 2), ("bob_1", 2),
            ("ADA@EXAMPLE", 2), ("%C3%9Cber", 1), ("nothing", 0), ("'%3B--", 0), ("!", 0),
        ] {
            let query = format!("status=all&search={search}");
            assert_eq!(listed(browser, &server, &query).await.len(), found, "{search}");
        }
        assert_eq!(listed(browser, &server, "search=done&status=open").await.len(), 0, "it is closed");
        assert_eq!(listed(browser, &server, "before=nonsense&kind=nonsense").await.len(), 3);
    }

    async fn pages_of_the_inbox_have_everything_once(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Agent).await;
        let ada = server.customer("ada@example.com");
        for number in 0..65 {
            ada.begin(&format!("Number {number}")).await;
        }
        let mut browser = server.signed_in(GRACE).await;
        for start in ["inbox", "inbox?status=all&kind=sealed", "inbox?search=number"] {
            let (mut path, mut seen) = (Some(server.path(start)), Vec::new());
            while let Some(next) = path {
                let page = browser.get(&next).await.shown();
                seen.extend(subjects(&page).into_iter().map(str::to_owned));
                path = page.text.split("href=\"").skip(1)
                    .filter_map(|part| part.split('"').next())
                    .find(|link| link.contains("before="))
                    .map(|link| link.replace("&#38;", "&"));
            }
            let total = seen.len();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!((total, seen.len()), (65, 65), "{start}");
        }
    }

    async fn a_customer_whose_address_was_typed_is_marked_and_not_mailed(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Agent).await;
        let typed = TypedAddress::parse("eve@example.com").expect("it is an address");
        let now = server.instance.app.clock.now();
        let contact = contacts::find_or_create(
            server.store(), &server.desk, &Identity::Typed(typed), now,
        ).await.expect("a contact");
        let conversation = server.customer("ada@example.com").begin("hello").await;
        let move_to = "UPDATE conversations SET contact_id = $1, contact_kind = 'typed' WHERE id = $2";
        sqlx::query(move_to).bind(contact.id.as_str()).bind(conversation["id"].as_str())
            .execute(server.store().readers()).await.expect("it is moved");
        let mut browser = server.signed_in(GRACE).await;
        let page = browser.get(&path(&server, &conversation)).await.shown();
        assert!(page.has(">unconfirmed</span>") && page.has("This reply reaches no customer"));
        assert!(!page.has("Send instantly"));
        assert_eq!(listed(&mut browser, &server, "kind=typed").await, ["hello"]);
    }

    async fn nothing_that_a_customer_or_an_agent_writes_becomes_markup(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Owner).await;
        let payload = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>{{7*7}}";
        let ada = server.customer("\"<svg/onload=alert(1)>\"@example.com");
        let conversation = ada.begin(payload).await;
        let path = path(&server, &conversation);
        let mut browser = server.signed_in(GRACE).await;
        browser.submit("/account", "/account/name", &[("name", &payload[..60])]).await.location();
        server.write_as_agent(&conversation, Writing::Reply(Sending::Delayed), payload).await;
        for kind in ["reply", "note"] {
            write(&mut browser, &path, kind, payload).await.location();
        }
        let query = format!("inbox?search={}", payload.replace(' ', "+").replace('"', "%22"));
        let too_long = format!("{payload}{}", "a".repeat(10_000));
        let pages = [
            browser.get(&path).await,
            browser.get(&format!("{path}/thread")).await,
            browser.get(&server.path("inbox")).await,
            browser.get(&server.path(&query)).await,
            browser.get(&server.path("agents")).await,
            browser.get("/account").await,
            browser.get(&format!("/confirm?next={}", "/%22%3E%3Cscript%3E")).await,
            write(&mut browser, &path, "reply", &too_long).await,
        ];
        for page in pages {
            for markup in ["<img", "<svg", "<script>", "onerror=alert(1)>"] {
                assert!(!page.has(markup), "{markup} in {}", page.text);
            }
        }
    }
}
