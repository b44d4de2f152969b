//! Mails that tell contacts of agents' replies.
//!
//! Each public reply to a contact whose address a signature proved has one notification, written in the same
//! transaction as the reply. Each notification is one mail: several replies form one mail thread, as in the
//! conversation, and the state of each mail is shown beside its reply.
//!
//! ```text
//! waiting ──► sending ──► sent
//!    ▲  │        ├──────► dead           rejected permanently, or failed too often
//!    │  │        ├──────► doubtful       it is unknown whether it was accepted
//!    │  │        └──────► waiting        it was certainly not accepted; later again
//!    │  ├───────────────► skipped        read in time (unless instant), or the contact is blocked
//!    │  └───────────────► undeliverable  no mail server accepts this address
//!    └── an owner sends a dead, doubtful or undeliverable one again, or decides not to
//! ```
//!
//! The mails of a conversation are sent in the order of its replies. A notification that waits or is claimed
//! delays the later ones, also while it is retried. One in a final state does not, and neither does one that
//! needs a decision by an owner, since that decision may never come. If that one is sent again, it arrives
//! after the later ones. A reply that is sent instantly makes the delayed ones before it due too.
//!
//! The claim is stored before the server connects to the mail server. If an instance stops in between, for
//! whatever reason, the notification becomes doubtful: it is never lost, and never mailed twice.

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
