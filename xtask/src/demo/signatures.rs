//! The demo in the terminal: signs, verifies and explains with the command, as a user would do it.

use std::path::PathBuf;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use base16ct::lower::encode_string as hex;
use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::process::{self, Output};
use crate::suite;
use crate::workspace::Workspace;

const EMAIL_VARIABLE: &str = "HELPDESKY_HMAC_SECRET";
const LINK_VARIABLE: &str = "LETTERBOOK_PORTAL_TICKET_SECRET";

/// The customer, as her address was typed into a form.
const TYPED: &str = "  Ada@Example.com ";
const EMAIL: &str = "ada@example.com";
const USER_ID: &str = "user-42";
const PORTAL_URL: &str = "https://help.company.com";
const PORTAL_HOST: &str = "help.company.com";

/// Signs and verifies, then makes common mistakes and has them explained.
pub(super) fn run(workspace: &Workspace) -> Result<()> {
    suite::header("Building the command");
    process::run(workspace.cargo().args(["build", "--package", "deskseal-cli"]))?;
    let demo = Demo::new(workspace.target.join("debug/deskseal"))?;
    let signature = demo.ticket_center()?;
    let link = demo.portal()?;
    demo.forgery(&signature)?;
    demo.signed_as_typed()?;
    demo.newline_in_the_secret()?;
    demo.base64_output()?;
    demo.old_link()?;
    demo.host_with_scheme(&link)?;
    println!("\nThat is all of signing: `deskseal --help` and SPEC.md say more.");
    Ok(())
}

/// The command, and the secrets in its environment. They are never shown.
struct Demo {
    program: PathBuf,
    email_secret: String,
    link_secret: String,
    now: u64,
}

/// How the command should end.
#[derive(Clone, Copy)]
enum End {
    Done,
    Rejected,
}

impl Demo {
    fn new(program: PathBuf) -> Result<Self> {
        suite::header("Two products, two secrets");
        let generate = || process::answer(Command::new(&program).args(["secret", "generate"]));
        let (email_secret, link_secret) = (generate()?, generate()?);
        println!("$ export {EMAIL_VARIABLE}=$(deskseal secret generate)");
        println!("$ export {LINK_VARIABLE}=$(deskseal secret generate)");
        println!("  They stay in the environment, and this demo never prints them.");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is wrong")?;
        Ok(Self { program, email_secret, link_secret, now: now.as_secs() })
    }

    /// Returns the signature of the customer's e-mail.
    fn ticket_center(&self) -> Result<String> {
        suite::header("The Ticket Center: sign who is logged in, put the markup into the page");
        let signed = self.runs(&["sign", "email", TYPED], End::Done)?;
        let signature = signed.split_whitespace().next_back().context("nothing was signed")?;
        self.runs(&["embed", TYPED, "--helpdesk-id", "my-desk"], End::Done)?;
        println!("\nThe desk verifies what the page sent:");
        self.runs(&["verify", "email", EMAIL, signature], End::Done)?;
        Ok(signature.to_owned())
    }

    /// Returns the customer's link.
    fn portal(&self) -> Result<String> {
        suite::header("The portal: sign a link when the customer clicks");
        let arguments = ["sign", "link", "--portal", PORTAL_URL, "--user-id", USER_ID];
        let link = self.runs(&arguments, End::Done)?;
        println!("\nThe portal verifies the link that it received:");
        self.runs(&["verify", "link", &link, "--portal", PORTAL_HOST], End::Done)?;
        Ok(link)
    }

    fn forgery(&self, signature: &str) -> Result<()> {
        suite::header("A forgery: another customer's address with Ada's signature");
        self.breaks("email", &["eve@example.com", signature], "unexplained")
    }

    fn signed_as_typed(&self) -> Result<()> {
        suite::header("Broken 1: a server that signs the address as it was typed");
        let signature = hex(&hmac_sha256(&self.email_secret, TYPED));
        self.breaks("email", &[TYPED, &signature], "email_not_trimmed")
    }

    fn newline_in_the_secret(&self) -> Result<()> {
        suite::header("Broken 2: a server that reads the secret from a file, with its line feed");
        let secret = format!("{}\n", self.email_secret);
        let signature = hex(&hmac_sha256(&secret, EMAIL));
        self.breaks("email", &[EMAIL, &signature], "secret_newline")
    }

    fn base64_output(&self) -> Result<()> {
        suite::header("Broken 3: a server that writes the signature in base64");
        let signature = Base64::encode_string(&hmac_sha256(&self.email_secret, EMAIL));
        self.breaks("email", &[EMAIL, &signature], "output_base64")
    }

    fn old_link(&self) -> Result<()> {
        suite::header("Broken 4: a link that was signed an hour ago");
        let an_hour_ago = (self.now - 3600).to_string();
        let arguments = ["sign", "link", "--portal", PORTAL_URL, "--user-id", USER_ID];
        let link =
            self.runs(&[&arguments[..], &["--timestamp", &an_hour_ago]].concat(), End::Done)?;
        self.breaks("link", &[&link, "--portal", PORTAL_HOST], "link_expired")
    }

    fn host_with_scheme(&self, link: &str) -> Result<()> {
        suite::header("Broken 5: a server that signs the portal's URL in place of its host");
        let message = format!("{PORTAL_URL}:{USER_ID}:{}", self.now);
        let signature = hex(&hmac_sha256(&self.link_secret, &message));
        let (address, _) = link.split_once('?').context("the link has no query")?;
        let now = self.now;
        let link = format!(
            "{address}?user_id={USER_ID}&user_id_timestamp={now}&user_id_signature={signature}"
        );
        self.breaks("link", &[&link, "--portal", PORTAL_HOST], "link_host_with_scheme")
    }

    /// Shows that the signature is rejected, and why. The explanation must contain the code.
    fn breaks(&self, kind: &str, arguments: &[&str], code: &str) -> Result<()> {
        self.runs(&[&["verify", kind], arguments].concat(), End::Rejected)?;
        let explanation = self.runs(&[&["explain", kind], arguments].concat(), End::Done)?;
        ensure!(explanation.contains(code), "the explanation should say {code}");
        Ok(())
    }

    /// Prints the command and its output, and returns its standard output.
    fn runs(&self, arguments: &[&str], end: End) -> Result<String> {
        println!("\n$ {}", typed(arguments));
        let mut command = Command::new(&self.program);
        command.args(arguments);
        command.env(EMAIL_VARIABLE, &self.email_secret).env(LINK_VARIABLE, &self.link_secret);
        let Output { status, stdout, stderr } = process::output(&mut command)?;
        for line in stdout.lines().chain(stderr.lines()) {
            println!("  {line}");
        }
        match (end, status.code()) {
            (End::Done, Some(0)) | (End::Rejected, Some(1)) => Ok(stdout.trim_end().to_owned()),
            _ => bail!("the command ended unexpectedly: {status}"),
        }
    }
}

/// Returns the command line as a user would type it into a shell.
fn typed(arguments: &[&str]) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "-_.@/:=+".contains(character);
    let word = |argument: &&str| {
        if argument.chars().all(is_plain) {
            (*argument).to_owned()
        } else {
            format!("'{}'", argument.replace('\'', r"'\''"))
        }
    };
    let words: Vec<String> = ["deskseal"].iter().chain(arguments).map(word).collect();
    words.join(" ")
}

fn hmac_sha256(key: &str, message: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .expect("HMAC takes keys of any length (RFC 2104, section 2)");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}
