//! PHP: the constants.

use std::fmt::Write as _;

use anyhow::Result;

use super::{Constant, Contract, SOURCE, single_quoted};

pub(super) fn constants(contract: &Contract) -> Result<String> {
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
            Constant::Map(values) => {
                writeln!(text, "    public const {name} = [")?;
                for (key, value) in values {
                    writeln!(text, "        {} => {},", single_quoted(key), single_quoted(value))?;
                }
                text.push_str("    ];\n");
            }
        }
    }
    text.push_str("}\n");
    Ok(text)
}
