//! Rate limits per contact and per client network.
//!
//! Limits are per process and use a monotonic clock. They protect the instance; they are not exact quotas.

use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::config::Config;
use crate::ids::{ContactId, DeskId};

/// A rate limit is exceeded; how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded(Duration);

impl Exceeded {
    /// Returns whole seconds, at least one.
    pub fn seconds(self) -> u64 {
        self.0.as_secs() + 1
    }
}

/// The limits of one instance.
#[derive(Debug)]
pub struct Limits {
    calls: DefaultKeyedRateLimiter<ClientNetwork>,
    rejections: DefaultKeyedRateLimiter<ClientNetwork>,
    verifies: DefaultKeyedRateLimiter<ContactId>,
    reads: DefaultKeyedRateLimiter<ContactId>,
    messages: DefaultKeyedRateLimiter<ContactId>,
    tickets: DefaultKeyedRateLimiter<TicketSource>,
}

/// The source of tickets: the anonymous visitors of one network, or one verified customer. Other visitors of
/// the network do not slow the customer down.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum TicketSource {
    Network(ClientNetwork),
    User(DeskId, String),
}

impl Limits {
    /// Creates unused limits.
    pub fn new(config: &Config) -> Self {
        Self {
            calls: a_minute(config.calls_per_minute),
            rejections: a_minute(config.refusals_per_minute),
            verifies: a_minute(config.verifies_per_minute),
            reads: a_minute(config.reads_per_minute),
            messages: a_minute(config.messages_per_minute),
            tickets: RateLimiter::keyed(Quota::per_hour(config.tickets_per_hour)),
        }
    }

    /// Counts a call from the address.
    ///
    /// # Errors
    /// [`Exceeded`].
    pub fn count_call(&self, address: IpAddr) -> Result<(), Exceeded> {
        count(&self.calls, &ClientNetwork::of(address))
    }

    /// Counts a call from the address whose signature was invalid. Valid calls from the same address are not
    /// slowed down.
    ///
    /// # Errors
    /// [`Exceeded`].
    pub fn count_rejection(&self, address: IpAddr) -> Result<(), Exceeded> {
        count(&self.rejections, &ClientNetwork::of(address))
    }

    /// Counts a verification of the contact.
    ///
    /// # Errors
    /// [`Exceeded`].
    pub fn count_verify(&self, contact: &ContactId) -> Result<(), Exceeded> {
        count(&self.verifies, contact)
    }

    /// Counts a read of the contact.
    ///
    /// # Errors
    /// [`Exceeded`].
    pub fn count_read(&self, contact: &ContactId) -> Result<(), Exceeded> {
        count(&self.reads, contact)
    }

    /// Counts a message of the contact.
    ///
    /// # Errors
    /// [`Exceeded`].
    pub fn count_message(&self, contact: &ContactId) -> Result<(), Exceeded> {
        count(&self.messages, contact)
    }

    /// Counts a public ticket from the address.
    ///
    /// # Errors
    /// [`Exceeded`].
    pub fn count_ticket_from(&self, address: IpAddr) -> Result<(), Exceeded> {
        count(&self.tickets, &TicketSource::Network(ClientNetwork::of(address)))
    }

    /// Counts a ticket of a verified customer of the desk.
    ///
    /// # Errors
    /// [`Exceeded`].
    pub fn count_ticket_of_user(&self, desk: &DeskId, user_id: &str) -> Result<(), Exceeded> {
        count(&self.tickets, &TicketSource::User(desk.clone(), user_id.to_owned()))
    }

    /// Removes limiters that are full again.
    pub fn remove_idle(&self) {
        self.calls.retain_recent();
        self.rejections.retain_recent();
        self.verifies.retain_recent();
        self.reads.retain_recent();
        self.messages.retain_recent();
        self.tickets.retain_recent();
    }
}

/// The network of a client: an IPv4 address, or the first 64 bits of an IPv6 address, since a client can change
/// the other 64 bits at will.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClientNetwork(IpAddr);

impl ClientNetwork {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = address.to_bits() & (u128::MAX << 64);
                Self(Ipv6Addr::from_bits(network).into())
            }
            address @ IpAddr::V4(_) => Self(address),
        }
    }
}

impl fmt::Display for ClientNetwork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

fn a_minute<K: Clone + Eq + Hash>(most: NonZeroU32) -> DefaultKeyedRateLimiter<K> {
    RateLimiter::keyed(Quota::per_minute(most))
}

fn count<K: Clone + Eq + Hash>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), Exceeded> {
    limiter
        .check_key(key)
        .map_err(|exceeded| Exceeded(exceeded.wait_time_from(DefaultClock::default().now())))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::num::NonZeroU32;

    use super::Limits;
    use crate::config::Config;
    use crate::ids::ContactId;

    fn limits(most: u32) -> Limits {
        let most = NonZeroU32::new(most).expect("it is not zero");
        Limits::new(&Config {
            calls_per_minute: most,
            messages_per_minute: most,
            ..Config::default()
        })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("it is an address")
    }

    #[test]
    fn an_exceeded_limit_tells_how_long_to_wait() {
        let (limits, contact) = (limits(2), ContactId::generate());
        assert!(limits.count_message(&contact).is_ok() && limits.count_message(&contact).is_ok());
        let seconds = limits.count_message(&contact).expect_err("it is one too many").seconds();
        assert!((1..=31).contains(&seconds), "{seconds}");
        assert!(limits.count_message(&ContactId::generate()).is_ok());
    }

    #[test]
    fn the_addresses_of_one_network_count_together() {
        let limits = limits(1);
        assert!(limits.count_call(address("2001:db8:0:1::1")).is_ok());
        assert!(limits.count_call(address("2001:db8:0:1:ffff::2")).is_err());
        assert!(limits.count_call(address("2001:db8:0:2::1")).is_ok());
        assert!(limits.count_call(address("192.0.2.1")).is_ok());
        assert!(limits.count_call(address("::ffff:192.0.2.1")).is_err());
        assert!(limits.count_call(address("192.0.2.2")).is_ok());
    }
}
