//! Acknowledged data survives when the process is killed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use ticket_center::conversations::{Sending, Writing};
use ticket_center::notifications::{self, State};
use ticket_center::store::Store;

use crate::program::{Program, program, write_as_agent};
use crate::server::{Customer, Database, TestDatabase, conversation_id, on_both_databases};
use crate::smtp::{Behaviour, Sink};
use crate::waiting::{client, until};

/// How many messages are acknowledged before the server is killed.
const ENOUGH: usize = 300;

const WRITERS: usize = 8;

/// Sends messages until the server stops, and keeps the ids of the acknowledged ones.
pub(crate) async fn write(
    customer: Customer,
    acknowledged: Arc<Mutex<BTreeSet<String>>>,
    count: Arc<AtomicUsize>,
) {
    let mut fields = json!({ "message": "more" });
    // A server that was killed answers with an error, or with half a response.
    while let Ok(response) = customer.request("/message", &fields).send().await {
        // Where the disk is slow, the database may be unavailable for a while.
        if response.status().as_u16() == 503 {
            continue;
        }
        assert_eq!(response.status().as_u16(), 201);
        let Ok(body) = response.json::<Value>().await else { return };
        let id = body["message"]["id"].as_str().expect("it has an id").to_owned();
        fields["conversationId"] = body["conversation"]["id"].clone();
        acknowledged.lock().expect("the task did not panic").insert(id);
        count.fetch_add(1, Ordering::SeqCst);
    }
}

const INSTANTLY: Writing = Writing::Reply(Sending::Instantly);

/// Sets up a mail server with a timeout of so many seconds, or with the default one for `None`.
async fn mail_through(program: &mut Program, seconds: u32) -> Sink {
    let sink = Sink::start().await;
    program.set("TICKET_CENTER_SMTP_URL", &sink.url);
    program.set("TICKET_CENTER_MAIL_FROM", "support@example.com");
    if seconds > 0 {
        program.set("TICKET_CENTER_SMTP_SECONDS", &seconds.to_string());
    }
    sink
}

async fn states(store: &Store, conversation: &Value) -> Vec<State> {
    let states = notifications::states(store, &conversation_id(conversation)).await;
    let states = states.expect("it is read");
    states.into_values().map(|delivery| delivery.state).collect()
}

/// Waits until one of the conversation's notifications is in this state.
async fn settled(store: &Store, conversation: &Value, state: State) {
    let is_settled = async || states(store, conversation).await.contains(&state);
    until(&format!("a notification is {state:?}"), is_settled).await;
}

on_both_databases! {
    async fn nothing_acknowledged_is_lost_when_the_server_is_killed(database: Database) {
        let (program, customer) = program(database).await;
        let mut serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        let (acknowledged, count) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let client = client();
                let customer = Customer { client, ..customer.clone() };
                tokio::spawn(write(customer, Arc::clone(&acknowledged), Arc::clone(&count)))
            })
            .collect();
        until("enough messages are acknowledged", async || {
            assert!(serving.child.try_wait().expect("it can be asked").is_none());
            count.load(Ordering::SeqCst) >= ENOUGH
        })
        .await;
        serving.child.kill().expect("it is killed");
        for writer in writers {
            writer.await.expect("the task did not panic");
        }
        drop(serving);
        let serving = program.serve();
        let customer = Customer { url: serving.url.clone(), client: client(), ..customer };
        let kept = every_message(&customer).await;
        let acknowledged = acknowledged.lock().expect("the task did not panic");
        assert!(acknowledged.len() >= ENOUGH);
        let lost: Vec<_> = acknowledged.difference(&kept).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }

    async fn the_command_rotates_a_secret_while_the_server_runs(database: Database) {
        let (program, customer) = program(database).await;
        let serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        customer.verify().await.done();
        let desk = customer.credentials["helpdeskId"].as_str().expect("it is a text");
        program.stdout(&[
            "secret", "rotate", "--desk", desk, "--purpose", "ticket-center", "--grace", "0s",
        ]);
        assert_eq!(customer.verify().await.error(), (401, "signature_mismatch"));
    }

    async fn a_server_that_is_asked_to_stop_ends_gracefully(database: Database) {
        let (program, customer) = program(database).await;
        let serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        customer.verify().await.done();
        drop(customer);
        let (status, log) = serving.stop();
        assert!(status.success());
        assert!(log.last().is_some_and(|line| line.contains("stopped")), "{log:?}");
    }

    async fn a_database_closes_although_a_connection_to_it_is_never_returned(database: Database) {
        let database = TestDatabase::new(database).await;
        let store = Store::open(&database.url, 1).await.expect("it opens");
        let held = store.readers().acquire().await.expect("there is a connection");
        store.close().await;
        drop(held);
    }

    async fn no_log_contains_a_secret_a_signature_or_a_written_text(database: Database) {
        let (mut program, customer) = program(database).await;
        let sink = mail_through(&mut program, 0).await;
        let with_password = sink.url.replace("//", "//mailer:hunter2@");
        program.set("TICKET_CENTER_SMTP_URL", &with_password);
        program.set("RUST_LOG", "info,ticket_center=trace");
        let serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        let conversation = customer.begin("a confidential matter").await;
        customer.read(&conversation, json!({})).await;
        customer.with("email", "eve@example.com").verify().await;
        customer.call("/verify?signature=in-the-query", json!({})).await.done();
        sink.script([Behaviour::Reply("RCPT", "550 ada@example.com is unknown")]);
        let store = Store::open(&program.database.url, 1).await.expect("it opens");
        write_as_agent(&store, &customer, &conversation, INSTANTLY, "a confidential reply").await;
        settled(&store, &conversation, State::Failed).await;
        write_as_agent(&store, &customer, &conversation, INSTANTLY, "a confidential reply").await;
        settled(&store, &conversation, State::Sent).await;
        store.close().await;
        let signature = customer.credentials["signature"].as_str().expect("a text").to_owned();
        drop(customer);
        let (_, log) = serving.stop();
        let log = log.join("\n");
        for text in ["/conversations/{id}/messages", "401", "\"dead\"", "\"sent\""] {
            assert!(log.contains(text), "{text} in {log}");
        }
        for text in
            [&signature, "example.com", "confidential", "in-the-query", "dsk_secret_", "hunter2"]
        {
            assert!(!log.contains(text), "{text} in {log}");
        }
        assert!(!log.contains(program.keys.trim_start_matches("test:")));
    }

    async fn a_claimed_mail_is_neither_lost_nor_sent_twice_when_the_server_is_killed(database: Database) {
        let (mut program, customer) = program(database).await;
        let sink = mail_through(&mut program, 2).await;
        sink.always(Some(Behaviour::Wait(".")));
        let mut serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        let conversation = customer.begin("Cannot log in").await;
        let store = Store::open(&program.database.url, 1).await.expect("it opens");
        for text in ["one", "two", "three", "four", "five"] {
            write_as_agent(&store, &customer, &conversation, INSTANTLY, text).await;
        }
        sink.has(1).await;
        serving.child.kill().expect("it is killed");
        drop(serving);
        sink.always(None);
        let serving = program.serve();
        let is_end = |state: &State| matches!(state, State::Sent | State::Doubtful);
        let are_settled = async || states(&store, &conversation).await.iter().all(is_end);
        until("every mail is settled", are_settled).await;
        assert!(states(&store, &conversation).await.contains(&State::Doubtful));
        store.close().await;
        drop(serving);
        let mails = sink.mails();
        for text in ["one", "two", "three", "four", "five"] {
            let count = mails.iter().filter(|mail| mail.text.contains(&format!("\r\n{text}\r\n"))).count();
            assert!(count <= 1, "{text} came {count} times");
        }
    }

    async fn a_server_that_is_asked_to_stop_finishes_the_claimed_mail(database: Database) {
        let (mut program, customer) = program(database).await;
        let sink = mail_through(&mut program, 60).await;
        sink.always(Some(Behaviour::Wait(".")));
        let serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        let conversation = customer.begin("Cannot log in").await;
        let store = Store::open(&program.database.url, 1).await.expect("it opens");
        write_as_agent(&store, &customer, &conversation, INSTANTLY, "Please try again.").await;
        drop(customer);
        sink.has(1).await;
        serving.ask_to_stop();
        sink.release();
        let (status, _) = serving.stop();
        assert!(status.success());
        assert_eq!(states(&store, &conversation).await, [State::Sent]);
    }
}

pub(crate) async fn every_message(customer: &Customer) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let list = customer.list(json!({ "limit": 100 })).await;
    for conversation in list["conversations"].as_array().expect("it is a list") {
        let mut fields = json!({ "limit": 100 });
        loop {
            let page = customer.read(conversation, fields).await;
            let messages = page["messages"].as_array().expect("it is a list");
            let id = |message: &Value| message["id"].as_str().expect("it has an id").to_owned();
            ids.extend(messages.iter().map(id));
            if page["hasMore"] == false {
                break;
            }
            fields = json!({ "limit": 100, "before": messages[0]["id"] });
        }
    }
    ids
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_of_sqlite_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let (program, customer) = program(Database::Sqlite).await;
    let serving = program.serve();
    Customer { url: serving.url.clone(), ..customer }.begin("hello").await;
    let path = program.database.url.trim_start_matches("sqlite:");
    for suffix in ["", "-wal", "-shm"] {
        let file = std::fs::metadata(format!("{path}{suffix}")).expect("it is there");
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{suffix}");
    }
}
