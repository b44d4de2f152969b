//! Forgotten passwords: who gets a recovery link, and what the link does.

use ticket_center::agents::{self, Role};
use ticket_center::workers::account_mail::run_due;

use super::browser::{Browser, PASSWORD, Page};
use super::invitations::{mailed_link, server};
use crate::logs;
use crate::server::{Database, Server, on_both_databases};
use crate::smtp::Behaviour;

const OWNER: &str = "owner@acme.example";
const ADA: &str = "ada@acme.example";
const NEW: &str = "staple of many purple herons";

async fn ask(browser: &mut Browser, email: &str) -> Page {
    browser.submit("/forgot", "/forgot", &[("email", email)]).await
}

/// Returns the form that chooses a new password and stays in the desk.
fn staying<'form>(password: &'form str, stay: &'form str) -> [(&'form str, &'form str); 3] {
    [("new", password), ("again", password), ("desk", stay)]
}

on_both_databases! {
    async fn a_mailed_link_sets_a_new_password_once_and_ends_every_session(database: Database) {
        logs::capture();
        let (server, sink) = server(database).await;
        server.agent(ADA, Role::Agent).await;
        let mut before = server.signed_in(ADA).await;
        let asked = ask(&mut server.browser(), " ADA@acme.example ").await.shown();
        assert!(asked.has("If this address has an account"));
        before.get("/account").await.shown();
        let links = [mailed_link(&server, &sink).await, {
            ask(&mut server.browser(), ADA).await.shown();
            mailed_link(&server, &sink).await
        }];
        let mut ada = server.browser();
        let page = ada.follow(&links[0]).await.shown();
        let stay = format!("stay {}", server.desk);
        for (password, sentence) in [("passwordpassword", "easy to guess"), (ADA, "easy to guess"), ("short", "at least 12")] {
            let weak = ada.submit_link_form(&page, "/recovery", &staying(password, &stay)).await;
            assert!(weak.status == 422 && weak.has(sentence), "{password}: {}", weak.text);
        }
        assert_eq!(ada.submit_link_form(&page, "/recovery", &staying(NEW, &stay)).await.location(), "/");
        ada.get(&server.path("inbox")).await.shown();
        assert!(before.get("/account").await.location().starts_with("/sign-in"));
        assert_eq!(server.browser().sign_in(ADA, PASSWORD).await.status, 401);
        assert_eq!(server.browser().sign_in(ADA, NEW).await.location(), "/");
        for link in &links {
            assert_eq!(server.browser().follow(link).await.status, 410, "every link of the account is used");
        }
        let again = server.browser().submit_link_form(&page, "/recovery", &staying(PASSWORD, &stay)).await;
        assert!(matches!(again.status, 403 | 410), "{}", again.status);
        let members = agents::members(server.store(), &server.desk).await.expect("they are read");
        let member = members.iter().find(|member| member.account.email == ADA).expect("there is one");
        assert!(member.account.address_proved);
        let log = logs::captured();
        assert!(log.contains("an account was recovered"));
        for secret in [links[0].split_once('=').expect("it has a token").1, NEW, ADA] {
            assert!(!log.contains(secret), "the log has {secret}");
        }
    }

    async fn requesting_a_link_gives_the_same_response_for_every_address_and_mails_only_accounts(database: Database) {
        let (server, sink) = server(database).await;
        server.agent(ADA, Role::Agent).await;
        let passwords = &server.instance.app.passwords;
        let mut responses = Vec::new();
        for email in [ADA, "nobody@acme.example", "no address", ""] {
            let mut browser = server.browser();
            browser.get("/forgot").await.shown();
            let checks = passwords.checks();
            let page = ask(&mut browser, email).await;
            assert_eq!(passwords.checks(), checks);
            let mut headers: Vec<_> = page.headers.iter()
                .filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"))
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default()))
                .collect();
            headers.sort();
            responses.push((page.status, headers, page.text));
        }
        assert!(responses.iter().all(|response| *response == responses[0]));
        let emails = sqlx::query_scalar("SELECT email FROM account_mails ORDER BY email");
        let emails: Vec<String> = emails.fetch_all(server.store().readers()).await.expect("they are read");
        assert_eq!(emails, [ADA, "nobody@acme.example"], "the same work for both");
        assert_eq!(run_due(&server.instance.app).await.expect("the database responds"), 1);
        assert_eq!(sink.mails().len(), 1);
        let rows = sqlx::query("SELECT id FROM account_mails").fetch_all(server.store().readers()).await;
        assert!(rows.expect("they are read").is_empty());
    }

    async fn recovery_mails_to_one_mailbox_are_limited_and_the_response_does_not_reveal_it(database: Database) {
        let (server, sink) = server(database).await;
        server.agent(ADA, Role::Agent).await;
        let mut browser = server.browser();
        for _ in 0..8 {
            assert!(ask(&mut browser, ADA).await.shown().has("If this address has an account"));
        }
        assert_eq!(run_due(&server.instance.app).await.expect("the database responds"), 3);
        assert_eq!(sink.mails().len(), 3);
        for number in 0..2 {
            ask(&mut browser, &format!("nobody{number}@acme.example")).await.shown();
        }
        assert_eq!(ask(&mut browser, "one-more@acme.example").await.status, 429);
    }

    async fn an_owner_sends_a_recovery_link_and_never_sees_it(database: Database) {
        let (server, sink) = server(database).await;
        let ada = server.agent(ADA, Role::Agent).await;
        let mut owner = server.signed_in(OWNER).await;
        let path = server.path(&format!("agents/{ada}/recovery"));
        assert!(owner.get(&path).await.shown().has("works once and expires after one hour"));
        let sent = owner.submit(&path, &path, &[]).await;
        assert_eq!(sent.location(), server.path("agents"));
        let link = mailed_link(&server, &sink).await;
        assert_eq!(sink.mails()[0].to, [format!("TO:<{ADA}>")]);
        let token = link.split_once('=').expect("it has a token").1;
        assert!(!owner.get(&server.path("agents")).await.shown().has(token));
        assert_eq!(server.browser().sign_in(ADA, PASSWORD).await.location(), "/", "nothing has changed yet");
        server.clock.advance(60 * 60 - 1);
        server.browser().follow(&link).await.shown();
        server.clock.advance(1);
        assert_eq!(server.browser().follow(&link).await.status, 410, "an hour has passed");
    }

    async fn without_mail_only_the_operator_resets(database: Database) {
        let server = Server::start(database).await;
        let ada = server.agent(ADA, Role::Agent).await;
        server.agent(OWNER, Role::Owner).await;
        let mut owner = server.signed_in(OWNER).await;
        let page = owner.get(&server.path("agents")).await.shown();
        assert!(page.has("ticket-center agent reset") && !page.has("Send recovery link"));
        let path = server.path(&format!("agents/{ada}/recovery"));
        let rejected = owner.submit("/account", &path, &[]).await;
        assert!(rejected.status == 409 && rejected.has("ticket-center agent reset"));
        assert!(server.browser().get("/forgot").await.shown().has("ticket-center agent reset"));
        let rows = sqlx::query("SELECT id FROM account_mails").fetch_all(server.store().readers()).await;
        assert!(rows.expect("they are read").is_empty());
    }

    async fn the_holder_who_proves_an_account_chooses_its_desks_and_the_last_owner_stays(database: Database) {
        let (server, sink) = server(database).await;
        let mut browser = server.browser();
        ask(&mut browser, OWNER).await.shown();
        let page = browser.follow(&mailed_link(&server, &sink).await).await.shown();
        assert!(page.has("Example (owner)"), "{}", page.text);
        let silent = browser.submit_link_form(&page, "/recovery", &[("new", NEW), ("again", NEW)]).await;
        assert!(silent.status == 422 && silent.has("Choose for each desk"));
        let leave = format!("leave {}", server.desk);
        let rejected = browser.submit_link_form(&page, "/recovery", &staying(NEW, &leave)).await;
        assert!(rejected.status == 422 && rejected.has("You are the only owner"), "{}", rejected.text);
        assert_eq!(server.browser().sign_in(OWNER, PASSWORD).await.location(), "/", "nothing has changed");
        let stay = format!("stay {}", server.desk);
        assert_eq!(browser.submit_link_form(&page, "/recovery", &staying(NEW, &stay)).await.location(), "/");
        browser.get(&server.path("agents")).await.shown();
    }

    async fn a_mail_that_was_not_accepted_is_sent_again_with_a_new_link(database: Database) {
        let (server, sink) = server(database).await;
        server.agent(ADA, Role::Agent).await;
        ask(&mut server.browser(), ADA).await.shown();
        sink.script([Behaviour::Reply("RCPT", "450 later"), Behaviour::Greet("421 away")]);
        let app = &server.instance.app;
        for wait in [10, 20] {
            assert_eq!(run_due(app).await.expect("the database responds"), 0);
            server.clock.advance(wait - 1);
            assert_eq!(run_due(app).await.expect("the database responds"), 0);
            server.clock.advance(1);
        }
        server.browser().follow(&mailed_link(&server, &sink).await).await.shown();
        assert_eq!(run_due(app).await.expect("the database responds"), 0);
    }

    async fn a_mail_that_waits_for_longer_than_its_link_is_valid_is_not_sent(database: Database) {
        let (server, sink) = server(database).await;
        server.agent(ADA, Role::Agent).await;
        ask(&mut server.browser(), ADA).await.shown();
        server.clock.advance(60 * 60);
        assert_eq!(run_due(&server.instance.app).await.expect("the database responds"), 0);
        assert!(sink.mails().is_empty());
    }

    async fn an_owner_sees_the_state_of_the_mail_of_an_invitation(database: Database) {
        let (server, sink) = server(database).await;
        let mut owner = server.signed_in(OWNER).await;
        let agents = server.path("agents");
        let app = &server.instance.app;
        for (behaviour, email, sentence) in [
            (Behaviour::Reply("RCPT", "550 no such user"), "a@acme.example", "Not mailed: the mail server answered 550"),
            (Behaviour::Close("."), "b@acme.example", "Mail uncertain"),
            (Behaviour::Reply("RCPT", "450 later"), "c@acme.example", "The mail is retried"),
        ] {
            sink.script([behaviour]);
            let fields = [("email", email), ("name", ""), ("role", "agent"), ("way", "mail")];
            owner.submit(&agents, &agents, &fields).await.location();
            assert!(owner.get(&agents).await.shown().has("The mail is sent soon."));
            assert_eq!(run_due(app).await.expect("the database responds"), 0);
            let page = owner.get(&agents).await.shown();
            assert!(page.has(sentence), "{email}: {}", page.text);
        }
        let sent = sink.mails().len();
        server.clock.advance(10);
        assert_eq!(run_due(app).await.expect("the database responds"), 1, "the last one alone is tried again");
        assert_eq!(sink.mails().len(), sent + 1);
    }
}
