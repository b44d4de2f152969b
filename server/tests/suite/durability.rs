//! What was acknowledged is there after the process was killed.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use deskseal::{Secret, Signer};
use serde_json::{Value, json};
use ticket_center::vault::Keyring;

use crate::server::{Customer, Database, Place, on_both_databases};

/// How many messages are acknowledged before the server is killed.
const ENOUGH: usize = 300;

const WRITERS: usize = 8;

/// The command with a configuration of its own.
struct Program {
    keys: String,
    place: Place,
}

impl Program {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticket-center"));
        command
            .args(arguments)
            .env("DATABASE_URL", &self.place.url)
            .env("TICKET_CENTER_KEYS", &self.keys)
            .env("TICKET_CENTER_LISTEN", "127.0.0.1:0")
            .env("TICKET_CENTER_PUBLIC_URL", "http://127.0.0.1")
            .env("TICKET_CENTER_MESSAGES_PER_MINUTE", "1000000")
            .env("TICKET_CENTER_REFUSALS_PER_MINUTE", "1000000")
            .env("TICKET_CENTER_VERIFIES_PER_MINUTE", "1000000")
            .env("TICKET_CENTER_READS_PER_MINUTE", "1000000")
            .env("TICKET_CENTER_CALLS_PER_MINUTE", "1000000");
        command
    }

    fn answer(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is text").trim_end().to_owned()
    }

    fn serve(&self) -> Serving {
        let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().expect("it starts");
        let log = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut lines = log.lines().map(|line| line.expect("it is text"));
        let address = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            line["fields"]["address"].as_str().map(str::to_owned)
        });
        // What nobody reads would fill the pipe and stop the server.
        let log = std::thread::spawn(move || lines.collect());
        let url = format!("http://{}", address.expect("it says where it listens"));
        Serving { child, url, log: Some(log) }
    }
}

struct Serving {
    child: Child,
    url: String,
    log: Option<JoinHandle<Vec<String>>>,
}

impl Serving {
    /// Asks the server to stop, and returns how it ended and what it logged after its start.
    fn stop(mut self) -> (ExitStatus, Vec<String>) {
        let id = i32::try_from(self.child.id()).expect("it is a process id");
        let id = rustix::process::Pid::from_raw(id).expect("it is not zero");
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it is told");
        let status = self.child.wait().expect("it ends");
        let log = self.log.take().expect("it is read once").join().expect("nobody panicked");
        (status, log)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn program(database: Database) -> (Program, Customer) {
    let keys = format!("test:{}", Keyring::generate_key().expect("randomness").as_str());
    let program = Program { keys, place: Place::new(database).await };
    let desk = program.answer(&["desk", "create", "Example"]);
    let secret =
        program.answer(&["secret", "rotate", "--desk", &desk, "--purpose", "ticket-center"]);
    let signer = Signer::new(Secret::new(secret.as_str()).expect("it is a secret"));
    let seal = signer.sign_email("ada@example.com").expect("it is an e-mail");
    let credentials = json!({
        "helpdeskId": desk,
        "email": seal.email.as_str(),
        "signature": seal.signature.to_hex(),
    });
    (program, Customer { url: String::new(), credentials, client: reqwest::Client::new() })
}

/// Sends messages until the server is gone, and keeps the ids of those that were acknowledged.
async fn write(
    customer: Customer,
    acknowledged: Arc<Mutex<BTreeSet<String>>>,
    count: Arc<AtomicUsize>,
) {
    let fields = json!({ "message": "first" });
    let Ok(response) = customer.request("/message", &fields).send().await else { return };
    let Ok(body) = response.json::<Value>().await else { return };
    let conversation = body["conversation"]["id"].clone();
    loop {
        let fields = json!({ "message": "more", "conversationId": conversation });
        let Ok(response) = customer.request("/message", &fields).send().await else { return };
        if response.status().as_u16() != 201 {
            return;
        }
        let Ok(body) = response.json::<Value>().await else { return };
        let id = body["message"]["id"].as_str().expect("it has an id").to_owned();
        acknowledged.lock().expect("nobody panicked").insert(id);
        count.fetch_add(1, Ordering::SeqCst);
    }
}

on_both_databases! {
    async fn nothing_acknowledged_is_lost_when_the_server_is_killed(database: Database) {
        let (program, customer) = program(database).await;
        let mut serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        let (acknowledged, count) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let client = reqwest::Client::new();
                let customer = Customer { client, ..customer.clone() };
                tokio::spawn(write(customer, Arc::clone(&acknowledged), Arc::clone(&count)))
            })
            .collect();
        while count.load(Ordering::SeqCst) < ENOUGH {
            tokio::task::yield_now().await;
            assert!(serving.child.try_wait().expect("it can be asked").is_none());
        }
        serving.child.kill().expect("it is killed");
        for writer in writers {
            writer.await.expect("nobody panicked");
        }
        drop(serving);
        let serving = program.serve();
        let customer = Customer { url: serving.url.clone(), client: reqwest::Client::new(), ..customer };
        let kept = every_message(&customer).await;
        let acknowledged = acknowledged.lock().expect("nobody panicked");
        assert!(acknowledged.len() >= ENOUGH);
        let lost: Vec<_> = acknowledged.difference(&kept).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }

    async fn a_command_rotates_under_a_running_server(database: Database) {
        let (program, customer) = program(database).await;
        let serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        customer.verify().await.done();
        let desk = customer.credentials["helpdeskId"].as_str().expect("it is a text");
        program.answer(&[
            "secret", "rotate", "--desk", desk, "--purpose", "ticket-center", "--grace", "0s",
        ]);
        assert_eq!(customer.verify().await.refused(), (401, "signature_mismatch"));
    }

    async fn a_server_that_is_asked_to_stop_ends_in_order(database: Database) {
        let (program, customer) = program(database).await;
        let serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        customer.verify().await.done();
        drop(customer);
        let (status, log) = serving.stop();
        assert!(status.success());
        assert!(log.last().is_some_and(|line| line.contains("stopped")), "{log:?}");
    }

    async fn no_log_has_a_secret_a_signature_or_what_people_wrote(database: Database) {
        let (program, customer) = program(database).await;
        let serving = program.serve();
        let customer = Customer { url: serving.url.clone(), ..customer };
        let conversation = customer.begin("a confidential matter").await;
        customer.read(&conversation, json!({})).await;
        customer.with("email", "eve@example.com").verify().await;
        customer.call("/verify?signature=in-the-query", json!({})).await.done();
        let signature = customer.credentials["signature"].as_str().expect("a text").to_owned();
        drop(customer);
        let (_, log) = serving.stop();
        let log = log.join("\n");
        assert!(log.contains("/conversations/{id}/messages") && log.contains("401"), "{log}");
        for text in [&signature, "example.com", "confidential", "in-the-query", "dsk_secret_"] {
            assert!(!log.contains(text), "{text} in {log}");
        }
        assert!(!log.contains(program.keys.trim_start_matches("test:")));
    }
}

async fn every_message(customer: &Customer) -> BTreeSet<String> {
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
    let path = program.place.url.trim_start_matches("sqlite:");
    for suffix in ["", "-wal", "-shm"] {
        let file = std::fs::metadata(format!("{path}{suffix}")).expect("it is there");
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{suffix}");
    }
}
