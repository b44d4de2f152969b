//! Checks that everything that `docs/ai-builder.md` and `llms.txt` name exists in the repository.

#![expect(clippy::disallowed_types, reason = "the command itself")]
#![expect(clippy::disallowed_methods, reason = "the repository's own paths")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ignore::WalkBuilder;
use serde_json::Value;

const GUIDE: &str = "docs/ai-builder.md";
const MAP: &str = "llms.txt";

/// The start of the table of the desk's codes.
const DESKS_TABLE: &str = "| the desk's code |";

/// Names from other projects, which are not elsewhere in this repository.
const FOREIGN_NAMES: [&str; 3] = ["<Link>", "node --env-file=.env", "<a>"];

/// Files and folders whose content the documents may name. Other tests run this content.
const SOURCES: [&str; 9] = [
    "bindings",
    "cli/src",
    "cli/README.md",
    "core/src",
    "examples",
    "server",
    "tests/api.toml",
    "SPEC.md",
    "README.md",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns everything that the documents may name, with one space for all whitespace.
fn sources() -> String {
    let mut text = String::new();
    for source in SOURCES {
        for entry in WalkBuilder::new(root().join(source)).hidden(false).build() {
            let path = entry.expect("an entry").into_path();
            // Binary files contain no names.
            if let Ok(content) = fs::read_to_string(&path) {
                text.push_str(&path.to_string_lossy());
                text.push('\n');
                text.push_str(&spaced(&content));
                text.push('\n');
            }
        }
    }
    text
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A document in three parts: prose, the prompt, and the lines of its other code blocks.
struct Document {
    prose: String,
    prompt: String,
    code: Vec<String>,
}

impl Document {
    fn read(path: &str) -> Self {
        let mut document = Self { prose: String::new(), prompt: String::new(), code: Vec::new() };
        let mut language = None;
        for line in read(path).lines() {
            match (line.trim().strip_prefix("```"), language.as_deref()) {
                (Some(begun), None) => language = Some(begun.to_owned()),
                (Some(_), Some(_)) => language = None,
                (None, None) => document.prose.extend([line, "\n"]),
                (None, Some("text")) => document.prompt.extend([line, "\n"]),
                (None, Some(_)) => document.code.push(spaced(line)),
            }
        }
        assert_eq!(language, None, "{path} has a block of code without an end");
        document.code.retain(|line| !line.is_empty());
        document
    }

    /// Returns the texts between backquotes.
    fn inline_code(&self) -> Vec<&str> {
        self.prose.split('`').skip(1).step_by(2).collect()
    }

    /// Returns the targets of links.
    fn links(&self) -> Vec<&str> {
        let targets = self.prose.split("](").skip(1);
        targets.map(|rest| rest.split(')').next().expect("a target")).collect()
    }
}

#[test]
fn every_link_leads_to_an_existing_file_and_heading() {
    for path in [GUIDE, MAP] {
        let document = Document::read(path);
        let folder = root().join(path).parent().expect("a folder").to_owned();
        assert!(document.links().len() > 15, "{path}");
        for link in document.links() {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = folder.join(file);
            assert!(target.exists(), "{path} links to {link}, which is not there");
            if !heading.is_empty() {
                let headings = headings(&fs::read_to_string(target).expect("a text"));
                assert!(headings.contains(heading), "{path} links to {link}: {headings:?}");
            }
        }
    }
}

/// Returns the anchors of a document's headings, as GitHub makes them.
fn headings(text: &str) -> BTreeSet<String> {
    let titles = text.lines().filter(|line| line.starts_with('#'));
    let name = |title: &str| {
        let title = title.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        title.chars().filter(|one| one.is_alphanumeric() || matches!(one, '-' | '_')).collect()
    };
    titles.map(name).collect()
}

#[test]
fn every_line_of_code_is_in_a_tested_file() {
    let sources = sources();
    let code = Document::read(GUIDE).code;
    assert!(code.len() > 60, "{} lines", code.len());
    for line in code {
        assert!(sources.contains(&line), "{GUIDE} has a line that nothing else has: {line}");
    }
}

#[test]
fn every_name_in_code_exists_elsewhere_in_the_repository() {
    let sources = sources();
    for path in [GUIDE, MAP] {
        let document = Document::read(path);
        // `…` stands for other names, or for the reader's own; only the parts around it are checked.
        let parts = document.inline_code().into_iter().flat_map(|name| name.split('…')).map(spaced);
        let unknown: Vec<String> = parts
            .filter(|part| !sources.contains(part) && !root().join(part).exists())
            .filter(|part| !FOREIGN_NAMES.contains(&part.as_str()) && !is_command(part))
            .collect();
        assert_eq!(unknown, [""; 0], "{path} has names that are nowhere else");
    }
}

/// Tells whether the text is a call of the command, or options of the doctor, that exist.
fn is_command(text: &str) -> bool {
    let call =
        if text.starts_with("--") { format!("deskseal doctor {text}") } else { text.to_owned() };
    let Some(arguments) = call.strip_prefix("deskseal ") else { return false };
    let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
    let commands: Vec<&str> = arguments.split(' ').take_while(is_word).collect();
    let help = help(&commands);
    let mut options = arguments.split(' ').filter(|word| word.starts_with("--"));
    !commands.is_empty() && options.all(|option| help.contains(option))
}

fn help(commands: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskseal"));
    let output = command.args(commands).arg("--help").output().expect("the command runs");
    assert!(output.status.success(), "deskseal {commands:?} is no command");
    String::from_utf8(output.stdout).expect("a help page")
}

#[test]
fn every_option_in_the_guide_is_an_option_of_the_doctor() {
    let document = Document::read(GUIDE);
    let help = help(&["doctor"]);
    let names = document.inline_code();
    let options: BTreeSet<&str> = names
        .iter()
        .flat_map(|name| name.split(' '))
        .filter(|word| word.starts_with("--") && !word.contains('='))
        .collect();
    for expected in ["--desk", "--email", "--signature", "--helpdesk-id", "--format"] {
        assert!(options.contains(expected), "{GUIDE} does not say what {expected} is for");
        assert!(help.contains(expected), "deskseal doctor has no {expected}");
    }
}

#[test]
fn every_variable_and_import_of_the_prompt_exists() {
    let sources = sources();
    let prompt = Document::read(GUIDE).prompt;
    let is_of_name = |one: char| one.is_ascii_alphanumeric() || "_./@".contains(one);
    let words: BTreeSet<&str> = prompt
        .split(|one| !is_of_name(one))
        .map(|word| word.trim_matches('.').trim_matches('/'))
        .filter(|word| {
            let is_path = word.contains('/') || word.contains('.') || word.starts_with('@');
            let is_variable = word.contains('_');
            is_path || is_variable || word.starts_with("deskseal")
        })
        .collect();
    assert!(words.len() > 40, "{words:?}");
    for word in words {
        assert!(sources.contains(word), "the prompt names {word}, which nothing here has");
    }
}

#[test]
fn the_prompt_and_the_guide_name_every_framework_that_has_an_example() {
    let document = Document::read(GUIDE);
    let map = read(MAP);
    let mut count = 0;
    for entry in fs::read_dir(root().join("examples")).expect("the examples") {
        let folder = entry.expect("an entry").path();
        if !folder.is_dir() {
            continue;
        }
        count += 1;
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(document.prose.contains(&format!("examples/{name}")), "{GUIDE}: examples/{name}");
        assert!(map.contains(&format!("examples/{name}/")), "{MAP}: examples/{name}");
        for framework in frameworks(&folder) {
            assert!(document.prompt.contains(&framework), "the prompt says nothing of {framework}");
            assert!(map.contains(&framework), "{MAP} says nothing of {framework}");
        }
    }
    assert!(count >= 8, "{count} examples");
}

/// Returns the frameworks that the doctor finds in an example.
fn frameworks(folder: &Path) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskseal"));
    command.arg("doctor").arg(folder).args(["--format", "json"]);
    let output = command.output().expect("the command runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let names = report["projects"][0]["frameworks"].as_array().expect("frameworks");
    assert!(!names.is_empty(), "no framework in {}", folder.display());
    names.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

#[test]
fn the_guide_explains_every_code_of_the_doctor_and_no_other() {
    let mut codes = codes_of_core();
    for entry in fs::read_dir(root().join("cli/src/doctor")).expect("the doctor") {
        let source = fs::read_to_string(entry.expect("an entry").path()).expect("a source");
        for call in ["note", "warning", "problem"] {
            let call = format!("Finding::{call}(");
            let firsts = source.split(&call).skip(1).map(str::trim_start);
            let named = firsts.filter_map(|rest| rest.strip_prefix('"')?.split('"').next());
            codes.extend(named.map(str::to_owned));
        }
    }
    let guide = read(GUIDE);
    let section = guide.split("## What the doctor says").nth(1).expect("the section");
    let table = section.split(DESKS_TABLE).next().expect("the first table");
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let firsts = rows.map(|row| row.trim_start_matches('|').split('|').next().expect("a column"));
    let explained: BTreeSet<String> =
        firsts.flat_map(|column| column.split('`').skip(1).step_by(2).map(str::to_owned)).collect();
    assert_eq!(explained, codes);
}

#[test]
fn the_guide_has_the_doctors_advice_for_each_code_of_a_desk() {
    let source = spaced(&read("cli/src/doctor/desk.rs"));
    let advice = source.split("const ADVICE").nth(1).expect("the advice");
    let advice = advice.split("];").next().expect("its end");
    // Every second part between quotes is a text: a code, then its advice.
    let texts: Vec<&str> = advice.split('"').skip(1).step_by(2).collect();
    let expected: Vec<String> =
        texts.chunks(2).map(|pair| format!("| `{}` | {} |", pair[0], pair[1])).collect();
    let guide = read(GUIDE);
    let table = guide.split(DESKS_TABLE).nth(1).expect("the second table");
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows, expected);
}

/// Returns the core's error codes for a secret in a variable.
fn codes_of_core() -> BTreeSet<String> {
    let contract = read("tests/api.toml");
    let contract: toml::Table = contract.parse().expect("the contract");
    let codes = contract["errors"]["secret"].as_array().expect("the codes of secrets");
    codes
        .iter()
        .map(|code| code.as_str().expect("a code").to_owned())
        .filter(|code| code != "secret_expiry_malformed")
        .collect()
}

#[test]
fn every_section_that_the_doctor_names_exists() {
    let guide = headings(&read(GUIDE));
    let source = read("cli/src/doctor/frameworks.rs");
    let sections: Vec<&str> = source
        .split("section: \"")
        .skip(1)
        .map(|rest| rest.split('"').next().expect("one"))
        .collect();
    assert!(sections.len() >= 8);
    for section in sections.into_iter().chain(["without-a-framework", "what-the-doctor-says"]) {
        assert!(guide.contains(section), "{GUIDE} has no section {section}");
    }
}

#[test]
fn llms_txt_has_the_conventional_structure() {
    let map = read(MAP);
    let mut blocks = map.split("\n\n");
    assert_eq!(blocks.next(), Some("# Deskseal"));
    assert!(
        blocks.next().is_some_and(|summary| summary.lines().all(|line| line.starts_with("> ")))
    );
    let lists = map.split("\n## ").skip(1);
    for list in lists {
        let (title, entries) = list.split_once("\n\n").expect("a list");
        for entry in entries.trim_end().lines() {
            let is_entry = entry.starts_with("- [") && entry.contains("): ");
            assert!(is_entry, "{MAP}, {title}: {entry}");
        }
    }
}
