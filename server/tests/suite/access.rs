//! Access: which caller may read and change which data.

use serde_json::{Value, json};
use ticket_center::contacts::{self, Identity, TypedAddress};
use ticket_center::conversations::{Sending, Writing};
use ticket_center::desks::{self, DeskName};
use ticket_center::ids::ContactId;
use ticket_center::secrets::{Grace, Purpose};

use crate::server::{Database, Server, on_both_databases};

/// Every call about one conversation, as a path and its fields.
fn calls_on(id: &str) -> Vec<(String, Value)> {
    vec![
        (format!("/conversations/{id}/messages"), json!({})),
        (format!("/conversations/{id}/close"), json!({})),
        ("/message".to_owned(), json!({ "message": "hello", "conversationId": id })),
    ]
}

fn every_call(id: &str) -> Vec<(String, Value)> {
    let mut calls = calls_on(id);
    calls.push(("/verify".to_owned(), json!({})));
    calls.push(("/conversations".to_owned(), json!({})));
    calls.push(("/message".to_owned(), json!({ "message": "hello" })));
    calls
}

on_both_databases! {
    async fn conversations_of_another_contact_seem_not_to_exist(database: Database) {
        let server = Server::start(database).await;
        let (ada, eve) = (server.customer("ada@example.com"), server.customer("eve@example.com"));
        let conversation = ada.begin("a secret").await;
        let id = conversation["id"].as_str().expect("it has an id");
        for absent in [id, "019a0000-0000-7000-8000-000000000000", "x%00", "%ff", "'", &"a".repeat(500)] {
            for (path, fields) in calls_on(absent) {
                let response = eve.call(&path, fields).await;
                assert_eq!(response.error(), (404, "conversation_unknown"), "{path}");
                let sentence = "This contact has no conversation with this id. Check the conversation id.";
                assert_eq!(response.body["error"]["message"], sentence);
            }
        }
        assert_eq!(eve.list(json!({})).await["conversations"], json!([]));
        let messages = ada.read(&conversation, json!({})).await;
        assert_eq!(messages["messages"].as_array().map(Vec::len), Some(1));
        assert_eq!(messages["conversation"]["status"], "open");
    }

    async fn every_call_needs_a_valid_signature_of_its_own_identity(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("hello").await;
        let id = conversation["id"].as_str().expect("it has an id");
        let other_secret = "another-secret-for-documentation";
        let wrong = [
            (ada.with("email", "eve@example.com"), 401, "signature_mismatch"),
            (server.customer_with("ada@example.com", other_secret), 401, "signature_mismatch"),
            (ada.with("signature", ""), 401, "signature_malformed"),
            (ada.with("signature", "52c24c92"), 401, "signature_malformed"),
            (ada.with("email", ""), 401, "email_empty"),
            (ada.with("email", "ada"), 401, "email_malformed"),
            (ada.with("email", "ada@example.com\u{0}"), 401, "email_malformed"),
            (ada.with("email", "\u{212a}im@example.com"), 401, "email_ambiguous"),
            (ada.with("email", &format!("{}@example.com", "a".repeat(400))), 401, "email_too_long"),
            (ada.with("helpdeskId", "another"), 404, "helpdesk_unknown"),
            (ada.with("helpdeskId", "a\u{0}"), 404, "helpdesk_unknown"),
        ];
        for (customer, status, code) in wrong {
            for (path, fields) in every_call(id) {
                let response = customer.call(&path, fields).await;
                assert_eq!(response.error(), (status, code), "{path}");
            }
        }
    }

    async fn a_signature_of_one_desk_is_invalid_at_another(database: Database) {
        let server = Server::start(database).await;
        let name = DeskName::parse("Other").expect("it is a name");
        let now = server.instance.app.clock.now();
        let other = desks::create(server.store(), &name, now).await.expect("a desk");
        let ada = server.customer("ada@example.com").with("helpdeskId", other.as_str());
        assert_eq!(ada.verify().await.error(), (401, "secret_not_set"));
        let purpose = Purpose::TicketCenter;
        crate::server::rotate(&server.instance, &other, purpose, Grace::default()).await;
        assert_eq!(ada.verify().await.error(), (401, "signature_mismatch"));
    }

    async fn an_address_as_typed_proves_the_canonical_identity(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let first = ada.verify().await.done();
        let typed = ada.with("email", "  ADA@Example.com ").verify().await.done();
        assert_eq!(first["contact"], typed["contact"]);
        assert_eq!(first["contact"]["email"], "ada@example.com");
    }

    async fn the_three_kinds_of_identity_are_never_merged(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let by_signature = ada.verify().await.done()["contact"]["id"].clone();
        let email = "ada@example.com";
        let identities = [
            Identity::Typed(TypedAddress::parse(email).expect("it is an address")),
            Identity::PortalUser(deskseal::UserId::parse(email).expect("it is a user id")),
            Identity::Email(deskseal::canonical_email(email).expect("it is an e-mail")),
        ];
        let now = server.instance.app.clock.now();
        let mut ids: Vec<ContactId> = Vec::new();
        for identity in &identities {
            let contact = contacts::find_or_create(server.store(), &server.desk, identity, now).await;
            ids.push(contact.expect("it is there").id);
        }
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
        assert_eq!(by_signature, ids[2].as_str());
    }

    async fn customers_see_nothing_of_a_private_note(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("hello").await;
        let seen = async || {
            let verified = ada.verify().await.done();
            (verified, ada.list(json!({})).await, ada.read(&conversation, json!({})).await)
        };
        let before = seen().await;
        server.clock.advance(60);
        server.write_as_agent(&conversation, Writing::Note, "she is difficult").await;
        assert_eq!(seen().await, before);
        server.write_as_agent(&conversation, Writing::Reply(Sending::Delayed), "welcome").await;
        let page = ada.read(&conversation, json!({ "limit": 1 })).await;
        assert_eq!(page["messages"][0]["text"], "welcome");
        let newest = page["messages"][0]["id"].clone();
        let older = ada.read(&conversation, json!({ "before": newest })).await;
        assert_eq!(older["messages"].as_array().map(Vec::len), Some(1));
        assert_eq!(older["messages"][0]["text"], "hello");
        assert_eq!(older["hasMore"], false);
    }

    async fn an_id_that_the_customer_cannot_see_is_a_malformed_cursor(database: Database) {
        let server = Server::start(database).await;
        let (ada, eve) = (server.customer("ada@example.com"), server.customer("eve@example.com"));
        let conversation = ada.begin("hello").await;
        let others = eve.begin("mine").await;
        let foreign = eve.read(&others, json!({})).await["messages"][0]["id"].clone();
        let note = server.write_as_agent(&conversation, Writing::Note, "she is difficult").await;
        let id = conversation["id"].as_str().expect("it has an id");
        for before in [foreign, json!(note), json!("nonsense"), json!("")] {
            let path = format!("/conversations/{id}/messages");
            let response = ada.call(&path, json!({ "before": before })).await;
            assert_eq!(response.error(), (400, "cursor_malformed"));
        }
    }

    async fn a_block_takes_effect_at_once_on_every_instance_and_can_be_lifted(database: Database) {
        let server = Server::start(database).await;
        let second = server.second_instance().await;
        let ada = server.customer("ada@example.com");
        let eve = server.customer("eve@example.com");
        let conversation = ada.begin("hello").await;
        let id = conversation["id"].as_str().expect("it has an id");
        let verified = ada.at(&second).verify().await.done();
        let contact = verified["contact"]["id"].as_str().and_then(ContactId::parse);
        let contact = contact.expect("it is an id");
        let now = server.instance.app.clock.now();
        let block = async |at| contacts::set_blocked(server.store(), &server.desk, &contact, at).await;
        assert!(block(Some(now)).await.expect("it is blocked"));
        for (path, fields) in every_call(id) {
            for customer in [&ada, &ada.at(&second)] {
                let response = customer.call(&path, fields.clone()).await;
                assert_eq!(response.error(), (403, "contact_blocked"), "{path}");
            }
        }
        eve.verify().await.done();
        assert!(block(None).await.expect("it is lifted"));
        ada.at(&second).verify().await.done();
    }
}
