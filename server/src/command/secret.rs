//! `ticket-center secret`: a desk's secrets.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Outcome, desk_id, note, print, secret_from_stdin};
use crate::clock::{Clock, Moment};
use crate::config::Config;
use crate::desks;
use crate::ids::{DeskId, SecretId};
use crate::secrets::{
    self, Grace, NewSecret, Purpose, Replaces, Rotation, SecretError, SecretRecord,
};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(super) enum SecretCommand {
    /// Issue a secret and print it only once; the previous secret expires after the grace
    Rotate(Rotate),
    /// List the ids, states and last uses of a desk's secrets, without the secrets themselves
    List(List),
    /// Revoke a replaced secret before it expires
    Revoke(Revoke),
    /// Encrypt every secret with the current key, so that older keys can be removed
    Rekey,
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// The desk's id
    #[arg(long, value_parser = desk_id)]
    desk: DeskId,
    /// What the secret is for
    #[arg(long)]
    purpose: PurposeName,
    /// How long the previous secret stays valid, such as 24h or 30m; 0s revokes every older secret
    #[arg(long, default_value = "24h", value_parser = grace)]
    grace: Grace,
    /// Issue a secret only if this is still the current one; `secret list` prints the ids
    #[arg(long, value_name = "SECRET_ID", value_parser = secret_id)]
    replaces: Option<SecretId>,
    /// Store the secret from standard input instead of a generated one
    #[arg(long)]
    stdin: bool,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// The desk's id
    #[arg(long, value_parser = desk_id)]
    desk: DeskId,
    /// List only secrets for this purpose
    #[arg(long)]
    purpose: Option<PurposeName>,
    /// How to print the list
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Debug, Args)]
pub(super) struct Revoke {
    /// The desk's id
    #[arg(long, value_parser = desk_id)]
    desk: DeskId,
    /// The secret's id, which `secret list` prints
    #[arg(value_name = "SECRET_ID", value_parser = secret_id)]
    secret: SecretId,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A table
    Text,
    /// A list of objects
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PurposeName {
    /// Verifying e-mail signatures: the HMAC Secret on the dashboard's Ticket Center page
    TicketCenter,
    /// Verifying link signatures: the Portal Ticket Auth Secret on the dashboard's Portal page
    Portal,
    /// Verifying identity tokens: the Identity Secret on the dashboard's Identity tokens page
    Identity,
}

impl From<PurposeName> for Purpose {
    fn from(name: PurposeName) -> Self {
        match name {
            PurposeName::TicketCenter => Self::TicketCenter,
            PurposeName::Portal => Self::Portal,
            PurposeName::Identity => Self::Identity,
        }
    }
}

impl From<Purpose> for PurposeName {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::TicketCenter => Self::TicketCenter,
            Purpose::Portal => Self::Portal,
            Purpose::Identity => Self::Identity,
        }
    }
}

impl PurposeName {
    /// Returns the name as it is written after `--purpose`.
    const fn as_str(self) -> &'static str {
        match self {
            Self::TicketCenter => "ticket-center",
            Self::Portal => "portal",
            Self::Identity => "identity",
        }
    }
}

pub(super) async fn run(config: &Config, store: &Store, command: SecretCommand) -> Outcome {
    match command {
        SecretCommand::Rotate(rotation) => rotate(config, store, &rotation).await,
        SecretCommand::List(wanted) => list(store, &wanted).await,
        SecretCommand::Revoke(Revoke { desk, secret }) => {
            let now = Clock::default().now();
            secrets::revoke(store, &desk, None, &secret, now).await?;
            note("The secret is revoked.")
        }
        SecretCommand::Rekey => {
            let count = secrets::rekey(store, &config.keyring()?).await?;
            note(&format!("{count} secrets were encrypted with the current key."))
        }
    }
}

async fn rotate(config: &Config, store: &Store, rotation: &Rotate) -> Outcome {
    let given = if rotation.stdin { Some(secret_from_stdin()?) } else { None };
    let new = given.as_ref().map_or(NewSecret::Generated, |text| NewSecret::Given(text));
    let replaces = match &rotation.replaces {
        Some(id) => Replaces::Exactly(Some(id.as_str())),
        None => Replaces::Current,
    };
    let (desk, purpose) = (&rotation.desk, rotation.purpose.into());
    let new = Rotation { desk, purpose, new, replaces, grace: rotation.grace };
    let issued = secrets::rotate(store, &config.keyring()?, new, Clock::default().now()).await?;
    match issued.previous_expires_at {
        None => note("This is the first secret for this purpose.")?,
        Some(_) if rotation.grace == Grace::NONE => note("Every older secret is revoked.")?,
        Some(second) => note(&format!("The previous secret expires at {}.", rfc3339(second)))?,
    }
    if given.is_some() { Ok(()) } else { print(issued.shown()) }
}

async fn list(store: &Store, wanted: &List) -> Outcome {
    let now = Clock::default().unix_seconds();
    let purpose = wanted.purpose.map(Purpose::from);
    let mut records = secrets::list(store, &wanted.desk).await?;
    if records.is_empty() && !desks::exists(store, &wanted.desk).await? {
        return Err(SecretError::DeskUnknown.into());
    }
    records.retain(|record| purpose.is_none_or(|purpose| record.purpose == purpose));
    match wanted.format {
        Format::Text => print(&table(&records, now)),
        Format::Json => {
            let objects: Vec<_> = records.iter().map(|record| object(record, now)).collect();
            print(&serde_json::to_string_pretty(&objects)?)
        }
    }
}

const HEADINGS: [&str; 6] = ["ID", "PURPOSE", "STATE", "CREATED", "LAST USED", "EXPIRES"];

fn table(records: &[SecretRecord], now: i64) -> String {
    let rows: Vec<_> = records.iter().map(|record| row(record, now)).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row: &[String; 6]| row[column].len());
        cells.chain([HEADINGS[column].len()]).max().unwrap_or_default()
    };
    let line = |cells: [&str; 6]| {
        let cells = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| format!("{cell:width$}", width = width(column)));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let lines = rows.iter().map(|row| line(row.each_ref().map(String::as_str)));
    [line(HEADINGS)].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

fn row(record: &SecretRecord, now: i64) -> [String; 6] {
    let or_dash = |time: Option<String>| time.unwrap_or_else(|| "-".to_owned());
    [
        record.id.to_string(),
        PurposeName::from(record.purpose).as_str().to_owned(),
        record.state(now).as_str().to_owned(),
        record.created_at.to_rfc3339(),
        or_dash(record.last_used_at.map(Moment::to_rfc3339)),
        or_dash(expires_at(record)),
    ]
}

fn object(record: &SecretRecord, now: i64) -> Value {
    json!({
        "id": record.id.as_str(),
        "purpose": PurposeName::from(record.purpose).as_str(),
        "state": record.state(now).as_str(),
        "createdAt": record.created_at.to_rfc3339(),
        "lastUsedAt": record.last_used_at.map(Moment::to_rfc3339),
        "expiresAt": expires_at(record),
        "revokedAt": record.revoked_at.map(Moment::to_rfc3339),
    })
}

fn expires_at(record: &SecretRecord) -> Option<String> {
    record.expires_at.map(rfc3339)
}

fn rfc3339(second: i64) -> String {
    Moment::from_milliseconds(second.saturating_mul(1000)).to_rfc3339()
}

fn secret_id(text: &str) -> Result<SecretId, &'static str> {
    SecretId::parse(text)
        .ok_or("an id must have 1 to 128 characters, each from A-Z, a-z, 0-9, _ and -")
}

fn grace(text: &str) -> Result<Grace, String> {
    let duration: SignedDuration =
        text.parse().map_err(|_| "write the grace such as 24h, 30m or 0s".to_owned())?;
    let duration =
        Duration::try_from(duration).map_err(|_| "the grace must not be negative".to_owned())?;
    Grace::new(duration).map_err(|error| error.to_string())
}
