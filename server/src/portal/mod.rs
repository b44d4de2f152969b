//! The portal: a ticket form on the hosts of a desk, for signed-in customers and anonymous visitors.
//!
//! A GET with the three signed parameters, or with an identity token, proves a customer to the form that it returns,
//! and to nothing else: a GET without parameters is public, whatever the browser sent before. A token is spent by the
//! ticket. The form contains the identity in an encrypted token; see `token`.

mod assets;
mod browser;
mod form;
mod form_rejection;
mod link_rejection;
mod pages;
mod submit_ticket;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::app_state::AppState;
use crate::portal_hosts::{self, PortalDesk};
use crate::web::headers::secure_page;
use crate::web::{Client, Error, JsonError, guarded, requested_host};
use pages::PortalError;

/// The path of the form. Products sign links to it.
pub const FORM_PATH: &str = deskseal::PORTAL_FORM_PATH;

/// The path of the page after a ticket was sent.
const SENT_PATH: &str = "/submit-ticket/sent";

/// The largest request body, in bytes. A message of 10 000 characters needs 120 000 bytes if a form escapes
/// four bytes for each.
const MAX_BYTES: usize = 128 * 1024;

/// Allows only the portal's own style sheet and script, and no frame around the page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The client of a request, and the desk whose portal it visits.
#[derive(Clone, Debug)]
struct Visitor {
    desk: Arc<PortalDesk>,
    client: Client,
}

/// Returns the routes of portal hosts; none of them is on the public host.
pub(crate) fn router(app: &Arc<AppState>) -> Router {
    let pages = Router::new()
        .route("/", get(async || Redirect::to(FORM_PATH)))
        .route(FORM_PATH, get(submit_ticket::show).post(submit_ticket::take))
        .route(SENT_PATH, get(sent))
        .merge(assets::router())
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(Arc::clone(app), at_desk));
    guarded(pages, app, MAX_BYTES, |error| PortalError::Web(error).page(None))
        .layer(middleware::from_fn_with_state(Arc::clone(app), with_headers))
        .with_state(Arc::clone(app))
}

/// Confirms that the ticket was sent. The page names neither the ticket nor its sender, so every visitor may
/// see it.
async fn sent(Extension(visitor): Extension<Visitor>) -> Response {
    pages::sent(&visitor.desk.name)
}

async fn not_found(Extension(visitor): Extension<Visitor>) -> Response {
    PortalError::Web(Error::NotFound).page(Some(&visitor.desk.name))
}

async fn method_not_allowed(Extension(visitor): Extension<Visitor>) -> Response {
    PortalError::Web(Error::MethodNotAllowed).page(Some(&visitor.desk.name))
}

/// Finds the desk of the requested host.
async fn at_desk(
    State(app): State<Arc<AppState>>,
    client: Client,
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
    request.extensions_mut().insert(Visitor { desk, client });
    next.run(request).await
}

/// Responds with a page to browsers, and with a JSON error to other clients.
fn host_unknown(headers: &HeaderMap) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        return PortalError::HostUnknown.page(None);
    }
    let message = "This server does not serve this host. Check the host, and public_url and \
        portal_url in the configuration.";
    JsonError::new(StatusCode::MISDIRECTED_REQUEST, "host_unknown", message).into_response()
}

/// Sets the security headers of pages.
async fn with_headers(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let is_secure = app.portal_root.is_secure();
    secure_page(response.headers_mut(), CONTENT_SECURITY_POLICY, "no-referrer", is_secure);
    response
}
