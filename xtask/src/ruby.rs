//! Builds the Ruby gem as for publication, installs it, and tests the installed gem.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use deskseal::Secret;
use fs_err as fs;
use sha2::{Digest as _, Sha256};

use crate::api;
use crate::files;
use crate::process;
use crate::setup;
use crate::suite;
use crate::tools::{self, Package};
use crate::workspace::Workspace;

/// The gem's folder.
const PACKAGE: &str = "bindings/ruby";

/// The example that uses the gem.
const EXAMPLE: &str = "examples/rails";

/// The folder for everything that is made for the gem, in cargo's target folder.
const OUTPUT: &str = "ruby";

/// A Ruby script that succeeds if something is installed, and the packages that install it.
type Tool = (&'static str, Package);

/// The tools that build the gem.
const COMPILER: Tool = (
    "require 'mkmf'; exit RUBY_VERSION.to_f >= 3.1 && system('make --version', out: File::NULL)",
    Package {
        name: "Ruby 3.1 with its headers",
        apt: &["ruby", "ruby-dev", "gcc", "make"],
        homebrew: &["ruby"],
    },
);

/// The libraries that the tests import.
const LIBRARIES: Tool = (
    "%w[minitest jwt puma sinatra/base action_controller/railtie json_schemer].each { |name| require name }
    exit %w[sprockets/railtie propshaft].any? { |name| Gem.find_files(name).any? }",
    Package {
        name: "the libraries that the tests of the gem import",
        apt: &[
            "puma",
            "ruby-actionpack",
            "ruby-actionview",
            "ruby-json-schemer",
            "ruby-jwt",
            "ruby-minitest",
            "ruby-railties",
            "ruby-sinatra",
            "ruby-sprockets-rails | ruby-rails-propshaft",
        ],
        homebrew: &[],
    },
);

/// Whether the libraries for the README's and the server's tests are available: they are Debian's packages.
const HAS_LIBRARIES: bool = cfg!(target_os = "linux");

/// The size limit of a platform's gem, in bytes.
const LONGEST_GEM: u64 = 1_500_000;

/// The file that records what an installation was made from.
const STAMP: &str = "made-from.txt";

/// Variables that are removed: they would add other gems, or make cargo build outside the gem.
const FOREIGN: [&str; 7] = [
    "BUNDLE_GEMFILE",
    "CARGO_BUILD_TARGET",
    "CARGO_TARGET_DIR",
    "GEM_PATH",
    "RUBYLIB",
    "RUBYOPT",
    "RUSTFLAGS",
];

/// Prints facts about the Ruby: its minor version, its platform, and the extension of its libraries.
const FACTS: &str =
    "puts RUBY_VERSION[/\\d+\\.\\d+/], Gem::Platform.local, RbConfig::CONFIG['DLEXT']";

/// Checks every file of the package with the interpreter's warnings, and prints only those.
const WARNINGS: &str = r"
failures = ARGV.filter_map do |file|
  output = IO.popen([RbConfig.ruby, '-wc', file], err: %i[child out], &:read)
  puts output unless $?.success? && output == %(Syntax OK\n)
  file unless $?.success? && output == %(Syntax OK\n)
end
puts %(syntax: #{ARGV.length - failures.length} passed, #{failures.length} failed)
exit failures.empty?
";

/// The tests that need only the installed gem and Minitest. The release workflow runs them as well.
const PORTABLE: [&str; 8] = [
    "./tests/concurrency_test.rb",
    "./tests/contract_test.rb",
    "./tests/errors_test.rb",
    "./tests/results_test.rb",
    "./tests/secrets_test.rb",
    "./tests/text_test.rb",
    "./tests/time_test.rb",
    "./tests/vectors_test.rb",
];

/// A check: its name and its function.
type Check = (&'static str, fn(&Installed<'_>) -> Result<()>);

const CHECKS: &[Check] = &[
    ("ruby: gem", gem_is_small),
    ("ruby: tests", tests),
    ("ruby: platform gem", platform_gem),
    ("ruby: example", example),
    ("ruby: leaks", leaks),
    ("ruby: style", style),
];

/// The installed gem, and the files that its tests need.
struct Installed<'a> {
    workspace: &'a Workspace,
    ruby: Ruby,
    source_gem: PathBuf,
    platform_gem: PathBuf,
    /// The folder where only the source gem is installed.
    home: PathBuf,
    /// The folder where only the platform's gem is installed.
    platform_home: PathBuf,
    /// A folder for Ruby's search path, with a library that has a function that panics.
    panicking: PathBuf,
    /// The API contract as JSON.
    contract: PathBuf,
}

/// Facts about the installed Ruby.
struct Ruby {
    version: String,
    minor: String,
    platform: String,
    /// The extension of its libraries.
    extension: String,
}

impl Ruby {
    fn found() -> Result<Self> {
        let version = process::answer(Command::new("ruby").arg("--version"))?;
        let facts = process::answer(Command::new("ruby").args(["-e", FACTS]))?;
        let [minor, platform, extension] = facts.lines().collect::<Vec<_>>()[..] else {
            bail!("expected 3 lines about the installed Ruby, but it printed {facts}");
        };
        let [minor, platform, extension] = [minor, platform, extension].map(str::to_owned);
        Ok(Self { version, minor, platform, extension })
    }
}

impl Installed<'_> {
    /// Returns the command ruby, which runs in the gem's folder with the gems of one folder.
    fn ruby(&self, home: &Path) -> Command {
        let mut command = with_gems(self.workspace, home);
        command.env("DESKSEAL_REPOSITORY", &self.workspace.root);
        command.env("DESKSEAL_CONTRACT", &self.contract);
        command.env("DESKSEAL_GEM", &self.source_gem);
        command.env("DESKSEAL_PLATFORM_GEM", &self.platform_gem);
        command.env("DESKSEAL_PANIC_LIBRARY", &self.panicking);
        command
    }
}

/// Runs all checks of the gem, even if one fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let package = installed(workspace)?;
    suite::run_checks("ruby", CHECKS, &package)
}

/// Compares the gem's speed with the usual code without it.
pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    let package = installed(workspace)?;
    suite::header("the Ruby gem");
    process::run(package.ruby(&package.home).arg("tests/bench.rb"))
}

/// Installs the gem for its adapter.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    installed(workspace).map(drop)
}

/// Returns the files for publication on this platform: its gem and the source gem.
pub(crate) fn packages(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    tools()?;
    let Gems { source_gem, platform_gem, .. } = Gems::packed(workspace, &Ruby::found()?)?;
    Ok(vec![source_gem, platform_gem])
}

/// Installs the gem for publication, and returns the folder.
pub(crate) fn published(workspace: &Workspace) -> Result<PathBuf> {
    installed(workspace).map(|package| package.home)
}

/// Returns the command ruby with the gems of one folder, and without the user's variables.
pub(crate) fn with_gems(workspace: &Workspace, home: &Path) -> Command {
    let mut command = ruby(workspace);
    command.env("GEM_HOME", home);
    command
}

/// Makes a command use the gems of one folder, and removes the user's variables.
pub(crate) fn with_own_gems<'a>(command: &'a mut Command, home: &Path) -> &'a mut Command {
    for name in FOREIGN {
        command.env_remove(name);
    }
    command.env("GEM_HOME", home).env("LC_ALL", "C.UTF-8")
}

/// Installs the tools that build and test the gem, if they are missing.
pub(crate) fn tools() -> Result<()> {
    setup::libclang()?;
    let needed: &[Tool] = if HAS_LIBRARIES { &[COMPILER, LIBRARIES] } else { &[COMPILER] };
    for (script, package) in needed {
        setup::installed("ruby", &["-e", script], package)?;
    }
    tools::report(PACKAGE, "tools installed");
    Ok(())
}

/// Installs the gem as a user does: from the file for publication, into an empty folder.
///
/// An installation from the same file is used again.
fn installed(workspace: &Workspace) -> Result<Installed<'_>> {
    tools()?;
    let ruby = Ruby::found()?;
    let Gems { source_gem, platform_gem, home } = Gems::packed(workspace, &ruby)?;
    let platform_home = output(workspace, "platform-home");
    install_gem(workspace, &ruby, &platform_gem, &platform_home)?;
    let panicking = panicking_library(workspace, &ruby)?;
    let contract = output(workspace, "contract.json");
    api::write(workspace, &contract)?;
    Ok(Installed {
        workspace,
        ruby,
        source_gem,
        platform_gem,
        home,
        platform_home,
        panicking,
        contract,
    })
}

/// The gems for publication on this platform.
struct Gems {
    source_gem: PathBuf,
    /// The gem with the library that the source gem has built.
    platform_gem: PathBuf,
    /// The folder where the source gem is installed.
    home: PathBuf,
}

impl Gems {
    fn packed(workspace: &Workspace, ruby: &Ruby) -> Result<Self> {
        let source_gem = packed(workspace, &[])?;
        let home = output(workspace, "home");
        install_gem(workspace, ruby, &source_gem, &home)?;
        let platform_gem = packed_for_platform(workspace, ruby, &home)?;
        Ok(Self { source_gem, platform_gem, home })
    }
}

/// Packs a gem with the gem's own script: the source gem, or a platform's gem with its libraries.
fn packed(workspace: &Workspace, arguments: &[&str]) -> Result<PathBuf> {
    let name = arguments.first().unwrap_or(&"source");
    let folder = files::emptied(&output(workspace, "gems").join(name))?;
    process::run_shown(ruby(workspace).arg("pack.rb").arg(&folder).args(arguments))?;
    files::only(&folder, "gem")
}

/// Packs the gem of this platform, with the library that the source gem has built.
fn packed_for_platform(workspace: &Workspace, ruby: &Ruby, home: &Path) -> Result<PathBuf> {
    let name = format!("deskseal.{}", ruby.extension);
    let [gem] = &files::entries(&home.join("gems"))?[..] else {
        bail!("expected 1 installed gem in {}", home.display());
    };
    let libraries = files::emptied(&output(workspace, "libraries"))?;
    let folder = files::emptied(&libraries.join(&ruby.minor))?;
    files::copy(&gem.join("lib/deskseal").join(&name), &folder.join(&name))?;
    packed(workspace, &[&ruby.platform, &libraries.to_string_lossy()])
}

/// Installs the gem into an empty folder, unless the same Ruby has installed the same file there before.
fn install_gem(workspace: &Workspace, ruby: &Ruby, gem: &Path, home: &Path) -> Result<()> {
    let content = fs::read(gem)?;
    let digest = Sha256::new().chain_update(content).chain_update(&ruby.version).finalize();
    let stamp = base16ct::lower::encode_string(&digest);
    if fs::read_to_string(home.join(STAMP)).is_ok_and(|found| found == stamp) {
        return Ok(());
    }
    println!("   installing {} into {}", files::name(gem), home.display());
    files::emptied(home)?;
    let mut command = self::ruby(workspace);
    command.env("GEM_HOME", home).env("GEM_PATH", home);
    command.args(["-S", "gem", "install", "--local", "--no-document"]);
    process::run(command.arg(gem)).with_context(|| {
        format!("gem install failed; see gem_make.out in {}", home.join("extensions").display())
    })?;
    Ok(fs::write(home.join(STAMP), stamp)?)
}

/// Builds the library with a function that panics, and returns the folder for Ruby's search path.
fn panicking_library(workspace: &Workspace, ruby: &Ruby) -> Result<PathBuf> {
    let mut build = workspace.cargo();
    build.args(["rustc", "--quiet", "--locked", "--package=deskseal-ruby", "--lib"]);
    build.arg("--features=panic-test");
    if cfg!(target_os = "macos") {
        build.args(["--", "-C", "link-arg=-Wl,-undefined,dynamic_lookup"]);
    }
    process::run_shown(&mut build)?;
    let folder = files::emptied(&output(workspace, "panicking"))?;
    let library = workspace.target.join(format!("debug/{DLL_PREFIX}deskseal_ruby{DLL_SUFFIX}"));
    fs::create_dir(folder.join("deskseal"))?;
    files::copy(&library, &folder.join(format!("deskseal/deskseal.{}", ruby.extension)))?;
    Ok(folder)
}

fn gem_is_small(package: &Installed<'_>) -> Result<()> {
    files::assert_length(&package.platform_gem, LONGEST_GEM)
}

fn tests(package: &Installed<'_>) -> Result<()> {
    println!("   on {}", package.ruby.version);
    if HAS_LIBRARIES {
        return process::run(package.ruby(&package.home).arg("tests/run.rb"));
    }
    println!("   skipped: the tests of the README and the server run on Debian only");
    portable_tests(package.ruby(&package.home))
}

/// Tests the platform's gem, which is not compiled when it is installed.
fn platform_gem(package: &Installed<'_>) -> Result<()> {
    println!("   {}", files::name(&package.platform_gem));
    portable_tests(package.ruby(&package.platform_home))
}

fn portable_tests(mut ruby: Command) -> Result<()> {
    for file in PORTABLE {
        ruby.args(["-r", file]);
    }
    process::run(ruby.args(["-e", ""]))
}

/// Runs the example's own tests with the installed gem, and without a secret in the environment.
fn example(package: &Installed<'_>) -> Result<()> {
    if !HAS_LIBRARIES {
        println!("   skipped: tested on Debian only");
        return Ok(());
    }
    let mut rails = package.ruby(&package.home);
    rails.current_dir(package.workspace.path(EXAMPLE)).args(["bin/rails", "test"]);
    for name in Secret::usual_variables() {
        rails.env_remove(name);
    }
    process::run_shown(&mut rails)
}

fn leaks(package: &Installed<'_>) -> Result<()> {
    process::run(package.ruby(&package.home).arg("tests/leak.rb"))
}

fn style(package: &Installed<'_>) -> Result<()> {
    let folder = package.workspace.path(PACKAGE);
    let mut files = Vec::new();
    let generator = "lib/generators/deskseal/install";
    for name in ["", "ext/deskseal", "lib", "lib/deskseal", generator, "tests"] {
        for extension in ["rb", "ru", "gemspec"] {
            files.extend(files::with_extension(&folder.join(name), extension)?);
        }
    }
    process::run(ruby(package.workspace).args(["-e", WARNINGS]).args(files))
}

/// Returns the command ruby, which runs in the gem's folder without the user's variables.
fn ruby(workspace: &Workspace) -> Command {
    let mut command = Command::new("ruby");
    // Without a locale, as in containers, Ruby would read files as ASCII.
    command.current_dir(workspace.path(PACKAGE)).env("LC_ALL", "C.UTF-8");
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
}

fn output(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join(OUTPUT).join(name)
}
