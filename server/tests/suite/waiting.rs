//! Waits for a condition or a response, for a bounded time: a test that waits in vain fails.

use std::time::{Duration, Instant};

/// Far more than any of them takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// Waits until the condition is true. If it does not become true, the test fails and says what it has waited for.
pub(crate) async fn until(what: &str, mut is_true: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !Box::pin(is_true()).await {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::task::yield_now().await;
    }
}

/// Returns a client for which a response that never comes is an error.
pub(crate) fn client() -> reqwest::Client {
    client_builder().build().expect("it is a client")
}

/// Returns the builder of such a client, for more settings.
pub(crate) fn client_builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder().timeout(PATIENCE)
}
