//! No output contains a secret, an expected signature, or data that a visitor sent (SPEC 2.7, 5.3, 7.1). The
//! output of every public type, and of every call of the shared vectors, is searched for them.

mod cases;
#[path = "../../cli/src/conform.rs"]
#[expect(dead_code, reason = "the calls are made one by one, and not for a reader of lines")]
mod conform;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Debug;

use base64ct::{Base64, Base64Unpadded, Base64UrlUnpadded, Encoding};
use deskseal::{
    Error, ErrorCode, IdentityClaims, Parameter, PreviousSecret, Secret, Signer, UserClaim,
    Verifier, VerifierOptions, secret_from_entropy,
};
use ring::hmac;
use serde_json::Value;

use conform::CallError;

const SECRETS: u64 = 1000;
/// How many forms the secrets have. The vectors are called once with secrets of each form, since that takes longest.
const FORMS: u64 = 6;
/// The length of the pieces of a secret or signature that are searched for, in bytes.
const PIECE: usize = 16;
/// The length from which on what a visitor sent is searched for, in bytes: sentences have words of their own.
const LEAST_SENT: usize = 6;

const NOW: i64 = 1_767_225_600;
const HOST: &str = "help.company.com";
const USER_ID: &str = "user-42";
const OPENING: &str = "Zq7";

/// Pseudorandom numbers that are the same in every run (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn text_of(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        let place = |number: u64| usize::try_from(number % alphabet.len() as u64).unwrap_or(0);
        (0..length).map(|_| alphabet[place(self.next())]).collect()
    }

    fn entropy(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| self.next().to_le_bytes()[0])
    }
}

/// Returns the secret with this number: a generated secret, or one of another usual form.
fn secret_text(number: u64) -> String {
    let mut numbers = Numbers(number);
    let body = match number % FORMS {
        0 | 1 => return secret_from_entropy(&numbers.entropy()).to_string(),
        2 => numbers.text_of("0123456789ABCDEF", 64),
        3 => numbers.text_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_234567", 32),
        4 => numbers.text_of("abcdefgh0123456789{}$%\"'\\&<>=+/.:@#?", 32),
        _ => numbers.text_of("äöüσςΣ€日本𝔸🔑é-", 16),
    };
    // Random characters could start or end with a quote or a brace, which gives other errors than those below.
    if number % FORMS < 4 { body } else { format!("{OPENING}{body}{OPENING}") }
}

fn secret(text: &str) -> Secret {
    Secret::new(text).expect("the secret is accepted")
}

/// The texts that no output may contain.
struct Watch {
    hidden: Vec<String>,
    hidden_in_any_case: Vec<String>,
}

impl Watch {
    fn new(secret: &str) -> Self {
        let hexadecimal = base16ct::lower::encode_string(secret.as_bytes());
        let mut watch =
            Self { hidden: vec![secret.to_owned()], hidden_in_any_case: vec![hexadecimal] };
        watch.hidden.extend(base64_of(secret.as_bytes()));
        watch
    }

    fn and_signature(mut self, signature: &str) -> Self {
        let bytes = base16ct::lower::decode_vec(signature).expect("hexadecimal digits");
        self.hidden.extend(base64_of(&bytes));
        self.hidden_in_any_case.push(signature.to_owned());
        self
    }

    fn and_text(mut self, text: &str) -> Self {
        self.hidden.push(text.to_owned());
        self
    }

    fn assert_hidden_in(&self, output: &str) {
        let lower = output.to_lowercase();
        let shown = self.hidden.iter().filter(|hidden| output.contains(*hidden));
        let shown_in_any_case =
            self.hidden_in_any_case.iter().filter(|hidden| lower.contains(*hidden));
        let shown: Vec<&String> = shown.chain(shown_in_any_case).collect();
        assert!(shown.is_empty(), "{output:?} shows {shown:?}");
    }

    fn assert_hidden_in_debug(&self, value: &dyn Debug) {
        self.assert_hidden_in(&format!("{value:?}"));
        self.assert_hidden_in(&format!("{value:#?}"));
    }

    fn assert_hidden_in_error(&self, error: &Error) {
        self.assert_hidden_in_debug(error);
        self.assert_hidden_in(&error.to_string());
        self.assert_hidden_in(error.message());
    }
}

fn base64_of(bytes: &[u8]) -> [String; 3] {
    // The unpadded form is part of the padded one.
    let [standard, url_safe] =
        [Base64Unpadded::encode_string(bytes), Base64UrlUnpadded::encode_string(bytes)];
    [Base64::encode_string(bytes), standard, url_safe]
}

fn error_of<T>(result: Result<T, Error>) -> Error {
    result.err().expect("the input is rejected")
}

/// Returns the errors of secrets that were changed by mistake: padded, quoted, cut off.
fn errors_of_bad_secrets(text: &str) -> Vec<Error> {
    let padded =
        [format!("{text}\n"), format!(" {text}"), format!("\"{text}\""), format!("'{text}'")];
    let malformed = format!("{OPENING}{text}\0{text}{OPENING}");
    let placeholder = format!("${{{text}}}");
    let start: String = text.chars().take(3).collect();
    let invalid = [&padded[..], &[malformed, placeholder, start, String::new()]].concat();
    invalid
        .iter()
        .flat_map(|invalid| {
            [Secret::new(invalid.as_str()), Secret::from_named("HDH_HMAC_SECRET", Some(invalid))]
        })
        .map(error_of)
        .collect()
}

/// Returns the errors of passing the secret in place of the name of its variable.
fn errors_of_secrets_as_names(text: &str) -> Vec<Error> {
    let public = ["PUBLIC_", "NEXT_PUBLIC_", "VITE_"].map(|prefix| format!("{prefix}{text}"));
    let public = public.iter().map(|name| error_of(Secret::from_named(name, Some(text))));
    let other = format!("{text}-and-more");
    let conflict = [(text, Some(text)), ("HDH_HMAC_SECRET", Some(other.as_str()))];
    let mut errors = vec![
        error_of(Secret::from_first_named(&conflict)),
        error_of(Secret::from_first_named(&[(text, None), (text, None)])),
        error_of(Secret::from_env(text)),
        error_of(Signer::from_env(text)),
        error_of(Verifier::from_env(text, VerifierOptions::default())),
        error_of(Secret::from_named(text, None)),
        error_of(Secret::from_named(text, Some(""))),
        error_of(Secret::from_named(text, Some(&format!("{text} ")))),
        error_of(Secret::from_named(text, Some("changeme"))),
        error_of(Secret::new(None)),
        error_of(PreviousSecret::new(secret(text), -1)),
    ];
    errors.extend(public);
    errors
}

/// The pieces of texts that no output may contain.
#[derive(Default)]
struct Pieces {
    exact: HashSet<[u8; PIECE]>,
    in_lower_case: HashSet<[u8; PIECE]>,
}

impl Pieces {
    /// Returns the pieces of the bytes' usual spellings.
    fn of<'bytes>(hidden: impl IntoIterator<Item = &'bytes [u8]>) -> Self {
        let mut pieces = Self::default();
        for bytes in hidden {
            let hexadecimal = base16ct::lower::encode_string(bytes);
            pieces.in_lower_case.extend(telling_pieces_of(hexadecimal.as_bytes()));
            for text in base64_of(bytes) {
                pieces.exact.extend(telling_pieces_of(text.as_bytes()));
            }
        }
        pieces
    }

    fn of_secrets<'text>(secrets: impl IntoIterator<Item = &'text String>) -> Self {
        let secrets: BTreeSet<&[u8]> = secrets.into_iter().map(String::as_bytes).collect();
        let mut pieces = Self::of(secrets.iter().copied());
        pieces.exact.extend(secrets.into_iter().flat_map(telling_pieces_of));
        pieces
    }

    fn assert_none_in(&self, output: &str, case: &str) {
        let lower = output.to_lowercase();
        let mut shown = pieces_of(output.as_bytes()).filter(|piece| self.exact.contains(piece));
        let mut shown_in_any_case =
            pieces_of(lower.as_bytes()).filter(|piece| self.in_lower_case.contains(piece));
        let shown = shown.next().or_else(|| shown_in_any_case.next());
        let shown = shown.map(|piece| String::from_utf8_lossy(&piece).into_owned());
        assert_eq!(shown, None, "{case}: {output:?} shows it");
    }
}

fn pieces_of(bytes: &[u8]) -> impl Iterator<Item = [u8; PIECE]> {
    bytes.windows(PIECE).filter_map(|piece| piece.try_into().ok())
}

/// Returns the pieces that mean something: some vectors have 64 zeros in place of a signature.
fn telling_pieces_of(bytes: &[u8]) -> impl Iterator<Item = [u8; PIECE]> {
    pieces_of(bytes).filter(|piece| piece.iter().collect::<BTreeSet<_>>().len() > 4)
}

/// What came of a vector's call.
struct Outcome {
    id: String,
    call: String,
    code: Option<ErrorCode>,
    secrets: BTreeSet<String>,
    /// What the secrets have signed, or would sign.
    signatures: BTreeSet<Vec<u8>>,
    /// What must show neither a secret nor a signature.
    shown: Vec<String>,
    /// What the caller asked for, and may have a signature: it must show no secret.
    returned: Vec<String>,
}

fn outcome_of(case: &Value) -> Outcome {
    let request = serde_json::from_value(case.clone()).expect("a vector is a request");
    let secrets = secrets_of(case);
    let mut outcome = Outcome {
        id: case["id"].to_string(),
        call: format!("{}.{}", case["class"], case["call"]),
        code: None,
        signatures: secrets.iter().flat_map(|secret| signatures_by(secret, case)).collect(),
        secrets,
        shown: Vec::new(),
        returned: Vec::new(),
    };
    match conform::answer(&request) {
        Ok(answer) => {
            let json = answer.to_json();
            outcome.signatures.extend(signatures_in(&json.to_string()));
            if case["class"] == "Verifier" {
                outcome.shown.push(json.to_string());
            } else {
                outcome.returned.push(json.to_string());
            }
            let debug = [format!("{answer:?}"), format!("{answer:#?}")];
            if json.is_string() { &mut outcome.returned } else { &mut outcome.shown }.extend(debug);
        }
        Err(CallError::Core(error)) => {
            outcome.code = Some(error.code());
            outcome.shown = vec![format!("{error:?}"), format!("{error:#?}"), error.to_string()];
            outcome.shown.push(error.message().to_owned());
        }
        Err(CallError::Request(what)) => panic!("{}: {what}", outcome.id),
    }
    outcome
}

/// Returns the different outputs, each with the first case that has it.
fn outputs_of(
    outcomes: &[Outcome],
    outputs: fn(&Outcome) -> &Vec<String>,
) -> BTreeMap<&String, &String> {
    let all = outcomes
        .iter()
        .rev()
        .flat_map(|outcome| outputs(outcome).iter().map(|output| (output, &outcome.id)));
    all.collect()
}

/// Returns the secrets of a vector that are accepted.
fn secrets_of(case: &Value) -> BTreeSet<String> {
    let lists = [&case["new"]["previous"], &case["args"]["other_secrets"]];
    let listed = lists.into_iter().filter_map(Value::as_array).flatten();
    let secrets = listed.map(|item| item.get(0).unwrap_or(item)).chain([&case["new"]["secret"]]);
    let secrets = secrets.filter_map(Value::as_str).filter(|text| Secret::new(*text).is_ok());
    secrets.map(str::to_owned).collect()
}

/// Returns what the secret signs of a vector: its message, and the tokens in it.
fn signatures_by(secret: &str, case: &Value) -> Vec<Vec<u8>> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tokens = texts_of(&case["args"]).into_iter().filter_map(token_parts);
    let signed = case["message"].as_str().into_iter().chain(tokens.map(|(signed, _)| signed));
    signed.map(|signed| hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()).collect()
}

/// Returns the signatures that a text contains: 64 hexadecimal digits, or the last part of a token.
fn signatures_in(text: &str) -> BTreeSet<Vec<u8>> {
    let digits = text.split(|character: char| !character.is_ascii_hexdigit());
    let digits = digits
        .filter(|run| run.len() == 64)
        .filter_map(|run| base16ct::mixed::decode_vec(run).ok());
    let is_of_token =
        |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let tokens = text.split(|character| !is_of_token(character));
    let tokens = tokens.filter_map(token_parts);
    let tokens = tokens.filter_map(|(_, signature)| Base64UrlUnpadded::decode_vec(signature).ok());
    digits.chain(tokens).collect()
}

/// Returns what a token signs, and the signature.
fn token_parts(text: &str) -> Option<(&str, &str)> {
    let (signed, signature) = text.rsplit_once('.')?;
    (signed.contains('.') && signature.len() == 43).then_some((signed, signature))
}

/// Returns the vectors with random secrets of this form, which have made the signatures in them.
///
/// Explaining takes longest, so each of its vectors is called with secrets of one form.
fn with_other_secrets(vectors: &[Value], form: u64) -> Vec<Value> {
    let secrets: BTreeSet<String> = vectors.iter().flat_map(secrets_of).collect();
    let others: BTreeMap<String, String> = (0..)
        .zip(secrets)
        .map(|(index, replaced)| {
            let number = form + FORMS * index;
            let other = if is_long(&replaced) {
                secret_text(number)
            } else {
                Numbers(number).text_of("0123456789ABCDEF", 20)
            };
            (replaced, other)
        })
        .collect();
    let explains =
        |case: &Value| case["call"].as_str().is_some_and(|call| call.starts_with("explain_"));
    let numbered = (0..).zip(vectors);
    let called = numbered.filter(|(number, case)| !explains(case) || number % FORMS == form);
    called.map(|(_, case)| with_secrets(case, &others)).collect()
}

/// Tells whether the secret is long enough for identity tokens.
fn is_long(text: &str) -> bool {
    let claims = IdentityClaims { user_id: Some(USER_ID), ..IdentityClaims::default() };
    Signer::new(secret(text)).identity_token("desk-1", &claims, NOW).is_ok()
}

fn with_secrets(case: &Value, others: &BTreeMap<String, String>) -> Value {
    let mut texts = Vec::new();
    for secret in secrets_of(case) {
        let other = &others[&secret];
        for (by_secret, by_other) in
            signatures_by(&secret, case).into_iter().zip(signatures_by(other, case))
        {
            let spellings: [fn(&[u8]) -> String; 2] =
                [base16ct::lower::encode_string, Base64UrlUnpadded::encode_string];
            texts.extend(spellings.map(|spelled| (spelled(&by_secret), spelled(&by_other))));
        }
        texts.push((secret, other.clone()));
    }
    let mut case = case.clone();
    for part in ["new", "args"] {
        if let Some(part) = case.get_mut(part) {
            replace_texts(part, &texts);
        }
    }
    case
}

/// Puts the second of each two texts in the place of the first.
fn replace_texts(value: &mut Value, texts: &[(String, String)]) {
    match value {
        Value::String(text) => {
            *text = texts.iter().fold(text.clone(), |text, (old, new)| text.replace(old, new));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace_texts(item, texts)),
        Value::Object(items) => items.values_mut().for_each(|item| replace_texts(item, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn debug_output_of_no_type_shows_a_secret_or_signature() {
    for text in (0..SECRETS).map(secret_text) {
        let signer = Signer::new(secret(&text));
        let signature = signer.sign_user(HOST, USER_ID, NOW).expect("accepted").signature;
        let hexadecimal = signature.to_hex();
        let previous = || PreviousSecret::new(secret(&text), NOW).expect("a time in its range");
        let options =
            || VerifierOptions { previous: vec![previous()], ..VerifierOptions::default() };
        let claim = UserClaim {
            portal_host: HOST,
            user_id: USER_ID,
            timestamp: "1767225600",
            signature: &hexadecimal,
        };
        let verifier = Verifier::new(secret(&text), options());
        let values: [&dyn Debug; 7] =
            [&secret(&text), &previous(), &options(), &signer, &verifier, &signature, &claim];
        let watch = Watch::new(&text).and_signature(&hexadecimal);
        for value in values {
            watch.assert_hidden_in_debug(value);
        }
    }
}

#[test]
fn no_error_of_a_secret_shows_it() {
    for text in (0..SECRETS).map(secret_text) {
        let watch = Watch::new(&text);
        let errors = [errors_of_bad_secrets(&text), errors_of_secrets_as_names(&text)].concat();
        for error in errors {
            watch.assert_hidden_in_error(&error);
        }
    }
}

#[test]
fn no_vector_shows_a_secret_or_signature() {
    let vectors = cases::without_environment();
    let own: Vec<Outcome> = vectors.iter().map(outcome_of).collect();
    for outcome in &own {
        assert_hidden(std::slice::from_ref(outcome));
    }
    let mut codes = BTreeSet::new();
    for form in 0..FORMS {
        let outcomes: Vec<Outcome> =
            with_other_secrets(&vectors, form).iter().map(outcome_of).collect();
        assert_hidden(&outcomes);
        codes.extend(codes_of(outcomes));
    }
    assert_eq!(codes, codes_of(own), "other secrets cause the same errors");
}

/// Asserts that no outcome shows a secret or a signature of any.
fn assert_hidden(outcomes: &[Outcome]) {
    let secrets = Pieces::of_secrets(outcomes.iter().flat_map(|outcome| &outcome.secrets));
    let signatures = outcomes.iter().flat_map(|outcome| &outcome.signatures);
    let signatures = Pieces::of(signatures.map(Vec::as_slice));
    for (shown, case) in outputs_of(outcomes, |outcome| &outcome.shown) {
        secrets.assert_none_in(shown, case);
        signatures.assert_none_in(shown, case);
    }
    for (returned, case) in outputs_of(outcomes, |outcome| &outcome.returned) {
        secrets.assert_none_in(returned, case);
    }
}

/// Returns the codes that each call has given.
fn codes_of(outcomes: Vec<Outcome>) -> BTreeSet<(String, ErrorCode)> {
    outcomes.into_iter().filter_map(|outcome| Some((outcome.call, outcome.code?))).collect()
}

#[test]
fn every_code_has_a_vector_or_an_error_of_a_variables_name() {
    let vectors = cases::without_environment();
    let of_vectors = vectors.iter().filter_map(|case| outcome_of(case).code);
    let of_names = errors_of_secrets_as_names(&secret_text(0));
    let caused: BTreeSet<ErrorCode> = of_vectors.chain(of_names.iter().map(Error::code)).collect();
    let all: BTreeSet<ErrorCode> = ErrorCode::ALL.iter().copied().collect();
    assert_eq!(caused, all);
}

#[test]
fn no_error_shows_what_a_visitor_sent() {
    let mut searched = 0;
    for case in cases::without_environment() {
        let outcome = outcome_of(&case);
        if !case["kind"].eq("verification")
            && !outcome.code.is_some_and(ErrorCode::is_about_customer)
        {
            continue;
        }
        // How far a timestamp is off may be its own number.
        let is_searched = |text: &&str| text.len() >= LEAST_SENT && text.parse::<i64>().is_err();
        for sent in texts_of(&case["args"]).into_iter().filter(is_searched) {
            let shown = outcome.shown.iter().find(|shown| shown.contains(sent));
            assert_eq!(shown, None, "{}: it shows {sent:?}", outcome.id);
            searched += 1;
        }
    }
    assert!(searched >= 1000, "{searched}");
}

fn texts_of(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts_of).collect(),
        Value::Object(items) => items.values().flat_map(texts_of).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[test]
fn no_error_shows_an_ill_formed_text() {
    let watch = Watch::new("\u{FFFD}").and_text("sent");
    for parameter in [Parameter::Secret, Parameter::Email, Parameter::UserId, Parameter::Signature]
    {
        watch.assert_hidden_in_error(&error_of(parameter.decode(b"sent\xFF")));
    }
}
