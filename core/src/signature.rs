//! Signatures, and the keys that make them (SPEC 1.4, 5.3).

use std::fmt;

use base16ct::{lower, mixed};
use hmac::KeyInit;
use hmac::block_api::HmacCore;
use hmac::digest::Output;
use hmac::digest::block_api::{Buffer, FixedOutputCore, UpdateCore};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::error::{Error, ErrorCode};
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
    /// `signature_malformed` for anything else.
    pub fn parse(hex: &str) -> Result<Self, Error> {
        let mut bytes = [0; 32];
        match mixed::decode(hex, &mut bytes) {
            Ok(decoded) if decoded.len() == 32 => Ok(Self(bytes)),
            _ => Err(Error::new(
                ErrorCode::SignatureMalformed,
                "The signature is not 64 hexadecimal digits; pass it as the signer returned it, \
                 without prefix, blanks or another encoding.",
            )),
        }
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
        // One comparison for all: `subtle` hides each from the optimiser, which costs every time.
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

/// A secret with its HMAC state set up, so that each signature costs two compressions only.
pub(crate) struct Key {
    secret: Secret,
    mac: HmacSha256,
}

/// HMAC without the buffer that `Hmac` carries along and clears: a signature needs one only while it
/// is made.
type HmacSha256 = HmacCore<Sha256>;

impl Key {
    pub(crate) fn new(secret: Secret) -> Self {
        let mac = hmac_sha256(secret.as_bytes());
        Self { secret, mac }
    }

    pub(crate) const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Returns the signature of the link seal's message (SPEC 4.6).
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

    /// Returns the signature of the message's parts, put together.
    pub(crate) fn sign(&self, message: &[&[u8]]) -> Signature {
        let mut mac = self.mac.clone();
        let mut buffer = Buffer::<HmacSha256>::default();
        for part in message {
            buffer.digest_blocks(part, |blocks| mac.update_blocks(blocks));
        }
        let mut output = Output::<HmacSha256>::default();
        mac.finalize_fixed_core(&mut buffer, &mut output);
        Signature(output.into())
    }
}

fn hmac_sha256(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("HMAC takes keys of any length (RFC 2104, section 2)")
}
