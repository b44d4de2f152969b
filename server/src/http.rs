//! How requests come in: by host, with an id, within limits; and how the server stops.

mod forwarded;
mod host;

use std::future::Future;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::api::{self, ApiError, ClientAddress};
use crate::app_state::AppState;
use crate::connections::{self, ConnectionLimits};
use crate::dashboard;
use crate::embed;
use crate::portal;
pub(crate) use forwarded::client_address;
pub(crate) use host::{requested_host, requested_origin};

/// How long browsers remember that a preflight passed.
const PREFLIGHT_TIME: Duration = Duration::from_hours(2);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Returns everything that the server answers: the public host, the hosts of portals, and nothing of one at
/// the other.
pub fn router(app: &Arc<AppState>) -> Router {
    let observed = middleware::from_fn_with_state(Arc::clone(app), observed);
    let public = public(app).layer(observed.clone());
    let portal = portal::router(app).layer(observed.clone());
    let public_host = app.public_host.clone();
    // Those who watch over an instance reach it by its address.
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(readiness))
        .layer(observed)
        .with_state(Arc::clone(app))
        .fallback(move |request: Request| {
            let is_public = requested_host(&request).is_some_and(|host| host == public_host);
            let router = if is_public { public.clone() } else { portal.clone() };
            router.oneshot(request)
        })
}

/// Returns what the public host answers.
fn public(app: &Arc<AppState>) -> Router {
    let (calls, document) = api::router().split_for_parts();
    // One stack, from the outside in: each layer of its own would be boxed, and cloned for each call.
    let layers = ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::overriding(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(cors())
        .layer(CatchPanicLayer::custom(|_| ApiError::internal().into_response()))
        .layer(middleware::from_fn_with_state(Arc::clone(app), within_limits))
        .layer(DefaultBodyLimit::max(api::MAX_BYTES));
    let calls =
        calls.method_not_allowed_fallback(async || ApiError::method_not_allowed()).layer(layers);
    let document = get(async move || Json(document));
    Router::new()
        .merge(calls)
        .merge(embed::router())
        .merge(dashboard::router(app))
        .route("/api/openapi.json", document)
        .fallback(async || ApiError::not_found())
        .with_state(Arc::clone(app))
}

/// Answers requests until `stop` is done, then lets running ones end for as long as configured.
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
    let bounds = (ConnectionLimits::new(&app.config), app.metrics.connections());
    connections::serve(listener, router(app), bounds, stop, app.config.drain_timeout()).await
}

/// Tells whether the request asks how the server is, and for nothing else.
pub(crate) fn is_health_check<B>(request: &axum::http::Request<B>) -> bool {
    matches!(request.uri().path(), "/healthz" | "/readyz")
}

async fn readiness(State(app): State<Arc<AppState>>) -> Result<&'static str, ApiError> {
    let pinged = app.store.ping().await;
    app.readiness.note(pinged.is_ok());
    pinged?;
    Ok("ok\n")
}

/// Whether the last check found the server ready.
#[derive(Debug)]
pub(crate) struct Readiness(AtomicBool);

impl Default for Readiness {
    /// The server begins with an open database.
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

impl Readiness {
    /// Logs what has changed since the check before.
    fn note(&self, is_ready: bool) {
        if self.0.swap(is_ready, Ordering::Relaxed) != is_ready {
            tracing::info!(is_ready, "the server's readiness has changed");
        }
    }
}

/// Any page may ask; the desk's list decides, and its refusal can be read by the page. No cookie or
/// other credential of the browser is ever sent along.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::POST])
        .allow_headers([header::CONTENT_TYPE])
        .expose_headers([header::RETRY_AFTER, REQUEST_ID])
        .max_age(PREFLIGHT_TIME)
        .vary([header::ORIGIN])
}

/// Gives the request an id, counts it, writes a line about its end, and sets what every answer says. No
/// line has a query or a body.
async fn observed(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let span = tracing::info_span!("request", id);
    async move {
        let began = Instant::now();
        let method = request.method().clone();
        let path = request.extensions().get::<MatchedPath>().cloned();
        let is_check = is_health_check(&request);
        let mut response = next.run(request).await;
        let status = response.status().as_u16();
        let duration = began.elapsed();
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let path = path.as_ref().map_or("", MatchedPath::as_str);
        let rejection = response.extensions().get().copied();
        app.metrics.count_answer(path, status, rejection, duration);
        // Checks come every few seconds for as long as the server runs.
        if is_check && response.status().is_success() {
            tracing::debug!(%method, path, status, milliseconds, "answered");
        } else {
            tracing::info!(%method, path, status, milliseconds, "answered");
        }
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&id) {
            headers.insert(REQUEST_ID, id);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
        response
    }
    .instrument(span)
    .await
}

/// Counts the call against its address, and ends it when it takes too long.
async fn within_limits(
    State(app): State<Arc<AppState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let address = client_address(&app.config, &request);
    if let Err(exceeded) = app.limits.count_call(address) {
        return ApiError::from(exceeded).into_response();
    }
    request.extensions_mut().insert(ClientAddress(address));
    match tokio::time::timeout(app.config.request_timeout(), next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::timed_out().into_response(),
    }
}
