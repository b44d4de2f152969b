//! Recognizes browsers in which an agent signed in before. Each has its own budget of attempts, which no
//! other client can use up.

use axum::http::HeaderMap;
use uuid::Uuid;

use super::cookies::{self, CookieName};
use crate::app_state::AppState;
use crate::ids::AgentId;
use crate::vault::{KeyUse, VaultError};

/// The associated data of the encrypted cookie, so that no other text encrypted for sessions is accepted.
const ASSOCIATED: &[u8] = b"device";

/// Returns this browser's id, if the agent signed in with it before.
pub(super) fn known(app: &AppState, headers: &HeaderMap, agent: &AgentId) -> Option<String> {
    let sealed = cookies::read(&app.config, headers, CookieName::Device)?;
    let opened = app.keyring.open_text(KeyUse::Session, ASSOCIATED, &sealed).ok()?;
    let (of, id) = opened.split_once(' ')?;
    (of == agent.as_str()).then(|| id.to_owned())
}

/// Records in the browser that the agent signed in with it.
///
/// # Errors
/// [`VaultError::NoRandomness`].
pub(super) fn remember(
    app: &AppState,
    headers: &mut HeaderMap,
    agent: &AgentId,
    known: Option<String>,
) -> Result<(), VaultError> {
    let id = known.unwrap_or_else(|| Uuid::now_v7().to_string());
    let text = format!("{agent} {id}");
    let sealed = app.keyring.seal_text(KeyUse::Session, ASSOCIATED, &text)?;
    cookies::set(&app.config, headers, CookieName::Device, &sealed);
    Ok(())
}
