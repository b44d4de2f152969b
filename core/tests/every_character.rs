//! Compares the canonical e-mail with every Unicode character before, inside and after it with Node.js's answers.
//!
//! `tests/vectors/every_character.tsv` contains Node's three million answers in a compact form that its header
//! explains.

use std::collections::BTreeSet;

use deskseal::{ErrorCode, canonical_email};

const TABLE: &str = include_str!("../../tests/vectors/every_character.tsv");

/// The number of Unicode scalar values: all code points but the surrogates.
const CHARACTERS: usize = 1_112_064;

const POSITIONS: [(&str, &str, &str); 3] = [
    ("leading", "", "ada@example.com"),
    ("inner", "ada", "lovelace@example.com"),
    ("trailing", "ada@example.com", ""),
];

/// A row of the table: the answer for a range of characters.
struct Row {
    first: u32,
    last: u32,
    step: u32,
    answer: Answer,
}

#[derive(Clone, Copy)]
enum Answer {
    Trimmed,
    Replaced(i32),
    Rejected(&'static str),
}

impl Row {
    fn parse(fields: &[&'static str]) -> Self {
        let &[first, last, step, answer] = fields else { panic!("a row has five columns") };
        let hexadecimal = |field| u32::from_str_radix(field, 16).expect("a code point");
        let step = step.parse().expect("a step");
        Self {
            first: hexadecimal(first),
            last: hexadecimal(last),
            step,
            answer: Answer::parse(answer),
        }
    }
}

impl Answer {
    fn parse(field: &'static str) -> Self {
        match field {
            "trimmed" => Self::Trimmed,
            offset if offset.starts_with(['+', '-']) => {
                Self::Replaced(offset.parse().expect("an offset"))
            }
            code => Self::Rejected(code),
        }
    }
}

/// Returns the rows of a position, from the first character to the last.
fn rows(position: &str) -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let rows: Vec<Row> = lines
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|fields| fields[0] == position)
        .map(|fields| Row::parse(&fields[1..]))
        .collect();
    assert!(rows.is_sorted_by(|one, next| one.first <= next.first), "{position} is in order");
    rows
}

/// Returns Node's answer to each character that is not accepted as it is.
fn listed_answers(rows: &[Row]) -> Vec<(char, Answer)> {
    let mut answers: Vec<(char, Answer)> = rows
        .iter()
        .flat_map(|row| {
            let step = usize::try_from(row.step).expect("a small step");
            let code_points = (row.first..=row.last).step_by(step);
            code_points.filter_map(char::from_u32).map(|character| (character, row.answer))
        })
        .collect();
    answers.sort_by_key(|(character, _)| *character);
    answers
}

/// Writes the expected canonical e-mail into `expected`, or returns the expected code.
fn expect(
    character: char,
    answer: Option<Answer>,
    (before, after): (&str, &str),
    expected: &mut String,
) -> Option<&'static str> {
    let in_place = match answer {
        None => Some(character),
        Some(Answer::Trimmed) => None,
        Some(Answer::Replaced(offset)) => {
            u32::from(character).checked_add_signed(offset).and_then(char::from_u32)
        }
        Some(Answer::Rejected(code)) => return Some(code),
    };
    expected.clear();
    expected.push_str(before);
    expected.extend(in_place);
    expected.push_str(after);
    None
}

/// Compares every character in one position, and returns how many were compared.
fn compare(position: &str, before: &str, after: &str) -> usize {
    let mut listed = listed_answers(&rows(position)).into_iter().peekable();
    let (mut email, mut expected) = (String::new(), String::new());
    let mut count = 0;
    for character in '\0'..=char::MAX {
        let answer = listed.next_if(|(listed, _)| *listed == character).map(|(_, answer)| answer);
        let code = expect(character, answer, (before, after), &mut expected);
        email.clear();
        email.push_str(before);
        email.push(character);
        email.push_str(after);
        let holds = match (canonical_email(&email), code) {
            (Ok(canonical), None) => canonical.as_str() == expected,
            (Err(error), Some(code)) => error.code().as_str() == code,
            _ => false,
        };
        assert!(holds, "U+{:04X} {position}", u32::from(character));
        count += 1;
    }
    assert!(listed.next().is_none(), "a character of {position} is listed twice");
    count
}

#[test]
fn every_character_is_answered_as_node_does() {
    let compared: usize = std::thread::scope(|scope| {
        POSITIONS
            .map(|(position, before, after)| scope.spawn(move || compare(position, before, after)))
            .map(|thread| thread.join().expect("the answers are the same"))
            .into_iter()
            .sum()
    });
    assert_eq!(compared, 3 * CHARACTERS);
}

#[test]
fn every_row_of_the_table_belongs_to_a_position() {
    let count = TABLE.lines().filter(|line| !line.starts_with('#')).count();
    let counted: usize = POSITIONS.iter().map(|(position, ..)| rows(position).len()).sum();
    assert_eq!(counted, count);
}

#[test]
fn two_characters_become_ascii_and_are_ambiguous() {
    let becomes_ascii = |character: &char| {
        !character.is_ascii() && character.to_lowercase().any(|it| it.is_ascii())
    };
    let expected = BTreeSet::from(['\u{130}', '\u{212A}']);
    assert_eq!(('\0'..=char::MAX).filter(becomes_ascii).collect::<BTreeSet<char>>(), expected);

    let is_ambiguous = |character: &char| {
        let error = canonical_email(&format!("ada{character}@example.com")).err();
        error.is_some_and(|error| error.code() == ErrorCode::EmailAmbiguous)
    };
    assert_eq!(('\0'..=char::MAX).filter(is_ambiguous).collect::<BTreeSet<char>>(), expected);
}
