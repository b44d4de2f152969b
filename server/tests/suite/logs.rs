//! Captures the server's log: JSON lines at the level `info`, as in production.

use std::io::{self, Write};
use std::sync::{LazyLock, Mutex, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

static CAPTURE: LazyLock<()> = LazyLock::new(|| {
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::INFO)
        .with_writer(Capture)
        .init();
});

/// Starts to capture what the server logs in every test.
pub(crate) fn capture() {
    LazyLock::force(&CAPTURE);
}

/// Returns the lines that were logged since then.
pub(crate) fn captured() -> String {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&lines).into_owned()
}

#[derive(Clone, Copy)]
struct Capture;

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Capture {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}
