//! The embed's widget: the options of its container.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::{Contract, SOURCE, single_quoted};

pub(super) fn options(contract: &Contract) -> Result<String> {
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
