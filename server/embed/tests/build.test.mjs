// Tests the check of the committed script: up to date, and not too large.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const EMBED = fileURLToPath(new URL('../', import.meta.url))

const check = (folder) => run(process.execPath, [join(folder, 'build.mjs'), '--check'])

async function copied(t) {
  const folder = await mkdtemp(join(tmpdir(), 'embed-'))
  t.after(() => rm(folder, { recursive: true }))
  for (const name of ['src', 'dist', 'build.mjs', 'package.json', 'tsconfig.json']) {
    await cp(join(EMBED, name), join(folder, name), { recursive: true })
  }
  await symlink(join(EMBED, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

test('the committed script is up to date and at most 20 KB gzipped', async () => {
  const { stdout } = await check(EMBED)
  const size = Number(/(\d+) bytes gzipped/.exec(stdout)[1])
  assert.ok(size > 0 && size <= 20 * 1024)
})

test('the check fails for a committed script that the sources do not build', async (t) => {
  const folder = await copied(t)
  await check(folder)
  await writeFile(join(folder, 'dist/ticket-center.js'), '// another one\n')
  await assert.rejects(check(folder), /is not up to date/)
})

test('the check fails for a script that is too large', async (t) => {
  const folder = await copied(t)
  const noise = Array.from({ length: 40_000 }, () => Math.random().toString(36)[2]).join('')
  await writeFile(join(folder, 'src/main.ts'), `console.log('${noise}')\n`)
  await assert.rejects(check(folder), /too large/)
})
