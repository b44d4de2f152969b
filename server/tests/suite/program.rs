//! Runs the command as an operator does.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::JoinHandle;

use deskseal::{Secret, Signer};
use serde_json::{Value, json};
use ticket_center::clock::Clock;
use ticket_center::conversations::{self, Agent, Writing};
use ticket_center::ids::{AgentId, DeskId};
use ticket_center::store::Store;
use ticket_center::text::MessageText;
use ticket_center::vault::Keyring;

use crate::server::{Customer, Database, TestDatabase, conversation_id};
use crate::waiting::client;

/// The command with its own configuration.
pub(crate) struct Program {
    pub(crate) keys: String,
    pub(crate) database: TestDatabase,
    /// The limit of open files for the server; `None` for the system's limit.
    pub(crate) open_files: Option<u32>,
    settings: Vec<(&'static str, String)>,
}

impl Program {
    /// Sets an environment variable.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.settings.push((name, value.to_owned()));
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.executable();
        command
            .args(arguments)
            // The log says where the server listens.
            .env_remove("RUST_LOG")
            .env("DATABASE_URL", &self.database.url)
            .env("TICKET_CENTER_KEYS", &self.keys)
            .env("TICKET_CENTER_LISTEN", "127.0.0.1:0")
            .env("TICKET_CENTER_PUBLIC_URL", "http://127.0.0.1")
            .env("TICKET_CENTER_MESSAGES_PER_MINUTE", "1000000")
            .env("TICKET_CENTER_REFUSALS_PER_MINUTE", "1000000")
            .env("TICKET_CENTER_VERIFIES_PER_MINUTE", "1000000")
            .env("TICKET_CENTER_READS_PER_MINUTE", "1000000")
            .env("TICKET_CENTER_CALLS_PER_MINUTE", "1000000")
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Returns the command, run in a shell that first lowers the limit of open files.
    fn executable(&self) -> Command {
        let path = env!("CARGO_BIN_EXE_ticket-center");
        let Some(open_files) = self.open_files else { return Command::new(path) };
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {open_files} && exec \"$@\""), "sh", path]);
        command
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("it runs")
    }

    pub(crate) fn stdout(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is text").trim_end().to_owned()
    }

    pub(crate) fn serve(&self) -> Serving {
        let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().expect("it starts");
        let log = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut lines = log.lines().map(|line| line.expect("it is text"));
        let address = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            line["fields"]["address"].as_str().map(str::to_owned)
        });
        // Without a reader the pipe would fill and stop the server.
        let log = std::thread::spawn(move || lines.collect());
        let url = format!("http://{}", address.expect("it says where it listens"));
        Serving { child, url, log: Some(log) }
    }
}

pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) url: String,
    log: Option<JoinHandle<Vec<String>>>,
}

impl Serving {
    /// Asks the server to stop.
    pub(crate) fn ask_to_stop(&self) {
        let id = i32::try_from(self.child.id()).expect("it is a process id");
        let id = rustix::process::Pid::from_raw(id).expect("it is not zero");
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it is told");
    }

    /// Asks the server to stop, and returns its exit status and the lines that it logged after its start.
    pub(crate) fn stop(mut self) -> (ExitStatus, Vec<String>) {
        self.ask_to_stop();
        let status = self.child.wait().expect("it ends");
        let log = self.log.take().expect("it is read once").join().expect("the task did not panic");
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

pub(crate) async fn program(database: Database) -> (Program, Customer) {
    let keys = format!("test:{}", Keyring::generate_key().expect("randomness").as_str());
    let database = TestDatabase::new(database).await;
    let program = Program { keys, database, open_files: None, settings: Vec::new() };
    let desk = program.stdout(&["desk", "create", "Example"]);
    let secret =
        program.stdout(&["secret", "rotate", "--desk", &desk, "--purpose", "ticket-center"]);
    let signer = Signer::new(Secret::new(secret.as_str()).expect("it is a secret"));
    let identity = signer.sign_email("ada@example.com").expect("it is an e-mail");
    let credentials = json!({
        "helpdeskId": desk,
        "email": identity.email.as_str(),
        "signature": identity.signature.to_hex(),
    });
    (program, Customer { url: String::new(), credentials, client: client() })
}

/// Writes an agent's reply or note while the server runs.
pub(crate) async fn write_as_agent(
    store: &Store,
    customer: &Customer,
    conversation: &Value,
    writing: Writing,
    text: &str,
) {
    let desk = customer.credentials["helpdeskId"].as_str().expect("it is a text");
    let desk = DeskId::parse(desk).expect("it is an id");
    let agent = Agent { id: AgentId::generate(), name: "Grace".to_owned() };
    let (id, now) = (conversation_id(conversation), Clock::default().now());
    let text = MessageText::parse(text).expect("it is a message");
    conversations::write_as_agent(store, &desk, &id, &agent, writing, &text, now)
        .await
        .expect("it is written");
}
