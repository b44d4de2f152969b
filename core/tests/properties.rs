//! Properties of every input, not only of the vectors: canonical forms are stable, what was signed verifies,
//! anything that differs from it is rejected, and nothing panics.

mod strategies;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use deskseal::{
    EmbedOptions, ErrorCode, FindingCode, IdentityClaims, LinkClaims, Parameter, PreviousSecret,
    Secret, Signature, Signer, Timestamp, Tolerance, UserClaim, UserId, VerifiedUser, Verifier,
    VerifierOptions, canonical_email, canonical_host, secret_from_entropy,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::test_runner::Config;
use ring::hmac;

const NOW: i64 = 1_767_225_600;
const HOST: &str = "help.company.com";

const PARAMETERS: [Parameter; 12] = [
    Parameter::Secret,
    Parameter::Email,
    Parameter::Host,
    Parameter::PortalUrl,
    Parameter::UserId,
    Parameter::Timestamp,
    Parameter::Signature,
    Parameter::HelpdeskId,
    Parameter::EmbedOption,
    Parameter::Audience,
    Parameter::Claim,
    Parameter::Token,
];

/// The header of a token.
const HEADER: &str = r#"{"alg":"HS256"}"#;

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

fn character() -> impl Strategy<Value = char> + Clone {
    prop_oneof![6 => strategies::character(), 1 => any::<char>()]
}

fn text() -> impl Strategy<Value = String> {
    strategies::text(character())
}

/// A valid e-mail as typed.
fn email() -> impl Strategy<Value = String> {
    strategies::email(character())
        .prop_filter("an accepted e-mail", |email| canonical_email(email).is_ok())
}

/// A valid host as typed.
fn host() -> impl Strategy<Value = String> {
    strategies::host(character())
        .prop_filter("an accepted host", |host| canonical_host(host).is_ok())
}

/// A valid user id.
fn user_id() -> impl Strategy<Value = String> {
    let without_controls = |text: String| text.replace(char::is_control, "");
    text()
        .prop_map(without_controls)
        .prop_filter("an accepted user id", |user_id| UserId::parse(user_id).is_ok())
}

fn timestamp() -> impl Strategy<Value = i64> {
    prop_oneof![0..=99_999_999_999_i64, select(&[0, 9, 10, NOW, 99_999_999_999][..])]
}

fn entropy() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>()
}

fn secret(entropy: &[u8; 32]) -> Secret {
    // A secret of zeros only would be a placeholder, and shrinking produces one.
    let text = [secret_from_entropy(entropy).as_str(), "-of-a-test"].concat();
    Secret::new(text.as_str()).expect("the secret is accepted")
}

fn signer(entropy: &[u8; 32]) -> Signer {
    Signer::new(secret(entropy))
}

fn verifier(entropy: &[u8; 32]) -> Verifier {
    Verifier::new(secret(entropy), VerifierOptions::default())
}

fn signed_email(email: &str, entropy: &[u8; 32]) -> (String, String) {
    let signed = signer(entropy).sign_email(email).expect("the strategy yields accepted e-mails");
    (signed.email.into_string(), signed.signature.to_hex())
}

fn signed_user(host: &str, user_id: &str, timestamp: i64, entropy: &[u8; 32]) -> String {
    let signed = signer(entropy).sign_user(host, user_id, timestamp);
    signed.expect("the strategies yield accepted users").signature.to_hex()
}

fn token(user_id: &str, entropy: &[u8; 32]) -> String {
    let claims = IdentityClaims { user_id: Some(user_id), ..IdentityClaims::default() };
    signer(entropy).identity_token("desk-1", &claims, NOW).expect("accepted")
}

/// Returns a signed token with any header and payload.
fn token_of(header: &str, payload: &str, entropy: &[u8; 32]) -> String {
    let parts = [header, payload].map(|part| Base64UrlUnpadded::encode_string(part.as_bytes()));
    let message = parts.join(".");
    let secret = secret_from_entropy(entropy);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", Base64UrlUnpadded::encode_string(signature.as_ref()))
}

/// JSON that is near to the payload of a token.
fn json() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("\"desk-1\"".to_owned()),
        Just(format!("{NOW}")),
        "-?[0-9]{1,20}(\\.[0-9])?(e[0-9])?",
        Just("null".to_owned()),
        Just("true".to_owned()),
        text().prop_map(|text| format!("{text:?}")),
    ];
    let value = value.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|values| format!("[{}]", values.join(","))),
            vec(("[a-z]{1,2}", inner), 0..4).prop_map(|members| object(&members)),
        ]
    });
    let name = select(vec![
        "aud",
        "sub",
        "email",
        "email_verified",
        "name",
        "attributes",
        "iat",
        "exp",
        "nbf",
        "jti",
        "alg",
        "typ",
        "kid",
        "user_id",
        "__proto__",
    ]);
    vec((name.prop_map(str::to_owned), value), 0..9).prop_map(|members| object(&members))
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<_> =
        members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn verify_user(
    verifier: &Verifier,
    (host, user_id, timestamp): (&str, &str, i64),
    signature: &str,
    now: i64,
) -> Result<VerifiedUser, ErrorCode> {
    let timestamp = timestamp.to_string();
    let claim = UserClaim { portal_host: host, user_id, timestamp: &timestamp, signature };
    verifier.verify_user(&claim, now).map_err(|error| error.code())
}

/// The message that the specification defines for a link (SPEC 4.6).
fn link_message(host: &str, user_id: &str, timestamp: i64) -> String {
    let host = canonical_host(host).expect("the strategy yields accepted hosts");
    format!("{host}:{user_id}:{timestamp}")
}

/// Splits a link's message into its parts, as SPEC 4.6 describes.
fn parts_of_message(message: &str) -> Option<(&str, &str, i64)> {
    let host_end =
        if message.starts_with('[') { message.find(']')? + 1 } else { message.find(':')? };
    let (host, rest) = message.split_at(host_end);
    let (user_id, timestamp) = rest.strip_prefix(':')?.rsplit_once(':')?;
    Some((host, user_id, timestamp.parse().ok()?))
}

/// Returns the text with one character inserted, replaced or removed.
fn edited(text: &str, place: Index, character: char, is_insertion: bool) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let place = place.index(characters.len());
    if is_insertion {
        characters.insert(place, character);
    } else if characters[place] == character {
        characters.remove(place);
    } else {
        characters[place] = character;
    }
    characters.into_iter().collect()
}

fn with_bit_flipped(signature: &str, bit: usize) -> String {
    let digit = bit / 4;
    let flipped =
        char::from(signature.as_bytes()[digit]).to_digit(16).map(|it| it ^ (1 << (bit % 4)));
    let flipped = flipped.and_then(|it| char::from_digit(it, 16)).expect("a hexadecimal digit");
    format!("{}{flipped}{}", &signature[..digit], &signature[digit + 1..])
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn a_canonical_email_is_its_own_canonical_form(email in email()) {
        let canonical = canonical_email(&email).expect("accepted").into_string();
        let again = canonical_email(&canonical).map(deskseal::CanonicalEmail::into_string);
        prop_assert_eq!(again, Ok(canonical));
    }

    #[test]
    fn a_canonical_host_is_its_own_canonical_form(host in host()) {
        let canonical = canonical_host(&host).expect("accepted").into_string();
        let again = canonical_host(&canonical).map(deskseal::PortalHost::into_string);
        prop_assert_eq!(again, Ok(canonical));
    }

    #[test]
    fn a_canonical_email_matches_its_grammar(email in strategies::email(character())) {
        if let Ok(canonical) = canonical_email(&email) {
            let canonical = canonical.as_str();
            let is_bom_or_colon = |character| matches!(character, ':' | '\u{FEFF}');
            prop_assert!(canonical.len() <= 320);
            prop_assert!(!canonical.contains(char::is_whitespace));
            prop_assert!(!canonical.contains(char::is_control));
            prop_assert!(!canonical.contains(is_bom_or_colon));
            prop_assert!(!canonical.contains(|letter: char| letter.is_ascii_uppercase()));
        }
    }

    #[test]
    fn a_signed_email_verifies_as_typed_and_as_signed(email in email(), entropy in entropy()) {
        let (canonical, signature) = signed_email(&email, &entropy);
        for spelling in [&email, &canonical] {
            let verified = verifier(&entropy).verify_email(spelling, &signature, NOW);
            prop_assert_eq!(verified.map(|it| it.email.into_string()), Ok(canonical.clone()));
        }
    }

    #[test]
    fn a_signed_user_verifies(
        host in host(), user_id in user_id(), timestamp in timestamp(), entropy in entropy(),
    ) {
        let signature = signed_user(&host, &user_id, timestamp, &entropy);
        let user = (host.as_str(), user_id.as_str(), timestamp);
        let verified = verify_user(&verifier(&entropy), user, &signature, timestamp);
        let verified = verified.map(|it| (it.user_id.into_string(), it.timestamp.seconds()));
        prop_assert_eq!(verified, Ok((user_id, timestamp)));
    }

    #[test]
    fn a_portal_link_verifies(
        host in host(), user_id in user_id(), timestamp in timestamp(), entropy in entropy(),
        end in select(&["", "/", ":8443/x", "/a?user_id=eve#user_id=mallory"][..]),
    ) {
        let portal_url = format!("https://{host}{end}");
        let link = signer(&entropy).portal_link(&portal_url, &user_id, timestamp);
        let link = link.expect("an accepted host makes an accepted URL");
        let verified = verifier(&entropy).verify_link(&host, &link, timestamp);
        let verified = verified.map(|it| it.map(|it| (it.user_id.into_string(), it.timestamp.seconds())));
        prop_assert_eq!(verified, Ok(Some((user_id, timestamp))));
    }

    #[test]
    fn a_signature_of_another_email_is_rejected(
        email in email(), entropy in entropy(),
        place in any::<Index>(), character in character(), is_insertion in any::<bool>(),
    ) {
        let (canonical, signature) = signed_email(&email, &entropy);
        let other = edited(&canonical, place, character, is_insertion);
        let is_other = canonical_email(&other).map_or(true, |it| it.as_str() != canonical);
        prop_assume!(is_other);
        prop_assert!(verifier(&entropy).verify_email(&other, &signature, NOW).is_err());
    }

    #[test]
    fn a_signature_of_another_user_id_is_rejected(
        user_id in user_id(), entropy in entropy(),
        place in any::<Index>(), character in character(), is_insertion in any::<bool>(),
    ) {
        let signature = signed_user(HOST, &user_id, NOW, &entropy);
        let other = edited(&user_id, place, character, is_insertion);
        prop_assume!(other != user_id);
        prop_assert!(verify_user(&verifier(&entropy), (HOST, &other, NOW), &signature, NOW).is_err());
    }

    #[test]
    fn a_signature_for_another_host_is_rejected(
        host in host(), other in host(), user_id in user_id(), entropy in entropy(),
    ) {
        prop_assume!(canonical_host(&host) != canonical_host(&other));
        let signature = signed_user(&host, &user_id, NOW, &entropy);
        let verified = verify_user(&verifier(&entropy), (&other, &user_id, NOW), &signature, NOW);
        prop_assert_eq!(verified, Err(ErrorCode::SignatureMismatch));
    }

    #[test]
    fn a_signature_of_another_timestamp_is_rejected(
        user_id in user_id(), timestamp in timestamp(), other in timestamp(), entropy in entropy(),
    ) {
        prop_assume!(timestamp != other);
        let signature = signed_user(HOST, &user_id, timestamp, &entropy);
        let verified = verify_user(&verifier(&entropy), (HOST, &user_id, other), &signature, other);
        prop_assert_eq!(verified, Err(ErrorCode::SignatureMismatch));
    }

    #[test]
    fn a_signature_made_with_another_secret_is_rejected(
        email in email(), user_id in user_id(), entropy in entropy(), bit in 0..256_usize,
    ) {
        let mut other = entropy;
        other[bit / 8] ^= 1 << (bit % 8);
        let (_, signature) = signed_email(&email, &entropy);
        let verified = verifier(&other).verify_email(&email, &signature, NOW);
        prop_assert_eq!(verified.map_err(|error| error.code()), Err(ErrorCode::SignatureMismatch));
        let signature = signed_user(HOST, &user_id, NOW, &entropy);
        let verified = verify_user(&verifier(&other), (HOST, &user_id, NOW), &signature, NOW);
        prop_assert_eq!(verified, Err(ErrorCode::SignatureMismatch));
    }

    #[test]
    fn no_email_message_is_a_link_message(
        email in email(), host in host(), user_id in user_id(), timestamp in timestamp(),
    ) {
        let email_message = canonical_email(&email).expect("accepted").into_string();
        prop_assert_eq!(parts_of_message(&email_message), None);
        let message = link_message(&host, &user_id, timestamp);
        let is_email = canonical_email(&message).is_ok_and(|it| it.as_str() == message);
        prop_assert!(!is_email);
    }

    #[test]
    fn no_message_of_a_token_is_an_email_or_link_message(
        email in email(), host in host(), user_id in user_id(), timestamp in timestamp(),
        entropy in entropy(),
    ) {
        let token = token(&user_id, &entropy);
        let (message, _) = token.rsplit_once('.').expect("a token has three parts");
        prop_assert_eq!(parts_of_message(message), None);
        prop_assert!(canonical_email(message).is_err());
        let is_written_as_token =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        prop_assert!(is_written_as_token(message));
        let email_message = canonical_email(&email).expect("accepted").into_string();
        prop_assert!(!is_written_as_token(&email_message));
        prop_assert!(!is_written_as_token(&link_message(&host, &user_id, timestamp)));
    }

    /// What an application signs as an e-mail or a link never verifies as a token, even with the same secret.
    #[test]
    fn a_signature_of_another_kind_makes_no_token(
        email in email(), user_id in user_id(), entropy in entropy(),
    ) {
        let (_, email_signature) = signed_email(&email, &entropy);
        let user_signature = signed_user(HOST, &user_id, NOW, &entropy);
        let token = token(&user_id, &entropy);
        let (message, _) = token.rsplit_once('.').expect("a token has three parts");
        for signature in [email_signature, user_signature] {
            let bytes = base16ct::lower::decode_vec(&signature).expect("hexadecimal digits");
            let forged = format!("{message}.{}", Base64UrlUnpadded::encode_string(&bytes));
            let verified = verifier(&entropy).verify_identity_token("desk-1", &forged, NOW);
            prop_assert_eq!(verified.map_err(|error| error.code()), Err(ErrorCode::SignatureMismatch));
        }
    }

    #[test]
    fn a_token_that_was_changed_is_rejected(
        user_id in user_id(), place in any::<Index>(), character in "[A-Za-z0-9_.=-]", is_insertion: bool,
        entropy in entropy(),
    ) {
        let token = token(&user_id, &entropy);
        let character = character.chars().next().expect("one character");
        let changed = edited(&token, place, character, is_insertion);
        prop_assume!(changed != token);
        prop_assert!(verifier(&entropy).verify_identity_token("desk-1", &changed, NOW).is_err());
    }

    #[test]
    fn a_token_verifies_with_what_was_signed(
        user_id in user_id(), email in email(), is_proved: bool, text in text(), entropy in entropy(),
    ) {
        let attribute: String = text.chars().take(60).collect();
        let claims = IdentityClaims {
            user_id: Some(&user_id),
            email: Some(&email),
            email_verified: is_proved,
            attributes: [("note".to_owned(), attribute.as_str().into())].into(),
            ..IdentityClaims::default()
        };
        let token = signer(&entropy).identity_token(HOST, &claims, NOW).expect("accepted");
        let verified = verifier(&entropy).verify_identity_token(HOST, &token, NOW).expect("valid");
        prop_assert_eq!(verified.user_id.as_ref().map(UserId::as_str), Some(user_id.as_str()));
        prop_assert_eq!(&verified.attributes, &claims.attributes);
        let canonical = canonical_email(&email).ok();
        let (proved, unproved) = (verified.email, verified.unverified_email);
        prop_assert_eq!(if is_proved { &proved } else { &unproved }, &canonical);
        prop_assert_eq!(if is_proved { unproved } else { proved }, None);
    }

    #[test]
    fn a_link_message_has_only_one_meaning(
        host in host(), user_id in user_id(), timestamp in timestamp(),
    ) {
        let message = link_message(&host, &user_id, timestamp);
        let canonical = canonical_host(&host).expect("accepted");
        let parts = (canonical.as_str(), user_id.as_str(), timestamp);
        prop_assert_eq!(parts_of_message(&message), Some(parts));
    }

    #[test]
    fn a_link_is_valid_only_within_the_tolerance(
        tolerance in 0..=3600_i64, timestamp in timestamp(), distance in -3700..=3700_i64,
        entropy in entropy(),
    ) {
        let now = (timestamp + distance).clamp(0, 99_999_999_999);
        let expected = match now - timestamp {
            age if age > tolerance => Err(ErrorCode::TimestampExpired),
            age if -age > tolerance => Err(ErrorCode::TimestampInFuture),
            _ => Ok(timestamp),
        };
        let tolerance = Tolerance::new(tolerance).expect("a tolerance in its range");
        let options = VerifierOptions { tolerance, ..VerifierOptions::default() };
        let signature = signed_user(HOST, "user-42", timestamp, &entropy);
        let verifier = Verifier::new(secret(&entropy), options);
        let verified = verify_user(&verifier, (HOST, "user-42", timestamp), &signature, now);
        prop_assert_eq!(verified.map(|it| it.timestamp.seconds()), expected);
    }

    #[test]
    fn the_lowest_number_of_an_active_secret_is_returned(
        previous in vec((0..3_u8, -2..=2_i64), 0..5), maker in 0..3_u8, email in email(),
    ) {
        let secrets = previous.iter().map(|&(number, offset)| {
            PreviousSecret::new(secret(&[number; 32]), NOW + offset).expect("a time in its range")
        });
        let options = VerifierOptions { previous: secrets.collect(), ..VerifierOptions::default() };
        let verifier = Verifier::new(secret(&[0; 32]), options);
        let active = previous.iter().map(|&(number, offset)| (number, offset > 0));
        let mut all = std::iter::once((0, true)).chain(active);
        let expected = all.position(|secret| secret == (maker, true));

        let (_, signature) = signed_email(&email, &[maker; 32]);
        let verified = verifier.verify_email(&email, &signature, NOW);
        prop_assert_eq!(verified.ok().map(|it| it.secret_index), expected);
    }

    #[test]
    fn a_timestamp_is_accepted_exactly_if_it_matches_its_grammar(
        text in prop_oneof![4 => "[0-9]{0,13}", 2 => "[+ -]?0{0,2}[0-9]{0,11}[ .]?", 1 => text()],
    ) {
        let (first, rest) = (text.chars().next(), text.get(1..).unwrap_or("x"));
        let is_positive = matches!(first, Some('1'..='9'))
            && rest.len() <= 10
            && rest.bytes().all(|digit| digit.is_ascii_digit());
        let is_of_grammar = text == "0" || is_positive;
        let expected = is_of_grammar.then(|| text.parse().expect("at most 11 digits"));
        prop_assert_eq!(Timestamp::parse(&text).ok().map(Timestamp::seconds), expected);
    }

    #[test]
    fn an_identity_needs_each_parameter_exactly_once(
        user_id in user_id(), entropy in entropy(),
        counts in [0..3_usize, 0..3, 0..3], rotation in any::<Index>(),
        spelling in select(&["user_id", "user%5Fid", "%75ser_id"][..]),
    ) {
        let signature = signed_user(HOST, &user_id, NOW, &entropy);
        let encoded: String = form_urlencoded::byte_serialize(user_id.as_bytes()).collect();
        let parameters = [
            format!("{spelling}={encoded}"),
            format!("{spelling}_timestamp={NOW}"),
            format!("{spelling}_signature={signature}"),
        ];
        let repeated = parameters.iter().zip(counts).flat_map(|(it, count)| vec![it.as_str(); count]);
        let mut query: Vec<&str> = repeated.chain(["utm=x", ""]).collect();
        let middle = rotation.index(query.len());
        query.rotate_left(middle);

        let url = format!("/submit-ticket?{}", query.join("&"));
        let verified = verifier(&entropy).verify_link(HOST, &url, NOW);
        let verified = verified.map(|it| it.map(|it| it.user_id.into_string()));
        let expected = match counts {
            [0, 0, 0] => Ok(None),
            [1, 1, 1] => Ok(Some(user_id)),
            counts if counts.contains(&2) => Err(ErrorCode::IdentityRepeated),
            _ => Err(ErrorCode::IdentityIncomplete),
        };
        prop_assert_eq!(verified.map_err(|error| error.code()), expected);
    }

    #[test]
    fn no_value_closes_its_html_attribute(
        email in email(), script_end in text(), entropy in entropy(),
        widths in subsequence(vec!["60rem", "50%"], 0..=1),
    ) {
        let script_url = format!("https://cdn.example.com/{script_end}");
        let options = EmbedOptions {
            script_url: Some(&script_url),
            max_width: widths.first().copied(),
            ..EmbedOptions::default()
        };
        let embed = signer(&entropy).ticket_center(&email, "desk-1", &options);
        let embed = embed.expect("no option is outside its grammar");
        let count = |mark: char| embed.html.chars().filter(|&it| it == mark).count();
        prop_assert_eq!(count('<'), 4);
        prop_assert_eq!(count('>'), 4);
        prop_assert_eq!(count('"'), 2 + 2 * embed.attributes().len());
        prop_assert_eq!(count('\''), 0);
    }

    #[test]
    fn ill_formed_bytes_are_rejected_and_well_formed_bytes_are_unchanged(bytes in vec(any::<u8>(), 0..64)) {
        for parameter in PARAMETERS {
            let decoded = parameter.decode(&bytes).map_err(|error| error.code());
            let expected = std::str::from_utf8(&bytes).map_err(|_| parameter.ill_formed().code());
            prop_assert_eq!(decoded, expected);
        }
    }
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn a_signature_with_any_bit_changed_is_rejected(
        email in email(), user_id in user_id(), entropy in entropy(),
    ) {
        let verifier = verifier(&entropy);
        let (_, email_signature) = signed_email(&email, &entropy);
        let user_signature = signed_user(HOST, &user_id, NOW, &entropy);
        for bit in 0..256 {
            let changed = with_bit_flipped(&email_signature, bit);
            let verified = verifier.verify_email(&email, &changed, NOW).map_err(|error| error.code());
            prop_assert_eq!(verified, Err(ErrorCode::SignatureMismatch));
            let changed = with_bit_flipped(&user_signature, bit);
            let verified = verify_user(&verifier, (HOST, &user_id, NOW), &changed, NOW);
            prop_assert_eq!(verified, Err(ErrorCode::SignatureMismatch));
        }
    }
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn nothing_panics_while_values_are_parsed(text in text(), seconds in strategies::time()) {
        let _ = Secret::new(text.as_str());
        let _ = Secret::from_named(&text, Some(&text));
        let _ = Secret::from_env(&text);
        let _ = PreviousSecret::new(secret(&[0; 32]), seconds);
        let _ = canonical_email(&text);
        let _ = canonical_host(&text);
        let _ = UserId::parse(&text);
        let _ = Signature::parse(&text);
        let _ = Timestamp::parse(&text);
        let _ = Timestamp::new(seconds);
        let _ = Tolerance::new(seconds);
    }

    #[test]
    fn nothing_panics_while_signing(
        email in strategies::email(character()), portal_url in strategies::portal_url(character()),
        host in strategies::host(character()), text in text(), time in strategies::time(),
    ) {
        let signer = signer(&[0; 32]);
        let option = Some(text.as_str());
        let options = EmbedOptions {
            align: None,
            max_width: None,
            container: None,
            script_url: option,
            crossorigin: false,
            nonce: option,
        };
        let _ = signer.sign_email(&email);
        let _ = signer.sign_user(&host, &text, time);
        let _ = signer.portal_link(&portal_url, &text, time);
        let _ = signer.ticket_center(&email, &text, &EmbedOptions::default());
        let _ = signer.ticket_center(&email, "desk-1", &options);
        let claims = IdentityClaims {
            email: Some(&email),
            user_id: option,
            name: option,
            attributes: [(text.clone(), text.as_str().into()), ("a".to_owned(), time.into())].into(),
            token_id: option,
            expires_in: Some(time),
            ..IdentityClaims::default()
        };
        let _ = signer.identity_token(&host, &claims, time);
        let _ = signer.ticket_center_with_token(&text, &claims, &options, time);
        let claims = LinkClaims { user_id: option, ..LinkClaims::default() };
        let _ = signer.portal_link_with_token(&portal_url, &claims, time);
    }

    #[test]
    fn nothing_panics_while_verifying(
        email in strategies::email(character()), host in strategies::host(character()),
        url in strategies::portal_url(character()), claim in [text(), text(), text()],
        time in strategies::time(),
    ) {
        let verifier = verifier(&[0; 32]);
        let [user_id, timestamp, signature] = &claim;
        let _ = verifier.verify_email(&email, signature, time);
        let _ = verifier.verify_link(&host, &url, time);
        let claim = UserClaim { portal_host: &host, user_id, timestamp, signature };
        let _ = verifier.verify_user(&claim, time);
        let _ = verifier.verify_identity_token(&host, signature, time);
        let _ = verifier.verify_token_link(&host, &format!("{url}?identity={signature}"), time);
    }

    /// Every text as a signed payload, since claims are read only after the signature was verified.
    #[test]
    fn nothing_panics_while_claims_are_read(
        payload in prop_oneof![json(), text()], header in prop_oneof![1 => json(), 4 => Just(HEADER.to_owned())],
        time in timestamp(), entropy in entropy(),
    ) {
        let token = token_of(&header, &payload, &entropy);
        let verifier = verifier(&entropy);
        let verified = verifier.verify_identity_token("desk-1", &token, time);
        let explanation = verifier.explain_identity_token("desk-1", &token, &[], time);
        let first = explanation.expect("audience and time are accepted").findings[0].code;
        prop_assert_eq!(verified.is_ok(), first == FindingCode::NoDeviation);
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn nothing_panics_while_explaining(
        email in strategies::email(character()), url in strategies::portal_url(character()),
        user_id in text(), timestamp in prop_oneof!["[0-9]{0,14}", text()],
        signature in prop_oneof!["(sha256=|0x|\")?[0-9a-fA-F]{30,66}", "[A-Za-z0-9+/_-]{43}=?", text()],
        time in timestamp(),
    ) {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let link = format!(
            "{url}?user_id={}&user_id_timestamp={}&user_id_signature={}",
            encoded(&user_id), encoded(&timestamp), encoded(&signature)
        );
        let verifier = verifier(&[0; 32]);
        let others = [secret(&[1; 32])];
        let explanations = [
            verifier.explain_email(&email, &signature, &others, time),
            verifier.explain_link(HOST, &link, &others, time),
            verifier.explain_identity_token(HOST, &format!("{email}.{link}.{signature}"), &others, time),
        ];
        for explanation in explanations {
            let explanation = explanation.expect("host and time are accepted");
            prop_assert!(!explanation.findings.is_empty());
        }
    }
}
