//! Expires the leases of instances that stopped while they sent a notification.
//!
//! Instances do not compare clocks: each one measures the leases of the others by its own monotonic clock. A
//! lease that lasts longer than the longest possible attempt belongs to an instance that stopped. After a
//! restart the measurement begins again, so a lease expires at most that much later.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::Moment;
use crate::store::{Store, StoreError};

/// When this instance first saw each lease.
#[derive(Debug, Default)]
pub(crate) struct Leases(Mutex<HashMap<String, Instant>>);

impl Leases {
    /// Marks notifications whose lease has expired as doubtful, and returns their number.
    ///
    /// The lease stays in the row: if that attempt does end, its own result replaces the state.
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

    /// Records the current leases, forgets the others, and returns the expired ones.
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
    fn a_lease_that_has_ended_is_forgotten() {
        let leases = Leases::default();
        leases.seen(vec!["one".to_owned()], LONG);
        leases.seen(Vec::new(), LONG);
        assert!(leases.0.lock().expect("it is not poisoned").is_empty());
    }
}
