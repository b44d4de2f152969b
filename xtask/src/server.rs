//! Tests the server and its demo on SQLite and on a PostgreSQL of their own, and compares the server's API
//! description with its responses.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use deskseal::{Secret, Signer};
use serde_json::{Value, json};

use crate::demo;
use crate::environment::Environment;
use crate::files;
use crate::process::{self, Running};
use crate::setup;
use crate::suite::{self, Check};
use crate::tools;
use crate::workspace::Workspace;

/// The server's package.
const PACKAGE: &str = "ticket-center";

/// The folder for everything that the checks create, in cargo's target folder.
const OUTPUT: &str = "server";

/// The settings of Schemathesis, which calls the API, and its environment in cargo's target folder.
const SCHEMATHESIS: &str = "server/tests/schemathesis";
const SCHEMATHESIS_ENVIRONMENT: &str = "tools/schemathesis";

/// A limited number of calls, the same in every run. A response that the document does not describe is a
/// failure, and so is a server error.
const SCHEMATHESIS_OPTIONS: [&str; 6] = [
    "--seed=1",
    "--max-examples=30",
    "--generation-database=none",
    "--continue-on-failure",
    "--warnings=off",
    "--checks=not_a_server_error,status_code_conformance,content_type_conformance,\
     response_headers_conformance,response_schema_conformance",
];

const CHECKS: &[Check<Workspace>] = &[("server: tests", tests), ("server: document", document)];

/// Runs all checks of the server, even if one fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    setup::postgresql()?;
    suite::run_checks("server", CHECKS, workspace)
}

/// Runs the server's benchmarks, and compares them with the promised figures.
pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    setup::postgresql()?;
    suite::header("the server");
    process::run(workspace.cargo().args(["bench", "--package", PACKAGE, "--bench", "server"]))
}

/// Returns the environment of Schemathesis, after installing it if it is missing.
pub(crate) fn tools(workspace: &Workspace) -> Result<Environment> {
    let requirements = format!("{SCHEMATHESIS}/requirements.txt");
    let folder = workspace.target.join(SCHEMATHESIS_ENVIRONMENT);
    let stamp = workspace.read(&requirements)?;
    let environment = Environment::made_from(&folder, &stamp, |environment| {
        println!("   installing {requirements} into {}", folder.display());
        let mut pip = environment.install()?;
        process::run(pip.arg("--requirement").arg(workspace.path(&requirements)))
            .context("cannot install the tools; is Python's package index reachable?")
    })?;
    tools::report(SCHEMATHESIS, "tools installed");
    Ok(environment)
}

fn tests(workspace: &Workspace) -> Result<()> {
    process::run(cargo_test(workspace).arg("--no-fail-fast"))
}

/// Returns the command that builds the server and its tests, and runs them.
fn cargo_test(workspace: &Workspace) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--quiet", "--locked", "--all-features"]);
    cargo.args(["--package", PACKAGE, "--package", demo::PACKAGE]);
    cargo
}

/// Calls the running server with valid and invalid requests, made from its API description.
fn document(workspace: &Workspace) -> Result<()> {
    let environment = tools(workspace)?;
    // The program that the tests have built: `cargo build` would compile all its dependencies with other features.
    process::run(cargo_test(workspace).arg("--no-run"))?;
    let server = Server::start(workspace)?;
    let mut schemathesis = environment.program("schemathesis")?;
    schemathesis
        // Schemathesis writes files into its working folder.
        .current_dir(workspace.target.join(OUTPUT))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONPATH", workspace.path(SCHEMATHESIS))
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("TICKET_CENTER_CREDENTIALS", server.credentials.to_string())
        .arg("run")
        .arg(format!("http://{}/api/openapi.json", server.address))
        .args(SCHEMATHESIS_OPTIONS);
    process::run(&mut schemathesis)
}

/// A running server with one customer. Dropping it ends the server.
struct Server {
    address: String,
    credentials: Value,
    _process: Running,
}

impl Server {
    fn start(workspace: &Workspace) -> Result<Self> {
        let folder = files::emptied(&workspace.target.join(OUTPUT))?;
        let program = workspace.target.join("debug").join(PACKAGE);
        let key = process::answer(Command::new(&program).args(["key", "generate"]))?;
        let command = |arguments: &[&str]| command(&program, &folder, &key, arguments);
        let desk = process::answer(&mut command(&["desk", "create", "Example"]))?;
        let secret = process::answer(&mut command(&[
            "secret",
            "rotate",
            "--desk",
            &desk,
            "--purpose",
            "ticket-center",
        ]))?;
        let signed = Signer::new(Secret::new(secret.as_str())?).sign_email("ada@example.com")?;
        let credentials = json!({
            "helpdeskId": desk,
            "email": signed.email.as_str(),
            "signature": signed.signature.to_hex(),
        });
        let mut process = Running::start(command(&["serve"]).stderr(Stdio::piped()))?;
        let log = process.stderr.take().context("the log is piped")?;
        let mut lines = BufReader::new(log).lines().map_while(Result::ok);
        let address = lines.find_map(|line| address(&line)).context("the server did not start")?;
        // If the log were not read, a full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { address, credentials, _process: process })
    }
}

/// Returns the server's command, with a database in the folder and rate limits that no test reaches.
fn command(program: &Path, folder: &Path, key: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    command
        // The log says where the server listens.
        .env_remove("RUST_LOG")
        .env("DATABASE_URL", "sqlite:desk.db")
        .env("TICKET_CENTER_KEYS", format!("test:{key}"))
        .env("TICKET_CENTER_LISTEN", "127.0.0.1:0")
        .env("TICKET_CENTER_PUBLIC_URL", "http://127.0.0.1");
    for limit in ["CALLS", "REFUSALS", "VERIFIES", "READS", "MESSAGES"] {
        command.env(format!("TICKET_CENTER_{limit}_PER_MINUTE"), "1000000");
    }
    command
}

/// Returns the server's address, if this line of its log contains it.
fn address(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    line["fields"]["address"].as_str().map(str::to_owned)
}
