//! Builds the jar as for publication, installs it from a folder, and tests it.

use std::env::consts::{ARCH, DLL_PREFIX, DLL_SUFFIX, OS};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use deskseal::{Secret, generate_secret};
use fs_err as fs;

use crate::api;
use crate::files;
use crate::package;
use crate::process;
use crate::suite;
use crate::tools::{self, Package};
use crate::workspace::Workspace;

/// The jar's folder, and its README.
const PACKAGE: &str = "bindings/jvm";
const README: &str = "bindings/jvm/README.md";

/// The folder of the installed jar, in Maven's folder, and its file there.
const JAR_FOLDER: &str = "com/deskseal";
const JAR: &str = concat!(
    "deskseal/",
    env!("CARGO_PKG_VERSION"),
    "/deskseal-",
    env!("CARGO_PKG_VERSION"),
    ".jar"
);

/// The crate of the native library.
const CRATE: &str = "deskseal-jvm";

/// The folder for everything that is made for the jar, in cargo's target folder.
const OUTPUT: &str = "jvm";

/// The folder that Maven installs the jar from, in that folder.
pub(crate) const REPOSITORY: &str = "repository";

/// The folder for the packages that Maven installs, in that folder.
const INSTALLED: &str = "maven";

/// The project of the tests, which installs the jar, in that folder.
const PROJECT: &str = "project";

/// The oldest Java.
const OLDEST: u32 = 17;

/// The folders of Debian and Fedora with a Java each.
const JAVA_FOLDER: &str = "/usr/lib/jvm";

const JDK: Package = Package {
    name: "a JDK 17 or newer, and Maven",
    apt: &["openjdk-17-jdk-headless", "maven"],
    homebrew: &["openjdk@17", "maven"],
};

/// The variables with the folders of native libraries that cargo sets.
const CARGO_VARIABLES: [&str; 2] = ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];

/// The variable of the tests with a secret, and the usual one that is read only where the first is not set.
const TEST_VARIABLE: &str = "SHOP_SECOND_SECRET";
const SECOND_VARIABLE: &str = "HDH_HMAC_SECRET";

/// The size limit of the native library, in bytes.
const LONGEST_LIBRARY: u64 = 1_700_000;

/// A check: its name and its function.
type Check = (&'static str, fn(&Installed<'_>) -> Result<()>);

const CHECKS: &[Check] = &[
    ("jvm: tests", tests),
    ("jvm: newest Java", newest),
    ("jvm: README", readme),
    ("jvm: project", project),
    ("jvm: leaks", leaks),
];

/// A Java with its compiler.
struct Jdk {
    home: PathBuf,
    /// As the compiler writes it: `javac 17.0.15`.
    version: String,
}

impl Jdk {
    /// Finds or installs a Java, and Maven.
    fn found() -> Result<Self> {
        if let Some(jdk) = Self::usual()? {
            return Ok(jdk);
        }
        JDK.install()?;
        Self::usual()?.context("Java and Maven were installed, and cannot be found in PATH")
    }

    /// Returns the Java of `JAVA_HOME` or PATH, if it is new enough and Maven is there.
    fn usual() -> Result<Option<Self>> {
        if tools::in_path("mvn").is_none() {
            return Ok(None);
        }
        let named = std::env::var_os("JAVA_HOME").map(PathBuf::from);
        let mut homes = named.into_iter().chain(match tools::in_path("javac") {
            // The program in PATH is a link into the Java's folder.
            Some(javac) => home_of(&fs::canonicalize(javac)?),
            None => None,
        });
        Ok(homes.find_map(Self::in_home))
    }

    fn in_home(home: PathBuf) -> Option<Self> {
        let version = process::answer(Command::new(home.join("bin/javac")).arg("-version")).ok()?;
        (number(&version)? >= OLDEST).then_some(Self { home, version })
    }

    /// Returns the command java.
    fn java(&self) -> Command {
        let mut java = Command::new(self.home.join("bin/java"));
        without_libraries_of_cargo(&mut java);
        java
    }
}

fn home_of(program: &Path) -> Option<PathBuf> {
    program.parent()?.parent().map(Path::to_owned)
}

/// Returns the number of a Java: 17 of `javac 17.0.15` or of `openjdk version "17.0.15"`.
fn number(version: &str) -> Option<u32> {
    let digits = version.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    digits.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// The jar, and the compiled project of its tests, which has installed it.
struct Installed<'a> {
    workspace: &'a Workspace,
    jdk: Jdk,
    /// The folder with a native library that has a function that panics.
    panicking: PathBuf,
    contract: PathBuf,
}

impl Installed<'_> {
    fn maven(&self) -> Result<Command> {
        let mut maven = maven(self.workspace, &self.jdk);
        maven.current_dir(output(self.workspace, PROJECT));
        maven.env("DESKSEAL_CONTRACT", &self.contract);
        maven.env("DESKSEAL_REPOSITORY", &self.workspace.root);
        maven.env("DESKSEAL_PANIC_LIBRARY", &self.panicking);
        maven.env(TEST_VARIABLE, "a-secret-for-the-tests-of-the-jar");
        for variable in Secret::usual_variables() {
            maven.env(variable, generate_secret()?.as_str());
        }
        maven.env_remove(SECOND_VARIABLE);
        Ok(maven)
    }

    /// Returns the command java, with the classes of the project's programs.
    fn java(&self) -> Command {
        let mut java = self.jdk.java();
        java.arg("-cp").arg(class_path(self.workspace));
        java
    }
}

/// Runs all checks of the jar, even if one fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    suite::run_checks("jvm", CHECKS, &installed(workspace)?)
}

/// Compares the jar's speed with the usual code without it.
pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    let jar = installed(workspace)?;
    suite::header("the jar");
    process::run(jar.java().arg("Bench"))
}

/// Installs the jar for its adapter.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    installed(workspace).map(drop)
}

/// Returns the command that starts the adapter.
pub(crate) fn adapter(workspace: &Workspace) -> Result<Command> {
    let mut java = Jdk::found()?.java();
    java.arg("-cp").arg(class_path(workspace)).arg("Conform");
    java.env("DESKSEAL_CONTRACT", contract(workspace));
    Ok(java)
}

/// Returns the folder for publication: a repository for Maven with the jar.
pub(crate) fn packages(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    Ok(vec![packed(workspace, &Jdk::found()?)?])
}

/// Finds or installs Java and Maven, and makes the command use them, and the packages that Maven has installed here.
pub(crate) fn prefer(workspace: &Workspace, command: &mut Command) -> Result<()> {
    let jdk = Jdk::found()?;
    let installed = output(workspace, INSTALLED);
    without_libraries_of_cargo(command);
    command.env("JAVA_HOME", &jdk.home);
    command.env("MAVEN_OPTS", format!("-Dmaven.repo.local={}", installed.display()));
    tools::prefer(command, &jdk.home.join("bin"))
}

/// Returns the jar that Maven has installed.
pub(crate) fn jar(workspace: &Workspace) -> PathBuf {
    output(workspace, INSTALLED).join(JAR_FOLDER).join(JAR)
}

/// Removes the jar from what Maven has installed: a published version does not change, but this one does.
pub(crate) fn forget(workspace: &Workspace) -> Result<()> {
    let own = output(workspace, INSTALLED).join(JAR_FOLDER);
    if own.exists() {
        fs::remove_dir_all(own)?;
    }
    Ok(())
}

/// Makes Java find no native library where cargo builds them. Cargo adds these folders for the programs that it runs, and
/// Java would prefer a library there to the one in the jar.
fn without_libraries_of_cargo(command: &mut Command) {
    for variable in CARGO_VARIABLES {
        command.env_remove(variable);
    }
}

fn output(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join(OUTPUT).join(name)
}

fn contract(workspace: &Workspace) -> PathBuf {
    output(workspace, "contract.json")
}

fn class_path(workspace: &Workspace) -> String {
    let built = output(workspace, PROJECT).join("output");
    let separator = if cfg!(windows) { ";" } else { ":" };
    format!("{0}/classes{separator}{0}/libraries/*", built.display())
}

/// Returns the command mvn, whose packages and whose output are in cargo's target folder.
fn maven(workspace: &Workspace, jdk: &Jdk) -> Command {
    let mut maven = Command::new(if cfg!(windows) { "mvn.cmd" } else { "mvn" });
    without_libraries_of_cargo(&mut maven);
    maven.env("JAVA_HOME", &jdk.home);
    maven.args(["--batch-mode", "--no-transfer-progress", "-Dstyle.color=never"]);
    maven.arg(format!("-Dmaven.repo.local={}", output(workspace, INSTALLED).display()));
    maven.arg(format!("-Ddeskseal.repository={}", output(workspace, REPOSITORY).display()));
    maven
}

/// Returns the name of this platform's folder in the jar.
fn platform() -> String {
    let musl = if cfg!(target_env = "musl") { "-musl" } else { "" };
    format!("{OS}-{ARCH}{musl}")
}

/// Builds the native library, and returns its file.
fn library(workspace: &Workspace, profile: &str, features: &[&str]) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--locked", "--package", CRATE, "--profile", profile]).args(features);
    process::run_shown(&mut cargo)?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(workspace.target.join(folder).join(format!("{DLL_PREFIX}deskseal_jvm{DLL_SUFFIX}")))
}

/// Builds the jar with this platform's native library, and returns the folder that Maven installs it from.
fn packed(workspace: &Workspace, jdk: &Jdk) -> Result<PathBuf> {
    let native = library(workspace, "release", &[])?;
    let natives = files::emptied(&output(workspace, "native"))?;
    let folder = natives.join(platform());
    fs::create_dir_all(&folder)?;
    files::copy(&native, &folder.join(files::name(&native)))?;
    files::assert_length(&native, LONGEST_LIBRARY)?;
    let compiled = files::emptied(&output(workspace, "build"))?;
    let repository = files::emptied(&output(workspace, REPOSITORY))?;
    let mut deploy = maven(workspace, jdk);
    deploy.current_dir(workspace.path(PACKAGE));
    deploy.arg(format!("-Ddeskseal.natives={}", natives.display()));
    deploy.arg(format!("-Ddeskseal.output={}", compiled.display()));
    deploy.arg(format!("-DaltDeploymentRepository=deskseal::file://{}", repository.display()));
    process::run_shown(deploy.arg("deploy"))
        .context("cannot build the jar; is Maven's central repository reachable?")?;
    Ok(repository)
}

/// Builds the jar, and installs it as a user does into the project of its tests, whose programs are compiled.
fn installed(workspace: &Workspace) -> Result<Installed<'_>> {
    let jdk = Jdk::found()?;
    tools::report(PACKAGE, &jdk.version);
    packed(workspace, &jdk)?;
    let panicking = files::emptied(&output(workspace, "panicking"))?;
    let built = library(workspace, "dev", &["--features", "panic-test"])?;
    files::copy(&built, &panicking.join(files::name(&built)))?;
    let project = files::emptied(&output(workspace, PROJECT))?;
    files::copy_all(&workspace.path(PACKAGE).join("tests"), &project)?;
    write_tests_of_readme(workspace, &project)?;
    api::write(workspace, &contract(workspace))?;
    forget(workspace)?;
    let jar = Installed { workspace, jdk, panicking, contract: contract(workspace) };
    process::run_shown(jar.maven()?.arg("process-classes"))?;
    Ok(jar)
}

/// Runs the tests with the oldest Java that is here.
fn tests(jar: &Installed<'_>) -> Result<()> {
    process::run_shown(jar.maven()?.arg("test"))
}

/// Runs the tests with the newest Java of the system, if there is a newer one.
fn newest(jar: &Installed<'_>) -> Result<()> {
    let homes = files::entries(Path::new(JAVA_FOLDER)).unwrap_or_default();
    let versions = homes.into_iter().filter_map(|home| {
        let version = process::output(Command::new(home.join("bin/java")).arg("-version")).ok()?;
        Some((number(&version.stderr)?, home))
    });
    let newest = versions.max();
    let Some((version, home)) =
        newest.filter(|(version, _)| Some(*version) > number(&jar.jdk.version))
    else {
        println!("   there is no newer Java in {JAVA_FOLDER}");
        return Ok(());
    };
    println!("   Java {version} of {}", home.display());
    let java = home.join("bin/java");
    let mut maven = jar.maven()?;
    maven.arg(format!("-Djvm={}", java.display()));
    maven.arg("-Ddeskseal.java=-Xcheck:jni --enable-native-access=ALL-UNNAMED");
    process::run_shown(maven.arg("surefire:test"))
}

/// What the README's test contains, and no other program.
const TEST: &str = "@Test";

/// Returns the programs of the README in a language.
fn programs<'a>(readme: &'a str, fence: &str) -> Vec<&'a str> {
    let start = format!("\n```{fence}\n");
    readme.split(&start).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

/// Writes the README's program in Kotlin and its test beside the tests, which run both.
fn write_tests_of_readme(workspace: &Workspace, project: &Path) -> Result<()> {
    let readme = workspace.read(README)?;
    let [kotlin] = programs(&readme, "kotlin")[..] else {
        bail!("{README} should have one program in Kotlin");
    };
    fs::write(project.join("kotlin/Readme.kt"), format!("package readme\n\n{kotlin}\n"))?;
    let shop_test = programs(&readme, "java").into_iter().find(|program| program.contains(TEST));
    let shop_test = shop_test.with_context(|| format!("{README} has no test"))?;
    Ok(fs::write(project.join("junit/ShopTest.java"), shop_test)?)
}

/// Runs every program of the README.
fn readme(jar: &Installed<'_>) -> Result<()> {
    let text = jar.workspace.read(README)?;
    let folder = files::emptied(&output(jar.workspace, "readme"))?;
    for (number, program) in programs(&text, "java").iter().enumerate() {
        if program.contains(TEST) {
            continue;
        }
        let file = files::emptied(&folder.join(number.to_string()))?.join("Shop.java");
        fs::write(&file, program)?;
        let mut java = jar.java();
        for variable in Secret::usual_variables() {
            java.env(variable, generate_secret()?.as_str());
        }
        java.env_remove(SECOND_VARIABLE);
        process::run_shown(java.arg(&file))?;
    }
    Ok(())
}

/// Installs the jar into an empty project with the printed lines, and runs a program there.
fn project(jar: &Installed<'_>) -> Result<()> {
    package::try_jvm(jar.workspace)
}

/// Makes two million calls with the Java machine's own checks of native code, in a heap that does not grow.
fn leaks(jar: &Installed<'_>) -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("   the memory of a process is measured on Linux only");
        return Ok(());
    }
    let mut java = jar.jdk.java();
    java.args(["-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-Xcheck:jni"]);
    java.arg("-cp").arg(class_path(jar.workspace)).arg("Leak");
    let printed = process::answer(&mut java)?;
    println!("{printed}");
    if printed.contains("WARNING") || printed.contains("FATAL") {
        bail!("Java reports wrong use of its native interface; see above");
    }
    Ok(())
}
