//! An instance in this process, with a desk that has a secret.

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;

use deskseal::{Secret, Signer};
use serde_json::{Value, json};
use ticket_center::app_state::AppState;
use ticket_center::clock::Clock;
use ticket_center::config::{Config, SecretString};
use ticket_center::desks::{self, DeskName};
use ticket_center::http;
use ticket_center::ids::DeskId;
use ticket_center::secrets::{self, Grace, NewSecret, Purpose, Replaces, Rotation};
use ticket_center::store::Store;
use ticket_center::vault::Keyring;

/// Where the calls are.
pub(crate) const API: &str = "/api/messaging/ticket-center";

/// The databases that are measured, each a new one for every call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// Returns the name that people know.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// Returns the URL of a new database; of SQLite a file of this name in the folder.
    pub(crate) async fn url(self, folder: &tempfile::TempDir, name: &str) -> String {
        match self {
            Self::Sqlite => format!("sqlite:{}", folder.path().join(name).display()),
            Self::Postgres => crate::postgres::new_database().await,
        }
    }
}

/// A running instance with its address.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
    pub(crate) desk: DeskId,
    signer: Signer,
}

impl Running {
    /// Starts an instance without effective rate limits.
    pub(crate) async fn start(url: &str) -> Self {
        let many = NonZeroU32::MAX;
        let config = Config {
            database_url: SecretString::from(url),
            public_url: "http://127.0.0.1".parse().expect("it is a URL"),
            calls_per_minute: many,
            verifies_per_minute: many,
            reads_per_minute: many,
            ..Config::default()
        };
        let connections = config.database_connections.get();
        let store = Store::open(url, connections).await.expect("it opens");
        ticket_center::app_state::migrate(&store).await.expect("it is migrated");
        let key = format!("bench:{}", Keyring::generate_key().expect("randomness").as_str());
        let keyring = Keyring::parse(&key).expect("it is a key");
        let (desk, signer) = desk(&store, &keyring).await;
        let app =
            AppState::new(config, store.clone(), keyring, Clock::default()).expect("it has a host");
        app.start_maintenance();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a port");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move {
            http::serve(&app, listener, std::future::pending()).await.expect("it serves");
        });
        Self { address, store, desk, signer }
    }

    /// Returns the customer's credentials as a body.
    pub(crate) fn credentials(&self, email: &str) -> Value {
        credentials(&self.signer, self.desk.as_str(), email)
    }
}

async fn desk(store: &Store, keyring: &Keyring) -> (DeskId, Signer) {
    let now = Clock::default().now();
    let name = DeskName::parse("Example").expect("it is a name");
    let desk = desks::create(store, &name, now).await.expect("a desk");
    let (new, replaces) = (NewSecret::Generated, Replaces::Current);
    let (purpose, grace) = (Purpose::TicketCenter, Grace::default());
    let new = Rotation { desk: &desk, purpose, new, replaces, grace };
    let issued = secrets::rotate(store, keyring, new, now).await.expect("a secret");
    let secret = Secret::new(issued.shown()).expect("it is a secret");
    (desk, Signer::new(secret))
}

pub(crate) fn credentials(signer: &Signer, desk: &str, email: &str) -> Value {
    let identity = signer.sign_email(email).expect("it is an e-mail");
    json!({
        "helpdeskId": desk,
        "email": identity.email.as_str(),
        "signature": identity.signature.to_hex(),
    })
}
