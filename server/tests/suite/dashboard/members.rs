//! Agents: owners add, change and remove them, and agents change their own accounts.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use deskseal::CanonicalEmail;
use ticket_center::agents::Role;
use ticket_center::passwords::Known;

use super::browser::{Browser, PASSWORD, Page};
use crate::server::{Database, Server, on_both_databases};

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const NEW: &str = "a new and better password";
const RESET: &str = "staple of many purple herons";

async fn change_password(browser: &mut Browser, current: &str, new: &str, again: &str) -> Page {
    let fields = [("current", current), ("new", new), ("again", again)];
    browser.submit("/account", "/account/password", &fields).await
}

on_both_databases! {
    async fn an_agent_whose_password_the_operator_reset_chooses_one_first(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let mut before = server.signed_in(ADA).await;
        let passwords = &server.instance.app.passwords;
        let password = passwords.choose(RESET, Known::new([])).await.expect("it is hashed");
        let email = CanonicalEmail::parse(ADA).expect("it is an e-mail");
        ticket_center::accounts::reset_password(server.store(), &email, &password).await.expect("it is reset");
        assert!(before.get("/account").await.location().starts_with("/sign-in"));
        assert_eq!(server.browser().sign_in(ADA, PASSWORD).await.status, 401);
        let mut ada = server.browser();
        assert_eq!(ada.sign_in(ADA, RESET).await.location(), "/");
        for path in ["/", &*server.path("inbox"), "/confirm"] {
            assert_eq!(ada.get(path).await.location(), "/account", "{path}");
        }
        assert_eq!(ada.submit("/account", "/account/name", &[("name", "x")]).await.location(), "/account");
        assert_eq!(change_password(&mut ada, RESET, NEW, NEW).await.location(), "/");
        ada.get(&server.path("inbox")).await.shown();
        assert_eq!(server.browser().sign_in(ADA, RESET).await.status, 401);
    }

    async fn a_desk_keeps_an_owner(database: Database) {
        let server = Server::start(database).await;
        let grace = server.agent(GRACE, Role::Owner).await;
        let ada = server.agent(ADA, Role::Agent).await;
        let mut owner = server.signed_in(GRACE).await;
        let agents = server.path("agents");
        let act = |agent, action: &str| server.path(&format!("agents/{agent}/{action}"));
        for (path, fields) in [(act(&grace, "role"), vec![("role", "agent")]), (act(&grace, "remove"), vec![])] {
            let page = owner.submit(&agents, &path, &fields).await;
            assert!(page.status == 409 && page.has("A desk needs an owner"));
        }
        owner.submit(&agents, &act(&ada, "role"), &[("role", "owner")]).await.location();
        let mut other = server.signed_in(ADA).await;
        other.submit(&agents, &act(&grace, "remove"), &[]).await.location();
        assert_eq!(owner.get(&agents).await.status, 404);
        assert!(owner.get("/").await.shown().has("not a member of any desk"));
        assert_eq!(other.submit(&agents, &act(&ada, "remove"), &[]).await.status, 409);
    }

    async fn a_confirmation_makes_a_new_session_token(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Owner).await;
        let mut owner = server.signed_in(GRACE).await;
        let agents = server.path("agents");
        let before = owner.cookies.clone();
        let wrong = owner.submit("/confirm", "/confirm", &[("password", "wrong horse battery")]).await;
        assert_eq!(wrong.status, 401);
        let fields = [("password", PASSWORD), ("next", &*agents)];
        assert_eq!(owner.submit("/confirm", "/confirm", &fields).await.location(), agents);
        assert_ne!(owner.cookies["ticket-center-session"], before["ticket-center-session"]);
        let mut thief = server.browser();
        thief.cookies = before;
        assert!(thief.get("/account").await.location().starts_with("/sign-in"), "the old token is worth nothing");
    }

    async fn an_older_weak_password_still_signs_in(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let weak: PasswordHash = Argon2::default().hash_password(b"123456789012").expect("it is hashed");
        sqlx::query("UPDATE agents SET password_hash = $1")
            .bind(weak.to_string())
            .execute(server.store().readers())
            .await
            .expect("it is stored");
        let mut ada = server.browser();
        assert_eq!(ada.sign_in(ADA, "123456789012").await.location(), "/");
        ada.get(&server.path("inbox")).await.shown();
    }

    async fn a_new_password_ends_the_other_sessions(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let (mut here, mut there) = (server.signed_in(ADA).await, server.signed_in(ADA).await);
        let rejected = [
            (PASSWORD, "short", "short", "at least 12"),
            (PASSWORD, "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "Repeats like"),
            (PASSWORD, NEW, "another password", "not the same"),
            (PASSWORD, PASSWORD, PASSWORD, "your current password"),
            (PASSWORD, "123456789012", "123456789012", "easy to guess"),
            (PASSWORD, "passwordpassword", "passwordpassword", "easy to guess"),
            (PASSWORD, "ada@example.com1", "ada@example.com1", "easy to guess"),
            (PASSWORD, ADA, ADA, "easy to guess"),
            (PASSWORD, "ExampleExample", "ExampleExample", "easy to guess"),
            ("wrong horse battery", NEW, NEW, "current password is wrong"),
        ];
        for (current, new, again, reason) in rejected {
            let page = change_password(&mut here, current, new, again).await;
            assert!(page.status == 422 && page.has(reason), "{reason}: {}", page.text);
        }
        there.get("/account").await.shown();
        assert_eq!(change_password(&mut here, PASSWORD, NEW, NEW).await.location(), "/account");
        assert!(here.get("/account").await.shown().has("Password changed."));
        assert!(!here.get("/account").await.shown().has("Password changed."), "it is told once");
        assert!(there.get("/account").await.location().starts_with("/sign-in"));
    }
}
