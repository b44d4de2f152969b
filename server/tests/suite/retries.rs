//! Calls that a client retries because the response was lost.

use serde_json::{Value, json};

use crate::program::program;
use crate::server::{Customer, Database, on_both_databases};
use crate::waiting::client;

const WRITERS: usize = 6;

/// How many messages each writer sends before the server is killed; at least one.
const ENOUGH: usize = 40;

/// Sends numbered messages with keys until the server stops, and returns how many it tried.
async fn try_until_stopped(
    customer: Customer,
    writer: usize,
    told: tokio::sync::mpsc::Sender<()>,
) -> usize {
    for number in 0.. {
        let sent = customer.request("/message", &numbered(writer, number)).send().await;
        if sent.is_err() {
            return number + 1;
        }
        // The receiver is dropped when enough messages were sent.
        let _ = told.try_send(());
    }
    unreachable!("numbers do not end")
}

fn numbered(writer: usize, number: usize) -> Value {
    json!({
        "message": format!("message {number} of {writer}"),
        "idempotencyKey": format!("key-{writer}-{number}"),
    })
}

on_both_databases! {
    async fn a_message_that_is_retried_after_a_kill_is_stored_once(database: Database) {
        let (program, customer) = program(database).await;
        let mut serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        let (told, mut tell) = tokio::sync::mpsc::channel(WRITERS * ENOUGH);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let client = client();
                let customer = Customer { client, ..customer.clone() };
                tokio::spawn(try_until_stopped(customer, writer, told.clone()))
            })
            .collect();
        for _ in 0..WRITERS * ENOUGH {
            tell.recv().await.expect("they write");
        }
        serving.child.kill().expect("it is killed");
        let mut tried = Vec::new();
        for writer in writers {
            tried.push(writer.await.expect("the task did not panic"));
        }
        drop(serving);
        let serving = program.serve();
        let customer = Customer { url: serving.url.clone(), client: client(), ..customer };
        for (writer, count) in tried.iter().enumerate() {
            for number in 0..*count {
                customer.call("/message", numbered(writer, number)).await.done();
            }
        }
        assert_eq!(conversations_of(&customer).await, tried.iter().sum::<usize>());
    }
}

async fn conversations_of(customer: &Customer) -> usize {
    let (mut count, mut fields) = (0, json!({ "limit": 100 }));
    loop {
        let page = customer.list(fields).await;
        count += page["conversations"].as_array().expect("it is a list").len();
        if page["nextCursor"].is_null() {
            return count;
        }
        fields = json!({ "limit": 100, "cursor": page["nextCursor"] });
    }
}
