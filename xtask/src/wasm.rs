//! `cargo xtask wasm`: the core as WebAssembly, `bindings/bridge/deskseal.wasm`, which packages carry along, and as Go,
//! `bindings/go/internal/core`, which is translated from WebAssembly without vector instructions.
//!
//! The files are committed, since `go get` builds nothing, and since a Rust target that is not in the system's own
//! toolchain cannot be installed everywhere. One toolchain builds them, that of [`TOOLCHAIN`], so that anyone with that
//! toolchain gets the same bytes. A file beside the WebAssembly has the digest of their sources.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;

use crate::files;
use crate::go::Go;
use crate::process;
use crate::suite;
use crate::tools::{self, Package};
use crate::workspace::Workspace;

/// The arguments of `cargo xtask wasm`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compare with what is committed, byte for byte, and write nothing.
    #[arg(long)]
    check: bool,
}

/// The committed file, and the digest of what it and the Go code were built from.
const BUILD: &str = "bindings/bridge/deskseal.wasm";
const SOURCES: &str = "bindings/bridge/deskseal.wasm.sources";

/// The committed Go code, and the program that translates WebAssembly to it.
const GO: &str = "bindings/go/internal/core";
const GO_FILES: [&str; 2] = ["core.go", "core.dat"];
const TRANSLATOR: &str = "github.com/ncruces/wasm2go@v0.4.22";

/// What is read to build it, beside the crates that it depends on.
const SOURCE_FOLDERS: [&str; 2] = ["core/src", "bindings/bridge/src"];
const SOURCE_FILES: [&str; 1] = ["bindings/bridge/build.rs"];

/// The package that is built.
const PACKAGE: &str = "deskseal-bridge";

/// The target, and cargo's profile for it.
const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm";

/// The folders for what is built, in cargo's target folder: with vector instructions, without, and the Go code.
const OUTPUT: &str = "wasm";
const OUTPUT_WITHOUT_VECTORS: &str = "wasm-nosimd";
const OUTPUT_GO: &str = "go/core";

/// Debian's Rust with its standard library's source, and a linker for WebAssembly.
const TOOLCHAIN: Package = Package {
    name: "Rust 1.96.0 for WebAssembly",
    apt: &["rustc-web (>= 1.96.0)", "rust-web-src (>= 1.96.0)", "lld-19"],
    homebrew: &[],
};
const RUSTC: &str = "/usr/bin/rustc";
const RUSTC_VERSION: &str = "rustc 1.96.0 ";
const STANDARD_LIBRARY: &str = "/usr/src/rustc-1.96.0/library";
const LINKER: &str = "wasm-ld-19";

/// Vector instructions hash faster.
const VECTORS: &str = "-Ctarget-feature=+simd128 ";

/// A panic stops the instance without a message, which nothing would read; neither are there places in the source,
/// which would differ between machines.
const FLAGS: &str =
    "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

/// Builds the files, or compares them with a fresh build.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return check(workspace);
    }
    for (built, committed) in built(workspace)? {
        files::copy(&built, &workspace.path(&committed))?;
        println!("{committed}: {} bytes", fs::metadata(built)?.len());
    }
    Ok(fs::write(workspace.path(SOURCES), sources(workspace)?)?)
}

/// Compares the committed files with a fresh build.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let files = built(workspace)?;
    for (built, committed) in &files {
        let is_same = fs::read(built)? == fs::read(workspace.path(committed))?;
        ensure!(is_same, "{committed} is not what its sources give; run `cargo xtask wasm`");
    }
    println!("{}", suite::closing_line("wasm", files.len(), 0));
    Ok(())
}

/// Checks that the committed files were built from the present sources, without building them.
pub(crate) fn check_sources(workspace: &Workspace) -> Result<()> {
    let is_same = workspace.read(SOURCES)? == sources(workspace)?;
    ensure!(is_same, "the sources of {BUILD} have changed; run `cargo xtask wasm`");
    Ok(())
}

/// Returns the digest of the sources, the crates that they depend on with their features, and the profile.
fn sources(workspace: &Workspace) -> Result<String> {
    let mut paths: Vec<PathBuf> = SOURCE_FILES.iter().map(PathBuf::from).collect();
    for folder in SOURCE_FOLDERS {
        let found = files::all(&workspace.path(folder))?;
        let relative = |file: PathBuf| Ok(file.strip_prefix(&workspace.root)?.to_owned());
        paths.extend(found.into_iter().map(relative).collect::<Result<Vec<_>>>()?);
    }
    let digest = files::digest_in(&workspace.root, &paths)?;
    let mut tree = workspace.cargo();
    tree.args(["tree", "--locked", "--package", PACKAGE, "--features=exports"]);
    tree.args(["--target", TARGET, "--edges=normal,build", "--prefix=none", "--no-dedupe"]);
    let crates = process::answer(tree.args(["--format", "{p} {f}"]))?;
    // The project's own crates are listed with their folder, which differs between machines.
    let folder = format!(" ({}", workspace.root.display());
    let crates: BTreeSet<String> = crates.lines().map(|line| line.replace(&folder, " (")).collect();
    let crates: Vec<String> = crates.into_iter().collect();
    let manifest: toml::Table = workspace.read("Cargo.toml")?.parse()?;
    let profile = manifest.get("profile").and_then(|profiles| profiles.get(PROFILE));
    let profile = toml::to_string(profile.context("Cargo.toml has no profile for WebAssembly")?)?;
    Ok(format!("{digest}\n{}\n{profile}", crates.join("\n")))
}

/// Builds the files, and returns where each is and where it is committed.
fn built(workspace: &Workspace) -> Result<Vec<(PathBuf, String)>> {
    toolchain()?;
    let mut files = vec![(build(workspace, OUTPUT, VECTORS)?, BUILD.to_owned())];
    let translated = workspace.target.join(OUTPUT_GO);
    let wasm = build(workspace, OUTPUT_WITHOUT_VECTORS, "")?;
    Go::found(workspace)?.translate(workspace, TRANSLATOR, &wasm, &translated)?;
    files.extend(GO_FILES.map(|name| (translated.join(name), format!("{GO}/{name}"))));
    Ok(files)
}

/// Builds the core as WebAssembly, and returns where it is.
fn build(workspace: &Workspace, output: &str, features: &str) -> Result<PathBuf> {
    let folder = workspace.target.join(output);
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--locked", "--package", PACKAGE, "--features=exports"]);
    cargo.args(["--profile", PROFILE, "--target", TARGET]);
    cargo.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
    cargo.arg("--target-dir").arg(&folder);
    cargo.env("RUSTC", RUSTC).env("RUSTC_BOOTSTRAP", "1");
    cargo.env("__CARGO_TESTS_ONLY_SRC_ROOT", STANDARD_LIBRARY);
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER);
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", format!("{features}{FLAGS}"));
    process::run(&mut cargo).context("cannot build the core as WebAssembly")?;
    Ok(folder.join(TARGET).join(PROFILE).join("deskseal_bridge.wasm"))
}

/// Finds or installs the toolchain.
fn toolchain() -> Result<()> {
    let is_installed = Path::new(STANDARD_LIBRARY).is_dir() && tools::in_path(LINKER).is_some();
    if !is_installed {
        TOOLCHAIN.install()?;
    }
    let version = process::answer(Command::new(RUSTC).arg("--version"))?;
    ensure!(
        version.starts_with(RUSTC_VERSION),
        "{RUSTC} is {version}, and {BUILD} is built by Rust 1.96.0, of Debian 12's rustc-web"
    );
    tools::report("WebAssembly", &version);
    Ok(())
}
