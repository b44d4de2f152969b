//! `cargo xtask demo`: what the project is for, in the terminal and then in a browser.

pub(crate) mod shop;
mod signatures;

use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use regex::Regex;

use crate::examples::Framework;
use crate::files;
use crate::http;
use crate::process::{self, Running};
use crate::suite;
use crate::workspace::Workspace;

/// The server's demo: its package, and its program.
pub(crate) const PACKAGE: &str = "ticket-center-demo";

/// How to show it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Do not open a browser
    #[arg(long)]
    no_open: bool,
    /// Start everything, fetch every page once, and end it
    #[arg(long)]
    check: bool,
    /// Show the example for this framework beside the desk
    #[arg(long, value_name = "NAME")]
    framework: Option<Framework>,
}

/// Signs in the terminal, then starts the server with a sample product and a mailbox; or with an example.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    if let Some(framework) = arguments.framework {
        return shop::run(workspace, framework, arguments);
    }
    signatures::run(workspace)?;
    suite::header("Building the server and its demo, which takes minutes the first time");
    let program = built(workspace)?;
    suite::header("The desk on the other side");
    if arguments.check {
        return shows_everything(&program);
    }
    let mut command = Command::new(program);
    command.args(arguments.no_open.then_some("--no-open"));
    become_it(&mut command)
}

/// Builds the server's demo, and returns its program.
pub(crate) fn built(workspace: &Workspace) -> Result<PathBuf> {
    process::run(workspace.cargo().args(["build", "--locked", "--package", PACKAGE]))?;
    let program = format!("{PACKAGE}{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.target.join("debug").join(program))
}

/// Lets the demo take this process's place, so that Ctrl-C is the demo's, and its end is ours.
#[cfg(unix)]
fn become_it(command: &mut Command) -> Result<()> {
    let error = std::os::unix::process::CommandExt::exec(command);
    Err(error).with_context(|| format!("cannot start {}", process::shown(command)))
}

#[cfg(not(unix))]
fn become_it(command: &mut Command) -> Result<()> {
    process::run_in_foreground(command)
}

/// Starts the demo in an empty folder for temporary files, fetches every URL that it prints, ends it as
/// Ctrl-C does, and checks that nothing is left.
#[cfg(unix)]
pub(crate) fn shows_everything(program: &Path) -> Result<()> {
    let folder = program.with_file_name("demo-check");
    let folder = files::emptied(&folder)?;
    let mut command = Command::new(program);
    command.arg("--no-open").env("TMPDIR", &folder);
    let mut demo = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let output = demo.stdout.take().context("the demo has no standard output")?;
    let mut lines = BufReader::new(output).lines();
    for url in printed_urls(&mut lines)? {
        let status = http::status(&url).with_context(|| format!("cannot fetch {url}"))?;
        println!("   {status} {url}");
        ensure!(matches!(status, 200 | 302 | 303), "{url} answers {status}");
    }
    demo.interrupt()?;
    let rest = lines.collect::<std::io::Result<Vec<String>>>()?;
    let status = demo.end()?;
    ensure!(status.success(), "the demo ended with {status}");
    ensure!(rest.concat().contains("is deleted"), "the demo does not say that all is deleted");
    ensure!(files::entries(&folder)?.is_empty(), "the demo leaves files in {}", folder.display());
    println!("   ended by Ctrl-C, and its folder is gone");
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn shows_everything(_program: &Path) -> Result<()> {
    bail!("the check of the demo needs a system with signals")
}

/// Reads what the demo prints until everything runs, and returns the URLs in it.
fn printed_urls(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<Vec<String>> {
    let mut urls = Vec::new();
    for line in lines {
        let line = line?;
        urls.extend(urls_in(&line)?);
        if line.starts_with("Ctrl-C") {
            return Ok(urls);
        }
    }
    bail!("the demo ended before everything ran; see above")
}

fn urls_in(text: &str) -> Result<Vec<String>> {
    let url = Regex::new(r"http://\S+")?;
    Ok(url.find_iter(text).map(|found| found.as_str().to_owned()).collect())
}
