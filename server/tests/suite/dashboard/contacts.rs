//! Contacts: the heading is the proved identity, never a typed text.

use ticket_center::agents::Role;

use super::tickets::{customer, submit, visitor};
use crate::server::{Database, Server, on_both_databases};

const GRACE: &str = "grace@example.com";

/// A name that imitates the label of a verified identity.
const IMITATION: &str = "✔ verified e-mail ada@example.com\u{202e}\u{200b}";

/// The same name as pages show it.
const SHOWN: &str = "✔ verified e-mail ada@example.com⟨U+202E⟩⟨U+200B⟩";

on_both_databases! {
    async fn a_verified_id_is_the_heading_and_typed_texts_are_labelled(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Agent).await;
        let id = submit(&server, customer("user-42", "ada@example.com"), IMITATION, "Cannot log in").await;
        let mut browser = server.signed_in(GRACE).await;
        let inbox = browser.get(&server.path("inbox")).await.shown();
        let says = format!("says: <bdi>{SHOWN}</bdi>, <bdi>ada@example.com</bdi>");
        assert!(inbox.has("<bdi class=\"name\">user-42</bdi>"), "{}", inbox.text);
        assert!(inbox.has(&says) && inbox.has(">verified customer id</span>"), "{}", inbox.text);
        let page = browser.get(&server.path(&format!("conversations/{id}"))).await.shown();
        assert!(page.has("<title>user-42: Cannot log in</title>"), "{}", page.text);
        assert!(page.has("<h2><bdi>user-42</bdi></h2>") && page.has(&says), "{}", page.text);
        assert!(page.has("From <bdi>user-42</bdi> <span class=\"badge\">verified customer id"), "{}", page.text);
        assert!(page.has("<strong><bdi>user-42</bdi></strong>"), "{}", page.text);
        let found = browser.get(&server.path("inbox?search=ada%40example.com")).await.shown();
        assert!(found.has("<bdi class=\"name\">user-42</bdi>") && found.has(&says), "{}", found.text);
    }

    async fn an_unconfirmed_contact_is_labelled_and_has_no_typed_heading(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Agent).await;
        let id = submit(&server, visitor("ada@example.com"), IMITATION, "Cannot log in").await;
        let mut browser = server.signed_in(GRACE).await;
        let inbox = browser.get(&server.path("inbox")).await.shown();
        let says = format!("says: <bdi>{SHOWN}</bdi>, <bdi>ada@example.com</bdi>");
        let page = browser.get(&server.path(&format!("conversations/{id}"))).await.shown();
        for page in [&inbox, &page] {
            assert!(page.has(">unconfirmed</span>") && page.has(&says), "{}", page.text);
            assert!(!page.has(">ada@example.com</h2>") && !page.has("\u{202e}"), "{}", page.text);
        }
        assert!(inbox.has("<bdi class=\"name\">Anonymous visitor</bdi>"), "{}", inbox.text);
        assert!(page.has("<title>Anonymous visitor: Cannot log in</title>"), "{}", page.text);
        assert!(page.has("<h2><bdi>Anonymous visitor</bdi></h2>"), "{}", page.text);
        assert!(page.has("<strong><bdi>Anonymous visitor</bdi></strong> <span class=\"badge bad\">unconfirmed"));
    }

    async fn a_verified_id_with_hidden_characters_shows_them(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Agent).await;
        // As an older version stored it.
        let id = submit(&server, customer("user-42", "ada@example.com"), "", "Cannot log in").await;
        sqlx::query("UPDATE contacts SET value = $1 WHERE kind = 'portal_user'")
            .bind("user\u{202e}24-\u{ad}\nverified")
            .execute(server.store().readers()).await.expect("it is changed");
        let page = server.signed_in(GRACE).await;
        let page = { page }.get(&server.path(&format!("conversations/{id}"))).await.shown();
        assert!(page.has("<h2><bdi>user⟨U+202E⟩24-⟨U+00AD⟩ verified</bdi></h2>"), "{}", page.text);
    }
}
