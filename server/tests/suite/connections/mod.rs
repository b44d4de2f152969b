//! Connections that send nothing, read nothing, or are too many: the server closes each kind, and none of
//! them blocks a health check or a customer.

mod frames;
mod health;
// Other systems report a process's memory in other ways.
#[cfg(target_os = "linux")]
mod memory;
mod number;
mod silence;
mod unread;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::server::Customer;

/// A message of 40,000 bytes: the longest one, of characters that need four bytes each.
fn long_message() -> String {
    "\u{1f600}".repeat(10_000)
}

/// Begins a conversation of 100 messages, as long as messages may be.
async fn long_conversation(customer: &Customer) -> Value {
    let conversation = customer.begin(&long_message()).await;
    for _ in 1..100 {
        let fields = json!({ "conversationId": conversation["id"], "message": long_message() });
        customer.call("/message", fields).await.done();
    }
    conversation
}

/// Returns a request for the conversation's newest messages, as many as one response may have.
fn request_for_page(customer: &Customer, conversation: &Value) -> Vec<u8> {
    let mut body = customer.credentials.clone();
    body["limit"] = 100.into();
    let (body, id) = (body.to_string(), conversation["id"].as_str().expect("an id"));
    let length = body.len();
    format!(
        "POST /api/messaging/ticket-center/conversations/{id}/messages HTTP/1.1\r\n\
         Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

async fn connected(url: &str) -> TcpStream {
    TcpStream::connect(url.trim_start_matches("http://")).await.expect("it is reached")
}

/// Returns the bytes that the server sends until it closes the connection.
async fn until_the_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut response = Vec::new();
    // A reset connection has ended, too.
    let read =
        tokio::time::timeout(Duration::from_secs(90), stream.read_to_end(&mut response)).await;
    assert!(
        read.is_ok(),
        "the server keeps the connection: {}",
        String::from_utf8_lossy(&response)
    );
    response
}

/// Waits for a response, however slow the machine is.
async fn answered<T>(response: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(90), response).await.expect("there is no response")
}
