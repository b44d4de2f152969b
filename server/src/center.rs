//! What every part of a running server shares.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deskseal::PortalHost;
use tokio::task::JoinHandle;

use crate::accounts;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::desks::OpenDesks;
use crate::http::Readiness;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::notifications::{Leases, Mailer};
use crate::passwords::Passwords;
use crate::portal_hosts::PortalRoot;
use crate::sessions;
use crate::store::{Admissions, Store, StoreError};
use crate::throttle;
use crate::tickets;
use crate::vault::Keyring;

/// How often last uses are written down and quiet visitors forgotten.
const TIDYING: Duration = Duration::from_secs(10);

/// How often what is over is deleted.
const FORGETTING: Duration = Duration::from_hours(1);

/// A running server's shared parts.
#[derive(Debug)]
pub struct Center {
    /// The configuration.
    pub config: Config,
    /// The host of the public URL.
    pub public_host: PortalHost,
    /// Where desks have their portals.
    pub portal_root: PortalRoot,
    /// The time.
    pub clock: Clock,
    /// The database.
    pub store: Store,
    /// The keys.
    pub keyring: Arc<Keyring>,
    /// What every signed call has to know first.
    pub admissions: Admissions,
    /// The desks that were asked for.
    pub desks: OpenDesks,
    /// How much one may ask for.
    pub limits: Limits,
    /// Who hands mails over; without a mail server nobody.
    pub mailer: Option<Mailer>,
    /// Which mails other instances have in hand, and since when.
    pub(crate) leases: Leases,
    /// What checks agents' passwords.
    pub passwords: Passwords,
    /// What this instance counts.
    pub metrics: Metrics,
    pub(crate) readiness: Readiness,
}

impl Center {
    /// Puts the parts together. It must be called inside a Tokio runtime.
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
            admissions: Admissions::start(&store),
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
    pub fn mailer_address(&self) -> Option<String> {
        self.mailer.as_ref().map(|mailer| mailer.sender().to_string())
    }

    /// Starts what is done now and then. It runs until it is aborted.
    pub fn start_tidying(self: &Arc<Self>) -> JoinHandle<()> {
        let center = Arc::clone(self);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(TIDYING);
            let mut forgotten_at = None;
            loop {
                ticks.tick().await;
                center.limits.forget_the_quiet();
                if let Err(error) = center.desks.write_last_uses().await {
                    tracing::warn!(%error, "last uses of secrets are written later");
                }
                if let Err(error) = center.forget_the_past(&mut forgotten_at).await {
                    tracing::warn!(%error, "ended sessions are deleted later");
                }
            }
        })
    }

    /// Deletes sessions that have ended, links and forms that have expired, and budgets that are whole, once an hour.
    async fn forget_the_past(&self, forgotten_at: &mut Option<Instant>) -> Result<(), StoreError> {
        if forgotten_at.is_some_and(|at| at.elapsed() < FORGETTING) {
            return Ok(());
        }
        *forgotten_at = Some(Instant::now());
        let now = self.clock.now();
        sessions::forget_ended(&self.store, now).await?;
        accounts::forget_expired(&self.store, now).await?;
        throttle::forget_whole(&self.store, now).await?;
        tickets::forget_forms(&self.store, now).await
    }

    /// Writes down what is only in memory and closes the database.
    ///
    /// # Errors
    /// [`StoreError`]; the database is closed nevertheless.
    pub async fn close(&self) -> Result<(), StoreError> {
        let written = self.desks.write_last_uses().await;
        self.store.close().await;
        written
    }
}
