//! Connections that never send a complete request head.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;

use super::frames::{
    CONTINUATION, END_HEADERS, END_STREAM, GET_HEALTH, HEADERS, PING, PREFACE, SETTINGS, block,
    frame, opening,
};
use super::{connected, until_the_end};
use crate::server::{Database, Server};

/// Returns the next small piece to send.
type Drops<'a> = &'a dyn Fn(usize) -> Vec<u8>;

async fn started() -> Server {
    Server::start_with(Database::Sqlite, |config| config.silence_seconds = NonZeroU32::MIN).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_without_a_request_is_closed_whatever_it_began_with() {
    let server = started().await;
    let health = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    let upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\
                   HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n";
    let headers = block(&GET_HEALTH);
    let cut = frame(HEADERS, END_HEADERS | END_STREAM, 1, &headers);
    let beginnings: [(&str, Vec<u8>); 11] = [
        ("silence", Vec::new()),
        ("one byte", b"G".to_vec()),
        ("half a request line", b"GET /heal".to_vec()),
        ("half a head", health.into()),
        ("a whole request", format!("{health}\r\n").into()),
        ("an upgrade to HTTP/2", format!("{health}{upgrade}").into()),
        ("half a preface", PREFACE[..10].to_vec()),
        ("a preface", PREFACE.to_vec()),
        ("a preface and settings", opening()),
        ("half a frame of headers", [&opening()[..], &cut[..cut.len() - 5]].concat()),
        (
            "half a header block",
            [opening(), frame(HEADERS, END_STREAM, 1, &headers[..20])].concat(),
        ),
    ];
    let mut streams = Vec::new();
    for (name, bytes) in beginnings {
        let mut stream = connected(&server.instance.url).await;
        stream.write_all(&bytes).await.expect("it is sent");
        streams.push((name, stream));
    }
    for (name, mut stream) in streams {
        let response = until_the_end(&mut stream).await;
        let response = String::from_utf8_lossy(&response).into_owned();
        let is_whole = name == "a whole request" || name == "an upgrade to HTTP/2";
        assert_eq!(response.starts_with("HTTP/1.1 200 "), is_whole, "{name}: {response}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_sends_drops_instead_of_a_request_is_closed() {
    let server = started().await;
    let header_lines = |number: usize| format!("X-{number}: 1\r\n").into_bytes();
    let continuations = |number: usize| {
        let header = block(&[(&format!("x-{number}"), "1")]);
        frame(CONTINUATION, 0, 1, &header)
    };
    let pings = |number: usize| frame(PING, 0, 0, &number.to_be_bytes());
    let settings = |_| frame(SETTINGS, 0, 0, b"");
    let unfinished = frame(HEADERS, END_STREAM, 1, &block(&GET_HEALTH));
    let kinds: [(Vec<u8>, Drops<'_>); 4] = [
        (b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n".to_vec(), &header_lines),
        ([opening(), unfinished].concat(), &continuations),
        (opening(), &pings),
        (opening(), &settings),
    ];
    for (beginning, drops) in kinds {
        let mut stream = connected(&server.instance.url).await;
        stream.write_all(&beginning).await.expect("it is sent");
        // The server closes the connection; otherwise this never ends.
        for number in 0.. {
            if stream.write_all(&drops(number)).await.is_err() {
                break;
            }
            assert!(number < 1_500, "the server keeps the connection");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_in_use_is_kept() {
    let server = started().await;
    let mut stream = connected(&server.instance.url).await;
    for _ in 0..6 {
        let request = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        stream.write_all(request).await.expect("the connection is kept");
        let mut buffer = [0; 4096];
        let read =
            tokio::io::AsyncReadExt::read(&mut stream, &mut buffer).await.expect("a response");
        assert!(buffer[..read].starts_with(b"HTTP/1.1 200 "));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}
