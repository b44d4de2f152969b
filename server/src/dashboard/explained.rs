//! Explains to an owner why a signature or a link is invalid.

use std::sync::Arc;

use deskseal::{Explanation, FindingCode, PreviousSecret, Secret, Verifier, VerifierOptions};

use super::error::{Error, Result};
use super::secret_settings::{self, ActiveSecrets};
use crate::app_state::AppState;
use crate::ids::DeskId;
use crate::secrets::Purpose;

/// The result of a verification tool.
pub(super) struct Explained {
    /// Whether the signature is valid.
    pub(super) is_valid: bool,
    /// The findings.
    pub(super) findings: Vec<FindingShown>,
}

/// A finding, as the page shows it.
pub(super) struct FindingShown {
    pub(super) code: &'static str,
    pub(super) sentence: String,
}

/// Runs `explain` with the desk's active secrets of the purpose, and those of the other purposes. Returns
/// `None` without a current secret.
///
/// # Errors
/// [`web::Error::Unavailable`], [`Error::INTERNAL`].
pub(super) async fn explained(
    app: &Arc<AppState>,
    desk: &DeskId,
    purpose: Purpose,
    explain: impl FnOnce(&Verifier, &[Secret], i64) -> Result<Explanation, deskseal::Error>
    + Send
    + 'static,
) -> Result<Option<Explained>> {
    let ActiveSecrets { own, others } = secret_settings::active_secrets(app, desk, purpose).await?;
    let others: Vec<_> = others.into_iter().map(|live| live.secret).collect();
    let (mut current, mut previous) = (None, Vec::new());
    for live in own {
        match live.expires_at {
            None => current = Some(live.secret),
            Some(expires_at) => {
                previous.push(PreviousSecret::new(live.secret, expires_at).map_err(internal)?);
            }
        }
    }
    let Some(current) = current else { return Ok(None) };
    let verifier =
        Verifier::new(current, VerifierOptions { previous, ..VerifierOptions::default() });
    let now = app.clock.unix_seconds();
    // It tries thousands of combinations, so it must not block other requests.
    let found = tokio::task::spawn_blocking(move || explain(&verifier, &others, now)).await;
    let explanation = found.map_err(internal)?.map_err(internal)?;
    Ok(Some(Explained {
        is_valid: explanation
            .findings
            .iter()
            .all(|finding| finding.code == FindingCode::NoDeviation),
        findings: explanation
            .findings
            .into_iter()
            .map(|finding| FindingShown { code: finding.code.as_str(), sentence: finding.message })
            .collect(),
    }))
}

fn internal(error: impl std::fmt::Display) -> Error {
    tracing::error!(%error, "could not explain a signature");
    Error::INTERNAL
}
