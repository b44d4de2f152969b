//! Passwords, sessions and cookies.

use ticket_center::agents::Role;

use super::browser::PASSWORD;
use crate::server::{Database, Server, on_both_databases};

const ADA: &str = "ada@example.com";
const SESSION: &str = "ticket-center-session";

on_both_databases! {
    async fn whoever_gives_the_password_sees_the_inbox(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let mut browser = server.browser();
        let inbox = server.path("inbox");
        assert_eq!(browser.get("/").await.location(), "/sign-in");
        let first = browser.get(&inbox).await;
        let encoded = inbox.replace('/', "%2F");
        assert_eq!(first.location(), format!("/sign-in?next={encoded}"));
        assert_eq!(browser.sign_in(" ADA@example.com ", PASSWORD).await.location(), "/");
        assert_eq!(browser.get("/").await.location(), inbox);
        assert!(browser.get(&inbox).await.shown().has("<h1>Inbox</h1>"));
        assert_eq!(browser.get("/sign-in").await.location(), "/");
    }

    async fn a_wrong_password_and_an_unknown_account_are_answered_alike(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let passwords = &server.instance.center.passwords;
        let mut texts = Vec::new();
        for email in [ADA, "eve@example.com", "no address", ""] {
            let checks = passwords.checks();
            let page = server.browser().sign_in(email, "wrong horse battery").await;
            assert_eq!(page.status, 401);
            assert_eq!(passwords.checks(), checks + 1, "the same work for {email:?}");
            let kept = format!("value=\"{email}\" required");
            texts.push(page.text.replace(&page.field("csrf"), "").replace(&kept, ""));
        }
        assert!(texts.iter().all(|text| *text == texts[0]));
    }

    async fn a_session_that_was_planted_is_worth_nothing(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let planted = "A".repeat(43);
        let mut browser = server.browser();
        browser.cookies.insert(SESSION.to_owned(), planted.clone());
        browser.sign_in(ADA, PASSWORD).await.location();
        assert_ne!(browser.cookies[SESSION], planted);
        let mut thief = server.browser();
        thief.cookies.insert(SESSION.to_owned(), planted);
        assert_eq!(thief.get("/").await.location(), "/sign-in");
    }

    async fn settings_are_for_owners_and_desks_for_members(database: Database) {
        let server = Server::start(database).await;
        let other = server.other_desk().await;
        server.agent(ADA, Role::Agent).await;
        server.agent("grace@example.com", Role::Owner).await;
        server.agent_at(&other, "eve@example.com", Role::Owner).await;
        let agents = server.path("agents");
        let expected = [(ADA, 403), ("grace@example.com", 200), ("eve@example.com", 404)];
        for (email, status) in expected {
            let mut browser = server.signed_in(email).await;
            assert_eq!(browser.get(&agents).await.status, status, "{email}");
        }
        assert!(server.browser().get(&agents).await.location().starts_with("/sign-in?next="));
    }
}
