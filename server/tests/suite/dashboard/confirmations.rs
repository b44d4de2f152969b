//! Which acts need the password again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ticket_center::agents::Role;

use crate::server::{Database, Server, on_both_databases};

const OWNER: &str = "owner@example.com";

/// Whether a form asks for the password again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Again,
    Not,
}

/// Every form of a desk. A form that is not listed here fails the test.
const FORMS: [(&str, Asks); 29] = [
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
    ("ticket-center/secret", Asks::Again),
    ("ticket-center/revoke", Asks::Again),
    ("ticket-center/as-typed", Asks::Again),
    ("ticket-center/sign", Asks::Again),
    ("ticket-center/explain", Asks::Again),
    ("messages/add", Asks::Again),
    ("messages/remove", Asks::Again),
    ("portal/open", Asks::Not),
    ("portal/add", Asks::Again),
    ("portal/remove", Asks::Again),
    ("portal/secret", Asks::Again),
    ("portal/revoke", Asks::Again),
    ("portal/sign", Asks::Again),
    ("portal/explain", Asks::Again),
    ("mail/support-page", Asks::Again),
    ("mail/{notification}/send-again", Asks::Not),
    ("mail/{notification}/forget", Asks::Not),
];

/// Returns the paths of a desk's routes that take a POST, as the source of the dashboard registers them.
fn posted_routes() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dashboard");
    let mut routes = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is read") {
        let source = fs::read_to_string(entry.expect("it is there").path()).expect("it is text");
        for route in source.split(".route(").skip(1) {
            let (_, rest) = route.split_once('"').expect("a route has a path");
            let (path, rest) = rest.split_once('"').expect("a text ends");
            let methods = rest.split(';').next().unwrap_or(rest);
            if methods.contains("post(") {
                routes.extend(path.strip_prefix("/desks/{desk}/").map(str::to_owned));
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
        let mut wrong = Vec::new();
        for route in posted_routes() {
            let Some(expected) = table.get(route.as_str()) else { panic!("no entry for {route}") };
            let leaf = route
                .replace("{conversation}", conversation)
                .replace("{agent}", agent.as_str());
            let page = owner.send(&server.path(&leaf), &[("csrf", &csrf), ("role", "owner"),
                ("domain", "example.com"), ("email", "x@example.com"), ("name", "x"), ("way", "copy"),
                ("support_page", "https://example.com"), ("replaces", ""), ("grace", "day"),
                ("secret", "x"), ("signature", "x"), ("user_id", "x"), ("link", "x"),
                ("status", "open"), ("kind", "note"), ("text", "x")]).await;
            let is_asked = page.status == 303 && page.location().starts_with("/confirm");
            if is_asked != (*expected == Asks::Again) {
                wrong.push(format!("{route}: {} {expected:?}", page.status));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
