//! Generates random identities from a seed, out of pieces that implementations handle differently.
//!
//! The expected results come from the core, which is called here. The vectors test the core; these cases test
//! that a language passes every value to the core and back unchanged. Ill-formed text never reaches the core: its
//! expected error comes from the contract.

use std::collections::BTreeMap;

use anyhow::Result;
use deskseal::{
    CLICK_HEADERS, EmbedOptions, Error, Explanation, Secret, SignedEmail, Signer, UserClaim,
    VerifiedUser, Verifier, VerifierOptions, canonical_email, canonical_host, portal_host,
    public_form_url, response_unless_click,
};
use oorandom::Rand64;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::ill_formed::Contract;
use crate::cases::{Case, Outcome};

const SECRET: &str = "example-secret-for-documentation";
const PREVIOUS_SECRET: &str = "an-older-secret-now-being-replaced";
const OTHER_SECRET: &str = "the-secret-of-the-other-product";
const PREVIOUS_EXPIRES_AT: i64 = 1_767_225_600;

/// The largest integer that every language reads from JSON exactly.
const FARTHEST: i64 = 9_007_199_254_740_991;

const WHITESPACE: [&str; 16] = [
    "", "", "", " ", "  ", "\t", "\r\n", "\u{A0}", "\u{FEFF}", "\u{3000}", "\u{2028}", "\u{85}",
    "\u{0}", "\u{1F}", "\u{200B}", "\u{1680}",
];
const NAMES: [&str; 28] = [
    "ada",
    "Ada",
    "ADA.LOVELACE",
    "ΟΔΥΣΣΕΥΣ",
    "Σ",
    "ΑΣ",
    "ς",
    "İstanbul",
    "\u{212A}im",
    "ﬀ",
    "ẞ",
    "straße",
    "José",
    "Jose\u{301}",
    "用户",
    "😀",
    "\u{1F468}\u{200D}\u{1F469}",
    "a+tag",
    "a.b-c_d",
    "\"><script>alert(1)</script>",
    "' onload='x",
    "&amp;",
    "</script>",
    "%41",
    "Ꭰ",
    "\u{A7CE}",
    "\u{10D50}",
    "ǅ",
];
const JOINS: [&str; 12] = ["", "", "", ".", "'", "\u{AD}", "\u{301}", "+", " ", ":", "\u{7}", "@"];
const DOMAINS: [&str; 12] = [
    "example.com",
    "Example.COM",
    "EXAMPLE.GR",
    "bücher.example",
    "xn--bcher-kva.example",
    "ΟΔΟΣ",
    "[127.0.0.1]",
    "a",
    "",
    "例え.jp",
    "example.com.",
    "sub.domain.example.com",
];
const HOSTS: [&str; 26] = [
    "help.company.com",
    "HELP.Company.COM",
    "bücher.example",
    "BÜCHER.example",
    "faß.de",
    "127.0.0.1",
    "0x7f.1",
    "127.1",
    "256.1.1.1",
    "[::1]",
    "[0:0::1]",
    "[::ffff:1.2.3.4]",
    "::1",
    "localhost",
    "a.localhost",
    "help.company.com:8080",
    "https://help.company.com",
    "help.company.com/",
    "x.",
    "xn--bcher-kva.example",
    "xn--a",
    "a b",
    "a%41",
    "",
    "。example",
    "日本語.jp",
];
const SCHEMES: [&str; 8] =
    ["https://", "https://", "https://", "http://", "HTTPS://", "", "ftp://", "https://user@"];
const PATHS: [&str; 7] = ["", "/", "/submit-ticket", "/a?b=c#d", ":8080", ":443/x", "?x"];
const USER_PIECES: [&str; 22] = [
    "user-42", "42", "0", "a:b", "&", "=", "+", "%2B", "%", " ", "é", "e\u{301}", "😀", "\u{0}",
    "\n", "\u{85}", "'\"<>", "/", "?", "#", "\u{FFFD}", "~!*()",
];
const HELPDESK_IDS: [&str; 8] =
    ["desk-1", "A_b-9", "YOUR_HELPDESK_ID", "helpdesk_id", "", "a b", "é", "\"><x"];
const TARGETS: [&str; 8] =
    ["/help", "/", "//evil.example/help", "/\\evil.example", "help", "/é\"><x", "/a/b'&", ""];
const QUERIES: [&str; 6] = ["", "", "?again", "?next=1", "?x=?again", "?"];
const HEADER_VALUES: [&str; 12] = [
    "",
    "true",
    "navigate",
    "navigate",
    "cors",
    "prefetch",
    "Prefetch;prerender",
    "preview",
    "XMLHttpRequest",
    "SWUP",
    "com.company.shop",
    "é",
];
const OPTIONS: [(&str, &[&str]); 5] = [
    ("align", &["left", "center", "right", "top", ""]),
    ("max_width", &["864px", "60rem", "100%", "0px", "1e3px", "١px", "px"]),
    ("container", &["hdh-ticket-center", "Box_1", "1x", "a b", "\"onload"]),
    (
        "script_url",
        &[
            "https://desk.example/t.js",
            "http://localhost/t.js",
            "http://a.example/t.js",
            "t.js",
            "https://desk.example/ö?a=\"b\"&c='d'",
        ],
    ),
    ("nonce", &["r4nd0m==", "abc+/_-", "a===", "", "\"x"]),
];
const SECRETS: [&str; 14] = [
    SECRET,
    SECRET,
    PREVIOUS_SECRET,
    "",
    "too-short",
    "fifteen-bytes-x",
    "ein-schlüssel-für-alle-fälle",
    "changeme",
    "UNDEFINED",
    "YOUR_HMAC_SECRET",
    "dsk_secret_xxxxxxxxxxxxxxxxxxxxxxxx",
    "${HELPDESKY_HMAC_SECRET}",
    "with a space inside, and long",
    "with\u{7}a bell inside, and long",
];
const SECRET_ENDS: [&str; 12] =
    ["", "", "", "", "", "'", "\"", "`", " ", "\n", "\u{FEFF}", "\u{3000}"];
const TOLERANCES: [i64; 8] = [0, 1, 300, 300, 600, 3600, 3601, -1];

/// One case in this number has ill-formed text.
const ILL_FORMED: usize = 10;

/// Returns this number of cases. The same seed always gives the same cases.
pub(crate) fn cases(seed: u64, count: usize, contract: &Contract) -> Result<Vec<Case>> {
    let mut source = Source::new(seed)?;
    (1..=count)
        .map(|number| {
            let case = source.case(&format!("random-{seed}-{number}"));
            if number % ILL_FORMED == 0 {
                contract.damaged(case, &mut source.random)
            } else {
                Ok(case)
            }
        })
        .collect()
}

/// A call, and the core's result.
struct Call {
    class: Option<&'static str>,
    /// The arguments of the constructor.
    new: Value,
    name: &'static str,
    arguments: Value,
    answer: Result<Value, Error>,
}

/// The values of a link that a portal receives, and the time.
struct Received {
    portal_host: String,
    user_id: String,
    timestamp: String,
    signature: String,
    now: i64,
}

/// The random generator, with the signers and verifiers that give the expected results.
struct Source {
    random: Rand64,
    signer: Signer,
    previous_signer: Signer,
    verifier: Verifier,
    other_secrets: [Secret; 1],
}

impl Source {
    fn new(seed: u64) -> Result<Self> {
        let options = VerifierOptions::new([(Some(PREVIOUS_SECRET), PREVIOUS_EXPIRES_AT)], None)?;
        Ok(Self {
            random: Rand64::new(seed.into()),
            signer: Signer::new(Secret::new(SECRET)?),
            previous_signer: Signer::new(Secret::new(PREVIOUS_SECRET)?),
            verifier: Verifier::new(Secret::new(SECRET)?, options),
            other_secrets: [Secret::new(OTHER_SECRET)?],
        })
    }

    fn case(&mut self, id: &str) -> Case {
        // Explaining is slow, so only a few cases do it.
        let call = match self.below(76) {
            0 => self.explain_email(),
            1 => self.explain_link(),
            2..10 => self.canonical_email(),
            10..16 => self.canonical_host(),
            16..26 => self.sign_email(),
            26..34 => self.sign_user(),
            34..40 => self.portal_link(),
            40..46 => self.ticket_center(),
            46..54 => self.verify_email(),
            54..58 => self.verify_user(),
            58..62 => self.verify_link(),
            62..66 => self.identity(),
            66..68 => self.public_form_url(),
            68..70 => self.portal_host(),
            70..74 => self.response_unless_click(),
            74 => self.new_signer(),
            _ => self.new_verifier(),
        };
        call.into_case(id)
    }

    fn canonical_email(&mut self) -> Call {
        let email = self.email();
        let answer = canonical_email(&email).map(|email| email.as_str().into());
        Call::of_function("canonical_email", json!({ "email": email }), answer)
    }

    fn canonical_host(&mut self) -> Call {
        let host = self.host();
        let answer = canonical_host(&host).map(|host| host.as_str().into());
        Call::of_function("canonical_host", json!({ "host": host }), answer)
    }

    fn sign_email(&mut self) -> Call {
        let email = self.email();
        let answer = self.signer.sign_email(&email).map(|signed| signed_email(&signed));
        Call::of_signer("sign_email", json!({ "email": email }), answer)
    }

    fn sign_user(&mut self) -> Call {
        let (portal_host, user_id, timestamp) = (self.host(), self.user_id(), self.time());
        let answer = self.signer.sign_user(&portal_host, &user_id, timestamp).map(|signed| {
            json!({
                "user_id": signed.user_id.as_str(),
                "timestamp": signed.timestamp.seconds(),
                "signature": signed.signature.to_hex(),
            })
        });
        let arguments =
            json!({ "portal_host": portal_host, "user_id": user_id, "timestamp": timestamp });
        Call::of_signer("sign_user", arguments, answer)
    }

    fn portal_link(&mut self) -> Call {
        let (portal_url, user_id, timestamp) = (self.portal_url(), self.user_id(), self.time());
        let answer = self.signer.portal_link(&portal_url, &user_id, timestamp).map(Value::from);
        let arguments =
            json!({ "portal_url": portal_url, "user_id": user_id, "timestamp": timestamp });
        Call::of_signer("portal_link", arguments, answer)
    }

    fn ticket_center(&mut self) -> Call {
        let (email, helpdesk_id) = (self.email(), self.usually("desk-1", &HELPDESK_IDS));
        let given: BTreeMap<&str, &str> = OPTIONS
            .iter()
            .filter_map(|(name, values)| {
                let is_given = self.below(4) == 0;
                is_given.then(|| (*name, self.one_of(values)))
            })
            .collect();
        let crossorigin = self.below(4) == 0;
        let option = |name| given.get(name).copied();
        let options = EmbedOptions {
            align: option("align"),
            max_width: option("max_width"),
            container: option("container"),
            script_url: option("script_url"),
            crossorigin,
            nonce: option("nonce"),
        };
        let answer = self.signer.ticket_center(&email, helpdesk_id, &options).map(|embed| {
            let attributes: Map<String, Value> = embed
                .attributes
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect();
            json!({ "attributes": attributes, "html": embed.html })
        });
        let mut arguments = json!({ "email": email, "helpdesk_id": helpdesk_id });
        for (name, value) in &given {
            arguments[name] = (*value).into();
        }
        if crossorigin || self.below(4) == 0 {
            arguments["crossorigin"] = crossorigin.into();
        }
        Call::of_signer("ticket_center", arguments, answer)
    }

    fn identity(&mut self) -> Call {
        let (email, helpdesk_id) = (self.email(), self.usually("desk-1", &HELPDESK_IDS));
        let answer = self.signer.identity(&email, helpdesk_id).map(|identity| {
            json!({
                "email": identity.email.as_str(),
                "signature": identity.signature.to_hex(),
                "helpdesk_id": identity.helpdesk_id,
            })
        });
        let arguments = json!({ "email": email, "helpdesk_id": helpdesk_id });
        Call::of_signer("identity", arguments, answer)
    }

    fn public_form_url(&mut self) -> Call {
        let portal_url = self.portal_url();
        let answer = public_form_url(&portal_url).map(Value::from);
        Call::of_function("public_form_url", json!({ "portal_url": portal_url }), answer)
    }

    fn portal_host(&mut self) -> Call {
        let portal_url = self.portal_url();
        let answer = portal_host(&portal_url).map(|host| host.as_str().into());
        Call::of_function("portal_host", json!({ "portal_url": portal_url }), answer)
    }

    fn response_unless_click(&mut self) -> Call {
        let target = [self.one_of(&TARGETS), self.one_of(&QUERIES)].concat();
        let headers: BTreeMap<&str, &str> = CLICK_HEADERS
            .iter()
            .filter_map(|name| {
                let is_sent = self.below(8) == 0;
                is_sent.then(|| (*name, self.one_of(&HEADER_VALUES)))
            })
            .collect();
        let list: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, *value)).collect();
        let answer = response_unless_click(&target, &list).map_or(Value::Null, |answer| {
            let headers: Map<String, Value> = answer
                .headers
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect();
            json!({ "status": answer.status, "headers": headers, "body": answer.body })
        });
        let arguments = json!({ "target": target, "headers": headers });
        Call::of_function("response_unless_click", arguments, Ok(answer))
    }

    fn verify_email(&mut self) -> Call {
        let (email, signature, now) = (self.email(), self.email_signature(), self.time());
        // Half of the signatures are made for this address, so that many are valid.
        let signature = self.signature_of(&email).unwrap_or(signature);
        let answer = self.verifier.verify_email(&email, &signature, now).map(|verified| {
            json!({ "email": verified.email.as_str(), "secret_index": verified.secret_index })
        });
        let arguments = json!({ "email": email, "signature": signature, "now": now });
        Call::of_verifier("verify_email", arguments, answer)
    }

    fn verify_user(&mut self) -> Call {
        let received = self.received();
        let answer = received.verified_by(&self.verifier);
        Call::of_verifier("verify_user", received.arguments(), answer)
    }

    fn verify_link(&mut self) -> Call {
        let (portal_host, url, now) = self.link();
        let answer = self
            .verifier
            .verify_link(&portal_host, &url, now)
            .map(|user| user.as_ref().map_or(Value::Null, verified_user));
        let arguments = json!({ "portal_host": portal_host, "url": url, "now": now });
        Call::of_verifier("verify_link", arguments, answer)
    }

    /// Returns a call of a signer whose secret may be invalid.
    fn new_signer(&mut self) -> Call {
        let (secret, email) = (self.secret(), self.email());
        let answer = Secret::new(secret.as_str())
            .and_then(|secret| Signer::new(secret).sign_email(&email))
            .map(|signed| signed_email(&signed));
        let new = json!({ "secret": secret });
        Call { new, ..Call::of_signer("sign_email", json!({ "email": email }), answer) }
    }

    /// Returns a call of a verifier whose secrets and tolerance may be invalid.
    fn new_verifier(&mut self) -> Call {
        let secret = self.secret();
        let previous: Vec<(String, i64)> =
            (0..self.below(3)).map(|_| (self.secret(), self.time())).collect();
        let tolerance = self.one_of(&TOLERANCES);
        let received = self.received();
        let texts = previous.iter().map(|(secret, expiry)| (Some(secret.as_str()), *expiry));
        let answer = Secret::new(secret.as_str())
            .and_then(|secret| Ok(Verifier::new(secret, VerifierOptions::new(texts, tolerance)?)))
            .and_then(|verifier| received.verified_by(&verifier));
        let new = json!({ "secret": secret, "previous": previous, "tolerance": tolerance });
        Call { new, ..Call::of_verifier("verify_user", received.arguments(), answer) }
    }

    fn explain_email(&mut self) -> Call {
        let (email, signature, now) = (self.email(), self.email_signature(), self.time());
        let answer = self
            .verifier
            .explain_email(&email, &signature, &self.other_secrets, now)
            .map(|explanation| codes(&explanation));
        let arguments = json!({
            "email": email,
            "signature": signature,
            "other_secrets": [OTHER_SECRET],
            "now": now,
        });
        Call::of_verifier("explain_email", arguments, answer)
    }

    fn explain_link(&mut self) -> Call {
        let (portal_host, url, now) = self.link();
        let answer = self
            .verifier
            .explain_link(&portal_host, &url, &self.other_secrets, now)
            .map(|explanation| codes(&explanation));
        let arguments = json!({
            "portal_host": portal_host,
            "url": url,
            "other_secrets": [OTHER_SECRET],
            "now": now,
        });
        Call::of_verifier("explain_link", arguments, answer)
    }

    fn email(&mut self) -> String {
        match self.below(200) {
            0 | 1 => return format!("{}@example.com", "É".repeat(self.below(200))),
            2 => return format!("{}@example.com", "A".repeat(4096 + self.below(4096))),
            _ => (),
        }
        let at = if self.below(16) == 0 { "" } else { "@" };
        let domain = self.usually("example.com", &DOMAINS);
        [self.one_of(&WHITESPACE), self.one_of(&NAMES), self.join(), self.name(), at, domain]
            .into_iter()
            .chain([self.one_of(&WHITESPACE)])
            .collect()
    }

    /// Returns a secret, which is valid in half of the cases.
    fn secret(&mut self) -> String {
        if self.below(2) == 0 {
            return SECRET.to_owned();
        }
        [self.one_of(&SECRET_ENDS), self.one_of(&SECRETS), self.one_of(&SECRET_ENDS)].concat()
    }

    fn name(&mut self) -> &'static str {
        if self.below(2) == 0 { "" } else { self.one_of(&NAMES) }
    }

    fn join(&mut self) -> &'static str {
        if self.below(3) == 0 { self.one_of(&JOINS) } else { "" }
    }

    fn host(&mut self) -> String {
        self.usually("help.company.com", &HOSTS).to_owned()
    }

    fn portal_url(&mut self) -> String {
        [self.one_of(&SCHEMES), self.usually("help.company.com", &HOSTS), self.one_of(&PATHS)]
            .concat()
    }

    fn user_id(&mut self) -> String {
        if self.below(50) == 0 {
            return "ü".repeat(self.below(150));
        }
        (0..self.below(4)).map(|_| self.one_of(&USER_PIECES)).collect()
    }

    /// Returns a time near the expiry of the previous secret, or at a limit.
    fn time(&mut self) -> i64 {
        match self.below(20) {
            0 => self.one_of(&[-1, 0, 1, FARTHEST, -FARTHEST, 99_999_999_999, 100_000_000_000]),
            1 => self.one_of(&[(1 << 31) - 1, 1 << 31, 1 << 32, 1_767_225_600_000]),
            _ => {
                let offset = i64::try_from(self.below(1201)).unwrap_or_default();
                PREVIOUS_EXPIRES_AT - 600 + offset
            }
        }
    }

    /// Returns a signature of another e-mail, or an invalid one.
    fn email_signature(&mut self) -> String {
        let email = self.email();
        let signature = self.signature_of(&email).unwrap_or_else(|| "0f".repeat(32));
        self.perhaps_damaged(signature)
    }

    /// Returns the e-mail's signature in half of the cases, made with the current or the previous secret.
    fn signature_of(&mut self, email: &str) -> Option<String> {
        if self.below(2) == 0 {
            return None;
        }
        let is_previous = self.below(3) == 0;
        let signer = if is_previous { &self.previous_signer } else { &self.signer };
        Some(signer.sign_email(email).ok()?.signature.to_hex())
    }

    /// Returns the values of a link, which is valid in most cases.
    fn received(&mut self) -> Received {
        let portal_host = self.host();
        let (user_id, timestamp) = (self.user_id(), self.time());
        let is_previous = self.below(4) == 0;
        let signer = if is_previous { &self.previous_signer } else { &self.signer };
        let signature = signer
            .sign_user(&portal_host, &user_id, timestamp)
            .map_or_else(|_| "0f".repeat(32), |signed| signed.signature.to_hex());
        let written = match self.below(16) {
            0 => format!("0{timestamp}"),
            1 => format!(" {timestamp}"),
            _ => timestamp.to_string(),
        };
        let (signature, now) = (self.perhaps_damaged(signature), self.time());
        Received { portal_host, user_id, timestamp: written, signature, now }
    }

    fn link(&mut self) -> (String, String, i64) {
        let Received { portal_host, user_id, timestamp, signature, now } = self.received();
        let prefix = self.one_of(&["", "", "https://help.company.com", "x", "HTTP://a"]);
        let user_id = if self.below(8) == 0 { user_id } else { percent_encoded(&user_id) };
        let mut parameters = vec![
            format!("user_id={user_id}"),
            format!("user_id_timestamp={timestamp}"),
            format!("user_id_signature={signature}"),
        ];
        match self.below(16) {
            0 => drop(parameters.pop()),
            1 => parameters.push("user_id=2".to_owned()),
            2 => parameters.clear(),
            3 => parameters.push("utm_source=mail&user_id_x=1&%75ser=1".to_owned()),
            4 => parameters.rotate_left(1),
            5 => "user_id=%FF".clone_into(&mut parameters[0]),
            _ => (),
        }
        let fragment = self.one_of(&["", "", "#user_id=1", "?"]);
        (portal_host, format!("{prefix}/submit-ticket?{}{fragment}", parameters.join("&")), now)
    }

    fn perhaps_damaged(&mut self, signature: String) -> String {
        match self.below(12) {
            0 => signature.to_uppercase(),
            1 => format!("{signature} "),
            2 => signature.chars().take(63).collect(),
            3 => format!("sha256={signature}"),
            4 => signature.replace('a', "b"),
            5 => String::new(),
            _ => signature,
        }
    }

    /// Returns the usual value in half of the cases, and another one otherwise.
    fn usually<T: Copy>(&mut self, usual: T, others: &[T]) -> T {
        if self.below(2) == 0 { usual } else { self.one_of(others) }
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(self.random.rand_range(0..end)).unwrap_or_default()
    }
}

impl Received {
    fn verified_by(&self, verifier: &Verifier) -> Result<Value, Error> {
        let Self { portal_host, user_id, timestamp, signature, now } = self;
        let claim = UserClaim { portal_host, user_id, timestamp, signature };
        verifier.verify_user(&claim, *now).map(|user| verified_user(&user))
    }

    fn arguments(&self) -> Value {
        let Self { portal_host, user_id, timestamp, signature, now } = self;
        json!({
            "portal_host": portal_host,
            "user_id": user_id,
            "timestamp": timestamp,
            "signature": signature,
            "now": now,
        })
    }
}

impl Call {
    fn of_function(name: &'static str, arguments: Value, answer: Result<Value, Error>) -> Self {
        Self { class: None, new: Value::Null, name, arguments, answer }
    }

    fn of_signer(name: &'static str, arguments: Value, answer: Result<Value, Error>) -> Self {
        let new = json!({ "secret": SECRET });
        Self { class: Some("Signer"), new, name, arguments, answer }
    }

    fn of_verifier(name: &'static str, arguments: Value, answer: Result<Value, Error>) -> Self {
        let previous = json!([[PREVIOUS_SECRET, PREVIOUS_EXPIRES_AT]]);
        let new = json!({ "secret": SECRET, "previous": previous });
        Self { class: Some("Verifier"), new, name, arguments, answer }
    }

    fn into_case(self, id: &str) -> Case {
        let mut request = json!({ "id": id, "call": self.name, "args": self.arguments });
        if let Some(class) = self.class {
            request["class"] = class.into();
            request["new"] = self.new;
        }
        Case {
            id: id.to_owned(),
            comment: "the core's result for a random identity".to_owned(),
            request,
            environment: BTreeMap::new(),
            expected: match self.answer {
                Ok(value) => Outcome::Value(value),
                Err(error) => Outcome::Error {
                    kind: error.kind().as_str().to_owned(),
                    code: error.code().as_str().to_owned(),
                },
            },
        }
    }
}

fn signed_email(signed: &SignedEmail) -> Value {
    json!({ "email": signed.email.as_str(), "signature": signed.signature.to_hex() })
}

fn verified_user(user: &VerifiedUser) -> Value {
    json!({
        "user_id": user.user_id.as_str(),
        "timestamp": user.timestamp.seconds(),
        "secret_index": user.secret_index,
    })
}

fn codes(explanation: &Explanation) -> Value {
    let codes: Vec<_> = explanation.findings.iter().map(|finding| finding.code.as_str()).collect();
    json!({ "findings": codes })
}

fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
