//! A server with few open files, as many connections as an attacker likes, and a health check.

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use tokio::io::AsyncWriteExt as _;

use super::answered;
use super::frames::{END_HEADERS, HEADERS, PREFACE, block, frame, opening};
use crate::program::{Program, Serving, program};
use crate::server::{Customer, Database};
use crate::waiting::client;

/// More connections than the server may have open files.
const MANY: usize = 1100;

/// Lets this process have as many open files as the system allows it.
fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("it may be raised");
}

/// Starts a server that may have 1,024 files open, and returns its customer.
async fn started() -> (Program, Serving, Customer) {
    allow_open_files();
    let (mut program, customer) = program(Database::Sqlite).await;
    program.open_files = Some(1024);
    let serving = program.serve();
    let customer = Customer { url: serving.url.clone(), ..customer };
    (program, serving, customer)
}

/// Opens many connections that send these bytes and nothing more.
async fn open_connections(url: &str, bytes: &[u8]) -> Vec<TcpStream> {
    let mut opening = JoinSet::new();
    for _ in 0..MANY {
        let (address, bytes) = (url.trim_start_matches("http://").to_owned(), bytes.to_owned());
        opening.spawn(async move {
            let mut stream = TcpStream::connect(address).await.ok()?;
            // The server may have closed it.
            let _ = stream.write_all(&bytes).await;
            Some(stream)
        });
    }
    let mut held = Vec::new();
    // When the server accepts no more connections, the system queues the rest.
    let wait = std::time::Duration::from_secs(20);
    while let Ok(Some(stream)) = tokio::time::timeout(wait, opening.join_next()).await {
        held.extend(stream.expect("the task did not panic"));
    }
    held
}

/// The tries after which a probe says that a server is unhealthy, as those of orchestrators do.
const TRIES: usize = 3;

async fn assert_healthy(url: &str) {
    for path in ["/healthz", "/readyz"] {
        let mut response = None;
        for _ in 0..TRIES {
            // Each check uses a new connection. In a flood, one that sends its request late may be replaced.
            response = answered(client().get(format!("{url}{path}")).send()).await.ok();
            if response.is_some() {
                break;
            }
        }
        let response = response.expect("a response");
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.text().await.expect("a text"), "ok\n");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_connections_block_neither_health_checks_nor_customers() {
    let (_program, serving, customer) = started().await;
    for bytes in [&b""[..], b"GET /heal", PREFACE, &opening()] {
        let held = open_connections(&serving.url, bytes).await;
        for _ in 0..5 {
            assert_healthy(&serving.url).await;
            // A customer's connection replaces an idle one.
            let fresh = Customer { client: client(), ..customer.clone() };
            answered(fresh.verify()).await.done();
        }
        drop(held);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_stop_halfway_block_no_health_check() {
    let (_program, serving, customer) = started().await;
    let half_body = "POST /api/messaging/ticket-center/verify HTTP/1.1\r\nHost: 127.0.0.1\r\n\
                Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    let stream = [
        &opening()[..],
        &frame(
            HEADERS,
            END_HEADERS,
            1,
            &block(&[
                (":method", "POST"),
                (":scheme", "http"),
                (":authority", "127.0.0.1"),
                (":path", "/api/messaging/ticket-center/verify"),
                ("content-type", "application/json"),
            ]),
        ),
    ]
    .concat();
    for bytes in [half_body.as_bytes(), &stream] {
        let held = open_connections(&serving.url, bytes).await;
        for _ in 0..5 {
            assert_healthy(&serving.url).await;
        }
        drop(held);
    }
    answered(customer.verify()).await.done();
}
