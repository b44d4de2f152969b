//! `agent create` and `agent reset`.

use clap::{Args, Subcommand, ValueEnum};
use deskseal::CanonicalEmail;

use super::{Outcome, desk_id, note, print, secret_from_stdin};
use crate::accounts::{self, NewInvitation, RECOVERY_LIFE, Way};
use crate::agents::{self, AgentError, AgentName, NewMember, Role};
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::DeskId;
use crate::passwords::{Known, Passwords};
use crate::store::{Store, StoreError};
use crate::text::typed_email_problem;

#[derive(Debug, Subcommand)]
pub(super) enum AgentCommand {
    /// Invite an agent to a desk and print the invitation link, which is shown only once
    Create(NewAgent),
    /// Print a link with which an agent chooses a new password; it is shown only once
    Reset(Reset),
}

#[derive(Debug, Args)]
pub(super) struct NewAgent {
    /// The desk's id
    #[arg(long, value_parser = desk_id)]
    desk: DeskId,
    /// The address to sign in with
    #[arg(long, value_parser = email)]
    email: CanonicalEmail,
    /// The name that customers see; the agent can change it when accepting the invitation
    #[arg(long, value_parser = agent_name)]
    name: Option<AgentName>,
    /// The agent's role
    #[arg(long)]
    role: RoleName,
    /// Let the server mail the link instead; opening it also confirms the address
    #[arg(long, conflicts_with = "stdin")]
    mail: bool,
    /// Create the account at once, with the password from standard input; an address that already has an
    /// account is invited instead
    #[arg(long, requires = "name")]
    stdin: bool,
}

#[derive(Debug, Args)]
pub(super) struct Reset {
    /// The address of the account
    #[arg(long, value_parser = email)]
    email: CanonicalEmail,
    /// Set the password from standard input instead; the agent must change it at the next sign-in
    #[arg(long)]
    stdin: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
    /// Answers customers, and changes settings, secrets and agents
    Owner,
    /// Answers customers
    Agent,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Owner => Self::Owner,
            RoleName::Agent => Self::Agent,
        }
    }
}

/// Runs the command.
pub(super) async fn run(config: &Config, store: &Store, command: &AgentCommand) -> Outcome {
    match command {
        AgentCommand::Create(new) => create_agent(config, store, new).await,
        AgentCommand::Reset(reset) => reset_agent(config, store, reset).await,
    }
}

async fn create_agent(config: &Config, store: &Store, new: &NewAgent) -> Outcome {
    if let (true, Some(name)) = (new.stdin, &new.name) {
        match create_account(store, new, name).await {
            Err(AgentError::AccountAlready) => {
                note(
                    "This address already has an account, so it is invited instead. Its password \
                        does not change.",
                )?;
            }
            created => {
                created?;
                return note("The agent can sign in.");
            }
        }
    }
    if new.mail && config.mailer()?.is_none() {
        return Err("Mail is not set up. Set smtp_url and mail_from, or omit --mail.".into());
    }
    let way = if new.mail { Way::Mail } else { Way::Copy };
    let (email, role) = (&new.email, new.role.into());
    let invitation = NewInvitation { email, name: new.name.as_ref(), role, by: None };
    let now = Clock::default().now();
    let issued = accounts::invite(store, &new.desk, invitation, way, now).await?;
    let until = issued.expires_at.to_minute();
    let Some(token) = issued.token else {
        return note(&format!(
            "The server mails the invitation. It can be accepted until {until}."
        ));
    };
    note(&format!("Give this link only to {email}. It works once and expires at {until}."))?;
    print(&accounts::link_url(&config.public_url, "invitation", &token))
}

async fn create_account(store: &Store, new: &NewAgent, name: &AgentName) -> Result<(), AgentError> {
    let known = Known::new([new.email.as_str(), name.as_str()]);
    let text = secret_from_stdin().map_err(StoreError::File)?;
    let password = &Passwords::default().choose(&text, known).await?;
    let member = NewMember { email: &new.email, name, role: new.role.into(), password };
    agents::create_member(store, &new.desk, member, Clock::default().now()).await?;
    Ok(())
}

async fn reset_agent(config: &Config, store: &Store, reset: &Reset) -> Outcome {
    if reset.stdin {
        let known = Known::new([reset.email.as_str()]);
        let password = Passwords::default().choose(&secret_from_stdin()?, known).await?;
        accounts::reset_password(store, &reset.email, &password).await?;
        return note(
            "The password is set, and all sessions are signed out. The agent must change it at \
                the next sign-in.",
        );
    }
    let now = Clock::default().now();
    let token = accounts::issue_recovery(store, &reset.email, now).await?;
    let until = now.after(RECOVERY_LIFE).to_minute();
    note(&format!(
        "Give this link only to {}. It works once and expires at {until}.",
        reset.email
    ))?;
    print(&accounts::link_url(&config.public_url, "recovery", &token))
}

fn email(text: &str) -> Result<CanonicalEmail, &'static str> {
    CanonicalEmail::parse(text).map_err(|error| typed_email_problem(error.code()))
}

fn agent_name(text: &str) -> Result<AgentName, &'static str> {
    AgentName::parse(text).ok_or("a name must have 1 to 80 characters, on one line")
}
