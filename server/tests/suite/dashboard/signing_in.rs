//! Passwords, sessions and cookies.

use reqwest::Method;
use ticket_center::agents::Role;

use super::browser::{Browser, PASSWORD};
use crate::server::{Database, Server, on_both_databases};

const ADA: &str = "ada@example.com";
const SESSION: &str = "ticket-center-session";
const HOUR: i64 = 60 * 60;

on_both_databases! {
    async fn an_agent_with_the_right_password_sees_the_inbox(database: Database) {
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

    async fn a_wrong_password_and_an_unknown_account_get_the_same_response(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let passwords = &server.instance.app.passwords;
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

    async fn a_planted_session_token_is_invalid(database: Database) {
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

    async fn a_session_ends_when_it_is_idle_and_when_it_is_old(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let mut browser = server.signed_in(ADA).await;
        for _ in 0..13 {
            server.clock.advance(12 * HOUR - 1);
            browser.get("/account").await.shown();
        }
        server.clock.advance(12 * HOUR);
        assert!(browser.get("/account").await.location().starts_with("/sign-in"), "it is seven days old");
        let mut browser = server.signed_in(ADA).await;
        server.clock.advance(12 * HOUR - 1);
        let refresh = browser.request(Method::GET, "/account").header("x-refresh", "1").send().await;
        assert_eq!(refresh.expect("a response").status().as_u16(), 200);
        server.clock.advance(1);
        let page = browser.get("/account").await;
        assert!(page.location().starts_with("/sign-in"), "a page that refreshes itself is no use");
    }

    async fn signing_out_ends_the_session_and_cookies_are_restricted(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let mut browser = server.browser();
        let page = browser.sign_in(ADA, PASSWORD).await;
        let cookies: Vec<_> = page.headers.get_all("set-cookie").iter()
            .map(|cookie| cookie.to_str().expect("it is text")).collect();
        assert_eq!(cookies.len(), 3);
        for cookie in cookies {
            assert!(cookie.contains("; HttpOnly; SameSite=Lax; Path=/; Max-Age="), "{cookie}");
            assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
        }
        let stolen = browser.clone();
        let out = browser.submit("/account", "/sign-out", &[]).await;
        assert_eq!(out.location(), "/sign-in");
        assert!(browser.get("/sign-in").await.shown().has("You are signed out"));
        let mut stolen = stolen;
        assert!(stolen.get("/account").await.location().starts_with("/sign-in"));
    }

    async fn under_https_cookies_are_valid_for_this_host_only(database: Database) {
        let server = Server::start_with(database, |config| {
            config.public_url = "https://127.0.0.1".parse().expect("it is a URL");
        })
        .await;
        let page = server.browser().get("/sign-in").await.shown();
        let cookie = page.headers["set-cookie"].to_str().expect("it is text");
        assert!(cookie.starts_with("__Host-ticket-center-visitor="), "{cookie}");
        assert!(cookie.contains("; Secure") && cookie.contains("; Path=/") && !cookie.contains("Domain"));
        assert_eq!(page.headers["strict-transport-security"], "max-age=31536000");
    }

    async fn no_token_and_no_password_is_in_the_database(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let browser = server.signed_in(ADA).await;
        let hashes = sqlx::query_scalar("SELECT token_hash FROM sessions").fetch_all(server.store().readers()).await;
        let hashes: Vec<String> = hashes.expect("they are read");
        assert_eq!(hashes.len(), 1);
        assert_ne!(hashes[0], browser.cookies[SESSION]);
        let keys = sqlx::query_scalar("SELECT throttle_key FROM throttles").fetch_all(server.store().readers()).await;
        let keys: Vec<String> = keys.expect("they are read");
        for key in keys {
            assert!(key.len() == 43 && !key.contains("127.0.0.1"), "{key}");
        }
    }

    async fn guessing_a_password_must_wait_and_locks_no_agent_out(database: Database) {
        let server = Server::start_with(database, |config| {
            config.trusted_proxies = vec!["127.0.0.0/8".parse().expect("it is a network")];
        })
        .await;
        server.agent(ADA, Role::Agent).await;
        let mut ada = server.signed_in(ADA).await;
        ada.submit("/account", "/sign-out", &[]).await.location();
        let mut eve = server.browser();
        let checks = server.instance.app.passwords.checks();
        for _ in 0..5 {
            assert_eq!(eve.sign_in(ADA, "wrong horse battery").await.status, 401);
        }
        let rejected = eve.sign_in(ADA, PASSWORD).await;
        assert_eq!(rejected.status, 429);
        assert_eq!(rejected.headers["retry-after"], "60");
        assert!(rejected.has("Wait 60 seconds") && rejected.has(ADA));
        assert_eq!(server.instance.app.passwords.checks(), checks + 5, "nothing was hashed any more");
        let mut elsewhere = server.browser();
        elsewhere.address = Some("198.51.100.7");
        assert_eq!(elsewhere.sign_in(ADA, PASSWORD).await.location(), "/", "from another address");
        assert_eq!(ada.sign_in(ADA, PASSWORD).await.location(), "/", "from a browser that is known");
        server.clock.advance(60);
        assert_eq!(eve.sign_in(ADA, PASSWORD).await.location(), "/");
    }

    async fn one_address_cannot_try_every_account(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Agent).await;
        let second = server.second_instance().await;
        let (mut one, mut other) = (server.browser(), Browser::new(&second.url));
        for number in 0..30 {
            let browser = if number % 2 == 0 { &mut one } else { &mut other };
            let email = format!("agent{number}@example.com");
            assert_eq!(browser.sign_in(&email, "wrong horse battery").await.status, 401);
        }
        assert_eq!(one.sign_in("agent31@example.com", "wrong horse battery").await.status, 429);
        assert_eq!(other.sign_in("agent32@example.com", "wrong horse battery").await.status, 429);
    }
}
