//! Installs the examples with the published packages as a user would, builds them without a secret, and starts
//! them with a desk.

mod install;
mod recipe;

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use fs_err as fs;
use fs_err::File;

use crate::desk::Facts;
use crate::http;
use crate::process::{self, Running};
use crate::workspace::Workspace;
use install::Runtime;
use recipe::{Recipe, Server};

/// The folder for everything that the examples need, in cargo's target folder.
const OUTPUT: &str = "examples";

/// The variables that hold the secrets of an application.
const EMAIL_SECRET: &str = "HELPDESKY_HMAC_SECRET";
const PORTAL_SECRET: &str = "LETTERBOOK_PORTAL_TICKET_SECRET";

/// The variable that names the help desk.
const HELPDESK_ID: &str = "HELPDESKY_HELPDESK_ID";

/// Variables that the user may have set, and that are removed for an example.
const FOREIGN: [&str; 5] =
    [EMAIL_SECRET, PORTAL_SECRET, HELPDESK_ID, "DJANGO_SETTINGS_MODULE", "RAILS_ENV"];

/// How often a starting example is checked.
const POLL: Duration = Duration::from_millis(50);

/// The frameworks that have an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Framework {
    Django,
    Flask,
    Express,
    Next,
    Astro,
    Worker,
    Rails,
    Laravel,
    Go,
}

impl Framework {
    /// Returns the name of the example's folder.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Django => "django",
            Self::Flask => "flask",
            Self::Express => "express",
            Self::Next => "next",
            Self::Astro => "astro",
            Self::Worker => "worker",
            Self::Rails => "rails",
            Self::Laravel => "laravel",
            Self::Go => "go",
        }
    }

    /// Returns the framework's own name.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Django => "Django",
            Self::Flask => "Flask",
            Self::Express => "Express",
            Self::Next => "Next.js",
            Self::Astro => "Astro",
            Self::Worker => "Cloudflare Workers",
            Self::Rails => "Rails",
            Self::Laravel => "Laravel",
            Self::Go => "Go",
        }
    }

    /// Tells whether the framework is available here: Rails and Laravel are Debian's packages.
    pub(crate) const fn is_here(self) -> bool {
        cfg!(target_os = "linux") || !matches!(self, Self::Rails | Self::Laravel)
    }
}

/// How an example is started.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// In production mode.
    Production,
    /// In development mode and without the help desk's id, to test the error pages.
    Broken,
}

/// An installed example, in its own folder.
pub(crate) struct Example<'a> {
    pub(crate) framework: Framework,
    recipe: &'static Recipe,
    runtime: Runtime<'a>,
    /// The copy of the example's folder.
    pub(crate) folder: PathBuf,
}

impl<'a> Example<'a> {
    /// Installs the example as its own instructions say.
    pub(crate) fn installed(workspace: &'a Workspace, framework: Framework) -> Result<Self> {
        let recipe = recipe::of(framework);
        if !framework.is_here() {
            bail!(
                "the example for {} needs Debian's packages; run it on Debian",
                framework.title()
            );
        }
        let folder = output(workspace, framework.name());
        install::copy_example(workspace, &format!("examples/{}", framework.name()), &folder)?;
        let runtime = Runtime::install(workspace, recipe.language, &folder)?;
        Ok(Self { framework, recipe, runtime, folder })
    }

    /// Builds it for production: with the desk's addresses, but without its secrets.
    pub(crate) fn build(&self, facts: &Facts) -> Result<()> {
        for words in self.recipe.builds {
            process::run_shown(self.command(words, facts)?.stdout(Stdio::null()))?;
        }
        Ok(())
    }

    /// Starts it, and writes its output to a file.
    pub(crate) fn start(&self, facts: &Facts, mode: Mode, port: u16, log: &Path) -> Result<Shop> {
        let server = match mode {
            Mode::Production => &self.recipe.production,
            Mode::Broken => &self.recipe.development,
        };
        let mut command = self.server(server, facts, port)?;
        if mode == Mode::Broken {
            command.env_remove(HELPDESK_ID);
        }
        let file = File::create(log)?.into_file();
        let errors = file.try_clone().context("cannot share a log")?;
        let process = Running::start(command.stdin(Stdio::null()).stdout(file).stderr(errors))?;
        Ok(Shop { framework: self.framework, process, url: url(port), log: log.to_owned() })
    }

    fn server(&self, server: &Server, facts: &Facts, port: u16) -> Result<Command> {
        let port = port.to_string();
        let words: Vec<String> =
            server.words.iter().map(|word| word.replace("{port}", &port)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = self.command(&words, facts)?;
        command.env("PORT", &port).env("HOST", "127.0.0.1");
        command.env(HELPDESK_ID, &facts.helpdesk_id);
        command.env(EMAIL_SECRET, &facts.ticket_center_secret);
        command.env(PORTAL_SECRET, &facts.portal_secret);
        command.envs(server.environment.iter().copied());
        Ok(command)
    }

    /// Returns a program of the example's language, in its folder, with the public settings.
    fn command(&self, words: &[&str], facts: &Facts) -> Result<Command> {
        let mut command = self.runtime.command(words, &self.folder)?;
        command.current_dir(&self.folder);
        for name in FOREIGN {
            command.env_remove(name);
        }
        command.env("TICKET_CENTER_URL", facts.script_url()).env("PORTAL_URL", &facts.portal_url);
        command.envs(self.recipe.environment.iter().copied());
        Ok(command)
    }
}

/// A running example. Dropping it ends the example.
pub(crate) struct Shop {
    pub(crate) framework: Framework,
    process: Running,
    pub(crate) url: String,
    pub(crate) log: PathBuf,
}

impl Shop {
    /// Waits until it responds.
    pub(crate) fn wait(&mut self) -> Result<()> {
        while http::status(&self.url).is_err() {
            if let Some(status) = self.process.try_end()? {
                let log = fs::read_to_string(&self.log)?;
                bail!("the example for {} ended with {status}:\n{log}", self.framework.name());
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

/// Returns a port that was free a moment ago, for servers that cannot choose one themselves.
pub(crate) fn free_port() -> Result<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot find a free port")?;
    Ok(listener.local_addr()?.port())
}

/// Returns the URL of an example on this port.
pub(crate) fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}/")
}

/// Returns a path in the examples' folder.
pub(crate) fn output(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join(OUTPUT).join(name)
}
