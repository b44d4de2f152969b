//! The five calls of the API: their fields, responses and effects.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use ticket_center::conversations::{self, Sending, Status, Writing};

use crate::server::{Database, Server, conversation_id, on_both_databases};

fn texts(page: &Value) -> Vec<&str> {
    let messages = page["messages"].as_array().expect("a page has messages");
    messages.iter().map(|message| message["text"].as_str().expect("it has a text")).collect()
}

on_both_databases! {
    async fn verifying_creates_the_contact_once(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let first = ada.verify().await.done();
        server.clock.advance(100);
        assert_eq!(ada.verify().await.done(), first);
        assert_eq!(first["contact"]["createdAt"], "2026-01-01T00:00:00.000Z");
        assert_eq!(first["helpdesk"], json!({ "id": server.desk.as_str(), "name": "Example" }));
        assert_eq!((&first["unread"], &first["revision"]), (&json!(0), &json!("0")));
        assert_eq!(first["pollAfter"], 1500);
    }

    async fn many_first_calls_at_once_create_one_contact(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let calls = (0..20).map(|_| {
            let ada = ada.clone();
            tokio::spawn(async move { ada.verify().await.done()["contact"]["id"].to_string() })
        });
        let mut ids = BTreeSet::new();
        for call in calls.collect::<Vec<_>>() {
            ids.insert(call.await.expect("it responds"));
        }
        assert_eq!(ids.len(), 1);
    }

    async fn a_conversation_is_begun_replied_to_read_and_closed(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let response = ada.call("/message", json!({ "message": " Hello\r\nthere " })).await;
        assert_eq!(response.status.as_u16(), 201);
        let sent = response.done();
        assert_eq!(sent["message"]["text"], "Hello\nthere");
        assert_eq!(sent["message"]["author"], json!({ "kind": "contact", "name": null }));
        let conversation = &sent["conversation"];
        assert_eq!((&conversation["subject"], &conversation["status"]), (&json!("Hello"), &json!("open")));
        server.clock.advance(5);
        server.write_as_agent(conversation, Writing::Reply(Sending::Delayed), "How can I help?").await;
        let verified = ada.verify().await.done();
        assert_eq!((&verified["unread"], &verified["revision"]), (&json!(1), &json!("2")));
        let listed = &ada.list(json!({})).await["conversations"][0];
        assert_eq!(listed["unread"], 1);
        assert_eq!(listed["updatedAt"], "2026-01-01T00:00:05.000Z");
        let last = json!({
            "author": "agent", "preview": "How can I help?", "createdAt": "2026-01-01T00:00:05.000Z",
        });
        assert_eq!(listed["lastMessage"], last);
        let unmarked = ada.read(conversation, json!({ "markRead": false })).await;
        assert_eq!(texts(&unmarked), ["Hello\nthere", "How can I help?"]);
        assert_eq!(unmarked["conversation"]["unread"], 1);
        assert_eq!(unmarked["messages"][1]["author"], json!({ "kind": "agent", "name": "Grace" }));
        let read = ada.read(conversation, json!({})).await;
        assert_eq!(read["conversation"]["unread"], 0);
        let verified = ada.verify().await.done();
        assert_eq!((&verified["unread"], &verified["revision"]), (&json!(0), &json!("3")));
        let path = format!("/conversations/{}/close", conversation_id(conversation));
        for _ in 0..2 {
            let closed = ada.call(&path, json!({})).await.done();
            assert_eq!(closed["conversation"]["status"], "closed");
        }
        assert_eq!(ada.verify().await.done()["revision"], "4");
    }

    async fn a_reply_of_either_side_opens_a_closed_conversation(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("hello").await;
        let id = conversation_id(&conversation);
        let close = format!("/conversations/{id}/close");
        ada.call(&close, json!({})).await.done();
        let reply = json!({ "message": "one more thing", "conversationId": id.as_str() });
        let sent = ada.call("/message", reply).await.done();
        assert_eq!(sent["conversation"]["status"], "open");
        ada.call(&close, json!({})).await.done();
        server.write_as_agent(&conversation, Writing::Note, "a note opens nothing").await;
        assert_eq!(ada.list(json!({})).await["conversations"][0]["status"], "closed");
        server.write_as_agent(&conversation, Writing::Reply(Sending::Delayed), "sure").await;
        assert_eq!(ada.list(json!({})).await["conversations"][0]["status"], "open");
    }

    async fn an_agent_closes_and_reopens_in_their_own_desk_only(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("hello").await;
        let id = conversation_id(&conversation);
        let now = server.instance.app.clock.now();
        let set = async |desk, status| {
            conversations::set_status(server.store(), desk, &id, status, now).await
        };
        set(&server.desk, Status::Closed).await.expect("it is closed");
        assert_eq!(ada.list(json!({})).await["conversations"][0]["status"], "closed");
        set(&server.desk, Status::Open).await.expect("it is open");
        let other = ticket_center::ids::DeskId::generate();
        let rejected = set(&other, Status::Closed).await.expect_err("it is another desk's");
        assert!(matches!(rejected, conversations::ConversationError::Unknown));
        assert_eq!(ada.list(json!({})).await["conversations"][0]["status"], "open");
    }

    async fn the_list_is_paged_without_gap_or_repetition(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let mut expected = Vec::new();
        for number in 0..7 {
            // Some conversations have the same time.
            server.clock.advance(number % 2);
            expected.push(ada.begin(&format!("number {number}")).await["id"].clone());
        }
        let (mut found, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let page = ada.list(json!({ "limit": 2, "cursor": cursor })).await;
            let conversations = page["conversations"].as_array().expect("a page").clone();
            assert!((1..=2).contains(&conversations.len()));
            found.extend(conversations.into_iter().map(|conversation| conversation["id"].clone()));
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(found.len(), 7);
        let unique: BTreeSet<_> = found.iter().map(Value::to_string).collect();
        assert_eq!(unique, expected.iter().map(Value::to_string).collect());
        assert_eq!(found[0], expected[6]);
    }

    async fn messages_are_paged_in_both_directions(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("0").await;
        for number in 1..6 {
            server.write_as_agent(&conversation, Writing::Reply(Sending::Delayed), &number.to_string()).await;
        }
        let newest = ada.read(&conversation, json!({ "limit": 2, "markRead": false })).await;
        assert_eq!((texts(&newest), &newest["hasMore"]), (vec!["4", "5"], &json!(true)));
        let before = json!({ "limit": 3, "before": newest["messages"][0]["id"], "markRead": false });
        let older = ada.read(&conversation, before).await;
        assert_eq!((texts(&older), &older["hasMore"]), (vec!["1", "2", "3"], &json!(true)));
        let before = json!({ "before": older["messages"][0]["id"] });
        let oldest = ada.read(&conversation, before).await;
        assert_eq!((texts(&oldest), &oldest["hasMore"]), (vec!["0"], &json!(false)));
        assert_eq!(oldest["conversation"]["unread"], 5);
        let after = json!({ "limit": 2, "after": oldest["messages"][0]["id"] });
        let newer = ada.read(&conversation, after).await;
        assert_eq!((texts(&newer), &newer["hasMore"]), (vec!["1", "2"], &json!(true)));
        assert_eq!(newer["conversation"]["unread"], 3);
        let after = json!({ "after": newest["messages"][1]["id"] });
        let none = ada.read(&conversation, after).await;
        assert_eq!((texts(&none), &none["hasMore"]), (vec![], &json!(false)));
    }

    async fn a_repeated_call_with_the_same_key_adds_nothing(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let fields = json!({ "message": "hello", "idempotencyKey": "key-1" });
        let calls = (0..8).map(|_| {
            let (ada, fields) = (ada.clone(), fields.clone());
            tokio::spawn(async move { ada.call("/message", fields).await })
        });
        let (mut statuses, mut ids) = (Vec::new(), BTreeSet::new());
        for call in calls.collect::<Vec<_>>() {
            let response = call.await.expect("it responds");
            statuses.push(response.status.as_u16());
            ids.insert(response.done()["message"]["id"].to_string());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
        assert_eq!(ids.len(), 1);
        assert_eq!(ada.list(json!({})).await["conversations"].as_array().map(Vec::len), Some(1));
        let other = json!({ "message": "other", "idempotencyKey": "key-1" });
        assert_eq!(ada.call("/message", other).await.error(), (409, "idempotency_key_reused"));
        let eve = server.customer("eve@example.com");
        assert_eq!(eve.call("/message", fields).await.status.as_u16(), 201);
    }

    async fn messages_sent_at_once_on_two_instances_are_all_kept_in_one_order(database: Database) {
        let server = Server::start(database).await;
        let second = server.second_instance().await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("first").await;
        let id = conversation_id(&conversation);
        let calls = (0..20).map(|number| {
            let ada = if number % 2 == 0 { ada.clone() } else { ada.at(&second) };
            let message = json!({ "message": number.to_string(), "conversationId": id.as_str() });
            tokio::spawn(async move { ada.call("/message", message).await.done() })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.expect("it responds");
        }
        let page = ada.read(&conversation, json!({ "limit": 100 })).await;
        let unique: BTreeSet<_> = texts(&page).into_iter().collect();
        assert_eq!(unique.len(), 21);
        let at_second = ada.at(&second).read(&conversation, json!({ "limit": 100 })).await;
        assert_eq!(at_second["messages"], page["messages"]);
        assert_eq!(ada.verify().await.done()["revision"], "21");
    }

    async fn a_reply_while_reading_stays_unread(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("hello").await;
        let replies = async {
            for number in 0..20 {
                server.write_as_agent(&conversation, Writing::Reply(Sending::Delayed), &number.to_string()).await;
            }
        };
        let reads = async {
            for _ in 0..20 {
                ada.read(&conversation, json!({ "limit": 1 })).await;
            }
        };
        tokio::join!(replies, reads);
        let unread = ada.verify().await.done()["unread"].clone();
        let listed = ada.list(json!({})).await["conversations"][0]["unread"].clone();
        assert_eq!(unread, listed);
        assert_eq!(ada.read(&conversation, json!({})).await["conversation"]["unread"], 0);
        assert_eq!(ada.verify().await.done()["unread"], 0);
    }

    async fn invalid_fields_are_rejected_with_a_code(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let rejections = [
            ("/message", json!({ "message": " \n" }), (422, "message_empty")),
            ("/message", json!({ "message": "a".repeat(10_001) }), (422, "message_too_long")),
            ("/message", json!({ "message": "a", "subject": "a".repeat(201) }), (422, "subject_too_long")),
            ("/message", json!({ "message": "a", "idempotencyKey": "a b" }), (422, "idempotency_key_malformed")),
            ("/message", json!({}), (400, "body_malformed")),
            ("/message", json!({ "message": 1 }), (400, "body_malformed")),
            ("/conversations", json!({ "limit": 0 }), (400, "limit_malformed")),
            ("/conversations", json!({ "limit": 101 }), (400, "limit_malformed")),
            ("/conversations", json!({ "limit": -1 }), (400, "body_malformed")),
            ("/conversations", json!({ "cursor": "x" }), (400, "cursor_malformed")),
            ("/conversations", json!({ "cursor": "1.a b" }), (400, "cursor_malformed")),
        ];
        for (path, fields, expected) in rejections {
            let response = ada.call(path, fields).await;
            assert_eq!(response.error(), expected, "{path}");
        }
        assert_eq!(ada.list(json!({})).await["conversations"], json!([]));
    }

    async fn hostile_text_is_returned_unchanged(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let text = "<script>alert(1)</script> '; DROP TABLE desks; -- \u{202e}مرحبا 👩‍👩‍👧 $1 %s {{x}}";
        let conversation = ada.begin(text).await;
        let page = ada.read(&conversation, json!({})).await;
        assert_eq!(page["messages"][0]["text"], text);
        assert_eq!(page["conversation"]["subject"], text);
    }
}
