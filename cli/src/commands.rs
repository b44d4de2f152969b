//! Runs the subcommands: reads the arguments, calls the crate `deskseal`, and reports the result.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};

use clap::CommandFactory;
use deskseal::{
    AttributeValue, EmbedOptions, Explanation, IdentityClaims, Parameter, Secret, Signer,
    Timestamp, Verifier, VerifierOptions, generate_secret, unix_now,
};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use url::Url;

use crate::arguments::{
    Arguments, Command, EmbedArguments, ExplainCommand, PreviousSecrets, ReceivedEmail,
    ReceivedLink, ReceivedToken, ScanArguments, SecretCommand, SignCommand, TokenArguments,
    VerifyCommand,
};
use crate::conform::{self, Answer as _};
use crate::doctor;
use crate::escape::escaped;
use crate::output::{self, Failure, Report, table};
use crate::scan::{self, Scanner};
use crate::secrets::{
    self, email_secret, link_secret, other_secrets, previous_secrets, text, token_secret,
};

/// Runs the subcommand that the arguments name.
pub(crate) fn run(arguments: Arguments) -> Result<Report, Failure> {
    match arguments.command {
        Command::Secret(SecretCommand::Generate) => secret_generate(),
        Command::Sign(SignCommand::Email { email, secret }) => {
            sign_email(&email, email_secret(&secret)?)
        }
        Command::Sign(SignCommand::Link { portal, user_id, timestamp, secret }) => {
            sign_link(&portal, &user_id, timestamp.as_deref(), link_secret(&secret)?)
        }
        Command::Sign(SignCommand::Token(arguments)) => sign_token(&arguments),
        Command::Verify(VerifyCommand::Email { received, secret }) => {
            verify_email(&received, email_secret(&secret)?)
        }
        Command::Verify(VerifyCommand::Link { received, secret }) => {
            verify_link(&received, link_secret(&secret)?)
        }
        Command::Verify(VerifyCommand::Token { received, secret }) => {
            verify_token(&received, token_secret(&secret)?)
        }
        Command::Explain(ExplainCommand::Email { received, secret, others }) => {
            explain_email(&received, email_secret(&secret)?, &other_secrets(&others)?)
        }
        Command::Explain(ExplainCommand::Link { received, secret, others }) => {
            explain_link(&received, link_secret(&secret)?, &other_secrets(&others)?)
        }
        Command::Explain(ExplainCommand::Token { received, secret, others }) => {
            explain_token(&received, token_secret(&secret)?, &other_secrets(&others)?)
        }
        Command::Embed(arguments) => embed(&arguments),
        Command::Scan(arguments) => scan(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments, is_issued_secret),
        Command::Completions { shell } => Ok(completions(shell)),
        Command::Conform => conform::serve(io::stdin().lock(), io::stdout().lock())
            .map(|()| Report::silent())
            .map_err(|error| Failure::io("cannot read a request or write a response", &error)),
    }
}

fn secret_generate() -> Result<Report, Failure> {
    let secret = generate_secret()
        .map_err(|error| Failure::io("cannot read the operating system's random source", &error))?;
    Ok(Report::exact(secret.as_str(), json!({ "secret": secret.as_str() })))
}

fn sign_email(email: &OsStr, secret: Secret) -> Result<Report, Failure> {
    let signed = Signer::new(secret).sign_email(text(Parameter::Email, email)?)?;
    let text =
        table(&[("email", signed.email.as_str()), ("signature", &signed.signature.to_hex())]);
    Ok(Report::new(text, signed.to_json()))
}

fn sign_link(
    portal: &OsStr,
    user_id: &OsStr,
    timestamp: Option<&OsStr>,
    secret: Secret,
) -> Result<Report, Failure> {
    let portal = text(Parameter::PortalUrl, portal)?;
    let user_id = text(Parameter::UserId, user_id)?;
    let timestamp = second_or_now(timestamp)?;
    let link = Signer::new(secret).portal_link(portal, user_id, timestamp)?;
    let json = json!({ "link": link, "user_id": user_id, "timestamp": timestamp });
    Ok(Report::exact(link, json))
}

fn sign_token(arguments: &TokenArguments) -> Result<Report, Failure> {
    let secret = token_secret(&arguments.secret)?;
    let audience = text(Parameter::Audience, &arguments.audience)?;
    let claims = IdentityClaims {
        email: optional(Parameter::Email, arguments.email.as_ref())?,
        email_verified: !arguments.email_unverified,
        user_id: optional(Parameter::UserId, arguments.user_id.as_ref())?,
        name: optional(Parameter::Claim, arguments.name.as_ref())?,
        attributes: arguments
            .attributes
            .iter()
            .map(|attribute| attribute_of(attribute))
            .collect::<Result<_, _>>()?,
        token_id: optional(Parameter::Claim, arguments.token_id.as_ref())?,
        expires_in: arguments.expires_in,
    };
    let now = second_or_now(arguments.now.as_deref())?;
    let token = Signer::new(secret).identity_token(audience, &claims, now)?;
    let json = json!({ "token": token });
    Ok(Report::exact(token, json))
}

/// Reads `NAME=VALUE`.
fn attribute_of(argument: &OsStr) -> Result<(String, AttributeValue), Failure> {
    let Some((name, value)) = text(Parameter::Claim, argument)?.split_once('=') else {
        return Err(Failure::Usage(
            "--attribute needs NAME=VALUE, such as --attribute plan=pro".to_owned(),
        ));
    };
    let value = match value {
        "true" => true.into(),
        "false" => false.into(),
        _ => value.parse::<i64>().map_or_else(|_| value.into(), AttributeValue::from),
    };
    Ok((name.to_owned(), value))
}

fn verify_email(received: &ReceivedEmail, secret: Secret) -> Result<Report, Failure> {
    let email = text(Parameter::Email, &received.email)?;
    let signature = text(Parameter::Signature, &received.signature)?;
    let now = second_or_now(received.now.as_deref())?;
    let verified = verifier(secret, &received.previous)?.verify_email(email, signature, now)?;
    let text = table(&[
        ("verified email", verified.email.as_str()),
        ("secret", &secret_name(verified.secret_index)),
    ]);
    Ok(Report::new(text, verified.to_json()))
}

fn verify_link(received: &ReceivedLink, secret: Secret) -> Result<Report, Failure> {
    let url = text(Parameter::PortalUrl, &received.url)?;
    let now = second_or_now(received.now.as_deref())?;
    let (portal_host, note) = portal_host(received, url)?;
    let verified = verifier(secret, &received.previous)?.verify_link(&portal_host, url, now)?;
    let Some(user) = verified else {
        let text = "anonymous visitor: the link has no identity, so there is nothing to verify";
        return Ok(Report::new(text, json!({ "public": true })).with_notes(note));
    };
    let text = table(&[
        ("verified user id", user.user_id.as_str()),
        ("signed at", &user.timestamp.to_string()),
        ("secret", &secret_name(user.secret_index)),
    ]);
    Ok(Report::new(text, user.to_json()).with_notes(note))
}

fn verify_token(received: &ReceivedToken, secret: Secret) -> Result<Report, Failure> {
    let audience = text(Parameter::Audience, &received.audience)?;
    let token = text(Parameter::Token, &received.token)?;
    let now = second_or_now(received.now.as_deref())?;
    let verifier = verifier(secret, &received.previous)?;
    let identity = verifier.verify_identity_token(audience, token, now)?;
    let issued_at = identity.issued_at.to_string();
    let expires_at = identity.expires_at.to_string();
    let secret_name = secret_name(identity.secret_index);
    let attributes = json!(identity.attributes).to_string();
    let optional = [
        ("verified user id", identity.user_id.as_ref().map(AsRef::as_ref)),
        ("verified email", identity.email.as_ref().map(AsRef::as_ref)),
        ("unverified email", identity.unverified_email.as_ref().map(AsRef::as_ref)),
        ("name", identity.name.as_deref()),
        ("attributes", (!identity.attributes.is_empty()).then_some(attributes.as_str())),
        ("token id", identity.token_id.as_deref()),
    ];
    let given = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let always =
        [("signed at", &*issued_at), ("expires at", &*expires_at), ("secret", &*secret_name)];
    let rows: Vec<(&str, &str)> = given.chain(always).collect();
    Ok(Report::new(table(&rows), identity.to_json()))
}

fn explain_email(
    received: &ReceivedEmail,
    secret: Secret,
    others: &[Secret],
) -> Result<Report, Failure> {
    let email = text(Parameter::Email, &received.email)?;
    let signature = text(Parameter::Signature, &received.signature)?;
    let now = second_or_now(received.now.as_deref())?;
    let verifier = verifier(secret, &received.previous)?;
    Ok(explained(&verifier.explain_email(email, signature, others, now)?))
}

fn explain_link(
    received: &ReceivedLink,
    secret: Secret,
    others: &[Secret],
) -> Result<Report, Failure> {
    let url = text(Parameter::PortalUrl, &received.url)?;
    let now = second_or_now(received.now.as_deref())?;
    let (portal_host, note) = portal_host(received, url)?;
    let verifier = verifier(secret, &received.previous)?;
    Ok(explained(&verifier.explain_link(&portal_host, url, others, now)?).with_notes(note))
}

fn explain_token(
    received: &ReceivedToken,
    secret: Secret,
    others: &[Secret],
) -> Result<Report, Failure> {
    let audience = text(Parameter::Audience, &received.audience)?;
    let token = text(Parameter::Token, &received.token)?;
    let now = second_or_now(received.now.as_deref())?;
    let verifier = verifier(secret, &received.previous)?;
    Ok(explained(&verifier.explain_identity_token(audience, token, others, now)?))
}

fn embed(arguments: &EmbedArguments) -> Result<Report, Failure> {
    let secret = email_secret(&arguments.secret)?;
    let email = text(Parameter::Email, &arguments.email)?;
    let helpdesk_id = text(Parameter::HelpdeskId, &arguments.helpdesk_id)?;
    let options = EmbedOptions {
        align: option(arguments.align.as_ref())?,
        max_width: option(arguments.max_width.as_ref())?,
        container: option(arguments.container.as_ref())?,
        script_url: option(arguments.script_url.as_ref())?,
        crossorigin: arguments.crossorigin,
        nonce: option(arguments.nonce.as_ref())?,
    };
    let embed = Signer::new(secret).ticket_center(email, helpdesk_id, &options)?;
    let json = embed.to_json();
    Ok(Report::exact(embed.html, json))
}

fn scan(arguments: &ScanArguments) -> Result<Report, Failure> {
    let texts = secrets::texts_to_find(&arguments.secret)?;
    let labelled: Vec<_> =
        texts.iter().map(|(label, text)| (label.clone(), text.as_str())).collect();
    let bar = progress_bar();
    let scanned = Scanner::new(&labelled, is_issued_secret).scan(&arguments.paths, bar.as_ref());
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let note = texts.is_empty().then(|| {
        "no environment variable with a secret is set, so only dsk_secret_ and hdh_secret_ tokens are \
         searched for; name your variable with --secret-env"
            .to_owned()
    });
    Ok(scan_report(&scanned).with_notes(note))
}

fn scan_report(scanned: &scan::Report) -> Report {
    let hits = scanned.hits.iter().map(|hit| {
        let (path, what, form) = (escaped(&hit.path), escaped(&hit.what), hit.form.name());
        format!("{path}:{}:{}: {what} ({form})", hit.line, hit.column)
    });
    let total = format!(
        "secrets found: {}; files searched: {} ({})",
        scanned.hits.len(),
        scanned.files,
        HumanBytes(scanned.bytes)
    );
    let text: Vec<_> = hits.chain([total]).collect();
    let skipped = scanned.skipped.iter().map(|skipped| {
        let path = escaped(&skipped.path);
        format!("not searched completely: {path} ({})", skipped.reason)
    });
    let exit_code =
        match (scanned.hits.len(), scanned.skipped.iter().any(|skipped| skipped.is_failure)) {
            (0, false) => 0,
            (0, true) => output::WRONG_INPUT,
            _ => output::FAILED_CHECK,
        };
    Report::new(text.join("\n"), scan_json(scanned)).with_notes(skipped).with_exit_code(exit_code)
}

fn scan_json(report: &scan::Report) -> Value {
    let hits: Vec<_> = report
        .hits
        .iter()
        .map(|hit| {
            json!({
                "path": hit.path.to_string_lossy(),
                "offset": hit.offset,
                "line": hit.line,
                "column": hit.column,
                "what": hit.what,
                "form": hit.form.name(),
            })
        })
        .collect();
    let skipped: Vec<_> = report
        .skipped
        .iter()
        .map(|skipped| {
            let path = skipped.path.to_string_lossy();
            json!({ "path": path, "reason": skipped.reason, "failure": skipped.is_failure })
        })
        .collect();
    json!({ "hits": hits, "skipped": skipped, "files": report.files, "bytes": report.bytes })
}

/// Tells whether a token could be an issued secret. Placeholders, and tokens with fewer than 16 characters
/// after the prefix, are not.
fn is_issued_secret(token: &str) -> bool {
    Secret::new(token).is_ok()
}

/// Returns a progress bar on standard error, if that is a terminal.
fn progress_bar() -> Option<ProgressBar> {
    let style = "{bar:30} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left";
    let style =
        ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
    io::stderr().is_terminal().then(|| ProgressBar::no_length().with_style(style))
}

fn completions(shell: clap_complete::Shell) -> Report {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "deskseal", &mut script);
    let script = String::from_utf8_lossy(&script).trim_end().to_owned();
    let json = json!({ "script": script });
    Report::exact(script, json)
}

fn verifier(secret: Secret, previous: &PreviousSecrets) -> Result<Verifier, Failure> {
    let options =
        VerifierOptions { previous: previous_secrets(previous)?, ..VerifierOptions::default() };
    Ok(Verifier::new(secret, options))
}

fn explained(explanation: &Explanation) -> Report {
    let lines: Vec<_> = explanation
        .findings
        .iter()
        .map(|finding| format!("{}: {}", finding.code, finding.message))
        .collect();
    Report::new(lines.join("\n"), explanation.to_json())
}

/// Returns the portal's host from `--portal`, or else the link's own host with a note that says so.
fn portal_host(received: &ReceivedLink, url: &str) -> Result<(String, Option<String>), Failure> {
    if let Some(portal) = &received.portal {
        let portal = text(Parameter::Host, portal)?;
        return Ok((host_of_url(portal).unwrap_or_else(|| portal.to_owned()), None));
    }
    let Some(host) = host_of_url(url) else {
        return Err(Failure::Usage(
            "the link is not an absolute URL, so it has no host; pass the portal's host with --portal"
                .to_owned(),
        ));
    };
    let note = format!(
        "the portal's host, {}, is taken from the link itself; pass your own with --portal",
        escaped(&host)
    );
    Ok((host, Some(note)))
}

fn host_of_url(text: &str) -> Option<String> {
    let url = text.contains("://").then(|| Url::parse(text).ok()).flatten()?;
    url.host_str().map(str::to_owned)
}

fn option(argument: Option<&OsString>) -> Result<Option<&str>, Failure> {
    optional(Parameter::EmbedOption, argument)
}

fn optional(parameter: Parameter, argument: Option<&OsString>) -> Result<Option<&str>, Failure> {
    argument.map(|value| text(parameter, value)).transpose()
}

/// Returns the Unix second of the argument, or the system clock's.
fn second_or_now(second: Option<&OsStr>) -> Result<i64, Failure> {
    let Some(second) = second else { return Ok(unix_now()) };
    Ok(Timestamp::parse(text(Parameter::Timestamp, second)?)?.seconds())
}

fn secret_name(index: usize) -> String {
    match index {
        0 => "0 (the current secret)".to_owned(),
        index => format!("{index} (a previous secret)"),
    }
}
