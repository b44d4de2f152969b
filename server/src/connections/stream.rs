//! What carries one request: a connection of HTTP/1.1, or a stream of HTTP/2.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use hyper::rt::Executor;
use tokio::sync::Notify;

use super::guest::End;

tokio::task_local! {
    static STREAM: Arc<Closer>;
}

/// Ends what it belongs to, once.
#[derive(Debug, Default)]
pub(super) struct Closer {
    end: OnceLock<End>,
    closed: Notify,
}

impl Closer {
    /// Ends it. Returns whether it had not been ended before.
    pub(super) fn close(&self, end: End) -> bool {
        let is_first = self.end.set(end).is_ok();
        if is_first {
            self.closed.notify_one();
        }
        is_first
    }

    /// Tells whether it has been ended.
    pub(super) fn is_closed(&self) -> bool {
        self.end.get().is_some()
    }

    /// Waits for its end. One task at a time may wait.
    pub(super) async fn closed(&self) -> End {
        loop {
            if let Some(end) = self.end.get() {
                return *end;
            }
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
