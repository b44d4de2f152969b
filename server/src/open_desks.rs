//! Caches desks: their verifiers, and the last uses of their secrets.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deskseal::{PreviousSecret, VerifiedEmail, Verifier, VerifierOptions};
use sqlx::FromRow;

use crate::clock::{Clock, Moment};
use crate::desks::allowed_domains;
use crate::ids::{DeskId, SecretId};
use crate::origin::AllowedDomains;
use crate::secrets::{self, ActiveSecret, Purpose, SecretError};
use crate::store::{Flag, Store, StoreError};
use crate::vault::Keyring;

/// A desk at one revision, with its secrets decrypted.
#[derive(Debug)]
pub struct OpenDesk {
    /// The name.
    pub name: String,
    /// The domains whose pages may embed the Ticket Center.
    pub allowed_domains: AllowedDomains,
    /// Whether signatures of addresses as typed are accepted too.
    pub accepts_as_typed: bool,
    ticket_center: Option<SealKeys>,
    portal: Option<SealKeys>,
}

impl OpenDesk {
    /// Returns the verifier for the purpose; `None` if the desk has no secret for it yet.
    pub const fn keys(&self, purpose: Purpose) -> Option<&SealKeys> {
        match purpose {
            Purpose::TicketCenter => self.ticket_center.as_ref(),
            Purpose::Portal => self.portal.as_ref(),
        }
    }
}

/// A verifier that records when its secrets are used.
#[derive(Debug)]
pub struct SealKeys {
    verifier: Verifier,
    last_uses: Vec<Arc<AtomicI64>>,
}

impl SealKeys {
    /// Verifies an e-mail signature, also over the address as typed if the desk accepts that.
    ///
    /// # Errors
    /// As [`Verifier::verify_email`].
    pub fn verify_email(
        &self,
        email: &str,
        signature: &str,
        accepts_as_typed: bool,
        now: Moment,
    ) -> Result<VerifiedEmail, deskseal::Error> {
        let seconds = now.unix_seconds();
        let verified = if accepts_as_typed {
            self.verifier.verify_email_as_typed(email, signature, seconds)?
        } else {
            self.verifier.verify_email(email, signature, seconds)?
        };
        self.mark_used(verified.secret_index, now);
        Ok(verified)
    }

    /// Returns the verifier, for links and for explanations.
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Records that a signature with the secret of this index was valid.
    pub fn mark_used(&self, secret_index: usize, now: Moment) {
        if let Some(last_use) = self.last_uses.get(secret_index) {
            last_use.fetch_max(now.milliseconds(), Ordering::Relaxed);
        }
    }
}

#[derive(FromRow)]
struct DeskRow {
    name: String,
    #[sqlx(try_from = "Flag")]
    accepts_as_typed: bool,
}

/// The cached desks, each at the revision at which it was read.
///
/// A desk is used only at the revision that the database has just returned: see
/// [`ContactLookup`](crate::contacts::ContactLookup).
#[derive(Debug)]
pub struct OpenDesks {
    store: Store,
    keyring: Arc<Keyring>,
    clock: Clock,
    by_id: Mutex<HashMap<DeskId, (String, Arc<OpenDesk>)>>,
    last_uses: Mutex<HashMap<SecretId, Arc<AtomicI64>>>,
}

impl OpenDesks {
    /// Returns an empty cache.
    pub fn new(store: Store, keyring: Arc<Keyring>, clock: Clock) -> Self {
        let (by_id, last_uses) = (Mutex::default(), Mutex::default());
        Self { store, keyring, clock, by_id, last_uses }
    }

    /// Returns the desk at the revision that the database has just returned, or at a later one.
    ///
    /// # Errors
    /// [`SecretError::DeskUnknown`], [`SecretError::Vault`], [`SecretError::Store`].
    pub async fn at(&self, desk: &DeskId, revision: &str) -> Result<Arc<OpenDesk>, SecretError> {
        if let Some((known, open)) = lock(&self.by_id).get(desk)
            && known == revision
        {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(self.read(desk).await?);
        lock(&self.by_id).insert(desk.clone(), (revision.to_owned(), Arc::clone(&open)));
        Ok(open)
    }

    /// Stores the last uses of secrets that are not stored yet.
    ///
    /// # Errors
    /// [`StoreError`]; uses that could not be stored are kept for the next time.
    pub async fn write_last_uses(&self) -> Result<(), StoreError> {
        let taken: Vec<_> = lock(&self.last_uses)
            .iter()
            .map(|(id, last_use)| {
                (id.clone(), Arc::clone(last_use), last_use.swap(0, Ordering::Relaxed))
            })
            .filter(|(_, _, at)| *at != 0)
            .collect();
        if taken.is_empty() {
            return Ok(());
        }
        let written = self.write(&taken).await;
        if written.is_err() {
            for (_, last_use, at) in &taken {
                last_use.fetch_max(*at, Ordering::Relaxed);
            }
        }
        written
    }

    async fn write(&self, uses: &[(SecretId, Arc<AtomicI64>, i64)]) -> Result<(), StoreError> {
        let mut transaction = self.store.begin().await?;
        for (secret, _, at) in uses {
            sqlx::query(
                "UPDATE secrets SET last_used_at = $1 \
                 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)",
            )
            .bind(*at)
            .bind(secret.as_str())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn read(&self, desk: &DeskId) -> Result<OpenDesk, SecretError> {
        let row: DeskRow = sqlx::query_as("SELECT name, accepts_as_typed FROM desks WHERE id = $1")
            .bind(desk.as_str())
            .fetch_optional(self.store.readers())
            .await?
            .ok_or(SecretError::DeskUnknown)?;
        let (of_ticket_center, of_portal) =
            secrets::active(&self.store, &self.keyring, desk, self.clock.now())
                .await?
                .into_iter()
                .partition(|secret| secret.purpose == Purpose::TicketCenter);
        Ok(OpenDesk {
            name: row.name,
            allowed_domains: allowed_domains(&self.store, desk).await?,
            accepts_as_typed: row.accepts_as_typed,
            ticket_center: self.seal_keys(of_ticket_center)?,
            portal: self.seal_keys(of_portal)?,
        })
    }

    fn seal_keys(&self, secrets: Vec<ActiveSecret>) -> Result<Option<SealKeys>, SecretError> {
        let mut last_uses = Vec::with_capacity(secrets.len());
        let (mut current, mut previous) = (None, Vec::new());
        for live in secrets {
            last_uses.push(Arc::clone(lock(&self.last_uses).entry(live.id).or_default()));
            match live.expires_at {
                None => current = Some(live.secret),
                Some(expires_at) => previous.push(PreviousSecret::new(live.secret, expires_at)?),
            }
        }
        let options = VerifierOptions { previous, ..VerifierOptions::default() };
        Ok(current.map(|current| SealKeys { verifier: Verifier::new(current, options), last_uses }))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
