//! HTTP/2 without TLS, as proxies use it: the host is in `:authority`, and there is no `Host`.

use axum::http::{Request, Version};
use ticket_center::agents::Role;

use crate::dashboard::browser::{Browser, PASSWORD};
use crate::portal::Portal;
use crate::server::{Database, Server, on_both_databases};
use crate::waiting::client_builder;

const ADA: &str = "ada@example.com";

/// Returns the status of a request with this host in `:authority`, and optionally with a `Host`.
async fn status(server: &Server, authority: &str, host: Option<&str>) -> u16 {
    let address = server.instance.url.trim_start_matches("http://");
    let stream = tokio::net::TcpStream::connect(address).await.expect("it is reached");
    let (client, connection) = h2::client::handshake(stream).await.expect("it speaks HTTP/2");
    tokio::spawn(connection);
    let uri = format!("http://{authority}/api/openapi.json");
    let mut request = Request::builder().version(Version::HTTP_2).uri(uri);
    if let Some(host) = host {
        request = request.header("host", host);
    }
    let request = request.body(()).expect("it is a request");
    let mut client = client.ready().await.expect("it may send");
    let (response, _) = client.send_request(request, true).expect("it is sent");
    response.await.expect("it is answered").status().as_u16()
}

on_both_databases! {
    async fn forms_of_the_dashboard_are_accepted_over_http2(database: Database) {
        let server = Server::start(database).await;
        server.agent(ADA, Role::Owner).await;
        let mut browser = Browser::over_http2(&server.instance.url);
        assert_eq!(browser.sign_in(ADA, PASSWORD).await.location(), "/");
        let page = server.path("allowed-domains");
        let fields = [("domain", "shop.example.com")];
        let added = browser.submit(&page, &server.path("allowed-domains/add"), &fields).await;
        assert_eq!(added.location(), page);
        assert!(browser.get(&page).await.shown().has("shop.example.com"));
    }

    async fn forms_of_another_site_are_rejected_over_http2(database: Database) {
        let server = Server::start(database).await;
        let mut browser = Browser::over_http2(&server.instance.url);
        let csrf = browser.get("/sign-in").await.field("csrf");
        let fields = [("csrf", csrf.as_str()), ("email", ADA), ("password", PASSWORD)];
        for origin in ["https://evil.example", "http://127.0.0.1", "http://127.0.0.1:1", "http://", ""] {
            let rejected = browser.send_from(origin, "/sign-in", &fields).await;
            assert_eq!(rejected.status, 403, "{origin}");
        }
    }

    async fn forms_of_the_portal_are_accepted_over_http2(database: Database) {
        let portal = Portal::start(database).await;
        for path in ["/submit-ticket", &portal.link("user-42")] {
            let browser = portal.browser_over_http2();
            let form = browser.open(path).await;
            portal.write();
            let fields = [("email", ADA), ("message", "hello")];
            // Browsers send the page's origin, or `null`.
            let origin = format!("http://{}", crate::portal::HOST);
            let all = [&[("token", form.token())], &fields[..]].concat();
            let mut request = browser.post(&all).build().expect("it is a request");
            request.headers_mut().remove("sec-fetch-site");
            request.headers_mut().insert("origin", origin.parse().expect("it is a value"));
            let sent = browser.client.execute(request).await.expect("the server responds");
            assert_eq!(sent.status().as_u16(), 303);
        }
        assert_eq!(portal.tickets().await.len(), 2);
    }

    async fn calls_succeed_over_http2(database: Database) {
        let server = Server::start(database).await;
        let client = client_builder().http2_prior_knowledge().build();
        let mut ada = server.customer(ADA);
        ada.client = client.expect("it is a client");
        ada.verify().await.done();
    }

    async fn a_host_that_differs_from_the_authority_is_rejected(database: Database) {
        let server = Server::start(database).await;
        assert_eq!(status(&server, "127.0.0.1", None).await, 200);
        assert_eq!(status(&server, "127.0.0.1:8080", Some("127.0.0.1:8080")).await, 200);
        assert_eq!(status(&server, "127.0.0.1", Some("evil.example")).await, 421);
        assert_eq!(status(&server, "evil.example", Some("127.0.0.1")).await, 421);
        assert_eq!(status(&server, "evil.example", None).await, 421);
        assert_eq!(status(&server, "127.0.0.1:8080", Some("127.0.0.1:8081")).await, 421);
    }
}
