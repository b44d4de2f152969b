//! Permissions: every page and every form, for each visitor without permission.

use reqwest::header::ORIGIN;
use reqwest::{Method, StatusCode};
use ticket_center::agents::Role;
use ticket_center::ids::AgentId;

use super::browser::{Browser, PASSWORD};
use crate::server::{Database, Server, on_both_databases};

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const EVE: &str = "eve@example.com";

/// Who may use a page or form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    Members,
    Owners,
}

type Fields = Vec<(&'static str, &'static str)>;

/// Every page of a desk.
fn pages(conversation: &str) -> Vec<(String, For)> {
    vec![
        ("inbox".to_owned(), For::Members),
        (format!("conversations/{conversation}"), For::Members),
        (format!("conversations/{conversation}/thread"), For::Members),
        ("agents".to_owned(), For::Owners),
        ("ticket-center".to_owned(), For::Owners),
        ("allowed-domains".to_owned(), For::Owners),
        ("messages".to_owned(), For::Owners),
        ("portal".to_owned(), For::Owners),
        ("identity-tokens".to_owned(), For::Owners),
        ("mail".to_owned(), For::Owners),
    ]
}

/// Every form of a desk, with valid fields.
fn forms(conversation: &str, agent: &AgentId) -> Vec<(String, For, Fields)> {
    let talk = format!("conversations/{conversation}");
    let member = format!("agents/{agent}");
    let mut forms = vec![
        (format!("{talk}/write"), For::Members, vec![("kind", "reply"), ("text", "hello")]),
        (format!("{talk}/status"), For::Members, vec![("status", "closed")]),
        (format!("{talk}/assign"), For::Members, vec![("agent", "")]),
        (format!("{talk}/block"), For::Owners, vec![]),
        (format!("{talk}/unblock"), For::Owners, vec![]),
        (format!("{talk}/separate"), For::Owners, vec![("contact", "x")]),
        (
            "agents".to_owned(),
            For::Owners,
            vec![("email", "new@example.com"), ("name", "New"), ("role", "owner"), ("way", "copy")],
        ),
        (
            "mail/support-page".to_owned(),
            For::Owners,
            vec![("support_page", "https://example.com")],
        ),
        ("mail/some/send-again".to_owned(), For::Owners, vec![]),
        ("mail/some/forget".to_owned(), For::Owners, vec![]),
        (format!("{member}/role"), For::Owners, vec![("role", "owner")]),
        (format!("{member}/remove"), For::Owners, vec![]),
        (format!("{member}/recovery"), For::Owners, vec![]),
        ("invitations/some/mail".to_owned(), For::Owners, vec![]),
        ("invitations/some/copy".to_owned(), For::Owners, vec![]),
        ("invitations/some/withdraw".to_owned(), For::Owners, vec![]),
    ];
    forms.extend(SETTINGS.map(|leaf| (leaf.to_owned(), For::Owners, vec![])));
    forms
}

/// Forms of settings.
const SETTINGS: [&str; 20] = [
    "ticket-center/secret",
    "ticket-center/revoke",
    "ticket-center/as-typed",
    "ticket-center/sign",
    "ticket-center/explain",
    "allowed-domains/add",
    "allowed-domains/remove",
    "portal/open",
    "portal/add",
    "portal/remove",
    "portal/secret",
    "portal/revoke",
    "portal/sign",
    "portal/explain",
    "identity-tokens/secret",
    "identity-tokens/revoke",
    "identity-tokens/accepted",
    "identity-tokens/shared-ids",
    "identity-tokens/sign",
    "identity-tokens/explain",
];

/// Forms that do not belong to a desk.
const OWN_FORMS: [&str; 4] = ["/sign-out", "/confirm", "/account/name", "/account/password"];

/// The data that no rejected request may change.
async fn state(server: &Server, owner: &mut Browser, conversation: &str) -> (String, String) {
    let thread = owner.get(&server.path(&format!("conversations/{conversation}/thread"))).await;
    let agents = owner.get(&server.path("agents")).await;
    let members =
        agents.text.split("csrf").map(|part| part.split_once('>').map_or(part, |(_, rest)| rest));
    (thread.shown().text, members.collect())
}

on_both_databases! {
    async fn every_page_and_form_rejects_visitors_without_permission(database: Database) {
        let server = Server::start(database).await;
        let other = server.other_desk().await;
        let ada = server.agent(ADA, Role::Agent).await;
        server.agent(GRACE, Role::Owner).await;
        server.agent_at(&other, EVE, Role::Owner).await;
        server.agent_at(&other, "bob@example.com", Role::Agent).await;
        let conversation = server.customer("kim@example.com").begin("hello").await;
        let id = conversation["id"].as_str().expect("it has an id");
        let mut owner = server.signed_in(GRACE).await;
        let before = state(&server, &mut owner, id).await;
        for email in [EVE, "bob@example.com"] {
            let mut visitor = server.signed_in(email).await;
            for (leaf, _) in pages(id) {
                assert_eq!(visitor.get(&server.path(&leaf)).await.status, 404, "{email} {leaf}");
                // The path of the visitor's own desk does not show the conversation either.
                let own = format!("/desks/{other}/{leaf}");
                let expected = if leaf.contains("conversations") { 404 } else { 0 };
                assert!(expected == 0 || visitor.get(&own).await.status == expected, "{own}");
            }
            for (leaf, whose, fields) in forms(id, &ada) {
                let path = server.path(&leaf);
                assert_eq!(visitor.submit("/account", &path, &fields).await.status, 404, "{email} {leaf}");
                if whose == For::Members {
                    let own = format!("/desks/{other}/{leaf}");
                    assert_eq!(visitor.submit("/account", &own, &fields).await.status, 404, "{own}");
                }
            }
        }
        let mut agent = server.signed_in(ADA).await;
        for (leaf, whose) in pages(id) {
            let expected = if whose == For::Owners { 403 } else { 200 };
            assert_eq!(agent.get(&server.path(&leaf)).await.status, expected, "{leaf}");
        }
        for (leaf, whose, fields) in forms(id, &ada) {
            if whose == For::Owners {
                let page = agent.submit("/account", &server.path(&leaf), &fields).await;
                assert_eq!(page.status, 403, "{leaf}");
            }
        }
        for (leaf, _) in pages(id) {
            let page = server.browser().get(&server.path(&leaf)).await;
            assert!(page.location().starts_with("/sign-in?next="), "{leaf}");
        }
        for (leaf, _, fields) in forms(id, &ada) {
            let page = server.browser().send(&server.path(&leaf), &fields).await;
            assert!(matches!(page.status, 303 | 403), "{leaf}: {}", page.status);
            assert!(page.status != 303 || page.location().starts_with("/sign-in"), "{leaf}");
        }
        assert_eq!(state(&server, &mut owner, id).await, before);
    }

    async fn every_form_needs_the_token_of_its_session_and_the_origin(database: Database) {
        let server = Server::start(database).await;
        let ada = server.agent(ADA, Role::Agent).await;
        server.agent(GRACE, Role::Owner).await;
        let conversation = server.customer("kim@example.com").begin("hello").await;
        let id = conversation["id"].as_str().expect("it has an id");
        let mut owner = server.signed_in(GRACE).await;
        let before = state(&server, &mut owner, id).await;
        let right = owner.get("/account").await.field("csrf");
        let another = server.signed_in(ADA).await.get("/account").await.field("csrf");
        let mut forms: Vec<_> = forms(id, &ada)
            .into_iter()
            .map(|(leaf, _, fields)| (server.path(&leaf), fields))
            .collect();
        let all = [("password", PASSWORD), ("name", "x"), ("current", PASSWORD), ("email", GRACE)];
        forms.extend(OWN_FORMS.into_iter().map(|path| (path.to_owned(), all.to_vec())));
        forms.push(("/sign-in".to_owned(), all.to_vec()));
        for (path, fields) in forms {
            for token in [None, Some(""), Some("x"), Some(another.as_str())] {
                let mut fields = fields.clone();
                fields.extend(token.map(|token| ("csrf", token)));
                let page = owner.send(&path, &fields).await;
                assert_eq!(page.status, 403, "{path} with {token:?}");
            }
            let mut fields = fields.clone();
            fields.push(("csrf", &right));
            for origin in ["https://evil.example", "null", "http://127.0.0.1:1", ""] {
                let page = owner.send_from(origin, &path, &fields).await;
                assert_eq!(page.status, 403, "{path} from {origin}");
                assert!(page.has("another site"));
            }
            for site in ["cross-site", "same-site"] {
                let request = owner.request(Method::POST, &path).header("sec-fetch-site", site);
                let response = request.send().await.expect("a response");
                assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path} {site}");
            }
            let json = owner.request(Method::POST, &path).header("content-type", "text/plain");
            let response = json.body("csrf=x").send().await.expect("a response");
            assert_ne!(response.status(), StatusCode::OK, "{path}");
        }
        assert_eq!(state(&server, &mut owner, id).await, before);
    }

    async fn every_response_tells_browsers_what_they_may_do_with_it(database: Database) {
        let server = Server::start(database).await;
        server.agent(GRACE, Role::Owner).await;
        let mut owner = server.signed_in(GRACE).await;
        for path in [&*server.path("inbox"), "/sign-in", "/account", &server.path("nothing"), "/desks/x/inbox"] {
            let page = owner.get(path).await;
            if page.status == 404 && path.ends_with("nothing") {
                continue;
            }
            let header = |name: &str| page.headers[name].to_str().expect("it is text");
            let policy = header("content-security-policy");
            for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
                assert!(policy.contains(part), "{path}: {policy}");
            }
            assert!(!policy.contains("unsafe"));
            assert_eq!(header("cache-control"), "no-store");
            assert_eq!(header("referrer-policy"), "same-origin");
            assert_eq!(header("cross-origin-opener-policy"), "same-origin");
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert!(!page.headers.contains_key("access-control-allow-origin"));
            assert!(!page.headers.contains_key("strict-transport-security"), "this is plain http");
            assert!(!page.has("style=") && !page.has("<script>"));
        }
        let page = owner.get(&server.path("inbox")).await;
        let path = page.text.split("href=\"").find(|part| part.starts_with("/assets/")).expect("styles");
        let asset = owner.get(path.split('"').next().expect("a path")).await.shown();
        assert_eq!(asset.headers["cache-control"], "public, max-age=31536000, immutable");
        let foreign = owner.request(Method::GET, "/account").header("host", "example.help.localhost");
        let response = foreign.header(ORIGIN, "http://example.help.localhost").send().await;
        assert_eq!(response.expect("a response").status().as_u16(), 404, "portals have no dashboard");
    }
}
