//! A connection that costs the machine as little as possible.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The largest response, in bytes.
const LARGEST: usize = 256 * 1024;

/// Returns a call as it goes over the wire.
pub(crate) fn request(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// One connection that stays open.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("it is reached");
        stream.set_nodelay(true).expect("it is a TCP connection");
        Self { stream, buffer: Vec::with_capacity(4 * 1024) }
    }

    /// Sends a call, and returns the body of the response, which must be a success.
    pub(crate) async fn call(&mut self, request: &[u8]) -> &str {
        self.stream.write_all(request).await.expect("it is sent");
        self.buffer.clear();
        loop {
            let count = self.stream.read_buf(&mut self.buffer).await.expect("it is answered");
            assert!(count > 0 && self.buffer.len() < LARGEST, "the response ends");
            if let Some(start) = body_start(&self.buffer) {
                return std::str::from_utf8(&self.buffer[start..]).expect("it is text");
            }
        }
    }
}

/// Returns where the body begins, once all of it is there.
fn body_start(response: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(response).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    assert!(head.starts_with("HTTP/1.1 20"), "{text}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length?.parse().expect("a length is a number");
    (body.len() == length).then_some(head.len() + 4)
}
