//! The handle that closes one request: an HTTP/1.1 connection or an HTTP/2 stream.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::rt::Executor;
use tokio::sync::Notify;

use super::connection::End;

tokio::task_local! {
    static STREAM: Arc<Closer>;
}

/// Closes the connection or stream that it belongs to.
#[derive(Debug, Default)]
pub(super) struct Closer {
    end: Mutex<Option<End>>,
    closed: Notify,
}

impl Closer {
    /// Requests the end. Returns whether that is new: an end that may wait can become an immediate one.
    pub(super) fn close(&self, end: End) -> bool {
        let mut known = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = known.is_none_or(|known| known < end);
        if is_new {
            *known = Some(end);
            self.closed.notify_one();
        }
        is_new
    }

    /// Returns why it must end; `None` if it need not.
    pub(super) fn end(&self) -> Option<End> {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it has to end. One task at a time may wait.
    pub(super) async fn closed(&self) -> End {
        loop {
            if let Some(end) = self.end() {
                return end;
            }
            self.closed.notified().await;
        }
    }

    /// Waits until it has to end at once. One task at a time may wait.
    pub(super) async fn closed_at_once(&self) {
        while !self.end().is_some_and(End::is_at_once) {
            self.closed.notified().await;
        }
    }
}

/// Spawns the streams of HTTP/2 so that each can be reset alone: other customers' requests may be on the
/// same connection of a proxy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Streams;

impl<F> Executor<F> for Streams
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let closer = Arc::<Closer>::default();
        tokio::spawn(STREAM.scope(Arc::clone(&closer), async move {
            tokio::select! {
                _ = stream => {}
                // hyper resets a stream that is dropped unfinished.
                _ = closer.closed() => {}
            }
        }));
    }
}

/// Returns the handle that ends the task's stream; `None` for an HTTP/1.1 connection.
pub(super) fn current() -> Option<Arc<Closer>> {
    STREAM.try_with(Arc::clone).ok()
}
