//! Limits of connections, of one address and in total.

use std::net::SocketAddr;
use std::num::NonZeroU32;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::{answered, until_the_end};
use crate::server::{Database, Server};
use crate::waiting::client;

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
const HALF_REQUEST: &[u8] =
    b"POST /api/messaging/ticket-center/verify HTTP/1.1\r\nHost: 127.0.0.1\r\n\
      Content-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n";

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("it is not zero")
}

/// Connects from one of the many addresses of this machine.
async fn connected_from(last: u8, server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("there is a socket");
    socket
        .bind(SocketAddr::from(([127, 0, 0, last], 0)))
        .expect("it is an address of this machine");
    let address = server.instance.url.trim_start_matches("http://");
    socket.connect(address.parse().expect("it is an address")).await.expect("it is reached")
}

/// Returns the status of the response to a request.
async fn status(stream: &mut TcpStream, request: &[u8]) -> u16 {
    stream.write_all(request).await.expect("it is sent");
    let mut start = [0; 12];
    answered(stream.read_exact(&mut start)).await.expect("it is answered");
    let start = std::str::from_utf8(&start).expect("it is text");
    start["HTTP/1.1 ".len()..].parse().expect("it is a status")
}

/// Opens connections from one address, each with the head of a request whose body the server waits for.
async fn busy(number: usize, last: u8, server: &Server) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..number {
        let mut stream = connected_from(last, server).await;
        // From now on the server waits for the body.
        assert_eq!(status(&mut stream, HALF_REQUEST).await, 100);
        streams.push(stream);
    }
    streams
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_of_one_address_are_limited_and_the_longest_idle_one_is_closed() {
    let server = Server::start_with(Database::Sqlite, |config| {
        config.connections_per_address = number(3);
    })
    .await;
    let mut other = connected_from(2, &server).await;
    assert_eq!(status(&mut other, HEALTH).await, 200);
    let mut streams = Vec::new();
    for _ in 0..6 {
        let mut stream = connected_from(3, &server).await;
        assert_eq!(status(&mut stream, HEALTH).await, 200);
        streams.push(stream);
    }
    for stream in &mut streams[..3] {
        until_the_end(stream).await;
    }
    for stream in streams[3..].iter_mut().chain([&mut other]) {
        // The rest of the previous response comes first.
        stream.write_all(HEALTH).await.expect("the connection is kept");
        let mut response = [0; 64];
        assert!(answered(stream.read(&mut response)).await.expect("the connection is kept") > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_whose_connections_are_all_in_use_gets_only_health_checks() {
    let server = Server::start_with(Database::Sqlite, |config| {
        config.connections_per_address = number(3);
    })
    .await;
    let _busy = busy(3, 3, &server).await;
    assert_eq!(status(&mut connected_from(3, &server).await, HEALTH).await, 200);
    let page = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    assert_eq!(status(&mut connected_from(3, &server).await, page).await, 503);
    assert_eq!(status(&mut connected_from(4, &server).await, page).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_connection_limit_only_health_checks_are_served() {
    let server =
        Server::start_with(Database::Sqlite, |config| config.connections = number(20)).await;
    let _busy = [busy(10, 3, &server).await, busy(10, 4, &server).await];
    let page = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    for _ in 0..40 {
        assert_eq!(status(&mut connected_from(5, &server).await, page).await, 503);
        assert_eq!(status(&mut connected_from(5, &server).await, HEALTH).await, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_connections_of_many_addresses_are_closed_for_customers() {
    let server =
        Server::start_with(Database::Sqlite, |config| config.connections = number(20)).await;
    let mut silent = Vec::new();
    for number in 0..100 {
        silent.push(connected_from(10 + number, &server).await);
    }
    server.customer("ada@example.com").verify().await.done();
    assert_eq!(status(&mut connected_from(5, &server).await, HEALTH).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_behind_a_trusted_proxy_have_no_limit_per_address() {
    let server = Server::start_with(Database::Sqlite, |config| {
        config.connections_per_address = number(3);
        config.trusted_proxies = vec!["127.0.0.3/32".parse().expect("it is a network")];
    })
    .await;
    let _busy = busy(10, 3, &server).await;
    let page = b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    assert_eq!(status(&mut connected_from(3, &server).await, page).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_tell_how_many_connections_there_are_and_why_the_server_ended_some() {
    let server = Server::start_with(Database::Sqlite, |config| {
        config.silence_seconds = NonZeroU32::MIN;
        config.connections_per_address = number(2);
    })
    .await;
    let mut first = connected_from(3, &server).await;
    let mut second = connected_from(3, &server).await;
    let mut third = connected_from(3, &server).await;
    for stream in [&mut first, &mut second, &mut third] {
        until_the_end(stream).await;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let url = format!("http://{}/metrics", listener.local_addr().expect("it is bound"));
    let app = std::sync::Arc::clone(&server.instance.app);
    let serving = tokio::spawn(ticket_center::http::serve_metrics(app, listener));
    let page =
        client().get(url).send().await.expect("a response").text().await.expect("it is text");
    serving.abort();
    for line in [
        "ticket_center_connections 0",
        "ticket_center_connections_ended_total{reason=\"evicted\"} 1",
        "ticket_center_connections_ended_total{reason=\"silence\"} 2",
    ] {
        assert!(page.lines().any(|other| other == line), "{line} in {page}");
    }
}
