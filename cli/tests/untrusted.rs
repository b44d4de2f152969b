//! What a checked-out repository may make `doctor` and `scan` do: read, and start nothing.

#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const SECRET: &str = "dsk_secret_q7Zr-0mS_x4Vb9Lw2Kd8ticketCenter";
const EXPRESS: &str = r#"{ "dependencies": { "express": "5.3.0", "deskseal": "^0.1.0" } }"#;

/// What a repository, or who wrote its files, would like to have started.
const PROGRAMS: [&str; 24] = [
    "git", "sh", "bash", "node", "npm", "npx", "yarn", "pnpm", "python", "python3", "pip", "ruby",
    "gem", "bundle", "rake", "php", "composer", "less", "more", "vi", "editor", "ssh", "xdg-open",
    "direnv",
];

/// A folder for a repository, and what tells that a program was started.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The file that each trap writes.
    fn marker(&self) -> PathBuf {
        self.path("started")
    }

    /// Makes a folder of programs that write the marker, each under its usual name.
    fn traps(&self) -> PathBuf {
        let folder = self.path("traps");
        for program in PROGRAMS {
            self.program(&format!("traps/{program}"), &self.trap(program));
        }
        folder
    }

    /// A shell command that writes the marker.
    fn trap(&self, name: &str) -> String {
        format!("echo {name} >> {}", self.marker().display())
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    fn program(&self, name: &str, script: &str) {
        self.write(name, format!("#!/bin/sh\n{script}\n"));
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.path(name), mode).expect("a mode");
    }

    fn git(&self, folder: &str, arguments: &[&str]) {
        git(&self.path(folder), arguments);
    }

    /// Runs the command with this path of programs, and returns what it prints.
    fn run(&self, programs: &Path, arguments: &[&str], folder: &str) -> Output {
        let mut command = deskseal(arguments);
        command.arg(self.path(folder)).env("PATH", programs).current_dir(self.path(folder));
        command.output().expect("the command runs")
    }

    /// Examines and scans the folder, with the system's programs, and with traps in their places.
    fn visit(&self, folder: &str) {
        let system = std::env::var_os("PATH").expect("a path");
        for programs in [Path::new(&system), &self.traps()] {
            for arguments in [&["doctor"][..], &["doctor", "--format=json"], &["scan"]] {
                let output = self.run(programs, arguments, folder);
                let printed = String::from_utf8(output.stderr).expect("UTF-8");
                assert!(!printed.contains("panicked"), "{printed}");
                let started = fs::read_to_string(self.marker()).unwrap_or_default();
                assert_eq!(started, "", "{arguments:?} started a program");
            }
        }
    }
}

fn deskseal(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskseal"));
    command.args(arguments).env_clear().env("HELPDESKY_HMAC_SECRET", SECRET);
    command
}

/// Runs git without anybody's configuration.
fn git(folder: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]);
    git.args(["-c", "protocol.file.allow=always"]).args(arguments);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = git.output().expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Makes a repository with a sparse index, whose folder `shop` is listed as a whole.
fn sparse_repository(place: &Place, folder: &str) {
    place.write(&format!("{folder}/package.json"), EXPRESS);
    place.write(&format!("{folder}/shop/package.json"), EXPRESS);
    place.write(&format!("{folder}/shop/.env"), format!("HELPDESKY_HMAC_SECRET={SECRET}\n"));
    place.write(&format!("{folder}/docs/a.md"), "text");
    place.git(folder, &["init", "--quiet"]);
    place.git(folder, &["add", "."]);
    place.git(folder, &["commit", "--quiet", "--message=all"]);
    place.git(folder, &["sparse-checkout", "init", "--cone", "--sparse-index"]);
    place.git(folder, &["sparse-checkout", "set", "docs"]);
}

/// Commits a bare repository as files: its objects are missing, and its remote is a command.
fn embed_bare_repository(place: &Place, command: &str) {
    sparse_repository(place, "source");
    place.write("outer/package.json", EXPRESS);
    place.git("outer", &["init", "--quiet"]);
    for name in ["HEAD", "index"] {
        let content = fs::read(place.path("source/.git").join(name)).expect("a file");
        place.write(&format!("outer/inner/{name}"), content);
    }
    place.write("outer/inner/package.json", EXPRESS);
    place.write("outer/inner/.env", "PORT=3000\n");
    place.write("outer/inner/objects/keep", "");
    place.write("outer/inner/refs/keep", "");
    let config = format!(
        "[core]\n\trepositoryformatversion = 1\n\tbare = false\n\tworktree = .\n\
         \tsparseCheckout = true\n\tsparseCheckoutCone = true\n\tfsmonitor = {command}\n\
         [extensions]\n\tpartialClone = origin\n[index]\n\tsparse = true\n\
         [remote \"origin\"]\n\tpromisor = true\n\turl = ext::{command}\n\
         [protocol \"ext\"]\n\tallow = always\n"
    );
    place.write("outer/inner/config", config);
    place.git("outer", &["add", "--force", "."]);
    place.git("outer", &["commit", "--quiet", "--message=all"]);
    let (outer, clone) = (place.path("outer"), place.path("clone"));
    let paths = [outer.to_str().expect("UTF-8"), clone.to_str().expect("UTF-8")];
    git(place.folder.path(), &["clone", "--quiet", paths[0], paths[1]]);
}

#[test]
fn an_embedded_bare_repository_with_a_promisor_remote_starts_no_program() {
    let place = Place::new();
    place.program("command", &place.trap("remote"));
    embed_bare_repository(&place, place.path("command").to_str().expect("UTF-8"));
    place.visit("clone");
    place.visit("clone/inner");
}

#[test]
fn no_program_that_a_repository_names_is_started() {
    let place = Place::new();
    let trap = |name: &str| place.trap(name);
    place.write("shop/package.json", EXPRESS);
    place.git("shop", &["init", "--quiet"]);
    place.write("shop/.env", format!("HELPDESKY_HMAC_SECRET={SECRET}\n"));
    place.write("shop/.envrc", trap("envrc"));
    place.write("shop/.npmrc", format!("node-options={}\nscript-shell=./script\n", trap("npmrc")));
    place.write("shop/.python-version", "./script\n");
    place.write("shop/.ruby-version", "./script\n");
    place.write("shop/.tool-versions", "node path:./script\n");
    place.write("shop/sitecustomize.py", format!("import os; os.system('{}')", trap("python")));
    place.write("shop/requirements.txt", "django\n-e .\n");
    place.write("shop/setup.py", format!("import os; os.system('{}')", trap("setup")));
    place.write("shop/manage.py", format!("import os; os.system('{}') # django", trap("django")));
    place.write("shop/Gemfile", format!("gem 'rails'\nsystem('{}')", trap("bundle")));
    place.write("shop/.gitattributes", "* diff=trap filter=trap merge=trap\n");
    let scripts = format!(r#"{{ "scripts": {{ "preinstall": "{}" }} }}"#, trap("npm"));
    place.write("shop/composer.json", scripts);
    place.program("shop/node_modules/.bin/node", &trap("bin"));
    let config = [
        ("core.fsmonitor", "fsmonitor"),
        ("core.pager", "pager"),
        ("core.editor", "editor"),
        ("core.sshCommand", "ssh"),
        ("core.askPass", "ask"),
        ("core.hooksPath", "hooks"),
        ("core.alternateRefsCommand", "refs"),
        ("alias.ls-files", "alias"),
        ("alias.check-ignore", "alias"),
        ("diff.external", "external"),
        ("diff.trap.textconv", "textconv"),
        ("filter.trap.clean", "clean"),
        ("filter.trap.smudge", "smudge"),
        ("filter.trap.process", "process"),
        ("credential.helper", "credential"),
        ("uploadpack.packObjectsHook", "pack"),
        ("include.path", "../.gitconfig"),
    ];
    place.write("shop/.gitconfig", format!("[core]\n\tfsmonitor = {}\n", trap("include")));
    place.git("shop", &["add", "package.json", ".env"]);
    for (name, value) in config {
        place.git("shop", &["config", name, &trap(value)]);
    }
    for hook in ["post-index-change", "fsmonitor-watchman", "reference-transaction"] {
        place.program(&format!("shop/.git/hooks/{hook}"), &trap(hook));
    }
    place.visit("shop");
}
