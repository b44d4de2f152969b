//! Case mapping and character properties of Unicode 17.0, from generated tables (SPEC 1.2, 1.3, 3.3).
//!
//! The standard library's data changes with the compiler, and another crate's data with the lock file. The
//! bytes that are signed must never change.

mod tables;

use std::cmp::Ordering;

const CAPITAL_SIGMA: char = '\u{3A3}';

/// Code points below this (Latin, Greek, Cyrillic, Armenian) are looked up directly.
const COMMON: usize = 0x600;

static COMMON_LOWERCASE: [u16; COMMON] = common_lowercase();
static COMMON_CASED: [bool; COMMON] = common_members(tables::CASED);
static COMMON_CASE_IGNORABLE: [bool; COMMON] = common_members(tables::CASE_IGNORABLE);
static COMMON_INVISIBLE: [bool; COMMON] = common_members(tables::INVISIBLE);
static COMMON_UNASSIGNED: [bool; COMMON] = common_members(tables::UNASSIGNED);

/// Appends `text` in lower case to `lower` (SPEC 3.3). Stops when `lower` holds more than `limit` bytes.
pub(crate) fn push_lowercase(text: &str, limit: usize, lower: &mut String) {
    for (start, character) in text.char_indices() {
        if lower.len() > limit {
            return;
        }
        match character {
            _ if character.is_ascii() => lower.push(character.to_ascii_lowercase()),
            CAPITAL_SIGMA if is_final(text, start) => lower.push('\u{3C2}'),
            '\u{130}' => lower.push_str("i\u{307}"),
            _ => lower.push(simple_lowercase(character)),
        }
    }
}

/// Tells whether the character is default-ignorable or a format character (SPEC 1.2, invisible).
pub(crate) fn is_invisible(character: char) -> bool {
    contains(&COMMON_INVISIBLE, tables::INVISIBLE, character)
}

/// Tells whether the character is unassigned, a noncharacter, or for private use (SPEC 1.2, undefined).
pub(crate) fn is_unassigned(character: char) -> bool {
    contains(&COMMON_UNASSIGNED, tables::UNASSIGNED, character)
}

fn simple_lowercase(character: char) -> char {
    let code_point = u32::from(character);
    let lower = match COMMON_LOWERCASE.get(code_point as usize) {
        Some(lower) => u32::from(*lower),
        None => rare_lowercase(code_point),
    };
    char::from_u32(lower).unwrap_or(character)
}

fn rare_lowercase(code_point: u32) -> u32 {
    let order = |&(first, last, ..): &(u32, u32, u32, i32)| order_of(first, last, code_point);
    let Ok(index) = tables::LOWERCASE.binary_search_by(order) else { return code_point };
    let (first, _, stride, offset) = tables::LOWERCASE[index];
    if (code_point - first).is_multiple_of(stride) {
        code_point.wrapping_add_signed(offset)
    } else {
        code_point
    }
}

/// Tells whether the capital sigma at `start` ends a word (The Unicode Standard, table 3-17).
fn is_final(text: &str, start: usize) -> bool {
    let before = &text[..start];
    let after = &text[start + CAPITAL_SIGMA.len_utf8()..];
    let is_relevant = |character: &char| !is_case_ignorable(*character);
    before.chars().rev().find(is_relevant).is_some_and(is_cased)
        && !after.chars().find(is_relevant).is_some_and(is_cased)
}

fn is_cased(character: char) -> bool {
    contains(&COMMON_CASED, tables::CASED, character)
}

fn is_case_ignorable(character: char) -> bool {
    contains(&COMMON_CASE_IGNORABLE, tables::CASE_IGNORABLE, character)
}

fn contains(common: &[bool; COMMON], ranges: &[(u32, u32)], character: char) -> bool {
    let code_point = u32::from(character);
    common.get(code_point as usize).copied().unwrap_or_else(|| {
        let order = |&(first, last): &(u32, u32)| order_of(first, last, code_point);
        ranges.binary_search_by(order).is_ok()
    })
}

/// Returns how the range compares with the code point.
fn order_of(first: u32, last: u32, code_point: u32) -> Ordering {
    if last < code_point {
        Ordering::Less
    } else if first > code_point {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}

/// Returns the lower case of every common code point.
#[expect(clippy::cast_possible_truncation, reason = "common letters have lower cases of 16 bits")]
const fn common_lowercase() -> [u16; COMMON] {
    let mut lowercase = [0; COMMON];
    let mut code_point = 0;
    while code_point < COMMON {
        lowercase[code_point] = code_point as u16;
        code_point += 1;
    }
    let mut index = 0;
    while index < tables::LOWERCASE.len() {
        let (first, last, stride, offset) = tables::LOWERCASE[index];
        let mut upper = first;
        while upper <= last && (upper as usize) < COMMON {
            lowercase[upper as usize] = upper.wrapping_add_signed(offset) as u16;
            upper += stride;
        }
        index += 1;
    }
    lowercase
}

/// Returns for every common code point whether the ranges contain it.
const fn common_members(ranges: &[(u32, u32)]) -> [bool; COMMON] {
    let mut members = [false; COMMON];
    let mut index = 0;
    while index < ranges.len() {
        let (mut member, last) = ranges[index];
        while member <= last && (member as usize) < COMMON {
            members[member as usize] = true;
            member += 1;
        }
        index += 1;
    }
    members
}
