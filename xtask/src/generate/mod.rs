//! `cargo xtask generate`: what repeats the API contract, in each language's words.
//!
//! The contract is the source; nothing here is edited by hand. Files are made whole; of others the lists of the
//! package's names, and of the packages' READMEs the tables of error codes, row by row.

mod go;
mod jvm;
mod node;
mod php;
mod python;
mod rbs;
mod ruby;
mod widget;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use fs_err as fs;
use serde::Deserialize;

use crate::api;
use crate::suite;
use crate::wasm;
use crate::workspace::Workspace;

/// What to do.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compare with what is committed, byte for byte, and write nothing.
    #[arg(long)]
    check: bool,
}

/// A file, and what it holds.
type Output = (&'static str, fn(&Contract) -> Result<String>);

const OUTPUTS: &[Output] = &[
    ("bindings/go/codes.go", go::codes),
    ("bindings/go/internal/contract/contract.go", go::constants),
    ("bindings/jvm/src/main/java/com/deskseal/Contract.java", jvm::constants),
    ("bindings/jvm/src/main/java/com/deskseal/ErrorCodes.java", jvm::error_codes),
    ("bindings/jvm/src/main/java/com/deskseal/FindingCodes.java", jvm::finding_codes),
    ("bindings/node/contract.cjs", node::constants),
    ("bindings/node/defaults.mjs", node::defaults),
    ("bindings/node/codes.d.cts", node::codes),
    ("bindings/python/python/deskseal/_contract.py", python::constants),
    ("bindings/ruby/lib/deskseal/contract.rb", ruby::constants),
    ("bindings/ruby/sig/deskseal.rbs", rbs::signatures),
    ("bindings/php/library/src/Contract.php", php::constants),
    ("server/embed/src/contract.ts", widget::options),
];

/// A README, and how the row of a kind begins in it.
type Table = (&'static str, fn(Kind) -> &'static str);

/// READMEs with a table whose rows begin with a class of errors and end with its codes.
const TABLES: &[Table] = &[
    ("bindings/python/README.md", |kind| match kind {
        Kind::Secret => "| `SecretError` |",
        Kind::Input => "| `InputError`, also a `ValueError` |",
        Kind::Verification => "| `VerificationError` |",
    }),
    ("bindings/ruby/README.md", |kind| match kind {
        Kind::Secret => "| `Deskseal::SecretError` |",
        Kind::Input => "| `Deskseal::InputError` |",
        Kind::Verification => "| `Deskseal::VerificationError` |",
    }),
    ("bindings/go/README.md", |kind| match kind {
        Kind::Secret => "| `KindSecret` |",
        Kind::Input => "| `KindInput` |",
        Kind::Verification => "| `KindVerification` |",
    }),
    ("bindings/jvm/README.md", |kind| match kind {
        Kind::Secret => "| `SecretException` |",
        Kind::Input => "| `InputException` |",
        Kind::Verification => "| `VerificationException` |",
    }),
    ("bindings/php/README.md", |kind| match kind {
        Kind::Secret => "| `SecretException` |",
        Kind::Input => "| `InputException` |",
        Kind::Verification => "| `VerificationException` |",
    }),
];

/// A list in a file that is written by hand otherwise: the line before it, its own lines, and the line behind it.
type List = (&'static str, fn(&Contract) -> Vec<String>, &'static str);

const LISTS: &[(&str, &[List])] = &[
    (
        "bindings/python/python/deskseal/__init__.py",
        &[
            ("    from deskseal._deskseal import (", python::imports, "    )"),
            ("__all__ = [", python::exports, "]"),
        ],
    ),
    ("bindings/python/src/lib.rs", &[("    use crate::results::{", python::results, "    };")]),
];

const SOURCE: &str = "Generated from tests/api.toml by `cargo xtask generate`; change it there.";

/// How wide a line may be in the generated files.
const WIDTH: usize = 100;

/// What is read of the contract here.
#[derive(Deserialize)]
struct Contract {
    version: String,
    errors: Errors,
    findings: BTreeMap<String, Vec<String>>,
    error_classes: ErrorClasses,
    constants: BTreeMap<String, Constant>,
    results: BTreeMap<String, Vec<Field>>,
    call: Vec<Call>,
}

#[derive(Deserialize)]
struct ErrorClasses {
    base: String,
    secret: String,
    input: String,
    verification: String,
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Errors {
    secret: Vec<String>,
    input: Vec<String>,
    verification: Vec<String>,
}

#[derive(Clone, Copy)]
enum Kind {
    Secret,
    Input,
    Verification,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Constant {
    Text(String),
    Number(u16),
    Texts(Vec<String>),
    Map(BTreeMap<String, String>),
}

#[derive(Deserialize)]
struct Call {
    class: Option<String>,
    name: String,
    parameters: Vec<Parameter>,
    returns: String,
    visitor_errors: Vec<String>,
}

#[derive(Deserialize)]
struct Parameter {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    by: String,
    default: Option<toml::Value>,
    pattern: Option<String>,
}

impl Contract {
    fn read(workspace: &Workspace) -> Result<Self> {
        api::contract(workspace)?.try_into().context("the contract is not as expected")
    }

    fn codes(&self, kind: Kind) -> &[String] {
        match kind {
            Kind::Secret => &self.errors.secret,
            Kind::Input => &self.errors.input,
            Kind::Verification => &self.errors.verification,
        }
    }

    fn all_codes(&self) -> Vec<&str> {
        let kinds = [Kind::Secret, Kind::Input, Kind::Verification];
        kinds.into_iter().flat_map(|kind| self.codes(kind)).map(String::as_str).collect()
    }

    /// Returns the codes of input that are a verification's where the visitor sent the value (SPEC 7.1).
    fn codes_of_visitors(&self) -> Vec<&str> {
        let sent: BTreeSet<&String> =
            self.call.iter().flat_map(|call| &call.visitor_errors).collect();
        self.errors.input.iter().filter(|code| sent.contains(code)).map(String::as_str).collect()
    }

    fn all_findings(&self) -> Result<Vec<&str>> {
        // The order of SPEC 8.
        let subjects =
            ["question", "email", "secret", "call", "written_signature", "link", "identity_token"];
        ensure!(
            self.findings.len() == subjects.len(),
            "the contract has another subject of findings"
        );
        let codes =
            subjects.map(|subject| self.findings.get(subject).context("a subject is missing"));
        let codes = codes.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(codes.into_iter().flatten().map(String::as_str).collect())
    }

    /// Returns the names of functions and classes, but for those of errors, in the order of their bytes.
    fn names(&self) -> BTreeSet<&str> {
        let callable = self.call.iter().map(|call| call.class.as_ref().unwrap_or(&call.name));
        self.results.keys().chain(callable).map(String::as_str).collect()
    }

    /// Returns an option of the embed: its default, and its pattern if it has one.
    fn embed_option(&self, name: &str) -> Result<(&str, Option<&str>)> {
        let is_embed =
            |call: &&Call| call.class.as_deref() == Some("Signer") && call.name == "ticket_center";
        let call = self.call.iter().find(is_embed).context("the contract has no ticket_center")?;
        let option = call.parameters.iter().find(|parameter| parameter.name == name);
        let option = option.with_context(|| format!("ticket_center has no {name}"))?;
        let default = option.default.as_ref().and_then(toml::Value::as_str);
        Ok((default.with_context(|| format!("{name} has no default"))?, option.pattern.as_deref()))
    }
}

/// Makes the files again, or checks them.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let contract = Contract::read(workspace)?;
    let outputs = OUTPUTS.iter().map(|(path, make)| Ok((*path, make(&contract)?)));
    let tables =
        TABLES.iter().map(|(path, row)| Ok((*path, with_rows(workspace, path, *row, &contract)?)));
    let lists = LISTS
        .iter()
        .map(|(path, lists)| Ok((*path, with_lists(workspace, path, lists, &contract)?)));
    let made = outputs.chain(tables).chain(lists).collect::<Result<Vec<_>>>()?;
    for (path, text) in &made {
        if workspace.read(path).is_ok_and(|current| current == *text) {
            continue;
        }
        if arguments.check {
            bail!("{path} is not what tests/api.toml says: run `cargo xtask generate`");
        }
        fs::write(workspace.path(path), text)?;
        println!("   {path} written");
    }
    println!("{}", suite::closing_line("generated", made.len(), 0));
    Ok(())
}

/// Checks the files.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    run(workspace, &Arguments { check: true })?;
    wasm::check_sources(workspace)
}

/// Returns the README with the last cell of each kind's row made again.
fn with_rows(
    workspace: &Workspace,
    path: &str,
    row: fn(Kind) -> &'static str,
    contract: &Contract,
) -> Result<String> {
    let mut lines: Vec<String> = workspace.read(path)?.lines().map(str::to_owned).collect();
    for kind in [Kind::Secret, Kind::Input, Kind::Verification] {
        let start = row(kind);
        let line = lines.iter_mut().find(|line| line.starts_with(start));
        let line = line.with_context(|| format!("{path} has no row that begins with {start}"))?;
        let whose = line[start.len()..].split('|').next().context("a row has cells")?.to_owned();
        let codes: Vec<String> =
            contract.codes(kind).iter().map(|code| format!("`{code}`")).collect();
        let more = match kind {
            Kind::Verification => ", and the caller's codes where the visitor sent the value",
            Kind::Secret | Kind::Input => "",
        };
        *line = format!("{start}{whose}| {}{more} |", codes.join(", "));
    }
    Ok(lines.join("\n") + "\n")
}

/// Returns the file with the lists made again.
fn with_lists(
    workspace: &Workspace,
    path: &str,
    lists: &[List],
    contract: &Contract,
) -> Result<String> {
    let mut text = workspace.read(path)?;
    for (before, list, behind) in lists {
        let start = text.find(&format!("\n{before}\n"));
        let start =
            start.with_context(|| format!("{path} has no line {before}"))? + before.len() + 2;
        let length = text[start..].find(&format!("{behind}\n")).context("a list has an end")?;
        let lines = list(contract).join("\n") + "\n";
        text.replace_range(start..start + length, &lines);
    }
    Ok(text)
}

/// Returns the text as a literal of JavaScript and PHP.
fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

/// Returns the text as a literal of Ruby and Python, which interpolates nothing.
fn double_quoted(text: &str) -> String {
    if text.contains(['"', '#', '\\']) { single_quoted(text) } else { format!("\"{text}\"") }
}

/// Returns words in lines of at most this width.
fn filled(words: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}
