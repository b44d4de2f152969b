//! Generates random identities from a seed, out of pieces that implementations handle differently.
//!
//! The calls come from the contract, so a new call has random cases from the start. The expected results come
//! from the command's dispatch, which is called here: the vectors test it, and these cases test that a language
//! passes every value to the core and back unchanged. Ill-formed text never reaches the dispatch: its expected
//! error comes from the contract.

#[path = "../../../cli/src/conform.rs"]
mod command;

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, Result, ensure};
use deskseal::{CLICK_HEADERS, IdentityClaims, Secret, Signer};
use oorandom::Rand64;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::ill_formed::{Call, Contract, Parameter};
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
const AUDIENCES: [&str; 12] = [
    "desk-1",
    "Desk_2",
    "help.company.com",
    "HELP.Company.COM",
    "bücher.example",
    "[0:0::1]",
    "127.1",
    "",
    "YOUR_HELPDESK_ID",
    "https://help.company.com",
    "help.company.com:443",
    "a b",
];
const PEOPLE: [&str; 8] =
    ["Ada", "Ada Lovelace", "山田 太郎", "😀", "\"\\/<&>", "a\u{202E}b", "line\nbreak", ""];
const TOKEN_IDS: [&str; 7] = ["token-1", "0", "~!\"\\'", "", "a b", "é", "jti.jti_jti-jti"];
const ATTRIBUTE_NAMES: [&str; 10] =
    ["plan", "seats", "a", "constructor", "is_admin", "to_string", "A", "__proto__", "a-b", ""];
const LIFETIMES: [i64; 9] = [600, 300, 1, 86_400, 0, 301, 86_401, -1, FARTHEST];
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

/// One object in this number is constructed from random texts, which are rarely valid.
const CONSTRUCTED: usize = 30;

/// How often a call is made. Explaining is slow, so few cases do it.
const OFTEN: usize = 6;
const SELDOM: usize = 1;

/// Returns this number of cases. The same seed, vectors and contract always give the same cases.
pub(crate) fn cases(
    seed: u64,
    count: usize,
    contract: &Contract,
    vectors: &[Case],
) -> Result<Vec<Case>> {
    let mut source = Source::new(seed, contract, vectors)?;
    let requests = (1..=count).map(|number| source.request(&format!("random-{seed}-{number}")));
    let cases = answered(requests.collect::<Result<_>>()?)?;
    (1..)
        .zip(cases)
        .map(|(number, case): (usize, _)| {
            if number % ILL_FORMED == 0 {
                contract.damaged(case, &mut source.random)
            } else {
                Ok(case)
            }
        })
        .collect()
}

/// Returns the requests with the results of the command's dispatch.
fn answered(requests: Vec<Value>) -> Result<Vec<Case>> {
    let lines: Vec<String> = requests.iter().map(Value::to_string).collect();
    let mut answers = Vec::new();
    command::serve(lines.join("\n").as_bytes(), &mut answers)?;
    let answers = String::from_utf8(answers)?;
    requests
        .into_iter()
        .zip(answers.lines())
        .map(|(request, answer)| case(request, answer))
        .collect()
}

fn case(request: Value, answer: &str) -> Result<Case> {
    let id = request["id"].as_str().context("a request has no id")?.to_owned();
    let answer: Map<String, Value> = serde_json::from_str(answer)?;
    let expected = Outcome::of_answer(&answer).with_context(|| format!("{id} is not answered"))?;
    let is_of_the_contract = !matches!(&expected, Outcome::Error { kind, .. } if kind == "request");
    ensure!(is_of_the_contract, "the command's dispatch rejects the request {request}");
    Ok(Case {
        id,
        comment: "the core's own result for a random identity".to_owned(),
        request,
        environment: BTreeMap::new(),
        expected,
    })
}

/// The values of a link that a portal receives, and the time.
struct Received {
    portal_host: String,
    user_id: String,
    timestamp: String,
    signature: String,
    now: i64,
}

/// The random generator, with the signers that make valid signatures.
struct Source<'contract> {
    random: Rand64,
    /// Every call, repeated by how often it is made.
    calls: Vec<&'contract Call>,
    /// The texts of the vectors, by parameter name.
    texts: HashMap<&'contract str, Vec<&'contract str>>,
    signer: Signer,
    previous_signer: Signer,
}

impl<'contract> Source<'contract> {
    fn new(seed: u64, contract: &'contract Contract, vectors: &'contract [Case]) -> Result<Self> {
        let mut texts: HashMap<&str, Vec<&str>> = HashMap::new();
        let arguments = vectors.iter().filter_map(|case| case.request["args"].as_object());
        for (name, value) in arguments.flatten() {
            texts.entry(name).or_default().extend(value.as_str());
        }
        let times = |call: &Call| if call.is_explaining() { SELDOM } else { OFTEN };
        let calls = contract.calls().filter(|call| call.has_one_answer());
        Ok(Self {
            random: Rand64::new(seed.into()),
            calls: calls.flat_map(|call| std::iter::repeat_n(call, times(call))).collect(),
            texts,
            signer: Signer::new(Secret::new(SECRET)?),
            previous_signer: Signer::new(Secret::new(PREVIOUS_SECRET)?),
        })
    }

    fn request(&mut self, id: &str) -> Result<Value> {
        let index = self.below(self.calls.len());
        let call = self.calls[index];
        let mut request = json!({ "id": id, "call": call.name, "args": self.arguments(call)? });
        if let Some(class) = &call.class {
            request["class"] = class.as_str().into();
            request["new"] = self.new_object(class);
        }
        Ok(request)
    }

    fn new_object(&mut self, class: &str) -> Value {
        let is_usual = self.below(CONSTRUCTED) > 0;
        match (class, is_usual) {
            ("Signer", true) => json!({ "secret": SECRET }),
            ("Signer", false) => json!({ "secret": self.secret() }),
            (_, true) => {
                json!({ "secret": SECRET, "previous": [[PREVIOUS_SECRET, PREVIOUS_EXPIRES_AT]] })
            }
            (_, false) => {
                let previous: Vec<(String, i64)> =
                    (0..self.below(3)).map(|_| (self.secret(), self.time())).collect();
                let tolerance = self.one_of(&TOLERANCES);
                json!({ "secret": self.secret(), "previous": previous, "tolerance": tolerance })
            }
        }
    }

    /// Returns what fits together for what is verified, and a value for each parameter otherwise.
    fn arguments(&mut self, call: &Call) -> Result<Value> {
        let mut arguments = match call.name.as_str() {
            "verify_email" | "explain_email" => self.received_email(),
            "verify_user" => self.received().arguments(),
            "verify_link" | "explain_link" => self.link(),
            "verify_identity_token" | "explain_identity_token" => self.received_token(),
            _ => json!({}),
        };
        for parameter in &call.parameters {
            let is_there = arguments.get(&parameter.name).is_some();
            let is_left_out = parameter.is_option() && self.below(4) > 0;
            if !is_there && !is_left_out {
                arguments[&parameter.name] = self.argument(parameter)?;
            }
        }
        Ok(arguments)
    }

    fn argument(&mut self, Parameter { name, kind, .. }: &Parameter) -> Result<Value> {
        Ok(match (kind.as_str(), name.as_str()) {
            ("time?", _) => self.time().into(),
            ("flag", _) => (self.below(2) == 0).into(),
            ("map", _) => self.headers(),
            ("attributes?", _) => self.attributes(),
            (_, "expires_in") => self.usually(600, &LIFETIMES).into(),
            (_, "audience") => self.usually("desk-1", &AUDIENCES).into(),
            (_, "name") => self.usually("Ada", &PEOPLE).into(),
            (_, "token_id") => self.usually("token-1", &TOKEN_IDS).into(),
            ("[secret]", _) => json!([OTHER_SECRET]),
            (_, "email") => self.email().into(),
            (_, "host" | "portal_host") => self.host().into(),
            (_, "portal_url") => self.portal_url().into(),
            (_, "user_id") => self.user_id().into(),
            (_, "target") => [self.one_of(&TARGETS), self.one_of(&QUERIES)].concat().into(),
            (_, name) => {
                let texts =
                    self.texts.get(name).with_context(|| format!("no vector has {name}"))?;
                let index = below(&mut self.random, texts.len());
                texts[index].into()
            }
        })
    }

    fn headers(&mut self) -> Value {
        let sent = CLICK_HEADERS.iter().filter(|_| self.below(8) == 0).copied().collect::<Vec<_>>();
        sent.into_iter().map(|name| (name, self.one_of(&HEADER_VALUES))).collect()
    }

    fn attributes(&mut self) -> Value {
        let count = if self.below(12) == 0 { 21 } else { self.below(4) };
        let attributes = (0..count).map(|number| {
            let name = match self.below(8) {
                0 => self.one_of(&ATTRIBUTE_NAMES).to_owned(),
                _ => format!("{}{number}", self.one_of(&["b", "ab_", "z"])),
            };
            let value = match self.below(4) {
                0 => self.one_of(&[0, 1, -5, FARTHEST, -FARTHEST]).into(),
                1 => (self.below(2) == 0).into(),
                2 => self.one_of(&NAMES).repeat(self.one_of(&[1, 1, 1, 40])).into(),
                _ => self.one_of(&USER_PIECES).into(),
            };
            (name, value)
        });
        Value::Object(attributes.collect())
    }

    /// Returns a token, which is valid in most cases, and for whom it is received.
    fn received_token(&mut self) -> Value {
        let (email, user_id, issued_at) = (self.email(), self.user_id(), self.time());
        let token_id = self.usually("token-1", &TOKEN_IDS);
        let claims = IdentityClaims {
            email: (self.below(2) == 0).then_some(email.as_str()),
            email_verified: self.below(4) > 0,
            user_id: (self.below(3) > 0).then_some(user_id.as_str()),
            name: (self.below(3) == 0).then(|| self.one_of(&PEOPLE)),
            attributes: BTreeMap::from([("plan".to_owned(), "pro".into())]),
            token_id: Some(token_id),
            expires_in: Some(self.usually(600, &LIFETIMES)),
        };
        let audience = self.usually("desk-1", &AUDIENCES);
        let is_previous = self.below(4) == 0;
        let signer = if is_previous { &self.previous_signer } else { &self.signer };
        let token = signer.identity_token(audience, &claims, issued_at);
        let token = token.unwrap_or_else(|_| "eyJhbGciOiJIUzI1NiJ9.e30.".to_owned());
        let received_at = if self.below(8) == 0 { "desk-1" } else { audience };
        let age = self.one_of(&[0, 0, 0, 1, 299, 300, 599, 600, -60, -61]);
        json!({
            "audience": received_at,
            "token": self.perhaps_changed(token),
            "now": (issued_at + age).clamp(-FARTHEST, FARTHEST),
        })
    }

    /// Returns a token as it may be changed on its way.
    fn perhaps_changed(&mut self, token: String) -> String {
        match self.below(14) {
            0 => format!("{token}="),
            1 => format!(" {token}"),
            2 => format!("Bearer {token}"),
            3 => token.replacen('.', "", 1),
            4 => token.chars().rev().collect(),
            5 => token.replace('a', "b"),
            6 => token.replace('_', "/").replace('-', "+"),
            _ => token,
        }
    }

    /// Half of the signatures are of this very address, so that many hold.
    fn received_email(&mut self) -> Value {
        let (email, signature) = (self.email(), self.email_signature());
        let signature = self.signature_of(&email).unwrap_or(signature);
        json!({ "email": email, "signature": signature })
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

    fn link(&mut self) -> Value {
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
        let url = format!("{prefix}/submit-ticket?{}{fragment}", parameters.join("&"));
        json!({ "portal_host": portal_host, "url": url, "now": now })
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
        below(&mut self.random, end)
    }
}

fn below(random: &mut Rand64, end: usize) -> usize {
    let end = u64::try_from(end).unwrap_or(u64::MAX);
    usize::try_from(random.rand_range(0..end)).unwrap_or_default()
}

impl Received {
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

fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
