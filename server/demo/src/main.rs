//! The `ticket-center-demo` command: runs the server, a sample product and a mailbox in one process on loopback.
//!
//! The server has a desk with customers, conversations and tickets. The sample product embeds it. The mailbox
//! catches every mail that the desk sends. The database is in a temporary folder that is deleted at the end.

#![forbid(unsafe_code)]

mod mailbox;
mod overview;
mod pages;
mod product;
mod seed;
mod smtp;

use std::error::Error;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use clap::Parser;
use deskseal::{Secret, Signer};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use tempfile::TempDir;
use ticket_center::app_state::{self, AppState};
use ticket_center::clock::Clock;
use ticket_center::command::{start_logging, stop_signal};
use ticket_center::config::{Config, SecretString};
use ticket_center::http;
use ticket_center::printed::printed_lines;
use ticket_center::store::Store;
use ticket_center::vault::Keyring;
use ticket_center::workers::Worker;
use tokio::task::JoinHandle;
use url::Url;

use mailbox::Mailbox;
use seed::{Desk, People, SignIn};

type Failure = Box<dyn Error + Send + Sync>;

/// Shows the Ticket Center on this machine: a desk, a sample product and a mailbox.
#[derive(Debug, Parser)]
#[command(name = "ticket-center-demo", version)]
struct Options {
    /// Do not open a browser
    #[arg(long)]
    no_open: bool,
    /// Print one line of JSON with everything that a program needs to play a role
    #[arg(long)]
    json: bool,
    /// The port of the desk; a free one by default
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The port of the sample product; a free one by default
    #[arg(long, default_value_t = 0)]
    product_port: u16,
    /// The port of the overview and the mails; a free one by default
    #[arg(long, default_value_t = 0)]
    overview_port: u16,
    /// Seconds after which a reply that the customer has not read is mailed
    #[arg(long, default_value_t = 10)]
    notify_after: u32,
    /// The page that mails link to; the sample product's by default
    #[arg(long, value_name = "URL")]
    support_page: Option<String>,
}

/// The addresses of a running demo, and what one needs to sign in and to sign. All of it ends with the demo.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    overview_url: String,
    product_url: String,
    dashboard_url: String,
    portal_url: String,
    mails_url: String,
    notify_after: u32,
    owner: SignIn,
    agent: SignIn,
    #[serde(flatten)]
    desk: Desk,
}

/// The demo's ports, bound before anything is started.
struct Listeners {
    desk: TcpListener,
    product: TcpListener,
    overview: TcpListener,
    mail: TcpListener,
}

impl Listeners {
    fn bind(options: &Options) -> io::Result<Self> {
        let bind = |port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Ok(Self {
            desk: bind(options.port)?,
            product: bind(options.product_port)?,
            overview: bind(options.overview_port)?,
            mail: bind(0)?,
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", printed_lines(&error.to_string()));
            ExitCode::FAILURE
        }
    }
}

/// Shows everything until the process is asked to end, and leaves nothing behind.
async fn run(options: &Options) -> Result<(), Failure> {
    start_logging("warn")?;
    let stop = stop_signal()?;
    let folder = tempfile::Builder::new().prefix("ticket-center-demo-").tempdir()?;
    let listeners = Listeners::bind(options)?;
    let state = state(options, &folder, &listeners).await?;
    let shown = show(options, &state, listeners, stop).await;
    state.close().await?;
    folder.close()?;
    shown?;
    say(options, "\nThe demo has ended. Its folder with the database is deleted.")
}

async fn state(
    options: &Options,
    folder: &TempDir,
    listeners: &Listeners,
) -> Result<Arc<AppState>, Failure> {
    let listen = listeners.desk.local_addr()?;
    let database = format!("sqlite:{}", folder.path().join("demo.db").display());
    let keys = format!("demo:{}", Keyring::generate_key()?.as_str());
    let config = Config {
        listen,
        public_url: Url::parse(&format!("http://localhost:{}", listen.port()))?,
        database_url: SecretString::from(database),
        keys: Some(SecretString::from(keys)),
        notify_after: options.notify_after,
        smtp_url: Some(SecretString::from(format!("smtp://{}", listeners.mail.local_addr()?))),
        mail_from: Some("desk@example.com".to_owned()),
        // Pages that are still open must not delay the end for long after Ctrl-C.
        drain_seconds: 1,
        ..Config::default()
    };
    let store = Store::open(config.database_url.expose_secret(), 1).await?;
    app_state::migrate(&store).await?;
    let keyring = config.keyring()?;
    Ok(AppState::new(config, store, keyring, Clock::default())?)
}

/// Starts the product, the mailbox and the overview, prints the addresses, and serves the desk.
async fn show(
    options: &Options,
    state: &Arc<AppState>,
    listeners: Listeners,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let facts = Arc::new(facts(options, state, &listeners).await?);
    let mailbox = Arc::new(Mailbox::default());
    let pages = overview::router(Arc::clone(&facts)).merge(mailbox::router(Arc::clone(&mailbox)));
    let beside = [
        state.start_maintenance(),
        tokio::spawn(smtp::receive(accepting(listeners.mail)?, mailbox)),
        serve(listeners.product, product::router(product_settings(state, &facts)?))?,
        serve(listeners.overview, pages::finished(pages))?,
    ];
    let mails = Worker::start(state);
    announce(options, &facts)?;
    let served = http::serve(state, listeners.desk, stop).await;
    mails.stop(state.config.drain_timeout()).await;
    for task in beside {
        task.abort();
    }
    Ok(served?)
}

/// Fills the desk, and returns what `announce` prints.
async fn facts(
    options: &Options,
    state: &AppState,
    listeners: &Listeners,
) -> Result<Facts, Failure> {
    let url = |host, listener: &TcpListener| -> io::Result<String> {
        Ok(format!("http://{host}:{}/", listener.local_addr()?.port()))
    };
    let desk = seed::desk(state).await?;
    let portal_host = seed::portal_host(state, &desk).await?;
    let People { sign_ins: [owner, agent], agent: writer } = seed::people(state, &desk).await?;
    seed::conversations(state, &desk, &writer).await?;
    seed::tickets(state, &desk, &portal_host).await?;
    let overview_url = url("127.0.0.1", &listeners.overview)?;
    // Another site than the desk's, as in production: they share no cookie.
    let product_url = url("127.0.0.1", &listeners.product)?;
    let support_page = options.support_page.clone();
    let support_page = support_page.unwrap_or_else(|| format!("{product_url}support"));
    seed::support_page(state, &desk, &support_page).await?;
    Ok(Facts {
        mails_url: format!("{overview_url}mails"),
        overview_url,
        product_url,
        dashboard_url: state.config.public_url.to_string(),
        portal_url: format!("{}/", state.portal_root.url_of(&portal_host)),
        notify_after: options.notify_after,
        owner,
        agent,
        desk,
    })
}

fn product_settings(state: &AppState, facts: &Facts) -> Result<product::Settings, deskseal::Error> {
    let desk_origin = state.config.public_url.as_str().trim_end_matches('/').to_owned();
    Ok(product::Settings {
        identity: Signer::new(Secret::new(facts.desk.identity_secret.as_str())?),
        helpdesk_id: facts.desk.helpdesk_id.clone(),
        desk_origin,
        portal: Signer::new(Secret::new(facts.desk.portal_secret.as_str())?),
        portal_url: facts.portal_url.clone(),
        overview_url: facts.overview_url.clone(),
    })
}

/// Serves pages until the task is aborted; requests that are running then are dropped.
fn serve(listener: TcpListener, pages: Router) -> io::Result<JoinHandle<()>> {
    let served = axum::serve(accepting(listener)?, pages);
    Ok(tokio::spawn(async move {
        if let Err(error) = served.await {
            tracing::error!(%error, "a part of the demo has stopped");
        }
    }))
}

fn accepting(listener: TcpListener) -> io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}

/// Prints the addresses, and opens the first one in a browser if the output goes to a terminal.
fn announce(options: &Options, facts: &Facts) -> Result<(), Failure> {
    if options.json {
        return Ok(writeln!(io::stdout(), "{}", serde_json::to_string(facts)?)?);
    }
    let Facts { overview_url, product_url, dashboard_url, portal_url, mails_url, .. } = facts;
    let lines = [
        "The demo runs on this machine only. Start here:".to_owned(),
        format!("\n  {overview_url}   all roles, step by step\n"),
        format!("  {product_url}   a sample product, with the customers Ada and Grace"),
        format!("  {dashboard_url}   the dashboard"),
        format!("    as an agent   {}   {}", facts.agent.email, facts.agent.password),
        format!("    as the owner  {}   {}", facts.owner.email, facts.owner.password),
        format!("  {portal_url}submit-ticket   the ticket portal"),
        format!("  {mails_url}   the mails that the desk has sent"),
        "\nCtrl-C ends the demo and deletes everything.".to_owned(),
    ];
    say(options, &lines.join("\n"))?;
    if !options.no_open && io::stdout().is_terminal() && open::that_detached(overview_url).is_err()
    {
        say(options, "No browser could be started. Open the first address yourself.")?;
    }
    Ok(())
}

fn say(options: &Options, text: &str) -> Result<(), Failure> {
    if options.json { Ok(()) } else { Ok(writeln!(io::stdout(), "{text}")?) }
}
