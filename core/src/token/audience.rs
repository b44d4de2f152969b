//! For whom a token is: a desk or a portal (SPEC 12.3).

use crate::embed::{check_helpdesk_id, is_id_byte};
use crate::error::Error;
use crate::host::PortalHost;

/// A helpdesk id, or the canonical host of a portal.
pub(crate) struct Audience(String);

impl Audience {
    /// Reads a helpdesk id or a host. A text of characters of helpdesk ids only is a helpdesk id.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        if text.bytes().all(is_id_byte) {
            return Self::desk(text);
        }
        PortalHost::parse(text).map(|host| Self::portal(&host))
    }

    /// Takes a helpdesk id.
    pub(crate) fn desk(helpdesk_id: &str) -> Result<Self, Error> {
        check_helpdesk_id(helpdesk_id)?;
        Ok(Self(helpdesk_id.to_owned()))
    }

    /// Takes a portal's host.
    pub(crate) fn portal(host: &PortalHost) -> Self {
        Self(host.as_str().to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
