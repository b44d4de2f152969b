//! The command line, and its help pages.

#![expect(clippy::doc_markdown, reason = "these comments are help texts, shown as they are")]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::output::Format;

/// Sign, verify and explain who a logged-in customer is, for embedded help desks.
///
/// Secrets come from the environment, a file or standard input, never from an argument, where other
/// users and the shell's history would see them.
#[derive(Parser)]
#[command(
    name = "deskseal",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done or verified; 1 refused by verification, or found by scan or \
                  doctor; 2 wrong input, secret or usage.",
    after_long_help = "\
Examples:
  export HELPDESKY_HMAC_SECRET=$(deskseal secret generate)
  deskseal sign email 'Ada@Example.com'
  deskseal embed 'Ada@Example.com' --helpdesk-id my-desk
  deskseal explain email 'Ada@Example.com' 52c24c92…

Exit codes:
  0  done or verified
  1  refused by verification, or found by scan or doctor
  2  wrong input, secret or usage"
)]
pub(crate) struct Arguments {
    /// How results and errors are written.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a secret.
    #[command(subcommand)]
    Secret(SecretCommand),

    /// Sign an identity.
    #[command(subcommand)]
    Sign(SignCommand),

    /// Verify an identity.
    #[command(subcommand)]
    Verify(VerifyCommand),

    /// Say why a signature does not hold.
    #[command(subcommand)]
    Explain(ExplainCommand),

    /// Print the markup that shows a customer's Ticket Center.
    #[command(after_long_help = "\
Examples:
  deskseal embed ada@example.com --helpdesk-id my-desk
  deskseal embed ada@example.com --helpdesk-id my-desk --align left --nonce \"$NONCE\"
  deskseal embed ada@example.com --helpdesk-id my-desk --format json | jq .attributes")]
    Embed(EmbedArguments),

    /// Search built bundles for the secret.
    ///
    /// Finds the secret plain, in base64, in hexadecimal digits, URL-encoded and JSON-escaped, and any
    /// token that starts with dsk_secret_ or hdh_secret_. Every file is read, hidden and ignored ones
    /// too; what cannot be read is listed. Compressed files are searched as they are.
    #[command(after_long_help = "\
Without --secret-env, --secret-file or --secret-stdin it looks for the values of
HELPDESKY_HMAC_SECRET, HDH_HMAC_SECRET and LETTERBOOK_PORTAL_TICKET_SECRET, as far as they are set.

Examples:
  deskseal scan dist
  deskseal scan .next/static public --secret-env MY_DESK_SECRET
  deskseal scan dist --format json | jq '.hits[].path'

Exit codes: 0 nothing found; 1 something found; 2 a path could not be read.")]
    Scan(ScanArguments),

    /// Examine a project: is Deskseal there, are its secrets set, sane and private.
    ///
    /// Names the framework of each project that it finds below the folder, and checks the package, the
    /// secrets in the environment and in .env files, what is built, what git has, the clock, and whether
    /// a signature verifies. Says of each finding what to do. Without --desk nothing goes over the
    /// network; no program is started, git neither, and no secret is ever printed.
    #[command(after_long_help = "\
Examples:
  deskseal doctor
  deskseal doctor shop --desk https://desk.example.com
  deskseal doctor --email ada@example.com --signature 52c24c92…
  deskseal doctor --format json | jq '.findings[] | select(.level == \"problem\")'

Exit codes: 0 no problem; 1 problems; 2 the folder could not be read, or wrong usage.")]
    Doctor(DoctorArguments),

    /// Print a completion script for a shell.
    #[command(after_long_help = "\
Examples:
  deskseal completions bash > /etc/bash_completion.d/deskseal
  deskseal completions zsh > ~/.zfunc/_deskseal
  deskseal completions fish > ~/.config/fish/completions/deskseal.fish")]
    Completions {
        /// The shell.
        shell: Shell,
    },

    /// Answer conformance requests, one JSON object a line.
    #[command(hide = true)]
    Conform,
}

/// What to do with a secret.
#[derive(Subcommand)]
pub(crate) enum SecretCommand {
    /// Print a new secret: dsk_secret_ and 256 random bits.
    #[command(after_long_help = "\
Examples:
  deskseal secret generate
  deskseal secret generate > /run/secrets/helpdesk && chmod 600 /run/secrets/helpdesk")]
    Generate,
}

/// What to sign.
#[derive(Subcommand)]
pub(crate) enum SignCommand {
    /// Sign a customer's e-mail for the Ticket Center.
    #[command(after_long_help = "\
The canonical e-mail and the signature belong together: put both into the page.

Examples:
  deskseal sign email '  Ada@Example.com '
  deskseal sign email ada@example.com --secret-file /run/secrets/helpdesk --format json")]
    Email {
        /// The customer's e-mail, as stored.
        email: OsString,

        #[command(flatten)]
        secret: SecretSource,
    },

    /// Sign a link to the ticket portal's form.
    #[command(after_long_help = "\
The link holds for five minutes: sign it when the customer clicks.

Examples:
  deskseal sign link --portal https://help.company.com --user-id user-42
  deskseal sign link --portal http://localhost:8080 --user-id user-42 --timestamp 1767225600")]
    Link {
        /// The portal's URL.
        #[arg(long, value_name = "URL")]
        portal: OsString,

        /// The customer's id in your system.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        user_id: OsString,

        /// The Unix second of the signature, in place of now.
        #[arg(long, value_name = "SECOND", allow_hyphen_values = true)]
        timestamp: Option<OsString>,

        #[command(flatten)]
        secret: SecretSource,
    },
}

/// What to verify.
#[derive(Subcommand)]
pub(crate) enum VerifyCommand {
    /// Verify a Ticket Center's e-mail and signature.
    #[command(after_long_help = "\
Examples:
  deskseal verify email ada@example.com 52c24c92…
  deskseal verify email ada@example.com 52c24c92… --previous-env OLD_SECRET=1767225600")]
    Email {
        #[command(flatten)]
        seal: EmailSeal,

        #[command(flatten)]
        secret: SecretSource,
    },

    /// Verify a signed link to the ticket portal's form.
    #[command(after_long_help = "\
A link without any identity is a public visitor's: that is said, and the exit code is 0.

Examples:
  deskseal verify link 'https://help.company.com/submit-ticket?user_id=…'
  deskseal verify link '/submit-ticket?user_id=…' --portal help.company.com --now 1767225600")]
    Link {
        #[command(flatten)]
        seal: LinkSeal,

        #[command(flatten)]
        secret: SecretSource,
    },
}

/// What to explain.
#[derive(Subcommand)]
pub(crate) enum ExplainCommand {
    /// Say why an e-mail's signature does not hold.
    #[command(after_long_help = "\
Offline: it tries what goes wrong in practice, and names the simplest deviation that reproduces the
signature. It never prints the right one.

Examples:
  deskseal explain email 'Ada@Example.com' 1b2c…
  deskseal explain email ada@example.com 1b2c… --other-env LETTERBOOK_PORTAL_TICKET_SECRET")]
    Email {
        #[command(flatten)]
        seal: EmailSeal,

        #[command(flatten)]
        secret: SecretSource,

        #[command(flatten)]
        others: OtherSecrets,
    },

    /// Say why a signed link does not hold.
    #[command(after_long_help = "\
Examples:
  deskseal explain link 'https://help.company.com/submit-ticket?user_id=…'
  deskseal explain link '/submit-ticket?user_id=…' --portal help.company.com --now 1767225600")]
    Link {
        #[command(flatten)]
        seal: LinkSeal,

        #[command(flatten)]
        secret: SecretSource,

        #[command(flatten)]
        others: OtherSecrets,
    },
}

/// An e-mail and its signature, as received.
#[derive(Args)]
pub(crate) struct EmailSeal {
    /// The e-mail, as received.
    pub(crate) email: OsString,

    /// The signature, as received.
    #[arg(allow_hyphen_values = true)]
    pub(crate) signature: OsString,

    /// The Unix second at which to verify, in place of now.
    #[arg(long, value_name = "SECOND", allow_hyphen_values = true)]
    pub(crate) now: Option<OsString>,

    #[command(flatten)]
    pub(crate) previous: PreviousSecrets,
}

/// A signed link, as received.
#[derive(Args)]
pub(crate) struct LinkSeal {
    /// The link: an absolute URL, or the part that begins with a slash.
    pub(crate) url: OsString,

    /// The portal's host or URL, in place of the link's own.
    #[arg(long, value_name = "HOST")]
    pub(crate) portal: Option<OsString>,

    /// The Unix second at which to verify, in place of now.
    #[arg(long, value_name = "SECOND", allow_hyphen_values = true)]
    pub(crate) now: Option<OsString>,

    #[command(flatten)]
    pub(crate) previous: PreviousSecrets,
}

/// Where the secret comes from.
#[derive(Args)]
#[group(multiple = false)]
pub(crate) struct SecretSource {
    /// The environment variable that holds the secret [default: HELPDESKY_HMAC_SECRET, else
    /// HDH_HMAC_SECRET; for links LETTERBOOK_PORTAL_TICKET_SECRET].
    #[arg(long = "secret-env", value_name = "NAME")]
    pub(crate) variable: Option<OsString>,

    /// Read the secret from this file; one line break at its end is dropped.
    #[arg(long = "secret-file", value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,

    /// Read the secret from standard input; one line break at its end is dropped.
    #[arg(long = "secret-stdin")]
    pub(crate) stdin: bool,
}

/// Secrets that were replaced and still hold for a while.
#[derive(Args)]
pub(crate) struct PreviousSecrets {
    /// A variable that holds a previous secret, and the Unix second from which that is dead; may be
    /// repeated.
    #[arg(long, value_name = "NAME=UNIX_SECOND")]
    pub(crate) previous_env: Vec<OsString>,
}

/// Secrets of other purposes, which the signer may have used by mistake.
#[derive(Args)]
pub(crate) struct OtherSecrets {
    /// A variable that holds a secret of another purpose; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) other_env: Vec<OsString>,
}

/// The customer and the look of the Ticket Center.
#[derive(Args)]
pub(crate) struct EmbedArguments {
    /// The customer's e-mail, as stored.
    pub(crate) email: OsString,

    /// The helpdesk's id, from the dashboard.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) helpdesk_id: OsString,

    /// left, center or right [default: center].
    #[arg(long, value_name = "ALIGN")]
    pub(crate) align: Option<OsString>,

    /// A positive whole number and px, rem or % [default: 864px].
    #[arg(long, value_name = "WIDTH", allow_hyphen_values = true)]
    pub(crate) max_width: Option<OsString>,

    /// The id of the container element [default: hdh-ticket-center].
    #[arg(long, value_name = "ID")]
    pub(crate) container: Option<OsString>,

    #[arg(
        long,
        value_name = "URL",
        help = "The script's URL [default: https://helpdesky.io/ticket-center.js]"
    )]
    pub(crate) script_url: Option<OsString>,

    /// Load the script with CORS, for a page with Cross-Origin-Embedder-Policy: require-corp.
    #[arg(long)]
    pub(crate) crossorigin: bool,

    /// The page's Content-Security-Policy nonce.
    #[arg(long, value_name = "NONCE", allow_hyphen_values = true)]
    pub(crate) nonce: Option<OsString>,

    #[command(flatten)]
    pub(crate) secret: SecretSource,
}

/// Where to search, and for what.
#[derive(Args)]
pub(crate) struct ScanArguments {
    /// Files and folders to search.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) secret: SecretSource,
}

/// What to examine.
#[derive(Args)]
pub(crate) struct DoctorArguments {
    /// The folder with the project, or with several.
    #[arg(default_value = ".", value_name = "FOLDER")]
    pub(crate) folder: PathBuf,

    /// Ask the desk at this address for its time, and whether it accepts the e-mail's signature.
    #[arg(long, value_name = "URL")]
    pub(crate) desk: Option<OsString>,

    /// An e-mail: with --signature it is verified, with --desk the desk is asked. A desk makes a
    /// contact of an address that it has not seen.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) email: Option<OsString>,

    /// The e-mail's signature, from a page.
    #[arg(long, value_name = "SIGNATURE", requires = "email", allow_hyphen_values = true)]
    pub(crate) signature: Option<OsString>,

    /// The helpdesk's id [default: HELPDESKY_HELPDESK_ID of the project].
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) helpdesk_id: Option<OsString>,

    /// The variable with the Ticket Center's secret.
    #[arg(long, value_name = "NAME", default_value = "HELPDESKY_HMAC_SECRET")]
    pub(crate) ticket_center_env: OsString,

    /// The variable with the portal's secret.
    #[arg(long, value_name = "NAME", default_value = "LETTERBOOK_PORTAL_TICKET_SECRET")]
    pub(crate) portal_env: OsString,
}
