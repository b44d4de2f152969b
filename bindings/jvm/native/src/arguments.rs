//! The arguments of a call, in the bytes that the Java package writes.
//!
//! An argument is its length, as four bytes with the lowest first, and its bytes; none is the length [`NONE`] alone. The
//! bytes are UTF-8 for a text, eight bytes with the lowest first for a whole number, one byte, 0 or 1, for a flag, and
//! for a list its elements, written like arguments.

use std::collections::BTreeMap;

use deskseal::{AttributeValue, Parameter};
use deskseal_bridge::{Arguments, Failure, attributes_from_parts, system_random};
use zeroize::Zeroizing;

/// The length of an argument that is none.
const NONE: u32 = u32::MAX;

/// The number of arguments of the longest call, `ticketCenterWithToken`.
const MAX_ARGUMENTS: usize = 16;

/// The arguments of a call. Ill-formed text is not UTF-8 here, so that the core rejects it.
pub(crate) struct JavaArguments<'bytes> {
    arguments: [Option<&'bytes [u8]>; MAX_ARGUMENTS],
    count: usize,
}

impl<'bytes> JavaArguments<'bytes> {
    pub(crate) fn read(bytes: &'bytes [u8]) -> Result<Self, Failure> {
        let (mut arguments, mut count) = ([None; MAX_ARGUMENTS], 0);
        for argument in Elements(bytes) {
            *arguments.get_mut(count).ok_or(Failure::Misuse)? = argument?;
            count += 1;
        }
        Ok(Self { arguments, count })
    }

    fn optional(&self, index: usize) -> Result<Option<&'bytes [u8]>, Failure> {
        self.arguments[..self.count].get(index).copied().ok_or(Failure::Misuse)
    }

    fn given(&self, index: usize) -> Result<&'bytes [u8], Failure> {
        self.optional(index)?.ok_or(Failure::Misuse)
    }
}

/// Arguments, or the elements of a list, one after the other.
struct Elements<'bytes>(&'bytes [u8]);

impl<'bytes> Elements<'bytes> {
    /// Takes the first element's bytes, or `None` for none.
    fn split_first(&mut self) -> Result<Option<&'bytes [u8]>, Failure> {
        let (length, rest) = self.0.split_first_chunk().ok_or(Failure::Misuse)?;
        let length = u32::from_le_bytes(*length);
        if length == NONE {
            self.0 = rest;
            return Ok(None);
        }
        let length = usize::try_from(length).map_err(|_| Failure::Misuse)?;
        let (element, rest) = rest.split_at_checked(length).ok_or(Failure::Misuse)?;
        self.0 = rest;
        Ok(Some(element))
    }
}

impl<'bytes> Iterator for Elements<'bytes> {
    type Item = Result<Option<&'bytes [u8]>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let element = self.split_first();
        if element.is_err() {
            self.0 = &[];
        }
        Some(element)
    }
}

fn number(bytes: &[u8]) -> Result<i64, Failure> {
    Ok(i64::from_le_bytes(bytes.try_into().map_err(|_| Failure::Misuse)?))
}

impl Arguments for JavaArguments<'_> {
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
        Ok(parameter.decode(self.given(index)?)?)
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
        Elements(self.given(index)?)
            .map(|text| Ok(String::from_utf8_lossy(text?.ok_or(Failure::Misuse)?).into()))
            .collect()
    }

    fn secrets(&self, index: usize) -> Result<Vec<Option<Zeroizing<String>>>, Failure> {
        let secret = |bytes| Ok(Zeroizing::new(Parameter::Secret.decode(bytes)?.to_owned()));
        Elements(self.given(index)?).map(|bytes| bytes?.map(secret).transpose()).collect()
    }

    fn integer(&self, index: usize) -> Result<i64, Failure> {
        number(self.given(index)?)
    }

    fn optional_integer(&self, index: usize) -> Result<Option<i64>, Failure> {
        self.optional(index)?.map(number).transpose()
    }

    fn integers(&self, index: usize) -> Result<Vec<i64>, Failure> {
        Elements(self.given(index)?).map(|bytes| number(bytes?.ok_or(Failure::Misuse)?)).collect()
    }

    fn optional_flag(&self, index: usize) -> Result<Option<bool>, Failure> {
        match self.optional(index)? {
            None => Ok(None),
            Some([0]) => Ok(Some(false)),
            Some([1]) => Ok(Some(true)),
            Some(_) => Err(Failure::Misuse),
        }
    }

    /// Returns random bytes of the operating system: Java passes none.
    fn random<const BYTES: usize>(&self, _: usize) -> Result<[u8; BYTES], Failure> {
        system_random()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_by_their_lengths() -> Result<(), Failure> {
        let bytes = b"\x02\0\0\0hi\xFF\xFF\xFF\xFF\x08\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0\x01";
        let arguments = JavaArguments::read(bytes)?;
        assert_eq!(arguments.text(0, Parameter::Email, &mut ())?, "hi");
        assert_eq!(arguments.optional_text(1, Parameter::Email, &mut ())?, None);
        assert_eq!(arguments.integer(2)?, 1);
        assert_eq!(arguments.optional_flag(3)?, Some(true));
        assert!(arguments.has(3) && !arguments.has(4));
        assert!(matches!(arguments.integer(4), Err(Failure::Misuse)));
        Ok(())
    }

    #[test]
    fn arguments_that_java_never_writes_are_misuse() {
        let too_many = [NONE.to_le_bytes(); MAX_ARGUMENTS + 1].concat();
        for bytes in [&b"\x01"[..], b"\x02\0\0\0h", &too_many] {
            assert!(matches!(JavaArguments::read(bytes), Err(Failure::Misuse)));
        }
    }

    #[test]
    fn ill_formed_text_has_the_code_of_its_parameter() -> Result<(), Failure> {
        // A high surrogate alone, as Java writes it.
        let arguments = JavaArguments::read(b"\x03\0\0\0\xED\xA0\x80")?;
        let Err(Failure::Rejected(error)) = arguments.text(0, Parameter::UserId, &mut ()) else {
            panic!("the text was accepted");
        };
        assert_eq!(error.code().as_str(), "user_id_malformed");
        Ok(())
    }
}
