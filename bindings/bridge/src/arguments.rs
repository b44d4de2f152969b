//! The arguments of a call.

use std::collections::BTreeMap;

use deskseal::{AttributeValue, Parameter};
use zeroize::Zeroizing;

use crate::Failure;

/// The arguments of a call, by position. A text is checked to be well-formed before any other check (SPEC 1.1).
///
/// An argument of another type than the function reads is [`Failure::Misuse`], and so is one that is missing: the
/// host's package passes them.
pub trait Arguments {
    /// The memory for a text that does not lie in Rust's memory yet.
    type Memory: Default;
    /// The memory for a text that is usually as long as an identity token.
    type TokenMemory: Default;

    /// Tells whether the host passed the argument and the ones after it, even as none.
    fn has(&self, index: usize) -> bool;

    /// Returns the argument's text.
    ///
    /// # Errors
    /// The parameter's `…_malformed` code if the text is ill-formed.
    fn text<'text>(
        &'text self,
        index: usize,
        parameter: Parameter,
        memory: &'text mut Self::Memory,
    ) -> Result<&'text str, Failure>;

    /// Returns the argument's text, or `None`.
    ///
    /// # Errors
    /// Those of [`Self::text`].
    fn optional_text<'text>(
        &'text self,
        index: usize,
        parameter: Parameter,
        memory: &'text mut Self::Memory,
    ) -> Result<Option<&'text str>, Failure>;

    /// Returns the text of an identity token.
    ///
    /// # Errors
    /// `identity_token_malformed` if the text is ill-formed.
    fn token<'text>(
        &'text self,
        index: usize,
        memory: &'text mut Self::TokenMemory,
    ) -> Result<&'text str, Failure>;

    /// Returns attributes, which the host passes in the form that [`attributes_from_parts`] reads. None is an empty
    /// map.
    ///
    /// # Errors
    /// `identity_token_claim` if a name or a text is ill-formed.
    ///
    /// [`attributes_from_parts`]: crate::attributes_from_parts
    fn attributes(&self, index: usize) -> Result<BTreeMap<String, AttributeValue>, Failure>;

    /// Returns a list of texts that come from an HTTP request: ill-formed parts become U+FFFD.
    ///
    /// # Errors
    /// None but misuse.
    fn received_texts(&self, index: usize) -> Result<Vec<String>, Failure>;

    /// Returns a list of secrets, or of their variables' names.
    ///
    /// # Errors
    /// `secret_malformed` if a text is ill-formed.
    fn secrets(&self, index: usize) -> Result<Vec<Option<Zeroizing<String>>>, Failure>;

    /// Returns a whole number.
    ///
    /// # Errors
    /// None but misuse.
    fn integer(&self, index: usize) -> Result<i64, Failure>;

    /// Returns a whole number, or `None`.
    ///
    /// # Errors
    /// None but misuse.
    fn optional_integer(&self, index: usize) -> Result<Option<i64>, Failure>;

    /// Returns a list of whole numbers.
    ///
    /// # Errors
    /// None but misuse.
    fn integers(&self, index: usize) -> Result<Vec<i64>, Failure>;

    /// Returns true or false, or `None`.
    ///
    /// # Errors
    /// None but misuse.
    fn optional_flag(&self, index: usize) -> Result<Option<bool>, Failure>;

    /// Returns random bytes: the argument, or the operating system's.
    ///
    /// # Errors
    /// [`Failure::Random`] if the operating system has none.
    fn random<const BYTES: usize>(&self, index: usize) -> Result<[u8; BYTES], Failure>;
}

/// Returns random bytes of the operating system, for hosts that do not pass any.
///
/// # Errors
/// [`Failure::Random`].
#[cfg(feature = "random")]
pub fn system_random<const BYTES: usize>() -> Result<[u8; BYTES], Failure> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(Failure::Random)?;
    Ok(bytes)
}
