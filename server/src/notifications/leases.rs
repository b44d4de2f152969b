//! Expires the leases of instances that stopped while they sent a notification.
//!
//! Instances do not compare clocks: each one watches the leases of the others by its own, which only goes
//! forwards. A lease that is still there after longer than any attempt takes has lost its instance. After a
//! restart the watch begins anew, so giving up takes at most that long.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::Moment;
use crate::store::{Store, StoreError};

/// Since when this instance has seen which leases.
#[derive(Debug, Default)]
pub(crate) struct Leases(Mutex<HashMap<String, Instant>>);

impl Leases {
    /// Marks notifications as doubtful whose lease has expired, and returns how many.
    ///
    /// The lease stays: should that attempt end after all, it knows better.
    pub(crate) async fn expire(
        &self,
        store: &Store,
        lease: Duration,
        now: Moment,
    ) -> Result<u64, StoreError> {
        let held = sqlx::query_scalar(
            "SELECT lease FROM notifications WHERE state = 'sending' ORDER BY lease",
        )
        .fetch_all(store.readers())
        .await?;
        let expired = self.seen(held, lease);
        if expired.is_empty() {
            return Ok(0);
        }
        let mut transaction = store.begin().await?;
        let mut count = 0;
        for lease in expired {
            count += sqlx::query(
                "UPDATE notifications SET state = 'doubtful', changed_at = $1, \
                 reason = 'the server stopped while it was going out.' \
                 WHERE state = 'sending' AND lease = $2",
            )
            .bind(now)
            .bind(lease)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        }
        transaction.commit().await?;
        Ok(count)
    }

    /// Remembers the leases that are held now, forgets the others, and returns the expired ones.
    fn seen(&self, held: Vec<String>, lease: Duration) -> Vec<String> {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *since);
        let mut expired = Vec::new();
        for held in held {
            let first = before.get(&held).copied().unwrap_or_else(Instant::now);
            if first.elapsed() >= lease {
                expired.push(held.clone());
            }
            since.insert(held, first);
        }
        expired
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Leases;

    const LONG: Duration = Duration::from_hours(1);

    #[test]
    fn a_lease_expires_when_it_was_seen_for_long_enough() {
        let leases = Leases::default();
        let held = || vec!["one".to_owned(), "two".to_owned()];
        assert!(leases.seen(held(), LONG).is_empty());
        assert_eq!(leases.seen(held(), Duration::ZERO), held());
    }

    #[test]
    fn a_lease_that_is_gone_is_forgotten() {
        let leases = Leases::default();
        leases.seen(vec!["one".to_owned()], LONG);
        leases.seen(Vec::new(), LONG);
        assert!(leases.0.lock().expect("it is not poisoned").is_empty());
    }
}
