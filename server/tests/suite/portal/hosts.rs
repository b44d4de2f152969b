//! Hosts, headers, limits, and logs.

use std::num::NonZeroU32;

use reqwest::Method;
use ticket_center::desks::{self, DeskName};
use ticket_center::ids::DeskId;
use ticket_center::portal_hosts::{self, PortalDomain, PortalDomainError};

use super::{HOST, Page, Portal, link_of, signed};
use crate::logs;
use crate::server::{Database, START, on_both_databases};
use crate::transport::raw_answer;

fn domain(portal: &Portal, text: &str) -> PortalDomain {
    let app = &portal.server.instance.app;
    PortalDomain::parse(text, &app.portal_root, &app.public_host).expect("it is a domain")
}

pub(super) async fn add_domain(portal: &Portal, text: &str) {
    let domain = domain(portal, text);
    portal_hosts::add_domain(portal.server.store(), &portal.server.desk, &domain)
        .await
        .expect("it is added");
}

async fn desk(portal: &Portal, name: &str) -> DeskId {
    let name = DeskName::parse(name).expect("it is a name");
    let now = portal.server.instance.app.clock.now();
    desks::create(portal.server.store(), &name, now).await.expect("a desk")
}

async fn open_at(portal: &Portal, host: &str, path: &str) -> Page {
    portal.browser().at(host).open(path).await
}

on_both_databases! {
    async fn a_custom_domain_is_a_host_of_its_own(database: Database) {
        let portal = Portal::start(database).await;
        add_domain(&portal, "Help.Bücher.example").await;
        let host = "help.xn--bcher-kva.example";
        let browser = portal.browser().at(host);
        browser.open(&portal.link("user-42")).await.assert_rejected("signature_mismatch");
        let form = browser.open(&link_of(&signed(portal.secret.shown(), host, "user-42", START))).await;
        assert!(form.is_signed());
        portal.write();
        browser.send(&form, &[("message", "hello")]).await.assert_sent();
        assert_eq!(portal.tickets().await[0].host, host);
        assert_eq!(open_at(&portal, "HELP.xn--bcher-kva.example:8443", "/submit-ticket").await.status, 200);
    }

    async fn a_domain_is_one_desks_only_until_it_is_removed(database: Database) {
        let portal = Portal::start(database).await;
        let (store, other) = (portal.server.store(), desk(&portal, "Other").await);
        add_domain(&portal, "help.example.com").await;
        let help = domain(&portal, "help.example.com");
        for desk in [&other, &portal.server.desk] {
            let taken = portal_hosts::add_domain(store, desk, &help).await;
            assert!(matches!(taken, Err(PortalDomainError::Taken(_))));
        }
        let remove = async |desk| portal_hosts::remove_domain(store, desk, help.as_str()).await;
        assert!(!remove(&other).await.expect("it is not theirs"));
        assert!(remove(&portal.server.desk).await.expect("it is removed"));
        assert_eq!(open_at(&portal, "help.example.com", "/submit-ticket").await.status, 421);
        portal_hosts::add_domain(store, &other, &help).await.expect("it is free");
        let page = open_at(&portal, "help.example.com", "/submit-ticket").await;
        assert!(page.status == 200 && page.text.contains("Other"));
    }

    async fn desks_of_one_name_have_hosts_of_their_own(database: Database) {
        let portal = Portal::start(database).await;
        let other = desk(&portal, "EXAMPLE!").await;
        let root = &portal.server.instance.app.portal_root;
        let setup = async |desk: &DeskId| {
            let setup = portal_hosts::setup(portal.server.store(), root, desk).await;
            setup.expect("it is read").expect("there is one")
        };
        assert_eq!(setup(&portal.server.desk).await.default_host, HOST);
        let host = setup(&other).await.default_host;
        assert!(host.starts_with("example-") && host.ends_with(".help.localhost"), "{host}");
        let page = open_at(&portal, &host, "/submit-ticket").await;
        assert!(page.status == 200 && page.text.contains("EXAMPLE!"));
    }

    async fn the_portal_and_the_public_host_share_no_pages(database: Database) {
        let portal = Portal::start(database).await;
        let public = "127.0.0.1";
        for path in ["/submit-ticket", "/submit-ticket/sent", "/portal.css", "/portal.js"] {
            assert_eq!(open_at(&portal, public, path).await.status, 404, "{path}");
            assert_eq!(open_at(&portal, HOST, path).await.status, 200, "{path}");
        }
        for path in ["/ticket-center.js", "/api/openapi.json", "/desks", "/sign-in", "/metrics"] {
            assert_eq!(open_at(&portal, HOST, path).await.status, 404, "{path}");
        }
        let browser = portal.browser();
        let verify = format!("{}/api/messaging/ticket-center/verify", browser.url);
        let page = browser.page_of(browser.with_cookie(browser.client.post(verify))).await;
        assert_eq!(page.status, 404);
    }

    async fn an_unknown_host_gets_a_page_that_says_so(database: Database) {
        let portal = Portal::start(database).await;
        for host in ["none.help.localhost", "help.localhost", "a.example.help.localhost", "evil.example"] {
            for path in ["/", "/submit-ticket", "/portal.css"] {
                let page = open_at(&portal, host, path).await;
                assert_eq!(page.status, 421, "{host}{path}");
                assert!(page.text.contains("No support is set up at this address"));
            }
        }
    }

    async fn the_root_redirects_to_the_form_without_the_query(database: Database) {
        let portal = Portal::start(database).await;
        let page = portal.browser().open("/?user_id=42&user_id_signature=x").await;
        assert_eq!((page.status, &page.headers["location"]), (303, &"/submit-ticket".parse().expect("a value")));
    }

    async fn a_closed_portal_accepts_no_tickets(database: Database) {
        let portal = Portal::start(database).await;
        let (store, desk) = (portal.server.store(), &portal.server.desk);
        let browser = portal.browser();
        let form = browser.open("/submit-ticket").await;
        portal.write();
        assert!(portal_hosts::set_open(store, desk, false).await.expect("it is closed"));
        let fields = [("email", "ada@example.com"), ("message", "hello")];
        let pages = [browser.open("/submit-ticket").await, browser.open(&portal.link("1")).await, browser.send(&form, &fields).await];
        for page in pages {
            assert_eq!(page.status, 403);
            assert!(page.text.contains("do not accept messages here at the moment"));
        }
        assert!(portal_hosts::set_open(store, desk, true).await.expect("it is open"));
        browser.send(&form, &fields).await.assert_sent();
    }

    async fn no_page_is_cached_framed_or_sent_as_a_referrer(database: Database) {
        let portal = Portal::start(database).await;
        for path in ["/submit-ticket", &portal.link("1"), "/submit-ticket?user_id=1", "/submit-ticket/sent", "/nothing", "/"] {
            let page = portal.browser().open(path).await;
            assert_eq!(page.headers["cache-control"], "no-store", "{path}");
            assert_eq!(page.headers["referrer-policy"], "no-referrer");
            assert_eq!(page.headers["x-content-type-options"], "nosniff");
            assert_eq!(page.headers["x-frame-options"], "DENY");
            assert_eq!(page.headers["x-request-id"].len(), 36);
            assert!(!page.headers.contains_key("strict-transport-security"));
            let policy = page.headers["content-security-policy"].to_str().expect("it is text");
            for part in ["default-src 'none'", "script-src 'self'", "form-action 'self'", "frame-ancestors 'none'"] {
                assert!(policy.contains(part), "{policy}");
            }
            assert!(!policy.contains("unsafe") && !page.text.contains("style=\""));
        }
        let script = portal.browser().open("/portal.js").await;
        assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
        assert!(script.text.contains("history.replaceState"));
    }

    async fn https_is_kept_to_and_its_cookie_is_bound_to_the_host(database: Database) {
        let portal = Portal::start_with(database, |config| {
            config.portal_url = Some("https://help.localhost".parse().expect("it is a URL"));
        })
        .await;
        let browser = portal.browser();
        let form = browser.open(&portal.link("user-42")).await;
        assert_eq!(form.headers["strict-transport-security"], "max-age=31536000");
        let cookie = form.headers["set-cookie"].to_str().expect("it is text").to_owned();
        assert!(cookie.starts_with("__Host-portal-browser="), "{cookie}");
        for part in ["; HttpOnly", "; Secure", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("user-42") && !cookie.contains("Domain"));
        portal.write();
        browser.send(&form, &[("message", "hello")]).await.assert_sent();
    }

    async fn only_the_methods_and_bodies_of_forms_are_accepted(database: Database) {
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let url = format!("{}/submit-ticket", browser.url);
        let head = browser.page_of(browser.with_cookie(browser.client.head(&url))).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""));
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let request = browser.with_cookie(browser.client.request(method, &url));
            assert_eq!(browser.page_of(request).await.status, 405);
        }
        let mut request = browser.post(&[("message", "hello")]).build().expect("it is a request");
        request.headers_mut().insert("content-type", "text/plain".parse().expect("a value"));
        let response = browser.client.execute(request).await.expect("the server responds");
        assert_eq!(response.status().as_u16(), 415);
        let large = "a".repeat(130 * 1024);
        let page = browser.page_of(browser.post(&[("message", &large)])).await;
        assert_eq!(page.status, 413);
        assert!(page.text.contains("Your message is too long"));
    }

    async fn a_form_that_does_not_arrive_times_out(database: Database) {
        let portal = Portal::start_with(database, |config| {
            config.request_seconds = NonZeroU32::MIN;
        })
        .await;
        let request = format!(
            "POST /submit-ticket HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nmessage="
        );
        let response = raw_answer(&portal.server, &request).await;
        assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
        assert!(response.contains("Sending took too long") && response.contains("cache-control: no-store"));
    }

    async fn requests_of_an_address_are_limited_per_minute_on_all_hosts_together(database: Database) {
        let portal = Portal::start_with(database, |config| {
            config.calls_per_minute = NonZeroU32::new(3).expect("it is not zero");
        })
        .await;
        for host in [HOST, "none.help.localhost", "evil.example"] {
            assert_ne!(open_at(&portal, host, "/submit-ticket").await.status, 429);
        }
        for host in [HOST, "none.help.localhost"] {
            let page = open_at(&portal, host, "/submit-ticket").await;
            assert_eq!(page.status, 429);
            let seconds = page.headers["retry-after"].to_str().map(str::parse::<u64>);
            assert!(matches!(seconds, Ok(Ok(1..=60))));
            assert!(page.text.contains("Too many requests"));
        }
    }

    async fn logs_contain_neither_identities_nor_typed_texts(database: Database) {
        logs::capture();
        let portal = Portal::start(database).await;
        let browser = portal.browser();
        let user = signed(portal.secret.shown(), HOST, "marker-user", START);
        let form = browser.open(&link_of(&user)).await;
        browser.open("/submit-ticket?user_id=marker-partial").await.assert_rejected("identity_incomplete");
        let typed = [("name", "marker-name"), ("email", "marker@example.com"), ("message", "marker-text")];
        browser.send(&form, &typed).await.assert_again(422, "Please send your message again");
        portal.write();
        browser.send(&form, &typed).await.assert_sent();
        let cookie = browser.cookie().expect("it has one");
        let cookie = cookie.split_once('=').expect("it has a value").1;
        let lines = logs::captured();
        assert!(lines.contains("\"path\":\"/submit-ticket\"") && lines.contains("identity_incomplete"));
        let secrets = [portal.secret.shown(), form.token(), &user.signature.to_hex(), cookie, "marker"];
        for secret in secrets {
            assert!(!lines.contains(secret), "{secret}");
        }
    }
}
