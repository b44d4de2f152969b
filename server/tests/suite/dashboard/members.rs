//! Agents, as owners add, change and remove them, and their own accounts.

use ticket_center::agents::Role;

use super::browser::{Browser, PASSWORD, Page};
use crate::server::{Database, Server, on_both_databases};

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const NEW: &str = "a new and better password";

/// Returns the password that the page shows this once.
fn shown_password(page: &Page) -> String {
    let (_, rest) = page.text.split_once("<code class=\"secret\">").expect("it shows a password");
    rest.split('<').next().expect("it ends").to_owned()
}

async fn change_password(browser: &mut Browser, current: &str, new: &str, again: &str) -> Page {
    let fields = [("current", current), ("new", new), ("again", again)];
    browser.submit("/account", "/account/password", &fields).await
}

on_both_databases! {
    async fn an_agent_who_was_added_chooses_a_password_first(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Owner).await;
        let mut owner = server.signed_in(GRACE).await;
        let agents = server.path("agents");
        let fields = [("email", " ADA@example.com"), ("name", "Ada"), ("role", "agent")];
        let added = owner.submit(&agents, &agents, &fields).await.shown();
        let password = shown_password(&added);
        assert!(owner.get(&agents).await.has(ADA) && !owner.get(&agents).await.has(&password));
        let again = owner.submit(&agents, &agents, &fields).await;
        assert!(again.status == 422 && again.has("member of the desk already"));
        let mut ada = server.browser();
        assert_eq!(ada.sign_in(ADA, &password).await.location(), "/");
        for path in ["/", &*server.path("inbox"), "/confirm"] {
            assert_eq!(ada.get(path).await.location(), "/account", "{path}");
        }
        assert_eq!(ada.submit("/account", "/account/name", &[("name", "x")]).await.location(), "/account");
        assert_eq!(change_password(&mut ada, &password, NEW, NEW).await.location(), "/");
        ada.get(&server.path("inbox")).await.shown();
        assert_eq!(server.browser().sign_in(ADA, &password).await.status, 401);
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
        assert!(owner.get("/").await.shown().has("member of no desk"));
        assert_eq!(other.submit(&agents, &act(&ada, "remove"), &[]).await.status, 409);
    }

    async fn a_password_is_reset_only_by_who_owns_all_of_an_agents_desks(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Owner).await;
        let ada = server.agent(ADA, Role::Agent).await;
        let mut session = server.signed_in(ADA).await;
        let mut owner = server.signed_in(GRACE).await;
        let agents = server.path("agents");
        let reset = server.path(&format!("agents/{ada}/password"));
        server.clock.advance(11 * 60);
        assert!(owner.submit(&agents, &reset, &[]).await.location().starts_with("/confirm"));
        let before = owner.cookies.clone();
        let wrong = owner.submit("/confirm", "/confirm", &[("password", "wrong horse battery")]).await;
        assert_eq!(wrong.status, 401);
        let fields = [("password", PASSWORD), ("next", &*agents)];
        assert_eq!(owner.submit("/confirm", "/confirm", &fields).await.location(), agents);
        assert_ne!(owner.cookies["ticket-center-session"], before["ticket-center-session"]);
        let mut thief = server.browser();
        thief.cookies = before;
        assert!(thief.get("/account").await.location().starts_with("/sign-in"), "the old token is worth nothing");
        let password = shown_password(&owner.submit(&agents, &reset, &[]).await.shown());
        assert!(session.get("/account").await.location().starts_with("/sign-in"));
        assert_eq!(server.browser().sign_in(ADA, &password).await.location(), "/");
        let other = server.other_desk().await;
        server.agent_at(&other, ADA, Role::Agent).await;
        let refused = owner.submit(&agents, &reset, &[]).await;
        assert!(refused.status == 409 && refused.has("desks that you do not own"));
    }

    async fn a_new_password_ends_the_other_sessions(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let (mut here, mut there) = (server.signed_in(ADA).await, server.signed_in(ADA).await);
        let refused = [
            (PASSWORD, "short", "short", "at least 12"),
            (PASSWORD, "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "repeated"),
            (PASSWORD, NEW, "another password", "not the same"),
            (PASSWORD, PASSWORD, PASSWORD, "that you have"),
            (PASSWORD, ADA, ADA, "no password"),
            ("wrong horse battery", NEW, NEW, "current password is wrong"),
        ];
        for (current, new, again, reason) in refused {
            let page = change_password(&mut here, current, new, again).await;
            assert!(page.status == 422 && page.has(reason), "{reason}: {}", page.text);
        }
        there.get("/account").await.shown();
        assert_eq!(change_password(&mut here, PASSWORD, NEW, NEW).await.location(), "/account");
        assert!(here.get("/account").await.shown().has("Your password is changed"));
        assert!(!here.get("/account").await.shown().has("Your password is changed"), "it is told once");
        assert!(there.get("/account").await.location().starts_with("/sign-in"));
    }
}
