//! Caches desks: their verifiers, and the last uses of their secrets.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deskseal::{PreviousSecret, VerifiedEmail, VerifiedIdentity, Verifier, VerifierOptions};
use sqlx::FromRow;

use crate::clock::{Clock, Moment};
use crate::desks::{AcceptedProofs, allowed_domains};
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
    /// Which proofs of an identity are accepted.
    pub accepted_proofs: AcceptedProofs,
    ticket_center: Option<DeskVerifier>,
    portal: Option<DeskVerifier>,
    identity: Option<DeskVerifier>,
}

impl OpenDesk {
    /// Returns the verifier for the purpose; `None` if the desk has no secret for it yet.
    pub const fn verifier_for(&self, purpose: Purpose) -> Option<&DeskVerifier> {
        match purpose {
            Purpose::TicketCenter => self.ticket_center.as_ref(),
            Purpose::Portal => self.portal.as_ref(),
            Purpose::Identity => self.identity.as_ref(),
        }
    }
}

/// A verifier that records when its secrets are used.
#[derive(Debug)]
pub struct DeskVerifier {
    verifier: Verifier,
    /// The ids of the secrets and their last uses, in the verifier's order.
    secrets: Vec<(SecretId, Arc<AtomicI64>)>,
}

impl DeskVerifier {
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

    /// Verifies an identity token, and returns the secret that signed it, too.
    ///
    /// # Errors
    /// As [`Verifier::verify_identity_token`].
    pub fn verify_identity_token(
        &self,
        audience: &str,
        token: &str,
        now: Moment,
    ) -> Result<(VerifiedIdentity, SecretId), deskseal::Error> {
        let verified = self.verifier.verify_identity_token(audience, token, now.unix_seconds())?;
        self.mark_used(verified.secret_index, now);
        let secret = self.secrets[verified.secret_index].0.clone();
        Ok((verified, secret))
    }

    /// Verifies the identity token of a link; `None` if the URL contains none.
    ///
    /// # Errors
    /// As [`Verifier::verify_token_link`].
    pub fn verify_token_link(
        &self,
        portal_host: &str,
        url: &str,
        now: Moment,
    ) -> Result<Option<VerifiedIdentity>, deskseal::Error> {
        let verified = self.verifier.verify_token_link(portal_host, url, now.unix_seconds())?;
        if let Some(verified) = &verified {
            self.mark_used(verified.secret_index, now);
        }
        Ok(verified)
    }

    /// Returns the verifier, for links with a link signature.
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Records that a signature with the secret of this index was valid.
    pub fn mark_used(&self, secret_index: usize, now: Moment) {
        if let Some((_, last_use)) = self.secrets.get(secret_index) {
            last_use.fetch_max(now.milliseconds(), Ordering::Relaxed);
        }
    }
}

#[derive(FromRow)]
struct DeskRow {
    name: String,
    #[sqlx(try_from = "Flag")]
    accepts_as_typed: bool,
    #[sqlx(try_from = "String")]
    accepted_proofs: AcceptedProofs,
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
    by_id: Mutex<HashMap<DeskId, CachedDesk>>,
    last_uses: Mutex<HashMap<SecretId, Arc<AtomicI64>>>,
}

/// A desk, and the revision at which it was read.
#[derive(Debug)]
struct CachedDesk {
    revision: String,
    desk: Arc<OpenDesk>,
}

/// A use of a secret that is not stored yet.
struct UnstoredUse {
    secret: SecretId,
    /// Where the moment is kept again if it cannot be stored.
    last_use: Arc<AtomicI64>,
    at: i64,
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
        if let Some(cached) = lock(&self.by_id).get(desk)
            && cached.revision == revision
        {
            return Ok(Arc::clone(&cached.desk));
        }
        let open = Arc::new(self.read(desk).await?);
        let cached = CachedDesk { revision: revision.to_owned(), desk: Arc::clone(&open) };
        lock(&self.by_id).insert(desk.clone(), cached);
        Ok(open)
    }

    /// Stores the last uses of secrets that are not stored yet.
    ///
    /// # Errors
    /// [`StoreError`]; uses that could not be stored are kept for the next time.
    pub async fn write_last_uses(&self) -> Result<(), StoreError> {
        let taken: Vec<_> = lock(&self.last_uses)
            .iter()
            .map(|(secret, last_use)| UnstoredUse {
                secret: secret.clone(),
                last_use: Arc::clone(last_use),
                at: last_use.swap(0, Ordering::Relaxed),
            })
            .filter(|unstored| unstored.at != 0)
            .collect();
        if taken.is_empty() {
            return Ok(());
        }
        let written = self.write(&taken).await;
        if written.is_err() {
            for unstored in &taken {
                unstored.last_use.fetch_max(unstored.at, Ordering::Relaxed);
            }
        }
        written
    }

    async fn write(&self, uses: &[UnstoredUse]) -> Result<(), StoreError> {
        let mut transaction = self.store.begin().await?;
        for UnstoredUse { secret, at, .. } in uses {
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
        let row: DeskRow = sqlx::query_as(
            "SELECT name, accepts_as_typed, accepted_proofs FROM desks WHERE id = $1",
        )
        .bind(desk.as_str())
        .fetch_optional(self.store.readers())
        .await?
        .ok_or(SecretError::DeskUnknown)?;
        let mut active =
            secrets::active(&self.store, &self.keyring, desk, self.clock.now()).await?;
        let mut verifier = |purpose| {
            self.desk_verifier(active.extract_if(.., |secret| secret.purpose == purpose).collect())
        };
        Ok(OpenDesk {
            name: row.name,
            allowed_domains: allowed_domains(&self.store, desk).await?,
            accepts_as_typed: row.accepts_as_typed,
            accepted_proofs: row.accepted_proofs,
            ticket_center: verifier(Purpose::TicketCenter)?,
            portal: verifier(Purpose::Portal)?,
            identity: verifier(Purpose::Identity)?,
        })
    }

    fn desk_verifier(
        &self,
        active: Vec<ActiveSecret>,
    ) -> Result<Option<DeskVerifier>, SecretError> {
        let mut secrets = Vec::with_capacity(active.len());
        let (mut current, mut previous) = (None, Vec::new());
        for live in active {
            let last_use = Arc::clone(lock(&self.last_uses).entry(live.id.clone()).or_default());
            secrets.push((live.id, last_use));
            match live.expires_at {
                None => current = Some(live.secret),
                Some(expires_at) => previous.push(PreviousSecret::new(live.secret, expires_at)?),
            }
        }
        let options = VerifierOptions { previous, ..VerifierOptions::default() };
        Ok(current
            .map(|current| DeskVerifier { verifier: Verifier::new(current, options), secrets }))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
