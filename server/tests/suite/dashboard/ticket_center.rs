//! The Ticket Center page: embed, secret, verification tool.

use deskseal::{Secret, Signer};
use serde_json::json;
use ticket_center::agents::Role;

use super::browser::{Browser, Page};
use crate::logs;
use crate::server::{Database, Server, on_both_databases};

const ADA: &str = "ada@example.com";
const DAY: i64 = 24 * 60 * 60;

/// The pages of settings, and what their forms send.
const PAGES: [&str; 4] = ["ticket-center", "allowed-domains", "portal", "identity-tokens"];
const FORMS: [(&str, &[(&str, &str)]); 19] = [
    ("ticket-center/secret", &[("replaces", ""), ("grace", "day")]),
    ("ticket-center/revoke", &[("secret", "x")]),
    ("ticket-center/as-typed", &[]),
    ("ticket-center/sign", &[("email", "ada@example.com")]),
    ("ticket-center/explain", &[("email", "ada@example.com"), ("signature", "x")]),
    ("allowed-domains/add", &[("domain", "example.com")]),
    ("allowed-domains/remove", &[("domain", "example.com")]),
    ("portal/open", &[]),
    ("portal/add", &[("domain", "help.example.com")]),
    ("portal/remove", &[("domain", "help.example.com")]),
    ("portal/secret", &[("replaces", ""), ("grace", "day")]),
    ("portal/sign", &[("user_id", "1")]),
    ("portal/explain", &[("link", "x")]),
    ("identity-tokens/secret", &[("replaces", ""), ("grace", "day")]),
    ("identity-tokens/revoke", &[("secret", "x")]),
    ("identity-tokens/accepted", &[("proofs", "tokens")]),
    ("identity-tokens/shared-ids", &[("shared", "yes")]),
    ("identity-tokens/sign", &[("user_id", "1")]),
    ("identity-tokens/explain", &[("token", "x")]),
];

async fn owner(server: &Server) -> Browser {
    server.agent(ADA, Role::Owner).await;
    server.signed_in(ADA).await
}

fn secret_of(page: &Page) -> String {
    let (_, rest) = page.text.split_once("id=\"new-secret\">").expect("a secret is shown");
    rest.split_once('<').expect("it ends").0.to_owned()
}

/// Replaces the current secret with the page's form.
async fn replace(browser: &mut Browser, server: &Server, grace: &str) -> String {
    let page = browser.get(&server.path("ticket-center")).await.shown();
    let (csrf, replaces) = (page.field("csrf"), page.field("replaces"));
    let fields = [("csrf", csrf.as_str()), ("replaces", &replaces), ("grace", grace)];
    secret_of(&browser.send(&server.path("ticket-center/secret"), &fields).await.shown())
}

async fn verifies(server: &Server, secret: &str) -> bool {
    server.customer_with(ADA, secret).verify().await.status.is_success()
}

fn unescaped(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#38;", "&")
}

on_both_databases! {
    async fn settings_are_for_owners_of_the_desk(database: Database) {
        let server = Server::start(database).await;
        server.agent("agent@example.com", Role::Agent).await;
        let other = server.other_desk().await;
        server.agent_at(&other, "other-owner@example.com", Role::Owner).await;
        let mut agent = server.signed_in("agent@example.com").await;
        let mut other_owner = server.signed_in("other-owner@example.com").await;
        let mut visitor = server.browser();
        let before = json!(format!("{:?}", ticket_center::secrets::list(server.store(), &server.desk).await));
        for leaf in PAGES {
            assert_eq!(agent.get(&server.path(leaf)).await.status, 403, "{leaf}");
            assert_eq!(other_owner.get(&server.path(leaf)).await.status, 404, "{leaf}");
            assert!(visitor.get(&server.path(leaf)).await.location().starts_with("/sign-in"), "{leaf}");
        }
        for (leaf, fields) in FORMS {
            let path = server.path(leaf);
            assert_eq!(agent.submit("/account", &path, fields).await.status, 403, "{leaf}");
            assert_eq!(other_owner.submit("/account", &path, fields).await.status, 404, "{leaf}");
            assert!(visitor.send(&path, fields).await.location().starts_with("/sign-in"), "{leaf}");
        }
        let after = json!(format!("{:?}", ticket_center::secrets::list(server.store(), &server.desk).await));
        assert_eq!(after, before);
    }

    async fn settings_are_changed_only_by_their_own_forms(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        for (leaf, fields) in FORMS {
            let path = server.path(leaf);
            assert_eq!(browser.send(&path, fields).await.status, 403, "{leaf}");
            let csrf = browser.get("/account").await.field("csrf");
            let fields = [&[("csrf", csrf.as_str())], fields].concat();
            let foreign = browser.send_from("https://evil.example", &path, &fields).await;
            assert_eq!(foreign.status, 403, "{leaf}");
            assert_eq!(browser.get(&path).await.location(), server.path(leaf.split('/').next().expect("a leaf")));
        }
    }

    async fn pages_with_secrets_ask_for_the_password_again(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        server.clock.advance(11 * 60);
        let asking = [
            "ticket-center/secret", "ticket-center/revoke", "ticket-center/sign", "ticket-center/explain",
            "portal/secret", "portal/sign", "portal/explain",
            "identity-tokens/secret", "identity-tokens/accepted", "identity-tokens/sign", "identity-tokens/explain",
        ];
        for (leaf, fields) in FORMS.iter().filter(|(leaf, _)| asking.contains(leaf)) {
            let page = browser.submit("/account", &server.path(leaf), fields).await;
            assert!(page.location().starts_with("/confirm"), "{leaf}");
        }
        assert!(verifies(&server, server.secret.shown()).await);
    }

    async fn a_secret_is_shown_once_and_works(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let path = server.path("ticket-center");
        assert!(browser.get(&path).await.shown().has("Never"));
        let page = browser.get(&path).await;
        let (csrf, replaces) = (page.field("csrf"), page.field("replaces"));
        let fields = [("csrf", csrf.as_str()), ("replaces", &replaces), ("grace", "day")];
        let shown = browser.send(&server.path("ticket-center/secret"), &fields).await.shown();
        let secret = secret_of(&shown);
        assert!(secret.starts_with("dsk_secret_") && shown.has("HELPDESKY_HMAC_SECRET"));
        assert_eq!(shown.headers["cache-control"], "no-store");
        assert!(shown.has("The previous secret expires at 2026-01-02 00:00 UTC."));
        assert!(verifies(&server, &secret).await);
        for leaf in PAGES {
            assert!(!browser.get(&server.path(leaf)).await.shown().has("dsk_secret_"), "{leaf}");
        }
        let again = browser.send(&server.path("ticket-center/secret"), &fields).await;
        assert_eq!(again.status, 409);
        assert!(!again.has("dsk_secret_") && verifies(&server, &secret).await);
    }

    async fn secrets_are_replaced_twice_within_the_grace_and_revoked_early(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let first = server.secret.shown().to_owned();
        let second = replace(&mut browser, &server, "day").await;
        let third = replace(&mut browser, &server, "week").await;
        for secret in [first.as_str(), &second, &third] {
            assert!(verifies(&server, secret).await);
        }
        let page = browser.get(&server.path("ticket-center")).await.shown();
        assert_eq!(page.text.matches("Revoke now").count(), 2);
        let fields = [("secret", server.secret.id.as_str())];
        let path = server.path("ticket-center");
        let revoked = browser.submit(&path, &server.path("ticket-center/revoke"), &fields).await;
        assert_eq!(revoked.location(), path);
        assert!(!verifies(&server, &first).await && verifies(&server, &second).await);
        let told = browser.get(&server.path("ticket-center")).await.shown();
        assert!(told.has("Secret revoked.") && told.text.matches("Revoke now").count() == 1);
        server.clock.advance(7 * DAY);
        assert!(!verifies(&server, &second).await && verifies(&server, &third).await);
    }

    async fn all_older_secrets_can_be_revoked_at_once(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let second = replace(&mut browser, &server, "week").await;
        let third = replace(&mut browser, &server, "none").await;
        for revoked in [server.secret.shown(), &second] {
            assert!(!verifies(&server, revoked).await);
        }
        assert!(verifies(&server, &third).await);
        assert!(!browser.get(&server.path("ticket-center")).await.shown().has("Revoke now"));
    }

    async fn of_two_rotations_by_one_form_at_once_one_succeeds_and_the_other_gets_an_error(database: Database) {
        let server = Server::start(database).await;
        let second = server.second_instance().await;
        let mut browser = owner(&server).await;
        for grace in ["day", "none", "week", "none", "hour", "none"] {
            let page = browser.get(&server.path("ticket-center")).await.shown();
            let (csrf, replaces) = (page.field("csrf"), page.field("replaces"));
            let fields = [("csrf", csrf.as_str()), ("replaces", &replaces), ("grace", grace)];
            let path = server.path("ticket-center/secret");
            let (mut here, mut there) = (browser.clone(), browser.at(&second));
            let (mut here_again, mut there_again) = (browser.clone(), browser.at(&second));
            let responses = tokio::join!(
                here.send(&path, &fields), there.send(&path, &fields),
                here_again.send(&path, &fields), there_again.send(&path, &fields),
            );
            let responses: [Page; 4] = responses.into();
            let (won, told): (Vec<_>, Vec<_>) = responses.iter().partition(|page| page.status == 200);
            assert_eq!((won.len(), told.len()), (1, 3), "{grace}");
            assert!(told.iter().all(|page| page.status == 409 && !page.has("dsk_secret_")));
            assert!(told.iter().all(|page| page.has("The current secret was replaced in the meantime")));
            assert!(verifies(&server, &secret_of(won[0])).await);
        }
    }

    async fn of_two_first_secrets_at_once_one_is_issued(database: Database) {
        let server = Server::start(database).await;
        let second = server.second_instance().await;
        let browser = owner(&server).await;
        let mut here = browser.clone();
        let page = here.get(&server.path("portal")).await.shown();
        let csrf = page.field("csrf");
        let fields = [("csrf", csrf.as_str()), ("replaces", ""), ("grace", "day")];
        let path = server.path("portal/secret");
        let mut there = browser.at(&second);
        let (one, two) = tokio::join!(here.send(&path, &fields), there.send(&path, &fields));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }

    async fn the_current_secret_and_those_of_others_are_not_revoked(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let page = server.path("ticket-center");
        for (leaf, secret, status) in [
            ("ticket-center/revoke", server.secret.id.as_str(), 409),
            ("portal/revoke", server.secret.id.as_str(), 404),
            ("ticket-center/revoke", "none", 404),
            ("ticket-center/revoke", "", 404),
        ] {
            let response = browser.submit(&page, &server.path(leaf), &[("secret", secret)]).await;
            assert_eq!(response.status, status, "{leaf} {secret}");
        }
        assert!(verifies(&server, server.secret.shown()).await);
    }

    async fn the_embed_code_works_as_it_is_copied(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let page = browser.get(&server.path("ticket-center")).await.shown();
        let (_, code) = page.text.split_once("<code id=\"embed\">").expect("it is there");
        let code = unescaped(code.split_once("</code>").expect("it ends").0);
        assert!(code.starts_with("<div id=\"hdh-ticket-center\"></div>\n<script src=\""));
        assert!(code.ends_with("></script>"));
        let value = |name: &str| {
            let (_, rest) = code.split_once(&format!("{name}=\"")).expect("the attribute is there");
            rest.split_once('"').expect("it ends").0.to_owned()
        };
        let script: reqwest::Url = value("src").parse().expect("it is a URL");
        assert_eq!(script.host_str(), Some("127.0.0.1"));
        let script = browser.get(script.path()).await.shown();
        assert!(script.headers["content-type"].to_str().is_ok_and(|it| it.starts_with("text/javascript")));
        assert_eq!((value("data-email"), value("data-signature")), ("USER_EMAIL".to_owned(), "HMAC_SIGNATURE".to_owned()));
        server.customer(ADA).with("helpdeskId", &value("data-helpdesk-id")).verify().await.done();
    }

    async fn a_known_good_signature_is_valid_and_logged_without_the_address(database: Database) {
        logs::capture();
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let page = server.path("ticket-center");
        let fields = [("email", " Marker-known@Example.com ")];
        let made = browser.submit(&page, &server.path("ticket-center/sign"), &fields).await.shown();
        let signer = Signer::new(Secret::new(server.secret.shown()).expect("it is a secret"));
        let identity = signer.sign_email("marker-known@example.com").expect("it is an e-mail");
        assert!(made.has(&identity.signature.to_hex()) && made.has("<code>marker-known@example.com</code>"));
        let rejected = browser.submit(&page, &server.path("ticket-center/sign"), &[("email", "ada")]).await;
        assert_eq!(rejected.status, 422);
        assert!(rejected.has("class=\"problem\" role=\"alert\""));
        let lines = logs::captured();
        assert!(lines.contains("a known good signature was requested") && lines.contains(server.desk.as_str()));
        assert!(!lines.contains("arker-known") && !lines.contains(&identity.signature.to_hex()));
    }

    async fn an_invalid_signature_is_explained(database: Database) {
        let server = Server::start(database).await;
        let portal = crate::server::rotate(
            &server.instance, &server.desk, ticket_center::secrets::Purpose::Portal,
            ticket_center::secrets::Grace::default(),
        ).await;
        let mut browser = owner(&server).await;
        let page = server.path("ticket-center");
        let sign = |secret: &str, message: &str| crate::embedding::signature_of(secret, message);
        let own = server.secret.shown();
        for (email, signature, code) in [
            (ADA, sign(own, ADA), "no_deviation"),
            ("Ada@example.com", sign(own, "Ada@example.com"), "email_not_lowercased"),
            (ADA, sign(portal.shown(), ADA), "secret_of_other_purpose"),
            (ADA, sign("another-secret-for-documentation", ADA), "unexplained"),
            (ADA, sign(own, ADA)[..40].to_owned(), "output_truncated"),
            ("<script>alert(1)</script>", "\"><img src=x>".to_owned(), "unexplained"),
        ] {
            let fields = [("email", email), ("signature", signature.as_str())];
            let told = browser.submit(&page, &server.path("ticket-center/explain"), &fields).await.shown();
            assert!(told.has(&format!("<code>{code}</code>")), "{code}: {}", told.text);
            assert_eq!(told.has("The signature is valid"), code == "no_deviation");
            assert!(!told.has("<script>alert") && !told.has("<img"));
        }
    }

    async fn a_checkbox_accepts_addresses_signed_as_typed(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let typed = "Ada@example.com";
        let signature = crate::embedding::signature_of(server.secret.shown(), typed);
        let customer = server.customer(ADA).with("email", typed).with("signature", &signature);
        let page = server.path("ticket-center");
        for (fields, is_accepted) in [(&[("accepts", "yes")][..], true), (&[], false)] {
            let saved = browser.submit(&page, &server.path("ticket-center/as-typed"), fields).await;
            assert_eq!(saved.location(), page);
            assert_eq!(customer.verify().await.status.is_success(), is_accepted);
            assert_eq!(browser.get(&page).await.shown().has(" checked> Also accept"), is_accepted);
        }
    }
}
