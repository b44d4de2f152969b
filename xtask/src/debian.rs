//! The packages on another distribution: Debian 13 in a folder, with its own Python, Ruby, Rails, PHP and Laravel.
//!
//! It needs root, or a sudo that does not ask (`sudo -v`), and debootstrap; Rust is the host's. It downloads from
//! Debian's mirror and from the registries that the system's own settings name.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use fs_err as fs;

use crate::files;
use crate::git::Snapshot;
use crate::process;
use crate::python;
use crate::suite::{self, Check};
use crate::tools::{self, Package, Sudo};
use crate::workspace::Workspace;

/// Where the distribution goes, in cargo's target folder.
const OUTPUT: &str = "debian-13";

/// The distribution's name at Debian's mirror, and the packages beside the smallest system. Another list makes it
/// anew. The suites of Ruby and PHP install what they need themselves, as on every Debian.
const DISTRIBUTION: &str = "trixie";
const PACKAGES: &str = "ca-certificates,gcc,git,libc6-dev,python3,python3-dev,python3-venv";

/// What the finished distribution was made from, in the folder beside it.
const STAMP: &str = "made-from.txt";

const DEBOOTSTRAP: Package = Package { name: "debootstrap", apt: &["debootstrap"], homebrew: &[] };

/// Runs a script in a copy of the repository in the distribution. What is mounted goes with this process.
///
/// `$1` is the distribution, `$2` the archive of the repository, `$3` the toolchain, `$4` what cargo has
/// downloaded, `$5` a folder with packages, and `$6` the script. What cargo has built in the copy is kept.
/// `CARGO` is the host's, and `policy-rc.d` keeps packages that are installed from starting services.
const ENTER: &str = r#"
cd "$1"
rm -rf packages && cp -r "$5" packages
mkdir -p repository toolchain cargo/registry
find repository -mindepth 1 -maxdepth 1 ! -name target -exec rm -rf {} +
tar -xf "$2" -C repository
bind() {
    mount --bind "$1" "$2"
    mount -o remount,ro,bind "$2"
}
bind "$3" toolchain
bind /etc/ssl/certs etc/ssl/certs
mount --bind "$4" cargo/registry
mount --rbind /dev dev
mount -t proc proc proc
cp /etc/resolv.conf /etc/hosts etc/
printf '#!/bin/sh\nexit 101\n' > usr/sbin/policy-rc.d
chmod +x usr/sbin/policy-rc.d
unset CARGO
export HOME=/root PATH=/toolchain/bin:/usr/sbin:/usr/bin:/sbin:/bin CARGO_HOME=/cargo LC_ALL=C.UTF-8
exec chroot . sh -euc "cd /repository; $6"
"#;

/// Installs the wheel, and then the source distribution, which builds there, and runs the tests with each.
const PYTHON: &str = r"
python3 --version
cd bindings/python
export CARGO_TARGET_DIR=/build
for package in /packages/deskseal-*-abi3-*.whl /packages/deskseal-*.tar.gz; do
    echo install ${package##*/}
    python3 -m venv --clear /venv
    /venv/bin/pip install --quiet --disable-pip-version-check $package
    /venv/bin/pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
    /venv/bin/python -B -m pytest -pno:cacheprovider --import-mode=importlib
done
";

/// Runs the whole suite of a language. What the suite archives has to be a checkout.
const RUBY: &str = "git init --quiet; cargo xtask test ruby";
const PHP: &str = "git init --quiet; cargo xtask test php";

const CHECKS: &[Check<Workspace>] = &[
    ("debian-13: python", python),
    ("debian-13: ruby", |workspace| run(workspace, &no_packages(workspace)?, RUBY)),
    ("debian-13: php", |workspace| run(workspace, &no_packages(workspace)?, PHP)),
];

/// Runs every check, also after one that fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("   left to Linux");
        return Ok(());
    }
    suite::run_checks("debian-13", CHECKS, workspace)
}

fn python(workspace: &Workspace) -> Result<()> {
    let packages = no_packages(workspace)?;
    for file in python::packages(workspace)? {
        files::copy(&file, &packages.join(files::name(&file)))?;
    }
    run(workspace, &packages, PYTHON)
}

/// Returns the folder of the packages, with none in it.
fn no_packages(workspace: &Workspace) -> Result<PathBuf> {
    files::emptied(&workspace.target.join(OUTPUT).join("packages"))
}

/// Runs a script in the distribution, in a copy of the repository and with the packages in the folder `/packages`.
fn run(workspace: &Workspace, packages: &Path, script: &str) -> Result<()> {
    let root = installed(workspace)?;
    let folder = workspace.target.join(OUTPUT);
    let archive = folder.join("repository.tar");
    Snapshot::taken(&workspace.root, &folder.join("git"))?.archive(&archive)?;
    let toolchain = process::answer(Command::new("rustc").args(["--print", "sysroot"]))?;
    let registry = cargo_home()?.join("registry");
    let mut enter = as_root(&["unshare", "--mount", "sh", "-euc", ENTER, "sh"])?;
    enter.arg(root).arg(archive).arg(toolchain).arg(registry).arg(packages).arg(script);
    process::run(&mut enter)
}

/// Returns the distribution's folder, made once.
fn installed(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join(OUTPUT);
    let root = folder.join("root");
    let stamp = folder.join(STAMP);
    let made_from = format!("{DISTRIBUTION} {PACKAGES}");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == made_from) {
        return Ok(root);
    }
    if tools::in_path("debootstrap").is_none() && !Path::new("/usr/sbin/debootstrap").is_file() {
        DEBOOTSTRAP.install()?;
    }
    println!("   installing {DISTRIBUTION} into {}, which takes minutes", root.display());
    process::run(as_root(&["rm", "-rf"])?.arg(&root))?;
    let include = format!("--include={PACKAGES}");
    let words = ["debootstrap", "--variant=minbase", &include, DISTRIBUTION];
    process::run(as_root(&words)?.arg(&root))
        .context("cannot install it; is Debian's mirror reachable?")?;
    fs::write(&stamp, made_from)?;
    Ok(root)
}

fn as_root(words: &[&str]) -> Result<Command> {
    tools::as_root(Sudo::IsSilent, words)
}

/// Returns where cargo keeps what it has downloaded.
fn cargo_home() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("CARGO_HOME") {
        return Ok(folder.into());
    }
    let Some(home) = std::env::home_dir() else { bail!("this user has no home") };
    Ok(home.join(".cargo"))
}
