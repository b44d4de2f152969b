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
    /// Ends it. Returns whether that is new: what has to end soon may have to end at once later.
    pub(super) fn close(&self, end: End) -> bool {
        let mut known = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = known.is_none_or(|known| known < end);
        if is_new {
            *known = Some(end);
            self.closed.notify_one();
        }
        is_new
    }

    /// Returns why it has to end, if it has.
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
                // What is dropped unfinished is reset.
                _ = closer.closed() => {}
            }
        }));
    }
}

/// Returns what ends the stream of the task; `None` for a connection of HTTP/1.1.
pub(super) fn current() -> Option<Arc<Closer>> {
    STREAM.try_with(Arc::clone).ok()
}
