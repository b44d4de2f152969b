//! The markup that loads the Ticket Center (SPEC 6).

use std::fmt;

use crate::error::{Error, ErrorCode};
use crate::host::SecureUrl;

/// The default of [`EmbedOptions::align`] (SPEC 6.1).
pub const DEFAULT_ALIGN: &str = "center";

/// The default of [`EmbedOptions::max_width`] (SPEC 6.1).
pub const DEFAULT_MAX_WIDTH: &str = "864px";

/// The default of [`EmbedOptions::container`] (SPEC 6.1).
pub const DEFAULT_CONTAINER: &str = "hdh-ticket-center";

/// The default of [`EmbedOptions::script_url`] (SPEC 6.1).
pub const DEFAULT_SCRIPT_URL: &str = "https://helpdesky.io/ticket-center.js";

/// The attributes with the customer's identity (SPEC 6.1, 12.7).
pub(crate) const DATA_EMAIL: &str = "data-email";
pub(crate) const DATA_SIGNATURE: &str = "data-signature";
pub(crate) const DATA_IDENTITY: &str = "data-identity";

/// Example ids of documentation (SPEC 6.1), compared ignoring ASCII case.
const PLACEHOLDERS: [&str; 2] = ["YOUR_HELPDESK_ID", "HELPDESK_ID"];

/// How the Ticket Center looks and where its script comes from; `None` is the default (SPEC 6.1).
///
/// ```
/// use deskseal::EmbedOptions;
///
/// let options = EmbedOptions { max_width: Some("60rem"), ..EmbedOptions::default() };
/// # assert_eq!(options.align, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EmbedOptions<'text> {
    /// How the Ticket Center is aligned in its container: `left`, `center` (the default) or `right`.
    pub align: Option<&'text str>,
    /// How wide the Ticket Center may become: a positive whole number and `px`, `rem` or `%`; default `864px`.
    pub max_width: Option<&'text str>,
    /// The id of the container element; default `hdh-ticket-center`.
    pub container: Option<&'text str>,
    /// The script's absolute `https` URL; default `https://helpdesky.io/ticket-center.js`.
    pub script_url: Option<&'text str>,
    /// Whether the script is loaded with CORS, which a page with `Cross-Origin-Embedder-Policy:
    /// require-corp` needs; default `false`.
    pub crossorigin: bool,
    /// The page's Content-Security-Policy nonce; none by default.
    pub nonce: Option<&'text str>,
}

/// The Ticket Center's markup for one customer.
///
/// `Debug` shows neither the signature nor the identity token.
///
/// ```
/// # use deskseal::{EmbedOptions, Secret, Signer};
/// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
/// let embed = signer.ticket_center("ada@example.com", "desk-1", &EmbedOptions::default())?;
/// let src = embed.attributes().next();
/// assert_eq!(src, Some(("src", "https://helpdesky.io/ticket-center.js")));
/// assert!(embed.html.starts_with(r#"<div id="hdh-ticket-center"></div>"#));
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Embed {
    /// The HTML of the container and the script tag, with all values escaped.
    pub html: String,
    attributes: Attributes,
}

/// Names and values. All values stand in one text, since each text of its own takes time to allocate.
#[derive(Clone, PartialEq, Eq)]
struct Attributes {
    /// Each name, and where its value ends in `values`.
    ends: Vec<(&'static str, usize)>,
    values: String,
}

impl Attributes {
    fn new(attributes: &[(&'static str, Option<&str>)]) -> Self {
        let length = attributes.iter().filter_map(|(_, value)| *value).map(str::len).sum();
        let mut ends = Vec::with_capacity(attributes.len());
        let mut values = String::with_capacity(length);
        for (name, value) in attributes {
            if let Some(value) = value {
                values.push_str(value);
                ends.push((*name, values.len()));
            }
        }
        Self { ends, values }
    }

    fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |(name, end)| {
            let value = &self.values[start..*end];
            start = *end;
            (*name, value)
        })
    }
}

impl Embed {
    /// Returns the script tag's attributes, unescaped, in order and without defaults, for frameworks that build
    /// their own tags.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&'static str, &str)> {
        self.attributes.iter()
    }

    pub(crate) fn new(
        identity: [(&'static str, Option<&str>); 2],
        helpdesk_id: &str,
        options: &EmbedOptions<'_>,
    ) -> Result<Self, Error> {
        check_helpdesk_id(helpdesk_id)?;
        let align =
            checked(options.align, DEFAULT_ALIGN, is_align, "align", "left, center or right")?;
        let max_width = checked(
            options.max_width,
            DEFAULT_MAX_WIDTH,
            is_max_width,
            "max_width",
            "a positive whole number and px, rem or %, such as 864px",
        )?;
        let container = checked(
            options.container,
            DEFAULT_CONTAINER,
            is_element_id,
            "container",
            "an element id: a letter, then letters, digits, - and _",
        )?;
        let script_url = options.script_url.map(script_url).transpose()?;
        let nonce =
            checked(options.nonce, "", is_nonce, "nonce", "a base64 value without whitespace")?;

        let [proof, signature] = identity;
        let attributes = Attributes::new(&[
            ("src", Some(script_url.as_deref().unwrap_or(DEFAULT_SCRIPT_URL))),
            ("data-helpdesk-id", Some(helpdesk_id)),
            proof,
            signature,
            ("data-align", align),
            ("data-max-width", max_width),
            ("data-container", container),
            ("crossorigin", options.crossorigin.then_some("anonymous")),
            ("nonce", nonce),
        ]);
        let html = html(container.unwrap_or(DEFAULT_CONTAINER), &attributes);
        Ok(Self { html, attributes })
    }
}

impl fmt::Debug for Embed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_credential = |name| matches!(name, DATA_SIGNATURE | DATA_IDENTITY);
        let shown = self.attributes().filter(|(name, _)| !is_credential(*name));
        formatter.write_str("Embed ")?;
        formatter.debug_map().entries(shown).finish()
    }
}

pub(crate) fn check_helpdesk_id(helpdesk_id: &str) -> Result<(), Error> {
    let is_placeholder =
        PLACEHOLDERS.iter().any(|placeholder| helpdesk_id.eq_ignore_ascii_case(placeholder));
    if is_placeholder {
        return Err(Error::new(
            ErrorCode::HelpdeskIdMalformed,
            "The helpdesk id is a placeholder from the documentation. Copy your desk's id from the \
             help desk's dashboard.",
        ));
    }
    if (1..=128).contains(&helpdesk_id.len()) && helpdesk_id.bytes().all(is_id_byte) {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::HelpdeskIdMalformed,
        "The helpdesk id does not consist of 1 to 128 letters, digits, - and _. Copy it from the \
         help desk's dashboard.",
    ))
}

/// Returns the option's value, checked, unless it is the default.
fn checked<'text>(
    value: Option<&'text str>,
    default: &str,
    is_valid: fn(&str) -> bool,
    name: &str,
    grammar: &str,
) -> Result<Option<&'text str>, Error> {
    match value {
        Some(value) if !is_valid(value) => Err(Error::new(
            ErrorCode::EmbedOptionMalformed,
            format!("The option {name} is invalid. Pass {grammar}."),
        )),
        value => Ok(value.filter(|value| *value != default)),
    }
}

fn script_url(text: &str) -> Result<String, Error> {
    SecureUrl::parse(text).map(SecureUrl::into_string).map_err(|rejection| {
        Error::new(
            ErrorCode::EmbedOptionMalformed,
            format!("The option script_url {}", rejection.predicate()),
        )
    })
}

fn is_align(text: &str) -> bool {
    matches!(text, "left" | "center" | "right")
}

fn is_max_width(text: &str) -> bool {
    let number = ["px", "rem", "%"].iter().find_map(|unit| text.strip_suffix(unit));
    number.is_some_and(|number| {
        !number.starts_with('0')
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_element_id(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_id_byte)
}

fn is_nonce(text: &str) -> bool {
    let value = text.trim_end_matches('=');
    let is_nonce_byte = |byte| is_id_byte(byte) || matches!(byte, b'+' | b'/');
    !value.is_empty() && text.len() - value.len() <= 2 && value.bytes().all(is_nonce_byte)
}

pub(crate) fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn html(container: &str, attributes: &Attributes) -> String {
    let values: usize = attributes.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    let mut html = String::with_capacity(container.len() + values + 48);
    html.push_str("<div id=\"");
    html.push_str(container);
    html.push_str("\"></div>\n<script");
    let are_plain = is_plain(&attributes.values);
    for (name, value) in attributes.iter() {
        html.push(' ');
        html.push_str(name);
        html.push_str("=\"");
        if are_plain {
            html.push_str(value);
        } else {
            push_escaped(&mut html, value);
        }
        html.push('"');
    }
    html.push_str("></script>");
    html
}

/// Adds the text with `& < > " '` escaped (SPEC 6.2).
pub(crate) fn push_escaped(html: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| escape_of(byte).is_some()) {
        html.push_str(&rest[..at]);
        html.push_str(escape_of(rest.as_bytes()[at]).unwrap_or_default());
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}

/// Tells whether nothing in the text is escaped.
fn is_plain(text: &str) -> bool {
    // Not `all`: without an early exit, the loop is done in a few vector instructions.
    text.bytes().fold(true, |is_plain, byte| is_plain & escape_of(byte).is_none())
}

const fn escape_of(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    }
}
