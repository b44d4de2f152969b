//! Checks and hashes agents' passwords: they must be hard to guess, and are hashed with argon2id.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error as HashError, PasswordHasher as _, PasswordVerifier as _};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

/// The shortest password, in characters.
pub const MIN_CHARACTERS: usize = 12;

/// The longest password, in bytes. Hashing a longer one would only take longer.
const MAX_BYTES: usize = 1000;

/// How many characters of a password are estimated. The work grows faster than the length, especially for
/// passwords with many digits and symbols in place of letters.
const MAX_ESTIMATED: usize = 40;

/// How many words about a person are tried as parts of their password.
const MAX_KNOWN: usize = 100;

/// The shortest word that is tried; a shorter one says little about a person.
const MIN_KNOWN: usize = 3;

/// Words that every attacker of this product knows.
const PRODUCT: [&str; 3] = ["Ticket Center", "ticketcenter", "Deskseal"];

/// The random bytes of a generated password: 120 bits.
const GENERATED_BYTES: usize = 15;

/// The hash that is checked when the account does not exist. It is the hash of no password.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdC4uLg$\
                       AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The capacity of the queue for each password that is hashed at the same time.
const QUEUE_PER_PERMIT: usize = 16;

/// Why a password cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// It has fewer than 12 characters.
    #[error(
        "The password must have at least 12 characters. A few words in a row are easy to remember."
    )]
    TooShort,
    /// It has more than 1000 bytes.
    #[error("The password must have at most 1000 bytes. Choose a shorter one.")]
    TooLong,
    /// It is one of the first passwords that attackers guess. The text says why, and what to do.
    #[error("This password is easy to guess. {0}")]
    Guessable(String),
    /// The queue of passwords to hash is full.
    #[error("Too many sign-ins at the moment. Try again in a few seconds.")]
    Busy,
    /// The hash could not be computed or read.
    #[error("The password could not be hashed or checked: {0}")]
    Failed(HashError),
}

/// What others know about a person and try first when they guess the password.
#[derive(Clone, Debug)]
pub struct Known(Vec<String>);

impl Known {
    /// Takes texts about the person (an address, a name, a desk's name) and the words in each of them.
    pub fn new<'text>(texts: impl IntoIterator<Item = &'text str>) -> Self {
        let words = |text: &'text str| {
            let words = text.split(|character: char| !character.is_alphanumeric());
            std::iter::once(text).chain(words)
        };
        let known = PRODUCT.into_iter().chain(texts).flat_map(words);
        let is_long = |word: &&str| word.chars().count() >= MIN_KNOWN;
        let shortened = |word: &str| word.chars().take(MAX_ESTIMATED).collect();
        Self(known.filter(is_long).take(MAX_KNOWN).map(shortened).collect())
    }
}

/// A password that an agent chose. `Debug` does not print it; it is overwritten when it is dropped.
#[derive(Debug)]
pub struct Password(SecretString);

impl Password {
    /// Accepts a password of 12 characters to 1000 bytes that is hard to guess even with the known words.
    ///
    /// # Errors
    /// [`PasswordError::TooShort`], [`PasswordError::TooLong`], [`PasswordError::Guessable`].
    pub fn parse(text: &str, known: &Known) -> Result<Self, PasswordError> {
        if text.chars().count() < MIN_CHARACTERS {
            return Err(PasswordError::TooShort);
        }
        if text.len() > MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        let estimated: Zeroizing<String> =
            text.chars().take(MAX_ESTIMATED).collect::<String>().into();
        let known: Vec<_> = known.0.iter().map(String::as_str).collect();
        let estimate = zxcvbn(&estimated, &known);
        if estimate.score() < Score::Three {
            let reason = estimate.feedback().map(ToString::to_string).unwrap_or_default();
            return Err(PasswordError::Guessable(reason.trim().to_owned()));
        }
        Ok(Self(text.into()))
    }

    /// Returns a password of 20 random characters.
    ///
    /// # Errors
    /// [`PasswordError::Failed`] where the operating system's random source cannot be read.
    pub fn generate() -> Result<Self, PasswordError> {
        let mut bytes = Zeroizing::new([0; GENERATED_BYTES]);
        getrandom::fill(bytes.as_mut())
            .map_err(|_| PasswordError::Failed(HashError::RngFailure))?;
        Ok(Self(Base64UrlUnpadded::encode_string(bytes.as_ref()).into()))
    }

    /// Returns the password, to be shown once.
    pub fn shown(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A password hash as the database stores it: argon2id in PHC format.
#[derive(Clone, Debug)]
pub struct HashedPassword(SecretString);

impl HashedPassword {
    /// Returns the text for the database.
    pub(crate) fn as_str(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for HashedPassword {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl PartialEq for HashedPassword {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

/// Hashes and checks passwords with OWASP's parameters for argon2id (19 MiB, two passes). At most half of the
/// processors hash at the same time, so that many sign-ins cannot use up the other half.
#[derive(Clone, Debug)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    queue_capacity: usize,
    checks: Arc<AtomicUsize>,
}

impl Default for Passwords {
    fn default() -> Self {
        let permits = available_parallelism().map_or(1, |processors| processors.get().div_ceil(2));
        Self {
            permits: Arc::new(Semaphore::new(permits)),
            waiting: Arc::default(),
            queue_capacity: permits * QUEUE_PER_PERMIT,
            checks: Arc::default(),
        }
    }
}

impl Passwords {
    /// Hashes the password.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], [`PasswordError::Failed`].
    pub async fn hash(&self, password: &Password) -> Result<HashedPassword, PasswordError> {
        let permit = self.permit().await?;
        let text = password.0.clone();
        run_blocking(permit, move || hash(text.expose_secret())).await
    }

    /// Checks a new password as [`Password::parse`] does, and returns its hash.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn choose(&self, text: &str, known: Known) -> Result<HashedPassword, PasswordError> {
        let permit = self.permit().await?;
        let text = Zeroizing::new(text.to_owned());
        run_blocking(permit, move || hash(Password::parse(&text, &known)?.shown())).await
    }

    /// Tells whether the password is right. Without a hash, as for an unknown account, it does the same work
    /// and returns false.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], [`PasswordError::Failed`].
    pub async fn is_right(
        &self,
        given: &str,
        hashed: Option<&HashedPassword>,
    ) -> Result<bool, PasswordError> {
        let permit = self.permit().await?;
        self.checks.fetch_add(1, Ordering::Relaxed);
        // No accepted password is longer, so a cut one still differs from all of them.
        let given = Zeroizing::new(given.chars().take(MAX_BYTES + 1).collect::<String>());
        let account_exists = hashed.is_some();
        let hashed =
            hashed.map_or_else(|| HashedPassword::from(DUMMY_HASH.to_owned()), Clone::clone);
        let is_right = run_blocking(permit, move || is_right(&given, &hashed)).await?;
        Ok(is_right && account_exists)
    }

    /// Returns how many passwords were checked, for all accounts together.
    pub fn checks(&self) -> usize {
        self.checks.load(Ordering::Relaxed)
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, PasswordError> {
        let _slot =
            QueueSlot::enter(&self.waiting, self.queue_capacity).ok_or(PasswordError::Busy)?;
        Arc::clone(&self.permits).acquire_owned().await.map_err(|_| PasswordError::Busy)
    }
}

/// A slot in the queue. Dropping it frees the slot, also when the client has disconnected.
struct QueueSlot<'count>(&'count AtomicUsize);

impl<'count> QueueSlot<'count> {
    fn enter(waiting: &'count AtomicUsize, most: usize) -> Option<Self> {
        let slot = Self(waiting);
        (waiting.fetch_add(1, Ordering::SeqCst) < most).then_some(slot)
    }
}

impl Drop for QueueSlot<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Runs the work on a thread that may block. The permit is released when the work ends, even if the caller no
/// longer waits for it.
async fn run_blocking<T: Send + 'static>(
    permit: OwnedSemaphorePermit,
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T, PasswordError> {
    let worked = spawn_blocking(move || {
        let result = work();
        drop(permit);
        result
    });
    worked.await.unwrap_or(Err(PasswordError::Failed(HashError::Internal)))
}

fn hash(text: &str) -> Result<HashedPassword, PasswordError> {
    let hash: PasswordHash =
        Argon2::default().hash_password(text.as_bytes()).map_err(PasswordError::Failed)?;
    Ok(HashedPassword::from(hash.to_string()))
}

fn is_right(text: &str, hashed: &HashedPassword) -> Result<bool, PasswordError> {
    let hash = PasswordHash::new(hashed.as_str())
        .map_err(|_| PasswordError::Failed(HashError::EncodingInvalid))?;
    match Argon2::default().verify_password(text.as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(error) => Err(PasswordError::Failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::{Known, Password, PasswordError, Passwords, QueueSlot};

    fn parse(text: &str) -> Result<Password, PasswordError> {
        Password::parse(text, &Known::new(["ada.king@example.com", "Ada King", "Analytical Desk"]))
    }

    #[test]
    fn a_password_has_a_length_within_limits() {
        assert!(matches!(parse("ünter zwölf"), Err(PasswordError::TooShort)));
        assert!(matches!(parse(&"ab".repeat(501)), Err(PasswordError::TooLong)));
        for good in ["correct horse battery", " leading and trailing ", "über zwölfzig"] {
            assert_eq!(parse(good).expect("it is good").shown(), good);
        }
    }

    #[test]
    fn a_guessable_password_is_rejected_with_the_reason() {
        for (text, reason) in [
            ("123456789012", "Avoid"),
            ("passwordpassword", "Repeats like"),
            ("aaaaaaaaaaaa", "Repeats like \"aaa\""),
            ("qwertyuiop[]", "easy to guess"),
            ("Password12345", "Add another word"),
            ("ada.king@example.com", "Add another word"),
            ("Ada King 1815", "Add another word"),
            ("Analytical Desk", "Add another word"),
            ("Ticket Center1", "Add another word"),
        ] {
            let error = parse(text).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.starts_with("This password is easy to guess. "), "{text}: {error}");
            assert!(error.contains(reason) && !error.contains(text), "{text}: {error}");
        }
    }

    #[test]
    fn only_the_beginning_of_a_long_password_is_estimated() {
        assert!(parse(&format!("{}{}", "a".repeat(40), "xkqvzjwp tmrb lonf")).is_err());
        assert!(parse(&format!("{}{}", "xkqvzjwp tmrb lonf", "a".repeat(900))).is_ok());
    }

    #[test]
    fn a_generated_password_is_strong_unique_and_hidden_in_debug_output() {
        let generate = || Password::generate().expect("there is randomness");
        let (one, other) = (generate(), generate());
        assert_ne!(one.shown(), other.shown());
        assert!(parse(one.shown()).is_ok());
        assert!(!format!("{one:?}").contains(one.shown()));
    }

    #[tokio::test]
    async fn only_the_same_password_is_right() {
        let passwords = Passwords::default();
        let password = parse("correct horse battery").expect("it is good");
        let hashed = passwords.hash(&password).await.expect("it is hashed");
        assert!(hashed.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let tried = [
            ("correct horse battery", true),
            ("correct horse battery ", false),
            ("Correct horse battery", false),
            ("", false),
        ];
        for (text, expected) in tried {
            let is_right = passwords.is_right(text, Some(&hashed)).await.expect("it is checked");
            assert_eq!(is_right, expected, "{text:?}");
        }
    }

    #[tokio::test]
    async fn an_unknown_account_takes_the_same_check() {
        let passwords = Passwords::default();
        assert!(!passwords.is_right("correct horse battery", None).await.expect("it is checked"));
        assert_eq!(passwords.checks(), 1);
    }

    #[test]
    fn the_queue_has_a_capacity_and_its_slots_become_free() {
        let waiting = AtomicUsize::new(0);
        let first = QueueSlot::enter(&waiting, 1);
        assert!(first.is_some() && QueueSlot::enter(&waiting, 1).is_none());
        drop(first);
        assert!(QueueSlot::enter(&waiting, 1).is_some());
    }
}
