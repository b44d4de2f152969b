//! Searches one stream of bytes for patterns and tokens, with a limit on memory.
//!
//! A SIMD search finds the first bytes of all patterns at once. Only there are whole patterns compared.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind, Read};

use aho_corasick::{AhoCorasick, Input, packed};
use deskseal::Secret;

use super::Form;
use super::patterns::{Pattern, patterns_of};

/// The longest token, with its prefix. Of a longer one, only the beginning is checked.
const LONGEST_TOKEN: usize = 512;

/// The number of bytes of each pattern that the SIMD search looks for. Patterns often share them, and fewer
/// and shorter ones are faster to search for.
const FINGERPRINT_LENGTH: usize = 8;

/// The limit of hits in one file, so that no file can fill the memory.
const MAX_HITS: usize = 10_000;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A known secret, by its number.
    Secret(usize),
    /// A token, by its prefix.
    Token(&'static str),
}

/// A hit in a stream, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The offset of its first byte.
    pub(super) start: u64,
    /// The offset after its last byte.
    pub(super) end: u64,
    /// Which secret or token it is.
    pub(super) what: Target,
    /// How the secret is encoded there.
    pub(super) form: Form,
}

/// The result of searching one stream.
pub(super) struct Searched {
    /// The hits, by offset.
    pub(super) found: Vec<Found>,
    /// The number of bytes read.
    pub(super) bytes: u64,
    /// The error that ended the search before the end of the stream, if there was one.
    pub(super) end: io::Result<()>,
}

/// Searches streams for secrets.
pub(super) struct Searcher {
    patterns: Vec<(Target, Pattern)>,
    fingerprints: Fingerprints,
    is_token: fn(&str) -> bool,
}

impl Searcher {
    /// A searcher for these secrets, and for every token that `is_token` accepts.
    pub(super) fn new(secrets: &[&str], is_token: fn(&str) -> bool) -> Self {
        let patterns: Vec<(Target, Pattern)> = secrets
            .iter()
            .enumerate()
            .flat_map(|(number, secret)| {
                patterns_of(secret)
                    .into_iter()
                    .map(move |pattern| (Target::Secret(number), pattern))
            })
            .collect();
        let secret_bytes = patterns.iter().map(|(_, pattern)| pattern.bytes.as_slice());
        let token_bytes = Secret::ISSUED_PREFIXES.iter().map(|prefix| prefix.as_bytes());
        let fingerprints = Fingerprints::new(secret_bytes.chain(token_bytes));
        Self { patterns, fingerprints, is_token }
    }

    /// Returns the length of a buffer that reads about `chunk` new bytes at a time.
    pub(super) fn buffer_length(&self, chunk: usize) -> usize {
        self.overlap() + chunk.max(1)
    }

    /// Returns the number of bytes that must be in the buffer from a place on to decide what begins there.
    fn overlap(&self) -> usize {
        let lengths = self.patterns.iter().map(|(_, pattern)| pattern.bytes.len());
        lengths.fold(LONGEST_TOKEN, usize::max)
    }

    /// Searches a stream to its end, and calls `on_read` with the number of bytes of every read.
    ///
    /// `buffer` must have the length that [`Self::buffer_length`] returns.
    pub(super) fn search(
        &self,
        stream: &mut impl Read,
        buffer: &mut [u8],
        on_read: impl Fn(u64),
    ) -> Searched {
        let mut candidates = Vec::new();
        // `buffer[..filled]` holds the part of the stream from offset `base` on.
        let mut base = 0;
        let mut filled = 0;
        loop {
            let end = fill(stream, buffer, &mut filled, &on_read);
            let is_last = end.is_err() || filled < buffer.len();
            // What begins after this is decided in the next round, when enough bytes are in the buffer.
            let decided = if is_last { filled } else { filled - self.overlap() };
            self.add_candidates(&buffer[..filled], decided, base, &mut candidates);
            let is_full = candidates.len() > MAX_HITS;
            if is_last || is_full {
                candidates.truncate(MAX_HITS);
                return Searched {
                    found: without_overlaps(candidates),
                    bytes: base + filled as u64,
                    end: if is_full { Err(too_many_hits()) } else { end },
                };
            }
            buffer.copy_within(decided..filled, 0);
            base += decided as u64;
            filled -= decided;
        }
    }

    /// Adds everything that begins in the first `decided` bytes of `window`, whose first byte has the offset
    /// `base`.
    fn add_candidates(
        &self,
        window: &[u8],
        decided: usize,
        base: u64,
        candidates: &mut Vec<Found>,
    ) {
        let mut from = 0;
        while let Some(start) = self.fingerprints.next_start(window, from) {
            if start >= decided || candidates.len() > MAX_HITS {
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

    /// Returns the length, target and form of everything that begins at the first of these bytes.
    fn candidates_at_start<'bytes>(
        &'bytes self,
        bytes: &'bytes [u8],
    ) -> impl Iterator<Item = (usize, Target, Form)> + 'bytes {
        let secrets = self
            .patterns
            .iter()
            .filter(|(_, pattern)| bytes.starts_with(&pattern.bytes))
            .map(|(what, pattern)| (pattern.bytes.len(), *what, pattern.form));
        let tokens = token_at_start(bytes)
            .filter(|(_, token)| (self.is_token)(token))
            .map(|(prefix, token)| (token.len(), Target::Token(prefix), Form::Token));
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

/// Returns the error for a stream with too many hits.
fn too_many_hits() -> io::Error {
    io::Error::other(format!("it has more than {MAX_HITS} hits"))
}

/// Returns the prefix and the whole text of the token that begins at the first of these bytes.
fn token_at_start(bytes: &[u8]) -> Option<(&'static str, &str)> {
    let prefix =
        Secret::ISSUED_PREFIXES.into_iter().find(|prefix| bytes.starts_with(prefix.as_bytes()))?;
    let visible = &bytes[..bytes.len().min(LONGEST_TOKEN)];
    let length = visible.iter().take_while(|byte| is_token_byte(**byte)).count();
    let token = str::from_utf8(&visible[..length]).ok()?;
    Some((prefix, token))
}

/// Tells whether a token can contain this byte.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Removes candidates that overlap. Of those for one secret, the first stays, and of those that begin at the
/// same place, the longest. The same holds for tokens; a token that begins inside a hit of a known secret is
/// removed as well.
fn without_overlaps(mut candidates: Vec<Found>) -> Vec<Found> {
    candidates.sort_by_key(|found| {
        (found.start, found.form == Form::Token, Reverse(found.end), found.what, found.form)
    });
    let mut secret_ends = BTreeMap::new();
    let mut token_end = 0;
    candidates.retain(|found| {
        let end = match found.what {
            Target::Secret(number) => secret_ends.entry(number).or_insert(0),
            Target::Token(_) => &mut token_end,
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
    /// An automaton, where Teddy is not available.
    Automaton(AhoCorasick),
    /// No search for first bytes: every place is compared.
    Everywhere,
}

impl Fingerprints {
    /// Builds the search for the first bytes of these patterns.
    fn new<'bytes>(patterns: impl Iterator<Item = &'bytes [u8]>) -> Self {
        let prefixes: BTreeSet<&[u8]> =
            patterns.map(|bytes| &bytes[..bytes.len().min(FINGERPRINT_LENGTH)]).collect();
        match packed::Searcher::new(&prefixes) {
            Some(searcher) => Self::Packed(searcher),
            None => Self::without_simd(&prefixes),
        }
    }

    /// Builds the search without Teddy.
    fn without_simd(prefixes: &BTreeSet<&[u8]>) -> Self {
        let automaton = AhoCorasick::builder()
            .match_kind(aho_corasick::MatchKind::LeftmostFirst)
            .build(prefixes);
        automaton.map_or(Self::Everywhere, Self::Automaton)
    }

    /// Returns the next place, at or after `from`, where a pattern may begin.
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

/// Returns the line and column of every offset, in ascending order, of a stream that is at its start.
///
/// If the stream ends or fails before an offset, the rest counts as one line.
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
                // The bytes before a failed read still count.
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

/// Counts the lines of a stream.
#[derive(Default)]
struct LineCounter {
    /// The number of bytes so far.
    offset: u64,
    /// The number of newlines among them.
    newlines: u64,
    /// The offset after the last newline.
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

    /// Returns the place of an offset on the current line.
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

    /// A stream that returns one to three bytes at a time, and is interrupted between them.
    struct SlowReader<'bytes> {
        bytes: &'bytes [u8],
        calls: usize,
    }

    impl Read for SlowReader<'_> {
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

    fn starts(found: &[Found]) -> Vec<(u64, Target, Form)> {
        found.iter().map(|found| (found.start, found.what, found.form)).collect()
    }

    /// Returns the hits by their definition: compares every place, with all bytes in one piece.
    fn naively_found(searcher: &Searcher, bytes: &[u8], secrets: usize) -> Vec<Found> {
        let mut hits: Vec<Found> = Vec::new();
        for number in 0..secrets {
            let mut from = 0;
            while from < bytes.len() {
                let longest = searcher
                    .patterns
                    .iter()
                    .filter(|(what, _)| *what == Target::Secret(number))
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
                        what: Target::Token(prefix),
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
    fn the_search_uses_simd_where_the_processor_has_it() {
        let secrets = [SECRET, "hdh_secret_another-one", "correct horse battery staple"];
        let searcher = searcher(&secrets);
        if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
            assert!(matches!(searcher.fingerprints, Fingerprints::Packed(_)));
        }
    }

    #[test]
    fn every_pattern_is_found_once_wherever_two_reads_split_it() {
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
    fn tokens_are_found_once_wherever_two_reads_split_them() {
        let searcher = searcher(&[]);
        for before in 0..(2 * LONGEST_TOKEN) {
            let bytes = [".".repeat(before).as_str(), "hdh_secret_0123456789abcdef", "\""].concat();
            let found = found_in(&searcher, bytes.as_bytes(), 5);
            let end = before as u64 + 27;
            let what = Target::Token("hdh_secret_");
            assert_eq!(found, [Found { start: before as u64, end, what, form: Form::Token }]);
        }
    }

    #[test]
    fn a_token_that_is_the_whole_stream_is_found() {
        let found = found_in(&searcher(&[]), b"dsk_secret_0123456789abcdef", 4);
        assert_eq!(starts(&found), [(0, Target::Token("dsk_secret_"), Form::Token)]);
    }

    #[test]
    fn prefixes_short_texts_and_placeholders_are_no_tokens() {
        let bytes = b"dsk_secret_ hdh_secret_short `dsk_secret_${value}` \
            DSK_SECRET_0123456789abcdef dsk_secret 0123456789abcdef";
        assert_eq!(found_in(&searcher(&[]), bytes, 8), []);
    }

    #[test]
    fn of_a_token_longer_than_the_limit_the_beginning_is_found() {
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
        assert_eq!(starts(&found), [(0, Target::Token("dsk_secret_"), Form::Token)]);
    }

    #[test]
    fn a_known_secret_is_reported_as_a_secret_even_when_a_longer_token_begins_there() {
        let bytes = format!("key:{SECRET}-and-more");
        let found = found_in(&searcher(&[SECRET]), bytes.as_bytes(), 8);
        assert_eq!(starts(&found), [(4, Target::Secret(0), Form::Plain)]);
    }

    #[test]
    fn hits_of_one_secret_do_not_overlap_but_hits_of_two_secrets_may() {
        let searcher = searcher(&["abcabcabcabcabcabc", "cabcabcabcabcabcab"]);
        let found = found_in(&searcher, b"abcabcabcabcabcabcabcabc", 3);
        let plain = |start, number| (start, Target::Secret(number), Form::Plain);
        assert_eq!(starts(&found), [plain(0, 0), plain(2, 1)]);
    }

    #[test]
    fn of_two_encodings_at_one_place_the_longer_one_is_reported() {
        let searcher = searcher(&["a secret that ends in \\"]);
        let found = found_in(&searcher, b"'a secret that ends in \\\\'", 3);
        assert_eq!(starts(&found), [(1, Target::Secret(0), Form::JsonEscaped)]);
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
    fn short_and_interrupted_reads_do_not_change_the_hits() {
        let bytes = format!("{}{SECRET}{}", "x".repeat(700), "y".repeat(700));
        let searcher = searcher(&[SECRET]);
        let mut buffer = vec![0; searcher.buffer_length(11)];
        let mut stream = SlowReader { bytes: bytes.as_bytes(), calls: 0 };
        let outcome = searcher.search(&mut stream, &mut buffer, |_| {});
        assert_eq!(starts(&outcome.found), [(700, Target::Secret(0), Form::Plain)]);
    }

    #[test]
    fn a_failed_read_ends_the_search_and_keeps_the_hits_before_it() {
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
        assert_eq!(starts(&outcome.found), [(0, Target::Secret(0), Form::Plain)]);
        assert_eq!(outcome.bytes, SECRET.len() as u64);
        assert!(outcome.end.is_err());
    }

    #[test]
    fn the_search_ends_with_an_error_after_too_many_hits() {
        let searcher = searcher(&[SECRET]);
        let bytes = SECRET.repeat(MAX_HITS + 5);
        let mut buffer = vec![0; searcher.buffer_length(100_000)];
        let outcome = searcher.search(&mut Cursor::new(bytes), &mut buffer, |_| {});
        assert!(outcome.found.len() <= MAX_HITS);
        assert!(outcome.found.len() > MAX_HITS / 3);
        let error = outcome.end.expect_err("too many");
        assert_eq!(error.to_string(), "it has more than 10000 hits");
    }

    #[test]
    fn a_place_on_a_very_long_line_has_the_right_column() {
        let bytes = [b"\n".as_slice(), &vec![b'x'; 3_000_000]].concat();
        let places = places(&mut Cursor::new(bytes), &mut [0; 1000], [2_999_999].into_iter());
        assert_eq!(places, [Place { line: 2, column: 2_999_999 }]);
    }

    #[test]
    fn offsets_after_the_end_are_on_the_last_line() {
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
