//! No output contains a secret, an expected signature, or data that a visitor sent (SPEC 2.7, 5.3, 7.1). The
//! output of every public type and every error is checked, for a thousand secrets of different forms.

use std::collections::BTreeSet;
use std::fmt::Debug;

use base64ct::{Base64, Base64Unpadded, Base64UrlUnpadded, Encoding};
use deskseal::{
    EmbedOptions, Error, ErrorCode, Explanation, Parameter, PreviousSecret, Secret, Signer,
    Tolerance, UserClaim, UserId, Verifier, VerifierOptions, canonical_email, canonical_host,
    secret_from_entropy,
};

const SECRETS: u64 = 1000;
/// Fewer, since explaining takes longest and gives the same findings for every secret of one form.
const EXPLAINED: u64 = 40;

const NOW: i64 = 1_767_225_600;
const EMAIL: &str = "ada@example.com";
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
    let body = match number % 6 {
        0 | 1 => return secret_from_entropy(&numbers.entropy()).to_string(),
        2 => numbers.text_of("0123456789ABCDEF", 64),
        3 => numbers.text_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_234567", 32),
        4 => numbers.text_of("abcdefgh0123456789{}$%\"'\\&<>=+/.:@#?", 24),
        _ => numbers.text_of("äöüσςΣ€日本𝔸🔑é-", 16),
    };
    // Random characters could start or end with a quote or a brace, which gives other errors than those below.
    if number % 6 < 4 { body } else { format!("{OPENING}{body}{OPENING}") }
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

    fn assert_hidden_in_explanation(&self, explanation: &Explanation) {
        self.assert_hidden_in_debug(explanation);
        for finding in &explanation.findings {
            self.assert_hidden_in_debug(finding);
            self.assert_hidden_in(&finding.message);
        }
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

fn errors_of_signing(signer: &Signer) -> Vec<Error> {
    let embed = |helpdesk_id, options: EmbedOptions<'_>| {
        error_of(signer.ticket_center(EMAIL, helpdesk_id, &options))
    };
    vec![
        error_of(signer.sign_email(" ")),
        error_of(signer.sign_email("ada")),
        error_of(signer.sign_email(&format!("{EMAIL}{}", "m".repeat(320)))),
        error_of(signer.sign_email("\u{212A}im@example.com")),
        error_of(signer.sign_user("https://help.company.com", USER_ID, NOW)),
        error_of(signer.sign_user(HOST, "", NOW)),
        error_of(signer.sign_user(HOST, "\0", NOW)),
        error_of(signer.sign_user(HOST, &"4".repeat(513), NOW)),
        error_of(signer.sign_user(HOST, USER_ID, -1)),
        error_of(signer.portal_link("help.company.com", USER_ID, NOW)),
        error_of(signer.portal_link("http://help.company.com", USER_ID, NOW)),
        embed("", EmbedOptions::default()),
        embed("desk-1", EmbedOptions { align: Some("top"), ..EmbedOptions::default() }),
        error_of(Tolerance::new(-1)),
    ]
}

fn errors_of_verifying(verifier: &Verifier, signature: &str) -> Vec<Error> {
    let wrong = "0".repeat(64);
    let link = |query: &str, now| error_of(verifier.verify_link(HOST, &format!("/?{query}"), now));
    let identity =
        format!("user_id={USER_ID}&user_id_timestamp={NOW}&user_id_signature={signature}");
    vec![
        error_of(verifier.verify_email(EMAIL, &signature[1..], NOW)),
        error_of(verifier.verify_email(EMAIL, &wrong, NOW)),
        error_of(verifier.verify_email(EMAIL, signature, NOW)),
        link(&identity, NOW + 301),
        link(&identity, NOW - 301),
        link(&identity.replace(signature, &wrong), NOW),
        link(&identity.replace(signature, ""), NOW),
        link(&format!("user_id={USER_ID}"), NOW),
        link(&format!("{identity}&user_id={USER_ID}"), NOW),
        error_of(verifier.verify_link(HOST, &identity, NOW)),
    ]
}

/// Returns the signature with its first digit replaced.
fn made_wrong(signature: &str) -> String {
    let first = if signature.starts_with('0') { '1' } else { '0' };
    format!("{first}{}", &signature[1..])
}

#[test]
fn debug_output_of_no_type_shows_a_secret_or_signature() {
    for text in (0..SECRETS).map(secret_text) {
        let signer = Signer::new(secret(&text));
        let signed_email = signer.sign_email(EMAIL).expect("accepted");
        let signed_user = signer.sign_user(HOST, USER_ID, NOW).expect("accepted");
        let [email_hex, user_hex] =
            [&signed_email.signature, &signed_user.signature].map(deskseal::Signature::to_hex);
        let embed = signer.ticket_center(EMAIL, "desk-1", &EmbedOptions::default());
        let timestamp = NOW.to_string();
        let claim = UserClaim {
            portal_host: HOST,
            user_id: USER_ID,
            timestamp: &timestamp,
            signature: &user_hex,
        };
        let previous = || PreviousSecret::new(secret(&text), NOW).expect("a time in its range");
        let options =
            || VerifierOptions { previous: vec![previous()], ..VerifierOptions::default() };
        let verifier = Verifier::new(secret(&text), options());

        let watch = Watch::new(&text).and_signature(&email_hex).and_signature(&user_hex);
        let values: [&dyn Debug; 13] = [
            &secret(&text),
            &previous(),
            &options(),
            &signer,
            &verifier,
            &signed_email.signature,
            &signed_email,
            &signed_user,
            &embed.expect("accepted"),
            &claim,
            &verifier.verify_email(EMAIL, &email_hex, NOW).expect("the signature is valid"),
            &verifier.verify_user(&claim, NOW).expect("the signature is valid"),
            &verifier.verify_link(HOST, "/", NOW).expect("an anonymous visitor"),
        ];
        for value in values {
            watch.assert_hidden_in_debug(value);
        }
        watch.assert_hidden_in(&format!("{}", signed_email.email));
        watch.assert_hidden_in(&format!("{}", signed_user.user_id));
        watch.assert_hidden_in(&format!("{}", signed_user.timestamp));
    }
}

#[test]
fn no_error_shows_a_secret_or_signature() {
    let mut provoked = BTreeSet::new();
    for text in (0..SECRETS).map(secret_text) {
        let signer = Signer::new(secret(&text));
        let email_signature = signer.sign_email(EMAIL).expect("accepted").signature.to_hex();
        let user = signer.sign_user(HOST, USER_ID, NOW).expect("accepted");
        let user_signature = user.signature.to_hex();
        let verifier = Verifier::new(secret(&text), VerifierOptions::default());
        let watch =
            Watch::new(&text).and_signature(&email_signature).and_signature(&user_signature);
        let errors = [
            errors_of_bad_secrets(&text),
            errors_of_signing(&signer),
            errors_of_verifying(&verifier, &user_signature),
        ]
        .concat();
        for error in errors {
            watch.assert_hidden_in_error(&error);
            provoked.insert(error.code());
        }
        provoked.extend(errors_of_secrets_as_names(&text).iter().map(Error::code));
    }
    let all: BTreeSet<ErrorCode> = ErrorCode::ALL.iter().copied().collect();
    assert_eq!(provoked, all, "every code is provoked");
}

#[test]
fn a_secret_that_is_passed_as_a_variables_name_is_not_shown() {
    for text in (0..SECRETS).map(secret_text) {
        let watch = Watch::new(&text);
        for error in errors_of_secrets_as_names(&text) {
            watch.assert_hidden_in_error(&error);
        }
    }
}

#[test]
fn no_explanation_shows_a_secret_or_signature() {
    for text in (0..EXPLAINED).map(secret_text) {
        let signer = Signer::new(secret(&text));
        let options = VerifierOptions {
            previous: vec![PreviousSecret::new(secret(&text), NOW).expect("a time in its range")],
            ..VerifierOptions::default()
        };
        let verifier = Verifier::new(secret(&text), options);
        let email_signature = signer.sign_email(EMAIL).expect("accepted").signature.to_hex();
        let link = signer.portal_link("https://help.company.com", USER_ID, NOW).expect("accepted");
        let user = signer.sign_user(HOST, USER_ID, NOW).expect("accepted");
        let user_signature = user.signature.to_hex();

        let watch =
            Watch::new(&text).and_signature(&email_signature).and_signature(&user_signature);
        let others = [secret(&text)];
        for wrong in [made_wrong(&email_signature), email_signature[..63].to_owned(), String::new()]
        {
            let explanation = verifier.explain_email(EMAIL, &wrong, &others, NOW);
            watch.assert_hidden_in_explanation(&explanation.expect("the time is in its range"));
        }
        for wrong in [made_wrong(&user_signature), user_signature[..63].to_owned(), String::new()] {
            let link = link.replace(&user_signature, &wrong);
            let explanation = verifier.explain_link(HOST, &link, &others, NOW + 301);
            watch.assert_hidden_in_explanation(&explanation.expect("host and time are accepted"));
        }
    }
}

#[test]
fn no_error_shows_what_a_visitor_sent() {
    let verifier =
        Verifier::new(secret("example-secret-for-documentation"), VerifierOptions::default());
    let sent = "sent-by-Mallory";
    let watch = Watch::new("example-secret-for-documentation").and_text(sent);
    let claim = |user_id, timestamp, signature| {
        let claim = UserClaim { portal_host: HOST, user_id, timestamp, signature };
        error_of(verifier.verify_user(&claim, NOW))
    };
    let query = |query: &str| error_of(verifier.verify_link(HOST, query, NOW));
    let malformed = format!("{sent}\0");
    let wrong = "0".repeat(64);
    let errors = [
        error_of(verifier.verify_email(sent, &wrong, NOW)),
        error_of(verifier.verify_email(&format!("{sent}:@example.com"), &wrong, NOW)),
        error_of(verifier.verify_email(EMAIL, sent, NOW)),
        claim(&malformed, "1767225600", &wrong),
        claim(sent, sent, &wrong),
        claim(sent, "1767225600", sent),
        claim(sent, "1767225600", &wrong),
        query(sent),
        query(&format!("/?user_id={sent}")),
        query(&format!("/?user_id={sent}&user_id={sent}")),
        query(&format!("/?user_id={sent}%FF&user_id_timestamp=&user_id_signature=")),
    ];
    for error in errors {
        watch.assert_hidden_in_error(&error);
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

#[test]
fn no_error_shows_the_identity_that_it_rejects() {
    let sent = "sent-by-mallory";
    let watch = Watch::new(sent);
    watch.assert_hidden_in_error(&error_of(canonical_email(sent)));
    watch.assert_hidden_in_error(&error_of(UserId::parse(&format!("{sent}\0"))));
    watch.assert_hidden_in_error(&error_of(canonical_host(&format!("{sent}%00"))));
}
