//! `cargo xtask generate`: what repeats the API contract, in each language's words.
//!
//! The contract is the source; nothing here is edited by hand. Files are made whole, and the tables of error
//! codes in the packages' READMEs row by row.

mod rbs;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use crate::api;
use crate::files;
use crate::suite;
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
    ("bindings/node/contract.cjs", node),
    ("bindings/node/defaults.mjs", node_defaults),
    ("bindings/node/codes.d.cts", node_codes),
    ("bindings/python/python/deskseal/_contract.py", python),
    ("bindings/ruby/lib/deskseal/contract.rb", ruby),
    ("bindings/ruby/sig/deskseal.rbs", rbs::signatures),
    ("bindings/php/library/src/Contract.php", php),
    ("server/embed/src/contract.ts", widget),
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
    ("bindings/php/README.md", |kind| match kind {
        Kind::Secret => "| `SecretException` |",
        Kind::Input => "| `InputException` |",
        Kind::Verification => "| `VerificationException` |",
    }),
];

const SOURCE: &str = "Generated from tests/api.toml by `cargo xtask generate`; change it there.";

/// How wide a line may be in the generated files.
const WIDTH: usize = 100;

/// What is read of the contract here.
#[derive(Deserialize)]
struct Contract {
    errors: Errors,
    findings: BTreeMap<String, Vec<String>>,
    error_classes: ErrorClasses,
    constants: BTreeMap<String, Constant>,
    results: BTreeMap<String, Vec<Field>>,
    call: Vec<Call>,
}

#[derive(Deserialize)]
struct ErrorClasses {
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
        let subjects = ["question", "email", "secret", "call", "written_signature", "link"];
        ensure!(
            self.findings.len() == subjects.len(),
            "the contract has another subject of findings"
        );
        let codes =
            subjects.map(|subject| self.findings.get(subject).context("a subject is missing"));
        let codes = codes.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(codes.into_iter().flatten().map(String::as_str).collect())
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
    let made = outputs.chain(tables).collect::<Result<Vec<_>>>()?;
    for (path, text) in &made {
        if !arguments.check {
            files::write(&workspace.path(path), text)?;
        } else if workspace.read(path)? != *text {
            bail!("{path} is not what tests/api.toml says: run `cargo xtask generate`");
        }
    }
    println!("{}", suite::closing_line("generated", made.len(), 0));
    Ok(())
}

/// Checks the files.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    run(workspace, &Arguments { check: true })
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

fn node(contract: &Contract) -> Result<String> {
    let mut text = format!("'use strict'\n\n// {SOURCE}\n\nmodule.exports = Object.freeze({{\n");
    for (name, constant) in &contract.constants {
        let name = camel_case(name);
        match constant {
            Constant::Text(value) => writeln!(text, "  {name}: {},", single_quoted(value))?,
            Constant::Number(value) => writeln!(text, "  {name}: {value},")?,
            Constant::Texts(values) => {
                let start = format!("  {name}: Object.freeze([");
                text.push_str(&javascript_list(&start, "]),", values.iter().map(String::as_str)));
            }
        }
    }
    text.push_str("})\n");
    Ok(text)
}

fn node_defaults(contract: &Contract) -> Result<String> {
    let mut text = format!("// {SOURCE}\n\n");
    for name in ["container", "script_url"] {
        let (default, _) = contract.embed_option(name)?;
        writeln!(
            text,
            "export const DEFAULT_{} = {}",
            name.to_uppercase(),
            single_quoted(default)
        )?;
    }
    Ok(text)
}

fn node_codes(contract: &Contract) -> Result<String> {
    let mut text = format!("// {SOURCE}\n");
    let visitors = contract.codes_of_visitors();
    let verification = contract.errors.verification.iter().map(String::as_str).chain(visitors);
    let kinds: [(&str, &str, Vec<&str>); 4] = [
        ("Codes of `SecretError`", "SecretErrorCode", strs(&contract.errors.secret)),
        ("Codes of `InputError`", "InputErrorCode", strs(&contract.errors.input)),
        (
            "Codes of `VerificationError`: its own, and those of values that came from the visitor",
            "VerificationErrorCode",
            verification.collect(),
        ),
        ("Codes of findings (SPEC 8), in their order", "FindingCode", contract.all_findings()?),
    ];
    for (comment, name, codes) in kinds {
        write!(text, "\n/** {comment}. */\nexport type {name} =\n")?;
        for code in codes {
            writeln!(text, "  | '{code}'")?;
        }
    }
    text.push_str(
        "\n/** The codes of all errors (SPEC 7.1). */\n\
         export type ErrorCode = SecretErrorCode | InputErrorCode | VerificationErrorCode\n",
    );
    Ok(text)
}

fn python(contract: &Contract) -> Result<String> {
    let mut text = format!(
        "\"\"\"What the contract says: constants of integrations, and the stable codes.\"\"\"\n\n# {SOURCE}\n\n\
         from typing import Final, Literal, TypeAlias\n\n"
    );
    for (name, constant) in &contract.constants {
        let name = name.to_uppercase();
        match constant {
            Constant::Text(value) => writeln!(text, "{name}: Final = {}", python_quoted(value))?,
            Constant::Number(value) => writeln!(text, "{name}: Final = {value}")?,
            // The comma of a tuple of one is not what makes formatters break lines.
            Constant::Texts(values) if values.len() == 1 => {
                writeln!(text, "{name}: Final = ({},)", python_quoted(&values[0]))?;
            }
            Constant::Texts(values) => {
                writeln!(text, "{name}: Final = (")?;
                for value in values {
                    writeln!(text, "    {},", python_quoted(value))?;
                }
                text.push_str(")\n");
            }
        }
    }
    for (name, codes) in
        [("ErrorCode", contract.all_codes()), ("FindingCode", contract.all_findings()?)]
    {
        write!(text, "\n{name}: TypeAlias = Literal[\n")?;
        for code in codes {
            writeln!(text, "    {},", python_quoted(code))?;
        }
        text.push_str("]\n");
    }
    Ok(text)
}

fn ruby(contract: &Contract) -> Result<String> {
    let mut text = format!(
        "# frozen_string_literal: true\n\nmodule Deskseal\n  # What the contract says.\n  #\n  # {SOURCE}\n  #\n  \
         # @api private\n  module Contract\n"
    );
    for (name, constant) in &contract.constants {
        let name = name.to_uppercase();
        match constant {
            Constant::Text(value) => writeln!(text, "    {name} = {}", ruby_quoted(value))?,
            Constant::Number(value) => writeln!(text, "    {name} = {value}")?,
            Constant::Texts(values) => {
                writeln!(text, "    {name} = %w[")?;
                for line in filled(values, WIDTH - 6) {
                    writeln!(text, "      {line}")?;
                }
                text.push_str("    ].freeze\n");
            }
        }
    }
    text.push_str("  end\n  private_constant :Contract\nend\n");
    Ok(text)
}

fn php(contract: &Contract) -> Result<String> {
    let mut text = format!(
        "<?php\n\ndeclare(strict_types=1);\n\nnamespace Deskseal;\n\n/**\n * What the contract says.\n *\n * {SOURCE}\n *\n \
         * @internal\n */\nfinal class Contract\n{{\n"
    );
    for (name, constant) in &contract.constants {
        let name = name.to_uppercase();
        match constant {
            Constant::Text(value) => {
                writeln!(text, "    public const {name} = {};", single_quoted(value))?;
            }
            Constant::Number(value) => writeln!(text, "    public const {name} = {value};")?,
            Constant::Texts(values) => {
                writeln!(text, "    public const {name} = [")?;
                for value in values {
                    writeln!(text, "        {},", single_quoted(value))?;
                }
                text.push_str("    ];\n");
            }
        }
    }
    text.push_str("}\n");
    Ok(text)
}

fn widget(contract: &Contract) -> Result<String> {
    let mut text = format!("// {SOURCE}\n");
    let options = [("align", "align"), ("max_width", "maxWidth"), ("container", "container")];
    text.push_str("\nexport const DEFAULTS = {\n");
    for (name, spelled) in options {
        writeln!(text, "  {spelled}: {},", single_quoted(contract.embed_option(name)?.0))?;
    }
    text.push_str("}\n\nexport const FORMS = {\n");
    for (name, spelled) in options {
        let (_, pattern) = contract.embed_option(name)?;
        let pattern = pattern.with_context(|| format!("{name} has no pattern"))?;
        writeln!(text, "  {spelled}: /^(?:{pattern})$/,")?;
    }
    text.push_str("}\n");
    Ok(text)
}

fn strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut spelled = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        spelled.push_str(&first.to_uppercase());
        spelled.push_str(rest);
    }
    spelled
}

/// Returns the text as a literal of JavaScript and PHP.
fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

/// Returns the text as a literal of Python: with the quotes that need no escape, as its formatters want.
fn python_quoted(text: &str) -> String {
    if text.contains('"') { single_quoted(text) } else { ruby_quoted(text) }
}

/// Returns the text as a literal of Ruby, which interpolates nothing.
fn ruby_quoted(text: &str) -> String {
    if text.contains(['"', '#', '\\']) { single_quoted(text) } else { format!("\"{text}\"") }
}

/// Returns the list in one line, or one item a line where that is too wide.
fn javascript_list<'text>(
    start: &str,
    end: &str,
    values: impl Iterator<Item = &'text str>,
) -> String {
    let values: Vec<String> = values.map(single_quoted).collect();
    let line = format!("{start}{}{end}", values.join(", "));
    if line.len() <= WIDTH {
        return line + "\n";
    }
    let items = values.join(",\n    ");
    format!("{start}\n    {items},\n  {end}\n")
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
