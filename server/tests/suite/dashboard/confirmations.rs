//! Which actions ask for the password again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use reqwest::Method;
use ticket_center::agents::{self, Role};
use ticket_center::secrets::Grace;

use super::browser::PASSWORD;
use crate::server::{Database, Server, on_both_databases};

const OWNER: &str = "owner@example.com";

/// Whether a form asks for the password again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Again,
    Not,
}

/// Every form of a desk. A form that is not listed here fails the test.
const FORMS: [(&str, Asks); 36] = [
    ("agents", Asks::Again),
    ("agents/{agent}/role", Asks::Again),
    ("agents/{agent}/remove", Asks::Again),
    ("agents/{agent}/recovery", Asks::Again),
    ("invitations/{invitation}/mail", Asks::Again),
    ("invitations/{invitation}/copy", Asks::Again),
    ("invitations/{invitation}/withdraw", Asks::Again),
    ("conversations/{conversation}/write", Asks::Not),
    ("conversations/{conversation}/status", Asks::Not),
    ("conversations/{conversation}/assign", Asks::Not),
    ("conversations/{conversation}/block", Asks::Again),
    ("conversations/{conversation}/unblock", Asks::Again),
    ("conversations/{conversation}/separate", Asks::Again),
    ("ticket-center/secret", Asks::Again),
    ("ticket-center/revoke", Asks::Again),
    ("ticket-center/as-typed", Asks::Again),
    ("ticket-center/sign", Asks::Again),
    ("ticket-center/explain", Asks::Again),
    ("allowed-domains/add", Asks::Again),
    ("allowed-domains/remove", Asks::Again),
    ("portal/open", Asks::Not),
    ("portal/add", Asks::Again),
    ("portal/remove", Asks::Again),
    ("portal/secret", Asks::Again),
    ("portal/revoke", Asks::Again),
    ("portal/sign", Asks::Again),
    ("portal/explain", Asks::Again),
    ("identity-tokens/secret", Asks::Again),
    ("identity-tokens/revoke", Asks::Again),
    ("identity-tokens/accepted", Asks::Again),
    ("identity-tokens/shared-ids", Asks::Again),
    ("identity-tokens/sign", Asks::Again),
    ("identity-tokens/explain", Asks::Again),
    ("mail/support-page", Asks::Again),
    ("mail/{notification}/send-again", Asks::Not),
    ("mail/{notification}/forget", Asks::Not),
];

/// Every other form. None changes what another person may do.
const OWN_FORMS: [&str; 8] = [
    "/account/name",
    "/account/password",
    "/confirm",
    "/forgot",
    "/invitation",
    "/recovery",
    "/sign-in",
    "/sign-out",
];

/// The part of a desk's form path before the leaf.
const OF_DESK: &str = "/desks/{desk}/";

/// Returns the paths of the routes that take a POST, as the source of the dashboard registers them.
fn posted_routes() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dashboard");
    let mut routes = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is read") {
        let source = fs::read_to_string(entry.expect("it is there").path()).expect("it is text");
        for route in source.split(".route(").skip(1) {
            let (path, methods) = route.split_once(',').expect("a route has a path and methods");
            let path = match path.trim() {
                // The two pages that links open.
                "PATH" if source.contains("\"/invitation\"") => "/invitation",
                "PATH" if source.contains("\"/recovery\"") => "/recovery",
                path => path.trim_matches('"'),
            };
            if methods.split(';').next().is_some_and(|methods| methods.contains("post(")) {
                routes.push(path.to_owned());
            }
        }
    }
    routes
}

on_both_databases! {
    async fn every_form_is_known_to_ask_for_the_password_again_or_not(database: Database) {
        let table: BTreeMap<_, _> = FORMS.into_iter().collect();
        let server = Server::start(database).await;
        let agent = server.agent("ada@example.com", Role::Agent).await;
        server.agent(OWNER, Role::Owner).await;
        let conversation = server.customer("kim@example.com").begin("hello").await;
        let conversation = conversation["id"].as_str().expect("it has an id");
        let mut owner = server.signed_in(OWNER).await;
        server.clock.advance(11 * 60);
        let csrf = owner.get("/account").await.field("csrf");
        let (of_desk, own): (Vec<_>, Vec<_>) = posted_routes()
            .into_iter()
            .partition(|route| route.starts_with(OF_DESK));
        assert_eq!(own.iter().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(OWN_FORMS));
        let of_desk: BTreeSet<_> = of_desk.iter().filter_map(|route| route.strip_prefix(OF_DESK)).collect();
        assert_eq!(of_desk, table.keys().copied().collect(), "each form has an entry");
        let mut wrong = Vec::new();
        for (route, expected) in &table {
            let leaf = route
                .replace("{conversation}", conversation)
                .replace("{agent}", agent.as_str());
            let page = owner.send(&server.path(&leaf), &[("csrf", &csrf), ("role", "owner"),
                ("domain", "example.com"), ("email", "x@example.com"), ("name", "x"), ("way", "copy"),
                ("support_page", "https://example.com"), ("replaces", ""), ("grace", "day"),
                ("secret", "x"), ("signature", "x"), ("user_id", "x"), ("link", "x"), ("token", "x"), ("proofs", "tokens"),
                ("status", "open"), ("kind", "note"), ("text", "x")]).await;
            let is_asked = page.status == 303 && page.location().starts_with("/confirm");
            if is_asked != (*expected == Asks::Again) {
                wrong.push(format!("{route}: {} {expected:?}", page.status));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn the_typed_text_is_shown_again_after_the_password_was_asked_for(database: Database) {
        let server = Server::start(database).await;
        server.agent(OWNER, Role::Owner).await;
        let mut owner = server.signed_in(OWNER).await;
        for (page, leaf, typed, shown) in [
            ("agents", "agents", &[("email", "new@acme.example"), ("name", "New \"N\""), ("role", "owner"), ("way", "copy")][..],
                &["value=\"new@acme.example\"", "value=\"New &#34;N&#34;\"", "value=\"owner\" checked"][..]),
            ("allowed-domains", "allowed-domains/add", &[("domain", "typed.example.com")], &["value=\"typed.example.com\""]),
            ("portal", "portal/add", &[("domain", "typed.example.com")], &["value=\"typed.example.com\""]),
            ("mail", "mail/support-page", &[("support_page", "https://typed.example.com")], &["value=\"https://typed.example.com\""]),
        ] {
            server.clock.advance(11 * 60);
            let csrf = owner.get("/account").await.field("csrf");
            let body = form_urlencoded::Serializer::new(String::new())
                .append_pair("csrf", &csrf).extend_pairs(typed).finish();
            let sent = owner.request(Method::POST, &server.path(leaf))
                .header("content-type", "application/x-www-form-urlencoded")
                .header("referer", format!("{}{}", server.instance.url, server.path(page)))
                .body(body).send().await.expect("a response");
            assert_eq!(sent.status().as_u16(), 303, "{leaf}");
            let confirm = sent.headers()["location"].to_str().expect("it is text").to_owned();
            assert!(!confirm.contains(&csrf), "{confirm}");
            let asking = owner.get(&confirm).await.shown();
            let next = asking.field("next").replace("&#38;", "&");
            let fields = [("csrf", &*asking.field("csrf")), ("next", &*next), ("password", PASSWORD)];
            let back = owner.send("/confirm", &fields).await.location().to_owned();
            let again = owner.get(&back).await.shown();
            for text in shown {
                assert!(again.has(text), "{leaf} at {back}: {text}: {}", again.text);
            }
        }
    }

    async fn actions_that_are_hard_to_undo_need_a_confirmation(database: Database) {
        let server = Server::start(database).await;
        let ada = server.agent("ada@example.com", Role::Agent).await;
        server.agent(OWNER, Role::Owner).await;
        let conversation = server.customer("kim@example.com").begin("hello").await;
        let talk = format!("conversations/{}", conversation["id"].as_str().expect("it has an id"));
        let mut owner = server.signed_in(OWNER).await;
        for leaf in ["allowed-domains", "portal"] {
            let page = server.path(leaf);
            owner.submit(&page, &format!("{page}/add"), &[("domain", "help.example.com")]).await.location();
        }
        server.rotate(Grace::default()).await;
        let secrets = owner.get(&server.path("ticket-center")).await.shown();
        let revoke = format!("ticket-center/revoke?secret={}", secrets.field("secret"));
        let asked = [
            (format!("agents/{ada}/remove"), "Their conversations become unassigned"),
            (format!("agents/{ada}/role?role=owner"), "sign as any customer"),
            (format!("agents/{ada}/role?role=agent"), "cannot see settings"),
            (format!("{talk}/block"), "can no longer read or write messages"),
            (format!("{talk}/unblock"), "can read and write messages again"),
            ("allowed-domains/remove?domain=help.example.com".to_owned(), "every site may embed"),
            ("portal/remove?domain=help.example.com".to_owned(), "no longer shown at this domain"),
            (revoke, "This revokes the secret"),
        ];
        for (leaf, sentence) in &asked {
            let page = owner.get(&server.path(leaf)).await.shown();
            assert!(page.has(sentence) && page.has("Cancel"), "{leaf}: {}", page.text);
        }
        let members = agents::members(server.store(), &server.desk).await.expect("they are read");
        assert!(members.len() == 2 && members.iter().all(|member| (member.account.id == ada) == (member.role == Role::Agent)));
        assert!(owner.get(&server.path("allowed-domains")).await.has("<td>help.example.com</td>"));
        assert!(owner.get(&server.path("portal")).await.has("<td>help.example.com</td>"));
        server.customer("kim@example.com").verify().await.done();
        server.clock.advance(11 * 60);
        for (leaf, _) in &asked {
            assert!(owner.get(&server.path(leaf)).await.location().starts_with("/confirm?next="), "{leaf}");
        }
        let agent = &mut server.signed_in("ada@example.com").await;
        for (leaf, _) in &asked {
            assert_eq!(agent.get(&server.path(leaf)).await.status, 403, "{leaf}");
        }
    }
}
