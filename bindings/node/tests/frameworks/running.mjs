// Programs that end with their test, by their own process.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Runs a program to its end. */
export function run(folder, script, options, env = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], {
    cwd: folder,
    env: clean(env),
    encoding: 'utf8',
  })
  return { status, output: stdout + stderr }
}

/** Starts a server and returns its origin, which it prints, and what it has printed so far. */
export async function start(t, folder, script, options, env) {
  const server = spawn(process.execPath, [script, ...options], { cwd: folder, env: clean(env) })
  t.after(() => server.kill())
  const printed = []
  const origin = await new Promise((resolve, reject) => {
    const read = (part) => {
      printed.push(String(part))
      const found = /http:\/\/(?:localhost|127\.0\.0\.1):([1-9]\d*)/.exec(printed.join(''))
      if (found) resolve(`http://127.0.0.1:${found[1]}`)
    }
    server.stdout.on('data', read)
    server.stderr.on('data', read)
    server.on('exit', () => reject(new Error(printed.join(''))))
  })
  return { origin, printed }
}

/** Checks with the command that no file of the folders has one of the secrets. */
export function assertNoSecret(folders, secrets) {
  for (const secret of secrets) {
    const { status, stdout, stderr } = spawnSync(
      process.env.DESKSEAL_COMMAND,
      ['scan', '--secret-stdin', ...folders],
      { input: secret, encoding: 'utf8' },
    )
    assert.equal(status, 0, stdout + stderr)
  }
}

/** Returns the text of all files of a folder. */
export function textsOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files
    .filter((found) => found.isFile())
    .map((found) => readFileSync(join(found.parentPath, found.name), 'utf8'))
    .join('\n')
}

/** The environment without the secrets and the marks of the test runner. */
function clean(env) {
  const { NODE_TEST_CONTEXT, HELPDESKY_HMAC_SECRET, LETTERBOOK_PORTAL_TICKET_SECRET, ...rest } =
    process.env
  return { ...rest, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...env }
}
