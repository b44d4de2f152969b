//! The escapes of HTML template engines and JSON serialisers.

/// The characters that an engine escapes, with their escapes.
type Engine = &'static [(char, &'static str)];

/// The engines differ in which characters they escape, and in the escapes that they write.
const ENGINES: [Engine; 9] = [
    // The embed (SPEC 6.2), Rails, Vue.
    &[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#39;")],
    // Django, Python's html.escape, React.
    &[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#x27;")],
    // Blade, Twig, PHP's htmlspecialchars.
    &[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#039;")],
    // XML, and PHP with ENT_HTML5.
    &[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&apos;")],
    // Jinja, EJS.
    &[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&#34;"), ('\'', "&#39;")],
    // Go's html/template.
    &[
        ('&', "&amp;"),
        ('<', "&lt;"),
        ('>', "&gt;"),
        ('"', "&#34;"),
        ('\'', "&#39;"),
        ('+', "&#43;"),
    ],
    // Handlebars.
    &[
        ('&', "&amp;"),
        ('<', "&lt;"),
        ('>', "&gt;"),
        ('"', "&quot;"),
        ('\'', "&#x27;"),
        ('`', "&#x60;"),
        ('=', "&#x3D;"),
    ],
    // Mustache for JavaScript.
    &[
        ('&', "&amp;"),
        ('<', "&lt;"),
        ('>', "&gt;"),
        ('"', "&quot;"),
        ('\'', "&#39;"),
        ('/', "&#x2F;"),
        ('`', "&#x60;"),
        ('=', "&#x3D;"),
    ],
    // OWASP's encoders, and filters against address harvesters.
    &[
        ('&', "&amp;"),
        ('<', "&lt;"),
        ('>', "&gt;"),
        ('"', "&quot;"),
        ('\'', "&#x27;"),
        ('/', "&#x2F;"),
        ('@', "&#64;"),
        ('+', "&#43;"),
    ],
];

/// The named character references that [`html_unescaped`] resolves.
const NAMED: [(&str, char); 7] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("commat", '@'),
    ("plus", '+'),
];

/// The length of the longest reference, `#x10FFFF;`, with some zeros.
const LONGEST_REFERENCE: usize = 12;

/// Returns the text with the escapes of each engine.
pub(super) fn html_escaped(text: &str) -> impl Iterator<Item = String> {
    ENGINES.into_iter().map(move |engine| {
        replaced(text, |character| {
            engine
                .iter()
                .find(|(escaped, _)| *escaped == character)
                .map(|(_, escape)| (*escape).to_owned())
        })
    })
}

/// Returns the text with the escapes of JSON serialisers: non-ASCII characters are escaped, and in some variants
/// the characters that HTML reserves.
pub(super) fn json_escaped(text: &str) -> impl Iterator<Item = String> {
    [false, true].into_iter().flat_map(move |is_for_html| {
        [false, true].map(|is_upper| {
            replaced(text, |character| {
                let is_reserved =
                    is_for_html && matches!(character, '\'' | '&' | '<' | '>' | '+' | '`');
                match character {
                    '"' if is_for_html => Some(json_escape(character, is_upper)),
                    '"' => Some("\\\"".to_owned()),
                    '\\' => Some("\\\\".to_owned()),
                    _ if is_reserved || !character.is_ascii() => {
                        Some(json_escape(character, is_upper))
                    }
                    _ => None,
                }
            })
        })
    })
}

fn json_escape(character: char, is_upper: bool) -> String {
    let mut units = [0; 2];
    let units = character.encode_utf16(&mut units).iter();
    units
        .map(|unit| if is_upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") })
        .collect()
}

fn replaced(text: &str, escape: impl Fn(char) -> Option<String>) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut replaced, character| {
        match escape(character) {
            Some(escape) => replaced.push_str(&escape),
            None => replaced.push(character),
        }
        replaced
    })
}

/// Returns the text with its HTML character references resolved once.
pub(super) fn html_unescaped(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('&') {
        unescaped.push_str(before);
        let end = reference.bytes().take(LONGEST_REFERENCE).position(|byte| byte == b';');
        let resolved =
            end.and_then(|end| Some((referred(&reference[..end])?, &reference[end + 1..])));
        if let Some((character, after)) = resolved {
            unescaped.push(character);
            rest = after;
        } else {
            unescaped.push('&');
            rest = reference;
        }
    }
    unescaped + rest
}

fn referred(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return NAMED.iter().find(|(known, _)| *known == name).map(|(_, character)| *character);
    };
    let code_point = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code_point)
}
