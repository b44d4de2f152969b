//! Arguments and answers as bytes, for hosts whose values Rust does not read.
//!
//! An argument is its length, as four bytes with the lowest first, and its bytes; none is the length
//! `0xffff_ffff` alone. The bytes are UTF-8 for a text, eight bytes with the lowest first for a whole number, one byte, 0
//! or 1, for a flag, and for a list its elements, written like arguments.

use std::collections::BTreeMap;
use std::fmt;

use deskseal::{AttributeValue, Parameter};
use zeroize::Zeroizing;

use crate::answer::push_part;
use crate::claims::attributes_from_parts;
use crate::{Answer, Arguments, Failure};

/// The length of an argument that is none.
const NONE: u32 = u32::MAX;

/// The number of arguments of the longest call, `ticket_center_with_token`.
const MAX_ARGUMENTS: usize = 16;

/// The number of hexadecimal digits of a signature.
const SIGNATURE_DIGITS: usize = 64;

/// The arguments of a call, in the host's bytes.
///
/// Random bytes that the host does not pass are the operating system's, with the feature `random`.
pub struct FlatArguments<'bytes> {
    arguments: [Option<&'bytes [u8]>; MAX_ARGUMENTS],
    count: usize,
}

impl<'bytes> FlatArguments<'bytes> {
    /// Finds the arguments in the host's bytes.
    ///
    /// # Errors
    /// [`Failure::Misuse`] if the bytes end within an argument, or if they have more arguments than any call.
    pub fn read(mut bytes: &'bytes [u8]) -> Result<Self, Failure> {
        let (mut arguments, mut count) = ([None; MAX_ARGUMENTS], 0);
        while !bytes.is_empty() {
            let slot = arguments.get_mut(count).ok_or(Failure::Misuse)?;
            (*slot, bytes) = split_first(bytes)?;
            count += 1;
        }
        Ok(Self { arguments, count })
    }

    fn optional(&self, index: usize) -> Result<Option<&'bytes [u8]>, Failure> {
        if index < self.count { Ok(self.arguments[index]) } else { Err(Failure::Misuse) }
    }

    fn bytes(&self, index: usize) -> Result<&'bytes [u8], Failure> {
        self.optional(index)?.ok_or(Failure::Misuse)
    }

    fn list(&self, index: usize) -> Result<Vec<Option<&'bytes [u8]>>, Failure> {
        let (mut bytes, mut elements) = (self.bytes(index)?, Vec::new());
        while !bytes.is_empty() {
            let element;
            (element, bytes) = split_first(bytes)?;
            elements.push(element);
        }
        Ok(elements)
    }
}

/// Shows how many arguments there are, and not what they contain: some are secrets.
impl fmt::Debug for FlatArguments<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FlatArguments").field("count", &self.count).finish_non_exhaustive()
    }
}

/// Returns the first argument's bytes, or `None` for none, and the bytes after it.
fn split_first(bytes: &[u8]) -> Result<(Option<&[u8]>, &[u8]), Failure> {
    let (length, rest) = bytes.split_first_chunk().ok_or(Failure::Misuse)?;
    match u32::from_le_bytes(*length) {
        NONE => Ok((None, rest)),
        length => {
            let length = usize::try_from(length).map_err(|_| Failure::Misuse)?;
            let (argument, rest) = rest.split_at_checked(length).ok_or(Failure::Misuse)?;
            Ok((Some(argument), rest))
        }
    }
}

fn number(bytes: &[u8]) -> Result<i64, Failure> {
    Ok(i64::from_le_bytes(bytes.try_into().map_err(|_| Failure::Misuse)?))
}

impl Arguments for FlatArguments<'_> {
    // A text already lies in Rust's memory.
    type Memory = ();
    type TokenMemory = ();

    fn has(&self, index: usize) -> bool {
        index < self.count
    }

    fn text<'text>(
        &'text self,
        index: usize,
        parameter: Parameter,
        (): &'text mut (),
    ) -> Result<&'text str, Failure> {
        Ok(parameter.decode(self.bytes(index)?)?)
    }

    fn optional_text<'text>(
        &'text self,
        index: usize,
        parameter: Parameter,
        (): &'text mut (),
    ) -> Result<Option<&'text str>, Failure> {
        Ok(self.optional(index)?.map(|bytes| parameter.decode(bytes)).transpose()?)
    }

    fn token<'text>(
        &'text self,
        index: usize,
        memory: &'text mut (),
    ) -> Result<&'text str, Failure> {
        self.text(index, Parameter::Token, memory)
    }

    fn attributes(&self, index: usize) -> Result<BTreeMap<String, AttributeValue>, Failure> {
        let mut memory = ();
        let parts = self.optional_text(index, Parameter::Claim, &mut memory)?.unwrap_or_default();
        attributes_from_parts(parts).ok_or(Failure::Misuse)
    }

    fn received_texts(&self, index: usize) -> Result<Vec<String>, Failure> {
        let texts = self.list(index)?.into_iter();
        texts.map(|text| Ok(String::from_utf8_lossy(text.ok_or(Failure::Misuse)?).into())).collect()
    }

    fn secrets(&self, index: usize) -> Result<Vec<Option<Zeroizing<String>>>, Failure> {
        let secret = |bytes| Ok(Zeroizing::new(Parameter::Secret.decode(bytes)?.to_owned()));
        self.list(index)?.into_iter().map(|bytes| bytes.map(secret).transpose()).collect()
    }

    fn integer(&self, index: usize) -> Result<i64, Failure> {
        number(self.bytes(index)?)
    }

    fn optional_integer(&self, index: usize) -> Result<Option<i64>, Failure> {
        self.optional(index)?.map(number).transpose()
    }

    fn integers(&self, index: usize) -> Result<Vec<i64>, Failure> {
        self.list(index)?.into_iter().map(|bytes| number(bytes.ok_or(Failure::Misuse)?)).collect()
    }

    fn optional_flag(&self, index: usize) -> Result<Option<bool>, Failure> {
        match self.optional(index)? {
            None => Ok(None),
            Some([0]) => Ok(Some(false)),
            Some([1]) => Ok(Some(true)),
            Some(_) => Err(Failure::Misuse),
        }
    }

    fn random<const BYTES: usize>(&self, index: usize) -> Result<[u8; BYTES], Failure> {
        match self.arguments.get(index).copied().flatten() {
            Some(bytes) => bytes.try_into().map_err(|_| Failure::Misuse),
            #[cfg(feature = "random")]
            None => crate::system_random(),
            #[cfg(not(feature = "random"))]
            None => Err(Failure::Misuse),
        }
    }
}

/// Writes a call's result over the start of the buffer, which grows if it has to. Returns the number of bytes; minus
/// that number for a failure; -1 for nothing.
///
/// A list is written as parts, and a failure as the parts kind (`secret`, `input`, `verification`, or `internal` for a
/// failure that is not a rejection), code, message, and `true` or `false` for whether it is about the customer.
pub fn write(result: Result<Answer, Failure>, buffer: &mut Vec<u8>) -> isize {
    match result {
        Ok(Answer::Nothing) => -1,
        Ok(Answer::Text(text)) => write_bytes(&[text.as_bytes()], buffer),
        Ok(Answer::Secret(text)) => write_bytes(&[text.as_bytes()], buffer),
        Ok(Answer::Signed(signature, text)) => {
            let mut digits = [0; SIGNATURE_DIGITS];
            let digits = signature.write_hex(&mut digits);
            write_bytes(&[digits.as_bytes(), text.as_bytes()], buffer)
        }
        Ok(Answer::Texts(texts)) => write_bytes(&[parts(&texts).as_bytes()], buffer),
        Err(failure) => {
            let message = failure.to_string();
            let texts = if let Failure::Rejected(error) = &failure {
                let is_about_customer = if error.is_about_customer() { "true" } else { "false" };
                [error.kind().as_str(), error.code().as_str(), &message, is_about_customer]
            } else {
                ["internal", "", &message, "false"]
            };
            -write_bytes(&[parts(&texts).as_bytes()], buffer)
        }
    }
}

fn parts(texts: &[impl AsRef<str>]) -> String {
    let mut parts = String::new();
    for text in texts {
        push_part(text.as_ref(), &mut parts);
    }
    parts
}

fn write_bytes(pieces: &[&[u8]], buffer: &mut Vec<u8>) -> isize {
    let mut end = 0;
    for piece in pieces {
        let start = end;
        end += piece.len();
        if buffer.len() < end {
            buffer.resize(end, 0);
        }
        buffer[start..end].copy_from_slice(piece);
    }
    end.cast_signed()
}
