// Servers that end with their test, and requests to them. published.mjs puts this file beside the tests of each project.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request as requestOf } from 'node:http'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

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

/** Starts a server with its own processes, and waits until it answers. */
export async function serve(context, program, options, origin) {
  const env = { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false' }
  const server = spawn(program, options, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => (output += data))
  const ended = once(server, 'exit')
  context.after(async () => {
    if (server.exitCode === null) process.kill(-server.pid)
    await ended
  })
  while (!(await isReached(origin))) {
    assert.equal(server.exitCode, null, output)
    await sleep(100)
  }
}

function isReached(origin) {
  return get(origin).then(
    () => true,
    () => false,
  )
}
