//! `verify` under 64 connections, beside the least that a server could do: on SQLite a handler that only
//! parses the same JSON, on PostgreSQL one that does one prepared `SELECT` by key on the same pool.
//!
//! Everything is measured in turns in one run, on the machine that also makes the load, and printed as
//! ratios.

#[path = "../tests/suite/postgres.rs"]
mod postgres;

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use deskseal::{Secret, Signer};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use ticket_center::center::Center;
use ticket_center::clock::Clock;
use ticket_center::config::{Config, Hidden};
use ticket_center::desks::{self, DeskName};
use ticket_center::http;
use ticket_center::secrets::{self, Grace, NewSecret, Purpose};
use ticket_center::store::Store;
use ticket_center::vault::Keyring;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);

const VERIFY: &str = "/api/messaging/ticket-center/verify";

#[tokio::main]
async fn main() {
    let folder = tempfile::TempDir::new().expect("there is room");
    let sqlite = format!("sqlite:{}", folder.path().join("desk.db").display());
    measure("SQLite", &sqlite, "/parse", 0.5).await;
    measure("PostgreSQL", &postgres::new_database().await, "/select", 0.7).await;
}

/// Measures `verify` beside the baseline, in turns, and prints the median of the ratios.
async fn measure(database: &str, url: &str, baseline: &str, promised: f64) {
    let (server, other, body) = start(url).await;
    println!("{database}, {CONNECTIONS} connections, {ROUNDS} rounds of {} s", ROUND.as_secs());
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let least = load(other, baseline, &body).await;
        let verify = load(server, VERIFY, &body).await;
        ratios.push(verify.rate / least.rate);
        println!("  verify {verify}   {baseline} {least}   ratio {:.2}", ratios[ratios.len() - 1]);
    }
    ratios.sort_by(f64::total_cmp);
    println!("  median ratio {:.2}, promised {promised}", ratios[ROUNDS / 2]);
}

/// Starts the server and the baselines; returns where they are, and the body that both take.
async fn start(url: &str) -> (SocketAddr, SocketAddr, String) {
    let many = NonZeroU32::MAX;
    let config = Config {
        database_url: Hidden::from(url),
        public_url: "http://127.0.0.1".parse().expect("it is a URL"),
        calls_per_minute: many,
        verifies_per_minute: many,
        ..Config::default()
    };
    let store = Store::open(url, config.database_connections.get()).await.expect("it opens");
    store.migrate().await.expect("it is migrated");
    let key = format!("bench:{}", Keyring::generate_key().expect("randomness").as_str());
    let keyring = Keyring::parse(&key).expect("it is a key");
    let now = Clock::default().now();
    let name = DeskName::parse("Example").expect("it is a name");
    let desk = desks::create(&store, &name, now).await.expect("a desk");
    let place = (&desk, Purpose::TicketCenter);
    let issued =
        secrets::rotate(&store, &keyring, place, NewSecret::Generated, Grace::default(), now)
            .await
            .expect("a secret");
    let signer = Signer::new(Secret::new(issued.text.as_str()).expect("it is a secret"));
    let seal = signer.sign_email("ada@example.com").expect("it is an e-mail");
    let credentials = Credentials {
        helpdesk_id: desk.to_string(),
        email: seal.email.into_string(),
        signature: seal.signature.to_hex(),
    };
    let body = serde_json::to_string(&credentials).expect("it is JSON");
    let other = start_baselines(&store).await;
    let center = Center::new(config, store, keyring, Clock::default()).expect("it has a host");
    center.start_tidying();
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        http::serve(&center, listener, std::future::pending()).await.expect("it serves");
    });
    (address, other, body)
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Credentials {
    helpdesk_id: String,
    email: String,
    signature: String,
}

async fn start_baselines(store: &Store) -> SocketAddr {
    let router = Router::new()
        .route("/parse", post(async |Json(body): Json<Credentials>| Json(body)))
        .route("/select", post(select))
        .with_state(Arc::new(store.clone()));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("there is a port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
    address
}

async fn select(
    State(store): State<Arc<Store>>,
    Json(body): Json<Credentials>,
) -> Json<Credentials> {
    let row = sqlx::query("SELECT name, revision FROM desks WHERE id = $1")
        .bind(body.helpdesk_id.as_str())
        .fetch_one(store.readers())
        .await
        .expect("there is the desk");
    Json(Credentials { email: row.get("name"), ..body })
}

/// What one round came to.
struct Load {
    /// Answers in a second.
    rate: f64,
    /// The time within which 99 of 100 answers came.
    p99: Duration,
}

impl std::fmt::Display for Load {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:.0}/s, p99 {:.1} ms", self.rate, self.p99.as_secs_f64() * 1000.0)
    }
}

/// Sends the body over and over on every connection.
async fn load(address: SocketAddr, path: &str, body: &str) -> Load {
    let length = body.len();
    let request: Arc<[u8]> = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
    .into();
    let began = Instant::now();
    let connections: Vec<_> = (0..CONNECTIONS)
        .map(|_| tokio::spawn(times(address, Arc::clone(&request), began + ROUND)))
        .collect();
    let mut all = Vec::new();
    for connection in connections {
        all.extend(connection.await.expect("it is answered"));
    }
    let seconds = began.elapsed().as_secs_f64();
    all.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "there are fewer answers than 2^52")]
    let rate = all.len() as f64 / seconds;
    Load { rate, p99: all[all.len() * 99 / 100] }
}

/// Returns how long each answer took until the end.
async fn times(address: SocketAddr, request: Arc<[u8]>, end: Instant) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.expect("it is reached");
    stream.set_nodelay(true).expect("it is a TCP connection");
    let (mut times, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
    while Instant::now() < end {
        let asked = Instant::now();
        stream.write_all(&request).await.expect("it is sent");
        read_answer(&mut stream, &mut buffer).await;
        times.push(asked.elapsed());
    }
    times
}

async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut filled = 0;
    loop {
        filled += stream.read(&mut buffer[filled..]).await.expect("it is answered");
        let text = std::str::from_utf8(&buffer[..filled]).expect("it is text");
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        assert!(head.starts_with("HTTP/1.1 200"), "{text}");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .expect("the answer has a length");
        if length.parse() == Ok(body.len()) {
            return;
        }
    }
}
