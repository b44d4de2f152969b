// Writes the test vectors that every language must reproduce.
//
//     npm --prefix tests/oracle ci
//     node tests/oracle/vectors.mjs [FOLDER]      default: tests/vectors
//
// The output depends only on these scripts and Unicode 17.0. A JWT library checks the tokens. To check that the
// committed files are up to date, `cargo xtask vectors --check` writes to another folder and compares.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkTokens } from './jwt.mjs'
import { requireUnicode } from './unicode.mjs'

/** The files of cases: each one but `case.mjs`, which completes cases, becomes a file of vectors. */
const FILES = readdirSync(new URL('cases', import.meta.url))
  .map((file) => file.replace(/\.mjs$/, ''))
  .filter((name) => name !== 'case')
  .sort()
const folder = process.argv[2] ?? fileURLToPath(new URL('../vectors', import.meta.url))

requireUnicode('17.0')
mkdirSync(folder, { recursive: true })
const files = await Promise.all(FILES.map(async (name) => ({ name, ...await import(`./cases/${name}.mjs`) })))
const cases = files.flatMap((file) => file.cases)
verifyUniqueIds()
verifyOneEnvironment()
verifyWellFormed()
console.log(`${await checkTokens(cases)} tokens are those of a JWT library`)
for (const { name, comment, cases } of files) {
  writeFileSync(join(folder, `${name}.json`), fileText(comment, cases))
  console.log(`${name}.json: ${cases.length} cases`)
}

function verifyUniqueIds() {
  const ids = new Set()
  for (const { id } of cases) {
    if (ids.has(id)) throw new Error(`two cases have the id ${id}; give one of them another id`)
    ids.add(id)
  }
}

/** Test runners set the variables of all cases at once, in one process. */
function verifyOneEnvironment() {
  const environment = new Map()
  for (const { id, new: { name } = {}, env = {} } of cases) {
    for (const one of [name ?? []].flat()) {
      if (environment.has(one) && environment.get(one) !== env[one]) throw new Error(`${id}: ${one} has two values`)
      environment.set(one, env[one])
    }
  }
}

/** JSON parsers differ on lone surrogates, so each language tests them in its own tests. */
function verifyWellFormed() {
  for (const entry of cases) {
    if (/\\ud[89a-f]/.test(JSON.stringify(entry))) throw new Error(`${entry.id}: a lone surrogate`)
  }
}

function fileText(comment, cases) {
  const entries = cases.map((entry) => {
    const members = Object.entries(entry)
      .map(([name, value]) => `      ${JSON.stringify(name)}: ${visible(spaced(value))}`)
    return `    {\n${members.join(',\n')}\n    }`
  })
  return `{\n  "comment": ${JSON.stringify(comment)},\n  "count": ${cases.length},\n  "cases": [\n${entries.join(',\n')}\n  ]\n}\n`
}

/** One line of JSON, with a space after each comma and colon. */
function spaced(value) {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${spaced(member)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** Escapes characters that are invisible or look like another one (KELVIN SIGN looks like K). */
function visible(json) {
  const isHidden = (character) => character !== ' ' && (/[\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}]/u.test(character)
    || character.normalize('NFKC') !== character)
  return [...json].map((character) => isHidden(character) ? escaped(character) : character).join('')
}

function escaped(character) {
  return character.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
}
