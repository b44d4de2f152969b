//! `cargo xtask snippets`: what the usual snippet of each language makes of every character.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;
use crate::setup;
use crate::suite;
use crate::workspace::Workspace;

const FOLDER: &str = "tests/snippets";

/// What a language's usual calls make of every character.
struct Answers {
    language: String,
    trimmed: BTreeSet<u32>,
    /// The lower case, as UTF-8 in hexadecimal digits, of every character that has another one.
    lowercase: BTreeMap<u32, String>,
}

/// What a row of the table counts.
type Count<'all> = &'all dyn Fn(&Answers) -> usize;

/// Measures every language and prints the table of the README.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    suite::header("what the usual snippets make of every character");
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

fn of_script(language: &str, version: &mut Command, script: &mut Command) -> Result<Answers> {
    let mut answers = Answers::new(format!("{language} {}", process::answer(version)?));
    for line in process::answer(script)?.lines() {
        let fields: Vec<_> = line.split(' ').collect();
        match fields[..] {
            ["trimmed", character] => {
                answers.trimmed.insert(character.parse()?);
            }
            ["lower", character, lower] => {
                answers.lowercase.insert(character.parse()?, lower.to_owned());
            }
            _ => anyhow::bail!("{} printed {line:?}", process::shown(script)),
        }
    }
    Ok(answers)
}

fn of_this_compiler(workspace: &Workspace) -> Result<Answers> {
    let rustc =
        process::answer(Command::new("rustc").arg("--version").current_dir(&workspace.root))?;
    let version = rustc.split(' ').nth(1).context("rustc does not say its version")?;
    let mut answers = Answers::new(format!("Rust {version}"));
    for character in '\0'..=char::MAX {
        let text = character.to_string();
        if text.trim().is_empty() {
            answers.trimmed.insert(character.into());
        }
        let lower = text.to_lowercase();
        if lower != text {
            answers
                .lowercase
                .insert(character.into(), base16ct::lower::encode_string(lower.as_bytes()));
        }
    }
    Ok(answers)
}

/// Returns the table in Markdown, with the first language to compare with.
fn table(all: &[Answers]) -> String {
    let [node, ..] = all else { return String::new() };
    let rows: [(&str, Count<'_>); 3] = [
        ("characters that the usual call trims", &|answers| answers.trimmed.len()),
        ("characters trimmed here or in Node, not in both", &|answers| {
            answers.trimmed.symmetric_difference(&node.trimmed).count()
        }),
        ("characters lowercased otherwise than in Node", &|answers| {
            answers.lowercased_unlike(node)
        }),
    ];
    let mut table = String::from("| |");
    for answers in all {
        let _ = write!(table, " {} |", answers.language);
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(all.len()));
    for (name, count) in rows {
        let _ = write!(table, "\n| {name} |");
        for answers in all {
            let _ = write!(table, " {} |", count(answers));
        }
    }
    table
}

impl Answers {
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
