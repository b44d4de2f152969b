//! The page of mails that wait or need a decision.

use serde_json::Value;
use ticket_center::agents::Role;
use ticket_center::config::SecretString;
use ticket_center::conversations::{Sending, Writing};
use ticket_center::notifications::{self, State};
use ticket_center::workers::notifications::run_due;

use crate::server::{Database, Server, conversation_id, on_both_databases};
use crate::smtp::{Behaviour, Sink};

const OWNER: &str = "owner@example.com";

async fn server(database: Database) -> (Server, Sink) {
    let sink = Sink::start().await;
    let server = Server::start_with(database, |config| {
        config.smtp_url = Some(SecretString::from(sink.url.as_str()));
        config.mail_from = Some("support@example.com".to_owned());
    })
    .await;
    server.agent(OWNER, Role::Owner).await;
    (server, sink)
}

/// Writes a reply whose mail ends with this behaviour, and returns its conversation.
async fn replied(server: &Server, sink: &Sink, behaviour: Behaviour) -> Value {
    let conversation = server.customer("ada@example.com").begin("<b>Cannot log in</b>").await;
    let instantly = Writing::Reply(Sending::Instantly);
    server.write_as_agent(&conversation, instantly, "Please try again.").await;
    sink.script([behaviour]);
    run_due(&server.instance.app).await.expect("the database responds");
    conversation
}

async fn state(server: &Server, conversation: &Value) -> State {
    let id = conversation_id(conversation);
    let states = notifications::states(server.store(), &id).await.expect("it is read");
    states.into_values().next().expect("there is one").state
}

/// Returns the path of the first decision of this name on the page.
fn decision(page: &str, name: &str) -> String {
    let end = page.find(&format!("/{name}\"")).expect("there is a decision");
    let start = page[..end].rfind('"').expect("it is an attribute") + 1;
    format!("{}/{name}", &page[start..end])
}

on_both_databases! {
    async fn an_owner_sees_the_mails_that_need_a_decision_and_decides(database: Database) {
        let (server, sink) = server(database).await;
        let mut owner = server.signed_in(OWNER).await;
        let path = server.path("mail");
        assert!(owner.get(&path).await.shown().has("No mail needs a decision."));
        let doubtful = replied(&server, &sink, Behaviour::Close(".")).await;
        let page = owner.get(&path).await.shown();
        assert!(page.has("doubtful") && page.has("ada@example.com") && page.has("Mail uncertain"));
        assert!(page.has("&#60;b&#62;") && !page.has("<b>"), "{}", page.text);
        let send_again = decision(&page.text, "send-again");
        assert_eq!(owner.submit(&path, &send_again, &[]).await.location(), path);
        assert!(owner.get(&path).await.has("The mail is being sent again."));
        run_due(&server.instance.app).await.expect("the database responds");
        assert_eq!(state(&server, &doubtful).await, State::Sent);
        assert_eq!(owner.submit(&path, &send_again, &[]).await.status, 409);
        let rejected = replied(&server, &sink, Behaviour::Reply("RCPT", "550 <i>nobody</i> here")).await;
        let page = owner.get(&path).await.shown();
        assert!(page.has("550 &#60;i&#62;nobody") && !page.has("<i>"), "{}", page.text);
        let forget = decision(&page.text, "forget");
        assert_eq!(owner.submit(&path, &forget, &[]).await.location(), path);
        assert_eq!(state(&server, &rejected).await, State::Forgotten);
    }

    async fn only_an_owner_of_the_desk_decides(database: Database) {
        let (server, sink) = server(database).await;
        let other = server.other_desk().await;
        server.agent("agent@example.com", Role::Agent).await;
        server.agent_at(&other, "other-owner@example.com", Role::Owner).await;
        let conversation = replied(&server, &sink, Behaviour::Close(".")).await;
        let path = server.path("mail");
        let mut owner = server.signed_in(OWNER).await;
        let send_again = decision(&owner.get(&path).await.shown().text, "send-again");
        let foreign = send_again.replace(server.desk.as_str(), other.as_str());
        for (email, path, form, status) in [
            ("agent@example.com", &path, &send_again, 403),
            ("other-owner@example.com", &path, &send_again, 404),
            ("other-owner@example.com", &format!("/desks/{other}/mail"), &foreign, 409),
        ] {
            let mut browser = server.signed_in(email).await;
            let csrf = browser.get("/account").await.shown().field("csrf");
            assert_eq!(browser.send(form, &[("csrf", &csrf)]).await.status, status, "{email}");
            let page = browser.get(path).await;
            assert!(!page.has("ada@example.com"), "{email} {}", page.text);
        }
        assert_eq!(owner.send(&send_again, &[]).await.status, 403);
        assert_eq!(state(&server, &conversation).await, State::Doubtful);
    }

    async fn an_owner_sets_the_page_that_mails_link_to(database: Database) {
        let (server, sink) = server(database).await;
        let mut owner = server.signed_in(OWNER).await;
        let (path, form) = (server.path("mail"), server.path("mail/support-page"));
        let rejected = owner.submit(&path, &form, &[("support_page", "javascript:alert(1)")]).await;
        assert!(rejected.status == 422 && rejected.has("The support page is not a URL"));
        let url = "https://example.com/support";
        assert_eq!(owner.submit(&path, &form, &[("support_page", url)]).await.location(), path);
        assert_eq!(owner.get(&path).await.shown().field("support_page"), url);
        replied(&server, &sink, Behaviour::Reply("NOOP", "250 fine")).await;
        assert!(sink.mails()[0].text.contains(url));
        assert_eq!(owner.submit(&path, &form, &[("support_page", "")]).await.location(), path);
        replied(&server, &sink, Behaviour::Reply("NOOP", "250 fine")).await;
        assert!(!sink.mails()[1].text.contains(url));
    }

    async fn without_a_mail_server_the_page_says_so(database: Database) {
        let server = Server::start(database).await;
        server.agent(OWNER, Role::Owner).await;
        let conversation = server.customer("ada@example.com").begin("Hello").await;
        server.write_as_agent(&conversation, Writing::Reply(Sending::Delayed), "Yes?").await;
        let page = server.signed_in(OWNER).await.get(&server.path("mail")).await.shown();
        assert!(page.has("Mail is not set up") && page.has("ada@example.com"));
    }
}
