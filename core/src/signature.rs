//! Signatures, and the keys that make them (SPEC 1.4, 5.3).

use std::{fmt, slice};

use base16ct::lower;
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorCode};
use crate::hexadecimal;
use crate::host::PortalHost;
use crate::secret::Secret;
use crate::timestamp::Timestamp;
use crate::user::UserId;

/// The 32 bytes of an HMAC-SHA256, compared in constant time (SPEC 1.4).
///
/// A signature is a credential: `Debug` does not show it, and there is no `Display`.
///
/// ```
/// use deskseal::Signature;
///
/// let signature = Signature::parse(&"AB".repeat(32))?;
/// assert_eq!(signature.to_hex(), "ab".repeat(32));
/// assert_eq!(format!("{signature:?}"), "Signature([redacted])");
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone)]
pub struct Signature([u8; 32]);

impl Signature {
    /// Reads 64 hexadecimal digits, in either case (SPEC 5.1).
    ///
    /// # Errors
    /// `signature_malformed` for any other text.
    pub fn parse(hex: &str) -> Result<Self, Error> {
        let digits = hex.as_bytes().try_into().ok();
        digits.and_then(hexadecimal::decode).map(Self).ok_or_else(|| {
            Error::new(
                ErrorCode::SignatureMalformed,
                "The signature does not consist of 64 hexadecimal digits. Pass it as the signer \
                 returned it, without a prefix, whitespace or another encoding.",
            )
        })
    }

    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the signature as 64 lowercase hexadecimal digits.
    pub fn to_hex(&self) -> String {
        lower::encode_string(&self.0)
    }

    /// Writes the signature's 64 lowercase hexadecimal digits into `buffer`, without allocating.
    ///
    /// ```
    /// # use deskseal::Signature;
    /// # let signature = Signature::parse(&"ab".repeat(32))?;
    /// let mut buffer = [0; 64];
    /// assert_eq!(signature.write_hex(&mut buffer), signature.to_hex());
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    #[expect(clippy::missing_panics_doc, reason = "64 bytes hold the digits of 32")]
    pub fn write_hex<'buffer>(&self, buffer: &'buffer mut [u8; 64]) -> &'buffer str {
        lower::encode_str(&self.0, buffer).expect("64 bytes hold the digits of 32")
    }
}

impl Signature {
    fn words(&self) -> impl Iterator<Item = u64> {
        let (words, _) = self.0.as_chunks();
        words.iter().map(|word| u64::from_ne_bytes(*word))
    }
}

impl ConstantTimeEq for Signature {
    fn ct_eq(&self, other: &Self) -> Choice {
        // One comparison for all words: `subtle` hides each comparison from the optimiser, which takes time.
        let words = self.words().zip(other.words());
        words.fold(0, |difference, (own, others)| difference | (own ^ others)).ct_eq(&0)
    }
}

impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for Signature {}

impl fmt::Debug for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Signature([redacted])")
    }
}

/// A secret with its HMAC state set up, so that a signature takes only two compressions of SHA-256.
pub(crate) struct Key {
    #[cfg(feature = "explain")]
    secret: Secret,
    mac: HmacSha256,
    is_for_tokens: bool,
}

impl Key {
    #[cfg_attr(
        not(feature = "explain"),
        expect(
            clippy::needless_pass_by_value,
            reason = "it is overwritten when it is dropped here"
        )
    )]
    pub(crate) fn new(secret: Secret) -> Self {
        let mac = HmacSha256::new(secret.as_bytes());
        Self {
            is_for_tokens: secret.is_for_tokens(),
            #[cfg(feature = "explain")]
            secret,
            mac,
        }
    }

    /// Checks that the secret is long enough for identity tokens (SPEC 12.2).
    pub(crate) fn check_for_tokens(&self) -> Result<(), Error> {
        if self.is_for_tokens {
            return Ok(());
        }
        Err(Error::new(
            ErrorCode::SecretTooShort,
            "The secret has fewer than 32 bytes, not counting its prefix, so it is too short for identity tokens. \
             Generate a secret of their own with `deskseal secret generate`.",
        ))
    }

    #[cfg(feature = "explain")]
    pub(crate) const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Returns the signature of a link's message (SPEC 4.6).
    pub(crate) fn sign_link(
        &self,
        portal_host: &PortalHost,
        user_id: &UserId,
        timestamp: Timestamp,
    ) -> Signature {
        self.sign(&[
            portal_host.as_str().as_bytes(),
            b":",
            user_id.as_str().as_bytes(),
            b":",
            itoa::Buffer::new().format(timestamp.seconds()).as_bytes(),
        ])
    }

    /// Returns the signature of the message, whose parts are joined.
    pub(crate) fn sign(&self, message: &[&[u8]]) -> Signature {
        Signature(self.mac.of(message))
    }
}

/// The length of a block of SHA-256, in bytes.
const BLOCK_BYTES: usize = 64;

/// The length of the message's length at the end of the last block, in bytes (FIPS 180-4, section 5.1.1).
const LENGTH_BYTES: usize = 8;

/// The initial state of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL_STATE: State = [
    0x6A09_E667,
    0xBB67_AE85,
    0x3C6E_F372,
    0xA54F_F53A,
    0x510E_527F,
    0x9B05_688C,
    0x1F83_D9AB,
    0x5BE0_CD19,
];

/// The state of SHA-256 between two blocks.
type State = [u32; 8];

/// HMAC-SHA256 with its key already hashed (RFC 2104). The crate `hmac` leaves a copy of the key on the stack; this
/// type overwrites its copies.
struct HmacSha256 {
    inner: Zeroizing<State>,
    outer: Zeroizing<State>,
}

impl HmacSha256 {
    const INNER_PAD: u8 = 0x36;
    const OUTER_PAD: u8 = 0x5C;

    fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK_BYTES]);
        if key.len() <= BLOCK_BYTES {
            block[..key.len()].copy_from_slice(key);
        } else {
            let start = block.first_chunk_mut::<32>().expect("a block is longer than a hash");
            Sha256::new_with_prefix(key).finalize_into(start.into());
        }
        // Everything happens in place: an array that is moved leaves a copy behind.
        let mut mac =
            Self { inner: Zeroizing::new(INITIAL_STATE), outer: Zeroizing::new(INITIAL_STATE) };
        pad(&mut block, Self::INNER_PAD);
        compress256(&mut mac.inner, slice::from_ref(&*block));
        pad(&mut block, Self::INNER_PAD ^ Self::OUTER_PAD);
        compress256(&mut mac.outer, slice::from_ref(&*block));
        mac
    }

    /// Returns the HMAC of the message, whose parts are joined.
    fn of(&self, message: &[&[u8]]) -> [u8; 32] {
        finished(*self.outer, &[&finished(*self.inner, message)])
    }
}

/// Combines every byte of the block with the pad.
fn pad(block: &mut [u8; BLOCK_BYTES], pad: u8) {
    for byte in block {
        *byte ^= pad;
    }
}

/// Returns the hash of one block, whose state is given, and the parts after it. The state is overwritten with the
/// hash, so that no copy of it is left.
fn finished(mut state: State, parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; BLOCK_BYTES];
    let mut filled = 0;
    let mut length = BLOCK_BYTES;
    for part in parts {
        let mut rest = *part;
        length += rest.len();
        while let Some((start, after)) = rest.split_at_checked(BLOCK_BYTES - filled) {
            block[filled..].copy_from_slice(start);
            compress256(&mut state, slice::from_ref(&block));
            (block, filled, rest) = ([0; BLOCK_BYTES], 0, after);
        }
        block[filled..filled + rest.len()].copy_from_slice(rest);
        filled += rest.len();
    }
    // The padding: one bit, zeros, and the length in bits.
    block[filled] = 0x80;
    if filled >= BLOCK_BYTES - LENGTH_BYTES {
        compress256(&mut state, slice::from_ref(&block));
        block = [0; BLOCK_BYTES];
    }
    block[BLOCK_BYTES - LENGTH_BYTES..].copy_from_slice(&(8 * length as u64).to_be_bytes());
    compress256(&mut state, slice::from_ref(&block));
    let mut hash = [0; 32];
    for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

#[cfg(all(test, feature = "explain"))]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    use super::HmacSha256;

    /// Compares messages of every length around a block's border, cut into two parts.
    #[test]
    fn hmac_equals_the_librarys_for_keys_and_messages_around_a_block() {
        let bytes: Vec<u8> = (0..=255).cycle().take(300).collect();
        for key_length in [0, 1, 16, 63, 64, 65, 200] {
            let key = &bytes[..key_length];
            for length in (0..140).chain([190, 191, 192, 193, 300]) {
                let message = &bytes[..length];
                let mut library = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
                library.update(message);
                let expected: [u8; 32] = library.finalize().into_bytes().into();
                let own = HmacSha256::new(key);
                for cut in [0, 1, length / 2, length].map(|cut| cut.min(length)) {
                    let (start, end) = message.split_at(cut);
                    assert_eq!(own.of(&[start, end]), expected, "{key_length}, {length}, {cut}");
                }
            }
        }
    }
}
