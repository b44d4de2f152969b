//! Asks the desk, where its address was given: for its time, and whether it knows a signature.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Response;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Body, Error};
use url::{Host, Url};

use super::clock;
use super::finding::Finding;
use super::signatures::Given;
use crate::output::Failure;
use crate::printed::printed;

/// How long to wait for a desk that does not answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// No answer to verifying is longer.
const MAX_BYTES: u64 = 64 * 1024;

const VERIFY: &str = "/api/messaging/ticket-center/verify";
const SCRIPT: &str = "/ticket-center.js";

/// A desk's address.
pub(super) struct Desk(Url);

impl Desk {
    /// Takes the address, of which the path does not matter.
    ///
    /// # Errors
    /// Wrong usage, when it is none, or one that shows a signature to everybody on the way.
    pub(super) fn new(text: &str) -> Result<Self, Failure> {
        let url = Url::parse(text).ok().filter(|url| url.host().is_some());
        let url = url.filter(|url| url.scheme() == "https" || is_local(url)).ok_or_else(|| {
            Failure::Usage(
                "--desk takes the desk's address, such as https://desk.example.com; http is for this \
                 machine's own addresses"
                    .to_owned(),
            )
        })?;
        Ok(Self(url))
    }

    /// Compares the clocks, and has the signature verified, if there is one.
    pub(super) fn ask(&self, helpdesk_id: Option<&str>, given: Option<&Given<'_>>) -> Vec<Finding> {
        let asked = match (given, helpdesk_id) {
            (Some(given), Some(id)) => self.verify(id, given),
            _ => agent().get(self.at(SCRIPT)).call(),
        };
        let before = deskseal::unix_now();
        let mut answer = match asked {
            Ok(answer) => answer,
            Err(error) => return vec![self.unreachable(&error)],
        };
        let mut findings = vec![clock_of(&answer, before)];
        findings.push(match (given, helpdesk_id) {
            (Some(_), Some(_)) => verdict(&mut answer),
            (Some(_), None) => Finding::note(
                "desk_not_asked",
                "The desk is not asked about the signature, since its id is not known.",
                "Set HELPDESKY_HELPDESK_ID, or pass --helpdesk-id.",
            ),
            _ => script(&answer),
        });
        findings
    }

    fn verify(&self, helpdesk_id: &str, given: &Given<'_>) -> Result<Response<Body>, Error> {
        let Given { email, signature } = given;
        let body = json!({ "helpdeskId": helpdesk_id, "email": email, "signature": signature });
        let request = agent().post(self.at(VERIFY)).header("Content-Type", "application/json");
        request.send(body.to_string())
    }

    fn unreachable(&self, error: &Error) -> Finding {
        let host = self.0.host_str().unwrap_or_default();
        let error = printed(error.to_string());
        let message = format!("The desk at {host} cannot be asked: {error}.");
        let fix =
            "Check the address and this machine's network; the rest of this report holds without.";
        Finding::problem("desk_unreachable", message, fix)
    }

    fn at(&self, path: &str) -> String {
        let mut url = self.0.clone();
        url.set_path(path);
        url.set_query(None);
        url.set_fragment(None);
        url.into()
    }
}

/// Follows no redirects: another site's clock or answer says nothing about the desk.
fn agent() -> Agent {
    let tls = TlsConfig::builder().root_certs(root_certificates()).build();
    Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("deskseal/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

fn is_local(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && is_loopback
}

/// The system's certificates, among which is a company's own; Mozilla's where the system has none.
fn root_certificates() -> RootCerts {
    let found = rustls_native_certs::load_native_certs().certs;
    if found.is_empty() {
        return RootCerts::WebPki;
    }
    RootCerts::from(found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()))
}

fn clock_of(answer: &Response<Body>, now: i64) -> Finding {
    let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
    let second = date.and_then(|date| date.duration_since(UNIX_EPOCH).ok());
    let second = second.and_then(|since| i64::try_from(since.as_secs()).ok());
    second.map_or_else(
        || {
            let message = "The desk does not say what time it is.";
            Finding::note("clock_unknown", message, "Compare the clocks of both machines by hand.")
        },
        |second| clock::compared(now, second),
    )
}

/// What the desk says about the signature, by its code alone: its sentences are not ours to print.
fn verdict(answer: &mut Response<Body>) -> Finding {
    let status = answer.status();
    let body = answer.body_mut().with_config().limit(MAX_BYTES).read_to_vec().unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status.is_success() && body.get("contact").is_some() {
        return Finding::fine("desk_accepts", "The desk accepts this e-mail and signature.");
    }
    let code = body.pointer("/error/code").and_then(Value::as_str).filter(|code| is_code(code));
    let Some(code) = code else {
        let message = format!("The desk answers {} without a code.", status.as_u16());
        return Finding::problem("desk_answers_otherwise", message, IS_IT_A_DESK);
    };
    let message = format!("The desk refuses this e-mail and signature: {code}.");
    Finding::problem("desk_refuses", message, advice(code))
}

const IS_IT_A_DESK: &str =
    "Check that the address is the desk's, and not that of a page or a proxy.";

fn advice(code: &str) -> &'static str {
    match code {
        "helpdesk_unknown" => {
            "Copy the desk's id again from its dashboard into HELPDESKY_HELPDESK_ID."
        }
        "host_unknown" => "Pass the address that browsers use for the desk, its `public_url`.",
        "secret_not_set" => "Let the desk's owner generate a secret, and set it here.",
        "signature_mismatch" => {
            "Copy the Ticket Center's secret again from the desk's dashboard; it may have been replaced."
        }
        "contact_blocked" => "Try it with another e-mail, or unblock this one in the dashboard.",
        "rate_limited" => "Wait a minute, and run this again.",
        _ => "Look the code up in SPEC.md, or in server/README.md.",
    }
}

fn is_code(text: &str) -> bool {
    text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn script(answer: &Response<Body>) -> Finding {
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    if answer.status().is_success() && kind.is_some_and(|kind| kind.contains("javascript")) {
        return Finding::fine("desk_answers", format!("The desk has {SCRIPT}."));
    }
    let message = format!("There is no {SCRIPT} at this address.");
    Finding::warning("desk_answers_otherwise", message, IS_IT_A_DESK)
}
