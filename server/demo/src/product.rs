//! A sample product: how a product's own server puts the Ticket Center and the portal into its pages.
//!
//! Copy three things into your product: [`Settings`], which come from the server's environment; [`support`],
//! which signs an identity token for the signed-in customer and puts the markup into the page, under a
//! Content-Security-Policy with a nonce; [`ask`], which signs a link when the customer clicks. The rest stands
//! in for a real product.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use base64ct::{Base64, Encoding as _};
use deskseal::{EmbedOptions, IdentityClaims, Signer};
use serde::Deserialize;

use super::pages;

/// What a product needs to know about its desk. Its secrets stay on the server.
pub(super) struct Settings {
    /// Signs identity tokens: use `Signer::from_env("DESKSEAL_IDENTITY_SECRET")` in yours.
    pub(super) identity: Signer,
    /// The `data-helpdesk-id`.
    pub(super) helpdesk_id: String,
    /// The desk's origin, such as `https://desk.example.com`.
    pub(super) desk_origin: String,
    /// Signs links: use `Signer::from_env("LETTERBOOK_PORTAL_TICKET_SECRET")` in yours.
    pub(super) portal: Signer,
    /// The portal's address.
    pub(super) portal_url: String,
    /// The demo's overview; your product has no such page.
    pub(super) overview_url: String,
}

/// A customer of the product, as its own database knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Customer {
    pub(super) user_id: &'static str,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    /// What agents see beside the customer.
    pub(super) plan: &'static str,
}

pub(super) const ADA: Customer =
    Customer { user_id: "user-42", name: "Ada", email: "ada@example.com", plan: "pro" };

pub(super) const GRACE: Customer =
    Customer { user_id: "user-43", name: "Grace", email: "grace@example.com", plan: "free" };

const CUSTOMERS: [Customer; 2] = [ADA, GRACE];

/// The cookie of the product's own session.
const SESSION: &str = "product_session";

/// Returns the product's pages.
pub(super) fn router(settings: Settings) -> Router {
    let settings = Arc::new(settings);
    Router::new()
        .route("/", get(home))
        .route("/support", get(support))
        .route("/ask", get(ask))
        .route("/sign-in", post(sign_in))
        .route("/style.css", get(pages::style))
        .fallback(pages::not_found)
        .layer(middleware::from_fn_with_state(Arc::clone(&settings), guarded))
        .with_state(settings)
}

/// A random value for this response's own script tags.
#[derive(Clone)]
struct Nonce(String);

/// Gives each response its own Content-Security-Policy, and keeps identities out of caches.
async fn guarded(
    State(settings): State<Arc<Settings>>,
    mut request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let mut bytes = [0; 18];
    getrandom::fill(&mut bytes).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let nonce = Base64::encode_string(&bytes);
    request.extensions_mut().insert(Nonce(nonce.clone()));
    let mut response = next.run(request).await;
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; connect-src {}; \
         img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        settings.desk_origin
    );
    let policy = HeaderValue::try_from(policy).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

#[derive(Template)]
#[template(path = "product_home.html")]
struct HomePage<'a> {
    settings: &'a Settings,
    signed_in: Option<Customer>,
}

#[derive(Template)]
#[template(path = "product_support.html")]
struct SupportPage<'a> {
    settings: &'a Settings,
    signed_in: Option<Customer>,
    /// Markup, which the signer has escaped; the template must not escape it again.
    ticket_center: String,
}

async fn home(State(settings): State<Arc<Settings>>, headers: HeaderMap) -> Response {
    pages::shown(&HomePage { settings: &settings, signed_in: signed_in(&headers) })
}

/// The page with the Ticket Center, with an identity token of the signed-in customer. The product has verified the
/// customer's address; `email_verified` would be false otherwise.
async fn support(
    State(settings): State<Arc<Settings>>,
    Extension(Nonce(nonce)): Extension<Nonce>,
    headers: HeaderMap,
) -> Response {
    let Some(customer) = signed_in(&headers) else { return Redirect::to("/").into_response() };
    let script_url = format!("{}/ticket-center.js", settings.desk_origin);
    let options = EmbedOptions {
        script_url: Some(&script_url),
        nonce: Some(&nonce),
        ..EmbedOptions::default()
    };
    let claims = IdentityClaims {
        user_id: Some(customer.user_id),
        email: Some(customer.email),
        name: Some(customer.name),
        attributes: [("plan".to_owned(), customer.plan.into())].into(),
        ..IdentityClaims::default()
    };
    let (desk, now) = (&settings.helpdesk_id, deskseal::unix_now());
    match settings.identity.ticket_center_with_token(desk, &claims, &options, now) {
        Ok(embed) => pages::shown(&SupportPage {
            settings: &settings,
            signed_in: Some(customer),
            ticket_center: embed.html,
        }),
        Err(error) => cannot_sign(&error),
    }
}

/// Redirects the customer to the portal. A signed link is valid for five minutes, so it is signed at the click
/// and not when the page is rendered.
async fn ask(State(settings): State<Arc<Settings>>, headers: HeaderMap) -> Response {
    let Some(customer) = signed_in(&headers) else { return Redirect::to("/").into_response() };
    let now = deskseal::unix_now();
    match settings.portal.portal_link(&settings.portal_url, customer.user_id, now) {
        Ok(link) => Redirect::to(&link).into_response(),
        Err(error) => cannot_sign(&error),
    }
}

/// Answers a customer whose identity cannot be signed; the reason goes to the log only.
fn cannot_sign(error: &deskseal::Error) -> Response {
    tracing::error!(code = %error.code(), "the customer cannot be signed");
    (StatusCode::INTERNAL_SERVER_ERROR, "Support is unavailable right now.\n").into_response()
}

#[derive(Deserialize)]
struct Choice {
    user_id: String,
}

/// Stands in for a real sign-in, which needs a password and a session id that cannot be guessed.
async fn sign_in(Form(choice): Form<Choice>) -> Response {
    let customer = CUSTOMERS.iter().find(|customer| customer.user_id == choice.user_id);
    let cookie = match customer {
        Some(customer) => {
            format!("{SESSION}={}; Path=/; HttpOnly; SameSite=Lax", customer.user_id)
        }
        None => format!("{SESSION}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"),
    };
    let target = if customer.is_some() { "/support" } else { "/" };
    ([(header::SET_COOKIE, cookie)], Redirect::to(target)).into_response()
}

fn signed_in(headers: &HeaderMap) -> Option<Customer> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let user_id = cookies
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(name, value)| (name == SESSION).then_some(value))?;
    CUSTOMERS.into_iter().find(|customer| customer.user_id == user_id)
}
