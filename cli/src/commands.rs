//! What each subcommand does: read the arguments, ask the core, report.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};

use clap::CommandFactory;
use deskseal::{
    EmbedOptions, Explanation, Parameter, Secret, Signer, Timestamp, Verifier, VerifierOptions,
    generate_secret, unix_now,
};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use url::Url;

use crate::arguments::{
    Arguments, Command, EmailSeal, EmbedArguments, ExplainCommand, LinkSeal, PreviousSecrets,
    ScanArguments, SecretCommand, SignCommand, VerifyCommand,
};
use crate::output::{self, Failure, Report, table};
use crate::printed::printed;
use crate::scan::{self, Scanner};
use crate::secrets::{self, email_secret, link_secret, other_secrets, previous_secrets, text};
use crate::{conform, doctor, json};

/// Runs the command that the arguments ask for.
pub(crate) fn run(arguments: Arguments) -> Result<Report, Failure> {
    match arguments.command {
        Command::Secret(SecretCommand::Generate) => secret_generate(),
        Command::Sign(SignCommand::Email { email, secret }) => {
            sign_email(&email, email_secret(&secret)?)
        }
        Command::Sign(SignCommand::Link { portal, user_id, timestamp, secret }) => {
            sign_link(&portal, &user_id, timestamp.as_deref(), link_secret(&secret)?)
        }
        Command::Verify(VerifyCommand::Email { seal, secret }) => {
            verify_email(&seal, email_secret(&secret)?)
        }
        Command::Verify(VerifyCommand::Link { seal, secret }) => {
            verify_link(&seal, link_secret(&secret)?)
        }
        Command::Explain(ExplainCommand::Email { seal, secret, others }) => {
            explain_email(&seal, email_secret(&secret)?, &other_secrets(&others)?)
        }
        Command::Explain(ExplainCommand::Link { seal, secret, others }) => {
            explain_link(&seal, link_secret(&secret)?, &other_secrets(&others)?)
        }
        Command::Embed(arguments) => embed(&arguments),
        Command::Scan(arguments) => scan(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments, is_issued_secret),
        Command::Completions { shell } => Ok(completions(shell)),
        Command::Conform => conform::serve(io::stdin().lock(), io::stdout().lock())
            .map(|()| Report::silent())
            .map_err(|error| Failure::io("the conversation broke off", &error)),
    }
}

fn secret_generate() -> Result<Report, Failure> {
    let secret = generate_secret()
        .map_err(|error| Failure::io("the system's random source cannot be read", &error))?;
    Ok(Report::exact(secret.as_str(), json!({ "secret": secret.as_str() })))
}

fn sign_email(email: &OsStr, secret: Secret) -> Result<Report, Failure> {
    let signed = Signer::new(secret).sign_email(text(Parameter::Email, email)?)?;
    let text =
        table(&[("email", signed.email.as_str()), ("signature", &signed.signature.to_hex())]);
    Ok(Report::new(text, json::signed_email(&signed)))
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

fn verify_email(seal: &EmailSeal, secret: Secret) -> Result<Report, Failure> {
    let email = text(Parameter::Email, &seal.email)?;
    let signature = text(Parameter::Signature, &seal.signature)?;
    let now = second_or_now(seal.now.as_deref())?;
    let verified = verifier(secret, &seal.previous)?.verify_email(email, signature, now)?;
    let text = table(&[
        ("verified email", verified.email.as_str()),
        ("secret", &secret_name(verified.secret_index)),
    ]);
    Ok(Report::new(text, json::verified_email(&verified)))
}

fn verify_link(seal: &LinkSeal, secret: Secret) -> Result<Report, Failure> {
    let url = text(Parameter::PortalUrl, &seal.url)?;
    let now = second_or_now(seal.now.as_deref())?;
    let (portal_host, note) = portal_host(seal, url)?;
    let verified = verifier(secret, &seal.previous)?.verify_link(&portal_host, url, now)?;
    let Some(user) = verified else {
        let text = "public visitor: the link carries no identity";
        return Ok(Report::new(text, json!({ "public": true })).with_notes(note));
    };
    let text = table(&[
        ("verified user id", user.user_id.as_str()),
        ("signed at", &user.timestamp.to_string()),
        ("secret", &secret_name(user.secret_index)),
    ]);
    Ok(Report::new(text, json::verified_user(&user)).with_notes(note))
}

fn explain_email(seal: &EmailSeal, secret: Secret, others: &[Secret]) -> Result<Report, Failure> {
    let email = text(Parameter::Email, &seal.email)?;
    let signature = text(Parameter::Signature, &seal.signature)?;
    let now = second_or_now(seal.now.as_deref())?;
    let verifier = verifier(secret, &seal.previous)?;
    Ok(explained(&verifier.explain_email(email, signature, others, now)?))
}

fn explain_link(seal: &LinkSeal, secret: Secret, others: &[Secret]) -> Result<Report, Failure> {
    let url = text(Parameter::PortalUrl, &seal.url)?;
    let now = second_or_now(seal.now.as_deref())?;
    let (portal_host, note) = portal_host(seal, url)?;
    let verifier = verifier(secret, &seal.previous)?;
    Ok(explained(&verifier.explain_link(&portal_host, url, others, now)?).with_notes(note))
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
    let json = json::embed(&embed);
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
        "no secret is set, so only dsk_secret_ and hdh_secret_ tokens are searched for; name one \
         with --secret-env"
            .to_owned()
    });
    Ok(scan_report(&scanned).with_notes(note))
}

fn scan_report(scanned: &scan::Report) -> Report {
    let hits = scanned.hits.iter().map(|hit| {
        let (path, what, form) = (printed(&hit.path), printed(&hit.what), hit.form.name());
        format!("{path}:{}:{}: {what} ({form})", hit.line, hit.column)
    });
    let total = format!(
        "{} found in {} files, {}",
        scanned.hits.len(),
        scanned.files,
        HumanBytes(scanned.bytes)
    );
    let text: Vec<_> = hits.chain([total]).collect();
    let skipped = scanned
        .skipped
        .iter()
        .map(|skipped| format!("{} was not searched: {}", printed(&skipped.path), skipped.reason));
    let exit_code =
        match (scanned.hits.len(), scanned.skipped.iter().any(|skipped| skipped.is_failure)) {
            (0, false) => 0,
            (0, true) => output::WRONG_INPUT,
            _ => output::REFUSED,
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

/// Tells whether a token is a secret that was issued, and not the prefix in a program's text:
/// placeholders are none, and issued secrets have at least 16 characters behind the prefix.
fn is_issued_secret(token: &str) -> bool {
    Secret::new(token).is_ok()
}

/// Returns a progress bar on standard error, where that is a terminal.
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
    Report::new(lines.join("\n"), json::explanation(explanation))
}

/// Returns the verifier's own host, and a remark when it had to be taken from the link.
fn portal_host(seal: &LinkSeal, url: &str) -> Result<(String, Option<String>), Failure> {
    if let Some(portal) = &seal.portal {
        let portal = text(Parameter::Host, portal)?;
        return Ok((host_of_url(portal).unwrap_or_else(|| portal.to_owned()), None));
    }
    let Some(host) = host_of_url(url) else {
        return Err(Failure::Usage(
            "the link has no host of its own; pass the portal's with --portal".to_owned(),
        ));
    };
    let note = format!(
        "the portal host {} is taken from the link; pass yours with --portal",
        printed(&host)
    );
    Ok((host, Some(note)))
}

fn host_of_url(text: &str) -> Option<String> {
    let url = text.contains("://").then(|| Url::parse(text).ok()).flatten()?;
    url.host_str().map(str::to_owned)
}

fn option(argument: Option<&OsString>) -> Result<Option<&str>, Failure> {
    argument.map(|value| text(Parameter::EmbedOption, value)).transpose()
}

/// Returns the written Unix second, or the system clock's.
fn second_or_now(second: Option<&OsStr>) -> Result<i64, Failure> {
    let Some(second) = second else { return Ok(unix_now()) };
    Ok(Timestamp::parse(text(Parameter::Timestamp, second)?)?.seconds())
}

fn secret_name(index: usize) -> String {
    match index {
        0 => "0 (the current one)".to_owned(),
        index => format!("{index} (a previous one)"),
    }
}
