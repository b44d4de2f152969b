//! Clients that are slow to read, or do not read at all.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{Method, Request};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::{answered, connected, long_conversation, request_for_page, until_the_end};
use crate::server::{Customer, Database, Server};
use crate::waiting::client_builder;

/// More pages than the system buffers for a client that reads nothing.
const PAGES: usize = 40;

async fn started(
    set: impl FnOnce(&mut ticket_center::config::Config),
) -> (Server, Customer, Value) {
    let server = Server::start_with(Database::Sqlite, set).await;
    // The server soon closes a connection that is not in use, and a request may be on its way by then.
    let client = client_builder().pool_max_idle_per_host(0).build().expect("it is a client");
    let customer = Customer { client, ..server.customer("ada@example.com") };
    let conversation = long_conversation(&customer).await;
    (server, customer, conversation)
}

fn seconds(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("it is not zero")
}

/// Returns a connection for which the system buffers as little as possible.
async fn small_connection(url: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("there is a socket");
    socket.set_recv_buffer_size(4096).expect("it may be small");
    let address = url.trim_start_matches("http://").parse().expect("it is an address");
    socket.connect(address).await.expect("it is reached")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_nothing_is_disconnected() {
    let (server, customer, conversation) =
        started(|config| config.silence_seconds = NonZeroU32::MIN).await;
    let mut stream = small_connection(&server.instance.url).await;
    let request = request_for_page(&customer, &conversation);
    stream.write_all(&request.repeat(PAGES)).await.expect("it is sent");
    tokio::time::sleep(Duration::from_secs(4)).await;
    let response = until_the_end(&mut stream).await;
    let responses = String::from_utf8_lossy(&response).matches("HTTP/1.1 200 ").count();
    assert!((1..PAGES).contains(&responses), "{responses}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_byte_by_byte_has_limited_time_for_a_response() {
    let (server, customer, conversation) =
        started(|config| config.answer_seconds = seconds(3)).await;
    let mut stream = small_connection(&server.instance.url).await;
    let request = request_for_page(&customer, &conversation);
    stream.write_all(&request.repeat(PAGES)).await.expect("it is sent");
    // The server closes the connection; otherwise this takes hours.
    for _ in 0..1_500 {
        if stream.read_u8().await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The bytes that the system had buffered can still be read.
    let response = until_the_end(&mut stream).await;
    let responses = String::from_utf8_lossy(&response).matches("HTTP/1.1 200 ").count();
    assert!(responses < PAGES, "{responses}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_gets_the_whole_response() {
    let (server, customer, conversation) =
        started(|config| config.silence_seconds = seconds(5)).await;
    let mut stream = small_connection(&server.instance.url).await;
    let request =
        String::from_utf8(request_for_page(&customer, &conversation)).expect("it is text");
    // Several pages, so that the server waits for the client for longer than the idle timeout.
    let (open, last) =
        (request.repeat(4), request.replacen("\r\n", "\r\nConnection: close\r\n", 1));
    stream.write_all(format!("{open}{last}").as_bytes()).await.expect("it is sent");
    let (mut response, mut part) = (Vec::new(), [0; 8 * 1024]);
    loop {
        let read = answered(stream.read(&mut part)).await.expect("the server goes on");
        if read == 0 {
            break;
        }
        response.extend_from_slice(&part[..read]);
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    let response = String::from_utf8_lossy(&response);
    assert_eq!(response.matches("HTTP/1.1 200 ").count(), 5);
    assert_eq!(response.matches("\"hasMore\":true}").count(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unread_streams_are_reset_and_others_of_their_connection_are_served() {
    let (server, customer, conversation) = started(|config| {
        config.answer_seconds = NonZeroU32::MIN;
        // Four pages of text are more than the limit.
        config.unread_megabytes = NonZeroU32::MIN;
    })
    .await;
    let stream = connected(&server.instance.url).await;
    let (client, connection) = h2::client::handshake(stream).await.expect("it speaks HTTP/2");
    tokio::spawn(connection);
    let id = conversation["id"].as_str().expect("an id");
    let url =
        format!("{}/api/messaging/ticket-center/conversations/{id}/messages", server.instance.url);
    let begin = async |url: &str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header("content-type", "application/json")
            .body(())
            .expect("it is a request");
        let mut client = client.clone().ready().await.expect("it may send");
        client.send_request(request, false).expect("it is sent")
    };
    let verify = format!("{}/api/messaging/ticket-center/verify", server.instance.url);
    let (verified, mut half) = begin(&verify).await;
    let mut unread = Vec::new();
    for _ in 0..20 {
        let (response, mut body) = begin(&url).await;
        body.send_data(customer.credentials.to_string().into(), true).expect("it is sent");
        unread.push(response);
    }
    let mut bodies = Vec::new();
    for response in unread {
        match answered(response).await {
            Ok(response) if response.status().as_u16() == 200 => bodies.push(response.into_body()),
            Ok(response) => assert_eq!(response.status().as_u16(), 503),
            Err(error) => assert!(error.is_reset(), "{error}"),
        }
    }
    assert!(!bodies.is_empty(), "the server responds");
    // Longer than a response may stay unread.
    tokio::time::sleep(Duration::from_secs(3)).await;
    half.send_data(customer.credentials.to_string().into(), true).expect("it is sent");
    assert_eq!(answered(verified).await.expect("it is answered").status().as_u16(), 200);
    for body in &mut bodies {
        // The window is never enlarged, so the client's window stays closed.
        while let Some(Ok(_)) = answered(body.data()).await {}
    }
    let whole = bodies.iter().filter(|body| body.is_end_stream()).count();
    assert!(whole < bodies.len(), "{whole} of {} responses came", bodies.len());
}
