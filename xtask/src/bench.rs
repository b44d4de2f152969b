//! Runs `cargo xtask bench`: the benchmarks of the core, the server and the packages.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use clap::builder::PossibleValuesParser;
use fs_err as fs;
use serde_json::Value;

use crate::go;
use crate::jvm;
use crate::node;
use crate::php;
use crate::process;
use crate::python;
use crate::ruby;
use crate::server;
use crate::suite;
use crate::workspace::Workspace;

/// A benchmark: its name and its function.
type Benchmark = (&'static str, fn(&Workspace) -> Result<()>);

const BENCHMARKS: &[Benchmark] = &[
    ("rust", core),
    ("timing", timing),
    ("server", server::bench),
    ("python", python::bench),
    ("node", node::bench),
    ("ruby", ruby::bench),
    ("php", php::bench),
    ("go", go::bench),
    ("jvm", jvm::bench),
];

/// The benchmark that the ratios refer to: the two compressions that every HMAC needs.
const FLOOR: &str = "two_sha256_compressions";

/// The benchmark of the usual code without this project: hmac, sha2, `trim` and `to_lowercase`.
const SNIPPET: &str = "snippet/ascii_24";

/// The promised ratios to the floor. They are printed and not tested, since times vary.
const PROMISES: [(&str, f64); 6] = [
    ("sign_email/ascii_24", 1.6),
    ("sign_email/non_ascii", 4.0),
    ("verify_email/one_secret", 1.8),
    ("verify_link", 5.0),
    ("portal_link", 6.0),
    ("ticket_center", 8.0),
];

/// The promised times of identity tokens, in nanoseconds.
const TOKEN_PROMISES: [(&str, f64); 2] =
    [("identity_token", 1_500.0), ("verify_identity_token", 2_000.0)];

/// The promised times of explaining, in nanoseconds: for usual inputs, and for inputs that are chosen to be slow.
const EXPLAIN_PROMISE: f64 = 2e6;
const EXPLAIN_ADVERSARIAL_PROMISE: f64 = 10e6;

/// The arguments of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The benchmarks to run [default: all].
    #[arg(value_name = "PART", value_parser = names())]
    parts: Vec<String>,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(BENCHMARKS.iter().map(|(name, _)| *name))
}

/// Runs the benchmarks, and prints their tables.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let Arguments { parts: chosen } = arguments;
    let is_chosen = |name| chosen.is_empty() || chosen.iter().any(|chosen| chosen == name);
    BENCHMARKS
        .iter()
        .filter(|(name, _)| is_chosen(*name))
        .try_for_each(|(_, benchmark)| benchmark(workspace))
}

fn core(workspace: &Workspace) -> Result<()> {
    suite::header("benchmarks");
    let results = workspace.target.join("criterion");
    if results.exists() {
        fs::remove_dir_all(&results)?;
    }
    let mut seal = bench_of_core(workspace, "seal");
    process::run(seal.arg("--all-features"))?;
    let mut medians = BTreeMap::new();
    collect(&results, &mut medians)?;
    print(&medians)
}

/// Measures whether the time of verifying depends on the received signature.
fn timing(workspace: &Workspace) -> Result<()> {
    suite::header("the time of comparing and decoding signatures");
    process::run(&mut bench_of_core(workspace, "timing"))
}

fn bench_of_core(workspace: &Workspace, name: &str) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(["bench", "--locked", "--package", "deskseal", "--bench", name]);
    cargo
}

/// Adds the median of every benchmark in the folder, in nanoseconds.
fn collect(folder: &Path, medians: &mut BTreeMap<String, f64>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        if path.ends_with("new") {
            medians.extend([median(&path)?]);
        } else {
            collect(&path, medians)?;
        }
    }
    Ok(())
}

fn median(folder: &Path) -> Result<(String, f64)> {
    let json = |name: &str| -> Result<Value> {
        Ok(serde_json::from_str(&fs::read_to_string(folder.join(name))?)?)
    };
    let id = json("benchmark.json")?["full_id"].as_str().map(str::to_owned);
    let median = json("estimates.json")?["median"]["point_estimate"].as_f64();
    id.zip(median)
        .with_context(|| format!("cannot read Criterion's results in {}", folder.display()))
}

fn print(medians: &BTreeMap<String, f64>) -> Result<()> {
    let floor = *medians.get(FLOOR).with_context(|| format!("{FLOOR} was not measured"))?;
    let snippet = medians.get(SNIPPET);
    suite::header("ratios");
    let width = medians.keys().map(String::len).max().unwrap_or_default();
    println!("{:width$} {:>11} {:>11} {:>10}  promise", "", "median", "to floor", "to snippet");
    for (name, median) in medians {
        let to_snippet =
            snippet.map_or_else(String::new, |snippet| format!("{:.2}", median / snippet));
        let ratio = median / floor;
        let promise = promise(name, *median, ratio);
        println!("{name:width$} {:>11} {ratio:11.2} {to_snippet:>10}  {promise}", shown(*median));
    }
    println!("floor: {FLOOR}; snippet: {SNIPPET}");
    Ok(())
}

fn promise(name: &str, median: f64, ratio: f64) -> String {
    let mark = |is_kept| if is_kept { "kept" } else { "BROKEN" };
    if let Some((_, promised)) = PROMISES.iter().find(|(promised, _)| *promised == name) {
        return format!("at most {promised:.1} to floor: {}", mark(ratio <= *promised));
    }
    if let Some((_, promised)) = TOKEN_PROMISES.iter().find(|(promised, _)| *promised == name) {
        return format!("at most {}: {}", shown(*promised), mark(median <= *promised));
    }
    if name.starts_with("explain") {
        let is_adversarial = name.starts_with("explain_adversarial");
        let promised = if is_adversarial { EXPLAIN_ADVERSARIAL_PROMISE } else { EXPLAIN_PROMISE };
        return format!("below {}: {}", shown(promised), mark(median < promised));
    }
    String::new()
}

fn shown(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{nanoseconds:.1} ns"),
        ..1e6 => format!("{:.1} us", nanoseconds / 1e3),
        _ => format!("{:.1} ms", nanoseconds / 1e6),
    }
}
