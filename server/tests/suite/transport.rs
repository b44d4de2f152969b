//! Rules for every request: headers, limits, hosts, and the API document.

use std::num::NonZeroU32;

use reqwest::Method;
use serde_json::{Value, json};
use ticket_center::config::Config;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::portal::HOST;
use crate::server::{ApiResponse, Customer, Database, Server, on_both_databases};
use crate::waiting::{client, until};

const VERIFY: &str = "/api/messaging/ticket-center/verify";

fn head_of(server: &Server, length: usize) -> String {
    let host = server.instance.url.trim_start_matches("http://");
    format!(
        "POST {VERIFY} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n"
    )
}

/// Sends bytes that may be half a request, and returns the whole response.
pub(crate) async fn raw_answer(server: &Server, request: &str) -> String {
    let address = server.instance.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("it is reached");
    stream.write_all(request.as_bytes()).await.expect("it is sent");
    let mut response = String::new();
    stream.read_to_string(&mut response).await.expect("it is answered");
    response
}

async fn send(
    customer: &Customer,
    content_type: &str,
    body: impl Into<reqwest::Body>,
) -> ApiResponse {
    let request = customer.client.post(format!("{}{VERIFY}", customer.url));
    let response = request.header("content-type", content_type).body(body).send().await;
    ApiResponse::of(response.expect("the server responds")).await
}

/// Calls until the rate limit is exceeded, and returns the error. It ends however slow the machine is,
/// because the limit is two calls a minute.
async fn limited(customer: &Customer, path: &str, fields: &Value) -> reqwest::Response {
    loop {
        let response = customer.request(path, fields).send().await.expect("a response");
        if response.status().as_u16() == 429 {
            return response;
        }
    }
}

on_both_databases! {
    async fn responses_are_never_cached_and_have_the_security_headers(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        for customer in [ada.clone(), ada.with("signature", "")] {
            let response = customer.request("/verify", &json!({})).send().await.expect("a response");
            let header = |name: &str| response.headers()[name].to_str().expect("it is text").to_owned();
            assert_eq!(header("cache-control"), "no-store");
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(header("referrer-policy"), "no-referrer");
            assert_eq!(header("access-control-allow-origin"), "*");
            assert!(header("vary").to_ascii_lowercase().contains("origin"));
            assert!(header("access-control-expose-headers").contains("retry-after"));
            assert_eq!(header("x-request-id").len(), 36);
            assert!(!response.headers().contains_key("access-control-allow-credentials"));
            assert!(!response.headers().contains_key("set-cookie"));
        }
    }

    async fn a_preflight_of_any_origin_passes_without_credentials(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let response = ada
            .client
            .request(Method::OPTIONS, format!("{}{VERIFY}", ada.url))
            .header("origin", "null")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
            .send()
            .await
            .expect("a response");
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        assert_eq!(response.headers()["access-control-allow-methods"], "POST");
        assert_eq!(response.headers()["access-control-allow-headers"], "content-type");
        // The longest time that browsers accept; without it each poll would be two requests.
        assert_eq!(response.headers()["access-control-max-age"], "7200");
        assert!(!response.headers().contains_key("access-control-allow-credentials"));
    }

    async fn a_body_that_is_not_the_json_of_the_call_is_rejected(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let good = ada.credentials.to_string();
        let json = "application/json";
        assert_eq!(send(&ada, "text/plain", good.clone()).await.error(), (415, "content_type_unsupported"));
        assert_eq!(send(&ada, "application/jsonp", good.clone()).await.error(), (415, "content_type_unsupported"));
        send(&ada, "Application/JSON; charset=utf-8", good.clone()).await.done();
        let repeated = good.replacen('{', r#"{"email":"eve@example.com","#, 1);
        let lone_surrogate = good.replace("ada@", r"\ud800@");
        for body in [String::new(), "[]".to_owned(), "null".to_owned(), good.replace('}', ""), repeated, lone_surrogate, "[".repeat(60_000)] {
            assert_eq!(send(&ada, json, body).await.error(), (400, "body_malformed"));
        }
        let ill_formed = [good.as_bytes(), b"\xff"].concat();
        assert_eq!(send(&ada, json, ill_formed).await.error(), (400, "body_malformed"));
        let large = format!("{good}{}", " ".repeat(64 * 1024));
        assert_eq!(send(&ada, json, large).await.error(), (413, "body_too_large"));
    }

    async fn a_hundred_megabytes_are_rejected_before_they_are_sent(database: Database) {
        let server = Server::start(database).await;
        let head = head_of(&server, 100 * 1024 * 1024);
        assert!(raw_answer(&server, &head).await.starts_with("HTTP/1.1 413 "));
    }

    async fn a_body_that_does_not_arrive_times_out(database: Database) {
        let server = Server::start_with(database, |config| {
            config.request_seconds = NonZeroU32::MIN;
        })
        .await;
        let request = format!("{}{{\"helpdeskId\":", head_of(&server, 100));
        let response = raw_answer(&server, &request).await;
        assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
        assert!(response.contains("\"timed_out\"") && response.contains("access-control-allow-origin: *"));
    }

    async fn a_form_that_does_not_arrive_times_out(database: Database) {
        let server = Server::start_with(database, |config| {
            config.request_seconds = NonZeroU32::MIN;
        })
        .await;
        for (host, path) in [("127.0.0.1", "/sign-in"), (HOST, "/submit-ticket")] {
            let request = format!(
                "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 100\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n\r\ncsrf="
            );
            let response = raw_answer(&server, &request).await;
            assert!(response.starts_with("HTTP/1.1 408 "), "{path}: {response}");
        }
    }

    async fn an_error_never_repeats_the_request(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let signature = "5".repeat(64);
        let fields = json!({ "signature": signature, "email": "Eve-marker@example.com" });
        let mismatch = ada.call("/verify", fields).await.to_string();
        let malformed = send(&ada, "application/json", r#"{"email":"Eve-marker","zz":}"#).await;
        for text in [mismatch, malformed.to_string()] {
            let is_shown = text.contains(&signature) || text.to_lowercase().contains("marker");
            assert!(!is_shown, "{text}");
        }
    }

    async fn a_contact_has_a_separate_limit_for_each_kind_of_call(database: Database) {
        let few = NonZeroU32::new(2).expect("it is not zero");
        let server = Server::start_with(database, |config| {
            config.messages_per_minute = few;
            config.verifies_per_minute = few;
            config.reads_per_minute = few;
        })
        .await;
        let (ada, eve) = (server.customer("ada@example.com"), server.customer("eve@example.com"));
        let message = json!({ "message": "hello" });
        let response = limited(&ada, "/message", &message).await;
        let seconds = response.headers()["retry-after"].to_str().map(str::parse::<u64>);
        assert!(matches!(seconds, Ok(Ok(1..=60))));
        assert_eq!(ApiResponse::of(response).await.error(), (429, "rate_limited"));
        ada.verify().await.done();
        limited(&ada, "/verify", &json!({})).await;
        ada.list(json!({})).await;
        limited(&ada, "/conversations", &json!({})).await;
        eve.verify().await.done();
    }

    async fn an_address_is_limited_for_all_its_callers_together(database: Database) {
        let server = Server::start_with(database, |config| {
            config.calls_per_minute = NonZeroU32::new(2).expect("it is not zero");
        })
        .await;
        server.customer("ada@example.com").verify().await.done();
        limited(&server.customer("eve@example.com"), "/verify", &json!({})).await;
    }

    async fn bytes_that_are_not_text_in_x_forwarded_for_hide_no_address(database: Database) {
        let server = Server::start_with(database, |config| {
            config.calls_per_minute = NonZeroU32::new(2).expect("it is not zero");
            config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("it is a network")];
        })
        .await;
        let ada = server.customer("ada@example.com");
        let status = async |forwarded: &[u8]| {
            let request = ada.request("/verify", &json!({})).header("x-forwarded-for", forwarded);
            request.send().await.expect("a response").status().as_u16()
        };
        until("the client is limited", async || status(b"\xff, 198.51.100.1").await == 429).await;
        // The other client and the proxy itself have not used up their limits.
        assert_eq!(status(b"\xff, 198.51.100.2").await, 200);
        ada.verify().await.done();
    }

    async fn a_guessing_client_does_not_slow_down_others_at_the_same_address(database: Database) {
        let usual = Config::default();
        let server = Server::start_with(database, |config| {
            config.calls_per_minute = usual.calls_per_minute;
            config.refusals_per_minute = NonZeroU32::new(5).expect("it is not zero");
            config.verifies_per_minute = usual.verifies_per_minute;
        })
        .await;
        let customers: Vec<_> =
            (0..100).map(|number| server.customer(&format!("ada{number}@example.com"))).collect();
        let guesser = server.customer("eve@example.com").with("signature", &"5".repeat(64));
        let mut codes = Vec::new();
        // A widget verifies 40 times in a minute; the guesser tries once for each customer.
        for _ in 0..2 {
            for customer in &customers {
                customer.verify().await.done();
                codes.push(guesser.verify().await.error().1.to_owned());
            }
        }
        assert_eq!(codes[0], "signature_mismatch");
        assert!(codes.iter().any(|code| code == "rate_limited"), "{codes:?}");
        let unknown = guesser.with("helpdeskId", "nothing");
        let is_limited = async || unknown.verify().await.error() == (429, "rate_limited");
        until("the guesser is limited at a desk that does not exist", is_limited).await;
    }

    async fn another_host_serves_only_health_checks(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let misdirected = ada.request("/verify", &json!({})).header("host", "evil.example");
        let rejected = ApiResponse::of(misdirected.send().await.expect("a response")).await;
        assert_eq!(rejected.error(), (421, "host_unknown"));
        for path in ["/healthz", "/readyz"] {
            let request = ada.client.get(format!("{}{path}", ada.url)).header("host", "10.0.0.1");
            let response = request.send().await.expect("a response");
            assert_eq!(response.status().as_u16(), 200);
            assert_eq!(response.text().await.expect("a text"), "ok\n");
        }
    }

    async fn the_embed_is_compressed_and_not_sent_twice(database: Database) {
        let server = Server::start(database).await;
        let get = || {
            let url = format!("{}/ticket-center.js", server.instance.url);
            client().get(url).header("accept-encoding", "gzip")
        };
        let response = get().send().await.expect("a response");
        assert_eq!(response.headers()["content-type"], "text/javascript; charset=utf-8");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        assert_eq!(response.headers()["content-encoding"], "gzip");
        let tag = response.headers()["etag"].clone();
        assert!(response.bytes().await.expect("a body").len() <= 20 * 1024);
        let again = get().header("if-none-match", tag).send().await.expect("a response");
        assert_eq!(again.status().as_u16(), 304);
    }

    async fn errors_for_unknown_paths_are_json_too(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let get = async |path: &str| {
            let response = ada.client.get(format!("{}{path}", ada.url)).send().await;
            ApiResponse::of(response.expect("a response")).await
        };
        assert_eq!(get("/nothing").await.error(), (404, "not_found"));
        assert_eq!(get("/api/messaging/ticket-center/nothing").await.error(), (404, "not_found"));
        assert_eq!(get(VERIFY).await.error(), (405, "method_not_allowed"));
    }

    async fn the_document_names_every_call(database: Database) {
        let server = Server::start(database).await;
        let response = client().get(format!("{}/api/openapi.json", server.instance.url)).send().await;
        let document: Value = response.expect("a response").json().await.expect("it is JSON");
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
        let paths = document["paths"].as_object().expect("there are paths");
        let mut names: Vec<_> = paths.keys().map(String::as_str).collect();
        names.sort_unstable();
        let expected = [
            "/conversations", "/conversations/{id}/close", "/conversations/{id}/messages",
            "/message", "/session", "/session/end", "/verify",
        ];
        assert_eq!(names, expected.map(|path| format!("/api/messaging/ticket-center{path}")));
        assert!(paths.values().all(|path| path["post"]["requestBody"].is_object()));
    }
}
