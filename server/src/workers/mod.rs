//! Background tasks that send mail from the queues in the database.

pub mod account_mail;
pub mod notifications;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout as within;

use crate::app_state::AppState;

/// The tasks that send mail until they are stopped.
#[derive(Debug)]
pub struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Starts the tasks. It must be called inside a Tokio runtime.
    pub fn start(app: &Arc<AppState>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let accounts = account_mail::run_queue(Arc::clone(app), stopped.clone());
        let notifications = notifications::run_queue(Arc::clone(app), stopped);
        let task = tokio::spawn(async {
            tokio::join!(notifications, accounts);
        });
        Self { stop, task }
    }

    /// Returns a handle that stops the tasks from claiming more mails.
    pub fn stopper(&self) -> watch::Sender<bool> {
        self.stop.clone()
    }

    /// Lets claimed mails finish, for at most `timeout`. Unfinished ones become doubtful when their lease
    /// expires.
    pub async fn stop(self, timeout: Duration) {
        self.stop.send_replace(true);
        let mut task = self.task;
        if within(timeout, &mut task).await.is_err() {
            tracing::warn!("stopped before every mail was sent");
            task.abort();
        }
    }
}
