//! Arguments and answers as bytes.

use deskseal::Parameter;
use deskseal_bridge::buffer::{FlatArguments, write};
use deskseal_bridge::{Answer, Arguments as _, Failure};

/// The length of an argument that is none.
const NONE: [u8; 4] = [0xFF; 4];

/// Returns the number that [`write`] returns, and the answer.
fn written(result: Result<Answer, Failure>) -> (isize, String) {
    let mut buffer = Vec::new();
    let count = write(result, &mut buffer);
    (count, String::from_utf8(buffer).expect("an answer is UTF-8"))
}

/// Returns the parts of a failure, after checking its number of bytes.
fn failure(failure: Failure) -> Vec<String> {
    let (count, text) = written(Err(failure));
    assert_eq!(-count, text.len().cast_signed());
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn arguments_are_read_by_their_lengths() -> Result<(), Failure> {
    let bytes = b"\x02\0\0\0hi\xFF\xFF\xFF\xFF\x08\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0\x01";
    let arguments = FlatArguments::read(bytes)?;
    assert_eq!(arguments.text(0, Parameter::Email, &mut ())?, "hi");
    assert_eq!(arguments.optional_text(1, Parameter::Email, &mut ())?, None);
    assert_eq!(arguments.integer(2)?, 1);
    assert_eq!(arguments.optional_flag(3)?, Some(true));
    assert!(arguments.has(3) && !arguments.has(4));
    assert!(matches!(arguments.integer(4), Err(Failure::Misuse)));
    Ok(())
}

#[test]
fn bytes_that_no_host_writes_are_misuse() {
    let too_many = [NONE; 17].concat();
    for bytes in [&b"\x01"[..], b"\x02\0\0\0h", &too_many] {
        assert!(matches!(FlatArguments::read(bytes), Err(Failure::Misuse)));
    }
}

#[test]
fn debug_does_not_show_what_arguments_contain() -> Result<(), Failure> {
    let arguments = FlatArguments::read(b"\x04\0\0\0\x61\x61\x61\x61")?;
    assert_eq!(format!("{arguments:?}"), "FlatArguments { count: 1, .. }");
    Ok(())
}

#[test]
fn random_bytes_that_the_host_passes_are_used() -> Result<(), Failure> {
    let arguments = FlatArguments::read(b"\x02\0\0\0\x07\x08")?;
    assert_eq!(arguments.random::<2>(0)?, [7, 8]);
    assert!(matches!(arguments.random::<3>(0), Err(Failure::Misuse)));
    Ok(())
}

#[cfg(feature = "random")]
#[test]
fn random_bytes_that_the_host_does_not_pass_are_those_of_the_operating_system()
-> Result<(), Failure> {
    let arguments = FlatArguments::read(&NONE)?;
    for index in [0, 1] {
        assert_ne!(arguments.random::<32>(index)?, arguments.random::<32>(index)?);
    }
    Ok(())
}

#[cfg(not(feature = "random"))]
#[test]
fn random_bytes_that_the_host_does_not_pass_are_misuse() -> Result<(), Failure> {
    let arguments = FlatArguments::read(&NONE)?;
    for index in [0, 1] {
        assert!(matches!(arguments.random::<32>(index), Err(Failure::Misuse)));
    }
    Ok(())
}

#[test]
fn a_list_is_written_as_parts_in_which_zeros_are_escaped() {
    let texts = Answer::Texts(vec!["a\0b".to_owned(), "\u{1}".to_owned()]);
    assert_eq!(written(Ok(texts)), (8, "a\u{1}0b\0\u{1}1\0".to_owned()));
    assert_eq!(written(Ok(Answer::Nothing)), (-1, String::new()));
}

#[test]
fn misuse_and_panics_are_internal_failures() {
    let sentence =
        "Internal error in deskseal; nothing was signed or verified. Please report this bug.";
    assert_eq!(failure(Failure::Panic), ["internal", "", sentence, "false"]);
    assert_eq!(failure(Failure::Misuse)[..2], ["internal", ""]);
}

#[test]
fn a_rejection_has_kind_code_message_and_whether_it_is_about_the_customer() {
    let error = deskseal::canonical_email("").expect_err("it is empty");
    let message = error.message().to_owned();
    assert_eq!(failure(error.into()), ["input", "email_empty", &message, "true"]);
}
