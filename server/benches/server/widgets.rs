//! A thousand open widgets on one instance: a process of its own, with the limits that it has by default.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use deskseal::{Secret, Signer};
use serde_json::{Value, json};
use ticket_center::clock::Clock;
use ticket_center::conversations::{self, Agent, Sending, Writing};
use ticket_center::ids::{AgentId, ConversationId, DeskId};
use ticket_center::store::Store;
use ticket_center::text::MessageText;
use ticket_center::vault::Keyring;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::client::{self, Connection};
use crate::running::{API, Database, credentials};

const WIDGETS: usize = 1_000;

/// The poll interval that `verify` returns.
const PAUSE: Duration = Duration::from_millis(1_500);

/// How many widgets begin their conversation at the same time.
const AT_ONCE: usize = 16;

/// The interval at which the agent writes.
const BETWEEN_REPLIES: Duration = Duration::from_millis(20);

const PROMISED_MEGABYTES: u64 = 150;
const PROMISED_SECONDS: f64 = 2.0;

pub(crate) async fn measure() {
    for database in [Database::Sqlite, Database::Postgres] {
        on(database).await;
    }
}

/// Opens the widgets, has an agent reply to each, and prints when the last of them showed it.
async fn on(database: Database) {
    let folder = tempfile::TempDir::new().expect("there is room");
    let program = Program {
        url: database.url(&folder, "desk.db").await,
        keys: format!("bench:{}", Keyring::generate_key().expect("randomness").as_str()),
    };
    let (desk, signer) = program.desk();
    let serving = program.serve();
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let opening: Vec<_> = (0..WIDGETS)
        .map(|number| {
            let body = credentials(&signer, &desk, &format!("ada{number}@example.com"));
            tokio::spawn(Widget::open(serving.address, body, Arc::clone(&room)))
        })
        .collect();
    let mut widgets = Vec::new();
    for widget in opening {
        widgets.push(widget.await.expect("it is opened"));
    }
    let written = write_to_all(&program.url, &desk, &widgets).await;
    let mut waits = Vec::new();
    for (widget, written) in widgets.iter_mut().zip(written) {
        let shown = (&mut widget.is_shown).await.expect("it is shown");
        waits.push(shown.saturating_duration_since(written));
    }
    waits.sort_unstable();
    let seconds = |wait: Duration| wait.as_secs_f64();
    println!("{WIDGETS} open widgets on one instance with {}", database.name());
    println!(
        "  a reply is shown after {:.2} s in the median, {:.2} s at most, promised {PROMISED_SECONDS}",
        seconds(waits[waits.len() / 2]),
        seconds(waits[waits.len() - 1])
    );
    println!(
        "  the server has {} MB, promised less than {PROMISED_MEGABYTES}",
        serving.megabytes()
    );
    for widget in widgets {
        widget.close().await;
    }
}

/// Writes a reply into every conversation, as another instance on the same database would. Returns when
/// each was done.
async fn write_to_all(url: &str, desk: &str, widgets: &[OpenWidget]) -> Vec<Instant> {
    let store = Store::open(url, 2).await.expect("it opens");
    let desk = DeskId::parse(desk).expect("it is an id");
    let agent = Agent { id: AgentId::generate(), name: "Grace".to_owned() };
    let text = MessageText::parse("Here is the answer.").expect("it is a message");
    let mut written = Vec::new();
    for widget in widgets {
        let (id, now) = (&widget.conversation, Clock::default().now());
        let writing = Writing::Reply(Sending::Delayed);
        conversations::write_as_agent(&store, &desk, id, &agent, writing, &text, now)
            .await
            .expect("it is written");
        written.push(Instant::now());
        sleep(BETWEEN_REPLIES).await;
    }
    store.close().await;
    written
}

/// A widget that polls until it is closed.
struct OpenWidget {
    conversation: ConversationId,
    /// Receives the moment at which the agent's reply was shown.
    is_shown: oneshot::Receiver<Instant>,
    asking: JoinHandle<Instant>,
}

impl OpenWidget {
    async fn close(self) {
        self.asking.abort();
        // The task was aborted, which is an error.
        let _ = self.asking.await;
    }
}

/// Does the work of the script in a page: polls at the requested interval, and loads new messages.
struct Widget {
    connection: Connection,
    conversation: ConversationId,
    verify: Vec<u8>,
    messages: Vec<u8>,
    revision: Value,
}

impl Widget {
    /// Opens the widget and begins a conversation.
    async fn open(address: SocketAddr, body: Value, room: Arc<Semaphore>) -> OpenWidget {
        let _turn = room.acquire().await.expect("it is never closed");
        let mut connection = Connection::open(address).await;
        let call =
            |path: &str, body: &Value| client::request(&format!("{API}{path}"), &body.to_string());
        let with = |name: &str, value: Value| {
            let mut body = body.clone();
            body[name] = value;
            body
        };
        let begun = connection.call(&call("/message", &with("message", json!("A question")))).await;
        let begun: Value = serde_json::from_str(begun).expect("it is JSON");
        let id = begun["conversation"]["id"].as_str().and_then(ConversationId::parse);
        let conversation = id.expect("a conversation has an id");
        let messages = call(&format!("/conversations/{conversation}/messages"), &body);
        let verify = call("/verify", &body);
        let mut widget = Self { connection, conversation, verify, messages, revision: Value::Null };
        widget.revision = widget.current_revision().await;
        widget.watch()
    }

    /// Starts to poll.
    fn watch(mut self) -> OpenWidget {
        let (shown, is_shown) = oneshot::channel();
        let conversation = self.conversation.clone();
        let asking = tokio::spawn(async move {
            let now = self.until_shown().await;
            // The receiver may be dropped already.
            let _ = shown.send(now);
            self.until_shown().await
        });
        OpenWidget { conversation, is_shown, asking }
    }

    /// Waits for a new reply of an agent, and returns the moment at which it was shown.
    async fn until_shown(&mut self) -> Instant {
        loop {
            sleep(PAUSE).await;
            let revision = self.current_revision().await;
            if revision == self.revision {
                continue;
            }
            self.revision = revision;
            let page = self.connection.call(&self.messages).await;
            if page.contains("Here is the answer.") {
                return Instant::now();
            }
        }
    }

    async fn current_revision(&mut self) -> Value {
        let response = self.connection.call(&self.verify).await;
        let mut response: Value = serde_json::from_str(response).expect("it is JSON");
        response["revision"].take()
    }
}

/// The command, with a database of its own.
struct Program {
    url: String,
    keys: String,
}

impl Program {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticket-center"));
        command
            .args(arguments)
            .env("DATABASE_URL", &self.url)
            .env("TICKET_CENTER_KEYS", &self.keys)
            .env("TICKET_CENTER_LISTEN", "127.0.0.1:0")
            .env("TICKET_CENTER_PUBLIC_URL", "http://127.0.0.1")
            // All of these widgets share one address, unlike in production.
            .env("TICKET_CENTER_CALLS_PER_MINUTE", "1000000");
        command
    }

    fn stdout(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is text").trim_end().to_owned()
    }

    /// Returns a new desk's id and its signer.
    fn desk(&self) -> (String, Signer) {
        let desk = self.stdout(&["desk", "create", "Example"]);
        let secret =
            self.stdout(&["secret", "rotate", "--desk", &desk, "--purpose", "ticket-center"]);
        (desk, Signer::new(Secret::new(secret.as_str()).expect("it is a secret")))
    }

    fn serve(&self) -> Serving {
        let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().expect("it starts");
        let log = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut lines = log.lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            line["fields"]["address"].as_str()?.parse().ok()
        });
        // Without a reader the pipe would fill and stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        Serving { child, address: address.expect("it says where it listens") }
    }
}

/// A server process that is killed when this is dropped.
struct Serving {
    child: Child,
    address: SocketAddr,
}

impl Serving {
    /// Returns the memory of the process, in megabytes.
    fn megabytes(&self) -> u64 {
        let process = self.child.id().to_string();
        let output = Command::new("ps").args(["-o", "rss=", "-p", &process]).output();
        let text = String::from_utf8(output.expect("there is ps").stdout).expect("it is text");
        let kilobytes: u64 = text.trim().parse().expect("it is a number");
        kilobytes / 1024
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
