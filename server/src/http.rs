//! The HTTP server: routes requests by host, and stops gracefully.

mod metrics_page;

use std::future::Future;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware;
use axum::response::IntoResponse as _;
use axum::routing::get;
use axum::{Json, Router};
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::api;
use crate::app_state::AppState;
use crate::connections::{self, ConnectionLimits};
use crate::dashboard;
use crate::embed;
use crate::portal;
use crate::web::{self, Error, JsonError, REQUEST_ID, guarded, observe, requested_host};

pub use metrics_page::serve_metrics;

/// How long browsers may cache the response of a preflight.
const PREFLIGHT_TIME: Duration = Duration::from_hours(2);

/// Returns the routes of all hosts: the public host, and the hosts of portals.
pub fn router(app: &Arc<AppState>) -> Router {
    let observe = middleware::from_fn_with_state(Arc::clone(app), observe);
    let public = public(app).layer(observe.clone());
    let portal = portal::router(app).layer(observe.clone());
    let public_host = app.public_host.clone();
    // Health checks reach the server by its address, so they work on every host.
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(web::readiness))
        .layer(observe)
        .with_state(Arc::clone(app))
        .fallback(move |request: Request| {
            let is_public = requested_host(&request).is_some_and(|host| host == public_host);
            let router = if is_public { public.clone() } else { portal.clone() };
            router.oneshot(request)
        })
}

/// Returns the routes of the public host.
fn public(app: &Arc<AppState>) -> Router {
    let (calls, document) = api::router().split_for_parts();
    let no_store = HeaderValue::from_static("no-store");
    let headers = ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, no_store))
        .layer(cors());
    let calls = calls.method_not_allowed_fallback(async || json(Error::MethodNotAllowed));
    let calls = guarded(calls, app, api::MAX_BYTES, |error| json(error).into_response());
    let document = get(async move || Json(document));
    Router::new()
        .merge(calls.layer(headers))
        .merge(embed::router())
        .merge(dashboard::router(app))
        .route("/api/openapi.json", document)
        .fallback(async || json(Error::NotFound))
        .with_state(Arc::clone(app))
}

fn json(error: Error) -> JsonError {
    error.into()
}

/// Serves requests until `stop` completes, then lets open requests end until the drain timeout.
///
/// # Errors
/// Those of the listener.
pub async fn serve(
    app: &Arc<AppState>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let stop = async {
        stop.await;
        tracing::info!("stopping");
    };
    let limits = ConnectionLimits::new(&app.config);
    let (metrics, drain) = (app.metrics.connections(), app.config.drain_timeout());
    connections::serve(listener, router(app), limits, metrics, stop, drain).await
}

/// Every page may call the API: the desk's list of domains decides, and the page can read the error. Browsers
/// send no cookie and no other credential along.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::POST])
        .allow_headers([header::CONTENT_TYPE])
        .expose_headers([header::RETRY_AFTER, REQUEST_ID])
        .max_age(PREFLIGHT_TIME)
        .vary([header::ORIGIN])
}
