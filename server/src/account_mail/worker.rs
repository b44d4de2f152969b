//! Who works the queue off.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::queue::{self, MailState, Timing};
use crate::accounts::LinkToken;
use crate::center::Center;
use crate::notifications::{Ending, Mailer, address};
use crate::store::StoreError;

/// How often the queue is looked at: other instances fill it too.
const LOOK: Duration = Duration::from_secs(1);

/// Sends what is due, and returns how many mails the mail server took. Without a mail server all wait.
///
/// # Errors
/// [`StoreError`]; what was in hand then is doubtful after a while.
pub async fn run_due(center: &Center) -> Result<u32, StoreError> {
    let (_stop, stopped) = watch::channel(false);
    run(center, &stopped).await
}

/// Works the queue off until it is stopped.
pub(crate) async fn work_off(center: Arc<Center>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = run(&center, &stopped).await {
            tracing::warn!(%error, "mails with links wait for the database");
        }
        tokio::select! {
            _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn run(center: &Center, stopped: &watch::Receiver<bool>) -> Result<u32, StoreError> {
    let Some(mailer) = &center.mailer else { return Ok(0) };
    let timing = || Timing { now: center.clock.now(), lease: mailer.lease() };
    let mut sent = 0;
    for id in queue::due(&center.store, timing()).await? {
        if *stopped.borrow() {
            break;
        }
        let token = match LinkToken::generate() {
            Ok(token) => token,
            Err(error) => {
                tracing::error!(%error, "a link cannot be made");
                break;
            }
        };
        let Some(attempt) = queue::take(&center.store, &id, token, timing()).await? else {
            continue;
        };
        let ending = Box::pin(send(center, mailer, &attempt)).await;
        let state = queue::settle(&center.store, &attempt, &ending, center.clock.now()).await?;
        sent += u32::from(state == MailState::Sent);
        tracing::info!(mail = %id, is_sent = state == MailState::Sent, "mail with a link");
    }
    Ok(sent)
}

async fn send(center: &Center, mailer: &Mailer, attempt: &queue::Attempt) -> Ending {
    let letter = &attempt.letter;
    let mail = letter.composed(mailer.sender(), &center.config.public_url, center.clock.now());
    match (address(&letter.to), mail) {
        (Ok(recipient), Ok(mail)) => mailer.hand_over(&recipient, &mail).await,
        (Err(error), _) | (_, Err(error)) => error.into(),
    }
}
