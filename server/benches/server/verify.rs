//! `verify` under 64 connections, beside the least that a server could do: on SQLite a handler that only
//! parses the same JSON, on PostgreSQL one that does one prepared `SELECT` by key on the same pool.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use ticket_center::store::Store;

use crate::client::{self, Connection};
use crate::running::{API, Database, Running};

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_secs(1);

pub(crate) async fn measure() {
    on(Database::Sqlite, "/parse", 0.5).await;
    on(Database::Postgres, "/select", 0.7).await;
}

/// Measures `verify` and the baseline alternately, and prints the median of the ratios.
async fn on(database: Database, baseline: &str, promised: f64) {
    let folder = tempfile::TempDir::new().expect("there is room");
    let server = Running::start(&database.url(&folder, "desk.db").await).await;
    let other = start_baselines(&server.store).await;
    let body = server.credentials("ada@example.com").to_string();
    let verify = format!("{API}/verify");
    let name = database.name();
    println!(
        "verify on {name}, {CONNECTIONS} connections, {ROUNDS} rounds of {} s",
        ROUND.as_secs()
    );
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let least = load(other, client::request(baseline, &body)).await;
        let verify = load(server.address, client::request(&verify, &body)).await;
        ratios.push(verify.rate / least.rate);
        println!("  verify {verify}   {baseline} {least}   ratio {:.2}", ratios[ratios.len() - 1]);
    }
    ratios.sort_by(f64::total_cmp);
    println!("  median ratio {:.2}, promised at least {promised}", ratios[ROUNDS / 2]);
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
    let (email, _): (String, String) =
        sqlx::query_as("SELECT name, revision FROM desks WHERE id = $1")
            .bind(body.helpdesk_id.as_str())
            .fetch_one(store.readers())
            .await
            .expect("there is the desk");
    Json(Credentials { email, ..body })
}

/// The result of one round.
struct Load {
    /// Responses per second.
    rate: f64,
    /// The time within which 99 of 100 responses arrived.
    p99: Duration,
}

impl std::fmt::Display for Load {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:.0}/s, p99 {:.1} ms", self.rate, self.p99.as_secs_f64() * 1000.0)
    }
}

/// Sends the request over and over on every connection.
async fn load(address: SocketAddr, request: Vec<u8>) -> Load {
    let request: Arc<[u8]> = request.into();
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
    #[expect(clippy::cast_precision_loss, reason = "there are fewer responses than 2^52")]
    let rate = all.len() as f64 / seconds;
    Load { rate, p99: all[all.len() * 99 / 100] }
}

/// Returns the time of each response, until `end`.
async fn times(address: SocketAddr, request: Arc<[u8]>, end: Instant) -> Vec<Duration> {
    let mut connection = Connection::open(address).await;
    let mut times = Vec::new();
    while Instant::now() < end {
        let asked = Instant::now();
        connection.call(&request).await;
        times.push(asked.elapsed());
    }
    times
}
