//! Exchanges an identity token for a session, and ends sessions. Not in the vendor's API.

use axum::Json;
use axum::extract::State;

use super::authorize::{exchanged, visited};
use super::body::{Body, SessionEndRequest, SessionRequest};
use super::caller::Caller;
use super::responses::{SessionEndedResponse, SessionResponse};
use super::{PATH, Shared};
use crate::customer_sessions;
use crate::sessions::Token;
use crate::web::{ErrorBody, JsonError};

/// Exchanges an identity token for a session. With `session`, the token renews that one, and spends the token before.
///
/// A session lasts 30 minutes after its last use or renewal, and 12 hours in all. `verify` does not count as use. It
/// ends with the secret that signed the token, when an owner blocks the contact, and at `session/end`. Not in the
/// vendor's API.
#[utoipa::path(
    post, context_path = PATH, path = "/session", tag = "ticket-center", request_body = SessionRequest,
    responses(
        (status = 200, description = "The session.", body = SessionResponse),
        (status = "4XX", description = "The request was rejected. The code says why.", body = ErrorBody),
        (status = "5XX", description = "The server has an error. Retry the request.", body = ErrorBody),
    )
)]
pub(super) async fn exchange(
    State(app): Shared,
    caller: Caller,
    Body(request): Body<SessionRequest>,
) -> Result<Json<SessionResponse>, JsonError> {
    let exchanged = exchanged(&app, &caller, &request).await?;
    Ok(Json(SessionResponse {
        session: exchanged.session.shown().to_owned(),
        expires_at: exchanged.expires_at.to_rfc3339(),
    }))
}

/// Ends a session when the customer signs out, and every other session that its token opened. The token is spent: it
/// opens no other session. Not in the vendor's API.
#[utoipa::path(
    post, context_path = PATH, path = "/session/end", tag = "ticket-center", request_body = SessionEndRequest,
    responses(
        (status = 200, description = "The session has ended.", body = SessionEndedResponse),
        (status = "4XX", description = "The request was rejected. The code says why.", body = ErrorBody),
        (status = "5XX", description = "The server has an error. Retry the request.", body = ErrorBody),
    )
)]
pub(super) async fn end(
    State(app): Shared,
    caller: Caller,
    Body(request): Body<SessionEndRequest>,
) -> Result<Json<SessionEndedResponse>, JsonError> {
    let visited = visited(&app, &caller, &request.helpdesk_id, "").await?;
    if let Some(session) = Token::parse(&request.session) {
        customer_sessions::end(&app.store, &visited.id, &session).await?;
    }
    Ok(Json(SessionEndedResponse { ended: true }))
}
