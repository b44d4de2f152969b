//! Finds the patterns and tokens in one stream of bytes, in bounded memory.
//!
//! A SIMD search looks for the first bytes of every pattern at once. Where it stops, which is rare,
//! the patterns themselves are compared.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind, Read};

use aho_corasick::{AhoCorasick, Input, packed};
use deskseal::Secret;

use super::Form;
use super::patterns::{Pattern, patterns_of};

/// The longest token, prefix included; a longer one is judged by its beginning.
const LONGEST_TOKEN: usize = 512;

/// The number of bytes of each pattern that the SIMD search looks for. Patterns often share them,
/// and fewer and shorter needles are faster to look for.
const FINGERPRINT_LENGTH: usize = 8;

/// The most places noted in one file, so that no file can fill the memory.
const MOST_FOUND: usize = 10_000;

/// Whose secret was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A known secret, by its number.
    Secret(usize),
    /// A token, by its prefix.
    Token(&'static str),
}

/// A place in a stream, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The offset of its first byte.
    pub(super) start: u64,
    /// The offset behind its last byte.
    pub(super) end: u64,
    /// Whose it is.
    pub(super) what: What,
    /// The form it stands in.
    pub(super) form: Form,
}

/// What the search of one stream brought.
pub(super) struct Searched {
    /// The places, by offset.
    pub(super) found: Vec<Found>,
    /// The number of bytes read.
    pub(super) bytes: u64,
    /// Why the search ended before the stream did, if so.
    pub(super) end: io::Result<()>,
}

/// Looks for secrets in streams.
pub(super) struct Searcher {
    patterns: Vec<(What, Pattern)>,
    fingerprints: Fingerprints,
    is_token: fn(&str) -> bool,
}

impl Searcher {
    /// A searcher for these secrets, and for every token that `is_token` accepts.
    pub(super) fn new(secrets: &[&str], is_token: fn(&str) -> bool) -> Self {
        let patterns: Vec<(What, Pattern)> = secrets
            .iter()
            .enumerate()
            .flat_map(|(number, secret)| {
                patterns_of(secret).into_iter().map(move |pattern| (What::Secret(number), pattern))
            })
            .collect();
        let secret_bytes = patterns.iter().map(|(_, pattern)| pattern.bytes.as_slice());
        let token_bytes = Secret::ISSUED_PREFIXES.iter().map(|prefix| prefix.as_bytes());
        let fingerprints = Fingerprints::new(secret_bytes.chain(token_bytes));
        Self { patterns, fingerprints, is_token }
    }

    /// The length of a buffer that takes in about `chunk` new bytes at a time.
    pub(super) fn buffer_length(&self, chunk: usize) -> usize {
        self.overlap() + chunk.max(1)
    }

    /// The number of bytes that must be visible from a place on to decide what begins there.
    fn overlap(&self) -> usize {
        let lengths = self.patterns.iter().map(|(_, pattern)| pattern.bytes.len());
        lengths.fold(LONGEST_TOKEN, usize::max)
    }

    /// Searches a stream to its end, and calls `on_read` with the number of bytes of every read.
    ///
    /// `buffer` has the length that [`Self::buffer_length`] tells.
    pub(super) fn search(
        &self,
        stream: &mut impl Read,
        buffer: &mut [u8],
        on_read: impl Fn(u64),
    ) -> Searched {
        let mut candidates = Vec::new();
        // Of the stream, `buffer[..filled]` holds what begins at offset `base`.
        let mut base = 0;
        let mut filled = 0;
        loop {
            let end = fill(stream, buffer, &mut filled, &on_read);
            let is_last = end.is_err() || filled < buffer.len();
            // What begins behind this is decided in the next round, when enough is visible.
            let decided = if is_last { filled } else { filled - self.overlap() };
            self.add_candidates(&buffer[..filled], decided, base, &mut candidates);
            let is_full = candidates.len() > MOST_FOUND;
            if is_last || is_full {
                candidates.truncate(MOST_FOUND);
                return Searched {
                    found: settled(candidates),
                    bytes: base + filled as u64,
                    end: if is_full { Err(too_many_found()) } else { end },
                };
            }
            buffer.copy_within(decided..filled, 0);
            base += decided as u64;
            filled -= decided;
        }
    }

    /// Adds everything that begins in the first `decided` bytes of `window`, which stands at the
    /// offset `base`.
    fn add_candidates(
        &self,
        window: &[u8],
        decided: usize,
        base: u64,
        candidates: &mut Vec<Found>,
    ) {
        let mut from = 0;
        while let Some(start) = self.fingerprints.next_start(window, from) {
            if start >= decided || candidates.len() > MOST_FOUND {
                return;
            }
            let offset = base + start as u64;
            candidates.extend(self.candidates_at_start(&window[start..]).map(
                |(length, what, form)| Found {
                    start: offset,
                    end: offset + length as u64,
                    what,
                    form,
                },
            ));
            from = start + 1;
        }
    }

    /// The length, owner and form of everything that begins at the first of these bytes.
    fn candidates_at_start<'bytes>(
        &'bytes self,
        bytes: &'bytes [u8],
    ) -> impl Iterator<Item = (usize, What, Form)> + 'bytes {
        let secrets = self
            .patterns
            .iter()
            .filter(|(_, pattern)| bytes.starts_with(&pattern.bytes))
            .map(|(what, pattern)| (pattern.bytes.len(), *what, pattern.form));
        let tokens = token_at_start(bytes)
            .filter(|(_, token)| (self.is_token)(token))
            .map(|(prefix, token)| (token.len(), What::Token(prefix), Form::Token));
        secrets.chain(tokens)
    }
}

/// Reads until the buffer is full or the stream ends; `filled` counts what the buffer holds.
fn fill(
    stream: &mut impl Read,
    buffer: &mut [u8],
    filled: &mut usize,
    on_read: impl Fn(u64),
) -> io::Result<()> {
    while *filled < buffer.len() {
        match stream.read(&mut buffer[*filled..]) {
            Ok(0) => break,
            Ok(count) => {
                *filled += count;
                on_read(count as u64);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The error for a stream with more places than are noted.
fn too_many_found() -> io::Error {
    io::Error::other(format!("more than {MOST_FOUND} places found"))
}

/// The prefix and the whole text of the token that begins at the first of these bytes.
fn token_at_start(bytes: &[u8]) -> Option<(&'static str, &str)> {
    let prefix =
        Secret::ISSUED_PREFIXES.into_iter().find(|prefix| bytes.starts_with(prefix.as_bytes()))?;
    let visible = &bytes[..bytes.len().min(LONGEST_TOKEN)];
    let length = visible.iter().take_while(|byte| is_token_byte(**byte)).count();
    let token = str::from_utf8(&visible[..length]).ok()?;
    Some((prefix, token))
}

/// Whether a byte can stand in a token.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// The candidates that are hits: of those of one secret that overlap, only the first, and the
/// longest of those that begin together; so for tokens, which also are no hits when they begin
/// inside a hit of a known secret.
fn settled(mut candidates: Vec<Found>) -> Vec<Found> {
    candidates.sort_by_key(|found| {
        (found.start, found.form == Form::Token, Reverse(found.end), found.what, found.form)
    });
    let mut secret_ends = BTreeMap::new();
    let mut token_end = 0;
    candidates.retain(|found| {
        let end = match found.what {
            What::Secret(number) => secret_ends.entry(number).or_insert(0),
            What::Token(_) => &mut token_end,
        };
        if found.start < *end {
            return false;
        }
        *end = found.end;
        token_end = token_end.max(found.end);
        true
    });
    candidates
}

/// The SIMD search for the first bytes of all patterns at once.
enum Fingerprints {
    /// Teddy: about as fast as memory. Not for every processor, and not for very many patterns.
    Packed(packed::Searcher),
    /// An automaton, where there is no Teddy.
    Automaton(AhoCorasick),
    /// There is no automaton either; every place is looked at.
    Everywhere,
}

impl Fingerprints {
    /// The search for the first bytes of these patterns.
    fn new<'bytes>(patterns: impl Iterator<Item = &'bytes [u8]>) -> Self {
        let prefixes: BTreeSet<&[u8]> =
            patterns.map(|bytes| &bytes[..bytes.len().min(FINGERPRINT_LENGTH)]).collect();
        match packed::Searcher::new(&prefixes) {
            Some(searcher) => Self::Packed(searcher),
            None => Self::without_simd(&prefixes),
        }
    }

    /// The search where Teddy cannot be had.
    fn without_simd(prefixes: &BTreeSet<&[u8]>) -> Self {
        let automaton = AhoCorasick::builder()
            .match_kind(aho_corasick::MatchKind::LeftmostFirst)
            .build(prefixes);
        automaton.map_or(Self::Everywhere, Self::Automaton)
    }

    /// The next place, at or behind `from`, where a pattern may begin.
    fn next_start(&self, window: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Packed(searcher) => {
                let found = searcher.find_in(window, (from..window.len()).into());
                found.map(|found| found.start())
            }
            Self::Automaton(automaton) => {
                let found = automaton.find(Input::new(window).range(from..));
                found.map(|found| found.start())
            }
            Self::Everywhere => (from < window.len()).then_some(from),
        }
    }
}

/// A line and a column, both counted from one, the column in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The number of newlines before, plus one.
    pub(super) line: u64,
    /// The number of bytes since the line's start, plus one.
    pub(super) column: u64,
}

/// The line and column of every offset, in ascending order, of a stream that is at its start.
///
/// If the stream ends or breaks before an offset, the rest counts as one line.
pub(super) fn places(
    stream: &mut impl Read,
    buffer: &mut [u8],
    offsets: impl Iterator<Item = u64>,
) -> Vec<Place> {
    let mut lines = LineCounter::default();
    let mut filled = 0;
    let mut counted = 0;
    let mut places = Vec::new();
    for offset in offsets {
        while lines.offset < offset {
            if counted == filled {
                (filled, counted) = (0, 0);
                // What a broken read brought still counts.
                let _ = fill(stream, buffer, &mut filled, |_| {});
            }
            if filled == 0 {
                break;
            }
            let missing = usize::try_from(offset - lines.offset).unwrap_or(usize::MAX);
            let end = filled.min(counted.saturating_add(missing));
            lines.count(&buffer[counted..end]);
            counted = end;
        }
        places.push(lines.place_of(offset));
    }
    places
}

/// Counts lines while it is shown a stream.
#[derive(Default)]
struct LineCounter {
    /// The number of bytes shown.
    offset: u64,
    /// The number of newlines among them.
    newlines: u64,
    /// The offset behind the last newline.
    line_start: u64,
}

impl LineCounter {
    /// Counts the next bytes.
    fn count(&mut self, bytes: &[u8]) {
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            self.newlines += memchr::memchr_iter(b'\n', bytes).count() as u64;
            self.line_start = self.offset + last as u64 + 1;
        }
        self.offset += bytes.len() as u64;
    }

    /// The place of an offset on the line reached.
    fn place_of(&self, offset: u64) -> Place {
        Place { line: self.newlines + 1, column: offset - self.line_start + 1 }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "dsk_secret_q7Zr-0mS_x4Vb9Lw2Kd8";
    const ESCAPED_SECRET: &str = "it's \"50/50\" – größer+ß\\";

    fn is_token(token: &str) -> bool {
        token.len() >= 27
    }

    fn searcher(secrets: &[&str]) -> Searcher {
        Searcher::new(secrets, is_token)
    }

    /// Gives one to three bytes at a time, and is interrupted between them.
    struct Trickle<'bytes> {
        bytes: &'bytes [u8],
        calls: usize,
    }

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.calls += 1;
            if self.calls.is_multiple_of(3) {
                return Err(ErrorKind::Interrupted.into());
            }
            let count = self.bytes.len().min(buffer.len()).min(1 + self.calls % 3);
            buffer[..count].copy_from_slice(&self.bytes[..count]);
            self.bytes = &self.bytes[count..];
            Ok(count)
        }
    }

    fn found_in(searcher: &Searcher, bytes: &[u8], chunk: usize) -> Vec<Found> {
        let mut buffer = vec![0; searcher.buffer_length(chunk)];
        let read = Cell::new(0);
        let outcome = searcher
            .search(&mut Cursor::new(bytes), &mut buffer, |count| read.set(read.get() + count));
        outcome.end.expect("a cursor reads to its end");
        assert_eq!(outcome.bytes, bytes.len() as u64);
        assert_eq!(read.get(), outcome.bytes);
        outcome.found
    }

    fn starts(found: &[Found]) -> Vec<(u64, What, Form)> {
        found.iter().map(|found| (found.start, found.what, found.form)).collect()
    }

    /// The hits by definition: every place is looked at, in one piece.
    fn naively_found(searcher: &Searcher, bytes: &[u8], secrets: usize) -> Vec<Found> {
        let mut hits: Vec<Found> = Vec::new();
        for number in 0..secrets {
            let mut from = 0;
            while from < bytes.len() {
                let longest = searcher
                    .patterns
                    .iter()
                    .filter(|(what, _)| *what == What::Secret(number))
                    .filter(|(_, pattern)| bytes[from..].starts_with(&pattern.bytes))
                    .max_by_key(|(_, pattern)| pattern.bytes.len());
                let Some((what, pattern)) = longest else {
                    from += 1;
                    continue;
                };
                let end = from + pattern.bytes.len();
                hits.push(Found {
                    start: from as u64,
                    end: end as u64,
                    what: *what,
                    form: pattern.form,
                });
                from = end;
            }
        }
        let secret_hits = hits.clone();
        let mut from = 0;
        while from < bytes.len() {
            let run: Vec<u8> = bytes[from..]
                .iter()
                .copied()
                .take(LONGEST_TOKEN)
                .take_while(|byte| is_token_byte(*byte))
                .collect();
            let text = String::from_utf8(run).expect("a token is ASCII");
            let prefix =
                Secret::ISSUED_PREFIXES.into_iter().find(|prefix| text.starts_with(prefix));
            let is_in_secret =
                secret_hits.iter().any(|hit| (hit.start..hit.end).contains(&(from as u64)));
            match prefix {
                Some(prefix) if is_token(&text) && !is_in_secret => {
                    let end = from + text.len();
                    hits.push(Found {
                        start: from as u64,
                        end: end as u64,
                        what: What::Token(prefix),
                        form: Form::Token,
                    });
                    from = end;
                }
                _ => from += 1,
            }
        }
        hits.sort_by_key(|hit| (hit.start, hit.form == Form::Token, Reverse(hit.end), hit.what));
        hits
    }

    #[test]
    fn the_usual_search_is_simd_where_the_processor_has_it() {
        let secrets = [SECRET, "hdh_secret_another-one", "correct horse battery staple"];
        let searcher = searcher(&secrets);
        if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
            assert!(matches!(searcher.fingerprints, Fingerprints::Packed(_)));
        }
    }

    #[test]
    fn every_pattern_is_found_once_wherever_it_lies_across_a_read() {
        for secret in [SECRET, ESCAPED_SECRET] {
            let searcher = searcher(&[secret]);
            for (what, pattern) in &searcher.patterns {
                for before in 0..40 {
                    let mut bytes = vec![b'.'; LONGEST_TOKEN + before];
                    let start = bytes.len() as u64;
                    bytes.extend_from_slice(&pattern.bytes);
                    bytes.extend_from_slice(b"..");
                    let found = found_in(&searcher, &bytes, 16);
                    assert_eq!(starts(&found), [(start, *what, pattern.form)]);
                }
            }
        }
    }

    #[test]
    fn tokens_are_found_once_wherever_they_lie_across_a_read() {
        let searcher = searcher(&[]);
        for before in 0..(2 * LONGEST_TOKEN) {
            let bytes = [".".repeat(before).as_str(), "hdh_secret_0123456789abcdef", "\""].concat();
            let found = found_in(&searcher, bytes.as_bytes(), 5);
            let end = before as u64 + 27;
            let what = What::Token("hdh_secret_");
            assert_eq!(found, [Found { start: before as u64, end, what, form: Form::Token }]);
        }
    }

    #[test]
    fn a_token_may_end_with_the_stream_and_begin_it() {
        let found = found_in(&searcher(&[]), b"dsk_secret_0123456789abcdef", 4);
        assert_eq!(starts(&found), [(0, What::Token("dsk_secret_"), Form::Token)]);
    }

    #[test]
    fn what_is_no_token_is_no_hit() {
        let bytes = b"dsk_secret_ hdh_secret_short `dsk_secret_${value}` \
            DSK_SECRET_0123456789abcdef dsk_secret 0123456789abcdef";
        assert_eq!(found_in(&searcher(&[]), bytes, 8), []);
    }

    #[test]
    fn a_token_longer_than_the_bound_is_judged_by_its_beginning() {
        let bytes = format!("dsk_secret_{}", "a".repeat(3 * LONGEST_TOKEN));
        for chunk in [1, 100, 4096] {
            let found = found_in(&searcher(&[]), bytes.as_bytes(), chunk);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].end, LONGEST_TOKEN as u64);
        }
    }

    #[test]
    fn a_token_inside_a_token_is_no_second_hit() {
        let bytes = b"dsk_secret_hdh_secret_0123456789abcdef";
        let found = found_in(&searcher(&[]), bytes, 8);
        assert_eq!(starts(&found), [(0, What::Token("dsk_secret_"), Form::Token)]);
    }

    #[test]
    fn a_known_secret_is_no_token_even_when_the_token_is_longer() {
        let bytes = format!("key:{SECRET}-and-more");
        let found = found_in(&searcher(&[SECRET]), bytes.as_bytes(), 8);
        assert_eq!(starts(&found), [(4, What::Secret(0), Form::Plain)]);
    }

    #[test]
    fn hits_of_one_secret_do_not_overlap_and_those_of_two_may() {
        let searcher = searcher(&["abcabcabcabcabcabc", "cabcabcabcabcabcab"]);
        let found = found_in(&searcher, b"abcabcabcabcabcabcabcabc", 3);
        let plain = |start, number| (start, What::Secret(number), Form::Plain);
        assert_eq!(starts(&found), [plain(0, 0), plain(2, 1)]);
    }

    #[test]
    fn of_two_forms_at_one_place_the_longer_is_the_hit() {
        let searcher = searcher(&["a secret that ends in \\"]);
        let found = found_in(&searcher, b"'a secret that ends in \\\\'", 3);
        assert_eq!(starts(&found), [(1, What::Secret(0), Form::JsonEscaped)]);
    }

    #[test]
    fn an_empty_secret_is_found_nowhere() {
        assert_eq!(found_in(&searcher(&[""]), b"anything", 3), []);
    }

    #[test]
    fn an_empty_stream_has_no_hits() {
        assert_eq!(found_in(&searcher(&[SECRET]), b"", 3), []);
    }

    #[test]
    fn short_and_interrupted_reads_change_nothing() {
        let bytes = format!("{}{SECRET}{}", "x".repeat(700), "y".repeat(700));
        let searcher = searcher(&[SECRET]);
        let mut buffer = vec![0; searcher.buffer_length(11)];
        let mut stream = Trickle { bytes: bytes.as_bytes(), calls: 0 };
        let outcome = searcher.search(&mut stream, &mut buffer, |_| {});
        assert_eq!(starts(&outcome.found), [(700, What::Secret(0), Form::Plain)]);
    }

    #[test]
    fn a_broken_read_ends_the_search_with_what_was_found_before() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let searcher = searcher(&[SECRET]);
        let mut buffer = vec![0; searcher.buffer_length(1000)];
        let mut stream = SECRET.as_bytes().chain(Broken);
        let outcome = searcher.search(&mut stream, &mut buffer, |_| {});
        assert_eq!(starts(&outcome.found), [(0, What::Secret(0), Form::Plain)]);
        assert_eq!(outcome.bytes, SECRET.len() as u64);
        assert!(outcome.end.is_err());
    }

    #[test]
    fn a_stream_full_of_hits_is_left_with_an_error() {
        let searcher = searcher(&[SECRET]);
        let bytes = SECRET.repeat(MOST_FOUND + 5);
        let mut buffer = vec![0; searcher.buffer_length(100_000)];
        let outcome = searcher.search(&mut Cursor::new(bytes), &mut buffer, |_| {});
        assert!(outcome.found.len() <= MOST_FOUND);
        assert!(outcome.found.len() > MOST_FOUND / 3);
        let error = outcome.end.expect_err("too many");
        assert_eq!(error.to_string(), "more than 10000 places found");
    }

    #[test]
    fn a_huge_line_has_columns() {
        let bytes = [b"\n".as_slice(), &vec![b'x'; 3_000_000]].concat();
        let places = places(&mut Cursor::new(bytes), &mut [0; 1000], [2_999_999].into_iter());
        assert_eq!(places, [Place { line: 2, column: 2_999_999 }]);
    }

    #[test]
    fn offsets_behind_the_end_are_on_the_last_line() {
        let places = places(&mut Cursor::new(b"a\nb"), &mut [0; 2], [1, 9].into_iter());
        assert_eq!(places, [Place { line: 1, column: 2 }, Place { line: 2, column: 8 }]);
    }

    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let searcher = searcher(&[SECRET, ESCAPED_SECRET, "abababababababab"]);
        let patterns: Vec<Vec<u8>> =
            searcher.patterns.iter().map(|(_, pattern)| pattern.bytes.to_vec()).collect();
        prop_oneof![
            3 => prop::sample::select(patterns.clone()),
            2 => (prop::sample::select(patterns), any::<prop::sample::Index>())
                .prop_map(|(bytes, end)| bytes[..end.index(bytes.len())].to_vec()),
            2 => "(dsk|hdh)_secret_[a-zA-Z0-9_-]{0,24}".prop_map(String::into_bytes),
            1 => "(ab){1,30}".prop_map(String::into_bytes),
            1 => "dsk_secret_[a-z]{500,530}".prop_map(String::into_bytes),
            1 => prop::collection::vec(any::<u8>(), 0..300),
            1 => Just(b"\n".to_vec()),
        ]
    }

    proptest! {
        #[test]
        fn the_search_finds_what_a_naive_search_finds(
            pieces in prop::collection::vec(pieces(), 0..12),
            chunk in 1..600_usize,
        ) {
            let bytes = pieces.concat();
            let secrets = [SECRET, ESCAPED_SECRET, "abababababababab"];
            let mut searcher = searcher(&secrets);
            let expected = naively_found(&searcher, &bytes, secrets.len());
            prop_assert_eq!(&found_in(&searcher, &bytes, chunk), &expected);

            let patterns = searcher.patterns.iter().map(|(_, pattern)| pattern.bytes.as_slice());
            let tokens = Secret::ISSUED_PREFIXES.iter().map(|prefix| prefix.as_bytes());
            let prefixes = patterns.chain(tokens).map(|bytes| &bytes[..4]).collect();
            searcher.fingerprints = Fingerprints::without_simd(&prefixes);
            prop_assert_eq!(&found_in(&searcher, &bytes, chunk), &expected);

            searcher.fingerprints = Fingerprints::Everywhere;
            prop_assert_eq!(&found_in(&searcher, &bytes, chunk), &expected);
        }

        #[test]
        fn lines_and_columns_are_what_a_naive_count_says(
            text in "[ab\n]{0,60}",
            offsets in prop::collection::btree_set(0..60_usize, 0..8),
            length in 1..20_usize,
        ) {
            let offsets: Vec<usize> =
                offsets.into_iter().filter(|offset| *offset <= text.len()).collect();
            let expected: Vec<Place> = offsets
                .iter()
                .map(|&offset| {
                    let before = &text[..offset];
                    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
                    Place {
                        line: before.matches('\n').count() as u64 + 1,
                        column: (offset - line_start) as u64 + 1,
                    }
                })
                .collect();
            let offsets = offsets.iter().map(|&offset| offset as u64);
            let places = places(&mut Cursor::new(&text), &mut vec![0; length], offsets);
            prop_assert_eq!(places, expected);
        }
    }
}
