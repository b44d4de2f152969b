//! Finds and installs programs that the tests need.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process;

/// The system's package manager.
enum Installer {
    Apt,
    Homebrew,
    Unknown,
}

/// A program, and the system packages that install it.
pub(crate) struct Package {
    /// The program's name in messages.
    pub(crate) name: &'static str,
    /// Packages of Debian and Ubuntu; `one | another` is what the system has of the two.
    pub(crate) apt: &'static [&'static str],
    /// Formulae of Homebrew.
    pub(crate) homebrew: &'static [&'static str],
}

impl Package {
    /// Installs the program with apt-get. On other systems, the error says how to install it.
    pub(crate) fn install(&self) -> Result<()> {
        let Self { name, apt, homebrew } = self;
        match installer() {
            Installer::Apt => apt_install(apt).with_context(|| format!("cannot install {name}")),
            Installer::Homebrew => {
                bail!("{name} is missing; install it with `brew install {}`", homebrew.join(" "))
            }
            Installer::Unknown => {
                bail!("{name} is missing; install it with your system's package manager")
            }
        }
    }

    /// Tells whether the system has the package to install: a newer one may have dropped it.
    pub(crate) fn is_offered(&self) -> bool {
        let mut show = Command::new("apt-cache");
        show.args(["show", "--quiet"]).args(self.apt);
        !matches!(installer(), Installer::Apt)
            || process::output(&mut show).is_ok_and(|output| !output.stdout.is_empty())
    }
}

fn installer() -> Installer {
    if in_path("apt-get").is_some() {
        return Installer::Apt;
    }
    if cfg!(target_os = "macos") { Installer::Homebrew } else { Installer::Unknown }
}

fn apt_install(packages: &[&str]) -> Result<()> {
    println!("   installing {} with apt-get", packages.join(", "));
    let apt_get = |arguments: &[&str]| {
        let words = [&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], arguments].concat();
        process::run_in_foreground(&mut as_root(Sudo::Asks, &words)?)
    };
    apt_get(&["update", "--quiet"])?;
    apt_get(&[&["satisfy", "--yes", "--no-install-recommends"], packages].concat())
}

/// Whether sudo may ask for a password: only a command in the terminal's foreground can.
#[derive(Clone, Copy)]
pub(crate) enum Sudo {
    Asks,
    IsSilent,
}

/// Returns a command that runs as root, through sudo if this user is not root.
pub(crate) fn as_root(sudo: Sudo, words: &[&str]) -> Result<Command> {
    let is_root = process::answer(Command::new("id").arg("-u"))? == "0";
    if !is_root && in_path("sudo").is_none() {
        bail!("this needs root, and sudo is not installed; run `{}` as root", words.join(" "));
    }
    let prefix: &[&str] = match sudo {
        _ if is_root => &["env"],
        Sudo::Asks => &["sudo"],
        Sudo::IsSilent => &["sudo", "--non-interactive"],
    };
    let mut command = Command::new(prefix[0]);
    command.args(&prefix[1..]).args(words);
    Ok(command)
}

/// Returns the program's file, if it is in PATH.
pub(crate) fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Puts a folder at the start of the command's PATH.
pub(crate) fn prefer(command: &mut Command, folder: &Path) -> Result<()> {
    let set =
        command.get_envs().find_map(|(name, value)| (name == "PATH").then_some(value?.into()));
    let path = set.or_else(|| std::env::var_os("PATH")).unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).context("cannot extend PATH")?);
    Ok(())
}

/// Prints the state of a tool.
pub(crate) fn report(name: &str, state: &str) {
    println!("   {name:18} {state}");
}
