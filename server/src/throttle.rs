//! Limits how often a password can be tried and how often a mail with a link can be requested.
//!
//! The budgets are in the database, so that all instances count the same attempts. They make a client wait
//! and never lock an account: each client network has its own budget for an account, and a browser in which
//! the agent has signed in before has a budget that no other client can use up. There is no budget of an
//! account for all networks together: attackers could use it to lock an agent out, and a password of 12
//! characters cannot be guessed even from many addresses.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sqlx::AnyConnection;

use crate::clock::Moment;
use crate::store::{Store, StoreError, from_database_error};
use crate::vault::{KeyUse, Keyring};

/// How many attempts are possible at once, and the time until one more is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    capacity: i64,
    refill: i64,
}

impl Budget {
    /// Attempts at one account from one client network.
    pub const ACCOUNT_FROM_ADDRESS: Self = Self { capacity: 5, refill: 60_000 };
    /// Attempts at all accounts from one client network.
    pub const ADDRESS: Self = Self { capacity: 30, refill: 10_000 };
    /// Attempts at one account from a browser in which the agent has signed in before.
    pub const DEVICE: Self = Self { capacity: 10, refill: 30_000 };
    /// Invitations of one desk.
    pub const INVITATIONS: Self = Self { capacity: 30, refill: 2 * 60_000 };
    /// Invitations of one address to one desk.
    pub const INVITATIONS_OF_ADDRESS: Self = Self { capacity: 5, refill: 30 * 60_000 };
    /// Invitations of one address to all desks.
    pub const INVITATIONS_EVERYWHERE: Self = Self { capacity: 10, refill: 30 * 60_000 };
    /// Recovery mails to one address.
    pub const RECOVERIES: Self = Self { capacity: 3, refill: 20 * 60_000 };
    /// Recovery mails requested from one client network.
    pub const RECOVERIES_FROM_ADDRESS: Self = Self { capacity: 10, refill: 60_000 };
    /// Attempts of a signed-in agent at confirming the password.
    pub const CONFIRMATION: Self = Self { capacity: 10, refill: 30_000 };
}

/// The key of a budget: a keyed hash, which contains no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

/// A budget, and the key that it is counted under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedBudget {
    /// The key.
    pub key: Key,
    /// The budget.
    pub budget: Budget,
}

/// Returns the key for the parts: a keyed hash, from which no address can be read.
pub(crate) fn key(keyring: &Keyring, parts: &[&str]) -> Key {
    let secret = keyring.derived(KeyUse::Session).next();
    let secret = secret.as_ref().map_or(&[][..], |secret| &secret[..]);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    Key(Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes()))
}

/// Why an attempt is not made.
#[derive(Debug, thiserror::Error)]
pub enum ThrottleError {
    /// There were too many attempts; the seconds to wait.
    #[error("Too many attempts. Wait {0} seconds.")]
    Wait(u64),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_database_error!(ThrottleError);

/// Takes an attempt from each of the budgets, or from none.
///
/// # Errors
/// [`ThrottleError`].
pub async fn take(
    store: &Store,
    budgets: &[KeyedBudget],
    now: Moment,
) -> Result<(), ThrottleError> {
    let mut transaction = store.begin().await?;
    for KeyedBudget { key, budget } in budgets {
        take_one(&mut transaction, key, *budget, now.milliseconds()).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Restores the full budget after the right password.
///
/// # Errors
/// [`StoreError`].
pub async fn restore(store: &Store, Key(key): &Key) -> Result<(), StoreError> {
    let statement = sqlx::query("DELETE FROM throttles WHERE throttle_key = $1").bind(key);
    store.execute(statement).await?;
    Ok(())
}

/// Deletes the budgets that are full.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_full(store: &Store, now: Moment) -> Result<(), StoreError> {
    let statement = sqlx::query("DELETE FROM throttles WHERE whole_at <= $1").bind(now);
    store.execute(statement).await?;
    Ok(())
}

/// Takes one attempt by the generic cell rate algorithm: it moves the moment at which the budget is full
/// again.
async fn take_one(
    connection: &mut AnyConnection,
    Key(key): &Key,
    budget: Budget,
    now: i64,
) -> Result<(), ThrottleError> {
    let latest_before = now + (budget.capacity - 1) * budget.refill;
    let latest = now + budget.capacity * budget.refill;
    // A moment beyond the latest possible one was stored before the clock was set back.
    let taken = sqlx::query(
        "INSERT INTO throttles (throttle_key, whole_at) VALUES ($1, $2) \
         ON CONFLICT (throttle_key) DO UPDATE SET whole_at = $3 + \
         CASE WHEN throttles.whole_at > $4 AND throttles.whole_at <= $5 \
         THEN throttles.whole_at ELSE $4 END \
         WHERE throttles.whole_at <= $6 OR throttles.whole_at > $5",
    )
    .bind(key)
    .bind(now + budget.refill)
    .bind(budget.refill)
    .bind(now)
    .bind(latest)
    .bind(latest_before)
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if taken == 1 {
        return Ok(());
    }
    let whole_at: i64 =
        sqlx::query_scalar("SELECT whole_at FROM throttles WHERE throttle_key = $1")
            .bind(key)
            .fetch_one(connection)
            .await?;
    let wait = (whole_at - latest_before).max(1);
    Err(ThrottleError::Wait(wait.unsigned_abs().div_ceil(1000)))
}
