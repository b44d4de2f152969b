// An application of Astro, built by the adapters of Cloudflare, Vercel and Netlify, and asked as their hosts do.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { Signer, Verifier } from 'deskseal'
import { freePort, get, serve } from './serving.mjs'

const BIN = join(process.cwd(), 'node_modules/.bin')
const ASTRO = join(process.cwd(), 'node_modules/astro/bin/astro.mjs')
const SECRETS = {
  HELPDESKY_HMAC_SECRET: 'a-secret-for-the-ticket-center',
  LETTERBOOK_PORTAL_TICKET_SECRET: 'a-secret-for-the-ticket-portal',
}
const SIGNATURE = new Signer(SECRETS.HELPDESKY_HMAC_SECRET).signEmail('ada@example.com').signature
const COOKIE = `user=${encodeURIComponent(JSON.stringify({ id: 42, email: 'Ada@Example.com' }))}`
const PAGE = `---
import TicketCenter from 'deskseal/astro/TicketCenter.astro'
---

<TicketCenter />
`

mkdirSync('src/pages', { recursive: true })
writeFileSync('src/pages/support.astro', PAGE)
const repository = process.env.DESKSEAL_REPOSITORY
const app = 'bindings/node/tests/frameworks/astro-app'
cpSync(join(repository, app, 'src/middleware.js'), 'src/middleware.js')
Object.assign(process.env, SECRETS)

test('Cloudflare: the built Worker signs in workerd, with one copy of the build', async (context) => {
  build('cloudflare')
  const folder = 'dist/cloudflare/server'
  const files = readdirSync(folder, { recursive: true })
  assert.equal(files.filter((name) => name.endsWith('.wasm')).length, 1, files.join('\n'))
  const variables = Object.entries(SECRETS).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(folder, '.dev.vars'), variables.join(''))
  const port = await freePort()
  const options = ['dev', '--config', join(folder, 'wrangler.json'), '--ip', '127.0.0.1']
  const origin = `http://127.0.0.1:${port}`
  await serve(context, join(BIN, 'wrangler'), [...options, '--port', port], origin)
  await signs((path, headers) => get(origin + path, headers))
})

test('Vercel: the built function signs', async () => {
  build('vercel')
  const folder = '.vercel/output/functions/_render.func'
  const { handler } = JSON.parse(readFileSync(join(folder, '.vc-config.json'), 'utf8'))
  const entry = await import(pathToFileURL(join(folder, handler)))
  const { fetch: answered } = entry.default
  await signs((path, headers) => answered(new Request(`https://shop.example${path}`, { headers })))
})

test('Netlify: the built function signs', async () => {
  build('netlify')
  const entry = await import(pathToFileURL('.netlify/v1/functions/ssr/ssr.mjs'))
  await signs((path, headers) =>
    entry.default(new Request(`https://shop.example${path}`, { headers }), {}),
  )
})

/** Builds the application. Vercel's adapter needs the packages in the application's own folder. */
function build(adapter) {
  const config = `${adapter}.config.mjs`
  writeFileSync(
    config,
    `import adapter from '@astrojs/${adapter}'
    import { defineConfig } from 'astro/config'
    import deskseal from 'deskseal/astro'

    export default defineConfig({
      output: 'server',
      adapter: adapter(),
      outDir: 'dist/${adapter}',
      integrations: [
        deskseal({
          ticketCenter: { helpdeskId: 'desk-1' },
          portal: { url: 'https://help.company.com' },
        }),
      ],
    })`,
  )
  const { NODE_TEST_CONTEXT, ...rest } = process.env
  const env = { ...rest, ASTRO_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
  const options = [ASTRO, 'build', '--config', config]
  const { status, stdout, stderr } = spawnSync(process.execPath, options, { env, encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
}

async function signs(ask) {
  const cookie = { cookie: COOKIE }
  const page = await ask('/support', cookie)
  assert.equal(page.headers.get('cache-control'), 'private, no-store')
  assert.match(await page.text(), new RegExp(`data-signature="${SIGNATURE}"`))
  const identity = await ask('/deskseal/identity', cookie)
  assert.equal((await identity.json()).signature, SIGNATURE)
  assert.equal((await ask('/deskseal/identity', {})).status, 204)
  const portal = await ask('/deskseal/portal', { ...cookie, 'sec-fetch-mode': 'navigate' })
  const verifier = new Verifier(SECRETS.LETTERBOOK_PORTAL_TICKET_SECRET)
  const link = portal.headers.get('location')
  assert.equal(verifier.verifyLink('help.company.com', link).userId, '42')
}
