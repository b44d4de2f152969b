//! Builds the Python package as for publication, installs it, and tests the installed package.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use fs_err as fs;
use sha2::{Digest as _, Sha256};

use crate::environment::Environment;
use crate::files;
use crate::process;
use crate::setup;
use crate::suite;
use crate::tools;
use crate::workspace::Workspace;

/// The package's folder.
const PACKAGE: &str = "bindings/python";

/// The folder for everything that is made for the package, in cargo's target folder.
const OUTPUT: &str = "python";

/// The folder of the tools, in cargo's target folder.
const TOOLS: &str = "tools/python";

/// Folders in [`OUTPUT`].
const SOURCE: &str = "source";
const WHEEL: &str = "dist";
const ENVIRONMENT: &str = "venv";

/// The requirements of the tools that build and check the package.
const TOOL_REQUIREMENTS: &str = "tests/requirements-tools.txt";

/// The requirements of the tests.
const TEST_REQUIREMENTS: &str = "tests/requirements.txt";

/// The package's type stubs, which are generated.
const STUBS: &str = "python/deskseal/_deskseal.pyi";

/// maturin's arguments for a wheel for publication. On Linux, Zig links it so that older systems can load it.
const RELEASE: &[&str] = if cfg!(target_os = "linux") {
    &["build", "--quiet", "--release", "--zig"]
} else {
    &["build", "--quiet", "--release"]
};

/// The free-threaded Python, which needs its own wheel because it cannot load abi3.
const FREE_THREADED: &str = "python3.14t";

/// The tags in the wheels' names, after the version.
const ABI3_TAG: &str = "cp310-abi3-";
const FREE_THREADED_TAG: &str = "cp314-cp314t-";

/// The size limit of a wheel, in bytes.
const LONGEST_WHEEL: u64 = 1_000_000;

const PYTEST: [&str; 6] =
    ["python", "-B", "-m", "pytest", "-pno:cacheprovider", "--import-mode=importlib"];

/// The commands that check the types of the installed package.
const TYPE_CHECKS: &[&[&str]] = &[
    &[
        "python",
        "-m",
        "mypy.stubtest",
        "--mypy-config-file=pyproject.toml",
        "--allowlist=tests/stubtest.txt",
        "deskseal",
    ],
    &["python", "-m", "mypy", "--package", "deskseal"],
    &["python", "-m", "mypy", "tests/typed.py"],
    &["pyright", "--warnings", "tests/typed.py"],
    &["pyright", "--verifytypes", "deskseal", "--ignoreexternal"],
];

/// The examples' folders, and Python's arguments for their tests.
const EXAMPLES: &[(&str, &[&str])] = &[
    ("examples/django", &["manage.py", "check"]),
    ("examples/django", &["manage.py", "test"]),
    ("examples/flask", &["-m", "pytest", "-pno:cacheprovider"]),
];

/// The user's variables that are removed for the examples: secrets, and another project's settings.
const FOREIGN: [&str; 4] = [
    "DJANGO_SETTINGS_MODULE",
    "HELPDESKY_HMAC_SECRET",
    "HDH_HMAC_SECRET",
    "LETTERBOOK_PORTAL_TICKET_SECRET",
];

/// A check: its name and its function.
type Check = (&'static str, fn(&Package<'_>) -> Result<()>);

const CHECKS: &[Check] = &[
    ("python: wheel", wheel),
    ("python: tests", tests),
    ("python: leaks", leaks),
    ("python: types", types),
    ("python: examples", examples),
    ("python: stubs", stubs),
    ("python: panic", panic),
    ("python: free-threaded wheel", free_threaded_wheel),
    ("python: style", style),
];

/// The installed package, and the tools that built it.
struct Package<'a> {
    workspace: &'a Workspace,
    tools: Environment,
    /// The environment where the package is installed.
    environment: Environment,
    /// The folder of the unpacked source distribution.
    source: PathBuf,
    wheel: PathBuf,
}

/// Runs all checks of the package, even if one fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let package = package(workspace)?;
    suite::run_checks("python", CHECKS, &package)
}

/// Compares the package's speed with the usual code without it.
pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    let Package { environment, wheel, .. } = package(workspace)?;
    suite::header("the Python package");
    let mut command = in_package(workspace, environment.program("python")?);
    process::run(command.args(["-B", "tests/bench.py"]).arg(wheel))
}

/// Returns the wheel for publication.
pub(crate) fn published(workspace: &Workspace) -> Result<PathBuf> {
    package(workspace).map(|package| package.wheel)
}

/// Returns the files for publication on this platform: the wheel and the source distribution.
pub(crate) fn packages(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let wheel = published(workspace)?;
    Ok(vec![wheel, files::only(&output(workspace, "sdist"), "gz")?])
}

/// Installs the package for its adapter.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    package(workspace).map(drop)
}

/// Returns the tools, after installing them if they are missing.
pub(crate) fn tools(workspace: &Workspace) -> Result<Environment> {
    let folder = workspace.target.join(TOOLS);
    let stamp = requirements(workspace, TOOL_REQUIREMENTS)?;
    let environment = Environment::made_from(&folder, &stamp, |environment| {
        println!("   installing {TOOL_REQUIREMENTS} into {}", folder.display());
        let mut pip = in_package(workspace, environment.install()?);
        process::run(pip.args(["--requirement", TOOL_REQUIREMENTS]))
            .context("cannot install the tools; is Python's package index reachable?")
    })?;
    tools::report(PACKAGE, "tools installed");
    Ok(environment)
}

/// Installs the package from the wheel that its source distribution builds.
///
/// An installation from the same sources is used again.
fn package(workspace: &Workspace) -> Result<Package<'_>> {
    let tools = tools(workspace)?;
    let sdist = sdist(workspace, &tools)?;
    let folder = output(workspace, ENVIRONMENT);
    let stamp = stamp(workspace, &sdist)?;
    let environment = Environment::made_from(&folder, &stamp, |environment| {
        install_package(workspace, &tools, &sdist, environment)
    })?;
    let source = output(workspace, SOURCE);
    let wheel = only_wheel(&output(workspace, WHEEL))?;
    Ok(Package { workspace, tools, environment, source, wheel })
}

fn install_package(
    workspace: &Workspace,
    tools: &Environment,
    sdist: &Path,
    environment: &Environment,
) -> Result<()> {
    let source = unpacked(workspace, sdist)?;
    let wheel = built(workspace, tools, &source, RELEASE, WHEEL)?;
    println!("   installing {}", files::name(&wheel));
    // Nothing else is installed yet, so the import fails if a dependency is not declared.
    process::run(environment.install()?.args(["--no-index", "--no-deps"]).arg(wheel))?;
    process::run_shown(environment.program("python")?.args(["-I", "-c", "import deskseal"]))?;
    let mut pip = in_package(workspace, environment.install()?);
    process::run_shown(pip.args([
        "--requirement",
        TEST_REQUIREMENTS,
        "--requirement",
        TOOL_REQUIREMENTS,
    ]))
}

/// Returns a digest of everything that the installation is made from.
fn stamp(workspace: &Workspace, sdist: &Path) -> Result<String> {
    let sdist = fs::read(sdist)?;
    let digest = Sha256::new()
        .chain_update(sdist)
        .chain_update(requirements(workspace, TEST_REQUIREMENTS)?)
        .chain_update(requirements(workspace, TOOL_REQUIREMENTS)?)
        .finalize();
    Ok(base16ct::lower::encode_string(&digest))
}

fn requirements(workspace: &Workspace, file: &str) -> Result<String> {
    workspace.read(&format!("{PACKAGE}/{file}"))
}

fn sdist(workspace: &Workspace, tools: &Environment) -> Result<PathBuf> {
    let folder = files::emptied(&output(workspace, "sdist"))?;
    let mut command = maturin(workspace, tools, &workspace.path(PACKAGE))?;
    process::run_shown(command.args(["sdist", "--out"]).arg(&folder))?;
    files::only(&folder, "gz")
}

/// Unpacks the source distribution, and returns its folder.
fn unpacked(workspace: &Workspace, sdist: &Path) -> Result<PathBuf> {
    let folder = files::emptied(&output(workspace, SOURCE))?;
    let mut tar = Command::new("tar");
    // The archive's file times never change, so cargo would not notice changed files: tar sets the current time.
    tar.args(["-x", "-z", "-m", "--strip-components=1", "-f"]).arg(sdist).arg("-C").arg(&folder);
    process::run(&mut tar)?;
    Ok(folder)
}

/// Builds a wheel from a folder with maturin, and returns it.
fn built(
    workspace: &Workspace,
    tools: &Environment,
    source: &Path,
    arguments: &[&str],
    name: &str,
) -> Result<PathBuf> {
    let folder = files::emptied(&output(workspace, name))?;
    let mut command = maturin(workspace, tools, source)?;
    process::run_shown(command.args(arguments).arg("--out").arg(&folder))?;
    only_wheel(&folder)
}

fn wheel(package: &Package<'_>) -> Result<()> {
    assert_wheel(&package.wheel, ABI3_TAG)
}

fn tests(package: &Package<'_>) -> Result<()> {
    run_in(package.workspace, &package.environment, &PYTEST)
}

fn leaks(package: &Package<'_>) -> Result<()> {
    run_in(package.workspace, &package.environment, &["python", "-B", "tests/leaks.py"])
}

fn types(package: &Package<'_>) -> Result<()> {
    TYPE_CHECKS.iter().try_for_each(|check| run_in(package.workspace, &package.environment, check))
}

/// Runs the examples' own tests with the installed package, and without a secret in the environment.
fn examples(package: &Package<'_>) -> Result<()> {
    for (folder, words) in EXAMPLES {
        let mut command = package.environment.program("python")?;
        command.args(["-B"]).args(*words).current_dir(package.workspace.path(folder));
        for name in FOREIGN {
            command.env_remove(name);
        }
        process::run_shown(&mut command)?;
    }
    Ok(())
}

/// Checks that the committed type stubs are up to date.
fn stubs(package: &Package<'_>) -> Result<()> {
    let Package { workspace, tools, .. } = package;
    let folder = files::emptied(&output(workspace, "stubs"))?;
    let mut command = maturin(workspace, tools, &workspace.path(PACKAGE))?;
    process::run_shown(
        command.args(["generate-stubs", "--quiet", "--features=stubs", "--out"]).arg(&folder),
    )?;
    let mut ruff = in_package(workspace, tools.program("ruff")?);
    process::run(ruff.args(["format", "--quiet", "--config=pyproject.toml"]).arg(&folder))?;
    let generated = folder.join("deskseal/_deskseal.pyi");
    let committed = workspace.path(PACKAGE).join(STUBS);
    if fs::read_to_string(&generated)? == fs::read_to_string(&committed)? {
        println!("{}", suite::closing_line("stubs", 1, 0));
        return Ok(());
    }
    bail!("{} is out of date; copy {} over it", committed.display(), generated.display())
}

/// Checks that a panic in Rust becomes a Python exception.
fn panic(package: &Package<'_>) -> Result<()> {
    let Package { workspace, tools, .. } = package;
    let arguments = ["build", "--quiet", "--profile=dev", "--features=panic-test"];
    let wheel = built(workspace, tools, &workspace.path(PACKAGE), &arguments, "panic")?;
    let environment = Environment::create(&output(workspace, "panicking"))?;
    process::run(environment.install()?.args(["--no-index", "--no-deps"]).arg(wheel))?;
    let mut pip = in_package(workspace, environment.install()?);
    process::run(pip.args(["--requirement", TEST_REQUIREMENTS]))?;
    run_in(workspace, &environment, &[&PYTEST[..], &["tests/panicking.py"]].concat())
}

/// Builds the wheel for free-threaded Python from the same sources. Without that Python, this is possible on Linux
/// only.
fn free_threaded_wheel(package: &Package<'_>) -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("   skipped: on this system, only the release workflow builds it");
        return Ok(());
    }
    let arguments = [RELEASE, &["--interpreter", FREE_THREADED]].concat();
    let Package { workspace, tools, source, .. } = package;
    let wheel = built(workspace, tools, source, &arguments, "free-threaded")?;
    assert_wheel(&wheel, FREE_THREADED_TAG)
}

fn style(package: &Package<'_>) -> Result<()> {
    let Package { workspace, tools, .. } = package;
    run_in(workspace, tools, &["ruff", "check", ".", "../../examples"])?;
    run_in(workspace, tools, &["ruff", "format", "--check", ".", "../../examples"])
}

/// Checks the wheel's name and its size.
fn assert_wheel(wheel: &Path, tag: &str) -> Result<()> {
    let name = files::name(wheel);
    if !name.contains(tag) {
        bail!("the name of the wheel {name} does not contain {tag}");
    }
    files::assert_length(wheel, LONGEST_WHEEL)
}

/// Runs a program of the environment in the package's folder.
fn run_in(workspace: &Workspace, environment: &Environment, words: &[&str]) -> Result<()> {
    let [program, arguments @ ..] = words else { bail!("there is no program to run") };
    let mut command = in_package(workspace, environment.program(program)?);
    // Pyright needs Node, and would download one.
    if *program == "pyright" {
        setup::node(workspace)?.prefer(&mut command)?;
        // Node's folder may contain another Python.
        environment.prefer(&mut command)?;
    }
    process::run_shown(command.args(arguments))
}

fn maturin(workspace: &Workspace, tools: &Environment, folder: &Path) -> Result<Command> {
    let mut command = tools.program("maturin")?;
    // All builds of the package share a target folder. The workspace's own builds have other settings.
    command.current_dir(folder).env("CARGO_TARGET_DIR", output(workspace, "build"));
    Ok(command)
}

/// Makes the command run in the package's folder, and keep its caches in the target folder.
fn in_package(workspace: &Workspace, mut command: Command) -> Command {
    command.current_dir(workspace.path(PACKAGE));
    command.env("MYPY_CACHE_DIR", output(workspace, "caches/mypy"));
    command.env("RUFF_CACHE_DIR", output(workspace, "caches/ruff"));
    // Django's objects need settings even when a tool only inspects them.
    command.env("DJANGO_SETTINGS_MODULE", "django.conf.global_settings");
    command
}

fn output(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join(OUTPUT).join(name)
}

fn only_wheel(folder: &Path) -> Result<PathBuf> {
    files::only(folder, "whl")
}
