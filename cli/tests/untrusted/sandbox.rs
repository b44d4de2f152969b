//! Creates a folder for an attacker's files, and replaces usual programs with traps that record their start.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub(crate) const SECRET: &str = "dsk_secret_q7Zr-0mS_x4Vb9Lw2Kd8ticketCenter";
pub(crate) const EXPRESS: &str =
    r#"{ "dependencies": { "express": "5.3.0", "deskseal": "^0.1.0" } }"#;

/// Programs that an attacker's files could make another tool start.
const PROGRAMS: [&str; 24] = [
    "git", "sh", "bash", "node", "npm", "npx", "yarn", "pnpm", "python", "python3", "pip", "ruby",
    "gem", "bundle", "rake", "php", "composer", "less", "more", "vi", "editor", "ssh", "xdg-open",
    "direnv",
];

/// A folder for repositories, with a marker file that shows that a program was started.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        if name == "." { self.folder.path().to_owned() } else { self.folder.path().join(name) }
    }

    /// Returns the file that each trap writes.
    pub(crate) fn marker(&self) -> PathBuf {
        self.path("started")
    }

    /// Creates a folder of programs with the usual names, which write the marker.
    pub(crate) fn traps(&self) -> PathBuf {
        let folder = self.path("traps");
        for program in PROGRAMS {
            self.program(&format!("traps/{program}"), &self.trap(program));
        }
        folder
    }

    /// Returns a shell command that writes the marker.
    pub(crate) fn trap(&self, name: &str) -> String {
        format!("echo {name} >> {}", self.marker().display())
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    pub(crate) fn program(&self, name: &str, script: &str) {
        self.write(name, format!("#!/bin/sh\n{script}\n"));
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.path(name), mode).expect("a mode");
    }

    pub(crate) fn git(&self, folder: &str, arguments: &[&str]) {
        git(&self.path(folder), arguments);
    }

    /// Runs `doctor` and `scan` in the folder.
    pub(crate) fn examine(&self, folder: &str) {
        for arguments in [&["doctor"][..], &["doctor", "--format=json"], &["scan"]] {
            self.run(arguments, folder);
        }
    }

    /// Runs the command in the folder twice, with the system's programs and with traps in their place, and
    /// returns what it printed.
    pub(crate) fn run(&self, arguments: &[&str], folder: &str) -> String {
        let system = std::env::var_os("PATH").expect("a path");
        let printed = [Path::new(&system), &self.traps()].map(|programs| {
            let mut command = deskseal(arguments);
            command.arg(self.path(folder)).env("PATH", programs).current_dir(self.path(folder));
            let Output { stdout, stderr, status } = command.output().expect("the command runs");
            let printed = String::from_utf8([stdout, stderr].concat()).expect("UTF-8");
            assert!(!printed.contains("panicked") && status.code().is_some(), "{printed}");
            let started = fs::read_to_string(self.marker()).unwrap_or_default();
            assert_eq!(started, "", "{arguments:?} started a program");
            printed
        });
        assert_eq!(printed[0], printed[1], "the output must not depend on the installed programs");
        printed[0].clone()
    }
}

pub(crate) fn deskseal(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskseal"));
    command.args(arguments).env_clear().env("HELPDESKY_HMAC_SECRET", SECRET);
    command
}

/// Runs git without the user's and the system's configuration.
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]);
    git.args(["-c", "protocol.file.allow=always"]).args(arguments);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = git.output().expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
