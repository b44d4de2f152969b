//! Finding and installing programs that are not Rust.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process;

/// The system's own way to install something.
enum Installer {
    Apt,
    Homebrew,
    Unknown,
}

/// A program of the system, and how to get it.
pub(crate) struct Package {
    /// What is missing, for people.
    pub(crate) name: &'static str,
    /// Packages of Debian and Ubuntu.
    pub(crate) apt: &'static [&'static str],
    /// Formulae of Homebrew.
    pub(crate) homebrew: &'static [&'static str],
}

impl Package {
    /// Installs the package where that is usual; elsewhere the error says how to.
    pub(crate) fn install(&self) -> Result<()> {
        let Self { name, apt, homebrew } = self;
        match installer() {
            Installer::Apt => apt_install(apt).with_context(|| format!("cannot install {name}")),
            Installer::Homebrew => {
                bail!("{name} is missing; get it with `brew install {}`", homebrew.join(" "))
            }
            Installer::Unknown => {
                bail!("{name} is missing; install it with your system's package manager")
            }
        }
    }
}

fn installer() -> Installer {
    if in_path("apt-get").is_some() {
        return Installer::Apt;
    }
    if cfg!(target_os = "macos") { Installer::Homebrew } else { Installer::Unknown }
}

fn apt_install(packages: &[&str]) -> Result<()> {
    let packages = packages.join(" ");
    let install = format!("apt-get install --yes --no-install-recommends {packages}");
    println!("   installing {packages} with apt-get");
    process::run_in_foreground(&mut as_root("apt-get update --quiet")?)?;
    process::run_in_foreground(&mut as_root(&install)?)
}

/// Returns the command line as one that root runs: through sudo, for others.
fn as_root(line: &str) -> Result<Command> {
    let is_root = process::answer(Command::new("id").arg("-u"))? == "0";
    let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive"];
    if !is_root {
        if in_path("sudo").is_none() {
            bail!("this needs root, and there is no sudo; run `{line}` as root");
        }
        words.insert(0, "sudo");
    }
    words.extend(line.split(' '));
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    Ok(command)
}

/// Returns the program's file, if the search path has one.
pub(crate) fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Puts a folder in front of the command's search path, and of what was put there before.
pub(crate) fn prefer(command: &mut Command, folder: &Path) -> Result<()> {
    let set =
        command.get_envs().find_map(|(name, value)| (name == "PATH").then_some(value?.into()));
    let path = set.or_else(|| std::env::var_os("PATH")).unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).context("PATH cannot be extended")?);
    Ok(())
}

/// Reports that something is there.
pub(crate) fn report(name: &str, state: &str) {
    println!("   {name:18} {state}");
}
