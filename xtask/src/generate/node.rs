//! JavaScript: the constants, the embed's defaults, and the codes as types.

use std::fmt::Write as _;

use anyhow::Result;

use super::{Constant, Contract, SOURCE, WIDTH, single_quoted};

pub(super) fn constants(contract: &Contract) -> Result<String> {
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
            Constant::Map(values) => {
                writeln!(text, "  {name}: Object.freeze({{")?;
                for (key, value) in values {
                    writeln!(text, "    {}: {},", single_quoted(key), single_quoted(value))?;
                }
                text.push_str("  }),\n");
            }
        }
    }
    text.push_str("})\n");
    Ok(text)
}

pub(super) fn defaults(contract: &Contract) -> Result<String> {
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

pub(super) fn codes(contract: &Contract) -> Result<String> {
    let mut text = format!("// {SOURCE}\n");
    let visitors = contract.codes_of_visitors();
    let verification = contract.errors.verification.iter().map(String::as_str).chain(visitors);
    let kinds: [(&str, &str, Vec<&str>); 4] = [
        ("Codes of `SecretError`", "SecretErrorCode", strs(&contract.errors.secret)),
        ("Codes of `InputError`", "InputErrorCode", strs(&contract.errors.input)),
        (
            "Codes of `VerificationError`: its own, and those of values that the visitor sent",
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
