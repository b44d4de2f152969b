//! Browsers in which an agent signed in before. Each has attempts of its own, which no other client can use up.

use axum::http::HeaderMap;
use uuid::Uuid;

use super::cookies::{self, CookieName};
use crate::app_state::AppState;
use crate::ids::AgentId;
use crate::vault::{KeyUse, VaultError};

/// What the sealed text is bound to, so that no other text sealed for sessions is taken for one.
const ASSOCIATED: &[u8] = b"device";

/// Returns the id of this browser, if the agent signed in here before.
pub(super) fn known(app: &AppState, headers: &HeaderMap, agent: &AgentId) -> Option<String> {
    let sealed = cookies::read(&app.config, headers, CookieName::Device)?;
    let opened = app.keyring.open_text(KeyUse::Session, ASSOCIATED, &sealed).ok()?;
    let (of, id) = opened.split_once(' ')?;
    (of == agent.as_str()).then(|| id.to_owned())
}

/// Remembers in the browser that the agent signed in here.
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
