//! The state that all parts of a running server share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use deskseal::PortalHost;
use tokio::task::JoinHandle;

use crate::accounts;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::contacts::ContactLookup;
use crate::conversations;
use crate::customer_sessions;
use crate::limits::Limits;
use crate::mail::Mailer;
use crate::metrics::Metrics;
use crate::notifications::Leases;
use crate::open_desks::OpenDesks;
use crate::passwords::Passwords;
use crate::portal_hosts::PortalRoot;
use crate::sessions;
use crate::spent_tokens;
use crate::store::{Store, StoreError};
use crate::throttle;
use crate::tickets;
use crate::vault::Keyring;

/// How often the last uses of secrets are stored and idle rate limiters are removed.
const MAINTENANCE_INTERVAL: Duration = Duration::from_secs(10);

/// How often expired rows are deleted.
const CLEANUP_INTERVAL: Duration = Duration::from_hours(1);

/// The shared state of a running server.
#[derive(Debug)]
pub struct AppState {
    /// The configuration.
    pub config: Config,
    /// The host of the public URL.
    pub public_host: PortalHost,
    /// The host below which desks have their portals.
    pub portal_root: PortalRoot,
    /// The clock.
    pub clock: Clock,
    /// The database.
    pub store: Store,
    /// The keys that encrypt secrets.
    pub keyring: Arc<Keyring>,
    /// Looks up the desk and the contact of each signed call.
    pub contact_lookup: ContactLookup,
    /// The desks in memory.
    pub desks: OpenDesks,
    /// The rate limits.
    pub limits: Limits,
    /// The mail client; `None` without a mail server.
    pub mailer: Option<Mailer>,
    /// The leases of mails that other instances are sending.
    pub(crate) leases: Leases,
    /// Hashes and checks agents' passwords.
    pub passwords: Passwords,
    /// The metrics of this instance.
    pub metrics: Metrics,
    pub(crate) readiness: Readiness,
}

impl AppState {
    /// Creates the state. It must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// [`ConfigError::PublicUrl`], [`ConfigError::PortalUrl`], [`ConfigError::Mail`].
    pub fn new(
        config: Config,
        store: Store,
        keyring: Keyring,
        clock: Clock,
    ) -> Result<Arc<Self>, ConfigError> {
        let keyring = Arc::new(keyring);
        Ok(Arc::new(Self {
            public_host: config.public_host()?,
            portal_root: config.portal_root()?,
            contact_lookup: ContactLookup::start(&store),
            desks: OpenDesks::new(store.clone(), Arc::clone(&keyring), clock.clone()),
            limits: Limits::new(&config),
            mailer: config.mailer()?,
            leases: Leases::default(),
            passwords: Passwords::default(),
            metrics: Metrics::default(),
            readiness: Readiness::default(),
            config,
            clock,
            store,
            keyring,
        }))
    }

    /// Returns the address that mails come from, if there is a mail server.
    pub fn sender_address(&self) -> Option<String> {
        self.mailer.as_ref().map(|mailer| mailer.sender().to_string())
    }

    /// Spawns the periodic maintenance task. It runs until it is aborted.
    pub fn start_maintenance(self: &Arc<Self>) -> JoinHandle<()> {
        let app = Arc::clone(self);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(MAINTENANCE_INTERVAL);
            let mut cleaned_at = None;
            loop {
                ticks.tick().await;
                app.limits.remove_idle();
                if let Err(error) = app.desks.write_last_uses().await {
                    tracing::warn!(%error, "could not store when secrets were last used; it is \
                        tried again later");
                }
                if let Err(error) = app.delete_expired(&mut cleaned_at).await {
                    tracing::warn!(%error, "could not delete expired data; it is tried again later");
                }
            }
        })
    }

    /// Deletes ended sessions, expired links, forms and spent tokens, and full budgets, once an hour.
    async fn delete_expired(&self, cleaned_at: &mut Option<Instant>) -> Result<(), StoreError> {
        if cleaned_at.is_some_and(|at| at.elapsed() < CLEANUP_INTERVAL) {
            return Ok(());
        }
        *cleaned_at = Some(Instant::now());
        let now = self.clock.now();
        sessions::delete_ended(&self.store, now).await?;
        customer_sessions::delete_ended(&self.store, now).await?;
        spent_tokens::delete_expired(&self.store, now).await?;
        accounts::delete_expired(&self.store, now).await?;
        throttle::delete_full(&self.store, now).await?;
        tickets::delete_expired_forms(&self.store, now).await
    }

    /// Stores the values that are only in memory, and closes the database.
    ///
    /// # Errors
    /// [`StoreError`]; the database is closed nevertheless.
    pub async fn close(&self) -> Result<(), StoreError> {
        let written = self.desks.write_last_uses().await;
        self.store.close().await;
        written
    }
}

/// Migrates the database, and prepares older rows for the search.
///
/// # Errors
/// [`StoreError`].
pub async fn migrate(store: &Store) -> Result<(), StoreError> {
    store.migrate().await?;
    conversations::index_existing(store).await
}

/// Whether the last readiness check succeeded.
#[derive(Debug)]
pub(crate) struct Readiness(AtomicBool);

impl Default for Readiness {
    /// The server starts with an open database.
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

impl Readiness {
    /// Logs a change since the previous check.
    pub(crate) fn note(&self, is_ready: bool) {
        if self.0.swap(is_ready, Ordering::Relaxed) != is_ready {
            tracing::info!(is_ready, "the server's readiness has changed");
        }
    }
}
