//! The limits of a listener: numbers of connections, timeouts and memory.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use crate::config::Config;

/// Open files that are reserved for everything but client connections: the database, mail, `/metrics`, health
/// checks, connections that are being closed, the listeners and the logs.
const RESERVED_OPEN_FILES: u64 = 160;

/// The smallest limit of connections, even when few files may be open.
const MIN_CONNECTIONS: u64 = 16;

/// Extra connections for health checks only.
const RESERVE: usize = 16;

/// The most connections to `/metrics`.
const METRICS_CONNECTIONS: usize = 32;

/// The limits of one listener.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionLimits {
    /// The most connections.
    pub(super) connections: usize,
    /// The most connections of one client network; trusted proxies have no such limit.
    pub(super) per_address: usize,
    /// Extra connections for health checks only.
    pub(super) reserve: usize,
    /// How long a connection may have no request.
    pub(super) idle_timeout: Duration,
    /// How long a request may take until it has a response. Reading a body times out earlier by itself.
    pub(super) handler_timeout: Duration,
    /// How long a client may take to read a response.
    pub(super) read_timeout: Duration,
    /// How many bytes of responses may be unread at the same time.
    pub(super) unread_bytes: usize,
    pub(super) trusted_proxies: Vec<IpNet>,
}

impl ConnectionLimits {
    /// Returns the limits for customers and agents.
    pub(crate) fn new(config: &Config) -> Self {
        let seconds = |number: u32| Duration::from_secs(number.into());
        let connections = usize::try_from(connections(config, open_files())).unwrap_or(usize::MAX);
        Self {
            connections,
            per_address: usize::try_from(config.connections_per_address.get())
                .unwrap_or(usize::MAX),
            reserve: RESERVE,
            idle_timeout: seconds(config.silence_seconds.get()),
            handler_timeout: config.request_timeout() + seconds(config.silence_seconds.get()),
            read_timeout: seconds(config.answer_seconds.get()),
            unread_bytes: usize::try_from(config.unread_megabytes.get()).unwrap_or(usize::MAX)
                << 20,
            trusted_proxies: config.trusted_proxies.clone(),
        }
    }

    /// Returns the limits for `/metrics`.
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

/// Returns the limit of connections for this number of open files.
fn connections(config: &Config, open_files: Option<u64>) -> u64 {
    let wanted = u64::from(config.connections.get());
    let Some(open_files) = open_files else { return wanted };
    let left = open_files.saturating_sub(reserved_files(config));
    wanted.min(left.max(MIN_CONNECTIONS))
}

fn reserved_files(config: &Config) -> u64 {
    RESERVED_OPEN_FILES + u64::from(config.database_connections.get())
}

/// Returns how many files the process may have open, where the system bounds that.
fn open_files() -> Option<u64> {
    #[cfg(unix)]
    return rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    return None;
}

/// Raises the soft limit of open files to what the configuration needs, up to the hard limit.
pub(crate) fn raise_open_files(config: &Config) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let wanted = u64::from(config.connections.get()) + reserved_files(config);
        let wanted = maximum.map_or(wanted, |maximum| maximum.min(wanted));
        if current.is_some_and(|current| current < wanted) {
            let raised = Rlimit { current: Some(wanted), maximum };
            if let Err(error) = setrlimit(Resource::Nofile, raised) {
                tracing::warn!(%error, "could not raise the limit of open files");
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
        // However few files may be open, the server accepts some connections.
        assert_eq!(connections(&config, Some(100)), 16);
    }
}
