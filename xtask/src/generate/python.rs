//! Python: the constants and codes, and the lists of the package's names.

use std::fmt::Write as _;

use anyhow::Result;

use super::{
    Constant, Contract, ErrorClasses, SOURCE, WIDTH, double_quoted, filled, single_quoted,
};

pub(super) fn constants(contract: &Contract) -> Result<String> {
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
            Constant::Map(values) => {
                writeln!(text, "{name}: Final = {{")?;
                for (key, value) in values {
                    writeln!(text, "    {}: {},", python_quoted(key), python_quoted(value))?;
                }
                text.push_str("}\n");
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

/// Returns the text as a literal of Python: with the quotes that need no escape, as its formatters want.
fn python_quoted(text: &str) -> String {
    if text.contains('\\') {
        format!("r\"{text}\"")
    } else if text.contains('"') {
        single_quoted(text)
    } else {
        double_quoted(text)
    }
}

/// Returns what `__init__.py` has of the compiled part.
pub(super) fn imports(contract: &Contract) -> Vec<String> {
    contract.names().iter().map(|name| format!("        {name},")).collect()
}

/// Returns what the package exports.
pub(super) fn exports(contract: &Contract) -> Vec<String> {
    let ErrorClasses { base, secret, input, verification, .. } = &contract.error_classes;
    let mut names = contract.names();
    names.extend([base, secret, input, verification].map(String::as_str));
    names.iter().map(|name| format!("    \"{name}\",")).collect()
}

/// Returns what the compiled part exports of its results, as rustfmt writes it.
pub(super) fn results(contract: &Contract) -> Vec<String> {
    let names: Vec<String> = contract.results.keys().map(|name| format!("{name},")).collect();
    filled(&names, WIDTH - 9).iter().map(|line| format!("        {line}")).collect()
}
