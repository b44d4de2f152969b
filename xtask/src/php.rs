//! Builds the PHP extension and its library as for publication, installs them, and tests them.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use deskseal::Secret;
use fs_err as fs;

use crate::api;
use crate::files;
use crate::git::Snapshot;
use crate::process;
use crate::setup;
use crate::suite;
use crate::tools::{self, Package};
use crate::workspace::Workspace;

/// The extension's folder.
const EXTENSION: &str = "bindings/php";

/// The folders with PHP files.
const SOURCES: [&str; 3] = ["library", "laravel", "tests"];

/// The package for Laravel, and the example that uses it.
const LARAVEL_PACKAGE: &str = "bindings/php/laravel";
const LARAVEL_EXAMPLE: &str = "examples/laravel";

/// The parts of Laravel that the package requires.
const ILLUMINATE: [&str; 5] = [
    "illuminate/console",
    "illuminate/http",
    "illuminate/routing",
    "illuminate/support",
    "illuminate/view",
];

/// Debian's version of Laravel, and the first of each newer one that the package allows.
const LARAVEL_VERSIONS: [&str; 6] = ["8.83.26", "9.0.0", "10.0.0", "11.0.0", "12.0.0", "13.0.0"];

/// The project's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The folder for everything that is made for the extension, in cargo's target folder.
const OUTPUT: &str = "php";

/// A fixed name for the installed extension, for the adapter.
const ADAPTED: &str = "deskseal.so";

/// The file that records what an installed extension was made from.
const STAMP: &str = "made-from.txt";

/// The size limit of the extension, in bytes. Identity tokens take more than 0.1 MB of it.
const LONGEST_EXTENSION: u64 = 1_700_000;

/// The modules that `PHPUnit`, Composer and the tests need, unless they are built into PHP.
const MODULES: [&str; 11] = [
    "ctype",
    "dom",
    "fileinfo",
    "iconv",
    "intl",
    "mbstring",
    "posix",
    "tokenizer",
    "xml",
    "xmlwriter",
    "zip",
];

/// Whether Laravel and valgrind are available here.
const IS_LINUX: bool = cfg!(target_os = "linux");

/// A shell command that succeeds if tools are installed, and the packages that install them.
type Tool = (&'static str, Package);

const TOOLS: Tool = (
    "for name in php phpize make cc phpunit composer cgi-fcgi; do command -v $name; done
    PATH=$PATH:/usr/local/sbin:/opt/homebrew/sbin; ls $(command -v php-fpm || echo /usr/sbin/php-fpm*)
    for name in dom intl mbstring zip; do php -r \"exit((int) !extension_loaded('$name'));\"; done",
    Package {
        name: "the tools that build and test PHP extensions",
        apt: &[
            "php-cli",
            "php-dev",
            "php-fpm",
            "php-intl",
            "php-mbstring",
            "php-xml",
            "php-zip",
            "phpunit",
            "composer",
            "libfcgi-bin",
            "gcc",
            "make",
        ],
        homebrew: &["php", "autoconf", "phpunit", "composer", "fcgi"],
    },
);

const CODE_SNIFFER: Tool = (
    "command -v phpcs",
    Package { name: "PHP_CodeSniffer", apt: &["php-codesniffer"], homebrew: &["php-code-sniffer"] },
);

const VALGRIND: Tool =
    ("command -v valgrind", Package { name: "valgrind", apt: &["valgrind"], homebrew: &[] });

/// The libraries for the package for Laravel, its example and the README's test.
const LARAVEL: Tool = (
    "php -d error_reporting=0 -r 'require \"Illuminate/autoload.php\"; require \"JsonSchema/autoload.php\";'",
    Package {
        name: "Laravel and JSON Schema",
        apt: &["php-laravel-framework", "php-json-schema"],
        homebrew: &[],
    },
);

/// A check: its name and its function.
type Check = (&'static str, fn(&Installed<'_>) -> Result<()>);

const CHECKS: &[Check] = &[
    ("php: package", package),
    ("php: packages", composer_installs),
    ("php: tests", tests),
    ("php: laravel", laravel),
    ("php: fpm", fpm),
    ("php: leaks", leaks),
    ("php: valgrind", valgrind),
    ("php: style", style),
];

/// The installed extension, and the files that its tests need.
pub(crate) struct Installed<'a> {
    workspace: &'a Workspace,
    sources: Sources<'a>,
    extension: PathBuf,
    /// The extension with a function that panics.
    instrumented: PathBuf,
    contract: PathBuf,
}

impl Installed<'_> {
    /// Returns a PHP program that loads the installed extension and no other module.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.workspace.path(EXTENSION));
        command.env("PHPRC", output(self.workspace, "ini"));
        command.env("PHP_INI_SCAN_DIR", output(self.workspace, "ini/conf.d"));
        command.env("DESKSEAL_REPOSITORY", &self.workspace.root);
        command.env("DESKSEAL_CONTRACT", &self.contract);
        command.env("DESKSEAL_SOURCE", output(self.workspace, "source"));
        command.env("DESKSEAL_EXTENSION", &self.extension);
        command.env("DESKSEAL_PANIC_EXTENSION", &self.instrumented);
        // A test panics on purpose; its backtrace is not needed.
        command.env("RUST_BACKTRACE", "0");
        command
    }

    /// Returns the command `phpunit`, with the modules that it needs. Deprecated code fails its tests: by
    /// phpunit.xml in version 9, by arguments in newer ones.
    fn phpunit(&self) -> Result<Command> {
        let mut phpunit = self.command_with_modules("phpunit");
        let version = process::answer(Command::new("phpunit").arg("--version"))?;
        if !version.contains("PHPUnit 9.") {
            phpunit.args(["--fail-on-deprecation", "--display-deprecations"]);
        }
        Ok(phpunit)
    }

    /// Returns a PHP program that loads the installed extension and the modules of the tests.
    pub(crate) fn command_with_modules(&self, program: &str) -> Command {
        let mut command = self.command(program);
        let folders = ["ini/conf.d", "ini/phpunit.d"]
            .map(|name| output(self.workspace, name).display().to_string());
        command.env("PHP_INI_SCAN_DIR", folders.join(":"));
        command
    }
}

/// Runs all checks of the extension, even if one fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let extension = installed(workspace)?;
    suite::run_checks("php", CHECKS, &extension)
}

/// Compares the extension's speed with the usual code without it.
pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    let extension = installed(workspace)?;
    suite::header("the PHP extension and its library");
    let mut php = extension.command("php");
    process::run(php.args(["tests/bench.php", "tests/autoload.php"]).arg(&extension.extension))?;
    if !IS_LINUX {
        return Ok(());
    }
    let mut php = extension.command_with_modules("php");
    process::run(php.arg("tests/bench.php").current_dir(workspace.path(LARAVEL_PACKAGE)))
}

/// Installs the extension for its adapter.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    installed(workspace).map(drop)
}

/// Installs the tools that build and check the extension, if they are missing.
pub(crate) fn tools() -> Result<()> {
    setup::libclang()?;
    let needed: &[Tool] = if IS_LINUX { &[TOOLS, VALGRIND, LARAVEL] } else { &[TOOLS] };
    // Debian has it up to 12.
    let optional = Some(&CODE_SNIFFER).filter(|(_, package)| package.is_offered());
    for (test, package) in needed.iter().chain(optional) {
        setup::installed("sh", &["-ec", test], package)?;
    }
    let version = process::answer(Command::new("php-config").arg("--version"))?;
    tools::report(EXTENSION, &format!("tools installed for PHP {version}"));
    Ok(())
}

/// Builds and installs the extension as a user does: from an archive of the repository, into empty folders.
///
/// An installation from the same archive is used again.
pub(crate) fn installed(workspace: &Workspace) -> Result<Installed<'_>> {
    tools()?;
    let sources = Sources::archived(workspace)?;
    let php = process::answer(Command::new("php-config").arg("--version"))?;
    let folder = process::answer(Command::new("php-config").arg("--extension-dir"))?;
    let root = output(workspace, "root");
    let extension = PathBuf::from(format!("{}{folder}/deskseal.so", root.display()));
    let stamp = format!("{} {php}", sources.snapshot.tree);
    if !fs::read_to_string(root.join(STAMP)).is_ok_and(|found| found == stamp) {
        files::emptied(&root)?;
        install_from(&sources, &root)?;
        fs::write(root.join(STAMP), stamp)?;
    }
    write_settings(workspace, &extension, Path::new(&folder))?;
    link(&extension, &output(workspace, ADAPTED))?;
    let contract = output(workspace, "contract.json");
    api::write(workspace, &contract)?;
    let instrumented = instrumented(workspace)?;
    Ok(Installed { workspace, sources, extension, instrumented, contract })
}

/// Builds the unpacked sources as the manual says, and installs them into the root.
fn install_from(sources: &Sources<'_>, root: &Path) -> Result<()> {
    let folder = sources.unpacked()?.join(EXTENSION);
    let run = |line: &str| {
        let mut words = line.split(' ');
        let mut command = Command::new(words.next().unwrap_or_default());
        process::run_shown(command.args(words).current_dir(&folder).env_remove("RUSTFLAGS"))
    };
    run("phpize")?;
    run("./configure --quiet")?;
    run("make --quiet")?;
    run(&format!("make --quiet install INSTALL_ROOT={}", root.display()))
}

/// Writes PHP's settings with this extension alone, and those that the tests need.
fn write_settings(workspace: &Workspace, extension: &Path, modules: &Path) -> Result<()> {
    let folder = files::emptied(&output(workspace, "ini"))?;
    let installed = extension.parent().unwrap_or(extension).display();
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap_or(&folder))?;
        fs::write(&file, text)
    };
    write("php.ini", "")?;
    write("conf.d/10-folder.ini", &format!("extension_dir=\"{installed}\"\n"))?;
    write("conf.d/20-deskseal.ini", &workspace.read(&format!("{EXTENSION}/deskseal.ini"))?)?;
    let files = MODULES.map(|name| modules.join(format!("{name}.so")));
    let lines = files.iter().filter(|file| file.exists());
    let lines: Vec<_> = lines.map(|file| format!("extension=\"{}\"", file.display())).collect();
    Ok(write("phpunit.d/30-phpunit.ini", &lines.join("\n"))?)
}

#[cfg(unix)]
fn link(file: &Path, link: &Path) -> Result<()> {
    if link.is_symlink() {
        fs::remove_file(link)?;
    }
    std::os::unix::fs::symlink(file, link).context("cannot link the extension")
}

/// Fails: the extension does not support other systems.
#[cfg(not(unix))]
fn link(_file: &Path, _link: &Path) -> Result<()> {
    bail!("the PHP extension is for Linux and macOS")
}

/// Builds the extension with a function that panics, for tests.
fn instrumented(workspace: &Workspace) -> Result<PathBuf> {
    let mut build = workspace.cargo();
    build.args(["build", "--quiet", "--locked", "--package=deskseal-php"]);
    process::run_shown(build.arg("--features=panic-test"))?;
    let library = format!("{DLL_PREFIX}deskseal_php{DLL_SUFFIX}");
    let extension = output(workspace, "instrumented.so");
    files::copy(&workspace.target.join("debug").join(&library), &extension)?;
    Ok(extension)
}

/// Checks that the extension is small, loads without other modules and passes `make test`, and that its build
/// changed no source file.
fn package(installed: &Installed<'_>) -> Result<()> {
    let Installed { sources, extension, .. } = installed;
    files::assert_length(extension, LONGEST_EXTENSION)?;
    process::run(installed.command("php").args(["--ri", "deskseal"]))?;
    let mut make = Command::new("make");
    make.args(["--quiet", "test"]).env("NO_INTERACTION", "1");
    process::run_shown(make.current_dir(output(installed.workspace, "source").join(EXTENSION)))?;
    let changes = sources.changes()?;
    if !changes.is_empty() {
        bail!("the build changed these source files, or .gitignore does not list them:\n{changes}");
    }
    validate_manifests(installed)
}

/// Validates the manifests with Composer. Debian's Composer does not know the section `php-ext`, which another
/// test checks.
fn validate_manifests(installed: &Installed<'_>) -> Result<()> {
    let workspace = installed.workspace;
    let folder = files::emptied(&output(workspace, "composer"))?;
    let packages = ["bindings/php/library/composer.json", "bindings/php/laravel/composer.json"];
    for path in ["composer.json"].into_iter().chain(packages) {
        let mut manifest: serde_json::Map<_, _> = serde_json::from_str(&workspace.read(path)?)?;
        manifest.remove("php-ext");
        let copy = folder.join("composer.json");
        fs::write(&copy, serde_json::to_string(&manifest)?)?;
        let mut composer = Command::new("composer");
        // Composer warns of root, and of Debian's own libraries.
        composer.env("COMPOSER_ALLOW_SUPERUSER", "1").env("COMPOSER_HOME", folder.join("home"));
        println!("   {path}");
        process::run(composer.args(["validate", "--strict", "--no-interaction"]).arg(&copy))?;
    }
    Ok(())
}

/// Packs the release's archives for Composer, and returns their folder.
pub(crate) fn published(installed: &Installed<'_>) -> Result<PathBuf> {
    let folder = files::emptied(&output(installed.workspace, "packages"))?;
    let mut pack = installed.command_with_modules("sh");
    pack.arg("packages.sh").arg(VERSION).arg(&folder);
    process::run_shown(composer_of(installed, &mut pack))?;
    Ok(folder)
}

/// Returns the files for publication on this platform: the extension with its settings, and the packages for
/// Composer.
pub(crate) fn packages(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let installed = installed(workspace)?;
    let mut packages = files::with_extension(&published(&installed)?, "zip")?;
    packages.push(workspace.path(EXTENSION).join("deskseal.ini"));
    packages.push(installed.extension);
    Ok(packages)
}

/// Checks that Composer installs the release's archives from a folder beside each version of Laravel, and that they
/// contain no tests.
fn composer_installs(installed: &Installed<'_>) -> Result<()> {
    let folder = published(installed)?;
    for laravel in LARAVEL_VERSIONS {
        println!("   beside Laravel {laravel}");
        let manifest = serde_json::json!({
            "repositories": [{ "type": "artifact", "url": folder }, { "packagist": false }],
            "require": { "deskseal/laravel": VERSION },
            // No Laravel is installed: Composer takes the project for it.
            "provide": serde_json::Map::from_iter(ILLUMINATE.map(|name| (name.into(), laravel.into()))),
        });
        let project = files::emptied(&output(installed.workspace, "packages/project"))?;
        fs::write(project.join("composer.json"), manifest.to_string())?;
        process::run_shown(composer(installed).current_dir(&project).arg("install"))?;
    }
    let project = output(installed.workspace, "packages/project");
    let vendor = project.join("vendor/deskseal");
    let has = |path: &str| vendor.join(path).is_file();
    if !has("laravel/src/Desk.php") || !has("deskseal-php/src/Signer.php") {
        bail!("Composer did not install the packages into {}", vendor.display());
    }
    if vendor.join("laravel/tests").exists() {
        bail!(
            "the package for Laravel contains its tests; bindings/php/packages.sh must leave them out"
        );
    }
    let code = "require 'vendor/autoload.php'; \
                echo (new Deskseal\\Signer(Deskseal\\generate_secret()))->signEmail('Ada@b.c')->email;";
    let mut php = installed.command("php");
    let signed = process::answer(php.current_dir(&project).args(["-r", code]))?;
    if signed != "ada@b.c" {
        bail!("the library that Composer installed signs {signed} and not ada@b.c");
    }
    Ok(())
}

fn tests(installed: &Installed<'_>) -> Result<()> {
    let groups = if IS_LINUX { "server" } else { "server,laravel" };
    process::run_shown(installed.phpunit()?.args(["--exclude-group", groups]))
}

/// Runs the tests of the package for Laravel, and those of its example.
fn laravel(installed: &Installed<'_>) -> Result<()> {
    if !IS_LINUX {
        println!("   skipped: tested on Debian only");
        return Ok(());
    }
    for folder in [LARAVEL_PACKAGE, LARAVEL_EXAMPLE] {
        let folder = installed.workspace.path(folder);
        if folder.join("artisan").exists() {
            process::run_shown(composer(installed).current_dir(&folder).arg("install"))?;
        }
        // Debian's Laravel is older than its PHP, and calls what is deprecated.
        let mut phpunit = installed.command_with_modules("phpunit");
        for name in Secret::usual_variables() {
            phpunit.env_remove(name);
        }
        process::run_shown(phpunit.current_dir(&folder))?;
    }
    Ok(())
}

/// Returns the command composer, without questions, and with the extension that packages require.
pub(crate) fn composer(installed: &Installed<'_>) -> Command {
    let mut composer = installed.command_with_modules("composer");
    composer_of(installed, &mut composer);
    composer.args(["--no-interaction", "--quiet"]);
    composer
}

/// Makes Composer keep its files in the target folder.
fn composer_of<'a>(installed: &Installed<'_>, command: &'a mut Command) -> &'a mut Command {
    // Composer warns of root, and of Debian's own libraries.
    command.env("COMPOSER_ALLOW_SUPERUSER", "1");
    command.env("COMPOSER_HOME", output(installed.workspace, "composer/home"))
}

fn fpm(installed: &Installed<'_>) -> Result<()> {
    process::run_shown(installed.phpunit()?.args(["--group", "server"]))
}

fn leaks(installed: &Installed<'_>) -> Result<()> {
    process::run_shown(installed.command("php").arg("tests/leak.php"))
}

fn valgrind(installed: &Installed<'_>) -> Result<()> {
    if !IS_LINUX {
        println!("   skipped: tested on Linux only");
        return Ok(());
    }
    let mut php = Command::new("php");
    php.args(["-n", "tests/valgrind.php"]).arg(&installed.extension);
    process::run_shown(php.current_dir(installed.workspace.path(EXTENSION)))
}

/// Checks the style of every PHP file, and that PHP reads it without a warning.
fn style(installed: &Installed<'_>) -> Result<()> {
    let folder = installed.workspace.path(EXTENSION);
    let mut files = Vec::new();
    for name in SOURCES {
        files.extend(files::all(&folder.join(name))?);
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "php"));
    for file in &files {
        let mut php = Command::new("php");
        php.args(["-d", "error_reporting=-1", "-d", "display_errors=1", "-l"]).arg(file);
        let answer = process::answer(&mut php)?;
        if answer != format!("No syntax errors detected in {}", file.display()) {
            bail!("PHP has found something in {}:\n{answer}", file.display());
        }
    }
    println!("{}", suite::closing_line("syntax", files.len(), 0));
    if tools::in_path("phpcs").is_none() {
        println!("   this system has no PHP_CodeSniffer: what PSR-12 asks is left to Debian 12");
        return Ok(());
    }
    let mut phpcs = Command::new("phpcs");
    process::run_shown(phpcs.args(["-n", "--standard=PSR12"]).args(SOURCES).current_dir(folder))
}

/// An archive of the repository's files, as the next commit would have them.
struct Sources<'a> {
    workspace: &'a Workspace,
    snapshot: Snapshot,
}

impl<'a> Sources<'a> {
    /// Archives the files that git tracks or would add.
    fn archived(workspace: &'a Workspace) -> Result<Self> {
        let snapshot = Snapshot::taken(&workspace.root, &output(workspace, "git"))?;
        snapshot.archive(&output(workspace, "archive.tar"))?;
        Ok(Self { workspace, snapshot })
    }

    /// Unpacks the archive, and keeps what cargo has built there before.
    fn unpacked(&self) -> Result<PathBuf> {
        let folder = output(self.workspace, "source");
        let built = folder.join(EXTENSION).join("target");
        let kept = output(self.workspace, "build");
        if built.exists() {
            files::emptied(&kept)?;
            fs::rename(&built, &kept)?;
        }
        files::emptied(&folder)?;
        let mut tar = Command::new("tar");
        tar.arg("-xf").arg(output(self.workspace, "archive.tar")).arg("-C").arg(&folder);
        process::run(&mut tar)?;
        if kept.exists() {
            fs::rename(&kept, &built)?;
        }
        Ok(folder)
    }

    /// Returns the files that differ from the archive, except those that git ignores.
    fn changes(&self) -> Result<String> {
        self.snapshot.changes(&output(self.workspace, "source"))
    }
}

fn output(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join(OUTPUT).join(name)
}
