// What the tests share: the requests of the vectors, the answers of the addon, and bundles as applications make them.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as esbuild from 'esbuild'

const repository = process.env.DESKSEAL_REPOSITORY

/** A folder for what the tests write. */
export const folder = mkdtempSync(join(process.cwd(), 'made-'))

/** The requests of all vectors but those that read the environment, one a line. */
export const requests = readdirSync(join(repository, 'tests/vectors'))
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(join(repository, 'tests/vectors', name))).cases ?? [])
  .filter(({ env }) => env === undefined)
  .map((request) => JSON.stringify(request))
  .join('\n')

/** The answers of the addon, which the vectors' own check compares with the specification. */
const ANSWERS = execFileSync(process.execPath, ['tests/conform.mjs'], {
  input: requests,
  encoding: 'utf8',
}).split('\n')

/** Compares all answers with the addon's, and shows those that differ first. */
export function areTheAddons(text) {
  const answers = text.split('\n')
  assert.equal(answers.length, ANSWERS.length)
  const differing = answers.flatMap((answer, index) =>
    answer === ANSWERS[index] ? [] : [{ answer, addon: ANSWERS[index] }],
  )
  assert.deepEqual(differing.slice(0, 3), [])
}

/** Bundles the code as applications for the runtime do, and returns the path. */
export async function bundled(name, contents, conditions, options = {}) {
  const outfile = join(folder, `${name}.mjs`)
  await esbuild.build({
    stdin: { contents, resolveDir: join(process.cwd(), 'tests') },
    bundle: true,
    format: 'esm',
    conditions,
    outfile,
    ...options,
  })
  return outfile
}
