//! Reads variables from the environment and from `.env` files.

use std::fmt;

use deskseal::{Error, Secret};
use zeroize::Zeroizing;

/// Where a variable is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Location {
    /// The environment of this command.
    Environment,
    /// A line of a file.
    File {
        /// The file's name.
        name: String,
        line: usize,
    },
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => formatter.write_str("the environment"),
            Self::File { name, line } => write!(formatter, "{name}:{line}"),
        }
    }
}

/// A variable with its value, which is never printed.
#[derive(Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: Zeroizing<String>,
    pub(super) location: Location,
}

impl Variable {
    /// Returns the environment's variable of this name. Bytes that are not UTF-8 are replaced.
    pub(super) fn from_environment(name: &str) -> Option<Self> {
        let value = std::env::var_os(name)?;
        Some(Self {
            name: name.to_owned(),
            value: Zeroizing::new(value.to_string_lossy().into_owned()),
            location: Location::Environment,
        })
    }

    /// Returns the variable's secret, if it is valid.
    ///
    /// # Errors
    /// Those of [`Secret::from_named`].
    pub(super) fn secret(&self) -> Result<Secret, Error> {
        match self.location {
            Location::Environment => Secret::from_env(&self.name),
            Location::File { .. } => Secret::from_named(&self.name, Some(&self.value)),
        }
    }
}

/// What stands for a name that is not printed.
pub(super) const UNNAMED: &str = "the named variable";

/// Returns a variable's name for printing. An unusual name is not printed: a user may have passed the
/// secret itself by mistake.
pub(super) fn shown_name(name: &str) -> &'static str {
    Secret::usual_variables().find(|usual| *usual == name).unwrap_or(UNNAMED)
}

/// Tells whether a name is a default name, with or without a prefix, so that no part of it can be a secret.
pub(super) fn is_of_usual_name(name: &str) -> bool {
    let is_of_prefix = |one: char| one.is_ascii_uppercase() || one == '_';
    let prefix = Secret::usual_variables().find_map(|usual| name.strip_suffix(usual));
    prefix.is_some_and(|prefix| prefix.chars().all(is_of_prefix))
}

/// Returns the environment's variables.
pub(super) fn environment() -> Vec<Variable> {
    std::env::vars_os().filter_map(|(name, _)| Variable::from_environment(name.to_str()?)).collect()
}

/// How many variables of one file are read.
const MAX_VARIABLES: usize = 1_000;

/// How many bytes the `${NAME}` references of one file may add: a file could refer to a long value again
/// and again.
const MAX_REFERENCED: usize = 64 * 1024;

/// Returns the variables of a `.env` file: `NAME=value`, with or without `export`, quotes and a comment.
pub(super) fn parse(file: &str, text: &str) -> Vec<Variable> {
    let mut variables = Vec::new();
    let mut rest = text.trim_start_matches('\u{FEFF}');
    let mut line = 1;
    let mut bytes_left = MAX_REFERENCED;
    while !rest.is_empty() && variables.len() < MAX_VARIABLES {
        let (assignment, after) = next_assignment(rest);
        if let Some((name, value)) = assignment {
            let referenced = referenced_value(&value, &variables, bytes_left);
            bytes_left -= referenced.as_ref().map_or(0, |value| value.len());
            let value = referenced.unwrap_or(value);
            let location = Location::File { name: file.to_owned(), line };
            variables.push(Variable { name, value, location });
        }
        line += rest[..rest.len() - after.len()].matches('\n').count();
        rest = after;
    }
    variables
}

/// Expands a value of the form `${NAME}`, as the usual `.env` readers do, unless the result is too long.
fn referenced_value(
    value: &str,
    before: &[Variable],
    max_bytes: usize,
) -> Option<Zeroizing<String>> {
    let name = value.strip_prefix("${")?.strip_suffix('}')?;
    let from_environment = Variable::from_environment(name);
    let from_file = || before.iter().rev().find(|variable| variable.name == name);
    let variable = from_environment.as_ref().or_else(from_file)?;
    (variable.value.len() <= max_bytes).then(|| variable.value.clone())
}

/// Returns the assignment in the first line, if there is one, and the text after it.
fn next_assignment(text: &str) -> (Option<(String, Zeroizing<String>)>, &str) {
    let (line, after) = text.split_once('\n').unwrap_or((text, ""));
    let statement = line.trim_start();
    let statement = statement.strip_prefix("export ").unwrap_or(statement);
    let Some((name, value)) = statement.split_once('=') else { return (None, after) };
    let name = name.trim();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return (None, after);
    }
    let start = value.trim_start_matches([' ', '\t']);
    // A quoted value may continue on the next lines.
    let after_equals = &text[line.len() - start.len()..];
    let (value, after) = quoted(after_equals)
        .map_or_else(|| (unquoted(start), after), |(value, rest)| (value, next_line(rest)));
    (Some((name.to_owned(), Zeroizing::new(value))), after)
}

/// Returns a value in quotes, if both quotes are there, and the text after them.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|first| matches!(first, '\'' | '"' | '`'))?;
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((index, character)) = characters.next() {
        if character == quote {
            return Some((value, &text[index + 1..]));
        }
        if quote != '"' || character != '\\' {
            value.push(character);
            continue;
        }
        match characters.next()?.1 {
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            escaped => value.push(escaped),
        }
    }
    None
}

fn unquoted(text: &str) -> String {
    let end = if text.starts_with('#') { Some(0) } else { text.find(" #") };
    text[..end.unwrap_or(text.len())].trim_end().to_owned()
}

fn next_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, after)| after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<(String, String, usize)> {
        parse(".env", text)
            .into_iter()
            .map(|Variable { name, value, location }| match location {
                Location::File { line, .. } => (name, value.as_str().to_owned(), line),
                Location::Environment => panic!("{name} is from a file"),
            })
            .collect()
    }

    #[test]
    fn values_are_read_as_the_usual_env_file_readers_do() {
        let cases = [
            ("A=b", "b"),
            ("A = b ", "b"),
            ("export A=b", "b"),
            ("\u{FEFF}A=b\r", "b"),
            ("A=", ""),
            ("A= # nothing", ""),
            ("A=b # a comment", "b"),
            ("A=b#c", "b#c"),
            ("A='b # c' # a comment", "b # c"),
            ("A=\"b\\n\"", "b\n"),
            ("A='b\\n'", "b\\n"),
            ("A=\"b\\\"c\"", "b\"c"),
            ("A=\"b\nc\"", "b\nc"),
            ("A=`b`", "b"),
            ("A='b", "'b"),
            ("A=b=c", "b=c"),
        ];
        for (text, value) in cases {
            assert_eq!(parsed(text), [("A".to_owned(), value.to_owned(), 1)], "{text:?}");
        }
    }

    #[test]
    fn line_numbers_are_right_after_a_value_of_several_lines() {
        let variables = parsed("# a comment\nA=\"1\n2\"\n\nnot an assignment\nB=3\n");
        let expected =
            [("A".to_owned(), "1\n2".to_owned(), 2), ("B".to_owned(), "3".to_owned(), 6)];
        assert_eq!(variables, expected);
    }

    #[test]
    fn a_reference_is_replaced_by_the_variable_that_it_names() {
        let variables = parsed("A=b\nB=\"${A}\"\nC=${NOT_SET_ANYWHERE}\n");
        let values: Vec<_> = variables.iter().map(|(_, value, _)| value.as_str()).collect();
        assert_eq!(values, ["b", "b", "${NOT_SET_ANYWHERE}"]);
    }

    #[test]
    fn references_to_long_values_do_not_fill_the_memory() {
        let long = "x".repeat(MAX_REFERENCED / 2);
        let text = format!("A={long}\n") + &"B=${A}\n".repeat(999);
        let bytes: usize = parsed(&text).iter().map(|(_, value, _)| value.len()).sum();
        assert!(bytes <= text.len() + MAX_REFERENCED, "{bytes}");
    }

    #[test]
    fn a_line_without_a_valid_name_is_no_variable() {
        assert_eq!(parsed("=b\nA B=c\n#A=d\nA-B=e\n").len(), 0);
    }
}
