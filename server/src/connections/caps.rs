//! How many connections there may be, and how long their parts may take.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use crate::config::Config;

/// Open files that are for other things than customers' connections: the database, mails, `/metrics`, health
/// checks, connections that are just being closed, the listeners and the logs.
const OPEN_FILES_KEPT: u64 = 160;

/// The fewest connections, however few files may be open.
const FEWEST: u64 = 16;

/// Connections that are taken beyond the most, for health checks alone.
const RESERVE: usize = 16;

/// The most connections to `/metrics`.
const METRICS_CONNECTIONS: usize = 32;

/// The bounds of one listener.
#[derive(Clone, Debug)]
pub(crate) struct Caps {
    /// The most connections.
    pub(super) connections: usize,
    /// The most connections of one address; trusted proxies have no such bound.
    pub(super) per_address: usize,
    /// Connections beyond the most, for health checks alone.
    pub(super) reserve: usize,
    /// How long a connection may be without a request.
    pub(super) silence: Duration,
    /// How long a request may take until it has an answer. Those that wait for a body end before by themselves.
    pub(super) handling: Duration,
    /// How long a client may take to read an answer.
    pub(super) reading: Duration,
    /// How many bytes of answers may be unread at the same time.
    pub(super) unread_bytes: usize,
    trusted_proxies: Vec<IpNet>,
}

impl Caps {
    /// Returns the bounds for customers and agents.
    pub(crate) fn new(config: &Config) -> Self {
        let seconds = |number: u32| Duration::from_secs(number.into());
        let connections = usize::try_from(connections(config, open_files())).unwrap_or(usize::MAX);
        Self {
            connections,
            per_address: usize::try_from(config.connections_per_address.get())
                .unwrap_or(usize::MAX),
            reserve: RESERVE,
            silence: seconds(config.silence_seconds.get()),
            handling: config.request_time() + seconds(config.silence_seconds.get()),
            reading: seconds(config.answer_seconds.get()),
            unread_bytes: usize::try_from(config.unread_megabytes.get()).unwrap_or(usize::MAX)
                << 20,
            trusted_proxies: config.trusted_proxies.clone(),
        }
    }

    /// Returns the bounds for `/metrics`.
    pub(crate) fn of_metrics(config: &Config) -> Self {
        let connections = METRICS_CONNECTIONS;
        Self { connections, per_address: connections, reserve: 0, ..Self::new(config) }
    }

    /// Returns the most connections.
    pub(crate) const fn connections(&self) -> usize {
        self.connections
    }

    pub(super) fn is_trusted(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }
}

/// Returns how many connections there may be where so many files may be open.
fn connections(config: &Config, open_files: Option<u64>) -> u64 {
    let wanted = u64::from(config.connections.get());
    let Some(open_files) = open_files else { return wanted };
    let left = open_files.saturating_sub(kept(config));
    wanted.min(left.max(FEWEST))
}

fn kept(config: &Config) -> u64 {
    OPEN_FILES_KEPT + u64::from(config.database_connections.get())
}

/// Returns how many files the process may have open, where the system bounds that.
fn open_files() -> Option<u64> {
    #[cfg(unix)]
    return rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    return None;
}

/// Asks the system for as many open files as the configuration needs, as far as it gives them without asking
/// the operator.
pub(crate) fn raise_open_files(config: &Config) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let wanted = u64::from(config.connections.get()) + kept(config);
        let wanted = maximum.map_or(wanted, |maximum| maximum.min(wanted));
        if current.is_some_and(|current| current < wanted) {
            let raised = Rlimit { current: Some(wanted), maximum };
            if let Err(error) = setrlimit(Resource::Nofile, raised) {
                tracing::warn!(%error, "the system gives no more open files");
            }
        }
    }
    #[cfg(not(unix))]
    let _ = config;
}

#[cfg(test)]
mod tests {
    use super::connections;
    use crate::config::Config;

    #[test]
    fn connections_leave_open_files_for_everything_else() {
        let config = Config::default();
        assert_eq!(connections(&config, None), 4096);
        assert_eq!(connections(&config, Some(1 << 20)), 4096);
        assert_eq!(connections(&config, Some(1024)), 1024 - 160 - 16);
        // However few there are, the server answers.
        assert_eq!(connections(&config, Some(100)), 16);
    }
}
