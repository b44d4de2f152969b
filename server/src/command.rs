//! The command line.

mod agents;
mod mail;
mod secret;

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use secrecy::ExposeSecret as _;
use tokio::signal;
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

use crate::app_state::{self, AppState};
use crate::backup;
use crate::clock::Clock;
use crate::config::{Config, FILE_VARIABLE};
use crate::connections;
use crate::desks::{self, DeskName};
use crate::http;
use crate::ids::DeskId;
use crate::printed::{printed, printed_lines};
use crate::secrets;
use crate::store::{self, Store, StoreError};
use crate::vault::Keyring;
use crate::workers::Worker;

/// The longest secret, so that a wrong file cannot fill the memory.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// The Ticket Center: a self-hosted help desk that identifies your customers by your server's signature.
#[derive(Debug, Parser)]
#[command(name = "ticket-center", version, arg_required_else_help = true)]
pub struct Arguments {
    /// A TOML file with settings; the environment overrides it
    #[arg(long, global = true, value_name = "PATH", env = FILE_VARIABLE)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is stopped
    Serve(Serve),
    /// The demo is no longer part of this program; run `cargo xtask demo` in the repository
    #[command(hide = true)]
    Demo {
        #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
        _former_options: Vec<OsString>,
    },
    /// Migrate the database to this version
    Migrate,
    /// Create and list desks
    #[command(subcommand)]
    Desk(Desk),
    /// Invite agents and reset their passwords (in the dashboard: Agents)
    #[command(subcommand)]
    Agent(agents::AgentCommand),
    /// Issue, list and revoke the secrets of desks (in the dashboard: Ticket Center, Portal)
    #[command(subcommand)]
    Secret(secret::SecretCommand),
    /// Check the mail settings
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Generate keys that encrypt secrets at rest
    #[command(subcommand)]
    Key(Key),
    /// Copy the SQLite database while the server runs
    Backup {
        /// The file to create; it must not exist yet
        #[arg(value_name = "PATH")]
        path: PathBuf,
    },
}

#[derive(Debug, Args)]
struct Serve {
    /// Check the configuration, the keys and the database, then exit
    #[arg(long)]
    check: bool,
}

#[derive(Debug, Subcommand)]
enum Desk {
    /// Create a desk and print its id
    Create {
        /// The name that customers see
        #[arg(value_parser = desk_name)]
        name: DeskName,
    },
    /// List the ids and names of all desks
    List,
}

#[derive(Debug, Subcommand)]
enum Key {
    /// Print a new key; set it as ID:KEY before the older ones
    Generate,
}

impl Command {
    /// Tells whether the command is among the first that are run, and makes a database where there is none.
    const fn creates_database(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Migrate | Self::Desk(Desk::Create { .. }))
    }
}

/// Runs the command.
///
/// # Errors
/// The sentence for the operator.
pub async fn run(arguments: Arguments) -> Outcome {
    let Arguments { config, command } = arguments;
    if let Command::Key(Key::Generate) = command {
        return print(&Keyring::generate_key()?);
    }
    if let Command::Demo { .. } = command {
        let moved =
            "The demo is no longer part of this program. Run `cargo xtask demo` in the repository.";
        return Err(moved.into());
    }
    let config = Config::load(config.as_deref())?;
    match command {
        Command::Serve(Serve { check: true }) => check(&config).await,
        Command::Serve(Serve { check: false }) => serve(config).await,
        Command::Backup { path } => back_up(config, path).await,
        Command::Mail(command) => mail::run(&config, &command).await,
        command => {
            if !command.creates_database() {
                check_database_exists(&config)?;
            }
            let store = open(&config).await?;
            let done = administer(&config, &store, command).await;
            store.close().await;
            done
        }
    }
}

async fn administer(config: &Config, store: &Store, command: Command) -> Outcome {
    match command {
        // Opening the database has already migrated it.
        Command::Migrate
        | Command::Serve(_)
        | Command::Demo { .. }
        | Command::Key(_)
        | Command::Mail(_)
        | Command::Backup { .. } => Ok(()),
        Command::Desk(Desk::Create { name }) => {
            let id = desks::create(store, &name, Clock::default().now()).await?;
            note(&format!(
                "Next: ticket-center agent create --desk {id} --email ADDRESS --role owner\n\
                 then open the link that it prints, and choose a password."
            ))?;
            print(id.as_str())
        }
        Command::Desk(Desk::List) => {
            let desks = desks::list(store).await?;
            if desks.is_empty() {
                return note(
                    "There are no desks. Create one with `ticket-center desk create NAME`.",
                );
            }
            let lines: Vec<_> =
                desks.iter().map(|desk| format!("{}  {}", desk.id, desk.name)).collect();
            print(&lines.join("\n"))
        }
        Command::Agent(command) => agents::run(config, store, &command).await,
        Command::Secret(command) => secret::run(config, store, command).await,
    }
}

/// Checks everything that `serve` needs, and changes nothing.
async fn check(config: &Config) -> Outcome {
    connections::raise_open_files(config);
    let keyring = config.keyring()?;
    let url = config.database_url.expose_secret();
    if let Some(file) = store::sqlite_file(url)?.filter(|file| !file.exists()) {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new(".")).read_dir().map_err(StoreError::File)?;
        let file = printed(&file.to_string_lossy());
        note(&format!("{file} does not exist yet. `ticket-center serve` creates it."))?;
    } else {
        let store = Store::open(url, 1).await?;
        store.ping().await?;
        let checked = secrets::check(&store, &keyring).await;
        store.close().await;
        checked?;
    }
    let connections = connections::ConnectionLimits::new(config).connections();
    if connections < usize::try_from(config.connections.get())? {
        note(&format!(
            "The limit of open files allows {connections} connections at the same time, and the setting \
             connections is {}. Raise the limit (LimitNOFILE, ulimit -n).",
            config.connections
        ))?;
    }
    if config.mailer()?.is_none() {
        note("Mail is not set up: notifications wait until smtp_url and mail_from are set.")?;
    }
    note("The configuration, the keys and the database are valid.")
}

async fn back_up(config: Config, path: PathBuf) -> Outcome {
    let target = path.clone();
    let copied = move || backup::copy(config.database_url.expose_secret(), &target);
    tokio::task::spawn_blocking(copied).await??;
    note(
        "The copy is complete and passed the integrity check. It does not contain the keys: back \
            them up separately.",
    )?;
    print(&printed(&path.to_string_lossy()))
}

async fn serve(config: Config) -> Outcome {
    start_logging("info")?;
    connections::raise_open_files(&config);
    let keyring = config.keyring()?;
    let store = open(&config).await?;
    let listener = TcpListener::bind(config.listen)?;
    let address = listener.local_addr()?;
    let metrics_listener = config.metrics_listen.map(TcpListener::bind).transpose()?;
    let app = AppState::new(config, store, keyring, Clock::default())?;
    let maintenance = app.start_maintenance();
    if let Some(listener) = metrics_listener {
        tracing::info!(address = %listener.local_addr()?, "serving /metrics");
        tokio::spawn(http::serve_metrics(Arc::clone(&app), listener));
    }
    let mails = Worker::start(&app);
    if app.mailer.is_none() {
        tracing::warn!(
            "mail is not set up; notifications wait until smtp_url and mail_from are set"
        );
    }
    // A signal that comes right after the line below is handled, too.
    let (signal, stopper) = (stop_signal()?, mails.stopper());
    tracing::info!(%address, public_url = %app.config.public_url, "listening");
    let stop = async move {
        signal.await;
        stopper.send_replace(true);
    };
    let served = http::serve(&app, listener, stop).await;
    mails.stop(app.config.drain_timeout()).await;
    maintenance.abort();
    app.close().await?;
    tracing::info!("stopped");
    Ok(served?)
}

/// Rejects a command that needs what an earlier one stored, before it creates an empty database.
fn check_database_exists(config: &Config) -> Outcome {
    let file = store::sqlite_file(config.database_url.expose_secret())?;
    let Some(file) = file.filter(|file| !file.exists()) else { return Ok(()) };
    let file = printed(&file.to_string_lossy());
    let message = format!(
        "There is no database at {file}. Set database_url (DATABASE_URL) to the database of your server, or \
         begin with `ticket-center desk create NAME`."
    );
    Err(message.into())
}

async fn open(config: &Config) -> Result<Store, Box<dyn Error + Send + Sync>> {
    let store =
        Store::open(config.database_url.expose_secret(), config.database_connections.get()).await?;
    app_state::migrate(&store).await?;
    Ok(store)
}

/// Writes the log to standard error as lines of JSON. `RUST_LOG` filters the lines; without it, `level` does.
///
/// # Errors
/// The process has a log already.
pub fn start_logging(level: &str) -> Outcome {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(io::stderr).try_init()
}

/// Returns a future that completes when the process is asked to stop. Signals are caught from now on.
///
/// # Errors
/// The system's error when it installs no handler for the signal.
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    #[cfg(unix)]
    let terminated = async move { terminate.recv().await };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<Option<()>>();
    Ok(async move {
        tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminated => {}
        }
    })
}

/// Reads a secret from standard input, without one line break at its end.
fn secret_from_stdin() -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    io::stdin().lock().take(MAX_SECRET_BYTES).read_to_string(&mut text)?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

fn print(line: &str) -> Outcome {
    Ok(writeln!(io::stdout(), "{}", printed_lines(line))?)
}

fn note(line: &str) -> Outcome {
    Ok(writeln!(io::stderr(), "{}", printed_lines(line))?)
}

fn desk_name(text: &str) -> Result<DeskName, &'static str> {
    DeskName::parse(text).ok_or("a name must have 1 to 100 characters and no control characters")
}

fn desk_id(text: &str) -> Result<DeskId, &'static str> {
    DeskId::parse(text)
        .ok_or("an id must have 1 to 128 characters, each from A-Z, a-z, 0-9, _ and -")
}
