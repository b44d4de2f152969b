//! Signs and verifies with the specification's example and with the project's secrets, and verifies the
//! signature of `--signature`.

use deskseal::{Error, IdentityClaims, Secret, Signer, Verifier, VerifierOptions, unix_now};

use super::finding::Finding;
use super::settings::{KnownSecret, Product};
use super::variables::Variable;

/// The specification's example (SPEC 11.1).
const SECRET: &str = "example-secret-for-documentation";
const EMAIL: &str = "ada@example.com";
const SIGNATURE: &str = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92";

const PORTAL: &str = "https://help.company.com";
const HOST: &str = "help.company.com";
const USER_ID: &str = "user-42";

/// An e-mail and its signature, as copied from a page.
pub(super) struct GivenSignature<'text> {
    pub(super) email: &'text str,
    pub(super) signature: &'text str,
}

/// Checks this command itself with the specification's example.
pub(super) fn check_example() -> Finding {
    let signed = Secret::new(SECRET).and_then(|secret| Signer::new(secret).sign_email(EMAIL));
    if signed.is_ok_and(|signed| signed.signature.to_hex() == SIGNATURE) {
        return Finding::ok(
            "example_holds",
            "This command gives the specification's example signature.",
        );
    }
    let message =
        "This command does not give the specification's example signature, so it is damaged.";
    Finding::problem(
        "example_fails",
        message,
        "Install the command again, from a source that you trust.",
    )
}

/// Signs with a secret of the project, and verifies the signature.
pub(super) fn check_round_trip(known: &KnownSecret) -> Finding {
    let label = known.label();
    if verify_own_signature(known).is_some() {
        let message = format!("A signature made with {label} verifies.");
        return Finding::ok("round_trip_holds", message);
    }
    let message = format!("A signature made with {label} does not verify.");
    let fix = "Copy the secret from the help desk again, and install this command again.";
    Finding::problem("round_trip_fails", message, fix)
}

fn verify_own_signature(known: &KnownSecret) -> Option<()> {
    let (signer, verifier) = (known.signer()?, verifier(known)?);
    let now = unix_now();
    match known.product {
        Product::TicketCenter => {
            let identity = signer.sign_email(EMAIL).ok()?;
            let signature = identity.signature.to_hex();
            verifier.verify_email(identity.email.as_str(), &signature, now).ok().map(|_| ())
        }
        Product::Portal => {
            let link = signer.portal_link(PORTAL, USER_ID, now).ok()?;
            verifier.verify_link(HOST, &link, now).ok()?.map(|_| ())
        }
        Product::IdentityTokens => {
            let token = signer.identity_token(HOST, &claims(), now).ok()?;
            verifier.verify_identity_token(HOST, &token, now).ok().map(|_| ())
        }
    }
}

/// Returns the signer with the variable's secret, if the secret is one for this purpose.
///
/// # Errors
/// Those of [`Variable::secret`]; for identity tokens, `secret_too_short` under 32 bytes.
pub(super) fn signer_for(product: Product, variable: &Variable) -> Result<Signer, Error> {
    let signer = Signer::new(variable.secret()?);
    if product == Product::IdentityTokens {
        signer.identity_token(HOST, &claims(), unix_now())?;
    }
    Ok(signer)
}

fn claims() -> IdentityClaims<'static> {
    IdentityClaims { user_id: Some(USER_ID), ..IdentityClaims::default() }
}

/// Verifies the given signature, or explains why it is rejected.
pub(super) fn check_given(given: &GivenSignature<'_>, known: &[KnownSecret]) -> Vec<Finding> {
    let of_ticket_center = || known.iter().filter(|known| known.product == Product::TicketCenter);
    let now = unix_now();
    let holds = |known: &&KnownSecret| {
        let verifier = verifier(known);
        verifier.is_some_and(|verifier| {
            verifier.verify_email(given.email, given.signature, now).is_ok()
        })
    };
    if let Some(known) = of_ticket_center().find(holds) {
        let message =
            format!("The signature is valid for the e-mail. It was made with {}.", known.label());
        return vec![Finding::ok("signature_holds", message)];
    }
    let Some(first) = of_ticket_center().next() else {
        let message =
            "There is no valid secret of the Ticket Center, so the signature was not verified.";
        let fix = "Set the secret as described above, then run the doctor again.";
        return vec![Finding::problem("signature_unverified", message, fix)];
    };
    explain_mismatch(given, first, known, now)
}

/// Explains how the signature was made, maybe with another one of the project's secrets.
fn explain_mismatch(
    given: &GivenSignature<'_>,
    first: &KnownSecret,
    known: &[KnownSecret],
    now: i64,
) -> Vec<Finding> {
    let Some(verifier) = verifier(first) else { return Vec::new() };
    let is_other = |other: &&KnownSecret| other.variable.value != first.variable.value;
    let others: Vec<Secret> =
        known.iter().filter(is_other).filter_map(|other| other.variable.secret().ok()).collect();
    let fix = "Sign with the package on the server, and put the canonical e-mail and the signature that it \
               returns into the page, unchanged.";
    match verifier.explain_email(given.email, given.signature, &others, now) {
        Ok(explanation) => {
            let findings = explanation.findings.iter();
            let problem = |finding: &deskseal::Finding| {
                Finding::problem(finding.code.as_str(), finding.message.as_str(), fix)
            };
            findings.map(problem).collect()
        }
        Err(error) => vec![Finding::problem(error.code().as_str(), error.message(), fix)],
    }
}

fn verifier(known: &KnownSecret) -> Option<Verifier> {
    let secret = known.variable.secret().ok()?;
    Some(Verifier::new(secret, VerifierOptions::default()))
}
