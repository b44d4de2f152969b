//! Defines the command line: subcommands, options and their help pages.

#![expect(clippy::doc_markdown, reason = "these comments are help texts, shown as they are")]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::output::Format;

/// Sign, verify and explain customer identities for embedded help desks.
///
/// Secrets come from the environment, a file or standard input, never from an argument: other users of
/// the machine and the shell's history could see an argument.
#[derive(Parser)]
#[command(
    name = "deskseal",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done or verified; 1 signature rejected, or something found by scan or \
                  doctor; 2 wrong input, secret or usage.",
    after_long_help = "\
Examples:
  export HELPDESKY_HMAC_SECRET=$(deskseal secret generate)
  deskseal sign email 'Ada@Example.com'
  deskseal embed 'Ada@Example.com' --helpdesk-id my-desk
  deskseal explain email 'Ada@Example.com' 52c24c92…

Exit codes:
  0  done or verified
  1  signature rejected, or something found by scan or doctor
  2  wrong input, secret or usage"
)]
pub(crate) struct Arguments {
    /// The format of results and errors.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The subcommands.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Generate a secret.
    #[command(subcommand)]
    Secret(SecretCommand),

    /// Sign a customer's e-mail, a link to the ticket portal, or an identity token.
    #[command(subcommand)]
    Sign(SignCommand),

    /// Verify a signed e-mail, a signed link, or an identity token.
    #[command(subcommand)]
    Verify(VerifyCommand),

    /// Explain why a signature or an identity token is rejected.
    #[command(subcommand)]
    Explain(ExplainCommand),

    /// Print the HTML that embeds a customer's Ticket Center in a page.
    #[command(after_long_help = "\
Examples:
  deskseal embed ada@example.com --helpdesk-id my-desk
  deskseal embed ada@example.com --helpdesk-id my-desk --align left --nonce \"$NONCE\"
  deskseal embed ada@example.com --helpdesk-id my-desk --format json | jq .attributes")]
    Embed(EmbedArguments),

    /// Search files, such as a built bundle, for secrets.
    ///
    /// Finds each secret as plain text, base64, hexadecimal, URL-encoded and JSON-escaped, and any token
    /// that starts with dsk_secret_ or hdh_secret_. Searches every file, including hidden files and those that
    /// git ignores, and lists what it cannot read. Compressed files are not decompressed.
    #[command(after_long_help = "\
Without --secret-env, --secret-file or --secret-stdin it searches for the values of these variables,
if they are set: HELPDESKY_HMAC_SECRET, HDH_HMAC_SECRET, LETTERBOOK_PORTAL_TICKET_SECRET and
DESKSEAL_IDENTITY_SECRET.

Examples:
  deskseal scan dist
  deskseal scan .next/static public --secret-env MY_DESK_SECRET
  deskseal scan dist --format json | jq '.hits[].path'

Exit codes: 0 no secret found; 1 secret found; 2 no secret found, but a path could not be read.")]
    Scan(ScanArguments),

    /// Check a project: the installed package, the secrets, the build output, git and the clock.
    ///
    /// Searches the folder for projects. In each one it names the framework, and checks that the package is
    /// declared, that the secrets in the environment and in .env files are valid and private, and that no
    /// secret is in the build output or in git. It also checks the clock, and that a signature verifies.
    /// Each finding says how to fix it. Without --desk it uses no network. It starts no program, not even
    /// git, and prints no secret.
    #[command(after_long_help = "\
Examples:
  deskseal doctor
  deskseal doctor shop --desk https://desk.example.com
  deskseal doctor --email ada@example.com --signature 52c24c92…
  deskseal doctor --format json | jq '.findings[] | select(.level == \"problem\")'

Exit codes: 0 no problem; 1 problems found; 2 the folder cannot be read, or wrong usage.")]
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

    /// Respond to conformance requests, one JSON object a line.
    #[command(hide = true)]
    Conform,
}

/// The subcommands of `secret`.
#[derive(Subcommand)]
pub(crate) enum SecretCommand {
    /// Print a new secret: dsk_secret_, then 256 random bits in base64url.
    #[command(after_long_help = "\
Examples:
  deskseal secret generate
  deskseal secret generate > /run/secrets/helpdesk && chmod 600 /run/secrets/helpdesk")]
    Generate,
}

/// The subcommands of `sign`.
#[derive(Subcommand)]
pub(crate) enum SignCommand {
    /// Sign a customer's e-mail for the Ticket Center.
    #[command(after_long_help = "\
The signature is made for the canonical e-mail that is printed with it: put both into the page.

Examples:
  deskseal sign email '  Ada@Example.com '
  deskseal sign email ada@example.com --secret-file /run/secrets/helpdesk --format json")]
    Email {
        /// The customer's e-mail address, as your application stores it.
        email: OsString,

        #[command(flatten)]
        secret: SecretSource,
    },

    /// Sign a link to the ticket portal's form, and print it.
    #[command(after_long_help = "\
The link is valid for five minutes: sign it when the customer clicks.

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

        /// The time of the signature in Unix seconds [default: now].
        #[arg(long, value_name = "SECOND", allow_hyphen_values = true)]
        timestamp: Option<OsString>,

        #[command(flatten)]
        secret: SecretSource,
    },

    /// Sign an identity token for a desk or a portal, and print it.
    #[command(after_long_help = "\
A token names a customer by id, by e-mail, or both, and expires. It is a JSON Web Token (HS256).

Examples:
  deskseal sign token --audience my-desk --user-id user-42 --email ada@example.com
  deskseal sign token --audience my-desk --user-id user-42 --name 'Ada Lovelace' --attribute plan=pro
  deskseal sign token --audience help.company.com --user-id user-42 --expires-in 300")]
    Token(Box<TokenArguments>),
}

/// The arguments of `sign token`.
#[derive(Args)]
pub(crate) struct TokenArguments {
    /// The helpdesk id, or the portal's host.
    #[arg(long, value_name = "ID|HOST", allow_hyphen_values = true)]
    pub(crate) audience: OsString,

    /// The customer's permanent id in your system.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) user_id: Option<OsString>,

    /// The customer's e-mail address, as your application stores it.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) email: Option<OsString>,

    /// Your application has not verified that the customer receives mail at --email.
    #[arg(long, requires = "email")]
    pub(crate) email_unverified: bool,

    /// The customer's name.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<OsString>,

    /// What agents see beside the customer. Whole numbers, true and false are sent as such; anything else
    /// is a text. Can be repeated.
    #[arg(long = "attribute", value_name = "NAME=VALUE")]
    pub(crate) attributes: Vec<OsString>,

    /// The token's id [default: random].
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) token_id: Option<OsString>,

    /// For how many seconds the token is valid, 1 to 86400 [default: 600].
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub(crate) expires_in: Option<i64>,

    /// Sign as if it were this time, in Unix seconds [default: now].
    #[arg(long, value_name = "SECOND", allow_hyphen_values = true)]
    pub(crate) now: Option<OsString>,

    #[command(flatten)]
    pub(crate) secret: SecretSource,
}

/// The subcommands of `verify`.
#[derive(Subcommand)]
pub(crate) enum VerifyCommand {
    /// Verify an e-mail and its signature, as the Ticket Center does.
    #[command(after_long_help = "\
Examples:
  deskseal verify email ada@example.com 52c24c92…
  deskseal verify email ada@example.com 52c24c92… --previous-env OLD_SECRET=1767225600")]
    Email {
        #[command(flatten)]
        received: ReceivedEmail,

        #[command(flatten)]
        secret: SecretSource,
    },

    /// Verify a signed link, as the ticket portal does.
    #[command(after_long_help = "\
A link without an identity belongs to an anonymous visitor. That is no error: the exit code is 0.

Examples:
  deskseal verify link 'https://help.company.com/submit-ticket?user_id=…'
  deskseal verify link '/submit-ticket?user_id=…' --portal help.company.com --now 1767225600")]
    Link {
        #[command(flatten)]
        received: ReceivedLink,

        #[command(flatten)]
        secret: SecretSource,
    },

    /// Verify an identity token, as the desk or the portal does.
    #[command(after_long_help = "\
Examples:
  deskseal verify token eyJhbGci… --audience my-desk
  deskseal verify token eyJhbGci… --audience my-desk --now 1767225600 --format json")]
    Token {
        #[command(flatten)]
        received: ReceivedToken,

        #[command(flatten)]
        secret: SecretSource,
    },
}

/// The subcommands of `explain`.
#[derive(Subcommand)]
pub(crate) enum ExplainCommand {
    /// Explain why the signature of an e-mail is rejected.
    #[command(after_long_help = "\
Tries the usual mistakes, and names the simplest one that gives this signature. Uses no network, and
never prints the correct signature.

Examples:
  deskseal explain email 'Ada@Example.com' 1b2c…
  deskseal explain email ada@example.com 1b2c… --other-env LETTERBOOK_PORTAL_TICKET_SECRET")]
    Email {
        #[command(flatten)]
        received: ReceivedEmail,

        #[command(flatten)]
        secret: SecretSource,

        #[command(flatten)]
        others: OtherSecrets,
    },

    /// Explain why a signed link is rejected.
    #[command(after_long_help = "\
Examples:
  deskseal explain link 'https://help.company.com/submit-ticket?user_id=…'
  deskseal explain link '/submit-ticket?user_id=…' --portal help.company.com --now 1767225600")]
    Link {
        #[command(flatten)]
        received: ReceivedLink,

        #[command(flatten)]
        secret: SecretSource,

        #[command(flatten)]
        others: OtherSecrets,
    },

    /// Explain why an identity token is rejected.
    #[command(after_long_help = "\
Examples:
  deskseal explain token eyJhbGci… --audience my-desk
  deskseal explain token eyJhbGci… --audience my-desk --other-env HELPDESKY_HMAC_SECRET")]
    Token {
        #[command(flatten)]
        received: ReceivedToken,

        #[command(flatten)]
        secret: SecretSource,

        #[command(flatten)]
        others: OtherSecrets,
    },
}

/// An identity token, as received.
#[derive(Args)]
pub(crate) struct ReceivedToken {
    /// The token, as received.
    pub(crate) token: OsString,

    /// The helpdesk id, or the portal's host.
    #[arg(long, value_name = "ID|HOST", allow_hyphen_values = true)]
    pub(crate) audience: OsString,

    /// Verify as if it were this time, in Unix seconds [default: now].
    #[arg(long, value_name = "SECOND", allow_hyphen_values = true)]
    pub(crate) now: Option<OsString>,

    #[command(flatten)]
    pub(crate) previous: PreviousSecrets,
}

/// An e-mail and its signature, as received.
#[derive(Args)]
pub(crate) struct ReceivedEmail {
    /// The e-mail address, as received.
    pub(crate) email: OsString,

    /// The signature, as received.
    #[arg(allow_hyphen_values = true)]
    pub(crate) signature: OsString,

    /// Verify as if it were this time, in Unix seconds [default: now].
    #[arg(long, value_name = "SECOND", allow_hyphen_values = true)]
    pub(crate) now: Option<OsString>,

    #[command(flatten)]
    pub(crate) previous: PreviousSecrets,
}

/// A signed link, as received.
#[derive(Args)]
pub(crate) struct ReceivedLink {
    /// The link: an absolute URL, or only the path and query.
    pub(crate) url: OsString,

    /// The portal's host or URL [default: the link's own host].
    #[arg(long, value_name = "HOST")]
    pub(crate) portal: Option<OsString>,

    /// Verify as if it were this time, in Unix seconds [default: now].
    #[arg(long, value_name = "SECOND", allow_hyphen_values = true)]
    pub(crate) now: Option<OsString>,

    #[command(flatten)]
    pub(crate) previous: PreviousSecrets,
}

/// The source of the secret.
#[derive(Args)]
#[group(multiple = false)]
pub(crate) struct SecretSource {
    /// The environment variable that holds the secret [default: HELPDESKY_HMAC_SECRET, else
    /// HDH_HMAC_SECRET; for links, LETTERBOOK_PORTAL_TICKET_SECRET; for tokens, DESKSEAL_IDENTITY_SECRET].
    #[arg(long = "secret-env", value_name = "NAME")]
    pub(crate) variable: Option<OsString>,

    /// Read the secret from this file. One line break at the end is dropped.
    #[arg(long = "secret-file", value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,

    /// Read the secret from standard input. One line break at the end is dropped.
    #[arg(long = "secret-stdin")]
    pub(crate) stdin: bool,
}

/// Previous secrets, which are accepted until they expire.
#[derive(Args)]
pub(crate) struct PreviousSecrets {
    /// An environment variable that holds a previous secret, and the Unix second when that secret
    /// expires. Can be repeated.
    #[arg(long, value_name = "NAME=UNIX_SECOND")]
    pub(crate) previous_env: Vec<OsString>,
}

/// Other secrets, which the signer may have used by mistake.
#[derive(Args)]
pub(crate) struct OtherSecrets {
    /// An environment variable that holds another secret, which the signer may have used by mistake.
    /// Can be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) other_env: Vec<OsString>,
}

/// The arguments of `embed`.
#[derive(Args)]
pub(crate) struct EmbedArguments {
    /// The customer's e-mail address, as your application stores it.
    pub(crate) email: OsString,

    /// The help desk's id, from its dashboard.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) helpdesk_id: OsString,

    /// The alignment: left, center or right [default: center].
    #[arg(long, value_name = "ALIGN")]
    pub(crate) align: Option<OsString>,

    /// The maximum width: a positive whole number with px, rem or % [default: 864px].
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

    /// The nonce of the page's Content-Security-Policy.
    #[arg(long, value_name = "NONCE", allow_hyphen_values = true)]
    pub(crate) nonce: Option<OsString>,

    #[command(flatten)]
    pub(crate) secret: SecretSource,
}

/// The arguments of `scan`.
#[derive(Args)]
pub(crate) struct ScanArguments {
    /// Files and folders to search.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) secret: SecretSource,
}

/// The arguments of `doctor`.
#[derive(Args)]
pub(crate) struct DoctorArguments {
    /// The folder with one project or several.
    #[arg(default_value = ".", value_name = "FOLDER")]
    pub(crate) folder: PathBuf,

    /// Compare the clock with that of the desk at this address. With --email, also check that the desk
    /// accepts the signature.
    #[arg(long, value_name = "URL")]
    pub(crate) desk: Option<OsString>,

    /// A customer's e-mail address: verify it with --signature, or with --desk sign it here and send it
    /// to the desk. A desk creates a contact for an address that it does not know.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) email: Option<OsString>,

    /// The signature of --email, copied from a page.
    #[arg(long, value_name = "SIGNATURE", requires = "email", allow_hyphen_values = true)]
    pub(crate) signature: Option<OsString>,

    /// The help desk's id [default: the project's HELPDESKY_HELPDESK_ID].
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) helpdesk_id: Option<OsString>,

    /// The environment variable that holds the Ticket Center's secret [default: HELPDESKY_HMAC_SECRET, else
    /// HDH_HMAC_SECRET].
    #[arg(long, value_name = "NAME")]
    pub(crate) ticket_center_env: Option<OsString>,

    /// The environment variable that holds the ticket portal's secret [default: LETTERBOOK_PORTAL_TICKET_SECRET].
    #[arg(long, value_name = "NAME")]
    pub(crate) portal_env: Option<OsString>,

    /// The environment variable that holds the secret of identity tokens [default: DESKSEAL_IDENTITY_SECRET].
    #[arg(long, value_name = "NAME")]
    pub(crate) identity_env: Option<OsString>,
}
