//! A response body that keeps its request open until the system has every byte.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;

use super::connection::OpenRequest;

/// The most bytes that an HTTP/2 stream gets at once.
///
/// A reset stream keeps its bytes until its connection ends. So it gets small copies, and a reset frees the
/// response itself at once.
const CHUNK: usize = 16 * 1024;

/// A body with its open request and its share of the memory for responses.
pub(super) struct TrackedBody {
    body: Body,
    /// The rest of a frame that is sent in chunks.
    rest: Bytes,
    is_chunked: bool,
    guard: Arc<Guard>,
}

struct Guard {
    open: Arc<OpenRequest>,
    _memory: Option<OwnedSemaphorePermit>,
}

impl TrackedBody {
    pub(super) fn new(
        body: Body,
        open: OpenRequest,
        memory: Option<OwnedSemaphorePermit>,
        is_chunked: bool,
    ) -> Self {
        let guard = Arc::new(Guard { open: Arc::new(open), _memory: memory });
        Self { body, rest: Bytes::new(), is_chunked, guard }
    }

    fn next_chunk(&mut self) -> Frame<Bytes> {
        let chunk = self.rest.split_to(self.rest.len().min(CHUNK));
        let chunk = Bytes::copy_from_slice(&chunk);
        Frame::data(Bytes::from_owner(Guarded {
            bytes: chunk,
            _with: Arc::clone(&self.guard.open),
        }))
    }
}

/// Bytes on their way to the client, and the guard that lives as long.
struct Guarded<T> {
    bytes: Bytes,
    _with: Arc<T>,
}

impl<T> AsRef<[u8]> for Guarded<T> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl HttpBody for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let body = &mut *self;
        if !body.rest.is_empty() {
            return Poll::Ready(Some(Ok(body.next_chunk())));
        }
        Pin::new(&mut body.body).poll_frame(context).map_ok(|frame| match frame.into_data() {
            Ok(bytes) if body.is_chunked => {
                body.rest = bytes;
                body.next_chunk()
            }
            Ok(bytes) => {
                Frame::data(Bytes::from_owner(Guarded { bytes, _with: Arc::clone(&body.guard) }))
            }
            Err(trailers) => trailers,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, of_body) = (self.rest.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(of_body.lower() + rest);
        if let Some(upper) = of_body.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}
