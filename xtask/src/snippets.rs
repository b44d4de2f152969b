//! Runs `cargo xtask snippets`: compares how the usual code of each language trims and lowercases every
//! character.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;
use crate::setup;
use crate::suite;
use crate::workspace::Workspace;

const FOLDER: &str = "tests/snippets";

/// How a language's usual calls trim and lowercase every character.
struct Results {
    language: String,
    trimmed: BTreeSet<u32>,
    /// The lowercase form, as UTF-8 in hexadecimal digits, of every character that differs from it.
    lowercase: BTreeMap<u32, String>,
}

/// The number in a cell of the table.
type Count<'all> = &'all dyn Fn(&Results) -> usize;

/// Measures every language, and prints the README's table.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    suite::header("how the usual code of each language handles every character");
    let node = || setup::oracle(workspace)?.command(workspace);
    let all = [
        of_script(
            "Node",
            node()?.args(["-p", "process.versions.node"]),
            node()?.arg(path("node.mjs")),
        )?,
        of_script(
            "Python",
            setup::python()?.args(["-c", "import platform; print(platform.python_version())"]),
            setup::python()?.arg(path("python.py")),
        )?,
        of_script(
            "Ruby",
            setup::ruby()?.args(["-e", "puts RUBY_VERSION"]),
            setup::ruby()?.arg(path("ruby.rb")),
        )?,
        of_script(
            "PHP",
            setup::php()?.args(["-r", "echo PHP_VERSION;"]),
            setup::php()?.arg(path("php.php")),
        )?,
        of_this_compiler(workspace)?,
    ];
    println!("{}", table(&all));
    Ok(())
}

fn path(script: &str) -> String {
    format!("{FOLDER}/{script}")
}

fn of_script(language: &str, version: &mut Command, script: &mut Command) -> Result<Results> {
    let mut results = Results::new(format!("{language} {}", process::answer(version)?));
    for line in process::answer(script)?.lines() {
        let fields: Vec<_> = line.split(' ').collect();
        match fields[..] {
            ["trimmed", character] => {
                results.trimmed.insert(character.parse()?);
            }
            ["lower", character, lower] => {
                results.lowercase.insert(character.parse()?, lower.to_owned());
            }
            _ => anyhow::bail!("{} printed {line:?}", process::shown(script)),
        }
    }
    Ok(results)
}

fn of_this_compiler(workspace: &Workspace) -> Result<Results> {
    let rustc =
        process::answer(Command::new("rustc").arg("--version").current_dir(&workspace.root))?;
    let version = rustc.split(' ').nth(1).context("cannot read the version of rustc")?;
    let mut results = Results::new(format!("Rust {version}"));
    for character in '\0'..=char::MAX {
        let text = character.to_string();
        if text.trim().is_empty() {
            results.trimmed.insert(character.into());
        }
        let lower = text.to_lowercase();
        if lower != text {
            results
                .lowercase
                .insert(character.into(), base16ct::lower::encode_string(lower.as_bytes()));
        }
    }
    Ok(results)
}

/// Returns the table in Markdown. All languages are compared with the first one.
fn table(all: &[Results]) -> String {
    let [node, ..] = all else { return String::new() };
    let rows: [(&str, Count<'_>); 3] = [
        ("characters that the usual call trims", &|results| results.trimmed.len()),
        ("characters that only one of the two trims: this language or Node", &|results| {
            results.trimmed.symmetric_difference(&node.trimmed).count()
        }),
        ("characters whose lowercase differs from Node's", &|results| {
            results.lowercased_unlike(node)
        }),
    ];
    let mut table = String::from("| |");
    for results in all {
        let _ = write!(table, " {} |", results.language);
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(all.len()));
    for (name, count) in rows {
        let _ = write!(table, "\n| {name} |");
        for results in all {
            let _ = write!(table, " {} |", count(results));
        }
    }
    table
}

impl Results {
    fn new(language: String) -> Self {
        Self { language, trimmed: BTreeSet::new(), lowercase: BTreeMap::new() }
    }

    fn lowercased_unlike(&self, other: &Self) -> usize {
        let characters: BTreeSet<_> = self.lowercase.keys().chain(other.lowercase.keys()).collect();
        characters
            .into_iter()
            .filter(|character| self.lowercase.get(character) != other.lowercase.get(character))
            .count()
    }
}
