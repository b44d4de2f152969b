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
    let encrypted = cookies::read(&app.config, headers, CookieName::Device)?;
    let decrypted = app.keyring.decrypt_text(KeyUse::Session, ASSOCIATED, &encrypted).ok()?;
    let (of, id) = decrypted.split_once(' ')?;
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
    let encrypted = app.keyring.encrypt_text(KeyUse::Session, ASSOCIATED, &text)?;
    cookies::set(&app.config, headers, CookieName::Device, &encrypted);
    Ok(())
}
