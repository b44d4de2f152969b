//! The tests of core and of the bridge with `AddressSanitizer`, and the bridge's functions with libFuzzer's inputs.
//!
//! Core has no `unsafe` code, and the bridge only declares functions; the crates that they depend on have more. The
//! sanitizer is part of the toolchains that rustup installs, also of stable ones, behind flags of the compiler that
//! need `RUSTC_BOOTSTRAP`. The standard library is the toolchain's: what is compiled with it into the tests is checked,
//! and so is each allocation, but not what the library does on its own.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::files;
use crate::process;
use crate::suite::{self, Check};
use crate::workspace::Workspace;

/// The folder of everything that is built and found, in cargo's target folder.
const OUTPUT: &str = "sanitizer";

/// The tests that run with the sanitizer.
const TESTED: [&str; 2] = ["--package=deskseal", "--package=deskseal-bridge"];

/// Leaves out the tests that search all memory of their process: with the sanitizer, it has terabytes.
const SEARCHES: &str = "--skip=padded_key";

/// The crate with the programs that libFuzzer drives: one for the bridge, one with a fault that has to be found. The
/// first has a list of words for the inputs.
const FUZZ: &str = "deskseal-bridge-fuzz";
const CALLS: &str = "calls";
const CONTROL: &str = "control";
const WORDS: &str = "bindings/bridge/fuzz/calls.dict";

/// The sanitizer, and what libFuzzer reads to see which code an input reaches.
const FLAGS: &str = "-Zsanitizer=address -Cpasses=sancov-module \
     -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
     -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// What the sanitizer says of the control's fault.
const REPORT: &str = "ERROR: AddressSanitizer: heap-buffer-overflow";

/// How many inputs are tried: a control that is not found after so many never is.
const INPUTS: &str = "-runs=500000";
const INPUTS_OF_CONTROL: &str = "-runs=5000000";

const CHECKS: &[Check<Workspace>] =
    &[("sanitizer: control", control), ("sanitizer: tests", tests), ("sanitizer: fuzz", fuzz)];

/// Runs every check, also after one that fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("   left to Linux");
        return Ok(());
    }
    suite::run_checks("sanitizer", CHECKS, workspace)
}

/// Checks that the fuzzer finds an input that reads beyond the end of its memory, and that the sanitizer reports it.
fn control(workspace: &Workspace) -> Result<()> {
    let mut fuzzer = fuzzer(workspace, CONTROL)?;
    let output = process::output(fuzzer.arg(INPUTS_OF_CONTROL))?;
    ensure!(
        !output.status.success() && output.stderr.contains(REPORT),
        "the sanitizer reported nothing about a program that reads beyond its memory:\n{}",
        output.stderr
    );
    println!("   the fault was found, and reported");
    Ok(())
}

fn tests(workspace: &Workspace) -> Result<()> {
    let mut cargo = cargo(workspace, "test")?;
    cargo.args(TESTED).args(["--all-features", "--no-fail-fast", "--lib", "--tests"]);
    process::run(cargo.args(["--", SEARCHES]))
}

/// Calls the bridge with inputs that libFuzzer makes up, other ones in each run.
fn fuzz(workspace: &Workspace) -> Result<()> {
    let mut fuzzer = fuzzer(workspace, CALLS)?;
    fuzzer.args([INPUTS, "-max_len=1024", "-print_funcs=0"]);
    fuzzer.arg(format!("-dict={}", workspace.path(WORDS).display()));
    let output = process::output(&mut fuzzer)?;
    ensure!(
        output.status.success(),
        "{}\n{}: an input failed; the lines above name its file, and `{} FILE` tries it again",
        output.stderr,
        output.status,
        fuzzer.get_program().display()
    );
    println!("   {}", output.stderr.lines().last().unwrap_or_default());
    Ok(())
}

/// Builds a program that libFuzzer drives, and returns the command that runs it.
fn fuzzer(workspace: &Workspace, name: &str) -> Result<Command> {
    let mut cargo = cargo(workspace, "build")?;
    cargo.args(["--package", FUZZ, "--bin", name, "--features=libfuzzer-sys/link_libfuzzer"]);
    process::run(&mut cargo)?;
    let folder = workspace.target.join(OUTPUT);
    let mut fuzzer = Command::new(folder.join(host()?).join("debug").join(name));
    fuzzer.current_dir(&workspace.root);
    fuzzer.arg(format!("-exact_artifact_path={}/{name}-input", folder.display()));
    Ok(fuzzer)
}

/// Returns cargo's command with the sanitizer. The target is named, so that it is not in build scripts.
fn cargo(workspace: &Workspace, command: &str) -> Result<Command> {
    ensure!(
        has_runtime()?,
        "this Rust toolchain has no AddressSanitizer; install one with rustup (https://rustup.rs)"
    );
    let (host, mut cargo) = (host()?, workspace.cargo());
    cargo.args([command, "--quiet", "--locked", "--target", &host]);
    cargo.arg("--target-dir").arg(workspace.target.join(OUTPUT));
    let variable = host.to_uppercase().replace('-', "_");
    cargo.env(format!("CARGO_TARGET_{variable}_RUSTFLAGS"), FLAGS).env("RUSTC_BOOTSTRAP", "1");
    // Without optimisation, the tests take ten times as long.
    cargo.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    Ok(cargo)
}

fn host() -> Result<String> {
    process::answer(Command::new("rustc").args(["--print", "host-tuple"]))
}

/// Tells whether the toolchain has the part of the sanitizer that runs with the program.
fn has_runtime() -> Result<bool> {
    let folder = process::answer(Command::new("rustc").args(["--print", "target-libdir"]))?;
    let archives = files::with_extension(Path::new(&folder), "a")?;
    Ok(archives.iter().any(|file| files::name(file).ends_with("_rt.asan.a")))
}
