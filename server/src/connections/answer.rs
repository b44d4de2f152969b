//! The body of an answer, whose every byte keeps its request open until the system has it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use super::guest::OpenRequest;

/// A body that belongs to an open request.
pub(super) struct HeldBody {
    body: Body,
    open: Arc<OpenRequest>,
}

impl HeldBody {
    pub(super) fn new(body: Body, open: OpenRequest) -> Self {
        Self { body, open: Arc::new(open) }
    }
}

/// Bytes on their way to the client.
struct HeldBytes {
    bytes: Bytes,
    _open: Arc<OpenRequest>,
}

impl AsRef<[u8]> for HeldBytes {
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
        let frame = Pin::new(&mut self.body).poll_frame(context);
        frame.map_ok(|frame| {
            let open = &self.open;
            frame.map_data(|bytes| {
                Bytes::from_owner(HeldBytes { bytes, _open: Arc::clone(open) })
            })
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
