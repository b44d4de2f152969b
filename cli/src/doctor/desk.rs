//! Checks against the desk at `--desk`: compares the clocks, and lets the desk verify a signature.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Response;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Body, Error};
use url::{Host, Url};

use super::clock;
use super::finding::Finding;
use super::signatures::GivenSignature;
use crate::escape::escaped;
use crate::output::Failure;

/// The time limit of the whole request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How much of the desk's response is read.
const MAX_BYTES: u64 = 64 * 1024;

const VERIFY: &str = "/api/messaging/ticket-center/verify";
const SCRIPT: &str = "/ticket-center.js";

/// A desk's address.
pub(super) struct Desk(Url);

impl Desk {
    /// Takes the address. Its path is ignored.
    ///
    /// # Errors
    /// Wrong usage, when the text is no URL, or when http would send a signature unencrypted over a network.
    pub(super) fn new(text: &str) -> Result<Self, Failure> {
        let url = Url::parse(text).ok().filter(|url| url.host().is_some());
        let url = url.filter(|url| url.scheme() == "https" || is_local(url)).ok_or_else(|| {
            Failure::Usage(
                "--desk needs the desk's address, such as https://desk.example.com; http:// is allowed for \
                 localhost and loopback addresses only"
                    .to_owned(),
            )
        })?;
        Ok(Self(url))
    }

    /// Compares the clocks, and lets the desk verify the signature, if there is one.
    pub(super) fn check(
        &self,
        helpdesk_id: Option<&str>,
        given: Option<&GivenSignature<'_>>,
    ) -> Vec<Finding> {
        let result = match (given, helpdesk_id) {
            (Some(given), Some(id)) => self.verify(id, given),
            _ => http_client().get(self.at(SCRIPT)).call(),
        };
        let before = deskseal::unix_now();
        let mut response = match result {
            Ok(response) => response,
            Err(error) => return vec![self.unreachable_finding(&error)],
        };
        let mut findings = vec![clock_finding(&response, before)];
        findings.push(match (given, helpdesk_id) {
            (Some(_), Some(_)) => signature_finding(&mut response),
            (Some(_), None) => Finding::note(
                "desk_not_asked",
                "The help desk's id is not known, so the signature was not sent to the desk.",
                "Set the variable HELPDESKY_HELPDESK_ID, or pass --helpdesk-id.",
            ),
            _ => script_finding(&response),
        });
        findings
    }

    fn verify(
        &self,
        helpdesk_id: &str,
        given: &GivenSignature<'_>,
    ) -> Result<Response<Body>, Error> {
        let GivenSignature { email, signature } = given;
        let body = json!({ "helpdeskId": helpdesk_id, "email": email, "signature": signature });
        let request =
            http_client().post(self.at(VERIFY)).header("Content-Type", "application/json");
        request.send(body.to_string())
    }

    fn unreachable_finding(&self, error: &Error) -> Finding {
        let host = self.0.host_str().unwrap_or_default();
        let error = escaped(error.to_string());
        let message = format!("The request to the desk at {host} failed: {error}.");
        let fix = "Check the address in --desk and this machine's network. The other findings do not need \
                   the desk.";
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

/// Returns a client that follows no redirects: another site's response says nothing about the desk.
fn http_client() -> Agent {
    let tls = TlsConfig::builder().root_certs(root_certificates()).build();
    Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(TIMEOUT))
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

/// Returns the system's root certificates, which may include a company's own, or else Mozilla's.
fn root_certificates() -> RootCerts {
    let found = rustls_native_certs::load_native_certs().certs;
    if found.is_empty() {
        return RootCerts::WebPki;
    }
    RootCerts::from(found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()))
}

fn clock_finding(response: &Response<Body>, now: i64) -> Finding {
    let date = response.headers().get("date").and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
    let second = date.and_then(|date| date.duration_since(UNIX_EPOCH).ok());
    let second = second.and_then(|since| i64::try_from(since.as_secs()).ok());
    second.map_or_else(
        || {
            let message =
                "The desk's response has no Date header, so the clocks were not compared.";
            Finding::note("clock_unknown", message, "Compare the clocks of both machines by hand.")
        },
        |second| clock::compare_with_desk(now, second),
    )
}

/// Returns the desk's result for the signature. Only its error code is printed, never its sentences.
fn signature_finding(response: &mut Response<Body>) -> Finding {
    let status = response.status();
    let body = response.body_mut().with_config().limit(MAX_BYTES).read_to_vec().unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status.is_success() && body.get("contact").is_some() {
        return Finding::ok("desk_accepts", "The desk accepts this e-mail and signature.");
    }
    let code = body.pointer("/error/code").and_then(Value::as_str).filter(|code| is_code(code));
    let Some(code) = code else {
        let message =
            format!("The response has the status {} and no error code of a desk.", status.as_u16());
        return Finding::problem("desk_answers_otherwise", message, IS_IT_A_DESK);
    };
    let message = format!("The desk rejects this e-mail and signature: {code}.");
    Finding::problem("desk_refuses", message, advice(code))
}

const IS_IT_A_DESK: &str =
    "Check that --desk has the address of the desk, not of another page or a proxy.";

/// What to do about each code with which a desk rejects a signature. `docs/ai-builder.md` has the same table.
const ADVICE: [(&str, &str); 10] = [
    (
        "helpdesk_unknown",
        "Copy the help desk's id from its dashboard into HELPDESKY_HELPDESK_ID again.",
    ),
    ("host_unknown", "Pass the desk's `public_url` to --desk, the address that browsers use."),
    (
        "secret_not_set",
        "Ask the desk's owner to generate a secret in the dashboard, and set it here.",
    ),
    (
        "signature_mismatch",
        "Copy the Ticket Center's secret from the desk's dashboard again; it may have been replaced.",
    ),
    (
        "signatures_not_accepted",
        "This desk accepts identity tokens only: sign tokens, or ask the desk's owner to accept signatures.",
    ),
    ("contact_blocked", "Unblock this contact in the dashboard, or try another e-mail."),
    (
        "origin_not_allowed",
        "The doctor sends no Origin: check which proxy adds one, or allow it in the dashboard under Allowed domains.",
    ),
    ("rate_limited", "Wait a minute, then run the doctor again."),
    (
        "unavailable",
        "The desk cannot reach its database. Retry in a minute, then read the desk's log.",
    ),
    ("internal", "Read the desk's log: it has the reason."),
];

fn advice(code: &str) -> &'static str {
    let known = ADVICE.iter().find(|(known, _)| *known == code);
    known.map_or(
        "Run `deskseal explain email` with this e-mail and signature. If it finds nothing, read the desk's log.",
        |(_, advice)| advice,
    )
}

fn is_code(text: &str) -> bool {
    text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn script_finding(response: &Response<Body>) -> Finding {
    let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    if response.status().is_success() && kind.is_some_and(|kind| kind.contains("javascript")) {
        return Finding::ok("desk_answers", format!("The desk serves {SCRIPT}."));
    }
    let message = format!("There is no {SCRIPT} at this address.");
    Finding::warning("desk_answers_otherwise", message, IS_IT_A_DESK)
}
