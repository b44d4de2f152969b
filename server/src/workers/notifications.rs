//! Sends the due notifications.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::time;

use crate::app_state::AppState;
use crate::ids::NotificationId;
use crate::mail::{Mailer, SendOutcome, address};
use crate::notifications::State;
use crate::notifications::queue::{self, Attempt, Claim, Timing};
use crate::store::StoreError;

/// The longest time until the queue is read again, because other instances fill it too.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The pause before a result is stored again after the database failed.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// How many notifications are read from the queue at once.
const BATCH: i64 = 100;

/// The results of the notifications that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Accepted mails.
    pub sent: u32,
    /// Notifications that were no longer needed.
    pub skipped: u32,
    /// Notifications that are retried later.
    pub deferred: u32,
    /// Notifications that were rejected permanently, or failed too often.
    pub failed: u32,
    /// Notifications whose outcome is unknown.
    pub doubtful: u32,
    /// Notifications to addresses that no mail server accepts.
    pub undeliverable: u32,
}

impl Done {
    fn count(&mut self, state: State) {
        match state {
            State::Sent => self.sent += 1,
            State::Skipped => self.skipped += 1,
            State::Waiting => self.deferred += 1,
            State::Failed => self.failed += 1,
            State::Doubtful => self.doubtful += 1,
            State::Undeliverable => self.undeliverable += 1,
            State::Sending | State::Forgotten => {}
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            skipped: self.skipped + other.skipped,
            deferred: self.deferred + other.deferred,
            failed: self.failed + other.failed,
            doubtful: self.doubtful + other.doubtful,
            undeliverable: self.undeliverable + other.undeliverable,
        }
    }
}

/// Sends the due notifications, and returns the results. Without a mail server, all wait.
///
/// # Errors
/// [`StoreError`]; claimed notifications then become doubtful when their lease expires.
pub async fn run_due(app: &AppState) -> Result<Done, StoreError> {
    let (_stop, stopped) = watch::channel(false);
    run(app, &stopped).await
}

async fn run(app: &AppState, stopped: &watch::Receiver<bool>) -> Result<Done, StoreError> {
    let Some(mailer) = &app.mailer else { return Ok(Done::default()) };
    let round = Round { app, mailer, stopped, ids: Mutex::default() };
    let now = app.clock.now();
    let expired = app.leases.expire(&app.store, mailer.lease(), now).await?;
    let done = Done { doubtful: u32::try_from(expired).unwrap_or(u32::MAX), ..Done::default() };
    // Four at a time: a slow mail must not delay the others, and a failing one must not stop them.
    let parts = tokio::join!(round.work(), round.work(), round.work(), round.work());
    Ok(done.and(parts.0?).and(parts.1?).and(parts.2?).and(parts.3?))
}

/// The notifications that several tasks send together.
struct Round<'app> {
    app: &'app AppState,
    mailer: &'app Mailer,
    stopped: &'app watch::Receiver<bool>,
    ids: Mutex<VecDeque<NotificationId>>,
}

impl Round<'_> {
    fn timing(&self) -> Timing {
        let AppState { clock, config, .. } = self.app;
        Timing { now: clock.now(), delay: config.notify_delay() }
    }

    /// Returns the next due notification. Sending one makes the next one of its conversation due, so the
    /// queue is read again when all entries are taken.
    async fn next(&self) -> Result<Option<NotificationId>, StoreError> {
        if *self.stopped.borrow() {
            return Ok(None);
        }
        let mut ids = self.ids.lock().await;
        if ids.is_empty() {
            *ids = queue::due(&self.app.store, self.timing(), BATCH).await?.into();
        }
        Ok(ids.pop_front())
    }

    async fn work(&self) -> Result<Done, StoreError> {
        let mut done = Done::default();
        while let Some(id) = self.next().await? {
            let domain = self.mailer.sender().domain();
            match queue::claim(&self.app.store, &id, self.timing(), domain).await? {
                Claim::HeldElsewhere => {}
                Claim::Settled(state) => done.count(state),
                Claim::Claimed(attempt) => {
                    let outcome = Box::pin(self.send(&attempt)).await;
                    done.count(self.settle(&attempt, &outcome).await?);
                }
            }
        }
        Ok(done)
    }

    async fn send(&self, attempt: &Attempt) -> SendOutcome {
        let sender = self.mailer.sender();
        let recipient = address(&attempt.email_message.to);
        let mail = attempt.email_message.composed(sender, self.app.clock.now());
        match (recipient, mail) {
            (Ok(recipient), Ok(mail)) => {
                self.mailer.send_mail(&recipient, &mail, &mut |_| {}).await
            }
            (Err(error), _) | (_, Err(error)) => error.into(),
        }
    }

    /// Stores the result, and retries while the database is unavailable: a known outcome must not be lost.
    async fn settle(&self, attempt: &Attempt, outcome: &SendOutcome) -> Result<State, StoreError> {
        let settled = time::timeout(self.mailer.settle_timeout(), async {
            loop {
                let now = self.app.clock.now();
                match queue::settle(&self.app.store, attempt, outcome, now).await {
                    Err(error) if error.is_transient() => {
                        tracing::warn!(%error, "could not store the outcome of a mail; it is tried again");
                        tokio::time::sleep(RETRY_DELAY).await;
                    }
                    settled => break settled,
                }
            }
        });
        let state = settled.await.unwrap_or(Ok(State::Doubtful))?;
        tracing::info!(notification = %attempt.id, state = state.as_str(), "mail");
        Ok(state)
    }
}

/// Sends due notifications until it is stopped.
pub(super) async fn run_queue(app: Arc<AppState>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = run(&app, &stopped).await {
            tracing::warn!(%error, "the database failed; mails wait");
        }
        let wait = until_due(&app).await;
        tokio::select! {
            _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn until_due(app: &AppState) -> Duration {
    if app.mailer.is_none() {
        return POLL_INTERVAL;
    }
    let next = queue::next_due(&app.store, app.config.notify_delay()).await;
    let Ok(Some(next)) = next else { return POLL_INTERVAL };
    let milliseconds = next.milliseconds().saturating_sub(app.clock.now().milliseconds());
    u64::try_from(milliseconds)
        .map_or(RETRY_DELAY, |left| Duration::from_millis(left.max(1)).min(POLL_INTERVAL))
}
