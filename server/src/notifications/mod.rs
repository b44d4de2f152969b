//! Mails that tell contacts of agents' replies.
//!
//! Each public reply to a contact whose address a seal proved has one notification, written in the same
//! transaction as the reply. Each is one mail: several replies thread below each other as the
//! conversation does, and what became of each is shown beside it.
//!
//! ```text
//! waiting ──► sending ──► sent
//!    ▲  │        ├──────► dead           rejected for good, or too often
//!    │  │        ├──────► doubtful       it is unknown whether it was accepted
//!    │  │        └──────► waiting        it was certainly not accepted; later again
//!    │  ├───────────────► skipped        read in time (unless instant), or the contact is blocked
//!    │  └───────────────► undeliverable  no mail server takes this address
//!    └── a person sends a dead, doubtful or undeliverable one again, or has it forgotten
//! ```
//!
//! The mails of a conversation go out in the order of its replies. One that waits or is claimed holds the
//! later ones back, also while it is tried again. One that has ended does not, and neither does one that a
//! person has to decide about: later mails do not wait for a decision that may never come. If that one is sent again,
//! it arrives after the later ones. A reply that is sent instantly takes the delayed ones before it along.
//!
//! That sending began is written down before the mail server is spoken to. Whoever stops in between, for
//! whatever reason, leaves a doubtful notification: never a lost one, and never a second mail.

mod delivery;
mod email_message;
mod leases;
mod overview;
pub(crate) mod queue;
mod reach;

pub use delivery::{Delivery, State};
pub(crate) use leases::Leases;
pub use overview::{Listed, StateCount, forget, list, send_again, state_counts, states};
pub use queue::Sending;
pub(crate) use queue::enqueue;
pub use reach::{Reach, UnreachableReason, WidgetOnlyReason};
