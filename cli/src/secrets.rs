//! Where secrets come from: the environment, a file or standard input, never an argument.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};

use deskseal::{Parameter, PreviousSecret, Secret};
use zeroize::Zeroizing;

use crate::arguments::{OtherSecrets, PreviousSecrets, SecretSource};
use crate::output::Failure;
use crate::printed::printed;

/// No secret is longer; a wrong path must not fill the memory.
const MAX_BYTES: u64 = 64 * 1024;

/// Returns the secret of the e-mail seal.
pub(crate) fn email_secret(source: &SecretSource) -> Result<Secret, Failure> {
    secret(source, &Secret::TICKET_CENTER_VARIABLES)
}

/// Returns the secret of the link seal.
pub(crate) fn link_secret(source: &SecretSource) -> Result<Secret, Failure> {
    secret(source, &Secret::PORTAL_VARIABLES)
}

/// Returns the texts to search for, each with its label: the secret that is asked for, or every usual
/// variable's that is set.
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

/// Returns the previous secrets with their expiries.
pub(crate) fn previous_secrets(previous: &PreviousSecrets) -> Result<Vec<PreviousSecret>, Failure> {
    previous.previous_env.iter().map(previous_secret).collect()
}

/// Returns the secrets of other purposes.
pub(crate) fn other_secrets(others: &OtherSecrets) -> Result<Vec<Secret>, Failure> {
    others
        .other_env
        .iter()
        .map(|name| Ok(Secret::from_env(text(Parameter::Secret, name)?)?))
        .collect()
}

/// Returns the argument as text.
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

/// Returns what the file or standard input holds, if one of them is asked for.
fn written_secret(source: &SecretSource) -> Result<Option<Zeroizing<String>>, Failure> {
    let (line, place) = if let Some(path) = &source.file {
        (File::open(path).and_then(without_line_break), printed(path))
    } else if source.stdin {
        (without_line_break(io::stdin().lock()), "standard input".to_owned())
    } else {
        return Ok(None);
    };
    let line = line.map_err(|error| Failure::io(format_args!("{place} cannot be read"), &error))?;
    let text = Parameter::Secret.decode(&line)?;
    Ok(Some(Zeroizing::new(text.to_owned())))
}

/// Returns all that there is, without one line break at its end.
fn without_line_break(reader: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "more than 64 KiB is no secret"));
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
            "--previous-env takes NAME=UNIX_SECOND: a variable, and when its secret is dead"
                .to_owned(),
        ));
    };
    let secret = Secret::from_env(name)?;
    // What is not a number is no Unix second either, and is refused as one that is out of range.
    let expires_at = expires_at.parse().unwrap_or(i64::MIN);
    Ok(PreviousSecret::new(secret, expires_at)?)
}
