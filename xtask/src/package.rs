//! Runs `cargo xtask package`: builds the packages for publication into a folder, and prints how to install them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use clap::builder::PossibleValuesParser;
use deskseal::{Secret, generate_secret};
use fs_err as fs;
use serde_json::{Value, json};

use crate::environment::Environment;
use crate::files;
use crate::go::{self, Go};
use crate::jvm;
use crate::node;
use crate::php;
use crate::process;
use crate::python;
use crate::ruby;
use crate::suite::{self, Check};
use crate::workspace::Workspace;

/// The folders of the packages, and of the projects that install them, in cargo's target folder.
const OUTPUT: &str = "packages";
const PROJECTS: &str = "packages-tried";

/// The project's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The crates that are published, in this order.
const CRATES: [&str; 2] = ["deskseal", "deskseal-cli"];

/// The variables that the READMEs' snippets read.
const SECRETS: [&str; 2] = [Secret::TICKET_CENTER_VARIABLES[0], Secret::PORTAL_VARIABLES[0]];

/// A language's packages.
struct Language {
    name: &'static str,
    /// Builds the packages, and returns their files.
    pack: fn(&Workspace) -> Result<Vec<PathBuf>>,
    /// Returns the shell commands that install the packages from a folder into a project.
    install: fn(&Workspace, &Folder) -> Result<Vec<String>>,
}

const LANGUAGES: [Language; 7] = [
    Language { name: "rust", pack: crates, install: install_crates },
    Language { name: "python", pack: python::packages, install: install_wheel },
    Language { name: "node", pack: node::packages, install: install_tarballs },
    Language { name: "ruby", pack: ruby::packages, install: install_gem },
    Language { name: "php", pack: php::packages, install: install_extension },
    Language { name: "go", pack: go::packages, install: install_module },
    Language { name: "jvm", pack: jvm::packages, install: install_jar },
];

/// The checks of the suite `packages`.
const CHECKS: &[Check<Workspace>] = &[
    ("packages: rust", try_rust),
    ("packages: python", try_python),
    ("packages: node", try_node),
    ("packages: ruby", try_ruby),
    ("packages: php", try_php),
    ("packages: go", try_go),
];

/// The arguments of `cargo xtask package`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The languages [default: all]
    #[arg(value_name = "LANGUAGE", value_parser = names())]
    languages: Vec<String>,

    /// The output folder, with one folder for each language [default: target/packages]
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(LANGUAGES.iter().map(|language| language.name))
}

/// Builds the packages, and prints how to install each one.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let Arguments { languages: chosen, output } = arguments;
    let output = output.clone().unwrap_or_else(|| workspace.target.join(OUTPUT));
    let output = std::path::absolute(output).context("the output folder is not a valid path")?;
    let is_chosen = |name| chosen.is_empty() || chosen.iter().any(|chosen| chosen == name);
    let mut instructions = Vec::new();
    for language in LANGUAGES.iter().filter(|language| is_chosen(language.name)) {
        suite::header(language.name);
        let folder = language.packed(workspace, &output)?;
        instructions.push((language.name, folder.shown()?, folder.install_lines(workspace)?));
    }
    for (name, files, lines) in instructions {
        suite::header(&format!("install the package for {name}"));
        println!("{files}\n");
        for line in lines {
            println!("    {line}");
        }
    }
    Ok(())
}

/// Installs every package in an empty project with the printed commands, and runs the README's snippet there.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    suite::run_checks("packages", CHECKS, workspace)
}

impl Language {
    fn named(name: &str) -> Result<&'static Self> {
        let language = LANGUAGES.iter().find(|language| language.name == name);
        language.with_context(|| format!("the language {name} is not known"))
    }

    /// Builds the packages into the language's folder in the output.
    fn packed(&self, workspace: &Workspace, output: &Path) -> Result<Folder> {
        let built = (self.pack)(workspace)?;
        let path = files::emptied(&output.join(self.name))?;
        for file in built {
            files::copy_all(&file, &path.join(files::name(&file)))?;
        }
        Ok(Folder { path, install: self.install })
    }
}

/// A folder with a language's packages.
struct Folder {
    path: PathBuf,
    install: fn(&Workspace, &Self) -> Result<Vec<String>>,
}

impl Folder {
    fn install_lines(&self, workspace: &Workspace) -> Result<Vec<String>> {
        (self.install)(workspace, self)
    }

    fn shown(&self) -> Result<String> {
        let files: Vec<_> = files::entries(&self.path)?;
        Ok(files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join("\n"))
    }

    /// Returns the only file whose name starts and ends like this, quoted for a shell.
    fn file(&self, start: &str, end: &str) -> Result<String> {
        let is_it = |path: &&PathBuf| {
            let name = files::name(path);
            name.starts_with(start) && name.ends_with(end)
        };
        let files = files::entries(&self.path)?;
        let found: Vec<&PathBuf> = files.iter().filter(is_it).collect();
        let [file] = found[..] else {
            anyhow::bail!("expected 1 file {start}…{end} in {}", self.path.display());
        };
        quoted(file)
    }
}

/// Returns a path, quoted for a shell.
fn quoted(path: &Path) -> Result<String> {
    Ok(shlex::try_quote(&path.to_string_lossy())?.into_owned())
}

/// Packs the crates without Cargo's own check: it would cache the first crate for the second one under its version,
/// and not notice later changes. The suite `packages` builds both.
fn crates(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut cargo = workspace.cargo();
    cargo.args(["package", "--quiet", "--locked", "--allow-dirty", "--no-verify"]);
    for name in CRATES {
        cargo.args(["--package", name]);
    }
    process::run_shown(&mut cargo)?;
    let file = |name| workspace.target.join(format!("package/{name}-{VERSION}.crate"));
    Ok(CRATES.map(file).into())
}

fn install_crates(_: &Workspace, folder: &Folder) -> Result<Vec<String>> {
    let unpack = |name: &str| {
        let file = folder.file(&format!("{name}-{VERSION}"), ".crate")?;
        anyhow::Ok(format!("tar -xf {file}"))
    };
    let [library, command] = CRATES;
    Ok(vec![
        unpack(library)?,
        format!("cargo add {library} --path {library}-{VERSION}"),
        // In another folder, so that it does not become part of the project's workspace.
        "# and the command:".to_owned(),
        "cd \"$(mktemp -d)\"".to_owned(),
        unpack(library)?,
        unpack(command)?,
        format!(
            "cargo install --locked --path {command}-{VERSION} \
             --config \"patch.crates-io.{library}.path='$PWD/{library}-{VERSION}'\""
        ),
        "cd - && rm -r \"$OLDPWD\"".to_owned(),
    ])
}

fn install_wheel(_: &Workspace, folder: &Folder) -> Result<Vec<String>> {
    Ok(vec![format!("pip install {}", folder.file("deskseal-", ".whl")?)])
}

fn install_tarballs(_: &Workspace, folder: &Folder) -> Result<Vec<String>> {
    let tarballs = files::with_extension(&folder.path, "tgz")?;
    let tarballs = tarballs.iter().map(|file| quoted(file)).collect::<Result<Vec<_>>>()?;
    Ok(vec![format!("npm install {}", tarballs.join(" "))])
}

fn install_gem(_: &Workspace, folder: &Folder) -> Result<Vec<String>> {
    // The platform's gem: its name has a platform after the version.
    Ok(vec![format!(
        "gem install --local {}",
        folder.file(&format!("deskseal-{VERSION}-"), ".gem")?
    )])
}

/// The shell expression for PHP's minor version.
const VERSION_OF_PHP: &str = "$(php -r 'echo PHP_MAJOR_VERSION, \".\", PHP_MINOR_VERSION;')";

fn install_extension(workspace: &Workspace, folder: &Folder) -> Result<Vec<String>> {
    let extension = folder.file("deskseal.", "so")?;
    let settings = folder.file("deskseal.", "ini")?;
    let mut lines = vec![
        format!("sudo cp {extension} \"$(php-config --extension-dir)\""),
        "# on Debian and Ubuntu; on other systems, copy it into the folder that php --ini prints:"
            .to_owned(),
        format!("sudo cp {settings} /etc/php/{VERSION_OF_PHP}/mods-available/"),
        "sudo phpenmod deskseal".to_owned(),
        format!("composer config repositories.deskseal artifact {}", quoted(&folder.path)?),
    ];
    let packages = composer_packages(workspace, folder)?;
    lines.push("# choose the packages that the project needs:".to_owned());
    lines.extend(packages.iter().map(|name| format!("composer require {name}:{VERSION}")));
    Ok(lines)
}

/// Returns the names of the packages for Composer in the folder. The name of a file contains the folder that it was
/// packed from.
fn composer_packages(workspace: &Workspace, folder: &Folder) -> Result<Vec<String>> {
    let name = |file: &PathBuf| {
        let name = files::name(file);
        let name = name.strip_prefix("php_deskseal-");
        let name = name.and_then(|name| name.strip_suffix(&format!("-{VERSION}.zip")));
        let name =
            name.with_context(|| format!("the name of {} is not as expected", file.display()))?;
        let manifest = workspace.read(&format!("bindings/php/{name}/composer.json"))?;
        let manifest: Value = serde_json::from_str(&manifest)?;
        manifest["name"].as_str().map(str::to_owned).context("a package for Composer has no name")
    };
    files::with_extension(&folder.path, "zip")?.iter().map(name).collect()
}

/// Returns one command with Go's settings. Other modules still come from where they usually do.
fn install_module(_: &Workspace, folder: &Folder) -> Result<Vec<String>> {
    let proxy = folder.path.join(go::PROXY);
    Ok(vec![format!(
        "GONOSUMDB={} GOPROXY=file://{},\"$(go env GOPROXY)\" go get {}@{}",
        go::MODULE,
        quoted(&proxy)?,
        go::MODULE,
        go::VERSION,
    )])
}

/// Returns what a project's pom.xml needs, as a comment. Other packages still come from where they usually do.
fn install_jar(_: &Workspace, folder: &Folder) -> Result<Vec<String>> {
    let repository = folder.path.join(jvm::REPOSITORY);
    Ok(REPOSITORY_AND_DEPENDENCY
        .replace("{repository}", repository.to_str().context("the folder's path is not Unicode")?)
        .lines()
        .map(|line| format!("# {line}"))
        .chain(["mvn --batch-mode package".to_owned()])
        .collect())
}

/// What a pom.xml has to install the jar.
const REPOSITORY_AND_DEPENDENCY: &str = concat!(
    "in pom.xml:\n",
    "<repositories>\n",
    "  <repository><id>deskseal</id><url>file://{repository}</url></repository>\n",
    "</repositories>\n",
    "<dependencies>\n",
    "  <dependency>\n",
    "    <groupId>com.deskseal</groupId>\n",
    "    <artifactId>deskseal</artifactId>\n",
    "    <version>",
    env!("CARGO_PKG_VERSION"),
    "</version>\n",
    "  </dependency>\n",
    "</dependencies>\n",
);

/// An empty project, for installing the packages.
struct Project {
    path: PathBuf,
    folder: Folder,
    lines: Vec<String>,
}

impl Project {
    fn of(workspace: &Workspace, language: &str) -> Result<Self> {
        let language = Language::named(language)?;
        let folder = language.packed(workspace, &workspace.target.join(OUTPUT))?;
        let lines = folder.install_lines(workspace)?;
        let path = files::emptied(&workspace.target.join(PROJECTS).join(language.name))?;
        Ok(Self { path, folder, lines })
    }

    /// Makes a command run in the project.
    fn command(&self, mut command: Command) -> Command {
        command.current_dir(&self.path);
        command
    }

    /// Returns a shell that runs the chosen install commands.
    fn shell(&self, is_run: impl Fn(&str) -> bool) -> Result<Command> {
        let lines: Vec<&str> =
            self.lines.iter().map(String::as_str).filter(|line| is_run(line)).collect();
        ensure!(!lines.is_empty(), "no command installs the package");
        for line in &lines {
            println!("   {line}");
        }
        let mut shell = self.command(Command::new("sh"));
        shell.arg("-ec").arg(lines.join("\n"));
        Ok(shell)
    }

    /// Writes the README's snippet into a file, and runs it with secrets in the environment.
    fn run_snippet(
        &self,
        snippet: &Snippet<'_>,
        workspace: &Workspace,
        command: Command,
    ) -> Result<()> {
        fs::write(self.path.join(snippet.file), snippet.found(workspace)?)?;
        let mut command = self.command(command);
        for name in Secret::usual_variables() {
            command.env_remove(name);
        }
        for name in SECRETS {
            command.env(name, generate_secret()?.as_str());
        }
        process::run_shown(&mut command)
    }
}

/// A snippet of a README, and the file that it becomes.
struct Snippet<'a> {
    readme: &'a str,
    /// The language after the opening fence.
    fence: &'a str,
    marker: &'a str,
    before: &'a str,
    after: &'a str,
    file: &'a str,
}

impl Snippet<'_> {
    fn found(&self, workspace: &Workspace) -> Result<String> {
        let Self { readme, fence, marker, before, after, .. } = self;
        let text = workspace.read(readme)?;
        let start = format!("\n```{fence}\n");
        let mut snippets = text.split(&start).skip(1).filter_map(|rest| rest.split("\n```").next());
        let snippet = snippets.find(|snippet| snippet.contains(marker));
        let snippet = snippet.with_context(|| format!("{readme} has no snippet with {marker}"))?;
        Ok(format!("{before}{snippet}\n{after}"))
    }
}

fn try_rust(workspace: &Workspace) -> Result<()> {
    let project = Project::of(workspace, "rust")?;
    // `cargo init` would add the project to the repository's workspace.
    fs::write(
        project.path.join("Cargo.toml"),
        "[package]\nname = \"shop\"\nedition = \"2024\"\n\n[workspace]\n",
    )?;
    files::emptied(&project.path.join("src"))?;
    fs::write(project.path.join("src/main.rs"), "")?;
    let mut shell = project.shell(|_| true)?;
    process::run(
        without_optimisation(&mut shell, workspace).env("CARGO_INSTALL_ROOT", &project.path),
    )?;
    process::run_shown(
        project.command(Command::new(project.path.join("bin/deskseal"))).arg("--version"),
    )?;
    let snippet = Snippet {
        readme: "README.md",
        fence: "rust",
        marker: "Signer::new",
        before: "",
        after: "",
        file: "src/main.rs",
    };
    let mut run = workspace.cargo();
    without_optimisation(run.args(["run", "--quiet"]), workspace);
    project.run_snippet(&snippet, workspace, run)
}

/// Makes cargo compile without optimisation, into a folder that is kept.
fn without_optimisation<'a>(command: &'a mut Command, workspace: &Workspace) -> &'a mut Command {
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_RELEASE_LTO", "off");
    command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    command.env("CARGO_TARGET_DIR", workspace.target.join(PROJECTS).join("build"))
}

fn try_python(workspace: &Workspace) -> Result<()> {
    let project = Project::of(workspace, "python")?;
    let environment = Environment::create(&project.path.join("venv"))?;
    let mut shell = project.shell(|_| true)?;
    environment.prefer(&mut shell)?;
    process::run(shell.env("PIP_NO_INDEX", "1").env_remove("PYTHONPATH"))?;
    let snippet = Snippet {
        readme: "bindings/python/README.md",
        fence: "python",
        marker: "Signer.from_env",
        before: "",
        after: "assert 'data-signature' in embed.html and 'user-42' in link\n",
        file: "shop.py",
    };
    let mut python = environment.program("python")?;
    python.arg("shop.py");
    project.run_snippet(&snippet, workspace, python)
}

fn try_node(workspace: &Workspace) -> Result<()> {
    let project = Project::of(workspace, "node")?;
    let node = node::tools(workspace)?;
    fs::write(project.path.join("package.json"), json!({ "private": true }).to_string())?;
    let mut shell = project.shell(|_| true)?;
    node.prefer(&mut shell)?;
    process::run(shell.env("npm_config_audit", "false").env("npm_config_fund", "false"))?;
    let snippet = Snippet {
        readme: "bindings/node/README.md",
        fence: "js",
        marker: "Signer.fromEnv",
        before: "",
        after: "if (!supportPage({ email: 'ada@example.com' }).includes('data-signature')) throw 'no'\n",
        file: "shop.mjs",
    };
    let mut command = node.command(workspace)?;
    command.arg("shop.mjs");
    project.run_snippet(&snippet, workspace, command)
}

fn try_ruby(workspace: &Workspace) -> Result<()> {
    let project = Project::of(workspace, "ruby")?;
    let home = project.path.join("gems");
    process::run(ruby::with_own_gems(&mut project.shell(|_| true)?, &home))?;
    let snippet = Snippet {
        readme: "bindings/ruby/README.md",
        fence: "ruby",
        marker: "sign_email",
        before: "require \"deskseal\"\n",
        after: "",
        file: "shop.rb",
    };
    let mut ruby = Command::new("ruby");
    ruby::with_own_gems(&mut ruby, &home).arg("shop.rb");
    project.run_snippet(&snippet, workspace, ruby)
}

/// Installs the extension and the library. The suite `php`, which has Laravel, tests the package for Laravel.
fn try_php(workspace: &Workspace) -> Result<()> {
    let project = Project::of(workspace, "php")?;
    let settings = files::emptied(&project.path.join("conf.d"))?;
    let extension = project.folder.path.join("deskseal.so");
    fs::write(settings.join("deskseal.ini"), format!("extension=\"{}\"", extension.display()))?;
    let prepare = |command: &mut Command| {
        // PHP's default folders, and one more.
        command.env("PHP_INI_SCAN_DIR", format!(":{}", settings.display()));
        command.env("COMPOSER_ALLOW_SUPERUSER", "1").env("COMPOSER_NO_INTERACTION", "1");
        command.env("COMPOSER_HOME", project.path.join("home"));
    };
    // Nothing may come from Packagist.
    let manifest = json!({ "repositories": { "packagist.org": false } });
    fs::write(project.path.join("composer.json"), manifest.to_string())?;
    let is_composer = |line: &str| line.starts_with("composer") && !line.contains("/laravel");
    let mut shell = project.shell(is_composer)?;
    prepare(&mut shell);
    process::run(&mut shell)?;
    let snippet = Snippet {
        readme: "bindings/php/README.md",
        fence: "php",
        marker: "signEmail",
        before: "<?php\nrequire 'vendor/autoload.php';\n",
        after: "",
        file: "shop.php",
    };
    let mut php = Command::new("php");
    prepare(&mut php);
    php.arg("shop.php");
    project.run_snippet(&snippet, workspace, php)
}

fn try_go(workspace: &Workspace) -> Result<()> {
    let project = Project::of(workspace, "go")?;
    let go = Go::found(workspace)?;
    let prepare = |command: &mut Command| -> Result<()> {
        go::with_own_modules(command, &project.path.join("modules"));
        go.prefer(command)
    };
    fs::write(project.path.join("go.mod"), "module shop\n\ngo 1.24.0\n")?;
    let mut shell = project.shell(|_| true)?;
    prepare(&mut shell)?;
    process::run(&mut shell)?;
    let snippet = Snippet {
        readme: "bindings/go/README.md",
        fence: "go",
        marker: "SignEmail",
        before: "",
        after: "",
        file: "main.go",
    };
    let mut run = Command::new("go");
    prepare(&mut run)?;
    run.args(["run", "."]);
    project.run_snippet(&snippet, workspace, run)
}

/// Installs the jar with Maven. It is part of the suite `jvm`, since the suite `packages` needs no Java.
pub(crate) fn try_jvm(workspace: &Workspace) -> Result<()> {
    let project = Project::of(workspace, "jvm")?;
    let prepare = |command: &mut Command| jvm::prefer(workspace, command);
    jvm::forget(workspace)?;
    // The lines of the printed comment, in the smallest project.
    let needed = project.lines.iter().filter_map(|line| line.strip_prefix("# ")).skip(1);
    let needed: Vec<&str> = needed.collect();
    let manifest = format!(
        "<project>\n<modelVersion>4.0.0</modelVersion>\n<groupId>shop</groupId>\n\
         <artifactId>shop</artifactId>\n<version>1</version>\n<properties>\n\
         <maven.compiler.source>17</maven.compiler.source>\n\
         <maven.compiler.target>17</maven.compiler.target>\n\
         <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>\n</properties>\n\
         {}\n</project>\n",
        needed.join("\n")
    );
    fs::write(project.path.join("pom.xml"), manifest)?;
    let source = files::emptied(&project.path.join("src/main/java"))?;
    fs::write(source.join("Empty.java"), "class Empty {}\n")?;
    let mut shell = project.shell(|line| !line.starts_with('#'))?;
    prepare(&mut shell)?;
    process::run(&mut shell)?;
    let snippet = Snippet {
        readme: "bindings/jvm/README.md",
        fence: "java",
        marker: "Deskseal.generateSecret",
        before: "",
        after: "",
        file: "Shop.java",
    };
    let mut java = Command::new("java");
    prepare(&mut java)?;
    java.arg("-cp").arg(jvm::jar(workspace)).arg("Shop.java");
    project.run_snippet(&snippet, workspace, java)
}
