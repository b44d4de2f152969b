// The examples of README.md and of the types run as they are written.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { request as requestOf } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import test, { after } from 'node:test'
import { pathToFileURL } from 'node:url'
import * as deskseal from 'deskseal'
import express from 'express'

const SECRET = 'example-secret-for-documentation'
/** The secret in the environment, where the documentation's own secret is rejected. */
const GENERATED = deskseal.generateSecret()
const package_ = dirname(createRequire(import.meta.url).resolve('deskseal'))
const folder = mkdtempSync(join(process.cwd(), 'snippets-'))
let count = 0
const README = readFileSync(join(package_, 'README.md'), 'utf8')
// The tests of applications run the snippets that name their file.
const SNIPPETS = [...README.matchAll(/```js\n(?!\/\/ (?!server\.mjs)\S+\.\w+\n)(.*?)```/gs)].map(
  ([, code]) => code,
)

process.env.HELPDESKY_HMAC_SECRET = GENERATED
process.env.DESKSEAL_IDENTITY_SECRET = GENERATED
process.env.HELPDESKY_OLD_SECRET = 'an-older-secret-now-being-replaced'
process.env.LETTERBOOK_PORTAL_TICKET_SECRET = GENERATED

const { email, signature } = new deskseal.Signer(GENERATED).signEmail('Ada@example.com')

/** What each snippet must do, in the order of the README. */
const CHECKS = {
  supportPage: async (code) => {
    const { supportPage } = await load(code)
    const page = supportPage({ email: 'Ada@Example.com' })
    assert.ok(page.includes(` data-email="ada@example.com" data-signature="${signature}"`))
  },
  'export async function GET': async (code) => {
    const { GET } = await load(code)
    const location = (await GET()).headers.get('location')
    const verifier = new deskseal.Verifier(GENERATED)
    assert.equal(verifier.verifyLink('help.company.com', location).userId, 'user-42')
  },
  customerOf: async (code) => {
    const { customerOf } = await load(code)
    assert.equal(customerOf({ email, signature }), 'ada@example.com')
    assert.equal(customerOf({ email: 'eve@example.com', signature }), null)
    assert.throws(() => customerOf({ email }), TypeError)
  },
  visitorOf: async (code) => {
    const { visitorOf } = await load(code)
    const url = new deskseal.Signer(GENERATED).portalLink('https://help.company.com', 'user-42')
    assert.equal(visitorOf({ url }), 'user-42')
    assert.equal(visitorOf({ url: '/submit-ticket' }), 'public')
  },
  pageWithToken: async (code) => {
    const { pageWithToken } = await load(code)
    const customer = { id: 'user-42', email: null, name: 'Ada Lovelace', plan: 'pro' }
    const [, token] = pageWithToken(customer).match(/ data-identity="(.*?)"/)
    const identity = new deskseal.Verifier(GENERATED).verifyIdentityToken('desk-1', token)
    assert.deepEqual([identity.userId, identity.name], ['user-42', 'Ada Lovelace'])
    assert.deepEqual(identity.attributes, { plan: 'pro' })
  },
  previous: async (code) => {
    const { secretIndexOf } = await load(code)
    assert.equal(secretIndexOf(email, signature), 0)
  },
  explainEmail: async (code) => assert.match(await output(code), /^email_not_lowercased: /),
  DesksealError: async (code) =>
    assert.equal(await output(code), 'true SecretError secret_placeholder\n'),
  '// server.mjs': async (code) => {
    const visit = await started(code)
    const identity = await (await visit('/deskseal/identity')).json()
    assert.equal(identity.email, email)
    const attributes = `data-email="${email}" data-signature="${identity.signature}"`
    assert.ok((await (await visit('/support')).text()).includes(attributes))
    const { status, headers } = await visit('/deskseal/portal')
    assert.equal(status, 303)
    const form = 'https://help.company.com/submit-ticket'
    assert.ok(headers.get('location').startsWith(`${form}?user_id=user-42&`))
  },
  "from 'deskseal/fastify'": async (code) => {
    const visit = await started(code)
    const identity = await (await visit('/deskseal/identity')).json()
    assert.equal(identity.email, email)
    const attributes = `data-email="${email}" data-signature="${identity.signature}"`
    assert.ok((await (await visit('/support')).text()).includes(attributes))
    const { status, headers } = await visit('/deskseal/portal')
    assert.equal(status, 303)
    assert.match(headers.get('location'), /\?user_id=user-42&/)
  },
  submitTicket: async (code) => {
    const { submitTicket } = await load(code)
    const link = new deskseal.Signer(GENERATED).portalLink('https://help.company.com', 'user-42')
    const visit = await visitor(express().get('/submit-ticket', submitTicket))
    const path = link.slice('https://help.company.com'.length)
    assert.equal(await (await visit(path)).text(), 'user-42')
    assert.equal(await (await visit('/submit-ticket')).text(), 'public')
    assert.equal((await visit(`${path}&user_id=eve`)).status, 500)
  },
  "test('customers": async (code) => assert.match(await output(code), /pass 1/),
  "test('a link": async (code) => assert.match(await output(code), /pass 1/),
}

for (const [mark, check] of Object.entries(CHECKS)) {
  test(`README: ${mark}`, () => check(SNIPPETS.find((code) => code.includes(mark))))
}

test('every snippet of the README is run', () => {
  assert.equal(SNIPPETS.length, Object.keys(CHECKS).length)
})

/** The modules that Node.js alone can run, and the types with their examples. */
const MODULES = {
  deskseal: 'index.d.cts',
  'deskseal/express': 'express.d.cts',
  'deskseal/fastify': 'fastify.d.cts',
}

for (const [module, file] of Object.entries(MODULES)) {
  const names = Object.keys(await import(module))
  const types = readFileSync(join(package_, file), 'utf8')
  const examples = [...types.matchAll(/@example\n(.*?)\*\/\s*(?:export |static )?(.*?)\n/gs)]
  for (const [, example, declaration] of examples) {
    test(`example: ${declaration}`, async () => {
      const code = example.replace(/^ *\* ?/gm, '')
      await load(`import assert from 'node:assert/strict'
        import { Signer, Verifier } from 'deskseal'
        import { ${names.filter((name) => !['Signer', 'Verifier'].includes(name)).join(', ')} } from '${module}'
        const secret = '${SECRET}'
        const [signer, verifier] = [new Signer(secret), new Verifier(secret)]
        { ${code} }`)
    })
  }

  test(`examples of ${module} were found`, () => {
    const functions = types.match(/^export (function|class) /gm)
    assert.ok(examples.length >= functions.length)
  })
}

/** Starts the application until the file's tests end. Returns a function that requests its pages. */
async function visitor(app) {
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
  })
  after(() => {
    server.close()
    server.closeAllConnections()
  })
  return visits(`http://127.0.0.1:${server.address().port}`)
}

/** Runs the README's commands beside its application, in an empty folder. Returns what requests its pages. */
async function started(code) {
  const project = mkdtempSync(join(folder, 'project-'))
  writeFileSync(join(project, 'server.mjs'), code)
  const [, commands] = README.match(/```sh\n([^`]*node server\.mjs\n)```/)
  // `exec` and Node's own program let the test end the server; a `node` in the path may be a script that starts Node.
  // Port 0 is a free one.
  const script = commands.replace('node server.mjs', `exec '${process.execPath}' server.mjs`)
  const server = spawn('sh', ['-ec', script], {
    cwd: project,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  after(() => server.kill())
  const { value: printed } = await server.stdout.setEncoding('utf8').iterator().next()
  return visits(new URL(printed).origin)
}

/** Returns a function that requests the pages of an origin. */
function visits(origin) {
  // `fetch` marks its requests as made by a script, and the portal's link is signed only for clicks.
  return (path) =>
    new Promise((resolve, reject) => {
      const request = requestOf(origin + path, async (answer) => {
        const body = (await answer.toArray()).join('')
        resolve(new Response(body || null, { status: answer.statusCode, headers: answer.headers }))
      })
      request.on('error', reject).end()
    })
}

function written(code) {
  const path = join(folder, `snippet-${(count += 1)}.mjs`)
  writeFileSync(path, code)
  return path
}

function load(code) {
  return import(pathToFileURL(written(code)))
}

function output(code) {
  return new Promise((resolve, reject) => {
    const { NODE_TEST_CONTEXT, ...env } = process.env
    const child = spawn(process.execPath, [written(code)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (part) => (text += part))
    child
      .on('error', reject)
      .on('exit', (status) => (status === 0 ? resolve(text) : reject(new Error(text))))
  })
}
