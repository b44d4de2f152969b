//! The page "Allowed domains", and its tester of origins.

use serde_json::json;
use ticket_center::agents::Role;

use super::browser::{Browser, Page};
use crate::server::{ApiResponse, Database, Server, on_both_databases};

const ADA: &str = "ada@example.com";

async fn owner(server: &Server) -> Browser {
    server.agent(ADA, Role::Owner).await;
    server.signed_in(ADA).await
}

async fn change(browser: &mut Browser, server: &Server, leaf: &str, domain: &str) -> Page {
    let page = server.path("allowed-domains");
    browser
        .submit(&page, &server.path(&format!("allowed-domains/{leaf}")), &[("domain", domain)])
        .await
}

async fn passes(server: &Server, origin: &str) -> bool {
    let request = server.customer(ADA).request("/verify", &json!({})).header("origin", origin);
    let response = ApiResponse::of(request.send().await.expect("the server responds")).await;
    response.status.is_success()
}

async fn tested(browser: &mut Browser, server: &Server, origin: &str) -> Page {
    let query =
        form_urlencoded::Serializer::new(String::new()).append_pair("origin", origin).finish();
    browser.get(&server.path(&format!("allowed-domains?{query}"))).await.shown()
}

on_both_databases! {
    async fn domains_are_added_and_removed_with_immediate_effect(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        assert!(browser.get(&server.path("allowed-domains")).await.shown().has("The list is empty"));
        assert!(passes(&server, "https://elsewhere.example").await);
        for domain in [" Example.COM ", "BÜCHER.example", "example.com"] {
            assert_eq!(change(&mut browser, &server, "add", domain).await.location(), server.path("allowed-domains"));
        }
        let page = browser.get(&server.path("allowed-domains")).await.shown();
        assert!(page.has("<td>example.com</td>") && page.has("<td>xn--bcher-kva.example</td>"));
        assert_eq!(page.text.matches("aria-label=\"Remove ").count(), 2);
        assert!(passes(&server, "https://app.example.com:8443").await);
        assert!(!passes(&server, "https://elsewhere.example").await);
        for domain in ["example.com", "xn--bcher-kva.example", "never.example"] {
            assert_eq!(change(&mut browser, &server, "remove", domain).await.status, 303);
        }
        assert!(passes(&server, "https://elsewhere.example").await);
    }

    async fn the_page_is_found_under_the_path_of_the_vendors_guide_too(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        let page = browser.get(&server.path("allowed-domains")).await.shown();
        assert!(page.has("<h1>Allowed domains</h1>") && page.has("Settings &gt; Messages"), "{}", page.text);
        assert_eq!(browser.get(&server.path("messages")).await.location(), server.path("allowed-domains"));
    }

    async fn an_invalid_domain_stays_in_the_field_and_the_correct_one_is_shown(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        for (domain, sentence) in [
            ("https://example.com/path", "`example.com`"),
            ("example.com:8443", "`example.com`"),
            ("*.example.com", "Subdomains are always included. Enter `example.com`."),
            ("co.uk", "public suffix"),
            ("github.io", "public suffix"),
            ("", "This is not a domain."),
            ("\"><script>alert(1)</script>", "This is not a domain."),
        ] {
            let page = change(&mut browser, &server, "add", domain).await;
            assert_eq!(page.status, 422, "{domain}");
            assert!(page.has(sentence) && page.has("aria-invalid=\"true\""), "{domain}: {}", page.text);
            assert!(!page.has("<script>alert"));
        }
        assert!(browser.get(&server.path("allowed-domains")).await.shown().has("The list is empty"));
    }

    async fn the_tester_says_whether_an_origin_passes_and_why(database: Database) {
        let server = Server::start(database).await;
        let mut browser = owner(&server).await;
        assert!(tested(&mut browser, &server, "https://any.example").await.has("the list is empty"));
        change(&mut browser, &server, "add", "example.com").await;
        for (origin, sentence) in [
            ("https://example.com", "Allowed: `example.com` is in the list."),
            ("https://APP.Example.com:8443", "Allowed: `app.example.com` is a subdomain"),
            ("http://example.com:3000", "Allowed: "),
            ("https://evilexample.com", "Not allowed: `evilexample.com` contains `example.com`, but is another domain"),
            ("https://example.com.evil.net", "but is another domain"),
            ("https://else.example", "neither in the list nor a subdomain"),
            ("null", "sandboxed frames"),
            ("example.com", "this is not an origin"),
            ("https://example.com/path", "this is not an origin"),
            ("ftp://example.com", "only http and https pages"),
            ("<script>alert(1)</script>", "this is not an origin"),
        ] {
            let page = tested(&mut browser, &server, origin).await;
            assert!(page.has(sentence), "{origin}: {}", page.text);
            assert!(!page.has("<script>alert"));
            let is_allowed = page.has("class=\"notice\" role=\"status\">Allowed");
            assert_eq!(is_allowed, passes(&server, origin).await, "{origin}");
        }
    }
}
