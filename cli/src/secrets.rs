//! Reads secrets from the environment, a file or standard input; never from an argument.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};

use deskseal::{Parameter, PreviousSecret, Secret};
use zeroize::Zeroizing;

use crate::arguments::{OtherSecrets, PreviousSecrets, SecretSource};
use crate::escape::escaped;
use crate::output::Failure;

/// The longest file or input that is read as a secret, so that a wrong path cannot fill the memory.
const MAX_BYTES: u64 = 64 * 1024;

/// Returns the secret of e-mail signatures, the Ticket Center's.
pub(crate) fn email_secret(source: &SecretSource) -> Result<Secret, Failure> {
    secret(source, &Secret::TICKET_CENTER_VARIABLES)
}

/// Returns the secret of link signatures, the ticket portal's.
pub(crate) fn link_secret(source: &SecretSource) -> Result<Secret, Failure> {
    secret(source, &Secret::PORTAL_VARIABLES)
}

/// Returns the secret of identity tokens.
pub(crate) fn token_secret(source: &SecretSource) -> Result<Secret, Failure> {
    secret(source, &Secret::IDENTITY_VARIABLES)
}

/// Returns the secrets to search for, each with a label: the one that the arguments name, or those of all
/// default variables that are set.
pub(crate) fn texts_to_find(
    source: &SecretSource,
) -> Result<Vec<(String, Zeroizing<String>)>, Failure> {
    if let Some(written) = written_secret(source)? {
        Secret::new(written.as_str())?;
        return Ok(vec![("the secret".to_owned(), written)]);
    }
    let names: Vec<&str> = match &source.variable {
        Some(name) => vec![text(Parameter::Secret, name)?],
        None => Secret::usual_variables().filter(|name| std::env::var_os(name).is_some()).collect(),
    };
    names
        .into_iter()
        .map(|name| {
            Secret::from_env(name)?;
            let value = std::env::var(name).unwrap_or_default();
            Ok((name.to_owned(), Zeroizing::new(value)))
        })
        .collect()
}

/// Returns the previous secrets, each with the time when it expires.
pub(crate) fn previous_secrets(previous: &PreviousSecrets) -> Result<Vec<PreviousSecret>, Failure> {
    previous.previous_env.iter().map(previous_secret).collect()
}

/// Returns the secrets that are used for something else.
pub(crate) fn other_secrets(others: &OtherSecrets) -> Result<Vec<Secret>, Failure> {
    others
        .other_env
        .iter()
        .map(|name| Ok(Secret::from_env(text(Parameter::Secret, name)?)?))
        .collect()
}

/// Returns the argument as text, or the error of this parameter if it is not UTF-8.
pub(crate) fn text(parameter: Parameter, argument: &OsStr) -> Result<&str, Failure> {
    Ok(parameter.decode(argument.as_encoded_bytes())?)
}

fn secret(source: &SecretSource, usual_variables: &[&str]) -> Result<Secret, Failure> {
    if let Some(written) = written_secret(source)? {
        return Ok(Secret::new(written.as_str())?);
    }
    Ok(match &source.variable {
        Some(name) => Secret::from_env(text(Parameter::Secret, name)?)?,
        None => Secret::from_first_env(usual_variables)?,
    })
}

/// Returns the content of the file or of standard input, if the arguments name one of them.
fn written_secret(source: &SecretSource) -> Result<Option<Zeroizing<String>>, Failure> {
    let (line, name) = if let Some(path) = &source.file {
        (File::open(path).and_then(without_line_break), escaped(path))
    } else if source.stdin {
        (without_line_break(io::stdin().lock()), "standard input".to_owned())
    } else {
        return Ok(None);
    };
    let line = line
        .map_err(|error| Failure::io(format_args!("cannot read the secret from {name}"), &error))?;
    let text = Parameter::Secret.decode(&line)?;
    Ok(Some(Zeroizing::new(text.to_owned())))
}

/// Reads everything, and drops one line break at the end.
fn without_line_break(reader: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is longer than 64 KiB, so it is not a secret; check the path",
        ));
    }
    if bytes.ends_with(b"\n") {
        bytes.pop();
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
    }
    Ok(bytes)
}

/// Reads `NAME=UNIX_SECOND`.
fn previous_secret(variable: &OsString) -> Result<PreviousSecret, Failure> {
    let variable = text(Parameter::Secret, variable)?;
    let Some((name, expires_at)) = variable.rsplit_once('=') else {
        return Err(Failure::Usage(
            "--previous-env needs NAME=UNIX_SECOND: the variable of the previous secret, and the Unix \
             second when that secret expires"
                .to_owned(),
        ));
    };
    let secret = Secret::from_env(name)?;
    // A text that is not a number gets the same error as a number that is out of range.
    let expires_at = expires_at.parse().unwrap_or(i64::MIN);
    Ok(PreviousSecret::new(secret, expires_at)?)
}
