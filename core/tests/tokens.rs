//! Identity tokens: what the vectors cannot carry. These are the worked example of the specification, links that
//! a portal receives (SPEC 12.7), and tokens that another library could have made.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deskseal::{
    AttributeValue, Error, ErrorCode, ErrorKind, IdentityClaims, LinkClaims, PreviousSecret,
    Secret, Signer, VerifiedIdentity, Verifier, VerifierOptions,
};
use ring::hmac;

const SECRET: &str = "example-secret-for-documentation";
const HOST: &str = "help.company.com";
const PORTAL_URL: &str = "https://help.company.com";
const NOW: i64 = 1_767_225_600;

fn secret(text: &str) -> Secret {
    Secret::new(text).expect("the secret is accepted")
}

fn signer() -> Signer {
    Signer::new(secret(SECRET))
}

fn verifier() -> Verifier {
    Verifier::new(secret(SECRET), VerifierOptions::default())
}

/// Returns a token with this header and payload, signed with another implementation of HMAC.
fn token_of(header: &str, payload: &str) -> String {
    let message = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
    format!("{message}.{signature}")
}

/// Returns a token of these claims, beside those that every token needs.
fn token_with(claims: &str) -> String {
    let payload = format!(r#"{{"aud":"desk-1","iat":{NOW},"exp":{},{claims}}}"#, NOW + 600);
    token_of(r#"{"alg":"HS256"}"#, &payload)
}

fn verify(token: &str) -> Result<VerifiedIdentity, Error> {
    verifier().verify_identity_token("desk-1", token, NOW)
}

fn link_of(token: &str) -> String {
    format!("{PORTAL_URL}/submit-ticket?identity={token}")
}

fn verify_link(url: &str) -> Result<Option<VerifiedIdentity>, ErrorCode> {
    verifier().verify_token_link(HOST, url, NOW).map_err(|error| error.code())
}

#[test]
fn the_worked_example_has_the_specified_bytes() {
    let specification = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../SPEC.md"))
        .expect("the specification can be read");
    let parts = ["header", "payload", "signature"].map(|part| {
        let row = format!("| {part} | `");
        let row = specification.lines().find(|line| line.starts_with(&row)).expect("SPEC 12.8");
        row.split('`').nth(3).expect("the encoded part").to_owned()
    });
    let claims = IdentityClaims {
        user_id: Some("user-42"),
        email: Some("Ada@Example.com"),
        name: Some("Ada Lovelace"),
        attributes: BTreeMap::from([
            ("seats".to_owned(), AttributeValue::from(5)),
            ("plan".to_owned(), AttributeValue::from("pro")),
        ]),
        token_id: Some("token-1"),
        ..IdentityClaims::default()
    };
    let token = signer().identity_token("desk-1", &claims, NOW).expect("the claims are accepted");
    assert_eq!(token, parts.join("."));

    let at = |now| {
        let verified = verifier().verify_identity_token("desk-1", &token, now);
        verified.map(|identity| identity.attributes).map_err(|error| error.code())
    };
    assert_eq!(at(NOW - 61), Err(ErrorCode::IdentityTokenInFuture));
    assert_eq!(at(NOW - 60), Ok(claims.attributes.clone()));
    assert_eq!(at(NOW + 599), Ok(claims.attributes.clone()));
    assert_eq!(at(NOW + 600), Err(ErrorCode::IdentityTokenExpired));
}

#[test]
fn token_ids_are_random_unless_they_are_given() {
    let claims = IdentityClaims { user_id: Some("user-42"), ..IdentityClaims::default() };
    let id = || {
        let token = signer().identity_token("desk-1", &claims, NOW).expect("accepted");
        verify(&token).expect("the token is valid").token_id.expect("a token has an id")
    };
    let (one, other) = (id(), id());
    assert_eq!(one.len(), 22);
    assert_ne!(one, other);
}

#[test]
fn a_token_is_verified_with_each_active_secret() {
    let claims = IdentityClaims { user_id: Some("user-42"), ..IdentityClaims::default() };
    let older = "an-older-secret-now-being-replaced";
    let token = Signer::new(secret(older)).identity_token("desk-1", &claims, NOW);
    let token = token.expect("the claims are accepted");
    let expiring_at = |second| {
        let previous = vec![PreviousSecret::new(secret(older), second).expect("a time")];
        let options = VerifierOptions { previous, ..VerifierOptions::default() };
        Verifier::new(secret(SECRET), options).verify_identity_token("desk-1", &token, NOW)
    };
    assert_eq!(expiring_at(NOW + 1).expect("the secret is active").secret_index, 1);
    let error = expiring_at(NOW).expect_err("the secret has expired");
    assert_eq!(error.code(), ErrorCode::SignatureMismatch);
}

#[test]
fn a_short_secret_neither_signs_nor_verifies_tokens() {
    let short = "dsk_secret_thirty-one-bytes-are-not-enough";
    assert_eq!(short.len(), 11 + 31);
    let signer = Signer::new(secret(short));
    let claims = IdentityClaims { user_id: Some("user-42"), ..IdentityClaims::default() };
    let link_claims = LinkClaims { user_id: Some("user-42"), ..LinkClaims::default() };
    let previous = vec![PreviousSecret::new(secret(short), NOW + 1).expect("a time")];
    let options = VerifierOptions { previous, ..VerifierOptions::default() };
    let verifier = Verifier::new(secret(SECRET), options);
    let errors = [
        signer.identity_token("desk-1", &claims, NOW).err(),
        signer.portal_link_with_token(PORTAL_URL, &link_claims, NOW).err(),
        verifier.verify_identity_token("desk-1", "", NOW).err(),
        verifier.verify_token_link(HOST, "/", NOW).err(),
        verifier.explain_identity_token("desk-1", "", &[], NOW).err(),
    ];
    for error in errors {
        let error = error.expect("the secret is too short");
        assert_eq!((error.code(), error.kind()), (ErrorCode::SecretTooShort, ErrorKind::Secret));
    }
    assert!(signer.sign_email("ada@example.com").is_ok(), "e-mail signatures need 16 bytes");
}

/// Numbers are read from their digits: a reader that goes through floating point would accept these.
#[test]
fn a_number_that_is_not_an_integer_is_rejected() {
    assert_eq!(verify(&token_with(r#""sub":"1""#)).map(|verified| verified.issued_at), Ok(NOW));
    for time in
        ["1767225600.0", "1.7672256e9", "17672256e2", "-0", "1767225600.5", "\"1767225600\""]
    {
        let payload = format!(r#"{{"aud":"desk-1","sub":"1","iat":{time},"exp":{}}}"#, NOW + 600);
        let error = verify(&token_of(r#"{"alg":"HS256"}"#, &payload)).expect_err(time);
        assert_eq!(error.code(), ErrorCode::IdentityTokenClaim, "{time}");
    }
    for (integer, is_accepted) in
        [("9007199254740991", true), ("-9007199254740991", true), ("9007199254740992", false)]
    {
        let token = token_with(&format!(r#""sub":"1","attributes":{{"n":{integer}}}"#));
        assert_eq!(verify(&token).is_ok(), is_accepted, "{integer}");
    }
}

/// Returns arrays and objects in turn, nested so many levels deep.
fn nested(levels: usize) -> String {
    let (mut open, mut close) = (String::new(), String::new());
    for level in 0..levels {
        let (start, end) = if level % 2 == 0 { ("[", "]") } else { ("{\"a\":", "}") };
        open.push_str(start);
        close.insert_str(0, end);
    }
    format!("{open}1{close}")
}

#[test]
fn unknown_claims_are_ignored_but_read_to_the_bottom() {
    let code = |claims: &str| verify(&token_with(claims)).map_err(|error| error.code()).err();
    assert_eq!(code(r#""sub":"1","__proto__":{"sub":"2"},"constructor":null,"x":1e999"#), None);
    let is_malformed = Some(ErrorCode::IdentityTokenMalformed);
    assert_eq!(code(r#""sub":"1","x":[{"a":1,"a":2}]"#), is_malformed);
    assert_eq!(code(r#""sub":"1","x":[{"a":1,"\u0061":2}]"#), is_malformed);
    assert_eq!(code(r#""sub":"1","x":["\ud800"]"#), is_malformed);
    assert_eq!(code(r#""sub":"1","\ud800":1"#), is_malformed);
    assert_eq!(code(r#""sub":"1","sub":"1""#), is_malformed);
    // The payload itself is the first of 32 levels.
    assert_eq!(code(&format!(r#""sub":"1","x":{}"#, nested(31))), None);
    assert_eq!(code(&format!(r#""sub":"1","x":{}"#, nested(32))), is_malformed);
    assert_eq!(code(&format!(r#""sub":"1","x":{}"#, "[".repeat(3000))), is_malformed);
}

#[test]
fn a_link_with_a_token_names_its_customer() {
    let claims = LinkClaims {
        user_id: Some("user-42"),
        email: Some("Ada@Example.com"),
        token_id: Some("token-1"),
        ..LinkClaims::default()
    };
    let link = signer().portal_link_with_token(PORTAL_URL, &claims, NOW).expect("accepted");
    let identity = verify_link(&link).expect("the link is valid").expect("it has a token");
    assert_eq!(identity.user_id.as_ref().map(AsRef::as_ref), Some("user-42"));
    assert_eq!(identity.token_id.as_deref(), Some("token-1"));
    assert_eq!((identity.issued_at, identity.expires_at), (NOW, NOW + 300));

    assert_eq!(verify_link("/submit-ticket"), Ok(None));
    assert_eq!(verify_link("/submit-ticket?identity="), Err(ErrorCode::IdentityTokenMalformed));
    assert_eq!(verify_link("/?identity=%FF"), Err(ErrorCode::IdentityTokenMalformed));
    assert_eq!(verify_link(&format!("{link}&identity=x")), Err(ErrorCode::IdentityRepeated));
    assert_eq!(verify_link(&format!("{link}&user_id=user-42")), Err(ErrorCode::IdentityRepeated));
    assert_eq!(verify_link("submit-ticket"), Err(ErrorCode::PortalUrlMalformed));
}

#[test]
fn a_link_signature_and_a_token_are_not_accepted_together() {
    let claims = LinkClaims { user_id: Some("user-42"), ..LinkClaims::default() };
    let link = signer().portal_link(PORTAL_URL, "user-42", NOW).expect("accepted");
    let token = signer().portal_link_with_token(PORTAL_URL, &claims, NOW).expect("accepted");
    let (_, token) = token.split_once('?').expect("a link has a query");
    let both = format!("{link}&{token}");
    let error = verifier().verify_link(HOST, &both, NOW).expect_err("it has two identities");
    assert_eq!(
        (error.code(), error.kind()),
        (ErrorCode::IdentityRepeated, ErrorKind::Verification)
    );
    assert_eq!(verify_link(&both), Err(ErrorCode::IdentityRepeated));
}

/// Links are logged, so what is valid elsewhere is not valid in a link.
#[test]
fn a_token_that_is_not_made_for_a_link_is_rejected_in_a_link() {
    let token = |exp: i64, claims: &str| {
        let payload =
            format!(r#"{{"aud":"{HOST}","sub":"user-42","iat":{NOW},"exp":{exp}{claims}}}"#);
        link_of(&token_of(r#"{"alg":"HS256"}"#, &payload))
    };
    assert!(verify_link(&token(NOW + 300, r#","jti":"1""#)).is_ok());
    let is_rejected = Err(ErrorCode::IdentityTokenClaim);
    assert_eq!(verify_link(&token(NOW + 301, r#","jti":"1""#)), is_rejected);
    assert_eq!(verify_link(&token(NOW + 300, "")), is_rejected);
    assert_eq!(verify_link(&token(NOW + 300, r#","jti":"1","name":"Ada""#)), is_rejected);
    assert_eq!(verify_link(&token(NOW + 300, r#","jti":"1","attributes":{}"#)), is_rejected);

    let of_length = |characters: usize| {
        let unknown = "x".repeat(characters);
        token(NOW + 300, &format!(r#","jti":"1","unknown":"{unknown}""#))
    };
    let bytes = |link: &str| link.len() - link_of("").len();
    let links: Vec<String> = (1300..1500).map(of_length).collect();
    assert!(bytes(&links[0]) < 2048 && bytes(links.last().expect("links")) > 2048);
    for link in links {
        let code = verify_link(&link).err();
        let is_too_long = (bytes(&link) > 2048).then_some(ErrorCode::IdentityTokenMalformed);
        assert_eq!(code, is_too_long, "{} bytes", bytes(&link));
    }
}

#[test]
fn a_token_with_unusual_times_is_measured_without_overflow() {
    let extremes = [i64::MAX, i64::MIN, 9_007_199_254_740_991, -9_007_199_254_740_991, 0];
    for iat in extremes {
        for exp in extremes {
            for nbf in extremes {
                let payload =
                    format!(r#"{{"aud":"desk-1","sub":"1","iat":{iat},"exp":{exp},"nbf":{nbf}}}"#);
                let token = token_of(r#"{"alg":"HS256"}"#, &payload);
                assert!(verify(&token).is_err(), "{payload}");
                assert!(verifier().explain_identity_token("desk-1", &token, &[], NOW).is_ok());
            }
        }
    }
}

#[test]
fn a_name_is_measured_in_characters() {
    let sign = |name: &str| {
        let claims =
            IdentityClaims { user_id: Some("1"), name: Some(name), ..IdentityClaims::default() };
        signer().identity_token("desk-1", &claims, NOW).map(drop).map_err(|error| error.code())
    };
    assert_eq!(sign(&"😀".repeat(100)), Ok(()));
    for name in ["", "\u{202E}adA", "Ada\n", &"😀".repeat(101)] {
        assert_eq!(sign(name), Err(ErrorCode::IdentityTokenClaim), "{name:?}");
    }
}
