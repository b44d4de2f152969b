//! Contacts that identity tokens join, what agents see of it, and how an owner undoes it.

use deskseal::IdentityClaims;
use serde_json::{Value, json};
use ticket_center::agents::Role;
use ticket_center::contacts;
use ticket_center::conversations::{Sending, Writing};
use ticket_center::ids::ContactId;

use crate::dashboard::tickets;
use crate::identity_tokens::Tokens;
use crate::server::{Customer, Database, on_both_databases};

const OLD: &str = "ada@example.com";
const NEW: &str = "lovelace@example.com";
const OWNER: &str = "owner@example.com";

/// Returns the subjects of the customer's conversations, in alphabetical order.
async fn subjects(customer: &Customer) -> Vec<String> {
    let list = customer.list(json!({})).await;
    let conversations = list["conversations"].as_array().expect("it is a list");
    let subject = |conversation: &Value| conversation["subject"].as_str().expect("text").to_owned();
    let mut subjects: Vec<_> = conversations.iter().map(subject).collect();
    subjects.sort_unstable();
    subjects
}

fn contact_of(verified: &Value) -> ContactId {
    verified["contact"]["id"].as_str().and_then(ContactId::parse).expect("it is an id")
}

on_both_databases! {
    async fn the_first_id_that_a_token_proves_with_an_address_gets_its_history(database: Database) {
        let tokens = Tokens::start(database).await;
        let signed = tokens.server.customer(OLD);
        let begun = signed.begin("by signature").await;
        let ada = tokens.customer(&tokens.both("1", OLD)).await;
        let own = ada.begin("by token").await;
        assert_eq!(subjects(&ada).await, ["by signature", "by token"]);
        // A bare signature opens only what was begun by signature.
        assert_eq!(subjects(&signed).await, ["by signature"]);
        let path = format!("/conversations/{}/messages", own["id"].as_str().expect("an id"));
        assert_eq!(signed.call(&path, json!({})).await.error(), (404, "conversation_unknown"));
        // Another id with the same address later gets none of it.
        let eve = tokens.customer(&tokens.both("2", OLD)).await;
        assert_eq!(subjects(&eve).await, [""; 0]);
        let path = format!("/conversations/{}/close", begun["id"].as_str().expect("an id"));
        assert_eq!(eve.call(&path, json!({})).await.error(), (404, "conversation_unknown"));
        // A customer reads, answers and closes joined conversations, and their counts add up.
        tokens.server.write_as_agent(&begun, Writing::Reply(Sending::Delayed), "hello").await;
        let before = ada.verify().await.done();
        assert_eq!((&before["unread"], &signed.verify().await.done()["unread"]), (&json!(1), &json!(1)));
        ada.read(&begun, json!({})).await;
        assert_eq!((&ada.verify().await.done()["unread"], &signed.verify().await.done()["unread"]), (&json!(0), &json!(0)));
        assert_ne!(ada.verify().await.done()["revision"], before["revision"]);
        let id = begun["id"].clone();
        ada.call("/message", json!({ "message": "thanks", "conversationId": id })).await.done();
        assert_eq!(ada.call(&path, json!({})).await.done()["conversation"]["status"], "closed");
    }

    async fn an_address_belongs_to_the_first_id_even_if_it_had_no_history_yet(database: Database) {
        let tokens = Tokens::start(database).await;
        let ada = tokens.customer(&tokens.both("1", OLD)).await;
        let eve = tokens.customer(&tokens.both("2", OLD)).await;
        tokens.server.customer(OLD).begin("by signature").await;
        assert_eq!(subjects(&ada).await, ["by signature"]);
        assert_eq!(subjects(&eve).await, [""; 0]);
    }

    async fn a_customer_who_changes_the_address_keeps_the_history_and_the_next_holder_gets_none(database: Database) {
        let tokens = Tokens::start(database).await;
        let old = tokens.server.customer(OLD);
        let conversation = old.begin("before").await;
        tokens.customer(&tokens.both("1", OLD)).await;
        let replayed = tokens.both("1", OLD);
        tokens.server.clock.advance(60);
        let ada = tokens.customer(&tokens.both("1", NEW)).await;
        assert_eq!(subjects(&ada).await, ["before"]);
        assert_eq!(subjects(&old).await, [""; 0]);
        let path = format!("/conversations/{}/messages", conversation["id"].as_str().expect("an id"));
        assert_eq!(old.call(&path, json!({})).await.error(), (404, "conversation_unknown"));
        assert_eq!(ada.verify().await.done()["contact"]["email"], NEW);
        // The address changed hands: its new holder writes, by signature and by token.
        old.begin("of the next holder").await;
        let next = tokens.customer(&tokens.both("2", OLD)).await;
        next.begin("of id 2").await;
        assert_eq!(subjects(&ada).await, ["before"]);
        assert_eq!(subjects(&old).await, ["of the next holder"]);
        assert_eq!(subjects(&next).await, ["of id 2"]);
        // An older token that is still valid brings nothing back.
        let ada = tokens.customer(&replayed).await;
        assert_eq!(ada.verify().await.done()["contact"]["email"], NEW);
        assert_eq!((subjects(&ada).await, subjects(&old).await), (vec!["before".to_owned()], vec!["of the next holder".to_owned()]));
    }

    async fn signatures_alone_and_unverified_addresses_join_nothing(database: Database) {
        let tokens = Tokens::start(database).await;
        tokens.server.customer(OLD).begin("by signature").await;
        let claims = IdentityClaims { user_id: Some("1"), email: Some(OLD), email_verified: false, ..IdentityClaims::default() };
        let unverified = tokens.customer(&tokens.token(&claims)).await;
        let by_id = tokens.customer(&tokens.id(OLD)).await;
        assert_eq!((subjects(&unverified).await.len(), subjects(&by_id).await.len()), (0, 0));
        assert_eq!(subjects(&tokens.customer(&tokens.email(OLD)).await).await, ["by signature"]);
        let ada = tokens.customer(&tokens.both("2", OLD)).await;
        assert_eq!(subjects(&ada).await, ["by signature"]);
    }

    async fn a_blocked_customer_stays_blocked_with_another_proof(database: Database) {
        let tokens = Tokens::start(database).await;
        let signed = tokens.server.customer(OLD);
        let contact = contact_of(&signed.verify().await.done());
        let (store, desk, now) = (tokens.server.store(), &tokens.server.desk, tokens.server.instance.app.clock.now());
        contacts::set_blocked(store, desk, &contact, Some(now)).await.expect("it is blocked");
        assert_eq!(tokens.exchange(&tokens.both("1", OLD)).await.error(), (403, "contact_blocked"));
        contacts::set_blocked(store, desk, &contact, None).await.expect("it is lifted");
        let ada = tokens.customer(&tokens.both("1", OLD)).await;
        contacts::set_blocked(store, desk, &contact, Some(now)).await.expect("it is blocked");
        assert_eq!(ada.verify().await.error(), (401, "session_ended"));
        assert_eq!(tokens.exchange(&tokens.both("1", OLD)).await.error(), (403, "contact_blocked"));
        contacts::set_blocked(store, desk, &contact, None).await.expect("it is lifted");
        let ada = tokens.customer(&tokens.id("1")).await;
        let own = contact_of(&ada.verify().await.done());
        contacts::set_blocked(store, desk, &own, Some(now)).await.expect("it is blocked");
        assert_eq!(signed.verify().await.error(), (403, "contact_blocked"));
    }

    async fn agents_see_what_the_product_says_and_an_owner_separates_what_was_joined(database: Database) {
        let tokens = Tokens::start(database).await;
        let Tokens { server, .. } = &tokens;
        server.agent(OWNER, Role::Owner).await;
        server.agent("agent@example.com", Role::Agent).await;
        let signed = server.customer(OLD);
        let conversation = signed.begin("before").await;
        let claims = IdentityClaims {
            user_id: Some("1"), email: Some(OLD), name: Some("Ada <Lovelace>"),
            attributes: [("plan".to_owned(), "pro".into()), ("seats".to_owned(), 5.into())].into(),
            ..IdentityClaims::default()
        };
        let ada = tokens.customer(&tokens.token(&claims)).await;
        let page = server.path(&format!("conversations/{}", conversation["id"].as_str().expect("an id")));
        let mut owner = server.signed_in(OWNER).await;
        let mut agent = server.signed_in("agent@example.com").await;
        let shown = owner.get(&page).await.shown();
        assert!(shown.has("<h2><bdi>ada@example.com</bdi></h2>"), "{}", shown.text);
        assert!(shown.has("<bdi>Ada &#60;Lovelace&#62;</bdi>") && shown.has("<dt>plan</dt><dd><bdi>pro</bdi></dd>"), "{}", shown.text);
        assert!(shown.has("<dt>seats</dt><dd><bdi>5</bdi></dd>") && shown.has("The product says, at <time datetime=\"2026-01-01T00:00:00"));
        assert!(shown.has("An identity token proved this e-mail together with the customer id."));
        let told = agent.get(&page).await.shown();
        assert!(told.has("An identity token proved this e-mail") && !told.has("Separate</button>"));
        let contact = shown.field("contact");
        let asked = owner.get(&format!("{page}/separate?contact={contact}")).await.shown();
        assert!(asked.has("No identity token joins them again."), "{}", asked.text);
        assert_eq!(subjects(&ada).await, ["before"]);
        assert_eq!(owner.submit(&page, &format!("{page}/separate"), &[("contact", "x")]).await.status, 404);
        assert_eq!(owner.submit(&page, &format!("{page}/separate"), &[("contact", &contact)]).await.location(), page);
        assert_eq!(subjects(&ada).await, [""; 0]);
        assert_eq!(subjects(&signed).await, ["before"]);
        let ada = tokens.customer(&tokens.both("1", OLD)).await;
        assert_eq!(subjects(&ada).await, [""; 0]);
        assert!(!owner.get(&page).await.shown().has("Separate</button>"));
    }

    async fn separating_an_address_that_was_left_returns_its_conversations(database: Database) {
        let tokens = Tokens::start(database).await;
        let victim = tokens.server.customer(OLD);
        let conversation = victim.begin("of the victim").await;
        tokens.server.write_as_agent(&conversation, Writing::Reply(Sending::Delayed), "hello").await;
        let contact = contact_of(&victim.verify().await.done());
        tokens.customer(&tokens.both("eve", OLD)).await;
        tokens.server.clock.advance(60);
        let eve = tokens.customer(&tokens.both("eve", NEW)).await;
        assert_eq!((subjects(&eve).await.len(), subjects(&victim).await.len()), (1, 0));
        assert_eq!(eve.verify().await.done()["unread"], 1);
        let (store, desk) = (tokens.server.store(), &tokens.server.desk);
        assert!(contacts::separate(store, desk, &contact).await.expect("it is done"));
        assert!(!contacts::separate(store, desk, &contact).await.expect("it is done already"));
        assert_eq!((subjects(&eve).await.len(), subjects(&victim).await), (0, vec!["of the victim".to_owned()]));
        let unread = async |customer: &Customer| customer.verify().await.done()["unread"].clone();
        assert_eq!((unread(&eve).await, unread(&victim).await), (json!(0), json!(1)));
    }

    async fn ids_of_links_are_joined_only_where_an_owner_says_so(database: Database) {
        let tokens = Tokens::start(database).await;
        let server = &tokens.server;
        server.agent(OWNER, Role::Owner).await;
        tickets::submit(server, tickets::customer("1", "typed@example.com"), "", "from the portal").await;
        let ada = tokens.customer(&tokens.id("1")).await;
        assert_eq!(subjects(&ada).await, [""; 0]);
        let mut owner = server.signed_in(OWNER).await;
        let page = server.path("identity-tokens");
        let saved = owner.submit(&page, &format!("{page}/shared-ids"), &[("shared", "yes")]).await;
        assert_eq!(saved.location(), page);
        assert!(owner.get(&page).await.shown().has(" checked> Links with a link signature"));
        let ada = tokens.customer(&tokens.id("1")).await;
        assert_eq!(subjects(&ada).await, ["from the portal"]);
        assert_eq!(subjects(&tokens.customer(&tokens.id("2")).await).await, [""; 0]);
        let list = ada.list(json!({})).await;
        let id = list["conversations"][0]["id"].as_str().expect("an id").to_owned();
        let shown = owner.get(&server.path(&format!("conversations/{id}"))).await.shown();
        assert!(shown.has("sees the reply in the Ticket Center only"), "{}", shown.text);
        owner.submit(&page, &format!("{page}/shared-ids"), &[]).await.location();
        assert_eq!(subjects(&ada).await, [""; 0]);
        let shown = owner.get(&server.path(&format!("conversations/{id}"))).await.shown();
        assert!(shown.has("This reply reaches no customer"), "{}", shown.text);
    }

    async fn a_reply_is_for_the_address_that_a_token_last_proved(database: Database) {
        let tokens = Tokens::start(database).await;
        let server = &tokens.server;
        server.agent(OWNER, Role::Owner).await;
        let ada = tokens.customer(&tokens.id("1")).await;
        let conversation = ada.begin("hello").await;
        let page = server.path(&format!("conversations/{}", conversation["id"].as_str().expect("an id")));
        let mut owner = server.signed_in(OWNER).await;
        assert!(owner.get(&page).await.shown().has("no identity token has proved an e-mail address"));
        tokens.customer(&tokens.both("1", NEW)).await;
        let shown = owner.get(&page).await.shown();
        assert!(shown.has(&format!("<dt>Verified e-mail</dt><dd><bdi>{NEW}</bdi></dd>")), "{}", shown.text);
        server.write_as_agent(&conversation, Writing::Reply(Sending::Delayed), "welcome").await;
        assert!(owner.get(&server.path("mail")).await.shown().has(NEW));
        let found = owner.get(&server.path("inbox?search=lovelace%40example.com")).await.shown();
        assert!(found.has("<bdi class=\"name\">1</bdi>"), "{}", found.text);
    }
}
