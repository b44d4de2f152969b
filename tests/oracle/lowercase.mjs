// Writes Node's answers for the canonical e-mail with every Unicode character, at three positions.
//
//     node tests/oracle/lowercase.mjs [FOLDER]      default: tests/vectors
//
// Characters that are accepted unchanged are not listed. The first lines of the file describe its format.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Rejection, canonicalEmail } from './seal.mjs'
import { requireUnicode, runsOf, scalarValues } from './unicode.mjs'

const FILE = 'every_character.tsv'
const HEADER = [
  '# canonical_email over every Unicode 17.0 scalar value, put in place of % in one of these:',
  '# leading: %ada@example.com   inner: ada%lovelace@example.com   trailing: ada@example.com%',
  '# A character that is not listed is accepted unchanged. Columns: position, first and last code point (hexadecimal),',
  '# step between them, and the answer: trimmed (removed), +N or -N (replaced by the code point that far',
  '# away), or the code of the error.',
]
const POSITIONS = {
  leading: ['', 'ada@example.com'],
  inner: ['ada', 'lovelace@example.com'],
  trailing: ['ada@example.com', ''],
}

requireUnicode('17.0')
const folder = process.argv[2] ?? fileURLToPath(new URL('../vectors', import.meta.url))
const lines = Object.entries(POSITIONS).flatMap(([position, around]) => linesOf(position, around))
writeFileSync(join(folder, FILE), `${[...HEADER, ...lines].join('\n')}\n`)
console.log(`${FILE}: ${lines.length} lines`)

function linesOf(position, around) {
  const answers = [...scalarValues()].map((codePoint) => [codePoint, answerFor(codePoint, around)])
  return runsOf(answers.filter(([, answer]) => answer !== 'unchanged'))
    .map(({ first, last, stride, answer }) => [position, hex(first), hex(last), stride, answer].join('\t'))
}

function answerFor(codePoint, [before, after]) {
  try {
    const canonical = canonicalEmail(before + String.fromCodePoint(codePoint) + after)
    return answerIn(canonical.slice(before.length, canonical.length - after.length), codePoint)
  } catch (error) {
    if (error instanceof Rejection) return error.code
    throw error
  }
}

function answerIn(replacement, codePoint) {
  const [character, ...rest] = replacement
  if (character === undefined) return 'trimmed'
  if (rest.length > 0) throw new Error(`U+${hex(codePoint)} becomes several characters: this format has no word for it`)
  const offset = character.codePointAt(0) - codePoint
  return offset === 0 ? 'unchanged' : `${offset > 0 ? '+' : ''}${offset}`
}

function hex(codePoint) {
  return codePoint.toString(16).toUpperCase().padStart(4, '0')
}
