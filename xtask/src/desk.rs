//! Runs a desk for the examples: the real server with its mailbox, as `ticket-center-demo` starts them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::process::Running;

/// The demo's addresses, accounts and secrets, as it prints them. There is no `Debug`, because of the secrets.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facts {
    pub(crate) dashboard_url: String,
    pub(crate) portal_url: String,
    pub(crate) mails_url: String,
    pub(crate) owner: SignIn,
    pub(crate) agent: SignIn,
    pub(crate) helpdesk_id: String,
    pub(crate) ticket_center_secret: String,
    pub(crate) portal_secret: String,
}

impl Facts {
    /// Returns the address of the script that pages embed.
    pub(crate) fn script_url(&self) -> String {
        format!("{}ticket-center.js", self.dashboard_url)
    }
}

/// An account of the dashboard.
#[derive(Deserialize, Serialize)]
pub(crate) struct SignIn {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// A running desk. Dropping it ends the desk.
pub(crate) struct Desk {
    pub(crate) facts: Facts,
    process: Running,
}

impl Desk {
    /// Starts the demo, and waits until it prints its addresses.
    pub(crate) fn start(demo: &mut Command) -> Result<Self> {
        let mut process = Running::start(demo.stdout(Stdio::piped()))?;
        let output = process.stdout.take().context("the desk has no standard output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).context("cannot read the desk's output")?;
        let facts = serde_json::from_str(&line).context("the desk did not start; see its log")?;
        Ok(Self { facts, process })
    }

    /// Waits until the desk ends.
    pub(crate) fn wait(self) -> Result<()> {
        let status = self.process.end()?;
        ensure!(status.success(), "the desk ended with {status}");
        Ok(())
    }

    /// Ends the desk, as Ctrl-C does.
    #[cfg(unix)]
    pub(crate) fn end(self) -> Result<()> {
        self.process.interrupt()?;
        self.wait()
    }

    #[cfg(not(unix))]
    pub(crate) fn end(self) -> Result<()> {
        drop(self);
        Ok(())
    }
}

/// Returns the command that starts the demo's program, with its database in the folder.
pub(crate) fn command(program: &Path, folder: &Path) -> Command {
    let mut demo = Command::new(program);
    demo.args(["--json", "--no-open"]).env("TMPDIR", folder).stdin(Stdio::null());
    demo
}
