//! A second implementation of the specification, written from the text of `SPEC.md` alone. It shares no code with
//! the crate: it has another HMAC (ring), other case mapping data (ICU4X) and its own query parser.

use icu_casemap::CaseMapper;
use icu_locale_core::LanguageIdentifier;
use ring::hmac;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};
use url::{Host, Url};

/// The kind and the code of an error (section 7.1).
pub(crate) type Rejection = (&'static str, &'static str);

const fn of_secret(code: &'static str) -> Rejection {
    ("secret", code)
}

const fn of_input(code: &'static str) -> Rejection {
    ("input", code)
}

const fn of_proof(code: &'static str) -> Rejection {
    ("verification", code)
}

/// An input code whose value came from the visitor (section 7.1).
fn from_visitor((_, code): Rejection) -> Rejection {
    of_proof(code)
}

fn is_trimmed(character: char) -> bool {
    matches!(character,
        '\u{9}'..='\u{d}' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}'
        | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}')
}

fn is_whitespace(character: char) -> bool {
    is_trimmed(character) || character == '\u{85}'
}

fn is_control(character: char) -> bool {
    matches!(character, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}')
}

/// The property `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt`), or the category Cf.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
        || character.general_category() == GeneralCategory::Format
}

fn is_undefined(character: char) -> bool {
    let category = character.general_category();
    matches!(category, GeneralCategory::Unassigned | GeneralCategory::PrivateUse)
}

// Section 2: secrets

const PUBLIC_PREFIXES: [&str; 12] = [
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
const PLACEHOLDERS: [&str; 5] = ["YOUR_HMAC_SECRET", "changeme", "undefined", "null", "None"];
const SECRET_PREFIXES: [&str; 2] = ["hdh_secret_", "dsk_secret_"];

fn is_placeholder_itself(text: &str) -> bool {
    let first = text.chars().next();
    PLACEHOLDERS.iter().any(|known| known.eq_ignore_ascii_case(text))
        || (text.starts_with("${") && text.ends_with('}'))
        || (text.chars().count() >= 2 && text.chars().all(|character| Some(character) == first))
}

fn is_placeholder_of_variable(text: &str) -> bool {
    let is_framed = |start: &str, end: &str| {
        text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
    };
    let is_named = |start: &str, end: &str| {
        is_framed(start, end) && is_variable_name(&text[start.len()..text.len() - end.len()])
    };
    let lower = text.to_ascii_lowercase();
    let is_your_secret = lower.strip_prefix("your").is_some_and(|rest| rest.contains("secret"));
    let is_reference =
        ["process.env.", "op://", "vault:"].iter().any(|start| text.starts_with(start));
    is_named("$", "")
        || is_named("%", "%")
        || is_framed("{{", "}}")
        || is_framed("ENC[", "]")
        || is_reference
        || is_your_secret
}

fn is_variable_name(text: &str) -> bool {
    let mut characters = text.chars();
    let is_start = |character: char| character.is_ascii_alphabetic() || character == '_';
    characters.next().is_some_and(is_start)
        && characters.all(|character| is_start(character) || character.is_ascii_digit())
}

fn behind_prefix(text: &str) -> &str {
    SECRET_PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text)
}

fn is_padded(text: &str) -> bool {
    let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
        return false;
    };
    let is_quoted = text.chars().count() >= 2 && first == last && "'\"`".contains(first);
    is_whitespace(first) || is_whitespace(last) || is_quoted
}

pub(crate) fn key_of_secret(secret: Option<&str>) -> Result<hmac::Key, Rejection> {
    key_unless(secret, is_placeholder_itself)
}

pub(crate) fn key_of_variables(variables: &[(&str, Option<&str>)]) -> Result<hmac::Key, Rejection> {
    variables.iter().try_for_each(|(name, _)| check_not_public(name))?;
    let set: Vec<&str> = variables.iter().filter_map(|(_, value)| *value).collect();
    if set.iter().any(|value| *value != set[0]) {
        return Err(of_secret("secret_conflict"));
    }
    let is_placeholder = |text: &str| {
        is_placeholder_itself(text) || is_placeholder_of_variable(text) || is_example(text)
    };
    key_unless(set.first().copied(), is_placeholder)
}

fn is_example(text: &str) -> bool {
    ["example-secret-for-documentation", "an-older-secret-now-being-replaced"].contains(&text)
}

fn key_unless(
    secret: Option<&str>,
    is_placeholder: impl Fn(&str) -> bool,
) -> Result<hmac::Key, Rejection> {
    let secret = secret.ok_or(of_secret("secret_missing"))?;
    if secret.is_empty() {
        return Err(of_secret("secret_empty"));
    }
    if is_padded(secret) {
        return Err(of_secret("secret_padded"));
    }
    if secret.contains(is_control) {
        return Err(of_secret("secret_malformed"));
    }
    if is_placeholder(secret) || is_placeholder(behind_prefix(secret)) {
        return Err(of_secret("secret_placeholder"));
    }
    if behind_prefix(secret).len() < 16 {
        return Err(of_secret("secret_too_short"));
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
}

fn check_not_public(name: &str) -> Result<(), Rejection> {
    if PUBLIC_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        return Err(of_secret("secret_public"));
    }
    Ok(())
}

// Sections 3 and 4: what is signed

pub(crate) fn canonical_email(email: &str) -> Result<String, Rejection> {
    let trimmed = email.trim_matches(is_trimmed);
    if trimmed.is_empty() {
        return Err(of_input("email_empty"));
    }
    let canonical = lower_case(trimmed);
    if canonical.len() > 320 {
        return Err(of_input("email_too_long"));
    }
    let has_both_parts =
        canonical.rsplit_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    let is_forbidden = |character| {
        is_control(character)
            || is_whitespace(character)
            || is_invisible(character)
            || matches!(character, ':' | '\u{2800}')
    };
    // ICU4X maps the case of letters that Unicode 17.0 does not define, so undefined characters are found first.
    let is_defined = !trimmed.contains(is_undefined);
    if canonical.contains(is_forbidden) || !is_defined || !has_both_parts {
        return Err(of_input("email_malformed"));
    }
    if trimmed.chars().any(|character| !character.is_ascii() && becomes_ascii(character)) {
        return Err(of_input("email_ambiguous"));
    }
    Ok(canonical)
}

fn lower_case(text: &str) -> String {
    CaseMapper::new().lowercase_to_string(text, &LanguageIdentifier::UNKNOWN).into_owned()
}

fn becomes_ascii(character: char) -> bool {
    lower_case(&character.to_string()).contains(|lower: char| lower.is_ascii())
}

pub(crate) fn canonical_host(host: &str) -> Result<String, Rejection> {
    let is_forbidden = |character| {
        is_control(character) || is_whitespace(character) || "%@/\\?#".contains(character)
    };
    let is_of_wrong_form = if host.starts_with('[') {
        !host.ends_with(']')
    } else {
        host.contains(':') || host.ends_with('.') || ends_in_dot_once_mapped(host)
    };
    if host.is_empty() || host.contains(is_forbidden) || is_of_wrong_form {
        return Err(of_input("host_malformed"));
    }
    Host::parse(host).map(|parsed| parsed.to_string()).map_err(|_| of_input("host_malformed"))
}

fn ends_in_dot_once_mapped(host: &str) -> bool {
    idna::domain_to_ascii(host).is_ok_and(|mapped| mapped.ends_with('.'))
}

fn is_credential_free(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none_or(str::is_empty)
}

fn is_secure(url: &Url) -> bool {
    let is_local = match url.host() {
        Some(Host::Domain(domain)) => {
            domain == "localhost" || [".localhost", ".test"].iter().any(|end| domain.ends_with(end))
        }
        Some(Host::Ipv4(address)) => address.octets()[0] == 127,
        Some(Host::Ipv6(address)) => address.segments() == [0, 0, 0, 0, 0, 0, 0, 1],
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_local)
}

fn parse_portal_url(portal_url: &str) -> Result<(Url, String), Rejection> {
    let malformed = of_input("portal_url_malformed");
    let url = Url::parse(portal_url).map_err(|_| malformed)?;
    let host = url.host_str().ok_or(malformed)?;
    let host = canonical_host(host).map_err(|_| malformed)?;
    if !is_credential_free(&url) {
        return Err(malformed);
    }
    if !is_secure(&url) {
        return Err(of_input("portal_url_insecure"));
    }
    Ok((url, host))
}

fn check_user_id(user_id: &str) -> Result<(), Rejection> {
    if user_id.is_empty() {
        return Err(of_input("user_id_empty"));
    }
    if user_id.len() > 512 {
        return Err(of_input("user_id_too_long"));
    }
    let is_missing =
        ["undefined", "null", "None", "nil", "NaN", "[object Object]"].contains(&user_id);
    if is_missing
        || user_id.contains(|character| is_control(character) || is_invisible(character))
        || user_id.starts_with(is_whitespace)
        || user_id.ends_with(is_whitespace)
    {
        return Err(of_input("user_id_malformed"));
    }
    Ok(())
}

fn check_time(time: i128) -> Result<(), Rejection> {
    if (0..=99_999_999_999).contains(&time) {
        return Ok(());
    }
    Err(of_input("timestamp_malformed"))
}

fn parse_timestamp(text: &str) -> Result<i128, Rejection> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_padded = text.len() > 1 && text.starts_with('0');
    if !is_number || is_padded || text.len() > 11 {
        return Err(of_input("timestamp_malformed"));
    }
    text.parse().map_err(|_| of_input("timestamp_malformed"))
}

fn link_message(host: &str, user_id: &str, timestamp: i128) -> String {
    format!("{host}:{user_id}:{timestamp}")
}

pub(crate) fn sign(key: &hmac::Key, message: &str) -> String {
    let tag = hmac::sign(key, message.as_bytes());
    tag.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hexadecimal_digit).collect()
}

fn hexadecimal_digit(value: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(value)])
}

pub(crate) fn sign_user(
    key: &hmac::Key,
    portal_host: &str,
    user_id: &str,
    timestamp: i128,
) -> Result<String, Rejection> {
    let host = canonical_host(portal_host)?;
    check_user_id(user_id)?;
    check_time(timestamp)?;
    Ok(sign(key, &link_message(&host, user_id, timestamp)))
}

pub(crate) fn portal_link(
    key: &hmac::Key,
    portal_url: &str,
    user_id: &str,
    timestamp: i128,
) -> Result<String, Rejection> {
    let (mut url, host) = parse_portal_url(portal_url)?;
    let signature = sign_user(key, &host, user_id, timestamp)?;
    url.set_path("/submit-ticket");
    url.set_fragment(None);
    url.set_query(Some(&format!(
        "user_id={}&user_id_timestamp={timestamp}&user_id_signature={signature}",
        form_encode(user_id)
    )));
    Ok(url.into())
}

pub(crate) fn public_form_url(portal_url: &str) -> Result<String, Rejection> {
    let (mut url, _) = parse_portal_url(portal_url)?;
    url.set_path("/submit-ticket");
    url.set_fragment(None);
    url.set_query(None);
    Ok(url.into())
}

pub(crate) fn portal_host(portal_url: &str) -> Result<String, Rejection> {
    parse_portal_url(portal_url).map(|(_, host)| host)
}

fn form_encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        b' ' => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

// Section 5: verifying

pub(crate) struct Verifier {
    pub(crate) keys: Vec<(hmac::Key, Option<i128>)>,
    pub(crate) tolerance: i128,
}

pub(crate) struct VerifiedUser {
    pub(crate) user_id: String,
    pub(crate) timestamp: i128,
    pub(crate) secret_index: usize,
}

impl Verifier {
    pub(crate) fn new(
        current: hmac::Key,
        previous: &[(Option<&str>, i128)],
        tolerance: i128,
    ) -> Result<Self, Rejection> {
        let mut keys = vec![(current, None)];
        for &(secret, expires_at) in previous {
            let key = key_of_secret(secret)?;
            check_time(expires_at).map_err(|_| of_secret("secret_expiry_malformed"))?;
            keys.push((key, Some(expires_at)));
        }
        if !(0..=3600).contains(&tolerance) {
            return Err(of_input("tolerance_malformed"));
        }
        Ok(Self { keys, tolerance })
    }

    fn secret_index(&self, message: &str, signature: &[u8], now: i128) -> Result<usize, Rejection> {
        let made_it = |(key, expires_at): &(hmac::Key, Option<i128>)| {
            hmac::verify(key, message.as_bytes(), signature).is_ok()
                && expires_at.is_none_or(|expires_at| now < expires_at)
        };
        self.keys.iter().position(made_it).ok_or(of_proof("signature_mismatch"))
    }

    pub(crate) fn verify_email(
        &self,
        email: &str,
        signature: &str,
        now: i128,
    ) -> Result<(String, usize), Rejection> {
        check_time(now)?;
        let email = canonical_email(email).map_err(from_visitor)?;
        let secret_index = self.secret_index(&email, &decode_signature(signature)?, now)?;
        Ok((email, secret_index))
    }

    pub(crate) fn verify_user(
        &self,
        portal_host: &str,
        claim: [&[u8]; 3],
        now: i128,
    ) -> Result<VerifiedUser, Rejection> {
        let host = canonical_host(portal_host)?;
        check_time(now)?;
        self.verify_claim(&host, claim, now)
    }

    fn verify_claim(
        &self,
        host: &str,
        [user_id, timestamp, signature]: [&[u8]; 3],
        now: i128,
    ) -> Result<VerifiedUser, Rejection> {
        let user_id = read_text(user_id, "user_id_malformed")?;
        check_user_id(user_id).map_err(from_visitor)?;
        let timestamp = read_text(timestamp, "timestamp_malformed")?;
        let timestamp = parse_timestamp(timestamp).map_err(from_visitor)?;
        let signature = decode_signature(read_text(signature, "signature_malformed")?)?;
        let message = link_message(host, user_id, timestamp);
        let secret_index = self.secret_index(&message, &signature, now)?;
        if timestamp < now - self.tolerance {
            return Err(of_proof("timestamp_expired"));
        }
        if timestamp > now + self.tolerance {
            return Err(of_proof("timestamp_in_future"));
        }
        Ok(VerifiedUser { user_id: user_id.to_owned(), timestamp, secret_index })
    }

    pub(crate) fn verify_link(
        &self,
        portal_host: &str,
        url: &str,
        now: i128,
    ) -> Result<Option<VerifiedUser>, Rejection> {
        let host = canonical_host(portal_host)?;
        check_time(now)?;
        let values = read_link(url)?;
        let (tokens, parts) = (&values[3], &values[..3]);
        let is_repeated = values.iter().any(|values| values.len() > 1);
        if is_repeated || (!tokens.is_empty() && parts.iter().any(|values| !values.is_empty())) {
            return Err(of_proof("identity_repeated"));
        }
        if parts.iter().all(Vec::is_empty) {
            return Ok(None);
        }
        if parts.iter().any(Vec::is_empty) {
            return Err(of_proof("identity_incomplete"));
        }
        let claim = [0, 1, 2].map(|parameter| values[parameter][0].as_slice());
        self.verify_claim(&host, claim, now).map(Some)
    }
}

fn read_text<'bytes>(bytes: &'bytes [u8], code: &'static str) -> Result<&'bytes str, Rejection> {
    std::str::from_utf8(bytes).map_err(|_| of_proof(code))
}

fn decode_signature(signature: &str) -> Result<Vec<u8>, Rejection> {
    let malformed = of_proof("signature_malformed");
    let digits: Option<Vec<u32>> =
        signature.chars().map(|character| character.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() == 64).ok_or(malformed)?;
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).map_err(|_| malformed))
        .collect()
}

/// The three parameters of a link signature, and that of an identity token.
const LINK_PARAMETERS: [&[u8]; 4] =
    [b"user_id", b"user_id_timestamp", b"user_id_signature", b"identity"];

/// The values of the parameters of a link, in the order of [`LINK_PARAMETERS`].
fn read_link(url: &str) -> Result<[Vec<Vec<u8>>; 4], Rejection> {
    if !(url.is_empty() || url.starts_with('/') || starts_with_scheme(url)) {
        return Err(of_proof("portal_url_malformed"));
    }
    let without_fragment = url.split('#').next().unwrap_or_default();
    let query = without_fragment.split_once('?').map_or("", |(_, query)| query);
    let mut values: [Vec<Vec<u8>>; 4] = Default::default();
    for part in query.split('&') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = form_decode(name);
        if let Some(parameter) = LINK_PARAMETERS.iter().position(|&known| known == name) {
            values[parameter].push(form_decode(value));
        }
    }
    Ok(values)
}

fn starts_with_scheme(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|other| other.is_ascii_alphanumeric() || "+.-".contains(other))
    })
}

pub(crate) fn form_decode(text: &str) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let escaped = (byte == b'%').then(|| decode_escape(behind)).flatten();
        decoded.push(escaped.unwrap_or(if byte == b'+' { b' ' } else { byte }));
        rest = if escaped.is_some() { &behind[2..] } else { behind };
    }
    decoded
}

fn decode_escape(behind: &[u8]) -> Option<u8> {
    let high = char::from(*behind.first()?).to_digit(16)?;
    let low = char::from(*behind.get(1)?).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

// Section 6: the embed

#[derive(Default)]
pub(crate) struct EmbedOptions<'text> {
    pub(crate) align: Option<&'text str>,
    pub(crate) max_width: Option<&'text str>,
    pub(crate) container: Option<&'text str>,
    pub(crate) script_url: Option<&'text str>,
    pub(crate) crossorigin: bool,
    pub(crate) nonce: Option<&'text str>,
}

pub(crate) struct Embed {
    pub(crate) attributes: Vec<(&'static str, String)>,
    pub(crate) html: String,
}

pub(crate) fn ticket_center(
    key: &hmac::Key,
    email: &str,
    helpdesk_id: &str,
    options: &EmbedOptions<'_>,
) -> Result<Embed, Rejection> {
    let email = canonical_email(email)?;
    if !is_helpdesk_id(helpdesk_id) {
        return Err(of_input("helpdesk_id_malformed"));
    }
    let align =
        checked(options.align, "center", |align| ["left", "center", "right"].contains(&align))?;
    let max_width = checked(options.max_width, "864px", is_width)?;
    let container = checked(options.container, "hdh-ticket-center", is_container)?;
    let script_url = serialise_script_url(
        options.script_url.unwrap_or("https://helpdesky.io/ticket-center.js"),
    )?;
    let nonce = checked(options.nonce, "", is_nonce)?;

    let signature = sign(key, &email);
    let mut attributes = vec![
        ("src", script_url),
        ("data-helpdesk-id", helpdesk_id.to_owned()),
        ("data-email", email),
        ("data-signature", signature),
    ];
    let optional = [
        ("data-align", align, "center"),
        ("data-max-width", max_width, "864px"),
        ("data-container", container, "hdh-ticket-center"),
        ("crossorigin", if options.crossorigin { "anonymous" } else { "" }, ""),
        ("nonce", nonce, ""),
    ];
    let given = optional.into_iter().filter(|(_, value, left_out)| value != left_out);
    attributes.extend(given.map(|(name, value, _)| (name, value.to_owned())));
    let html = write_html(container, &attributes);
    Ok(Embed { attributes, html })
}

fn checked<'text>(
    value: Option<&'text str>,
    default: &'text str,
    is_accepted: impl Fn(&str) -> bool,
) -> Result<&'text str, Rejection> {
    match value {
        None => Ok(default),
        Some(value) if is_accepted(value) => Ok(value),
        Some(_) => Err(of_input("embed_option_malformed")),
    }
}

fn is_helpdesk_id(text: &str) -> bool {
    let is_of_grammar = (1..=128).contains(&text.len()) && text.chars().all(is_word_or_hyphen);
    let is_example =
        ["YOUR_HELPDESK_ID", "HELPDESK_ID"].iter().any(|known| known.eq_ignore_ascii_case(text));
    is_of_grammar && !is_example
}

fn is_word_or_hyphen(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '-'
}

fn is_width(text: &str) -> bool {
    let number = ["px", "rem", "%"].iter().find_map(|unit| text.strip_suffix(unit));
    number.is_some_and(|number| {
        !number.is_empty()
            && !number.starts_with('0')
            && number.chars().all(|digit| digit.is_ascii_digit())
    })
}

pub(crate) fn is_container(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(is_word_or_hyphen)
}

pub(crate) fn is_nonce(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let is_digit = |character| is_word_or_hyphen(character) || "+/".contains(character);
    !digits.is_empty() && text.len() - digits.len() <= 2 && digits.chars().all(is_digit)
}

fn serialise_script_url(text: &str) -> Result<String, Rejection> {
    let parsed = parse_portal_url(text).map_err(|_| of_input("embed_option_malformed"))?;
    Ok(parsed.0.into())
}

fn write_html(container: &str, attributes: &[(&'static str, String)]) -> String {
    let mut html = format!("<div id=\"{}\"></div>\n<script", escape_html(container));
    for (name, value) in attributes {
        html.extend([" ", name, "=\"", &escape_html(value), "\""]);
    }
    html + "></script>"
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
