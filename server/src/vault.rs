//! Encrypts secrets at rest, and derives all other keys of the server.
//!
//! The operator sets one root key or several: the first encrypts; the others only decrypt older data. No root
//! key is used directly. Each use has its own key, derived with HKDF-SHA256 under a label, so that a text
//! that was made for one use is invalid for every other.

use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::ids::{DeskId, SecretId, is_id};
use crate::store::stored_as_text;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// What a desk uses a secret for. Each purpose has its own secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Verifying e-mail signatures.
    TicketCenter,
    /// Verifying link signatures.
    Portal,
    /// Verifying identity tokens.
    Identity,
}

impl Purpose {
    /// Returns the purpose's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TicketCenter => "ticket_center",
            Self::Portal => "portal",
            Self::Identity => "identity",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "ticket_center" => Some(Self::TicketCenter),
            "portal" => Some(Self::Portal),
            "identity" => Some(Self::Identity),
            _ => None,
        }
    }
}

stored_as_text!(Purpose, "purpose");

/// What a derived key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// Encrypting desks' secrets in the database.
    SecretsAtRest,
    /// Encrypting the hidden token of a portal's form.
    PortalForm,
    /// Signing in to the dashboard.
    Session,
}

impl KeyUse {
    /// The labels never change: the server must be able to decrypt what an older version encrypted.
    const fn label(self) -> &'static [u8] {
        match self {
            Self::SecretsAtRest => b"ticket-center/1/secrets-at-rest",
            Self::PortalForm => b"ticket-center/1/portal-form",
            Self::Session => b"ticket-center/1/session",
        }
    }
}

/// Why a key or an encrypted secret cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum VaultError {
    /// No key was given.
    #[error(
        "No encryption key is set. Generate one with `ticket-center key generate` and set it as ID:KEY in \
         keys or keys_file (TICKET_CENTER_KEYS or TICKET_CENTER_KEYS_FILE)."
    )]
    KeyMissing,
    /// A key is not `ID:KEY`.
    #[error(
        "A key in keys or keys_file is not written as ID:KEY. ID is a name of your choice; KEY is the 43 \
         characters that `ticket-center key generate` prints."
    )]
    KeyMalformed,
    /// Two keys have the same id.
    #[error("Two keys in keys or keys_file have the same id. Give each key its own id.")]
    KeyRepeated,
    /// The secret is encrypted with a key that is not in the keyring.
    #[error(
        "A secret is encrypted with the key {0:?}, which is not in keys or keys_file. Add that key again."
    )]
    KeyUnknown(String),
    /// The encrypted secret was changed, moved, or encrypted with another key of the same id.
    #[error(
        "A secret in the database cannot be decrypted: the secret or the key of its id was changed. Restore \
         the key, or issue a new secret."
    )]
    NotDecryptable,
    /// The operating system's random source cannot be read.
    #[error("The operating system's random source cannot be read.")]
    NoRandomness,
}

/// The root keys; the first one is current.
///
/// `Debug` shows only their ids. The keys are overwritten when the keyring is dropped.
///
/// ```
/// use ticket_center::vault::Keyring;
///
/// let key = Keyring::generate_key()?;
/// let shown = format!("{:?}", Keyring::parse(&format!("2026:{}", key.as_str()))?);
/// assert!(shown.contains("2026") && shown.contains("REDACTED") && !shown.contains(key.as_str()));
/// # Ok::<(), ticket_center::vault::VaultError>(())
/// ```
#[derive(Debug)]
pub struct Keyring(Vec<RootKey>);

#[derive(Debug)]
struct RootKey {
    id: String,
    bytes: SecretBox<[u8; KEY_BYTES]>,
}

/// Which secret an encrypted text belongs to: the associated data of its encryption.
#[derive(Clone, Copy, Debug)]
pub struct EncryptedFor<'id> {
    /// The desk.
    pub desk: &'id DeskId,
    /// What the desk uses the secret for.
    pub purpose: Purpose,
    /// The secret's id.
    pub secret: &'id SecretId,
}

/// An encrypted secret, as the database stores it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Encrypted {
    /// The id of the key that encrypted it.
    pub key_id: String,
    /// The nonce and the ciphertext in base64url.
    #[sqlx(rename = "sealed")]
    pub text: String,
}

impl Keyring {
    /// Reads `ID:KEY`, separated by commas, the current key first.
    ///
    /// # Errors
    /// [`VaultError::KeyMissing`], [`VaultError::KeyMalformed`], [`VaultError::KeyRepeated`].
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        if text.trim().is_empty() {
            return Err(VaultError::KeyMissing);
        }
        let keys = text.split(',').map(root_key).collect::<Result<Vec<_>, _>>()?;
        let is_repeated =
            |(index, key): (usize, &RootKey)| keys[..index].iter().any(|other| other.id == key.id);
        if keys.iter().enumerate().any(is_repeated) {
            return Err(VaultError::KeyRepeated);
        }
        Ok(Self(keys))
    }

    /// Generates a new key and returns it as text.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn generate_key() -> Result<Zeroizing<String>, VaultError> {
        let bytes = Zeroizing::new(random::<KEY_BYTES>()?);
        Ok(Zeroizing::new(Base64UrlUnpadded::encode_string(bytes.as_ref())))
    }

    /// Encrypts a secret with the current key.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn encrypt(&self, what: EncryptedFor<'_>, secret: &str) -> Result<Encrypted, VaultError> {
        let key = self.0.first().ok_or(VaultError::KeyMissing)?;
        let nonce = random::<NONCE_BYTES>()?;
        let associated = what.associated_data();
        let payload = Payload { msg: secret.as_bytes(), aad: &associated };
        let ciphertext = cipher(key, KeyUse::SecretsAtRest)
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::NotDecryptable)?;
        let text = Base64UrlUnpadded::encode_string(&[&nonce[..], &ciphertext].concat());
        Ok(Encrypted { key_id: key.id.clone(), text })
    }

    /// Decrypts a secret with the key whose id it contains.
    ///
    /// # Errors
    /// [`VaultError::KeyUnknown`]; [`VaultError::NotDecryptable`], also when the desk, purpose or secret id is
    /// another one.
    pub fn decrypt(
        &self,
        what: EncryptedFor<'_>,
        encrypted: &Encrypted,
    ) -> Result<Zeroizing<String>, VaultError> {
        let bytes = Base64UrlUnpadded::decode_vec(&encrypted.text)
            .map_err(|_| VaultError::NotDecryptable)?;
        let key = self.key(&encrypted.key_id)?;
        decrypted(key, KeyUse::SecretsAtRest, &what.associated_data(), &bytes)
    }

    fn key(&self, id: &str) -> Result<&RootKey, VaultError> {
        self.0.iter().find(|key| key.id == id).ok_or_else(|| VaultError::KeyUnknown(id.to_owned()))
    }

    /// Encrypts a text for a browser to keep, with the current key for this use. Only the same associated
    /// data can decrypt it.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn encrypt_text(
        &self,
        key_use: KeyUse,
        associated: &[u8],
        text: &str,
    ) -> Result<String, VaultError> {
        let key = self.0.first().ok_or(VaultError::KeyMissing)?;
        let nonce = random::<NONCE_BYTES>()?;
        let payload = Payload { msg: text.as_bytes(), aad: associated };
        let ciphertext = cipher(key, key_use)
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::NotDecryptable)?;
        let encrypted = Base64UrlUnpadded::encode_string(&[&nonce[..], &ciphertext].concat());
        Ok(format!("{}.{encrypted}", key.id))
    }

    /// Decrypts a text that a browser kept.
    ///
    /// # Errors
    /// [`VaultError::NotDecryptable`], [`VaultError::KeyUnknown`].
    pub fn decrypt_text(
        &self,
        key_use: KeyUse,
        associated: &[u8],
        encrypted: &str,
    ) -> Result<Zeroizing<String>, VaultError> {
        let (key_id, encrypted) = encrypted.split_once('.').ok_or(VaultError::NotDecryptable)?;
        let bytes =
            Base64UrlUnpadded::decode_vec(encrypted).map_err(|_| VaultError::NotDecryptable)?;
        decrypted(self.key(key_id)?, key_use, associated, &bytes)
    }

    /// Tells whether the current key encrypted the secret.
    pub fn is_current(&self, encrypted: &Encrypted) -> bool {
        self.0.first().is_some_and(|key| key.id == encrypted.key_id)
    }

    /// Returns the keys for a use, the current one first.
    pub fn derived(&self, key_use: KeyUse) -> impl Iterator<Item = Zeroizing<[u8; KEY_BYTES]>> {
        self.0.iter().map(move |key| derived(key, key_use))
    }
}

impl EncryptedFor<'_> {
    /// Zero bytes separate the parts; no part can contain one.
    fn associated_data(&self) -> Vec<u8> {
        let parts = [self.desk.as_str(), self.purpose.as_str(), self.secret.as_str()];
        parts.join("\0").into_bytes()
    }
}

fn root_key(text: &str) -> Result<RootKey, VaultError> {
    let (id, encoded) = text.trim().split_once(':').ok_or(VaultError::KeyMalformed)?;
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    let length = Base64UrlUnpadded::decode(encoded, bytes.as_mut())
        .map_err(|_| VaultError::KeyMalformed)?
        .len();
    let is_one_byte_repeated = bytes.iter().all(|byte| *byte == bytes[0]);
    if !is_id(id) || length != KEY_BYTES || is_one_byte_repeated {
        return Err(VaultError::KeyMalformed);
    }
    Ok(RootKey { id: id.to_owned(), bytes: SecretBox::init_with(|| *bytes) })
}

fn derived(key: &RootKey, key_use: KeyUse) -> Zeroizing<[u8; KEY_BYTES]> {
    let mut output = Zeroizing::new([0; KEY_BYTES]);
    Hkdf::<Sha256>::new(None, key.bytes.expose_secret())
        .expand(key_use.label(), output.as_mut())
        .expect("HKDF-SHA256 gives up to 8160 bytes (RFC 5869, section 2.3)");
    output
}

fn cipher(key: &RootKey, key_use: KeyUse) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&(*derived(key, key_use)).into())
}

/// Decrypts a ciphertext that follows its nonce.
fn decrypted(
    key: &RootKey,
    key_use: KeyUse,
    associated: &[u8],
    bytes: &[u8],
) -> Result<Zeroizing<String>, VaultError> {
    let (nonce, ciphertext) =
        bytes.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::NotDecryptable)?;
    let plaintext = cipher(key, key_use)
        .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: associated })
        .map(Zeroizing::new)
        .map_err(|_| VaultError::NotDecryptable)?;
    let text = std::str::from_utf8(&plaintext).map_err(|_| VaultError::NotDecryptable)?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| VaultError::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Encrypted, EncryptedFor, KeyUse, Keyring, Purpose, VaultError};
    use crate::ids::{DeskId, SecretId};

    const SECRET: &str = "example-secret-for-documentation";

    fn key(id: &str) -> String {
        let key = Keyring::generate_key().expect("there is randomness");
        format!("{id}:{}", key.as_str())
    }

    struct Owner {
        desk: DeskId,
        secret: SecretId,
    }

    impl Owner {
        fn new() -> Self {
            Self { desk: DeskId::generate(), secret: SecretId::generate() }
        }

        fn of(&self, purpose: Purpose) -> EncryptedFor<'_> {
            EncryptedFor { desk: &self.desk, purpose, secret: &self.secret }
        }
    }

    #[test]
    fn a_secret_can_be_decrypted_only_for_its_own_desk_purpose_and_id() {
        let keyring = Keyring::parse(&key("a")).expect("the key is good");
        let (owner, other) = (Owner::new(), Owner::new());
        let own = owner.of(Purpose::TicketCenter);
        let encrypted = keyring.encrypt(own, SECRET).expect("it is encrypted");
        assert_eq!(keyring.decrypt(own, &encrypted).expect("it is decrypted").as_str(), SECRET);
        let wrong = [
            owner.of(Purpose::Portal),
            owner.of(Purpose::Identity),
            EncryptedFor { desk: &other.desk, ..own },
            EncryptedFor { secret: &other.secret, ..own },
        ];
        for what in wrong {
            assert_eq!(keyring.decrypt(what, &encrypted), Err(VaultError::NotDecryptable));
        }
    }

    #[test]
    fn an_encrypted_secret_with_any_changed_character_cannot_be_decrypted() {
        let keyring = Keyring::parse(&key("a")).expect("the key is good");
        let owner = Owner::new();
        let own = owner.of(Purpose::Portal);
        let encrypted = keyring.encrypt(own, SECRET).expect("it is encrypted");
        for index in 0..encrypted.text.len() {
            let mut bytes = encrypted.text.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let text = String::from_utf8(bytes).expect("it is ASCII");
            let changed = Encrypted { text, ..encrypted.clone() };
            assert_eq!(
                keyring.decrypt(own, &changed),
                Err(VaultError::NotDecryptable),
                "at {index}"
            );
        }
    }

    #[test]
    fn the_same_secret_is_encrypted_differently_each_time() {
        let keyring = Keyring::parse(&key("a")).expect("the key is good");
        let owner = Owner::new();
        let own = owner.of(Purpose::Portal);
        assert_ne!(keyring.encrypt(own, SECRET), keyring.encrypt(own, SECRET));
    }

    #[test]
    fn an_older_key_decrypts_and_only_the_first_encrypts() {
        let (old, new) = (key("old"), key("new"));
        let owner = Owner::new();
        let own = owner.of(Purpose::Portal);
        let before = Keyring::parse(&old).expect("the key is good");
        let encrypted = before.encrypt(own, SECRET).expect("it is encrypted");
        let after = Keyring::parse(&format!("{new},{old}")).expect("the keys are good");
        assert_eq!(after.decrypt(own, &encrypted).expect("it is decrypted").as_str(), SECRET);
        assert!(!after.is_current(&encrypted));
        assert_eq!(after.encrypt(own, SECRET).expect("it is encrypted").key_id, "new");
        let without = Keyring::parse(&new).expect("the key is good");
        assert_eq!(without.decrypt(own, &encrypted), Err(VaultError::KeyUnknown("old".to_owned())));
    }

    #[test]
    fn another_key_with_the_same_id_cannot_decrypt() {
        let owner = Owner::new();
        let own = owner.of(Purpose::Portal);
        let encrypted = Keyring::parse(&key("a")).and_then(|keyring| keyring.encrypt(own, SECRET));
        let another = Keyring::parse(&key("a")).expect("the key is good");
        assert_eq!(
            another.decrypt(own, &encrypted.expect("it is encrypted")),
            Err(VaultError::NotDecryptable)
        );
    }

    #[test]
    fn each_use_has_its_own_key() {
        let keyring = Keyring::parse(&key("a")).expect("the key is good");
        let uses = [KeyUse::SecretsAtRest, KeyUse::PortalForm, KeyUse::Session];
        let keys: Vec<_> = uses.into_iter().flat_map(|use_| keyring.derived(use_)).collect();
        assert_eq!(keys.len(), 3);
        assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
    }

    #[test]
    fn an_encrypted_text_can_be_decrypted_only_for_its_own_use_and_associated_data() {
        let keyring = Keyring::parse(&key("a")).expect("the key is good");
        let encrypted =
            keyring.encrypt_text(KeyUse::Session, b"browser", "a text").expect("it is encrypted");
        let open =
            |key_use, associated: &[u8]| keyring.decrypt_text(key_use, associated, &encrypted);
        assert_eq!(open(KeyUse::Session, b"browser").expect("it is decrypted").as_str(), "a text");
        assert_eq!(open(KeyUse::PortalForm, b"browser"), Err(VaultError::NotDecryptable));
        assert_eq!(open(KeyUse::Session, b"another"), Err(VaultError::NotDecryptable));
        for changed in ["", "a.", &encrypted[1..], &encrypted[..encrypted.len() - 1]] {
            assert!(
                keyring.decrypt_text(KeyUse::Session, b"browser", changed).is_err(),
                "{changed}"
            );
        }
    }

    #[test]
    fn malformed_keys_are_rejected() {
        let good = key("a");
        let zeros = format!("a:{}", "A".repeat(43));
        let short = &good[..good.len() - 4];
        let no_id = &good[1..];
        let error_of = |text: &str| Keyring::parse(text).expect_err("it is no key");
        assert_eq!(error_of(""), VaultError::KeyMissing);
        assert_eq!(error_of(&format!("{good},{good}")), VaultError::KeyRepeated);
        for text in [&zeros, short, no_id, "a", "a:", "a:changeme", &format!("{good},")] {
            assert_eq!(error_of(text), VaultError::KeyMalformed);
        }
    }
}
