//! Installs an example's dependencies: Deskseal's package as built for publication, and the others from their
//! registries.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use fs_err as fs;
use serde_json::{Value, json};

use super::recipe::Language;
use crate::environment::Environment;
use crate::files;
use crate::git::git;
use crate::go;
use crate::node;
use crate::php;
use crate::process;
use crate::python;
use crate::ruby;
use crate::setup::Node;
use crate::workspace::Workspace;

/// The files that record what npm's packages were installed from.
const LOCK_STAMP: &str = "lock-file.txt";
const TARBALLS_STAMP: &str = "tarballs.txt";

/// npm's folder for packages.
const NODE_PACKAGES: &str = "node_modules";

/// An example's language, with the package installed.
pub(super) enum Runtime<'a> {
    Python(Environment),
    Node { workspace: &'a Workspace, node: Node },
    Ruby { workspace: &'a Workspace, home: PathBuf },
    Php(php::Installed<'a>),
    Go(go::Published<'a>),
}

impl<'a> Runtime<'a> {
    /// Installs the dependencies of the example in the folder.
    pub(super) fn install(
        workspace: &'a Workspace,
        language: Language,
        folder: &Path,
    ) -> Result<Self> {
        Ok(match language {
            Language::Python => Self::Python(python_packages(workspace, folder)?),
            Language::Node => Self::Node { workspace, node: node_packages(workspace, folder)? },
            Language::Ruby => Self::Ruby { workspace, home: ruby::published(workspace)? },
            Language::Php => Self::Php(php_packages(workspace, folder)?),
            Language::Go => Self::Go(go_module(workspace, folder)?),
        })
    }

    /// Returns a program of this language.
    pub(super) fn command(&self, words: &[&str], folder: &Path) -> Result<Command> {
        let [program, arguments @ ..] = words else { bail!("there is no program to run") };
        let mut command = match self {
            Self::Python(environment) => environment.program(program)?,
            Self::Node { workspace, node } => {
                let mut command = node.program(workspace, program)?;
                if *program != "node" {
                    command = Command::new(folder.join(NODE_PACKAGES).join(".bin").join(program));
                    node.prefer(&mut command)?;
                }
                command
            }
            Self::Ruby { workspace, home } => ruby::with_gems(workspace, home),
            Self::Php(extension) => extension.command_with_modules(program),
            Self::Go(module) if *program == "go" => module.command(),
            Self::Go(_) => Command::new(folder.join(program)),
        };
        command.args(arguments);
        Ok(command)
    }
}

/// Copies the example's files, those that git tracks or would add, into the folder. Installed packages stay.
pub(super) fn copy_example(workspace: &Workspace, source: &str, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for path in files::entries(folder)?.iter().filter(|path| !path.ends_with(NODE_PACKAGES)) {
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }?;
    }
    let source = workspace.path(source);
    let mut git = git(&source);
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = process::answer(&mut git)
        .context("git cannot list the files; run this in a git checkout")?;
    for path in listed.split_terminator('\0').map(Path::new) {
        copy_file(&source.join(path), &folder.join(path))?;
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> Result<()> {
    // Git lists a removed file until the removal is committed.
    if !from.exists() {
        return Ok(());
    }
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    files::copy(from, to)
}

/// Installs the wheel, and then the example's requirements, into an environment of its own.
fn python_packages(workspace: &Workspace, folder: &Path) -> Result<Environment> {
    let wheel = python::published(workspace)?;
    let requirements = folder.join("requirements.txt");
    let stamp = files::digest(&[wheel.clone(), requirements.clone()])?;
    let place = folder.with_extension("venv");
    Environment::made_from(&place, &stamp, |environment| {
        println!("   installing the wheel and {}", requirements.display());
        process::run(environment.install()?.args(["--no-index", "--no-deps"]).arg(&wheel))?;
        process::run(environment.install()?.arg("--requirement").arg(&requirements))
            .context("cannot install the example; is Python's package index reachable?")
    })
}

/// Installs what the example's lock file lists, and the package from its tarballs.
fn node_packages(workspace: &Workspace, folder: &Path) -> Result<Node> {
    let (node, tarballs) = node::published(workspace)?;
    let lock = folder.join("package-lock.json");
    without_package(&folder.join("package.json"), &["/dependencies"])?;
    without_package(&lock, &["/packages", "/packages//dependencies"])?;
    let npm = |arguments: &[&str]| -> Result<Command> {
        let mut npm = node.program(workspace, "npm")?;
        npm.current_dir(folder).args(arguments).args(["--no-audit", "--no-fund"]);
        Ok(npm)
    };
    let packages = folder.join(NODE_PACKAGES);
    once(&packages.join(LOCK_STAMP), std::slice::from_ref(&lock), || {
        println!("   installing {}", lock.display());
        process::run(&mut npm(&["ci"])?)
            .context("cannot install the example; is the npm registry reachable?")
    })?;
    once(&packages.join(TARBALLS_STAMP), &tarballs, || {
        println!("   installing the tarballs into {}", folder.display());
        process::run(npm(&["install", "--no-save", "--no-package-lock"])?.args(&tarballs))
    })?;
    Ok(node)
}

/// Calls `make`, unless the stamp shows that it ran with the same files before.
fn once(stamp: &Path, made_from: &[PathBuf], make: impl FnOnce() -> Result<()>) -> Result<()> {
    let digest = files::digest(made_from)?;
    if fs::read_to_string(stamp).is_ok_and(|found| found == digest) {
        return Ok(());
    }
    make()?;
    Ok(fs::write(stamp, digest)?)
}

/// Removes Deskseal's package from a manifest's lists: its tarballs are installed instead.
fn without_package(path: &Path, lists: &[&str]) -> Result<()> {
    let mut manifest: Value = serde_json::from_str(&fs::read_to_string(path)?)
        .with_context(|| format!("{} is not JSON", path.display()))?;
    let is_other = |name: &str| !name.trim_start_matches("node_modules/").starts_with("deskseal");
    for list in lists {
        let list = manifest.pointer_mut(list).and_then(Value::as_object_mut);
        let list = list.with_context(|| format!("{} lists no packages", path.display()))?;
        list.retain(|name, _| is_other(name));
    }
    Ok(fs::write(path, serde_json::to_string_pretty(&manifest)?)?)
}

/// Installs the package for Laravel with Composer, from the release's archives.
fn php_packages<'a>(workspace: &'a Workspace, folder: &Path) -> Result<php::Installed<'a>> {
    let extension = php::installed(workspace)?;
    let packages = php::published(&extension)?;
    let path = folder.join("composer.json");
    let mut manifest: Value = serde_json::from_str(&fs::read_to_string(&path)?)
        .with_context(|| format!("{} is not JSON", path.display()))?;
    manifest["repositories"][0] = json!({ "type": "artifact", "url": packages });
    fs::write(&path, serde_json::to_string_pretty(&manifest)?)?;
    process::run_shown(php::composer(&extension).current_dir(folder).arg("install"))?;
    Ok(extension)
}

/// Installs the module from the folder of a proxy.
fn go_module<'a>(workspace: &'a Workspace, folder: &Path) -> Result<go::Published<'a>> {
    let module = go::Published::new(workspace)?;
    process::run(module.command().current_dir(folder).args(["mod", "tidy"]))?;
    Ok(module)
}
