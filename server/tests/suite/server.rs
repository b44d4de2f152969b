//! A running server with one desk, and customers who call it.

use std::fmt;
use std::net::TcpListener;
use std::num::NonZeroU32;
use std::sync::Arc;

use deskseal::{Secret, Signer};
use reqwest::StatusCode;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use ticket_center::app_state::AppState;
use ticket_center::clock::{Clock, ManualClock};
use ticket_center::config::{Config, SecretString};
use ticket_center::conversations::{self, Agent, Writing};
use ticket_center::desks::{self, DeskName};
use ticket_center::http;
use ticket_center::ids::{AgentId, ConversationId, DeskId};
use ticket_center::secrets::{self, Grace, IssuedSecret, NewSecret, Purpose, Replaces, Rotation};
use ticket_center::store::Store;
use ticket_center::text::MessageText;
use ticket_center::vault::Keyring;
use tokio::sync::oneshot;

use crate::waiting::client;
use crate::{postgres, scratch};

/// The Unix second at which every test begins.
pub(crate) const START: i64 = 1_767_225_600;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// Runs each test on both databases.
macro_rules! on_both_databases {
    ($(async fn $name:ident($parameter:ident: Database) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn on($parameter: Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                on(Database::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgresql() {
                on(Database::Postgres).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// A database that is deleted when this is dropped.
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    _folder: TempDir,
}

impl TestDatabase {
    pub(crate) async fn new(database: Database) -> Self {
        let folder = TempDir::new_in(scratch::folder()).expect("there is room");
        let url = match database {
            Database::Sqlite => format!("sqlite:{}", folder.path().join("desk.db").display()),
            Database::Postgres => postgres::new_database().await,
        };
        Self { url, _folder: folder }
    }
}

/// An instance that serves a loopback port until this is dropped.
pub(crate) struct Instance {
    pub(crate) app: Arc<AppState>,
    pub(crate) url: String,
    _stop: oneshot::Sender<()>,
}

impl Instance {
    pub(crate) async fn start(config: Config, keys: &str, clock: Clock) -> Self {
        let store =
            Store::open(config.database_url.expose_secret(), config.database_connections.get())
                .await
                .expect("it opens");
        ticket_center::app_state::migrate(&store).await.expect("it is migrated");
        let keyring = Keyring::parse(keys).expect("the keys are good");
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let app = AppState::new(config, store, keyring, clock).expect("it has a host");
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&app);
        tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            http::serve(&served, listener, stopped).await.expect("it serves");
        });
        Self { app, url, _stop: stop }
    }
}

/// An instance with a desk that has a Ticket Center secret.
pub(crate) struct Server {
    pub(crate) instance: Instance,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) desk: DeskId,
    pub(crate) secret: IssuedSecret,
    pub(crate) config: Config,
    pub(crate) keys: String,
    _database: TestDatabase,
}

impl Server {
    pub(crate) async fn start(database: Database) -> Self {
        Self::start_with(database, |_| {}).await
    }

    pub(crate) async fn start_with(database: Database, set: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::new(database).await;
        let keys = format!("test:{}", Keyring::generate_key().expect("randomness").as_str());
        let many = NonZeroU32::new(1_000_000).expect("it is not zero");
        let mut config = Config {
            database_url: SecretString::from(database.url.as_str()),
            public_url: "http://127.0.0.1".parse().expect("it is a URL"),
            database_connections: NonZeroU32::new(4).expect("it is not zero"),
            calls_per_minute: many,
            refusals_per_minute: many,
            verifies_per_minute: many,
            reads_per_minute: many,
            messages_per_minute: many,
            ..Config::default()
        };
        set(&mut config);
        let clock = ManualClock::at(START);
        let instance = Instance::start(config.clone(), &keys, Arc::clone(&clock).into()).await;
        let store = &instance.app.store;
        let name = DeskName::parse("Example").expect("it is a name");
        let desk = desks::create(store, &name, instance.app.clock.now()).await.expect("a desk");
        let secret = rotate(&instance, &desk, Purpose::TicketCenter, Grace::default()).await;
        Self { instance, clock, desk, secret, config, keys, _database: database }
    }

    /// Starts another instance on the same database.
    pub(crate) async fn second_instance(&self) -> Instance {
        let clock = Arc::clone(&self.clock).into();
        Instance::start(self.config.clone(), &self.keys, clock).await
    }

    pub(crate) fn store(&self) -> &Store {
        &self.instance.app.store
    }

    pub(crate) async fn rotate(&self, grace: Grace) -> IssuedSecret {
        rotate(&self.instance, &self.desk, Purpose::TicketCenter, grace).await
    }

    /// Returns a customer, signed with the first secret.
    pub(crate) fn customer(&self, email: &str) -> Customer {
        self.customer_with(email, self.secret.shown())
    }

    pub(crate) fn customer_with(&self, email: &str, secret: &str) -> Customer {
        let signer = Signer::new(Secret::new(secret).expect("it is a secret"));
        let identity = signer.sign_email(email).expect("it is an e-mail");
        Customer {
            url: self.instance.url.clone(),
            credentials: json!({
                "helpdeskId": self.desk.as_str(),
                "email": identity.email.as_str(),
                "signature": identity.signature.to_hex(),
            }),
            client: client(),
        }
    }

    /// Writes a message of an agent, and returns its id.
    pub(crate) async fn write_as_agent(
        &self,
        conversation: &Value,
        writing: Writing,
        text: &str,
    ) -> String {
        let agent = Agent { id: AgentId::generate(), name: "Grace".to_owned() };
        let text = MessageText::parse(text).expect("it is a message");
        let id = conversation_id(conversation);
        let now = self.instance.app.clock.now();
        conversations::write_as_agent(self.store(), &self.desk, &id, &agent, writing, &text, now)
            .await
            .expect("it is written")
            .as_str()
            .to_owned()
    }
}

pub(crate) async fn rotate(
    instance: &Instance,
    desk: &DeskId,
    purpose: Purpose,
    grace: Grace,
) -> IssuedSecret {
    let AppState { store, keyring, clock, .. } = &*instance.app;
    let now = clock.now();
    let (new, replaces) = (NewSecret::Generated, Replaces::Current);
    let new = Rotation { desk, purpose, new, replaces, grace };
    secrets::rotate(store, keyring, new, now).await.expect("it is issued")
}

pub(crate) fn conversation_id(conversation: &Value) -> ConversationId {
    let id = conversation["id"].as_str().expect("a conversation has an id");
    ConversationId::parse(id).expect("it is an id")
}

/// A response of the API: its status and its body.
#[derive(Debug)]
pub(crate) struct ApiResponse {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl ApiResponse {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        let status = response.status();
        Self { status, body: response.json().await.expect("every response is JSON") }
    }

    /// Returns the body of a successful response.
    pub(crate) fn done(self) -> Value {
        assert!(self.status.is_success(), "{self}");
        self.body
    }

    /// Returns the status and the code of an error.
    pub(crate) fn error(&self) -> (u16, &str) {
        let code = self.body["error"]["code"].as_str();
        assert!(self.body["error"]["message"].is_string(), "{self}");
        (self.status.as_u16(), code.expect("an error has a code"))
    }
}

impl fmt::Display for ApiResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.status, self.body)
    }
}

/// A customer with the credentials that the product's server signed.
#[derive(Clone)]
pub(crate) struct Customer {
    pub(crate) url: String,
    pub(crate) credentials: Value,
    pub(crate) client: reqwest::Client,
}

impl Customer {
    /// Returns the same customer at another instance.
    pub(crate) fn at(&self, instance: &Instance) -> Self {
        Self { url: instance.url.clone(), ..self.clone() }
    }

    /// Returns the same customer with one credential replaced.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut customer = self.clone();
        customer.credentials[name] = value.into();
        customer
    }

    pub(crate) fn request(&self, path: &str, fields: &Value) -> reqwest::RequestBuilder {
        let mut body = self.credentials.clone();
        for (name, value) in fields.as_object().expect("fields are an object") {
            body[name] = value.clone();
        }
        let url = format!("{}/api/messaging/ticket-center{path}", self.url);
        self.client.post(url).json(&body)
    }

    pub(crate) async fn call(&self, path: &str, fields: Value) -> ApiResponse {
        let response = self.request(path, &fields).send().await;
        ApiResponse::of(response.expect("the server responds")).await
    }

    pub(crate) async fn verify(&self) -> ApiResponse {
        self.call("/verify", json!({})).await
    }

    /// Begins a conversation and returns it.
    pub(crate) async fn begin(&self, message: &str) -> Value {
        let response = self.call("/message", json!({ "message": message })).await;
        response.done()["conversation"].take()
    }

    pub(crate) async fn list(&self, fields: Value) -> Value {
        self.call("/conversations", fields).await.done()
    }

    /// Returns a page of messages.
    pub(crate) async fn read(&self, conversation: &Value, fields: Value) -> Value {
        let id = conversation_id(conversation);
        self.call(&format!("/conversations/{id}/messages"), fields).await.done()
    }
}
