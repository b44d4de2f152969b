//! Runs `cargo xtask vectors`: generates the vectors and the Unicode tables, or checks the committed ones.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use fs_err as fs;
use serde_json::Value;

use crate::cases::{self, VectorFile};
use crate::files;
use crate::process;
use crate::setup::{self, Node};
use crate::suite;
use crate::workspace::Workspace;

/// The file of the core's Unicode tables.
const TABLES: &str = "core/src/unicode/tables.rs";

/// The minimum number of cases, so that a generator that stops early is noticed.
const MINIMUM_CASES: usize = 400;

/// The arguments of `cargo xtask vectors`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Generate into the target folder, and compare with the committed files, byte for byte.
    #[arg(long)]
    check: bool,
}

/// Generates the vectors, unless `--check` is given, and checks them.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return check(workspace);
    }
    let node = setup::oracle(workspace)?;
    generate(workspace, &node, &workspace.path(cases::FOLDER), &workspace.path(TABLES))?;
    check_content(workspace)
}

/// Checks that the generators give the committed files, and that those are well-formed and complete.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let node = setup::oracle(workspace)?;
    let folder = workspace.target.join("xtask/vectors");
    files::emptied(&folder)?;
    let tables = workspace.target.join("xtask/tables.rs");
    generate(workspace, &node, &folder, &tables)?;
    for (generated, committed) in pairs(workspace, &folder, &tables)? {
        compare(&generated, &committed)?;
    }
    println!("the committed files are up to date");
    check_content(workspace)
}

fn generate(workspace: &Workspace, node: &Node, folder: &Path, tables: &Path) -> Result<()> {
    for (script, output) in [
        ("tests/oracle/vectors.mjs", folder),
        ("tests/oracle/lowercase.mjs", folder),
        ("tests/oracle/unicode_tables.mjs", tables),
    ] {
        println!("   {script}");
        process::run(node.command(workspace)?.arg(script).arg(output))?;
    }
    Ok(())
}

/// Returns each generated file with the committed one; both folders must hold the same names.
fn pairs(workspace: &Workspace, folder: &Path, tables: &Path) -> Result<Vec<(PathBuf, PathBuf)>> {
    let committed = workspace.path(cases::FOLDER);
    let generated_names = names(folder)?;
    let mut committed_names = names(&committed)?;
    committed_names.remove(&OsString::from(cases::SCHEMA));
    if let Some(name) = generated_names.symmetric_difference(&committed_names).next() {
        bail!(
            "{}/{} is only generated or only committed; run `cargo xtask vectors`, or remove it",
            cases::FOLDER,
            name.display()
        );
    }
    let vectors = generated_names.iter().map(|name| (folder.join(name), committed.join(name)));
    Ok(vectors.chain([(tables.to_owned(), workspace.path(TABLES))]).collect())
}

fn names(folder: &Path) -> Result<BTreeSet<OsString>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name()));
    entries.collect()
}

fn compare(generated: &Path, committed: &Path) -> Result<()> {
    let (made, found) = (fs::read(generated)?, fs::read(committed)?);
    if made == found {
        return Ok(());
    }
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
    };
    let (made, found) = (lines(&made), lines(&found));
    let is_same = |(made, found): &(&Vec<u8>, &Vec<u8>)| made == found;
    let line = made.iter().zip(&found).take_while(is_same).count();
    let shown = |lines: &[Vec<u8>]| {
        lines
            .get(line)
            .map_or("(the end)".into(), |line| String::from_utf8_lossy(line).into_owned())
    };
    bail!(
        "{}:{} differs from the generated file; run `cargo xtask vectors`\n  committed: {}\n  \
         generated: {}",
        committed.display(),
        line + 1,
        shown(&found),
        shown(&made)
    )
}

/// Checks the content of the committed vectors.
fn check_content(workspace: &Workspace) -> Result<()> {
    let files = cases::vector_files(workspace)?;
    check_schema(workspace, &files)?;
    check_counts(&files)?;
    let count = check_ids(&files)?;
    println!("{} files of cases are valid by their schema", files.len());
    println!("{}", suite::closing_line("vectors", count, 0));
    Ok(())
}

fn check_schema(workspace: &Workspace, files: &[VectorFile]) -> Result<()> {
    let path = format!("{}/{}", cases::FOLDER, cases::SCHEMA);
    let schema: Value =
        serde_json::from_str(&workspace.read(&path)?).context("the schema is not JSON")?;
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .build(&schema)
        .context("the schema is not valid")?;
    for file in files {
        if let Some(error) = validator.iter_errors(&file.content).next() {
            bail!("{}: {} is not valid by the schema: {error}", file.name, error.instance_path());
        }
    }
    Ok(())
}

fn check_counts(files: &[VectorFile]) -> Result<()> {
    for file in files {
        let (stated, counted) = (&file.content["count"], file.cases.len());
        ensure!(
            *stated == counted,
            "{}: `count` is {stated}, but the file has {counted} cases",
            file.name
        );
    }
    Ok(())
}

/// Checks that all ids differ, and returns the number of cases.
fn check_ids(files: &[VectorFile]) -> Result<usize> {
    let mut ids = HashSet::new();
    for case in files.iter().flat_map(|file| &file.cases) {
        ensure!(ids.insert(&case.id), "two cases have the id {}", case.id);
    }
    ensure!(
        ids.len() >= MINIMUM_CASES,
        "there are {} cases, fewer than the minimum of {MINIMUM_CASES}",
        ids.len()
    );
    Ok(ids.len())
}
