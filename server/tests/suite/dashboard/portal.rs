//! The Portal page: hosts, ticket identity, and its verification tool.

use ticket_center::agents::Role;
use ticket_center::portal_hosts;

use super::browser::{Browser, Page};
use crate::portal::{HOST, Portal, link_of, signed};
use crate::server::{Database, START, Server, on_both_databases};

const ADA: &str = "ada@example.com";

async fn owner(server: &Server) -> Browser {
    server.agent(ADA, Role::Owner).await;
    server.signed_in(ADA).await
}

async fn submit(
    browser: &mut Browser,
    server: &Server,
    leaf: &str,
    fields: &[(&str, &str)],
) -> Page {
    browser.submit(&server.path("portal"), &server.path(&format!("portal/{leaf}")), fields).await
}

fn copied(page: &Page, id: &str) -> String {
    let (_, rest) = page.text.split_once(&format!("id=\"{id}\">")).expect("it is shown");
    rest.split_once('<').expect("it ends").0.replace("&#38;", "&")
}

on_both_databases! {
    async fn the_form_is_open_until_an_owner_closes_it(database: Database) {
        let portal = Portal::start(database).await;
        let mut browser = owner(&portal.server).await;
        let page = browser.get(&portal.server.path("portal")).await.shown();
        assert!(page.has("http://example.help.localhost/submit-ticket") && page.has(">Open<"));
        submit(&mut browser, &portal.server, "open", &[]).await.location();
        assert_eq!(portal.browser().open("/submit-ticket").await.status, 403);
        assert!(browser.get(&portal.server.path("portal")).await.shown().has(">Closed<"));
        submit(&mut browser, &portal.server, "open", &[("is_open", "yes")]).await.location();
        assert_eq!(portal.browser().open("/submit-ticket").await.status, 200);
    }

    async fn a_custom_domain_is_added_used_and_removed(database: Database) {
        let portal = Portal::start(database).await;
        let mut browser = owner(&portal.server).await;
        let add = submit(&mut browser, &portal.server, "add", &[("domain", "Help.Example.com")]).await;
        assert_eq!(add.location(), portal.server.path("portal"));
        assert!(browser.get(&portal.server.path("portal")).await.shown().has("<td>help.example.com</td>"));
        let visitor = portal.browser().at("help.example.com");
        let host = "help.example.com";
        let link = link_of(&signed(portal.secret.shown(), host, "user-42", START));
        assert_eq!(visitor.open(&link).await.status, 200);
        submit(&mut browser, &portal.server, "remove", &[("domain", host)]).await.location();
        assert_eq!(visitor.open(&link).await.status, 421);
    }

    async fn an_invalid_portal_domain_is_rejected_with_a_reason(database: Database) {
        let portal = Portal::start(database).await;
        let server = &portal.server;
        let mut browser = owner(server).await;
        let other = server.other_desk().await;
        let app = &server.instance.app;
        let taken = portal_hosts::PortalDomain::parse("taken.example", &app.portal_root, &app.public_host);
        portal_hosts::add_domain(server.store(), &other, &taken.expect("a domain")).await.expect("it is added");
        for (domain, sentence) in [
            ("https://help.example.com/submit-ticket", "`help.example.com`"),
            ("help.example.com:443", "`help.example.com`"),
            ("*.example.com", "without `*`"),
            ("com", "public suffix"),
            ("192.0.2.1", "IP address"),
            ("other.help.localhost", "own hosts"),
            ("taken.example", "already in use"),
            ("<script>alert(1)</script>", "not a"),
        ] {
            let page = submit(&mut browser, server, "add", &[("domain", domain)]).await;
            assert_eq!(page.status, 422, "{domain}");
            assert!(page.has(sentence), "{domain}: {}", page.text);
            assert!(!page.has("<script>alert"));
        }
        submit(&mut browser, server, "remove", &[("domain", "taken.example")]).await.location();
        assert_eq!(portal.browser().at("taken.example").open("/submit-ticket").await.status, 200);
    }

    async fn the_ticket_identity_secret_is_generated_here(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let page = browser.get(&server.path("portal")).await.shown();
        assert!(page.has("There is no secret yet") && page.has("Ticket Identity"));
        for leaf in ["sign", "explain"] {
            let fields = [("user_id", "42"), ("link", "/submit-ticket")];
            let page = submit(&mut browser, &server, leaf, &fields).await;
            assert_eq!(page.status, 422);
            assert!(page.has("Generate one on this page first"));
        }
        let made = submit(&mut browser, &server, "secret", &[("replaces", ""), ("grace", "day")]).await;
        let secret = copied(&made.shown(), "new-secret");
        let visitor = Portal::browser_of(&server);
        let link = link_of(&signed(&secret, HOST, "user-42", START));
        assert!(visitor.open(&link).await.text.contains("user-42"));
        server.customer_with(ADA, &secret).verify().await.error();
    }

    async fn a_known_good_link_opens_the_form(database: Database) {
        let portal = Portal::start(database).await;
        let mut browser = owner(&portal.server).await;
        let page = submit(&mut browser, &portal.server, "sign", &[("user_id", "a b&<c>")]).await.shown();
        let link = copied(&page, "made");
        let path = link.strip_prefix("http://example.help.localhost").expect("it leads to the portal");
        let form = portal.browser().open(path).await;
        assert!(form.status == 200 && form.text.contains("a b&#38;&#60;c&#62;"), "{}", form.text);
        let rejected = submit(&mut browser, &portal.server, "sign", &[("user_id", "")]).await;
        assert_eq!(rejected.status, 422);
    }

    async fn an_invalid_link_is_explained(database: Database) {
        let portal = Portal::start(database).await;
        let server = &portal.server;
        let mut browser = owner(server).await;
        submit(&mut browser, server, "add", &[("domain", "help.example.com")]).await.location();
        let own = portal.secret.shown();
        let of = |secret: &str, host: &str, time: i64| link_of(&signed(secret, host, "user-42", time));
        for (link, code) in [
            (of(own, HOST, START), "no_deviation"),
            (format!("https://help.example.com{}", of(own, "help.example.com", START)), "no_deviation"),
            (of(own, HOST, START - 3600), "link_expired"),
            (of(server.secret.shown(), HOST, START), "secret_of_other_purpose"),
            ("https://example.help.localhost/submit-ticket".to_owned(), "link_public"),
            ("https://example.help.localhost/submit-ticket?user_id=1".to_owned(), "link_incomplete"),
        ] {
            let link = format!("  {link}\n");
            let page = submit(&mut browser, server, "explain", &[("link", &link)]).await.shown();
            assert!(page.has(&format!("<code>{code}</code>")), "{code}: {}", page.text);
        }
    }
}
