//! Random identities, made of characters that a rule of the specification mentions, at places where the rule
//! applies.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Characters that a rule of the specification mentions.
const SPECIAL: [char; 76] = [
    // Case: final sigma and what surrounds it, what becomes ASCII, what changes its length in UTF-8.
    'Σ',
    'Σ',
    'σ',
    'ς',
    'Α',
    'ά',
    'İ',
    'K',
    'ı',
    'ẞ',
    'ß',
    'Å',
    'Ω',
    'Ⱥ',
    'Ⱦ',
    'ǅ',
    'ᾳ',
    'Ꭰ',
    'Ა',
    // Case-ignorable, and cased although not a letter.
    '\'',
    '.',
    '\u{AD}',
    '\u{2019}',
    '\u{301}',
    '\u{307}',
    '\u{345}',
    '\u{200D}',
    'ª',
    'ʰ',
    'Ⓐ',
    // Other planes: cased, ignorable, private, the last one.
    '\u{10400}',
    '\u{1D6BA}',
    '\u{1F600}',
    '\u{16EA0}',
    '\u{E0001}',
    '\u{F0000}',
    '\u{10FFFF}',
    // Trimmed, whitespace, or neither although similar.
    ' ',
    '\t',
    '\n',
    '\r',
    '\u{B}',
    '\u{85}',
    '\u{A0}',
    '\u{1680}',
    '\u{180E}',
    '\u{200B}',
    '\u{2028}',
    '\u{2029}',
    '\u{202F}',
    '\u{3000}',
    '\u{FEFF}',
    '\u{2060}',
    // Control characters, noncharacters, the replacement character.
    '\0',
    '\u{1C}',
    '\u{1F}',
    '\u{7F}',
    '\u{9F}',
    '\u{FFFD}',
    '\u{FFFE}',
    '\u{FFFF}',
    // Separators of URLs, queries, hosts and markup.
    ':',
    '@',
    '/',
    '?',
    '#',
    '&',
    '=',
    '+',
    '%',
    '[',
    ']',
    '<',
    '"',
    '\u{3002}',
    '\u{FF0E}',
];

const PADDINGS: [&str; 8] = ["", "", "", " ", "\t\n", "\u{FEFF}", "\u{A0}\u{3000}", "\u{85}"];

const HOSTS: [&str; 34] = [
    "help.company.com",
    "HELP.Company.COM",
    "help.company.com.",
    "help..company.com",
    "localhost",
    "a.localhost",
    "bücher.example",
    "BÜCHER.example",
    "xn--bcher-kva.example",
    "faß.de",
    "xn--",
    "xn--a",
    "help。company。com",
    "help.company.com。",
    "1.2.3.4",
    "1.2.3.4.",
    "1.2.3.4。",
    "127.1",
    "0x7f.1",
    "017.0.0.1",
    "256.256.256.256",
    "4294967296",
    "1.2.3",
    "[::1]",
    "[0:0::1]",
    "[::ffff:1.2.3.4]",
    "[::1",
    "::1",
    "[::1]:80",
    "[fe80::1%25eth0]",
    "a_b.example",
    "*.example.com",
    "help\u{AD}.com",
    "\u{AD}",
];

const SCHEMES: [&str; 12] = [
    "https://",
    "https://",
    "https://",
    "HTTPS://",
    "http://",
    "ftp://",
    "https:",
    "https:\\\\",
    "https://u:p@",
    "https://@",
    "https://:@",
    " h\nttps://",
];

const URL_ENDS: [&str; 11] =
    ["", "/", ":8443", ":443/x", "/a?b=c#d", "?user_id=eve", "#", "\\x", "\\a.", "\t/x", " "];

/// A character that a rule mentions, or a plain one.
pub(crate) fn character() -> impl Strategy<Value = char> + Clone {
    prop_oneof![
        4 => proptest::char::range('a', 'z'),
        2 => proptest::char::range('!', '~'),
        2 => select(&SPECIAL[..]),
    ]
}

/// A text of any form.
pub(crate) fn text(
    character: impl Strategy<Value = char> + Clone,
) -> impl Strategy<Value = String> {
    let short = vec(character.clone(), 0..12);
    let long = vec(character, 12..400);
    prop_oneof![4 => short, 1 => long].prop_map(String::from_iter)
}

/// A text that is usually an e-mail.
pub(crate) fn email(
    character: impl Strategy<Value = char> + Clone,
) -> impl Strategy<Value = String> {
    let is_allowed = |character: &char| {
        !character.is_control() && !character.is_whitespace() && *character != ':'
    };
    let part = vec(character.clone().prop_filter("allowed in an e-mail", is_allowed), 1..12);
    let padding = select(&PADDINGS[..]);
    let well_formed = (padding.clone(), part.clone(), part, padding).prop_map(
        |(before, local, domain, after)| {
            let (local, domain) = (String::from_iter(local), String::from_iter(domain));
            format!("{before}{local}@{domain}{after}")
        },
    );
    prop_oneof![4 => well_formed, 1 => text(character)]
}

/// A text that is usually a host.
pub(crate) fn host(
    character: impl Strategy<Value = char> + Clone,
) -> impl Strategy<Value = String> {
    let label = vec(character.clone(), 1..6).prop_map(String::from_iter);
    prop_oneof![
        3 => select(&HOSTS[..]).prop_map(str::to_owned),
        2 => "[a-zA-Z0-9-]{1,8}(\\.[a-z0-9]{1,4}){0,3}",
        2 => vec(label, 1..4).prop_map(|labels| labels.join(".")),
        1 => text(character),
    ]
}

/// A text that is usually a portal's URL.
pub(crate) fn portal_url(
    character: impl Strategy<Value = char> + Clone,
) -> impl Strategy<Value = String> {
    let built = (select(&SCHEMES[..]), host(character.clone()), select(&URL_ENDS[..]))
        .prop_map(|(scheme, host, end)| format!("{scheme}{host}{end}"));
    prop_oneof![4 => built, 1 => text(character)]
}

/// A time that is usually in its range, and often at an end of the range.
pub(crate) fn time() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => 0..=99_999_999_999_i64,
        2 => select(&[0, 1, 99_999_999_999, 100_000_000_000, -1, i64::MIN, i64::MAX][..]),
        1 => any::<i64>(),
    ]
}
