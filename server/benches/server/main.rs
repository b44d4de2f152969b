//! Measures what the server promises: `cargo bench --package ticket-center`, or with the names of parts.
//!
//! Everything is compared with something measured in the same run, on the machine that also makes the
//! load, and printed as ratios. The figures are read by people: time is no test.

#![forbid(unsafe_code)]
#![expect(clippy::disallowed_types, reason = "the server itself, and databases")]

mod client;
#[path = "../../tests/suite/postgres.rs"]
mod postgres;
mod running;
#[path = "../../tests/suite/scratch.rs"]
mod scratch;
mod verify;
mod volume;
mod widgets;

use mimalloc::MiMalloc;

/// The allocator of the command, for everything that is compared.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() {
    // Cargo adds options of its own.
    let chosen: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_chosen = |name: &str| chosen.is_empty() || chosen.iter().any(|chosen| chosen == name);
    if is_chosen("verify") {
        verify::measure().await;
    }
    if is_chosen("volume") {
        volume::measure().await;
    }
    if is_chosen("widgets") {
        widgets::measure().await;
    }
}
