//! Signs and verifies: the specification's example, with the project's own secrets, and what was given.

use deskseal::{Secret, Signer, Verifier, VerifierOptions, unix_now};

use super::finding::Finding;
use super::settings::{Known, Product};

/// The specification's example (SPEC 11.1).
const SECRET: &str = "example-secret-for-documentation";
const EMAIL: &str = "ada@example.com";
const SIGNATURE: &str = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92";

const PORTAL: &str = "https://help.company.com";
const HOST: &str = "help.company.com";
const USER_ID: &str = "user-42";

/// An e-mail and its signature, as somebody has them from a page.
pub(super) struct Given<'text> {
    pub(super) email: &'text str,
    pub(super) signature: &'text str,
}

/// Checks this command itself by the specification's example.
pub(super) fn example() -> Finding {
    let signed = Secret::new(SECRET).and_then(|secret| Signer::new(secret).sign_email(EMAIL));
    if signed.is_ok_and(|signed| signed.signature.to_hex() == SIGNATURE) {
        return Finding::fine("example_holds", "The specification's example signature comes out.");
    }
    let message = "This command does not sign as the specification does.";
    Finding::problem(
        "example_fails",
        message,
        "Install the command again, from where you trust it.",
    )
}

/// Signs with a secret of the project, and verifies that.
pub(super) fn round_trip(known: &Known) -> Finding {
    let label = known.label();
    if holds(known).is_some() {
        let message = format!("What is signed with {label} verifies.");
        return Finding::fine("round_trip_holds", message);
    }
    let message = format!("What is signed with {label} does not verify.");
    let fix = "Copy the secret again from the help desk, and install this command again.";
    Finding::problem("round_trip_fails", message, fix)
}

fn holds(known: &Known) -> Option<()> {
    let (signer, verifier) = (known.signer()?, verifier(known)?);
    let now = unix_now();
    match known.product {
        Product::TicketCenter => {
            let seal = signer.sign_email(EMAIL).ok()?;
            let signature = seal.signature.to_hex();
            verifier.verify_email(seal.email.as_str(), &signature, now).ok().map(|_| ())
        }
        Product::Portal => {
            let link = signer.portal_link(PORTAL, USER_ID, now).ok()?;
            verifier.verify_link(HOST, &link, now).ok()?.map(|_| ())
        }
    }
}

/// Verifies what was given, or says why it does not hold.
pub(super) fn given(given: &Given<'_>, known: &[Known]) -> Vec<Finding> {
    let of_ticket_center = || known.iter().filter(|known| known.product == Product::TicketCenter);
    let now = unix_now();
    let holds = |known: &&Known| {
        let verifier = verifier(known);
        verifier.is_some_and(|verifier| {
            verifier.verify_email(given.email, given.signature, now).is_ok()
        })
    };
    if let Some(known) = of_ticket_center().find(holds) {
        let message = format!("The signature is that of the e-mail, made with {}.", known.label());
        return vec![Finding::fine("signature_holds", message)];
    }
    let Some(first) = of_ticket_center().next() else {
        let message =
            "There is no usable secret of the Ticket Center to verify the signature with.";
        let fix = "Set the secret as said above, and run this again.";
        return vec![Finding::problem("signature_unverified", message, fix)];
    };
    explained(given, first, known, now)
}

/// Says what reproduces the signature, be it another one of the known secrets.
fn explained(given: &Given<'_>, first: &Known, known: &[Known], now: i64) -> Vec<Finding> {
    let Some(verifier) = verifier(first) else { return Vec::new() };
    let is_other = |other: &&Known| other.variable.value != first.variable.value;
    let others: Vec<Secret> =
        known.iter().filter(is_other).filter_map(|other| other.variable.secret().ok()).collect();
    let fix = "Sign with the package on the server, and put its canonical e-mail and its signature into \
               the page, both as they are.";
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

fn verifier(known: &Known) -> Option<Verifier> {
    let secret = known.variable.secret().ok()?;
    Some(Verifier::new(secret, VerifierOptions::default()))
}
