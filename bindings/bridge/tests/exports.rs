//! The functions over memory, called as a host calls them.

#![cfg(feature = "exports")]
#![expect(unsafe_code, reason = "a host reads and writes the buffer by its address")]
#![expect(clippy::unwrap_used, reason = "a test panics when it fails")]

use deskseal_bridge::exports::*;
use proptest::prelude::*;

const SECRET: &str = "example-secret-for-documentation";
const SIGNATURE: &str = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92";

/// An argument, as a host writes it.
fn argument(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_le_bytes(), bytes].concat()
}

fn text(text: &str) -> Vec<u8> {
    argument(text.as_bytes())
}

fn none() -> Vec<u8> {
    u32::MAX.to_le_bytes().to_vec()
}

fn number(number: i64) -> Vec<u8> {
    argument(&number.to_le_bytes())
}

/// Writes the arguments into the buffer, and returns their number of bytes.
fn write(arguments: &[Vec<u8>]) -> usize {
    let bytes = arguments.concat();
    let buffer = deskseal_buffer(bytes.len());
    // SAFETY: the buffer is this thread's, and at least that long.
    unsafe { buffer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    bytes.len()
}

/// Returns the buffer's first bytes.
fn read(count: usize) -> Vec<u8> {
    let buffer = deskseal_buffer(count);
    // SAFETY: the buffer is this thread's, at least that long, and initialised.
    unsafe { std::slice::from_raw_parts(buffer, count) }.to_vec()
}

/// Returns an answer, which is empty for nothing, or the parts of a failure.
fn answer(count: isize) -> Result<String, Vec<String>> {
    if count == -1 {
        return Ok(String::new());
    }
    let text = String::from_utf8(read(count.unsigned_abs())).unwrap();
    if count >= 0 {
        return Ok(text);
    }
    Err(text.split_terminator('\0').map(str::to_owned).collect())
}

fn secrets(secret: &str) -> Vec<Vec<u8>> {
    vec![argument(&[]), argument(&text(secret))]
}

fn signer() -> u32 {
    answer(deskseal_create_signer(write(&secrets(SECRET)))).unwrap().parse().unwrap()
}

fn verifier() -> u32 {
    let arguments = [secrets(SECRET), vec![argument(&[]), argument(&[]), none()]].concat();
    answer(deskseal_create_verifier(write(&arguments))).unwrap().parse().unwrap()
}

fn is_misuse(count: isize) -> bool {
    answer(count).is_err_and(|parts| parts[0] == "internal")
}

#[test]
fn a_signature_is_followed_by_the_canonical_e_mail() {
    let signed = deskseal_sign_email(signer(), write(&[text(" Ada@Example.com ")]));
    assert_eq!(answer(signed).unwrap(), format!("{SIGNATURE}ada@example.com"));
}

#[test]
fn a_failure_has_kind_code_and_message() {
    let failure = answer(deskseal_sign_email(signer(), write(&[text("ada")]))).unwrap_err();
    assert_eq!(failure[..2], ["input", "email_malformed"]);
    assert_eq!(failure[3], "true");
}

#[test]
fn ill_formed_text_has_the_code_of_its_parameter() {
    let failure = deskseal_sign_email(signer(), write(&[argument(b"ada\xFF@example.com")]));
    assert_eq!(answer(failure).unwrap_err()[1], "email_malformed");
}

#[test]
fn a_public_visitor_is_nothing() {
    let visitor = [text("help.example.com"), text("/submit-ticket"), number(0)];
    assert_eq!(deskseal_verify_link(verifier(), write(&visitor)), -1);
}

#[test]
fn a_handle_that_is_freed_wrong_or_of_the_other_kind_is_a_failure() {
    let freed = signer();
    deskseal_free(freed);
    deskseal_free(freed);
    for handle in [freed, 0, u32::MAX, verifier()] {
        assert!(is_misuse(deskseal_sign_email(handle, write(&[text("ada@example.com")]))));
    }
    let arguments = [text("ada@example.com"), text(SIGNATURE), number(0)];
    assert!(is_misuse(deskseal_verify_email(signer(), write(&arguments))));
    assert_ne!(signer(), freed);
}

#[test]
fn secrets_are_overwritten_in_the_buffer() {
    let secret = "a-secret-that-is-looked-for-in-memory";
    let count = write(&secrets(secret));
    let handle = answer(deskseal_create_signer(count)).unwrap();
    assert_eq!(read(count)[handle.len()..], vec![0; count - handle.len()]);

    let verifier = verifier();
    let others = argument(&text(secret));
    let count = write(&[text("ada@example.com"), text(SIGNATURE), others, number(0)]);
    assert!(answer(deskseal_explain_email(verifier, count)).is_ok());
    let buffer = read(8 * 1024);
    assert!(!buffer.windows(secret.len()).any(|window| window == secret.as_bytes()));

    let generated = answer(deskseal_generate_secret(write(&[argument(&[7; 32])]))).unwrap();
    assert!(generated.starts_with("dsk_secret_"));
    deskseal_wipe();
    assert!(read(8 * 1024).iter().all(|byte| *byte == 0));
}

#[test]
fn attributes_with_zeros_come_back_as_they_were() {
    let secret = secrets("example-identity-secret-for-documentation");
    // A name, and a value: a zero, U+0001 and a digit.
    let attributes = "tplan\0\u{1}0\u{1}10\0iseats\0-5\0btrial\0true\0";
    let claims = [none(), text("user-42"), none(), text(attributes), none(), none(), number(1)];
    let arguments = [&[text("desk-1"), none()], &claims[..], &[argument(&[9; 16])]].concat();
    let signer = answer(deskseal_create_signer(write(&secret))).unwrap().parse().unwrap();
    let token = answer(deskseal_identity_token(signer, write(&arguments))).unwrap();

    let options = [argument(&[]), argument(&[]), none()];
    let arguments = [&secret[..], &options].concat();
    let verifier = answer(deskseal_create_verifier(write(&arguments))).unwrap().parse().unwrap();
    let arguments = [text("desk-1"), text(&token), number(1)];
    let identity = answer(deskseal_verify_identity_token(verifier, write(&arguments))).unwrap();
    assert!(identity.ends_with(attributes), "{identity:?}");
}

/// Every list of attribute names is that of core, in its order.
#[test]
fn the_lists_of_attribute_names_are_those_of_core() {
    let secret = "example-identity-secret-for-documentation";
    let signer = deskseal::Signer::new(deskseal::Secret::new(secret).unwrap());
    let handle = answer(deskseal_create_signer(write(&secrets(secret)))).unwrap().parse().unwrap();
    for chosen in 0..32_u8 {
        let is_set = |bit: u8| chosen >> bit & 1 == 1;
        let values = ["left", "1px", "help", "bm9uY2U="];
        let given = |bit, value| is_set(bit).then_some(value);
        let options = deskseal::EmbedOptions {
            align: given(0, values[0]),
            max_width: given(1, values[1]),
            container: given(2, values[2]),
            script_url: None,
            crossorigin: is_set(3),
            nonce: given(4, values[3]),
        };
        let optional = |value: Option<&str>| value.map_or_else(none, text);
        let written = [
            optional(options.align),
            optional(options.max_width),
            optional(options.container),
            none(),
            argument(&[u8::from(options.crossorigin)]),
            optional(options.nonce),
        ];

        let arguments = [&[text("ada@example.com"), text("desk-1")], &written[..]].concat();
        let expected = signer.ticket_center("ada@example.com", "desk-1", &options).unwrap();
        let embed = answer(deskseal_ticket_center(handle, write(&arguments))).unwrap();
        assert_attributes(&embed, &expected);

        let claims =
            [none(), none(), text("user-42"), none(), none(), text("id"), none(), number(1)];
        let arguments = [&[text("desk-1")], &claims[..], &[none()], &written[..]].concat();
        let claims = deskseal::IdentityClaims {
            user_id: Some("user-42"),
            token_id: Some("id"),
            ..deskseal::IdentityClaims::default()
        };
        let expected = signer.ticket_center_with_token("desk-1", &claims, &options, 1).unwrap();
        let embed = answer(deskseal_ticket_center_with_token(handle, write(&arguments))).unwrap();
        assert_attributes(&embed, &expected);
    }
}

/// Checks that a host reads these attributes of an embed.
fn assert_attributes(embed: &str, expected: &deskseal::Embed) {
    let mut characters = embed.chars();
    let number = u32::from(characters.next().unwrap());
    let names = answer(deskseal_attribute_names(number)).unwrap();
    let values = characters.as_str().split('\0');
    let attributes: Vec<_> = names.split_terminator('\0').zip(values).collect();
    assert_eq!(attributes, expected.attributes().collect::<Vec<_>>());
}

#[test]
fn embeds_name_their_attributes_by_number() {
    let options = [text("left"), none(), text("help"), none(), argument(&[1]), text("bm9uY2U=")];
    let arguments = [&[text("ada@example.com"), text("desk-1")], &options[..]].concat();
    let embed = answer(deskseal_ticket_center(signer(), write(&arguments))).unwrap();
    let number = u32::from(embed.chars().next().unwrap());
    let names = answer(deskseal_attribute_names(number)).unwrap();
    let names: Vec<_> = names.split_terminator('\0').collect();
    let expected = "src data-helpdesk-id data-email data-signature data-align data-container \
                    crossorigin nonce";
    assert_eq!(names, expected.split(' ').collect::<Vec<_>>());
    assert_eq!(embed.split('\0').count(), names.len() + 1);
    assert!(is_misuse(deskseal_attribute_names(64)));
}

#[test]
fn a_long_argument_and_a_long_answer_grow_the_buffer() {
    let long = "a".repeat(100_000);
    let failure = deskseal_canonical_email(write(&[text(&format!("{long}@example.com"))]));
    assert_eq!(answer(failure).unwrap_err()[1], "email_too_long");
    assert!(is_misuse(deskseal_canonical_email(usize::MAX)));
}

proptest! {
    /// Whatever a host writes, the answer is text or a failure.
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (signer, verifier) = (signer(), verifier());
        let creating = [deskseal_create_signer, deskseal_create_verifier];
        for function in FUNCTIONS.into_iter().chain(creating) {
            let _ = answer(function(write(std::slice::from_ref(&bytes))));
        }
        let signing = SIGNER_FUNCTIONS.map(|function| (signer, function)).into_iter();
        let verifying = VERIFIER_FUNCTIONS.map(|function| (verifier, function));
        for (handle, function) in signing.chain(verifying) {
            let _ = answer(function(handle, write(std::slice::from_ref(&bytes))));
        }
        deskseal_free(signer);
        deskseal_free(verifier);
    }
}
