//! The portal: a form for tickets at the hosts of a desk, for customers of a signed link and for anybody.
//!
//! A GET with the three signed parameters proves a customer, once, to the form that it returns. Nothing else
//! remembers them: a GET without parameters is public, whatever the browser sent before. The form carries
//! its identity in a sealed token; see `token`.

mod assets;
mod browser;
mod form;
mod form_rejection;
mod link_rejection;
mod origin;
mod pages;
mod submit_ticket;
mod token;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Extension, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;

use crate::app_state::AppState;
use crate::http::{client_address, requested_host};
use crate::portal_hosts::{self, PortalDesk};
use pages::PortalError;

/// Where the form is. Products sign links to it.
pub const FORM_PATH: &str = deskseal::PORTAL_FORM_PATH;

/// Where one arrives with a ticket sent.
const SENT_PATH: &str = "/submit-ticket/sent";

/// The largest body. A message of 10 000 characters needs 120 000 bytes where a form escapes four bytes
/// for each.
const MAX_BYTES: usize = 128 * 1024;

/// Nothing but the portal's own style sheet and script, and no page around it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
struct Address(IpAddr);

/// Who visits which desk's portal.
#[derive(Clone, Debug)]
struct Visitor {
    desk: Arc<PortalDesk>,
    address: IpAddr,
}

/// Returns what portal hosts answer, and nothing of the public host.
pub(crate) fn router(app: &Arc<AppState>) -> Router {
    Router::new()
        .route("/", get(async || Redirect::to(FORM_PATH)))
        .route(FORM_PATH, get(submit_ticket::show).post(submit_ticket::take))
        .route(SENT_PATH, get(sent))
        .merge(assets::router())
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(app), at_desk))
        .layer(middleware::from_fn_with_state(Arc::clone(app), within_limits))
        .layer(CatchPanicLayer::custom(|_| PortalError::Internal.page(None).into_response()))
        .layer(middleware::from_fn_with_state(Arc::clone(app), with_headers))
        .with_state(Arc::clone(app))
}

/// Says nothing of the ticket or of who sent it, so that anybody may see it, and again.
async fn sent(Extension(visitor): Extension<Visitor>) -> Response {
    pages::sent(&visitor.desk.name)
}

async fn not_found(Extension(visitor): Extension<Visitor>) -> Response {
    PortalError::NotFound.page(Some(&visitor.desk.name))
}

async fn method_not_allowed(Extension(visitor): Extension<Visitor>) -> Response {
    PortalError::MethodNotAllowed.page(Some(&visitor.desk.name))
}

/// Finds the desk of the host that was asked for.
async fn at_desk(
    State(app): State<Arc<AppState>>,
    Extension(Address(address)): Extension<Address>,
    mut request: Request,
    next: Next,
) -> Response {
    let desk = match requested_host(&request) {
        Some(host) => portal_hosts::desk_at(&app.store, &app.portal_root, host).await,
        None => Ok(None),
    };
    let desk = match desk {
        Ok(Some(desk)) => Arc::new(desk),
        Ok(None) => return host_unknown(request.headers()),
        Err(error) => return PortalError::from(error).page(None),
    };
    request.extensions_mut().insert(Visitor { desk, address });
    next.run(request).await
}

/// A person sees a page, a program what it sees everywhere else.
fn host_unknown(headers: &HeaderMap) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        return PortalError::HostUnknown.page(None);
    }
    let message = "This server does not answer for this host; see public_url in its configuration.";
    let body = json!({ "error": { "code": "host_unknown", "message": message } });
    (StatusCode::MISDIRECTED_REQUEST, Json(body)).into_response()
}

/// Counts the call against its address before anything is asked about its host, and ends it when it takes
/// too long.
async fn within_limits(
    State(app): State<Arc<AppState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let address = client_address(&app.config, &request);
    if let Err(exceeded) = app.limits.count_call(address) {
        return PortalError::RateLimited(exceeded).page(None);
    }
    request.extensions_mut().insert(Address(address));
    match tokio::time::timeout(app.config.request_timeout(), next.run(request)).await {
        Ok(response) => response,
        Err(_) => PortalError::TimedOut.page(None),
    }
}

/// Sets what every answer says, unless it says something else itself.
async fn with_headers(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let common = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    ];
    for (name, value) in common {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if app.portal_root.is_secure() {
        let value = HeaderValue::from_static(STRICT_TRANSPORT_SECURITY);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}
