//! Go: the codes, and the constants in a package of their own, which the package for net/http reads too.

use std::fmt::Write as _;

use anyhow::Result;

use super::{Constant, Contract, SOURCE};

/// Words that Go writes in capitals.
const INITIALISMS: [&str; 13] = [
    "ascii", "html", "http", "id", "json", "md5", "nfc", "nfd", "sha1", "sha384", "sha512", "url",
    "utf16",
];

pub(super) fn constants(contract: &Contract) -> Result<String> {
    let mut text = format!(
        "// Package contract has the constants of the contract.\n//\n// {SOURCE}\npackage contract\n"
    );
    for (name, constant) in &contract.constants {
        let name = pascal_case(name);
        match constant {
            Constant::Text(value) => write!(text, "\nconst {name} = {value:?}\n")?,
            Constant::Number(value) => write!(text, "\nconst {name} = {value}\n")?,
            Constant::Texts(values) => {
                write!(text, "\nvar {name} = []string{{\n")?;
                for value in values {
                    writeln!(text, "\t{value:?},")?;
                }
                text.push_str("}\n");
            }
            Constant::Map(values) => {
                let width = values.keys().map(String::len).max().unwrap_or_default() + 3;
                write!(text, "\nvar {name} = map[string]string{{\n")?;
                for (key, value) in values {
                    writeln!(text, "\t{:width$} {value:?},", format!("{key:?}:"))?;
                }
                text.push_str("}\n");
            }
        }
    }
    Ok(text)
}

pub(super) fn codes(contract: &Contract) -> Result<String> {
    let mut text = format!("// {SOURCE}\n\npackage deskseal\n");
    list(&mut text, "The codes of errors, by kind (SPEC 7.1).", "Code", &contract.all_codes())?;
    let findings = contract.all_findings()?;
    list(&mut text, "The codes of findings (SPEC 8), in their order.", "Finding", &findings)?;
    Ok(text)
}

/// Adds the codes as constants, whose names begin with `prefix`, aligned as gofmt does.
fn list(text: &mut String, comment: &str, prefix: &str, codes: &[&str]) -> Result<()> {
    let kind = if prefix == "Code" { "Code" } else { "FindingCode" };
    let names: Vec<String> =
        codes.iter().map(|code| format!("{prefix}{}", pascal_case(code))).collect();
    let width = names.iter().map(String::len).max().unwrap_or_default();
    write!(text, "\n// {comment}\nconst (\n")?;
    for (name, code) in names.iter().zip(codes) {
        writeln!(text, "\t{name:width$} {kind} = {code:?}")?;
    }
    text.push_str(")\n");
    Ok(())
}

fn pascal_case(name: &str) -> String {
    name.split('_').map(capitalized).collect()
}

fn capitalized(word: &str) -> String {
    if INITIALISMS.contains(&word) {
        return word.to_uppercase();
    }
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_uppercase() + rest
}
