//! Secrets: how they are checked, read from variables, generated and kept from output (SPEC 2).

use std::fmt;

use zeroize::Zeroizing;

use crate::error::{Error, ErrorCode};
use crate::text::is_whitespace;
use crate::timestamp::Timestamp;

/// Placeholders (SPEC 2.3), compared ignoring ASCII case.
const PLACEHOLDERS: [&str; 5] = ["YOUR_HMAC_SECRET", "changeme", "undefined", "null", "None"];

const GENERATED_PREFIX: &str = "dsk_secret_";

const MIN_BYTES: usize = 16;

/// HS256 needs a key of at least 256 bits (RFC 7518, section 3.2).
const MIN_TOKEN_BYTES: usize = 32;

/// A secret that passed all checks of SPEC 2.2.
///
/// Its UTF-8 bytes are the key. They are overwritten when it is dropped. `Debug` does not show them, and a secret
/// cannot be cloned.
///
/// ```
/// use deskseal::{ErrorCode, Secret};
///
/// let secret = Secret::new("example-secret-for-documentation")?;
/// assert_eq!(format!("{secret:?}"), "Secret([redacted])");
///
/// let error = Secret::new("example-secret-for-documentation\n").unwrap_err();
/// assert_eq!(error.code(), ErrorCode::SecretPadded);
/// # Ok::<(), deskseal::Error>(())
/// ```
pub struct Secret(Zeroizing<Box<str>>);

impl Secret {
    /// The prefixes of secrets that a help desk or this crate generates (SPEC 2.3).
    ///
    /// ```
    /// use deskseal::Secret;
    ///
    /// assert!(Secret::ISSUED_PREFIXES.contains(&"dsk_secret_"));
    /// ```
    pub const ISSUED_PREFIXES: [&'static str; 2] = ["hdh_secret_", GENERATED_PREFIX];

    /// The example secrets of this project's documentation, which are public (SPEC 2.3).
    pub const EXAMPLES: [&'static str; 2] =
        ["example-secret-for-documentation", "an-older-secret-now-being-replaced"];

    /// The usual names of the variables that hold the Ticket Center's secret (SPEC 2.5).
    pub const TICKET_CENTER_VARIABLES: [&'static str; 2] =
        ["HELPDESKY_HMAC_SECRET", "HDH_HMAC_SECRET"];

    /// The usual names of the variables that hold the portal's secret (SPEC 2.5).
    pub const PORTAL_VARIABLES: [&'static str; 1] = ["LETTERBOOK_PORTAL_TICKET_SECRET"];

    /// The usual names of the variables that hold the secret of identity tokens (SPEC 2.5).
    pub const IDENTITY_VARIABLES: [&'static str; 1] = ["DESKSEAL_IDENTITY_SECRET"];

    /// The prefixes of variables that bundlers copy into browser code (SPEC 2.2).
    ///
    /// ```
    /// use deskseal::Secret;
    ///
    /// assert!(Secret::PUBLIC_PREFIXES.iter().any(|prefix| "VITE_SECRET".starts_with(prefix)));
    /// ```
    pub const PUBLIC_PREFIXES: [&'static str; 12] = [
        "PUBLIC_",
        "NEXT_PUBLIC_",
        "VITE_",
        "NUXT_PUBLIC_",
        "REACT_APP_",
        "EXPO_PUBLIC_",
        "GATSBY_",
        "VUE_APP_",
        "MIX_",
        "NUXT_ENV_",
        "NG_APP_",
        "STORYBOOK_",
    ];

    /// Returns the usual names of all variables that hold a secret (SPEC 2.5).
    ///
    /// ```
    /// use deskseal::Secret;
    ///
    /// assert!(Secret::usual_variables().any(|name| name == "HELPDESKY_HMAC_SECRET"));
    /// ```
    pub fn usual_variables() -> impl Iterator<Item = &'static str> {
        Self::TICKET_CENTER_VARIABLES
            .into_iter()
            .chain(Self::PORTAL_VARIABLES)
            .chain(Self::IDENTITY_VARIABLES)
    }

    /// Takes a secret's text, or `None` if the caller has no value.
    ///
    /// # Errors
    /// `secret_missing`, `secret_empty`, `secret_padded`, `secret_malformed`, `secret_placeholder`,
    /// `secret_too_short`, in this order (SPEC 2.2).
    pub fn new<'text>(text: impl Into<Option<&'text str>>) -> Result<Self, Error> {
        let Some(text) = text.into() else {
            return Err(Error::new(
                ErrorCode::SecretMissing,
                "The secret is missing. Set the environment variable from which the server reads it.",
            ));
        };
        Self::checked(text, is_placeholder).map_err(|flaw| flaw.of("The secret"))
    }

    /// Takes the `value` of the variable `name`; `None` if the variable is not set.
    ///
    /// This is for callers that read variables themselves. [`Secret::from_env`] reads the environment.
    ///
    /// # Errors
    /// `secret_public` if bundlers would copy the variable into browser code, then those of [`Secret::new`]
    /// (SPEC 2.2). Messages contain only usual names: any other name may be the secret itself, passed by mistake
    /// in place of the name.
    ///
    /// ```
    /// use deskseal::{ErrorCode, Secret};
    ///
    /// let text = deskseal::generate_secret()?;
    /// let value = Some(text.as_str());
    /// assert!(Secret::from_named("HELPDESKY_HMAC_SECRET", value).is_ok());
    /// let error = Secret::from_named("VITE_HMAC_SECRET", value).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::SecretPublic);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn from_named(name: &str, value: Option<&str>) -> Result<Self, Error> {
        Self::from_first_named(&[(name, value)])
    }

    /// Takes the value of the first variable that is set, if several variables may hold the secret (SPEC 2.5).
    ///
    /// `variables` are names and values; the value is `None` if the variable is not set.
    ///
    /// # Errors
    /// `secret_public` for any of the names, `secret_conflict` if two of the variables are set to different
    /// values, then those of [`Secret::from_named`].
    ///
    /// ```
    /// use deskseal::{ErrorCode, Secret};
    ///
    /// let [usual, second] = Secret::TICKET_CENTER_VARIABLES;
    /// let text = deskseal::generate_secret()?;
    /// let value = Some(text.as_str());
    /// assert!(Secret::from_first_named(&[(usual, None), (second, value)]).is_ok());
    ///
    /// let variables = [(usual, Some("another-secret-than-the-second")), (second, value)];
    /// let error = Secret::from_first_named(&variables).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::SecretConflict);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn from_first_named(variables: &[(&str, Option<&str>)]) -> Result<Self, Error> {
        for (name, _) in variables {
            check_not_public(name)?;
        }
        let mut set =
            variables.iter().filter_map(|(name, value)| value.map(|value| (*name, value)));
        let Some((name, text)) = set.next() else {
            return Err(not_set(variables));
        };
        if let Some((other, _)) = set.find(|(_, value)| *value != text) {
            return Err(Error::new(
                ErrorCode::SecretConflict,
                format!(
                    "The {} hold different secrets. Keep the one that the help desk shows, and unset \
                     the other variable.",
                    shown(&[name, other])
                ),
            ));
        }
        let is_placeholder = |text: &str| is_placeholder(text) || is_placeholder_of_variable(text);
        Self::checked(text, is_placeholder)
            .map_err(|flaw| flaw.of(&format!("The secret in the {}", shown(&[name]))))
    }

    fn checked(text: &str, is_placeholder: impl Fn(&str) -> bool) -> Result<Self, Flaw> {
        check(text, is_placeholder)?;
        Ok(Self(Zeroizing::new(text.into())))
    }

    /// Reads the secret from the environment variable `name`.
    ///
    /// # Errors
    /// Those of [`Secret::from_named`]; `secret_malformed` first, if the value is not UTF-8.
    ///
    /// ```
    /// use deskseal::{ErrorCode, Secret};
    ///
    /// let error = Secret::from_env("A_VARIABLE_THAT_IS_NOT_SET").unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::SecretMissing);
    /// ```
    #[cfg(feature = "env")]
    pub fn from_env(name: &str) -> Result<Self, Error> {
        Self::from_first_env(&[name])
    }

    /// Reads the secret from the first environment variable of `names` that is set (SPEC 2.5).
    ///
    /// # Errors
    /// Those of [`Secret::from_first_named`]; `secret_malformed` first, if a value is not UTF-8.
    ///
    /// ```
    /// use deskseal::{ErrorCode, Secret};
    ///
    /// let error = Secret::from_first_env(&["A_VARIABLE_THAT_IS_NOT_SET", "ANOTHER"]).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::SecretMissing);
    /// ```
    #[cfg(feature = "env")]
    pub fn from_first_env(names: &[&str]) -> Result<Self, Error> {
        let bytes: Vec<_> = names
            .iter()
            .map(|name| Some(Zeroizing::new(std::env::var_os(name)?.into_encoded_bytes())))
            .collect();
        let texts = bytes.iter().map(|bytes| match bytes {
            Some(bytes) => crate::Parameter::Secret.decode(bytes).map(Some),
            None => Ok(None),
        });
        let texts = texts.collect::<Result<Vec<_>, _>>()?;
        let variables: Vec<_> = names.iter().copied().zip(texts).collect();
        Self::from_first_named(&variables)
    }

    #[cfg(feature = "explain")]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Tells whether the secret is long enough for identity tokens (SPEC 12.2).
    pub(crate) fn is_for_tokens(&self) -> bool {
        without_issued_prefix(&self.0).len() >= MIN_TOKEN_BYTES
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret([redacted])")
    }
}

/// A previous secret, and the time from which it is expired (SPEC 2.6).
///
/// ```
/// use deskseal::{ErrorCode, PreviousSecret, Secret};
///
/// let secret = || Secret::new("an-older-secret-now-being-replaced");
/// assert!(PreviousSecret::new(secret()?, 1_767_225_600).is_ok());
/// let error = PreviousSecret::new(secret()?, 1_767_225_600_000).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::SecretExpiryMalformed);
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Debug)]
pub struct PreviousSecret {
    pub(crate) secret: Secret,
    pub(crate) expires_at: Timestamp,
}

impl PreviousSecret {
    /// Takes a secret and the Unix second from which it is expired.
    ///
    /// # Errors
    /// `secret_expiry_malformed` if `expires_at` is not from 0 to 99 999 999 999.
    pub fn new(secret: Secret, expires_at: i64) -> Result<Self, Error> {
        let expires_at = Timestamp::new(expires_at).map_err(|_| {
            Error::new(
                ErrorCode::SecretExpiryMalformed,
                "The expiry of a previous secret is not a Unix time in seconds. Pass seconds, not \
                 milliseconds, as a number from 0 to 99999999999.",
            )
        })?;
        Ok(Self { secret, expires_at })
    }
}

/// Returns a new secret: `dsk_secret_` and 256 bits from the operating system (SPEC 2.4).
///
/// # Errors
/// The operating system's error, if its random source cannot be read.
///
/// ```
/// let text = deskseal::generate_secret()?;
/// assert!(deskseal::Secret::new(text.as_str()).is_ok());
/// # Ok::<(), std::io::Error>(())
/// ```
#[cfg(feature = "random")]
pub fn generate_secret() -> std::io::Result<Zeroizing<String>> {
    let mut entropy = Zeroizing::new([0; 32]);
    getrandom::fill(entropy.as_mut())?;
    Ok(secret_from_entropy(&entropy))
}

/// Returns the secret made of 32 random bytes, for programs with a random source of their own (SPEC 2.4).
///
/// ```
/// let text = deskseal::secret_from_entropy(&[0xA5; 32]);
/// assert_eq!(text.as_str(), "dsk_secret_paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU");
/// ```
pub fn secret_from_entropy(entropy: &[u8; 32]) -> Zeroizing<String> {
    use base64ct::{Base64UrlUnpadded, Encoding};

    let encoded = Zeroizing::new(Base64UrlUnpadded::encode_string(entropy));
    Zeroizing::new([GENERATED_PREFIX, encoded.as_str()].concat())
}

/// Why a text is rejected as a secret: the code, and the message after its subject.
struct Flaw(ErrorCode, &'static str);

impl Flaw {
    /// Returns the error, whose message starts with `subject`.
    fn of(self, subject: &str) -> Error {
        let Self(code, predicate) = self;
        Error::new(code, format!("{subject} {predicate}"))
    }
}

fn check(text: &str, is_placeholder: impl Fn(&str) -> bool) -> Result<(), Flaw> {
    if text.is_empty() {
        return Err(Flaw(ErrorCode::SecretEmpty, "is empty. Copy the secret from the help desk."));
    }
    if let Some(padding) = padding(text) {
        return Err(Flaw(ErrorCode::SecretPadded, padding));
    }
    if text.contains(char::is_control) {
        return Err(Flaw(
            ErrorCode::SecretMalformed,
            "contains a control character. Copy the secret again from the help desk.",
        ));
    }
    let rest = without_issued_prefix(text);
    if is_placeholder(text) || is_placeholder(rest) {
        return Err(Flaw(
            ErrorCode::SecretPlaceholder,
            "is a placeholder. Replace it with the secret from the help desk.",
        ));
    }
    if rest.len() < MIN_BYTES {
        return Err(Flaw(
            ErrorCode::SecretTooShort,
            "has fewer than 16 bytes, not counting its prefix. Generate a secret with \
             `deskseal secret generate`.",
        ));
    }
    Ok(())
}

/// Rejects a variable that bundlers copy into browser code.
fn check_not_public(name: &str) -> Result<(), Error> {
    let Some(prefix) = Secret::PUBLIC_PREFIXES.iter().find(|prefix| name.starts_with(**prefix))
    else {
        return Ok(());
    };
    Err(Error::new(
        ErrorCode::SecretPublic,
        format!(
            "The variable's name starts with {prefix}, so bundlers copy its value into browser code. \
             Rename the variable, and replace the secret if a bundle was ever built with it."
        ),
    ))
}

/// Returns the error of variables of which none is set.
fn not_set(variables: &[(&str, Option<&str>)]) -> Error {
    let names: Vec<_> = variables.iter().map(|(name, _)| *name).collect();
    let (are, them) = if names.len() == 1 { ("is", "it") } else { ("are", "one of them") };
    let message = format!(
        "The {} {are} not set. Set {them} to the secret that the help desk shows.",
        shown(&names)
    );
    Error::new(ErrorCode::SecretMissing, message)
}

/// Returns the words for variables, with their names if all are usual. Any other name may be the secret itself,
/// passed by mistake in place of the name.
fn shown(names: &[&str]) -> String {
    let is_usual = |name: &&str| Secret::usual_variables().any(|usual| usual == *name);
    let plural = if names.len() == 1 { "" } else { "s" };
    if names.is_empty() || !names.iter().all(is_usual) {
        return format!("environment variable{plural} that you named");
    }
    format!("environment variable{plural} {}", names.join(" and "))
}

/// Returns what is wrong if whitespace or quotes surround the secret: the message after its subject.
fn padding(text: &str) -> Option<&'static str> {
    if text.starts_with(is_whitespace) {
        return Some("starts with whitespace. Remove the whitespace.");
    }
    if text.ends_with(['\n', '\r']) {
        return Some("ends with a line break. Remove the line break.");
    }
    if text.ends_with(is_whitespace) {
        return Some("ends with whitespace. Remove the whitespace.");
    }
    let is_quoted = |quote| text.len() >= 2 && text.starts_with(quote) && text.ends_with(quote);
    [
        ('\'', "has single quotes around it. Remove the quotes."),
        ('"', "has double quotes around it. Remove the quotes."),
        ('`', "has backquotes around it. Remove the quotes."),
    ]
    .into_iter()
    .find_map(|(quote, message)| is_quoted(quote).then_some(message))
}

/// Returns the part of the secret that is not publicly known: the text without the prefix of a generated secret.
pub(crate) fn without_issued_prefix(text: &str) -> &str {
    Secret::ISSUED_PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text)
}

fn is_placeholder(text: &str) -> bool {
    PLACEHOLDERS.iter().any(|placeholder| text.eq_ignore_ascii_case(placeholder))
        || (text.starts_with("${") && text.ends_with('}'))
        || is_one_character_repeated(text)
}

fn is_one_character_repeated(text: &str) -> bool {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return false };
    !characters.as_str().is_empty() && characters.all(|character| character == first)
}

/// Tells whether the value of a variable is an unresolved reference, a variant of "your secret", or an example
/// secret of this project's documentation (SPEC 2.3).
fn is_placeholder_of_variable(text: &str) -> bool {
    let is_between =
        |start, end| text.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).is_some();
    let is_name_between = |start, end| {
        text.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).is_some_and(is_name)
    };
    is_name_between("$", "")
        || is_name_between("%", "%")
        || is_between("{{", "}}")
        || is_between("ENC[", "]")
        || ["process.env.", "op://", "vault:"].iter().any(|start| text.starts_with(start))
        || is_variant_of_your_secret(text)
        || Secret::EXAMPLES.contains(&text)
}

/// Tells whether the text matches `[A-Za-z_][A-Za-z0-9_]*`, the names of variables.
fn is_name(text: &str) -> bool {
    !text.starts_with(|first: char| first.is_ascii_digit())
        && !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_variant_of_your_secret(text: &str) -> bool {
    let is_word = |bytes: &[u8], word: &[u8]| bytes.eq_ignore_ascii_case(word);
    let bytes = text.as_bytes();
    let (your, secret) = (b"your".as_slice(), b"secret".as_slice());
    bytes.get(..your.len()).is_some_and(|start| is_word(start, your))
        && bytes[your.len()..].windows(secret.len()).any(|window| is_word(window, secret))
}
