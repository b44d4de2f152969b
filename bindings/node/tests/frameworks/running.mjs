// Programs that end with their test, by their own process.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'

export { freePort, get } from './serving.mjs'

/** Runs a script to its end. */
export function run(folder, script, options, env) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], {
    cwd: folder,
    env: environment(folder, env),
    encoding: 'utf8',
  })
  return { status, output: stdout + stderr }
}

/** Starts a script that serves, and returns its origin, which it prints, and all that it prints. */
export async function start(t, folder, script, options, env) {
  const server = spawn(process.execPath, [script, ...options], {
    cwd: folder,
    env: environment(folder, env),
  })
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

/** Waits until the site's output matches: it may come after the answer to which it belongs. */
export async function assertPrinted(t, { printed }, pattern) {
  await t.waitFor(() => assert.match(printed.join(''), pattern), { timeout: 60_000 })
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

/** The environment of production, without the secrets and the marks of the test runner. */
function environment(folder, env = {}) {
  const { NODE_TEST_CONTEXT, ...rest } = process.env
  const usual = ['HELPDESKY_HMAC_SECRET', 'HDH_HMAC_SECRET', 'LETTERBOOK_PORTAL_TICKET_SECRET']
  for (const name of usual) delete rest[name]
  const quiet = { NEXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1' }
  const programs = join(folder, 'node_modules/.bin')
  const PATH = [programs, dirname(process.execPath), process.env.PATH].join(delimiter)
  return { ...rest, ...quiet, NODE_ENV: 'production', PATH, ...env }
}
