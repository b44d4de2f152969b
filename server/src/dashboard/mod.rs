//! The dashboard: agents answer customers and owners change settings, on pages that work without JavaScript.
//!
//! The extractors of a page decide who may see it ([`signed_in`]). Only [`form::Form`] reads forms, and
//! accepts them only from pages of the same session. Errors become pages ([`error`]).

mod account;
mod agents;
mod allowed_domains;
mod confirm_action;
mod contact;
mod conversation;
mod cookies;
mod device;
mod error;
mod explained;
mod form;
mod identity_tokens;
mod inbox;
mod invitations;
mod invited;
mod mail;
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
use axum::extract::{Request, State};
use axum::http::{HeaderName, Method};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use self::cookies::CookieName;
use self::error::{Error, Result};
use self::page::NoticeShown;
use self::signed_in::SignedIn;
use crate::app_state::AppState;
use crate::web::{self, assets, guarded, headers};

/// Allows nothing from other sites, no inline code, and no frame around a page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                                       script-src 'self'; connect-src 'self'; form-action 'self'; \
                                       frame-ancestors 'none'; base-uri 'none'";

/// Returns the routes of the dashboard's pages.
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
        .merge(allowed_domains::router())
        .merge(portal::router())
        .merge(identity_tokens::router())
        .merge(mail::router())
        .layer(middleware::from_fn_with_state(Arc::clone(app), of_this_origin));
    guarded(pages, app, form::MAX_BYTES, |error| Error::Web(error).into_response())
        .layer(middleware::from_fn_with_state(Arc::clone(app), with_headers))
        .merge(assets::router(&[&page::STYLES, &page::SCRIPT]))
}

/// Redirects to the inbox of the first desk.
async fn home(signed_in: SignedIn) -> Result<Response> {
    match signed_in.memberships.first() {
        Some(first) => Ok(Redirect::to(&format!("/desks/{}/inbox", first.desk)).into_response()),
        None => account::without_desk(&signed_in),
    }
}

/// Rejects forms that another site submits.
async fn of_this_origin(
    State(app): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_reading || form::is_of_this_origin(&app.config, &request) {
        return next.run(request).await;
    }
    Error::Web(web::Error::CrossSite).into_response()
}

/// Sets the security headers, and deletes the notice that the page showed.
async fn with_headers(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let has_notice = notice::from_cookie(&app.config, request.headers()).is_some();
    let mut response = next.run(request).await;
    let is_shown = response.extensions_mut().remove::<NoticeShown>().is_some();
    let headers = response.headers_mut();
    if has_notice && is_shown {
        cookies::delete(&app.config, headers, CookieName::Notice);
    }
    headers::set_defaults(
        headers,
        [
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
            (
                HeaderName::from_static("permissions-policy"),
                "camera=(), geolocation=(), microphone=(), payment=()",
            ),
        ],
    );
    let is_secure = cookies::is_secure(&app.config);
    // With `no-referrer`, browsers would not tell that a form comes from this site.
    headers::secure_page(headers, CONTENT_SECURITY_POLICY, "same-origin", is_secure);
    response
}
