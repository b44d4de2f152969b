//! Whom a reply reaches: shown before it is written, and in the inbox afterwards.

use serde_json::{Value, json};
use ticket_center::agents::Role;
use ticket_center::config::SecretString;
use ticket_center::conversations::{Sending, Writing};
use ticket_center::ids::ConversationId;
use ticket_center::workers::notifications::run_due;

use super::browser::Page;
use super::tickets::{customer, submit, visitor};
use crate::server::{Database, Server, on_both_databases};
use crate::smtp::{Behaviour, Sink};

const OWNER: &str = "owner@example.com";
const INSTANTLY: Writing = Writing::Reply(Sending::Instantly);

async fn server(database: Database, sink: Option<&Sink>) -> Server {
    let server = Server::start_with(database, |config| {
        if let Some(sink) = sink {
            config.smtp_url = Some(SecretString::from(sink.url.as_str()));
            config.mail_from = Some("support@example.com".to_owned());
        }
    })
    .await;
    server.agent(OWNER, Role::Owner).await;
    server
}

async fn page(server: &Server, id: &str) -> Page {
    let path = server.path(&format!("conversations/{id}"));
    server.signed_in(OWNER).await.get(&path).await.shown()
}

fn id(conversation: &Value) -> &str {
    conversation["id"].as_str().expect("it has an id")
}

fn as_value(id: &ConversationId) -> Value {
    json!({ "id": id.as_str() })
}

/// Returns the part of the inbox that shows this conversation.
async fn row(server: &Server, id: &str) -> String {
    let inbox = server.signed_in(OWNER).await.get(&server.path("inbox")).await.shown();
    let row = inbox.text.split("<li").find(|row| row.contains(&format!("/{id}#end")));
    row.unwrap_or_else(|| panic!("no {id} in {}", inbox.text)).to_owned()
}

on_both_databases! {
    async fn the_composer_says_who_gets_the_reply_and_how(database: Database) {
        let sink = Sink::start().await;
        let server = server(database, Some(&sink)).await;
        let ada = server.customer("ada@example.com").begin("Hello").await;
        let said = page(&server, id(&ada)).await;
        assert!(said.has("<bdi>ada@example.com</bdi> sees the reply in the Ticket Center. An e-mail"), "{}", said.text);
        assert!(said.has("after 60 seconds") && said.has("Send instantly"), "{}", said.text);
        let odd = server.customer("\u{e4}da@example.com").begin("Hello").await;
        let said = page(&server, id(&odd)).await;
        assert!(said.has("in the Ticket Center only. No e-mail is sent: mail servers do not accept the part"), "{}", said.text);
        assert!(!said.has("Send instantly"), "{}", said.text);
        for (sender, sentence) in [
            (customer("user-42", "ada@example.com"), "This reply reaches no customer: the customer's id is verified"),
            (visitor("ada@example.com"), "This reply reaches no customer: the visitor typed the e-mail address, and it is not confirmed"),
        ] {
            let ticket = submit(&server, sender, "Ada", "Hello").await;
            let said = page(&server, ticket.as_str()).await;
            assert!(said.has(sentence) && said.has("mailto:ada@example.com"), "{}", said.text);
            assert!(!said.has("Send instantly"), "{}", said.text);
        }
        let path = server.path(&format!("conversations/{}", id(&ada)));
        let mut owner = server.signed_in(OWNER).await;
        owner.submit(&path, &format!("{path}/block"), &[]).await.location();
        let said = page(&server, id(&ada)).await;
        assert!(said.has("This reply reaches no customer: the customer is blocked."), "{}", said.text);
    }

    async fn without_a_mail_server_the_composer_says_that_no_mail_is_sent(database: Database) {
        let server = server(database, None).await;
        let ada = server.customer("ada@example.com").begin("Hello").await;
        let said = page(&server, id(&ada)).await;
        assert!(said.has("in the Ticket Center only. No e-mail is sent until mail is set up"), "{}", said.text);
    }

    async fn a_reply_that_did_not_reach_its_contact_is_not_shown_as_answered(database: Database) {
        let sink = Sink::start().await;
        let server = server(database, Some(&sink)).await;
        for sender in [customer("user-42", "ada@example.com"), visitor("ada@example.com")] {
            let ticket = submit(&server, sender, "Ada", "Hello").await;
            assert!(row(&server, ticket.as_str()).await.contains(">waiting</span>"));
            server.write_as_agent(&as_value(&ticket), INSTANTLY, "Please try again.").await;
            let row = row(&server, ticket.as_str()).await;
            assert!(row.contains(">reached no customer</span>") && !row.contains("answered"), "{row}");
            assert!(page(&server, ticket.as_str()).await.has("Reached no customer."));
        }
    }

    async fn a_reply_whose_mail_failed_is_not_shown_as_answered_before_it_is_read(database: Database) {
        let sink = Sink::start().await;
        let server = server(database, Some(&sink)).await;
        let ada = server.customer("ada@example.com");
        for (behaviour, standing) in [
            (Behaviour::Reply("NOOP", "250 fine"), "answered"),
            (Behaviour::Reply("RCPT", "550 no such mailbox"), "not mailed"),
            (Behaviour::Close("."), "mail uncertain"),
        ] {
            let conversation = ada.begin("Hello").await;
            server.write_as_agent(&conversation, INSTANTLY, "Please try again.").await;
            sink.script([behaviour]);
            run_due(&server.instance.app).await.expect("the database responds");
            let shown = row(&server, id(&conversation)).await;
            assert!(shown.contains(&format!(">{standing}</span>")), "{shown}");
            let said = page(&server, id(&conversation)).await;
            let warns = said.has("The last e-mail was not accepted: the mail server answered 550");
            assert_eq!(warns, standing == "not mailed", "{}", said.text);
            ada.read(&conversation, json!({})).await;
            let shown = row(&server, id(&conversation)).await;
            assert!(shown.contains(">answered</span>"), "{shown}");
        }
    }
}
