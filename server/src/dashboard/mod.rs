//! The dashboard: where agents answer and owners set up, as pages that work without JavaScript.
//!
//! A page says by its extractors who may see it ([`signed_in`]); a form is read by [`form::Form`] alone,
//! which takes it from pages of the same session only; what is refused becomes a page ([`error`]).

mod account;
mod agents;
mod confirm_action;
mod contact;
mod conversation;
mod cookies;
mod device;
mod error;
mod explained;
mod form;
mod inbox;
mod invitations;
mod invited;
mod mail;
mod messages;
mod notice;
mod page;
mod path;
mod portal;
mod recovery;
mod secret_settings;
mod sign_in;
mod signed_in;
mod ticket_center;
mod times;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;

use self::cookies::CookieName;
use self::error::{Error, Result};
use self::invited::LinkOpened;
use self::page::NoticeShown;
use self::signed_in::SignedIn;
use crate::app_state::AppState;
use crate::assets;
use crate::http::client_address;
use crate::limits::ClientNetwork;

/// Nothing comes from elsewhere, nothing is inline, and nobody puts a page into a frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                                       script-src 'self'; connect-src 'self'; form-action 'self'; \
                                       frame-ancestors 'none'; base-uri 'none'";

/// A year: who knows the desk by https is not to be led to plain http.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

/// Returns the dashboard's pages.
pub(crate) fn router(app: &Arc<AppState>) -> Router<Arc<AppState>> {
    let pages = Router::new()
        .route("/", get(home))
        .merge(sign_in::router())
        .merge(account::router())
        .merge(agents::router())
        .merge(invitations::router())
        .merge(invited::router())
        .merge(recovery::router())
        .merge(conversation::router())
        .merge(inbox::router())
        .merge(ticket_center::router())
        .merge(messages::router())
        .merge(portal::router())
        .merge(mail::router())
        .layer(DefaultBodyLimit::max(form::MAX_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(app), of_this_origin))
        .layer(middleware::from_fn_with_state(Arc::clone(app), within_limits))
        .layer(CatchPanicLayer::custom(|_| Error::Internal.into_response()))
        .layer(middleware::from_fn_with_state(Arc::clone(app), guarded));
    pages.merge(assets::router(&[&page::STYLES, &page::SCRIPT]))
}

/// Leads to the inbox of the first desk.
async fn home(signed_in: SignedIn) -> Result<Response> {
    match signed_in.memberships.first() {
        Some(first) => Ok(Redirect::to(&format!("/desks/{}/inbox", first.desk)).into_response()),
        None => account::without_desk(&signed_in),
    }
}

/// Refuses forms that another site's page sends.
async fn of_this_origin(
    State(app): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_reading || form::is_of_this_origin(&app.config, &request) {
        return next.run(request).await;
    }
    Error::Foreign.into_response()
}

/// Counts the request against its address, and ends it when it takes too long.
async fn within_limits(
    State(app): State<Arc<AppState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let address = client_address(&app.config, &request);
    request.extensions_mut().insert(ClientNetwork::of(address));
    if let Err(exceeded) = app.limits.count_call(address) {
        let seconds = i64::try_from(exceeded.seconds()).unwrap_or(i64::MAX);
        return Error::TooMany(seconds).into_response();
    }
    match tokio::time::timeout(app.config.request_timeout(), next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::TimedOut.into_response(),
    }
}

/// Sets the headers that keep a page to itself, and deletes the notice that it told.
async fn guarded(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let has_notice = notice::from_cookie(&app.config, request.headers()).is_some();
    let mut response = next.run(request).await;
    let is_told = response.extensions_mut().remove::<NoticeShown>().is_some();
    let is_link = response.extensions_mut().remove::<LinkOpened>().is_some();
    let headers = response.headers_mut();
    if has_notice && is_told {
        cookies::delete(&app.config, headers, CookieName::Notice);
    }
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        // With no-referrer, browsers would not even say to us that a form is ours.
        (header::REFERRER_POLICY, if is_link { "no-referrer" } else { "same-origin" }),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if cookies::is_secure(&app.config) {
        let value = HeaderValue::from_static(STRICT_TRANSPORT_SECURITY);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}
