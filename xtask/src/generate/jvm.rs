//! Java: the codes of errors and findings, and the constants.

use std::fmt::Write as _;

use anyhow::Result;

use super::{Constant, Contract, SOURCE};

pub(super) fn error_codes(contract: &Contract) -> Result<String> {
    let comment = "The codes of errors, by kind (SPEC 7.1). They do not change between versions.";
    codes("ErrorCodes", comment, &contract.all_codes())
}

pub(super) fn finding_codes(contract: &Contract) -> Result<String> {
    let comment = "The codes of findings (SPEC 8). They do not change between versions.";
    codes("FindingCodes", comment, &contract.all_findings()?)
}

fn codes(class: &str, comment: &str, codes: &[&str]) -> Result<String> {
    let mut text = head();
    write!(text, "\n/** {comment} */\npublic final class {class} {{\n")?;
    for code in codes {
        let name = code.to_uppercase();
        writeln!(text, "    /** The code {{@code {code}}}. */")?;
        write!(text, "    public static final String {name} = {code:?};\n\n")?;
    }
    write!(text, "    private {class}() {{}}\n}}\n")?;
    Ok(text)
}

pub(super) fn constants(contract: &Contract) -> Result<String> {
    let mut text = head();
    text.push_str("\nimport java.util.List;\nimport java.util.Map;\n\n/** The constants of the contract. */\n");
    write!(
        text,
        "final class Contract {{\n    static final String VERSION = {:?};\n\n",
        contract.version
    )?;
    for (name, constant) in &contract.constants {
        let name = name.to_uppercase();
        match constant {
            Constant::Text(value) => {
                write!(text, "    static final String {name} = {value:?};\n\n")?;
            }
            Constant::Number(value) => write!(text, "    static final int {name} = {value};\n\n")?,
            Constant::Texts(values) => {
                let values: Vec<String> =
                    values.iter().map(|value| format!("            {value:?}")).collect();
                writeln!(text, "    static final List<String> {name} = List.of(")?;
                write!(text, "{});\n\n", values.join(",\n"))?;
            }
            Constant::Map(values) => {
                let values: Vec<String> = values
                    .iter()
                    .map(|(key, value)| format!("            {key:?}, {value:?}"))
                    .collect();
                writeln!(text, "    static final Map<String, String> {name} = Map.of(")?;
                write!(text, "{});\n\n", values.join(",\n"))?;
            }
        }
    }
    text.push_str("    private Contract() {}\n}\n");
    Ok(text)
}

fn head() -> String {
    format!("// {SOURCE}\npackage com.deskseal;\n")
}
