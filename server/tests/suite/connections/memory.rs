//! How much memory unread responses use.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{answered, connected, long_conversation, request_for_page};
use crate::program::{Serving, program};
use crate::server::{Customer, Database};

/// Clients that request pages of 4 MB of text and read nothing.
const UNREAD: usize = 240;

/// The memory that the server may use for them, in addition to its usual memory.
const MEGABYTES: usize = 160;

/// Returns the highest memory use of the process so far, or the current one, in megabytes.
fn megabytes(serving: &Serving, field: &str) -> usize {
    let path = format!("/proc/{}/status", serving.child.id());
    let status = std::fs::read_to_string(path).expect("the process is there");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("it has the field");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("it is a number") / 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unread_responses_use_little_memory() {
    let (program, customer) = program(Database::Sqlite).await;
    let serving = program.serve();
    let customer = Customer { url: serving.url.clone(), ..customer };
    let conversation = long_conversation(&customer).await;
    let before = megabytes(&serving, "VmRSS:");
    // More than the system buffers for a client.
    let request = request_for_page(&customer, &conversation).repeat(4);
    let mut held = Vec::new();
    for _ in 0..UNREAD {
        let mut stream = connected(&serving.url).await;
        stream.write_all(&request).await.expect("it is sent");
        held.push(stream);
    }
    let mut begun = 0;
    for stream in &mut held {
        // Each response has begun, unless the server closed the connection to save memory.
        begun += usize::from(matches!(answered(stream.read_u8()).await, Ok(b'H')));
    }
    assert!(begun > 0, "the server responds");
    for _ in 0..5 {
        let page = answered(customer.read(&conversation, json!({ "limit": 100 }))).await;
        assert!(page["messages"].as_array().is_some_and(|messages| !messages.is_empty()));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let most = megabytes(&serving, "VmHWM:");
    assert!(most < before + MEGABYTES, "{most} MB at most, {before} MB before");
}
