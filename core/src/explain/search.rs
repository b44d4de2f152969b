//! Searches for the fewest deviations that reproduce a signature.

use zeroize::Zeroizing;

use super::call::{self, Call, PreparedCall};
use super::written::{self, WrittenForm};
use super::{FindingCode, Variant};

/// The greatest number of deviations of message, key and call that are combined (SPEC 8, rule 3).
pub(super) const MAX_COMBINED: usize = 2;

/// The greatest length in bytes of a message that is tried with two deviations (SPEC 8, rule 3).
pub(super) const MAX_COMBINED_BYTES: usize = 512;

/// The greatest amount of work of one search, in hashed blocks of 64 bytes: some milliseconds. A search for an
/// input of usual size with a few secrets needs much less.
const MAX_BLOCKS: usize = 50_000;

/// At each number, the messages that have so many deviations.
type MessagesByDeviations<'search> = [Vec<&'search Variant<Vec<u8>>>; MAX_COMBINED + 1];

/// The variants that a search combines.
pub(super) struct Search {
    pub(super) messages: Vec<Variant<Vec<u8>>>,
    /// Messages that are tried only with the specified key and call, since there are many of them.
    pub(super) lone_messages: Vec<Variant<Vec<u8>>>,
    pub(super) keys: Vec<Variant<Zeroizing<Vec<u8>>>>,
    pub(super) written: Vec<WrittenForm>,
}

impl Search {
    /// Returns the fewest deviations that reproduce the signature, in the order message, key, call,
    /// written form; `None` if no combination does.
    pub(super) fn fewest_deviations(&self) -> Option<Vec<FindingCode>> {
        if self.written.is_empty() {
            return None;
        }
        let calls = call::variants();
        let messages = self.messages_by_deviations();
        let mut blocks_left = MAX_BLOCKS;
        (0..=MAX_COMBINED)
            .find_map(|number| self.reproduction(number, &messages, &calls, &mut blocks_left))
    }

    /// Returns the deviations in how the signature is written, for a signature that nothing reproduces.
    pub(super) fn written_deviations(&self) -> Vec<FindingCode> {
        self.written.first().map(|form| form.deviations.clone()).unwrap_or_default()
    }

    /// Tells whether the signature can be read as a digest at all.
    pub(super) fn is_digest(&self) -> bool {
        !self.written.is_empty()
    }

    /// Returns the first combination of exactly `number` deviations that reproduces the signature.
    fn reproduction(
        &self,
        number: usize,
        messages: &MessagesByDeviations<'_>,
        calls: &[Variant<Call>],
        blocks_left: &mut usize,
    ) -> Option<Vec<FindingCode>> {
        for key in &self.keys {
            for call in calls {
                if *blocks_left == 0 {
                    return None;
                }
                let so_far = key.deviations.len() + call.deviations.len();
                let Some(wanted) = number.checked_sub(so_far) else { continue };
                let prepared = call.value.prepare(&key.value);
                let lone = if so_far == 0 { &self.lone_messages[..] } else { &[] };
                let lone = lone.iter().filter(|message| message.deviations.len() == wanted);
                let found = messages[wanted]
                    .iter()
                    .copied()
                    .chain(lone)
                    .filter(|message| number < 2 || message.value.len() <= MAX_COMBINED_BYTES)
                    .take_while(|message| is_affordable(message, &prepared, blocks_left))
                    .find_map(|message| {
                        let written = self.written_as(&prepared, &message.value)?;
                        let parts =
                            [&message.deviations, &key.deviations, &call.deviations, &written];
                        Some(parts.into_iter().flatten().copied().collect())
                    });
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    /// Sorts the messages once, since each key and call needs only those with a certain number of deviations.
    fn messages_by_deviations(&self) -> MessagesByDeviations<'_> {
        std::array::from_fn(|number| {
            self.messages.iter().filter(|message| message.deviations.len() == number).collect()
        })
    }

    /// Returns the deviations in how the signature is written, if it is the message's digest.
    fn written_as(&self, call: &PreparedCall, message: &[u8]) -> Option<Vec<FindingCode>> {
        let digest = call.digest(message);
        self.written.iter().find_map(|form| {
            let is_truncated = written::is_beginning_of(form, digest.as_bytes())?;
            let truncated = is_truncated.then_some(FindingCode::OutputTruncated);
            Some(form.deviations.iter().copied().chain(truncated).collect())
        })
    }
}

/// Subtracts the work of one digest from `blocks_left`; `false` if not enough is left.
fn is_affordable(message: &Variant<Vec<u8>>, call: &PreparedCall, blocks_left: &mut usize) -> bool {
    let blocks = call.blocks + message.value.len() / 64;
    let left = blocks_left.checked_sub(blocks);
    *blocks_left = left.unwrap_or_default();
    left.is_some()
}
