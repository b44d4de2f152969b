//! The texts that a signer may have signed in place of a link's message.

use idna::domain_to_unicode;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::email::URI_COMPONENT;
use super::search::{MAX_COMBINED, MAX_COMBINED_BYTES};
use super::{Finding, FindingCode, Variant, advice, encodings};
use crate::error::{Error, ErrorCode};
use crate::host::PortalHost;
use crate::link::PORTAL_FORM_PATH;
use crate::timestamp::{Timestamp, Tolerance};
use crate::user::UserId;

type Text = Variant<String>;
type Message = Variant<Vec<u8>>;

/// The usual ports of development servers and proxies.
const USUAL_PORTS: [u16; 9] = [80, 443, 3000, 4321, 5000, 5173, 8000, 8080, 8443];

/// Separators that signers put between the parts in place of a colon.
const SEPARATORS: [&str; 10] = ["", "::", ".", "|", "-", "_", "/", "&", ",", "\n"];

/// The texts that languages print for a missing value.
const STAND_INS: [&str; 5] = ["undefined", "null", "None", "nil", ""];

const MILLISECONDS_PER_SECOND: i64 = 1000;

/// Returns the finding of a link whose identity cannot be read.
pub(super) fn unreadable(error: &Error) -> Finding {
    match error.code() {
        ErrorCode::IdentityIncomplete => {
            Finding::new(FindingCode::LinkIncomplete, error.to_string())
        }
        ErrorCode::IdentityRepeated => Finding::new(FindingCode::LinkRepeated, error.to_string()),
        _ => Finding::new(FindingCode::LinkRefused, advice::rejected(error)),
    }
}

/// Returns why the link's values are rejected whatever the signature is; `None` if they are valid.
pub(super) fn rejection(user_id: &str, timestamp: &str) -> Option<Finding> {
    if let Err(error) = UserId::parse(user_id) {
        return Some(unreadable(&error));
    }
    match Timestamp::parse(timestamp) {
        Err(_) if is_in_milliseconds(timestamp) => {
            Some(FindingCode::LinkTimestampInMilliseconds.into())
        }
        Err(error) => Some(unreadable(&error)),
        Ok(_) => None,
    }
}

/// Returns the finding of a timestamp outside the tolerance; `None` if it is within the tolerance.
pub(super) fn window(tolerance: Tolerance, timestamp: &str, now: Timestamp) -> Option<Finding> {
    let timestamp = Timestamp::parse(timestamp).ok()?;
    let error = tolerance.check(timestamp, now).err()?;
    let code = match error.code() {
        ErrorCode::TimestampExpired => FindingCode::LinkExpired,
        _ => FindingCode::LinkInFuture,
    };
    Some(Finding::new(code, error.to_string()))
}

/// Returns every text to try, starting with the specified message.
pub(super) fn messages(
    portal_host: &PortalHost,
    url: &str,
    user_id: &str,
    timestamp: &str,
) -> Vec<Message> {
    let hosts = hosts(portal_host.as_str(), url);
    let max_combined = if user_id.len() > MAX_COMBINED_BYTES { 1 } else { MAX_COMBINED };
    let user_ids = user_ids(user_id);
    let timestamps = timestamps(timestamp);
    let mut messages = Vec::new();
    for host in &hosts {
        for user_id in &user_ids {
            for timestamp in &timestamps {
                let deviations =
                    [&host.deviations[..], &user_id.deviations, &timestamp.deviations].concat();
                if deviations.len() > max_combined {
                    continue;
                }
                let parts = [&*host.value, &*user_id.value, &*timestamp.value];
                messages.push(Variant::new(parts.join(":").into_bytes(), &deviations[..]));
                if deviations.len() < max_combined {
                    messages.extend(arrangements(parts, &deviations));
                }
            }
        }
    }
    messages
}

/// Returns the parts in other orders, with other separators, without one of the parts, and in other
/// encodings.
fn arrangements([host, user_id, timestamp]: [&str; 3], deviations: &[FindingCode]) -> Vec<Message> {
    let orders = [
        [host, timestamp, user_id],
        [user_id, host, timestamp],
        [user_id, timestamp, host],
        [timestamp, host, user_id],
        [timestamp, user_id, host],
    ]
    .map(|parts| (parts.join(":"), FindingCode::LinkOrder));
    let separated = SEPARATORS
        .map(|separator| ([host, user_id, timestamp].join(separator), FindingCode::LinkSeparator));
    let shortened = [
        (format!("{user_id}:{timestamp}"), FindingCode::LinkHostMissing),
        (format!("{host}:{user_id}"), FindingCode::LinkTimestampMissing),
    ];
    orders
        .into_iter()
        .chain(separated)
        .chain(shortened)
        .map(|(text, code)| (text.into_bytes(), code))
        .chain(encodings(&[host, user_id, timestamp].join(":")))
        .map(|(text, code)| Variant::new(text, [deviations, &[code]].concat()))
        .collect()
}

fn hosts(host: &str, url: &str) -> Vec<Text> {
    use FindingCode::{
        LinkHostIsAnother, LinkHostNotCanonical, LinkHostWithPath, LinkHostWithPort,
        LinkHostWithScheme, LinkHostWithTrailingDot,
    };

    let received = Url::parse(url).ok();
    let ports = received.as_ref().and_then(Url::port).into_iter().chain(USUAL_PORTS);
    let mut hosts = vec![
        Variant::new(format!("{host}."), [LinkHostWithTrailingDot]),
        Variant::new(format!("{host}/"), [LinkHostWithPath]),
        Variant::new(format!("{host}{PORTAL_FORM_PATH}"), [LinkHostWithPath]),
        Variant::new(domain_to_unicode(host).0, [LinkHostNotCanonical]),
        Variant::new(host.to_uppercase(), [LinkHostNotCanonical]),
    ];
    hosts.extend(ports.map(|port| Variant::new(format!("{host}:{port}"), [LinkHostWithPort])));
    if let Some(text) = written_host(url) {
        let is_another = received.is_some_and(|url| url.host_str() != Some(host));
        let code = if is_another { LinkHostIsAnother } else { LinkHostNotCanonical };
        hosts.push(Variant::new(text.to_owned(), [code]));
    }
    hosts.extend(STAND_INS.map(|text| Variant::new(text.to_owned(), [LinkHostIsAnother])));
    hosts.push(Variant::new("localhost".to_owned(), [LinkHostIsAnother]));
    hosts.retain(|spelling| spelling.value != host);
    hosts.insert(0, Variant::new(host.to_owned(), []));

    for scheme in ["https://", "http://"] {
        let with_scheme: Vec<_> = hosts
            .iter()
            .filter(|host| host.deviations.len() < MAX_COMBINED)
            .filter(|host| !host.value.contains("://"))
            .map(|host| {
                let deviations = [&[LinkHostWithScheme], &host.deviations[..]].concat();
                Variant::new(format!("{scheme}{}", host.value), deviations)
            })
            .collect();
        hosts.extend(with_scheme);
    }
    hosts
}

/// Returns the host of an absolute URL as it is written, without port.
fn written_host(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let end = authority.rfind(':').filter(|colon| !authority[*colon..].contains(']'));
    Some(&authority[..end.unwrap_or(authority.len())])
}

fn user_ids(user_id: &str) -> Vec<Text> {
    use FindingCode::{LinkUserIdEncoded, LinkUserIdUndefined};

    let encoded = [
        utf8_percent_encode(user_id, URI_COMPONENT).to_string(),
        utf8_percent_encode(user_id, NON_ALPHANUMERIC).to_string(),
        form_urlencoded::byte_serialize(user_id.as_bytes()).collect(),
        percent_decode_str(user_id).decode_utf8_lossy().into_owned(),
        user_id.replace('+', " "),
        user_id.replace(' ', "+"),
    ];
    let mut user_ids = vec![Variant::new(user_id.to_owned(), [])];
    for text in encoded {
        if user_ids.iter().all(|known| known.value != text) {
            user_ids.push(Variant::new(text, [LinkUserIdEncoded]));
        }
    }
    user_ids.extend(STAND_INS.map(|text| Variant::new(text.to_owned(), [LinkUserIdUndefined])));
    user_ids
}

fn timestamps(timestamp: &str) -> Vec<Text> {
    let mut timestamps = vec![Variant::new(timestamp.to_owned(), [])];
    if is_in_milliseconds(timestamp) {
        let seconds = &timestamp[..timestamp.len() - 3];
        timestamps.push(Variant::new(seconds.to_owned(), []));
    }
    timestamps
}

fn is_in_milliseconds(timestamp: &str) -> bool {
    timestamp.len() >= 12 && timestamp.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the messages of a signer that signs milliseconds and puts seconds into the link.
pub(super) fn messages_with_milliseconds(
    host: &PortalHost,
    user_id: &str,
    timestamp: &str,
) -> Vec<Message> {
    let Ok(timestamp) = Timestamp::parse(timestamp) else { return Vec::new() };
    if user_id.len() > MAX_COMBINED_BYTES {
        return Vec::new();
    }
    let start = timestamp.seconds() * MILLISECONDS_PER_SECOND;
    (start..start + MILLISECONDS_PER_SECOND)
        .map(|milliseconds| {
            let text = format!("{host}:{user_id}:{milliseconds}");
            Variant::new(text.into_bytes(), [FindingCode::LinkTimestampInMilliseconds])
        })
        .collect()
}
