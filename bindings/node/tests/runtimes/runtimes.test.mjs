// The package without its addon: every runtime gives the addon's answers to all vectors.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import test from 'node:test'
import { EdgeRuntime } from 'edge-runtime'
import { areTheAddons, bundled, folder, requests } from './package.mjs'
import { freePort, serve } from './serving.mjs'

const BIN = join(process.cwd(), 'node_modules/.bin')

/** A Worker that answers requests, and says what happens while it starts. */
const WORKER = `
  import { Signer } from 'deskseal'
  import { answers } from './answers.mjs'

  const started = []
  const signer = new Signer('example-secret-for-documentation')
  started.push(signer.signEmail('Ada@example.com').email)
  for (const call of [
    () => signer.portalLink('https://help.company.com', 'user-42'),
    () => signer.portalLink('https://help.company.com', 'user-42', { timestamp: 0 }),
    () => new Signer(null),
  ]) {
    try {
      started.push(call())
    } catch (error) {
      started.push(error.code + ': ' + error.message)
    }
  }

  export default {
    async fetch(request, env) {
      const { pathname } = new URL(request.url)
      if (pathname === '/started') return Response.json(started)
      if (pathname === '/env') {
        return Response.json(Signer.fromEnv('HELPDESKY_HMAC_SECRET', { env }).signEmail('ada@example.com'))
      }
      return new Response(answers(await request.text()))
    },
  }
`

test('Node.js without the addon', () => {
  areTheAddons(run(process.execPath, ['--conditions=deno']))
})

test('Deno, without any permission but to read the requests', () => {
  areTheAddons(run(join(BIN, 'deno'), ['run', '--no-prompt']))
})

test('Bun', () => {
  areTheAddons(run(join(BIN, 'bun'), []))
})

test('Bun, compiled into one program', () => {
  const program = join(folder, 'compiled')
  execFileSync(join(BIN, 'bun'), ['build', '--compile', 'tests/conform.mjs', '--outfile', program])
  areTheAddons(execFileSync(program, { input: requests, encoding: 'utf8', maxBuffer: 2 ** 26 }))
})

test("Vercel's edge runtime", async () => {
  const contents = `
    import { answers } from './answers.mjs'
    globalThis.answers = answers
  `
  const code = readFileSync(
    await bundled('edge-light', contents, ['edge-light'], { format: 'iife', plugins: [compiled] }),
    'utf8',
  )
  const runtime = new EdgeRuntime({ extend: (context) => Object.assign(context, { WebAssembly }) })
  runtime.evaluate(code)
  areTheAddons(`${runtime.context.answers(requests)}\n`)
})

test("Vercel's edge runtime says to import the package, not to require it", async () => {
  const contents = `
    try {
      require('deskseal').canonicalEmail('ada@example.com')
    } catch ({ message }) {
      globalThis.failure = message
    }
  `
  const options = { format: 'iife', plugins: [compiled] }
  const file = await bundled('edge-light-require', contents, ['edge-light'], options)
  const runtime = new EdgeRuntime({ extend: (context) => Object.assign(context, { WebAssembly }) })
  runtime.evaluate(readFileSync(file, 'utf8'))
  assert.match(runtime.context.failure, /^In an edge runtime, write `import … from "deskseal"`/)
})

test('workerd', async (context) => {
  const worker = await bundled('worker', WORKER, ['workerd', 'worker', 'browser'], {
    external: ['*.wasm'],
  })
  const port = await freePort()
  const config = join(folder, 'workerd.capnp')
  writeFileSync(config, configuration(basename(worker), port))
  const build = join(process.cwd(), 'node_modules/deskseal/deskseal.wasm')
  writeFileSync(join(folder, 'deskseal.wasm'), readFileSync(build))
  await isServed(context, join(BIN, 'workerd'), ['serve', config], `http://127.0.0.1:${port}`)
})

test('wrangler dev', async (context) => {
  const entry = join(process.cwd(), 'tests/worker.mjs')
  writeFileSync(entry, WORKER)
  const config = join(process.cwd(), 'tests/wrangler.json')
  writeFileSync(
    config,
    JSON.stringify({
      name: 'deskseal-test',
      main: 'worker.mjs',
      compatibility_date: '2026-01-01',
      vars: { HELPDESKY_HMAC_SECRET: 'a-secret-that-is-long-enough' },
    }),
  )
  const port = await freePort()
  const options = ['dev', '--config', config, '--port', port, '--ip', '127.0.0.1']
  await isServed(context, join(BIN, 'wrangler'), options, `http://127.0.0.1:${port}`)
})

/** Makes a module of a compiled build, as Vercel's own bundler does. */
const compiled = {
  name: 'compiled',
  setup(build) {
    build.onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace('?module', '')),
      namespace: 'compiled',
    }))
    build.onLoad({ filter: /./, namespace: 'compiled' }, ({ path }) => ({
      contents: `
        const bytes = Uint8Array.from(atob('${readFileSync(path).toString('base64')}'), (it) => it.charCodeAt(0))
        export default new WebAssembly.Module(bytes)
      `,
    }))
  },
}

/** Runs the adapter, and returns its answers. */
function run(program, options) {
  const command = [...options, 'tests/conform.mjs']
  return execFileSync(program, command, { input: requests, encoding: 'utf8', maxBuffer: 2 ** 26 })
}

/** Starts the server, and checks its answers. */
async function isServed(context, program, options, origin) {
  await serve(context, program, options, origin)
  const [email, withoutTime, link, withoutSecret] = await (await fetch(`${origin}/started`)).json()
  assert.equal(email, 'ada@example.com')
  assert.match(withoutTime, /^timestamp_malformed: The clock of this runtime stands at 0/)
  assert.match(link, /user_id_timestamp=0&/)
  assert.match(withoutSecret, /^secret_missing/)
  const response = await fetch(origin, { method: 'POST', body: requests })
  areTheAddons(`${await response.text()}\n`)
  assert.equal((await (await fetch(`${origin}/env`)).json()).email, 'ada@example.com')
}

function configuration(worker, port) {
  return `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [ (name = "main", worker = .worker) ],
      sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ],
    );
    const worker :Workerd.Worker = (
      modules = [
        (name = "${worker}", esModule = embed "${worker}"),
        (name = "deskseal.wasm", wasm = embed "deskseal.wasm"),
      ],
      bindings = [ (name = "HELPDESKY_HMAC_SECRET", text = "a-secret-that-is-long-enough") ],
      compatibilityDate = "2026-01-01",
    );
  `
}
