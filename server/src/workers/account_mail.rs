//! Sends the due mails that contain links.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::accounts::mail::queue::{self, Timing};
use crate::accounts::{LinkToken, MailState};
use crate::app_state::AppState;
use crate::mail::{Mailer, SendOutcome, address};
use crate::store::StoreError;

/// How often the queue is read, because other instances fill it too.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Sends the due mails, and returns how many the mail server accepted. Without a mail server, all wait.
///
/// # Errors
/// [`StoreError`]; claimed mails then become doubtful when their lease expires.
pub async fn run_due(app: &AppState) -> Result<u32, StoreError> {
    let (_stop, stopped) = watch::channel(false);
    run(app, &stopped).await
}

/// Sends mails from the queue until it is stopped.
pub(super) async fn run_queue(app: Arc<AppState>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = run(&app, &stopped).await {
            tracing::warn!(%error, "the database failed; invitations and recovery mails wait");
        }
        tokio::select! {
            _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
}

async fn run(app: &AppState, stopped: &watch::Receiver<bool>) -> Result<u32, StoreError> {
    let Some(mailer) = &app.mailer else { return Ok(0) };
    let timing = || Timing { now: app.clock.now(), lease: mailer.lease() };
    let mut sent = 0;
    for id in queue::due(&app.store, timing()).await? {
        if *stopped.borrow() {
            break;
        }
        let token = match LinkToken::generate() {
            Ok(token) => token,
            Err(error) => {
                tracing::error!(%error, "could not generate a link");
                break;
            }
        };
        let Some(attempt) = queue::claim(&app.store, &id, token, timing()).await? else {
            continue;
        };
        let outcome = Box::pin(send(app, mailer, &attempt)).await;
        let state = queue::settle(&app.store, &attempt, &outcome, app.clock.now()).await?;
        sent += u32::from(state == MailState::Sent);
        tracing::info!(mail = %id, is_sent = state == MailState::Sent, "invitation or recovery mail");
    }
    Ok(sent)
}

async fn send(app: &AppState, mailer: &Mailer, attempt: &queue::Attempt) -> SendOutcome {
    let email_message = &attempt.email_message;
    let mail = email_message.composed(mailer.sender(), &app.config.public_url, app.clock.now());
    match (address(&email_message.to), mail) {
        (Ok(recipient), Ok(mail)) => mailer.send_mail(&recipient, &mail, &mut |_| {}).await,
        (Err(error), _) | (_, Err(error)) => error.into(),
    }
}
