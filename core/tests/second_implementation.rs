//! Compares a second implementation of the specification with every vector, and with the crate.
//!
//! The second one is written from the text of the specification alone. A vector on which it fails, or an input
//! for which the two differ, shows a bug or an ambiguous text.

mod specification;
mod strategies;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::Config;
use ring::hmac;
use serde_json::{Value, json};

use specification::{
    EmbedOptions, Rejection, VerifiedUser, Verifier, canonical_email, canonical_host, form_decode,
    is_container, is_nonce, key_of_secret, key_of_variables, portal_host, portal_link,
    public_form_url, sign, sign_user, ticket_center,
};

const SECRET: &str = "example-secret-for-documentation";

const VECTOR_FILES: [(&str, &str); 6] = [
    ("canonical_email", include_str!("../../tests/vectors/canonical_email.json")),
    ("email_seal", include_str!("../../tests/vectors/email_seal.json")),
    ("host", include_str!("../../tests/vectors/host.json")),
    ("link_seal", include_str!("../../tests/vectors/link_seal.json")),
    ("secret", include_str!("../../tests/vectors/secret.json")),
    ("embed", include_str!("../../tests/vectors/embed.json")),
];

/// The vectors of `explain`, whose signatures deviate on purpose. Those of a stated message are compared.
const EXPLAIN: (&str, &str) = ("explain", include_str!("../../tests/vectors/explain.json"));

fn cases((_, content): (&str, &str)) -> Vec<Value> {
    let content: Value = serde_json::from_str(content).expect("a vector file is JSON");
    content["cases"].as_array().expect("a vector file lists its cases").clone()
}

fn argument<'case>(case: &'case Value, name: &str) -> &'case str {
    optional_text(case, name).expect("the vector gives this argument as a text")
}

fn optional_text<'case>(case: &'case Value, name: &str) -> Option<&'case str> {
    case["args"][name].as_str()
}

fn time(case: &Value, name: &str) -> i128 {
    integer(&case["args"][name])
}

fn integer(value: &Value) -> i128 {
    let signed = value.as_i64().map(i128::from);
    signed.or(value.as_u64().map(i128::from)).expect("the vector gives an integer")
}

fn key_of(case: &Value) -> Result<hmac::Key, Rejection> {
    let name = &case["new"]["name"];
    if name.is_null() {
        return key_of_secret(case["new"]["secret"].as_str());
    }
    let names = name.as_array().map_or(std::slice::from_ref(name), Vec::as_slice);
    let names = names.iter().filter_map(Value::as_str);
    let variables: Vec<_> = names.map(|name| (name, case["env"][name].as_str())).collect();
    key_of_variables(&variables)
}

fn verifier_of(case: &Value) -> Result<Verifier, Rejection> {
    let current = key_of(case)?;
    let previous = case["new"]["previous"].as_array().map_or(&[][..], Vec::as_slice);
    let previous: Vec<_> =
        previous.iter().map(|pair| (pair[0].as_str(), integer(&pair[1]))).collect();
    let tolerance = case["new"].get("tolerance").map_or(300, integer);
    Verifier::new(current, &previous, tolerance)
}

fn embed_options(case: &Value) -> EmbedOptions<'_> {
    EmbedOptions {
        align: optional_text(case, "align"),
        max_width: optional_text(case, "max_width"),
        container: optional_text(case, "container"),
        script_url: optional_text(case, "script_url"),
        crossorigin: case["args"]["crossorigin"].as_bool().unwrap_or_default(),
        nonce: optional_text(case, "nonce"),
    }
}

fn user_answer(user: &VerifiedUser) -> Value {
    let timestamp = i64::try_from(user.timestamp).expect("a timestamp has at most 11 digits");
    json!({ "user_id": user.user_id, "timestamp": timestamp, "secret_index": user.secret_index })
}

fn answer(case: &Value) -> Result<Value, Rejection> {
    match case["call"].as_str().expect("every vector names its call") {
        "canonical_email" => canonical_email(argument(case, "email")).map(Value::from),
        "canonical_host" => canonical_host(argument(case, "host")).map(Value::from),
        "sign_email" => answer_sign_email(case),
        "sign_user" => answer_sign_user(case),
        "portal_link" => {
            let [portal_url, user_id] = ["portal_url", "user_id"].map(|name| argument(case, name));
            portal_link(&key_of(case)?, portal_url, user_id, time(case, "timestamp"))
                .map(Value::from)
        }
        "public_form_url" => public_form_url(argument(case, "portal_url")).map(Value::from),
        "portal_host" => portal_host(argument(case, "portal_url")).map(Value::from),
        "ticket_center" => answer_ticket_center(case),
        "identity" => answer_identity(case),
        "verify_email" => {
            let [email, signature] = ["email", "signature"].map(|name| argument(case, name));
            let (email, secret_index) =
                verifier_of(case)?.verify_email(email, signature, time(case, "now"))?;
            Ok(json!({ "email": email, "secret_index": secret_index }))
        }
        "verify_user" => {
            let claim =
                ["user_id", "timestamp", "signature"].map(|name| argument(case, name).as_bytes());
            let (host, now) = (argument(case, "portal_host"), time(case, "now"));
            verifier_of(case)?.verify_user(host, claim, now).map(|user| user_answer(&user))
        }
        "verify_link" => {
            let [host, url] = ["portal_host", "url"].map(|name| argument(case, name));
            let user = verifier_of(case)?.verify_link(host, url, time(case, "now"))?;
            Ok(user.as_ref().map_or(Value::Null, user_answer))
        }
        unknown => panic!("no such call: {unknown}"),
    }
}

fn answer_sign_email(case: &Value) -> Result<Value, Rejection> {
    let key = key_of(case)?;
    let email = canonical_email(argument(case, "email"))?;
    let signature = sign(&key, &email);
    Ok(json!({ "email": email, "signature": signature }))
}

fn answer_sign_user(case: &Value) -> Result<Value, Rejection> {
    let [host, user_id] = ["portal_host", "user_id"].map(|name| argument(case, name));
    let signature = sign_user(&key_of(case)?, host, user_id, time(case, "timestamp"))?;
    let timestamp = &case["args"]["timestamp"];
    Ok(json!({ "user_id": user_id, "timestamp": timestamp, "signature": signature }))
}

fn answer_ticket_center(case: &Value) -> Result<Value, Rejection> {
    let [email, helpdesk_id] = ["email", "helpdesk_id"].map(|name| argument(case, name));
    let embed = ticket_center(&key_of(case)?, email, helpdesk_id, &embed_options(case))?;
    let attributes: serde_json::Map<String, Value> =
        embed.attributes.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    Ok(json!({ "attributes": attributes, "html": embed.html }))
}

fn answer_identity(case: &Value) -> Result<Value, Rejection> {
    let [email, helpdesk_id] = ["email", "helpdesk_id"].map(|name| argument(case, name));
    // The markup's first attributes are the identity's values, under the same checks.
    let embed = ticket_center(&key_of(case)?, email, helpdesk_id, &EmbedOptions::default())?;
    let value = |wanted: &str| {
        let found = embed.attributes.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.clone())
    };
    Ok(json!({
        "email": value("data-email"),
        "signature": value("data-signature"),
        "helpdesk_id": value("data-helpdesk-id"),
    }))
}

/// Returns what the case expects, as a text, so that the order of attributes is compared too.
fn expected(case: &Value) -> String {
    match (case["kind"].as_str(), case["error"].as_str()) {
        (Some(kind), Some(code)) => format!("{kind} {code}"),
        _ => case["expect"].to_string(),
    }
}

fn got(case: &Value) -> String {
    match answer(case) {
        Ok(value) => value.to_string(),
        Err((kind, code)) => format!("{kind} {code}"),
    }
}

fn difference(file: &str, case: &Value) -> Option<String> {
    let (expected, got) = (expected(case), got(case));
    let id = &case["id"];
    (expected != got).then(|| format!("{file} {id}\n  vector: {expected}\n  here:   {got}"))
}

#[test]
fn an_implementation_of_the_specification_alone_agrees_with_every_vector() {
    let mut count = 0;
    let mut differences = Vec::new();
    for file in VECTOR_FILES {
        let cases = cases(file);
        count += cases.len();
        differences.extend(cases.iter().filter_map(|case| difference(file.0, case)));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(count >= 350, "only {count} vectors");
}

/// Returns the secrets of which one made the signatures of the case.
fn secrets(case: &Value) -> Vec<&str> {
    let variables = case["env"].as_object().into_iter().flat_map(|variables| variables.values());
    let previous = case["new"]["previous"].as_array().into_iter().flatten().map(|pair| &pair[0]);
    let secrets = [&case["new"]["secret"]].into_iter().chain(variables).chain(previous);
    secrets.filter_map(Value::as_str).collect()
}

/// Returns all signatures that the case carries, in arguments, results, links and markup.
fn signatures(case: &Value) -> Vec<String> {
    let texts = format!("{} {}", case["args"], case["expect"]);
    let decoded = String::from_utf8_lossy(&form_decode(&texts)).to_ascii_lowercase();
    let digits = decoded.split(|digit: char| !digit.is_ascii_hexdigit());
    digits.filter(|digits| digits.len() == 64).map(str::to_owned).collect()
}

#[test]
fn every_signature_of_a_stated_message_is_made_by_a_secret_of_its_vector() {
    let mut count = 0;
    for case in VECTOR_FILES.into_iter().chain([EXPLAIN]).flat_map(cases) {
        let Some(message) = case["message"].as_str() else { continue };
        let key = |secret: &str| hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let made: Vec<_> =
            secrets(&case).into_iter().map(|secret| sign(&key(secret), message)).collect();
        let found = signatures(&case);
        assert!(!found.is_empty(), "{} states a message and carries no signature", case["id"]);
        for signature in &found {
            assert!(made.contains(signature), "{} carries another signature", case["id"]);
        }
        count += found.len();
    }
    assert!(count >= 500, "only {count} signatures");
}

/// Returns the answer of the second implementation, in the form of [`theirs`].
fn ours<T: ToString>(result: Result<T, Rejection>) -> Result<String, String> {
    result.map(|value| value.to_string()).map_err(|(kind, code)| format!("{kind} {code}"))
}

/// Returns the answer of the crate, in the form of [`ours`].
fn theirs<T: ToString>(result: Result<T, deskseal::Error>) -> Result<String, String> {
    let rejection = |error: deskseal::Error| format!("{} {}", error.kind(), error.code());
    result.map(|value| value.to_string()).map_err(rejection)
}

fn key() -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes())
}

fn their_signer() -> deskseal::Signer {
    deskseal::Signer::new(deskseal::Secret::new(SECRET).expect("the secret is accepted"))
}

fn email() -> impl Strategy<Value = String> {
    strategies::email(strategies::character())
}

fn host() -> impl Strategy<Value = String> {
    strategies::host(strategies::character())
}

fn text() -> impl Strategy<Value = String> {
    strategies::text(strategies::character())
}

fn portal_url() -> impl Strategy<Value = String> {
    strategies::portal_url(strategies::character())
}

proptest! {
    #![proptest_config(Config { cases: 2000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_crate_makes_the_same_canonical_email(email in email()) {
        prop_assert_eq!(ours(canonical_email(&email)), theirs(deskseal::canonical_email(&email)));
    }

    #[test]
    fn the_crate_makes_the_same_canonical_host(host in host()) {
        prop_assert_eq!(ours(canonical_host(&host)), theirs(deskseal::canonical_host(&host)));
    }

    #[test]
    fn the_crate_rejects_the_same_secrets(secret in text()) {
        let here = key_of_secret(Some(&secret)).map(|_| "accepted");
        prop_assert_eq!(ours(here), theirs(deskseal::Secret::new(secret.as_str()).map(|_| "accepted")));
    }

    #[test]
    fn the_crate_makes_the_same_link(
        portal_url in portal_url(), user_id in text(), time in strategies::time(),
    ) {
        let here = portal_link(&key(), &portal_url, &user_id, time.into());
        prop_assert_eq!(ours(here), theirs(their_signer().portal_link(&portal_url, &user_id, time)));
    }

    #[test]
    fn the_crate_writes_the_same_markup(
        email in email(), options in [text(), text(), text()], script_url in portal_url(),
        crossorigin in any::<bool>(),
    ) {
        let [helpdesk_id, container, nonce] = &options;
        let options = EmbedOptions {
            container: Some(container).filter(|it| is_container(it)).map(String::as_str),
            script_url: Some(&script_url),
            crossorigin,
            nonce: Some(nonce).filter(|it| is_nonce(it)).map(String::as_str),
            ..EmbedOptions::default()
        };
        let their_options = deskseal::EmbedOptions {
            container: options.container,
            script_url: options.script_url,
            crossorigin: options.crossorigin,
            nonce: options.nonce,
            ..deskseal::EmbedOptions::default()
        };
        for helpdesk_id in [helpdesk_id, "desk-1"] {
            let here = ticket_center(&key(), &email, helpdesk_id, &options);
            let there = their_signer().ticket_center(&email, helpdesk_id, &their_options);
            prop_assert_eq!(ours(here.map(|it| it.html)), theirs(there.map(|it| it.html)));
        }
    }

    // The crate reads plain URLs without the URL parser. URLs that are nearly plain test that both agree.
    #[test]
    fn the_crate_reads_nearly_plain_urls_in_the_same_way(
        url in "https://([a-f0-9xn-]{0,5}\\.){0,3}[a-f0-9xn-]{0,5}(/[a-z0-9._~%/-]{0,8})?",
    ) {
        let here = portal_link(&key(), &url, "user-42", 1_767_225_600);
        let there = their_signer().portal_link(&url, "user-42", 1_767_225_600);
        prop_assert_eq!(ours(here), theirs(there));

        let options = EmbedOptions { script_url: Some(&url), ..EmbedOptions::default() };
        let their_options = deskseal::EmbedOptions {
            script_url: Some(&url),
            ..deskseal::EmbedOptions::default()
        };
        let here = ticket_center(&key(), "ada@example.com", "desk-1", &options);
        let there = their_signer().ticket_center("ada@example.com", "desk-1", &their_options);
        prop_assert_eq!(ours(here.map(|it| it.html)), theirs(there.map(|it| it.html)));
    }

    #[test]
    fn the_crate_reads_the_same_identity(
        start in prop_oneof![Just(String::new()), Just("/".to_owned()), portal_url()],
        changes in vec((any::<Index>(), strategies::character()), 0..3),
        now in -400..=400_i64,
    ) {
        let (host, timestamp) = ("help.company.com", 1_767_225_600);
        let link = portal_link(&key(), "https://help.company.com", "a:b+c d", timestamp.into());
        let link = link.expect("the link is accepted");
        let (_, query) = link.split_once('?').expect("the link has a query");
        let mut url: Vec<char> = format!("{start}?{query}").chars().collect();
        for (place, character) in changes {
            let place = place.index(url.len());
            url[place] = character;
        }
        let url: String = url.into_iter().collect();

        let here = Verifier { keys: vec![(key(), None)], tolerance: 300 };
        let there = deskseal::Secret::new(SECRET).expect("the secret is accepted");
        let there = deskseal::Verifier::new(there, deskseal::VerifierOptions::default());
        let here = here.verify_link(host, &url, (timestamp + now).into());
        let there = there.verify_link(host, &url, timestamp + now);
        prop_assert_eq!(
            ours(here.map(|it| it.map_or(String::new(), |it| it.user_id))),
            theirs(there.map(|it| it.map_or(String::new(), |it| it.user_id.into_string())))
        );
    }
}
