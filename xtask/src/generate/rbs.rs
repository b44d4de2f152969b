//! Ruby's types of the contract, for RBS.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::{Call, Contract, Parameter, SOURCE};

/// The methods of all results.
const RESULT: &str = "
  # The methods of all results. Only the gem makes results, and this class is private.
  class Result
    def ==: (untyped other) -> bool
    alias eql? ==
    def hash: () -> Integer
    def to_h: () -> Hash[Symbol, untyped]
    def deconstruct_keys: (Array[Symbol]? names) -> Hash[Symbol, untyped]
    def as_json: (*untyped) -> Hash[String, untyped]
    def to_json: (*untyped arguments) -> String
    def inspect: () -> String
    def dup: () -> self
    def clone: (?freeze: bool?) -> self
  end
";

/// The embed's methods. Its HTML is a method, so that templates can use the embed as a string.
const EMBED: &str = "
    def html: () -> String
    alias to_s html
    alias html_safe html
    def html_safe?: () -> true
";

/// Returns the signatures of the gem.
pub(super) fn signatures(contract: &Contract) -> Result<String> {
    let mut text = format!(
        "# Signs and verifies who a logged-in customer is, for help desks.\n#\n# {SOURCE}\n\
         module Deskseal\n  VERSION: String\n\n  \
         # Unix seconds, or a Time, whose fraction of a second is dropped.\n  \
         type time = Integer | Time\n\n  \
         # A replaced secret, and when it expires.\n  \
         type previous = [ String?, time ]\n\n  \
         # The name of a secret's variable, or several names for the same secret.\n  \
         type names = String | Array[String]\n\n  \
         # What agents see of a customer, by name. Results have names that are String.\n  \
         type attributes = Hash[String | Symbol, String | Integer | bool]\n\n"
    );
    for call in contract.call.iter().filter(|call| call.class.is_none()) {
        writeln!(text, "  def self.{}", method(contract, call)?)?;
    }
    text.push_str(&errors(contract)?);
    for class in ["Signer", "Verifier"] {
        let of_class = |call: &&Call| call.class.as_deref() == Some(class);
        let (constructors, methods): (Vec<&Call>, Vec<&Call>) =
            contract.call.iter().filter(of_class).partition(|call| call.name == "from_env");
        writeln!(text, "\n  class {class}")?;
        for call in constructors {
            writeln!(text, "    def self.{}\n", method(contract, call)?)?;
        }
        for call in methods {
            writeln!(text, "    def {}", method(contract, call)?)?;
        }
        text.push_str("    def inspect: () -> String\n  end\n");
    }
    text.push_str(RESULT);
    for (name, fields) in &contract.results {
        writeln!(text, "\n  class {name} < Result")?;
        for field in
            fields.iter().filter(|field| (name.as_str(), field.name.as_str()) != ("Embed", "html"))
        {
            writeln!(text, "    attr_reader {}: {}", field.name, type_of(contract, &field.kind)?)?;
        }
        if name == "Embed" {
            text.push_str(EMBED);
        }
        text.push_str("  end\n");
    }
    text.push_str("end\n");
    Ok(text)
}

fn errors(contract: &Contract) -> Result<String> {
    let mut text = "\n  class Error < StandardError\n".to_owned();
    let own = contract.error_classes.fields.iter().filter(|field| field.name != "message");
    let mut keywords = String::new();
    for field in own {
        let kind = type_of(contract, &field.kind)?;
        writeln!(text, "    attr_reader {}: {kind}", field.name)?;
        let optional = if field.name == "code" { "" } else { "?" };
        write!(keywords, ", {optional}{}: {kind}", field.name)?;
    }
    writeln!(text, "\n    def initialize: (?String? message{keywords}) -> void\n  end")?;
    for class in ["SecretError", "InputError", "VerificationError"] {
        writeln!(text, "\n  class {class} < Error\n  end")?;
    }
    Ok(text)
}

/// Returns a method's name and type.
fn method(contract: &Contract, call: &Call) -> Result<String> {
    let (name, returns) = match call.name.as_str() {
        "new" => ("initialize", "void".to_owned()),
        "from_env" => ("from_env", "instance".to_owned()),
        name => (name, type_of(contract, &call.returns)?),
    };
    let parameters = call.parameters.iter().map(|parameter| typed(contract, parameter));
    let parameters = parameters.collect::<Result<Vec<_>>>()?;
    Ok(format!("{name}: ({}) -> {returns}", parameters.join(", ")))
}

fn typed(contract: &Contract, parameter: &Parameter) -> Result<String> {
    let Parameter { name, kind, by, default, .. } = parameter;
    let type_ = type_of(contract, kind)?;
    Ok(match by.as_str() {
        "position" => format!("{type_} {name}"),
        _ if default.is_some() || kind.ends_with('?') => format!("?{name}: {type_}"),
        _ => format!("{name}: {type_}"),
    })
}

/// Returns a type of the contract in RBS.
fn type_of(contract: &Contract, kind: &str) -> Result<String> {
    if let Some(kind) = kind.strip_suffix('?') {
        return Ok(type_of(contract, kind)? + "?");
    }
    if let Some(kind) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        return Ok(format!("Array[{}]", type_of(contract, kind)?));
    }
    Ok(match kind {
        "text" | "received" => "String",
        "secret" => "String?",
        "integer" => "Integer",
        "flag" => "bool",
        "map" => "Hash[String, String]",
        "time" | "previous" | "names" | "attributes" => kind,
        result if contract.results.contains_key(result) => result,
        other => bail!("the contract has no type {other}"),
    }
    .to_owned())
}
