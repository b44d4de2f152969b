//! The ways to make a digest of key and message: HMAC or a plain hash, and the hash function.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{FindingCode, Variant};

/// The number of hexadecimal digits of the longest digest, SHA-512's.
const MAX_DIGITS: usize = 128;

/// One way to make a digest of key and message.
#[derive(Clone, Copy)]
pub(super) struct Call {
    construction: Construction,
    hash: Hash,
}

type DigestOf = Box<dyn Fn(&[u8]) -> HexDigest>;

/// A call whose key is set up, and the number of 64-byte blocks that hashing a short message takes.
pub(super) struct PreparedCall {
    digest: DigestOf,
    pub(super) blocks: usize,
}

/// A digest in lowercase hexadecimal digits.
pub(super) struct HexDigest {
    digits: [u8; MAX_DIGITS],
    length: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Construction {
    Hmac,
    Swapped,
    SecretFirst,
    SecretLast,
    MessageAlone,
}

#[derive(Clone, Copy)]
enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

const CONSTRUCTIONS: [(Construction, Option<FindingCode>); 5] = [
    (Construction::Hmac, None),
    (Construction::Swapped, Some(FindingCode::KeyAndMessageSwapped)),
    (Construction::SecretFirst, Some(FindingCode::PlainHashSecretFirst)),
    (Construction::SecretLast, Some(FindingCode::PlainHashSecretLast)),
    (Construction::MessageAlone, Some(FindingCode::PlainHashWithoutSecret)),
];

const HASHES: [(Hash, Option<FindingCode>); 5] = [
    (Hash::Sha256, None),
    (Hash::Md5, Some(FindingCode::AlgorithmMd5)),
    (Hash::Sha1, Some(FindingCode::AlgorithmSha1)),
    (Hash::Sha384, Some(FindingCode::AlgorithmSha384)),
    (Hash::Sha512, Some(FindingCode::AlgorithmSha512)),
];

/// Returns every call, starting with HMAC-SHA256 as specified.
pub(super) fn variants() -> Vec<Variant<Call>> {
    let mut variants = Vec::with_capacity(CONSTRUCTIONS.len() * HASHES.len());
    for (construction, construction_code) in CONSTRUCTIONS {
        for (hash, hash_code) in HASHES {
            let deviations: Vec<_> = construction_code.into_iter().chain(hash_code).collect();
            variants.push(Variant::new(Call { construction, hash }, deviations));
        }
    }
    variants
}

impl Call {
    /// Sets up the key once for all messages.
    pub(super) fn prepare(self, key: &[u8]) -> PreparedCall {
        let digest = match self.hash {
            Hash::Md5 => self.prepared::<Md5, Hmac<Md5>>(key),
            Hash::Sha1 => self.prepared::<Sha1, Hmac<Sha1>>(key),
            Hash::Sha256 => self.prepared::<Sha256, Hmac<Sha256>>(key),
            Hash::Sha384 => self.prepared::<Sha384, Hmac<Sha384>>(key),
            Hash::Sha512 => self.prepared::<Sha512, Hmac<Sha512>>(key),
        };
        let by_construction = match self.construction {
            Construction::Hmac => 2,
            Construction::Swapped => 4 + key.len() / 64,
            Construction::SecretFirst | Construction::SecretLast => 1 + key.len() / 64,
            Construction::MessageAlone => 1,
        };
        // Processors have instructions for SHA-256; the other hashes take several times as long.
        let blocks = match self.hash {
            Hash::Sha256 => by_construction,
            Hash::Md5 | Hash::Sha1 | Hash::Sha384 | Hash::Sha512 => 4 * by_construction,
        };
        PreparedCall { digest, blocks }
    }

    fn prepared<D: Digest, M: Mac + KeyInit + Clone + 'static>(self, key: &[u8]) -> DigestOf {
        if self.construction == Construction::Hmac {
            let mac = keyed::<M>(key);
            return Box::new(move |message| HexDigest::of_mac(mac.clone(), message));
        }
        let key = zeroize::Zeroizing::new(key.to_vec());
        let construction = self.construction;
        Box::new(move |message| match construction {
            Construction::Hmac | Construction::Swapped => {
                HexDigest::of_mac(keyed::<M>(message), &key)
            }
            Construction::SecretFirst => HexDigest::of_hash::<D>(&[&key, message]),
            Construction::SecretLast => HexDigest::of_hash::<D>(&[message, &key]),
            Construction::MessageAlone => HexDigest::of_hash::<D>(&[message]),
        })
    }
}

impl PreparedCall {
    pub(super) fn digest(&self, message: &[u8]) -> HexDigest {
        (self.digest)(message)
    }
}

impl HexDigest {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.digits[..self.length]
    }

    fn new(bytes: &[u8]) -> Self {
        let mut digits = [0; MAX_DIGITS];
        let length = base16ct::lower::encode(bytes, &mut digits).map_or(0, <[u8]>::len);
        Self { digits, length }
    }

    fn of_mac(mac: impl Mac, message: &[u8]) -> Self {
        Self::new(&mac.chain_update(message).finalize().into_bytes())
    }

    fn of_hash<D: Digest>(parts: &[&[u8]]) -> Self {
        Self::new(&parts.iter().fold(D::new(), D::chain_update).finalize())
    }
}

fn keyed<M: Mac + KeyInit>(key: &[u8]) -> M {
    <M as KeyInit>::new_from_slice(key)
        .expect("HMAC takes keys of any length (RFC 2104, section 2)")
}
