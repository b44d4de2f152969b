//! Ruby: the constants.

use std::fmt::Write as _;

use anyhow::Result;

use super::{Constant, Contract, SOURCE, WIDTH, double_quoted, filled};

pub(super) fn constants(contract: &Contract) -> Result<String> {
    let mut text = format!(
        "# frozen_string_literal: true\n\nmodule Deskseal\n  # The constants of the contract.\n  #\n  # {SOURCE}\n  #\n  \
         # @api private\n  module Contract\n"
    );
    for (name, constant) in &contract.constants {
        let name = name.to_uppercase();
        match constant {
            Constant::Text(value) => writeln!(text, "    {name} = {}", double_quoted(value))?,
            Constant::Number(value) => writeln!(text, "    {name} = {value}")?,
            Constant::Texts(values) => {
                writeln!(text, "    {name} = %w[")?;
                for line in filled(values, WIDTH - 6) {
                    writeln!(text, "      {line}")?;
                }
                text.push_str("    ].freeze\n");
            }
            Constant::Map(values) => {
                writeln!(text, "    {name} = {{")?;
                for (key, value) in values {
                    writeln!(text, "      {} => {},", double_quoted(key), double_quoted(value))?;
                }
                text.push_str("    }.freeze\n");
            }
        }
    }
    text.push_str("  end\n  private_constant :Contract\nend\n");
    Ok(text)
}
