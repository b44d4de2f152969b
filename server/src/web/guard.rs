//! The limits of a router: rate limit, timeout, body size, and panics that become errors.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use super::{Client, Error};
use crate::app_state::AppState;

/// Renders an error in the format of a router.
type Render = fn(Error) -> Response;

#[derive(Clone)]
struct Guard {
    app: Arc<AppState>,
    render: Render,
}

/// Limits a router: how often a client may call, how long a request may take, and how large a body may be. Errors
/// and panics become what `render` returns. Handlers can extract the [`Client`].
pub(crate) fn guarded<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    app: &Arc<AppState>,
    max_bytes: usize,
    render: Render,
) -> Router<S> {
    let guard = Guard { app: Arc::clone(app), render };
    // One stack: axum boxes each layer and clones it for each call.
    router.layer(
        ServiceBuilder::new()
            .layer(CatchPanicLayer::custom(move |_| render(Error::Internal)))
            .layer(middleware::from_fn_with_state(guard, within_limits))
            .layer(DefaultBodyLimit::max(max_bytes)),
    )
}

async fn within_limits(
    State(Guard { app, render }): State<Guard>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = Client::of(&app.config, &request);
    if let Err(exceeded) = app.limits.count_call(client.address) {
        return render(exceeded.into());
    }
    request.extensions_mut().insert(client);
    match tokio::time::timeout(app.config.request_timeout(), next.run(request)).await {
        Ok(response) => response,
        Err(_) => render(Error::TimedOut),
    }
}
