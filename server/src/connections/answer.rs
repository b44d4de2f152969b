//! The body of an answer, whose every byte keeps its request open until the system has it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;

use super::guest::OpenRequest;

/// What is handed to a stream of HTTP/2 at once.
///
/// A stream that is reset keeps what it was handed until its connection ends. So it is handed copies of small
/// parts, and the answer itself goes at once.
const PART: usize = 16 * 1024;

/// A body that belongs to an open request, and to a part of the memory for answers.
pub(super) struct HeldBody {
    body: Body,
    /// What is left of a piece that goes in parts.
    rest: Bytes,
    is_in_parts: bool,
    held: Arc<Held>,
}

struct Held {
    open: Arc<OpenRequest>,
    _memory: Option<OwnedSemaphorePermit>,
}

impl HeldBody {
    pub(super) fn new(
        body: Body,
        open: OpenRequest,
        memory: Option<OwnedSemaphorePermit>,
        is_in_parts: bool,
    ) -> Self {
        let held = Arc::new(Held { open: Arc::new(open), _memory: memory });
        Self { body, rest: Bytes::new(), is_in_parts, held }
    }

    fn next_part(&mut self) -> Frame<Bytes> {
        let part = self.rest.split_to(self.rest.len().min(PART));
        let part = Bytes::copy_from_slice(&part);
        Frame::data(Bytes::from_owner(Kept { bytes: part, _with: Arc::clone(&self.held.open) }))
    }
}

/// Bytes on their way to the client, and what is kept for as long.
struct Kept<T> {
    bytes: Bytes,
    _with: Arc<T>,
}

impl<T> AsRef<[u8]> for Kept<T> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl HttpBody for HeldBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let body = &mut *self;
        if !body.rest.is_empty() {
            return Poll::Ready(Some(Ok(body.next_part())));
        }
        Pin::new(&mut body.body).poll_frame(context).map_ok(|frame| match frame.into_data() {
            Ok(bytes) if body.is_in_parts => {
                body.rest = bytes;
                body.next_part()
            }
            Ok(bytes) => {
                Frame::data(Bytes::from_owner(Kept { bytes, _with: Arc::clone(&body.held) }))
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
