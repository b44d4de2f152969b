//! Clients that are slow, send large or unusual HTTP, and clocks that jump.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use reqwest::StatusCode;
use serde_json::{Value, json};
use ticket_center::conversations::{Sending, Writing};
use ticket_center::secrets::Grace;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::program::{Serving, program};
use crate::server::{Customer, Database, Server, on_both_databases};

const VERIFY: &str = "/api/messaging/ticket-center/verify";

/// Slow clients at the same time.
const SLOW: usize = 200;

const MEGABYTE: usize = 1024 * 1024;

async fn connected(url: &str) -> TcpStream {
    TcpStream::connect(url.trim_start_matches("http://")).await.expect("it is reached")
}

/// Sends the bytes unchanged, and returns the status of the response; `None` for a closed connection.
async fn status_of(url: &str, request: &str) -> Option<u16> {
    let mut stream = connected(url).await;
    stream.write_all(request.as_bytes()).await.expect("it is sent");
    let mut response = String::new();
    // A reset connection counts as closed too.
    let _ = stream.read_to_string(&mut response).await;
    response.split(' ').nth(1)?.parse().ok()
}

/// Returns a signed `verify` with these header lines and a body of the customer's.
fn verify_with(customer: &Customer, target: &str, heads: &[&str]) -> String {
    let (body, heads) = (customer.credentials.to_string(), heads.join("\r\n"));
    let length = body.len();
    format!(
        "POST {target} HTTP/1.1\r\n{heads}\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Returns how many megabytes of memory the process has.
fn memory_of(serving: &Serving) -> usize {
    let process = serving.child.id().to_string();
    let output = std::process::Command::new("ps").args(["-o", "rss=", "-p", &process]).output();
    let text = String::from_utf8(output.expect("there is ps").stdout).expect("it is text");
    text.trim().parse::<usize>().expect("it is a number") / 1024
}

/// Sends a body without an end, and returns the response until the connection was closed.
async fn send_without_end(url: String) -> String {
    let mut stream = connected(&url).await;
    let head = format!(
        "POST {VERIFY} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it is sent");
    let chunk = format!("100000\r\n{}\r\n", " ".repeat(MEGABYTE));
    for _ in 0..100 {
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut response = Vec::new();
    // A response, if there was one, arrived before the connection was reset.
    let _ = stream.read_to_end(&mut response).await;
    String::from_utf8_lossy(&response).into_owned()
}

on_both_databases! {
    async fn slow_clients_do_not_delay_other_clients(database: Database) {
        let server = Server::start_with(database, |config| {
            config.request_seconds = NonZeroU32::new(600).expect("it is not zero");
        })
        .await;
        let ada = server.customer("ada@example.com");
        let request = verify_with(&ada, VERIFY, &["Host: 127.0.0.1"]);
        // Half of them stop in the head, the other half in the body.
        let (in_head, in_body) = (&request.as_bytes()[..40], &request.as_bytes()[..request.len() - 20]);
        let (mut heads, mut bodies) = (Vec::new(), Vec::new());
        for _ in 0..SLOW / 2 {
            for (streams, sent) in [(&mut heads, in_head), (&mut bodies, in_body)] {
                let mut stream = connected(&ada.url).await;
                stream.write_all(sent).await.expect("it is sent");
                streams.push(stream);
            }
        }
        for _ in 0..20 {
            ada.verify().await.done();
        }
        for mut stream in bodies {
            stream.write_all(&request.as_bytes()[in_body.len()..]).await.expect("it is sent");
            let mut response = String::new();
            stream.read_to_string(&mut response).await.expect("it is answered");
            assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        }
        drop(heads);
    }

    async fn a_hundred_megabytes_take_no_memory(database: Database) {
        let (program, customer) = program(database).await;
        let serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        customer.verify().await.done();
        let before = memory_of(&serving);
        let senders: Vec<_> =
            (0..8).map(|_| tokio::spawn(send_without_end(serving.url.clone()))).collect();
        for sender in senders {
            let response = sender.await.expect("the task did not panic");
            // The response may be lost when the connection is reset.
            assert!(response.is_empty() || response.starts_with("HTTP/1.1 413 "), "{response}");
        }
        let grown = memory_of(&serving).saturating_sub(before);
        assert!(grown < 50, "{grown} MB more than {before} MB");
        customer.verify().await.done();
    }

    async fn an_ambiguous_request_is_rejected(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let host = "Host: 127.0.0.1";
        let status = async |target: &str, heads: &[&str]| {
            status_of(&ada.url, &verify_with(&ada, target, heads)).await
        };
        assert_eq!(status(VERIFY, &[host]).await, Some(200));
        assert_eq!(status(VERIFY, &[host, "Content-Length: 5"]).await, Some(400));
        assert_eq!(status(VERIFY, &[host, "Content-Length: +5"]).await, Some(400));
        assert_eq!(status(VERIFY, &[host, "Transfer-Encoding: identity"]).await, Some(400));
        assert_eq!(status(VERIFY, &["X-No-Host: 1"]).await, Some(421));
        assert_eq!(status(VERIFY, &[host, "Host: evil.example"]).await, Some(421));
        assert_eq!(status(VERIFY, &[host, host]).await, Some(421));
        assert_eq!(status(VERIFY, &["Host: 127.0.0.1 evil.example"]).await, Some(421));
        assert_eq!(status(VERIFY, &[host, "Folded: a\r\n b"]).await, Some(400));
        assert_eq!(status(VERIFY, &[host, "Bad Name: a"]).await, Some(400));
        // Only the request's target names the host (RFC 9112, 3.2.2).
        let absolute = |host: &str| format!("http://{host}{VERIFY}");
        assert_eq!(status(&absolute("127.0.0.1"), &["Host: evil.example"]).await, Some(200));
        assert_eq!(status(&absolute("evil.example"), &[host]).await, Some(421));
        assert_eq!(status("/api/../api/messaging/ticket-center/verify", &[host]).await, Some(404));
    }

    async fn odd_values_are_rejected_and_break_nothing(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("hello").await;
        let id = conversation["id"].clone();
        let texts = ["\0", "a\0b", "\u{feff}", "\u{202e}txt", "'; DROP TABLE messages; --", "%00"];
        for text in texts {
            for field in ["helpdeskId", "email", "signature"] {
                let status = ada.with(field, text).verify().await.status;
                assert!(status.is_client_error(), "{field} {text:?} {status}");
            }
            for (path, field) in [
                ("/message", "conversationId"),
                ("/message", "idempotencyKey"),
                ("/conversations", "cursor"),
                (&format!("/conversations/{}/messages", id.as_str().expect("an id")), "before"),
            ] {
                let response = ada.call(path, json!({ "message": "more", field: text })).await;
                assert!(response.status.is_client_error(), "{field} {text:?} {response}");
            }
            for (message, subject) in [(format!("x{text}"), "usual"), ("usual".to_owned(), text)] {
                let fields = json!({ "message": message, "subject": subject });
                let response = ada.call("/message", fields).await;
                assert!(!response.status.is_server_error(), "{text:?} {response}");
            }
        }
        for limit in ["0", "-1", "1.5", "101", "99999999999999999999", "1e400", "null1"] {
            let body = ada.credentials.to_string().replace('}', &format!(",\"limit\":{limit}}}"));
            let request = ada.client.post(format!("{}/api/messaging/ticket-center/conversations", ada.url));
            let request = request.header("content-type", "application/json").body(body);
            let status = request.send().await.expect("a response").status();
            assert_eq!(status, StatusCode::BAD_REQUEST, "{limit}");
        }
        for cursor in ["9223372036854775807.x", "-1.x", "9223372036854775808.x", ".", "1."] {
            let response = ada.call("/conversations", json!({ "cursor": cursor })).await;
            assert!(!response.status.is_server_error(), "{cursor} {response}");
        }
        let list = ada.list(json!({})).await;
        assert!(list["conversations"].as_array().is_some_and(|found| found.contains(&conversation)));
    }

    async fn a_clock_that_jumps_loses_and_repeats_nothing(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        let conversation = ada.begin("message 0").await;
        let mut begun = BTreeSet::from([conversation["id"].to_string()]);
        let mut revisions = vec![revision(&ada).await];
        let year = 365 * 24 * 60 * 60;
        for (number, jump) in [year, -2 * year, 1, -1, 0, year].into_iter().enumerate() {
            server.clock.advance(jump);
            begun.insert(ada.begin("another").await["id"].to_string());
            let text = format!("message {}", number + 1);
            server.write_as_agent(&conversation, Writing::Reply(Sending::Delayed), &text).await;
            assert_eq!(ada.verify().await.done()["unread"], 1);
            revisions.push(revision(&ada).await);
            ada.read(&conversation, json!({})).await;
            assert_eq!(ada.verify().await.done()["unread"], 0);
        }
        assert!(revisions.is_sorted_by(|before, after| before < after), "{revisions:?}");
        let page = ada.read(&conversation, json!({})).await;
        let texts: Vec<_> = page["messages"].as_array().expect("a list").iter().map(|message| message["text"].clone()).collect();
        assert_eq!(texts, (0..=6).map(|number| json!(format!("message {number}"))).collect::<Vec<_>>());
        let mut listed = Vec::new();
        let mut fields = json!({ "limit": 2 });
        loop {
            let page = ada.list(fields).await;
            let found = page["conversations"].as_array().expect("a list").iter();
            listed.extend(found.map(|conversation| conversation["id"].to_string()));
            if page["nextCursor"].is_null() {
                break;
            }
            fields = json!({ "limit": 2, "cursor": page["nextCursor"] });
        }
        assert_eq!(listed.len(), begun.len());
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), begun);
    }

    async fn a_secret_in_its_grace_follows_the_clock(database: Database) {
        let server = Server::start(database).await;
        let ada = server.customer("ada@example.com");
        server.rotate(Grace::default()).await;
        let day = 24 * 60 * 60;
        server.clock.advance(-10 * day);
        ada.verify().await.done();
        server.clock.advance(12 * day);
        assert_eq!(ada.verify().await.error(), (401, "signature_mismatch"));
    }
}

async fn revision(customer: &Customer) -> u64 {
    let response = customer.verify().await.done();
    let revision: &Value = &response["revision"];
    revision.as_str().and_then(|revision| revision.parse().ok()).expect("it counts")
}

/// The slowest limit, which takes a quarter of a minute; it does not depend on the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_does_not_arrive_is_not_waited_for() {
    let server = Server::start(Database::Sqlite).await;
    let mut stream = connected(&server.instance.url).await;
    stream.write_all(b"POST / HTTP/1.1\r\nHost:").await.expect("it is sent");
    let mut response = String::new();
    stream.read_to_string(&mut response).await.expect("it is closed");
    assert!(response.is_empty() || response.starts_with("HTTP/1.1 408 "), "{response}");
}
