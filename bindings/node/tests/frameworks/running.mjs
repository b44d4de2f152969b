// Programs that end with their test, by their own process.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { request as requestOf } from 'node:http'
import { createServer } from 'node:net'
import { delimiter, dirname, join } from 'node:path'

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

/** Sends a request as a visit does. `fetch` would tell the server that it is a script. */
export function get(url, headers) {
  return new Promise((resolve, reject) => {
    const request = requestOf(url, { headers }, async (answer) => {
      const body = (await answer.toArray()).join('')
      resolve(new Response(body || null, { status: answer.statusCode, headers: answer.headers }))
    })
    request.on('error', reject).end()
  })
}

/** Returns a port that was free a moment ago, for servers that cannot choose one themselves. */
export async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return String(port)
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
