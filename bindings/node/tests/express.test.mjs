// The integrations of Express 5, Express 4, Connect and Fastify: the same answers in each.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, request as requestOf } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import test from 'node:test'
import { inspect } from 'node:util'
import middie from '@fastify/middie'
import Ajv from 'ajv'
import connect from 'connect'
import { generateSecret, Verifier } from 'deskseal'
import { deskseal } from 'deskseal/express'
import { deskseal as fastifyPlugin } from 'deskseal/fastify'
import express from 'express'
import express4 from 'express-4'
import Fastify from 'fastify'

const TICKET_CENTER_SECRET = 'a-secret-of-no-documentation'
const PORTAL_SECRET = 'another-secret-for-documentation'
const VARIABLES = ['HELPDESKY_HMAC_SECRET', 'HDH_HMAC_SECRET']
const PORTAL_VARIABLE = 'LETTERBOOK_PORTAL_TICKET_SECRET'
const SIGNATURE = '9e3cbaa0d2d05ce9ae09fabd882161a5e81c5be1c1b8c88b2d7267cf5a711c34'
const PORTAL = 'https://help.company.com'
const PUBLIC_FORM = 'https://help.company.com/submit-ticket'
const ADA = { id: 42, email: ' Ada@Example.com ' }

const OPTIONS = {
  user: ({ headers }) => (headers.customer ? JSON.parse(headers.customer) : null),
  ticketCenter: { helpdeskId: 'desk-1', secret: TICKET_CENTER_SECRET },
  portal: { url: PORTAL, secret: PORTAL_SECRET },
}

const SCHEMA = JSON.parse(
  readFileSync(join(process.env.DESKSEAL_REPOSITORY, 'tests/identity.schema.json')),
)
const CLICKS = JSON.parse(
  readFileSync(join(process.env.DESKSEAL_REPOSITORY, 'tests/portal_requests.json')),
)
const isIdentity = new Ajv().compile(SCHEMA)
const isErrorAnswer = new Ajv().compile(SCHEMA.definitions.error)

/** An application of each framework: the routes, a page, a portal, and the framework's own errors. */
const FRAMEWORKS = {
  'Express 5': (options, portal) => expressApp(express, options, portal),
  'Express 4': (options, portal) => expressApp(express4, options, portal),
  Connect: (options, portal) => {
    const { router, views } = deskseal(options)
    const app = connect()
    app.use('/deskseal', router)
    app.use(views)
    app.use('/support', (request, response) => response.end(response.locals.ticketCenter()))
    app.use('/submit-ticket', (request, response) => response.end(portal(request.originalUrl)))
    app.use((error, request, response, next) => {
      response.statusCode = 500
      response.end(error.code)
    })
    return createServer(app)
  },
  Fastify: async (options, portal) => {
    const app = Fastify()
    app.setErrorHandler((error, request, reply) => reply.code(500).send(error.code))
    await app.register(fastifyPlugin, options)
    app.get('/support', async (request, reply) => {
      reply.type('text/html')
      return reply.ticketCenter()
    })
    app.get('/submit-ticket', async (request) => portal(request.originalUrl))
    await app.ready()
    return app.server
  },
}

for (const [name, application] of Object.entries(FRAMEWORKS)) {
  const start = (t, changes) => started(t, application, changes)

  test(`${name}: the route identity returns a signed identity, and is private`, async (t) => {
    const visit = await start(t)
    const answer = await visit('/deskseal/identity', ADA)
    assert.equal(answer.status, 200)
    assert.ok(isIdentity(JSON.parse(answer.body)))
    assert.deepEqual(JSON.parse(answer.body), {
      email: 'ada@example.com',
      signature: SIGNATURE,
      helpdeskId: 'desk-1',
    })
    assert.equal(answer.headers['cache-control'], 'private, no-store')
    assert.match(answer.headers['content-type'], /^application\/json/)
  })

  test(`${name}: an anonymous visitor gets no identity and no Ticket Center`, async (t) => {
    const visit = await start(t)
    const answer = await visit('/deskseal/identity')
    assert.deepEqual([answer.status, answer.body], [204, ''])
    assert.equal(answer.headers['cache-control'], 'private, no-store')
    const page = await visit('/support')
    assert.deepEqual([page.status, page.body], [200, ''])
    assert.equal(page.headers['cache-control'], undefined)
  })

  test(`${name}: a page of another site gets no identity, and no customer is looked up`, async (t) => {
    const user = () => assert.fail('a customer is looked up')
    const visit = await start(t, { user })
    for (const origin of [undefined, 'https://app.example.com', 'null']) {
      const answer = await visit(
        '/deskseal/identity',
        ADA,
        'GET',
        fetchedFrom('cross-site', origin),
      )
      assert.deepEqual([answer.status, answer.body], [403, '{"error":{"code":"cross_site"}}'])
      assert.ok(isErrorAnswer(JSON.parse(answer.body)))
      assertHeaders(answer)
    }
  })

  test(`${name}: a page of another site gets the identity if its origin is listed`, async (t) => {
    const origins = ['https://app.example.com', 'http://localhost:3000']
    const visit = await start(t, { ticketCenter: { ...OPTIONS.ticketCenter, origins } })
    const statusFor = async (origin) => {
      const headers = fetchedFrom('cross-site', origin)
      return (await visit('/deskseal/identity', ADA, 'GET', headers)).status
    }
    for (const origin of origins) assert.equal(await statusFor(origin), 200, origin)
    const others = [
      undefined,
      'null',
      'https://app.example.com.evil.example',
      'http://app.example.com',
    ]
    for (const origin of others) assert.equal(await statusFor(origin), 403, origin)
  })

  test(`${name}: a page of this site gets the identity, and so does a client that is no browser`, async (t) => {
    const visit = await start(t)
    for (const site of ['same-origin', 'same-site', 'none', undefined]) {
      const answer = await visit('/deskseal/identity', ADA, 'GET', fetchedFrom(site))
      assert.equal(answer.status, 200, site)
      assertHeaders(answer)
    }
  })

  test(`${name}: the identity's response has its headers with every status`, async (t) => {
    const changes = { debug: false, log() {} }
    const visit = await start(t, changes)
    const unset = await start(t, { ...changes, ticketCenter: { secret: TICKET_CENTER_SECRET } })
    const answers = [
      [200, await visit('/deskseal/identity', ADA)],
      [204, await visit('/deskseal/identity')],
      [422, await visit('/deskseal/identity', { email: '' })],
      [503, await unset('/deskseal/identity', ADA)],
    ]
    for (const [status, answer] of answers) {
      assert.equal(answer.status, status)
      assertHeaders(answer)
    }
  })

  test(`${name}: an origin that is none is rejected when the application starts`, async (t) => {
    const others = [
      '*',
      'null',
      'app.example.com',
      'https://app.example.com/',
      'https://*.example.com',
      '',
    ]
    for (const origin of [...others, undefined, /example/, ['https://app.example.com']]) {
      const ticketCenter = { ...OPTIONS.ticketCenter, origins: ['https://app.example.com', origin] }
      await assert.rejects(start(t, { ticketCenter }), {
        name: 'TypeError',
        message: /"ticketCenter\.origins" has .* not an origin/,
      })
    }
    const ticketCenter = { ...OPTIONS.ticketCenter, origins: 'https://app.example.com' }
    await assert.rejects(start(t, { ticketCenter }), /set "ticketCenter\.origins" to an array/)
  })

  test(`${name}: a user that is false, an empty text or 0 is an anonymous visitor`, async (t) => {
    for (const user of [false, '', 0]) {
      for (const signedIn of [() => user, async () => user]) {
        const visit = await start(t, { user: signedIn, debug: true })
        assert.deepEqual(await statusAndBody(visit('/deskseal/identity')), [204, ''])
        assert.deepEqual(await statusAndBody(visit('/support')), [200, ''])
        const { status, headers } = await visit('/deskseal/portal')
        assert.deepEqual([status, headers.location], [303, PUBLIC_FORM])
      }
    }
  })

  test(`${name}: the page contains the Ticket Center, and is private`, async (t) => {
    const visit = await start(t)
    const page = await visit('/support', ADA)
    assert.match(
      page.body,
      /^<template data-hx-history="false"><\/template><div id="hdh-ticket-center"><\/div>\n<script src="https:/,
    )
    assert.match(page.body, new RegExp(`data-signature="${SIGNATURE}"`))
    assert.equal(page.headers['cache-control'], 'private, no-store')
  })

  test(`${name}: the portal's link is signed when it is followed`, async (t) => {
    const visit = await start(t)
    const { status, headers } = await visit('/deskseal/portal?from=menu', ADA)
    assert.equal(status, 303)
    assert.equal(headers['cache-control'], 'private, no-store')
    const verifier = new Verifier(PORTAL_SECRET)
    assert.equal(verifier.verifyLink('help.company.com', headers.location).userId, '42')
  })

  test(`${name}: the portal's link is signed only for a click`, async (t) => {
    const path = '/deskseal/portal'
    let asked = 0
    const visit = await start(t, {
      user: () => {
        asked += 1
        return ADA
      },
    })
    for (const { comment, headers, answer } of CLICKS.cases) {
      const expected = CLICKS.answers[answer]
      const target = expected.query ? `${path}?${expected.query}` : path
      asked = 0
      const answered = await visit(target, undefined, 'GET', headers)
      assert.ok(expected.status.includes(answered.status), `${comment}: ${answered.status}`)
      assert.equal(answered.headers['cache-control'], 'private, no-store', comment)
      assert.equal(asked, expected.signed ? 1 : 0, comment)
      assert.equal(/user_id=42&/.test(answered.headers.location), expected.signed, comment)
      const type = answered.headers['content-type']
      assert.equal(type?.split(';')[0], expected.content_type, comment)
      for (const [header, value] of Object.entries(expected.headers ?? {})) {
        assert.equal(answered.headers[header.toLowerCase()], value.replace('PATH', path), comment)
      }
      for (const part of expected.body ?? []) {
        assert.ok(answered.body.includes(part.replace('PATH', path)), `${comment}: ${part}`)
      }
      for (const part of expected.without ?? []) assert.ok(!answered.body.includes(part), comment)
    }
  })

  test(`${name}: an anonymous visitor is redirected to the public form`, async (t) => {
    const visit = await start(t)
    const { status, headers } = await visit('/deskseal/portal')
    assert.deepEqual([status, headers.location], [303, PUBLIC_FORM])
  })

  test(`${name}: in production, a customer who cannot be signed gets the public form`, async (t) => {
    const logged = []
    const visit = await start(t, { debug: false, log: (message) => logged.push(message) })
    for (const email of ['', null, undefined, 'no address']) {
      const page = await visit('/support', { email })
      assert.equal(page.status, 200)
      assert.equal(page.body, `<a href="${PUBLIC_FORM}">Contact support</a>`)
      const answer = await visit('/deskseal/identity', { email })
      const code = email === 'no address' ? 'email_malformed' : 'email_empty'
      assert.deepEqual([answer.status, answer.body], [422, `{"error":{"code":"${code}"}}`])
      assert.ok(isErrorAnswer(JSON.parse(answer.body)))
      const link = await visit('/deskseal/portal', { email })
      assert.deepEqual([link.status, link.headers.location], [303, PUBLIC_FORM])
    }
    assert.equal(logged.length, 12)
    assert.match(logged[0], /^Deskseal: email_empty: /)
    assert.match(logged[2], /^Deskseal: user_id_empty: /)
    assert.doesNotMatch(logged.join(), /secret-for|no address/)
  })

  test(`${name}: in development, an error is passed to the framework`, async (t) => {
    const visit = await start(t, { debug: true })
    for (const [path, code] of [
      ['/support', 'email_empty'],
      ['/deskseal/identity', 'email_empty'],
      ['/deskseal/portal', 'user_id_empty'],
    ]) {
      const { status, body } = await visit(path, { email: '' })
      assert.deepEqual([status, body], [500, code])
    }
  })

  test(`${name}: an error of the application's own sign-in is passed to the framework`, async (t) => {
    const failing = () => Promise.reject(Object.assign(new Error('no'), { code: 'no_session' }))
    const visit = await start(t, { user: failing })
    for (const path of ['/support', '/deskseal/identity']) {
      assert.deepEqual(await statusAndBody(visit(path)), [500, 'no_session'])
    }
  })

  test(`${name}: without a secret the page works, and the identity is unavailable`, async (t) => {
    const logged = []
    const visit = await start(t, {
      ticketCenter: { helpdeskId: 'desk-1', secret: undefined },
      portal: { url: PORTAL, secret: undefined },
      debug: false,
      log: (message) => logged.push(message),
    })
    const page = await visit('/support', ADA)
    assert.deepEqual(
      [page.status, page.body],
      [200, `<a href="${PUBLIC_FORM}">Contact support</a>`],
    )
    assert.match(logged[0], /^Deskseal: secret_missing: /)
    const { headers } = await visit('/deskseal/portal', ADA)
    assert.equal(headers.location, PUBLIC_FORM)
    const answer = await visit('/deskseal/identity', ADA)
    assert.deepEqual([answer.status, answer.body], [503, '{"error":{"code":"secret_missing"}}'])
    assert.equal(answer.headers['cache-control'], 'private, no-store')
    assert.deepEqual(
      logged.map((line) => line.split(': ')[1]),
      ['secret_missing', 'secret_missing', 'secret_missing'],
    )
  })

  test(`${name}: a product without a secret does not use the other product's`, async (t) => {
    const log = () => {}
    const withoutPortal = { portal: { url: PORTAL, secret: undefined }, debug: false, log }
    const visit = await start(t, withoutPortal)
    assert.equal((await visit('/deskseal/identity', ADA)).status, 200)
    assert.equal((await visit('/deskseal/portal', ADA)).headers.location, PUBLIC_FORM)
    const ticketCenter = { helpdeskId: 'desk-1', secret: undefined }
    const other = await start(t, { ticketCenter, debug: false, log })
    assert.equal((await other('/deskseal/identity', ADA)).status, 503)
    assert.match((await other('/deskseal/portal', ADA)).headers.location, /user_id_signature=/)
  })

  test(`${name}: the portal rejects a repeated parameter of the raw request target`, async (t) => {
    const visit = await start(t)
    const { headers } = await visit('/deskseal/portal', ADA)
    const { pathname, search } = new URL(headers.location)
    assert.deepEqual(await statusAndBody(visit(pathname + search)), [200, '42'])
    assert.deepEqual(await statusAndBody(visit(pathname)), [200, 'public'])
    const repeated = await statusAndBody(visit(`${pathname}${search}&user_id=43`))
    assert.deepEqual(repeated, [500, 'identity_repeated'])
  })

  test(`${name}: other paths and methods are passed to the next handler`, async (t) => {
    const visit = await start(t, { portal: undefined })
    assert.equal((await visit('/deskseal/portal', ADA)).status, 404)
    assert.equal((await visit('/deskseal/other', ADA)).status, 404)
    assert.equal((await visit('/deskseal/identity', ADA, 'POST')).status, 404)
    assert.equal((await visit('/deskseal/identity', ADA, 'HEAD')).body, '')
  })
}

test('each secret is read from its own variable when it is first used', async (t) => {
  t.after(() => {
    for (const name of [...VARIABLES, 'HELPDESKY_HELPDESK_ID', PORTAL_VARIABLE]) {
      delete process.env[name]
    }
  })
  const changes = { ticketCenter: undefined, portal: { url: PORTAL }, debug: true }
  const visit = await started(t, FRAMEWORKS['Express 5'], changes)
  process.env.HELPDESKY_HMAC_SECRET = generateSecret()
  process.env.HELPDESKY_HELPDESK_ID = 'desk-2'
  assert.equal(JSON.parse((await visit('/deskseal/identity', ADA)).body).helpdeskId, 'desk-2')
  assert.equal((await visit('/deskseal/portal', ADA)).body, 'secret_missing')
  process.env[PORTAL_VARIABLE] = generateSecret()
  assert.equal((await visit('/deskseal/portal', ADA)).status, 303)
})

test("either of the Ticket Center's usual variables is read, and two that differ are rejected", async (t) => {
  t.after(() => VARIABLES.forEach((name) => delete process.env[name]))
  const [usual, vendors] = VARIABLES
  const identity = async (ticketCenter) => {
    const visit = await started(t, FRAMEWORKS['Express 5'], { ticketCenter, debug: true })
    return (await visit('/deskseal/identity', ADA)).body
  }
  const secret = generateSecret()
  process.env[vendors] = secret
  const { signature } = JSON.parse(await identity({ helpdeskId: 'desk-1' }))
  assert.equal(new Verifier(secret).verifyEmail('ada@example.com', signature).secretIndex, 0)
  process.env[usual] = generateSecret()
  assert.equal(await identity({ helpdeskId: 'desk-1' }), 'secret_conflict')
  const named = await identity({ helpdeskId: 'desk-1', secretVariable: vendors })
  assert.equal(JSON.parse(named).signature, signature)
})

test('an unresolved reference in the settings is rejected, as in a variable', async (t) => {
  const ticketCenter = { helpdeskId: 'desk-1', secret: '$HELPDESKY_HMAC_SECRET' }
  const visit = await started(t, FRAMEWORKS['Express 5'], { ticketCenter, debug: true })
  assert.equal((await visit('/support', ADA)).body, 'secret_placeholder')
})

test('a variable that bundlers ship to browsers is rejected', async (t) => {
  const ticketCenter = { helpdeskId: 'desk-1', secretVariable: 'NEXT_PUBLIC_SECRET' }
  const visit = await started(t, FRAMEWORKS['Express 5'], { ticketCenter, debug: true })
  assert.equal((await visit('/support', ADA)).body, 'secret_public')
})

test('a desk without an id is an error of the deployment', async (t) => {
  const ticketCenter = { secret: TICKET_CENTER_SECRET }
  const visit = await started(t, FRAMEWORKS['Express 5'], { ticketCenter, debug: false, log() {} })
  const answer = await statusAndBody(visit('/deskseal/identity', ADA))
  assert.deepEqual(answer, [503, '{"error":{"code":"helpdesk_id_malformed"}}'])
})

test('a portal without a usable URL is an error of the deployment', async (t) => {
  const portal = { url: 'http://help.company.com', secret: PORTAL_SECRET }
  const visit = await started(t, FRAMEWORKS['Express 5'], { portal, debug: false, log() {} })
  for (const customer of [ADA, null]) {
    const answer = await statusAndBody(visit('/deskseal/portal', customer))
    assert.deepEqual(answer, [503, '{"error":{"code":"portal_url_insecure"}}'])
  }
  assert.equal((await visit('/support', { email: '' })).body, '')
})

test('an id that is an object has the error of Node.js, and is not shown to the visitor', async (t) => {
  const logged = []
  const user = () => ({ id: { secret: 'of the database' }, email: ['ada@example.com'] })
  const changes = { user, debug: false, log: (message) => logged.push(message) }
  const visit = await started(t, FRAMEWORKS['Express 5'], changes)
  assert.equal((await visit('/deskseal/portal')).headers.location, PUBLIC_FORM)
  const answer = await statusAndBody(visit('/deskseal/identity'))
  assert.deepEqual(answer, [503, '{"error":{"code":"err_invalid_arg_type"}}'])
  assert.ok(isErrorAnswer(JSON.parse(answer[1])))
  assert.match((await visit('/support')).body, /Contact support/)
  assert.equal(logged.length, 3)
  assert.doesNotMatch(logged.join(), /database|@example/)
})

test("a customer's text is escaped in the page and in the portal's link", async (t) => {
  const visit = await started(t, FRAMEWORKS['Express 5'], { debug: false, log() {} })
  const customer = { id: '1&user_id=2#?\r\nSet-Cookie: a=b', email: '"><script>"@example.com' }
  const page = await visit('/support', customer)
  assert.doesNotMatch(page.body, /"><script>/)
  const link = await visit('/deskseal/portal', customer)
  assert.equal(link.headers['set-cookie'], undefined)
  assert.equal(new URL(link.headers.location).origin, PORTAL)
  const other = await visit('/deskseal/portal', { ...customer, id: '1&user_id=2#' })
  const verifier = new Verifier(PORTAL_SECRET)
  assert.equal(
    verifier.verifyLink('help.company.com', other.headers.location).userId,
    '1&user_id=2#',
  )
})

test('a request cannot change the portal to which it is redirected', async (t) => {
  const visit = await started(t, FRAMEWORKS['Express 5'])
  const path = '/deskseal/portal?url=https://evil.example.com&portal[url]=x&__proto__[url]=x'
  const { headers } = await visit(path, ADA)
  assert.equal(new URL(headers.location).origin, PORTAL)
  assert.equal({}.url, undefined)
})

test('a view sets the fallback, the nonce and the appearance', async (t) => {
  const { views } = deskseal({ ...OPTIONS, debug: false, log() {} })
  const app = express()
  // Any file will do for a view that does not read it.
  app.set('views', 'tests').engine('mjs', (path, { ticketCenter }, callback) => {
    callback(null, ticketCenter({ align: 'left', crossorigin: true, fallback: '<p>Call us.</p>' }))
  })
  app.use((request, response, next) => {
    response.locals.cspNonce = 'bm9uY2U='
    next()
  })
  app.get('/support', views, (request, response) => response.render('express.test.mjs'))
  const visit = await visitor(t, createServer(app))
  const { body } = await visit('/support', ADA)
  assert.match(body, / data-align="left" crossorigin="anonymous" nonce="bm9uY2U="><\/script>$/)
  assert.equal((await visit('/support', { email: '' })).body, '<p>Call us.</p>')
})

test('an empty nonce is no nonce', async (t) => {
  const { views } = deskseal({ ...OPTIONS, debug: true })
  const app = express()
  app.get('/support', views, (request, response) => {
    response.locals.cspNonce = request.query.page
    response.send(response.locals.ticketCenter({ nonce: request.query.option }))
  })
  const visit = await visitor(t, createServer(app))
  const nonces = async (query) => {
    const { body } = await visit(`/support?${query}`, ADA)
    return body.match(/ nonce="[^"]*"/g)
  }
  for (const none of ['', 'page=', 'option=', 'page=&option=']) {
    assert.equal(await nonces(none), null, none)
  }
  assert.deepEqual(await nonces('page=abc&option='), [' nonce="abc"'])
  assert.deepEqual(await nonces('page=abc&option=def'), [' nonce="def"'])
})

test('the setting crossorigin loads the script with CORS on every page', async (t) => {
  const ticketCenter = { ...OPTIONS.ticketCenter, crossorigin: true }
  const { views } = deskseal({ ...OPTIONS, ticketCenter })
  const app = connect()
  app.use(views)
  app.use((request, response) => response.end(response.locals.ticketCenter()))
  const visit = await visitor(t, createServer(app))
  assert.match((await visit('/', ADA)).body, / crossorigin="anonymous"><\/script>$/)
})

test('a page with a Ticket Center that is sent as cacheable logs a warning', async (t) => {
  const logged = []
  const { views } = deskseal({ ...OPTIONS, log: (message) => logged.push(message) })
  const app = express()
  app.get('/before/:cache', views, (request, response) => {
    response.setHeader('Cache-Control', request.params.cache)
    response.write('<h1>Support</h1>')
    response.end(response.locals.ticketCenter())
  })
  app.get('/after/:cache', views, (request, response) => {
    const markup = response.locals.ticketCenter()
    response.set('Cache-Control', request.params.cache).send(markup)
  })
  const server = createServer(app)
  const visit = await visitor(t, server)
  for (const path of ['/before/no-store', '/after/no-store']) await visit(path, ADA)
  for (const path of ['/before/public', '/after/public']) await visit(path)
  assert.deepEqual(logged, [])
  for (const path of ['/before/public', '/after/public']) await visit(path, ADA)
  assert.equal(logged.length, 2)
  assert.match(
    logged.join(),
    /Deskseal: .* cacheable; send it with "Cache-Control: private, no-store"/,
  )
})

test("Fastify: the customer is found on Fastify's own request, whichever hook signs in", async (t) => {
  for (const hook of ['onRequest', 'preValidation', 'preHandler']) {
    const visit = await fastify(t, async (app) => {
      app.decorateRequest('customer', null)
      await app.register(fastifyPlugin, { ...OPTIONS, user: ({ customer }) => customer })
      // After the plugin, as in an application that registers it first.
      app.addHook(hook, async (request) => {
        request.customer = ADA
      })
    })
    assert.equal(JSON.parse((await visit('/deskseal/identity')).body).email, 'ada@example.com')
    assert.match((await visit('/support')).body, / data-email="ada@example.com"/)
    assert.match((await visit('/deskseal/portal')).headers.location, /user_id=42&/)
  }
})

test("Fastify: the plugin belongs to the context that registers it, with its prefix and the option's", async (t) => {
  const visit = await fastify(t, async (app) => {
    app.register(async (shop) => shop.register(fastifyPlugin, OPTIONS), { prefix: '/shop' })
    app.register(async (inner) => inner.register(fastifyPlugin, { ...OPTIONS, prefix: '/help/' }))
  })
  for (const path of ['/shop/deskseal/identity', '/help/identity']) {
    assert.equal((await visit(path, ADA)).status, 200)
  }
  assert.equal((await visit('/deskseal/identity', ADA)).status, 404)
  assert.equal((await visit('/support', ADA)).status, 500)
})

test("Fastify: a page takes the nonce of Fastify's helmet, the fallback and the appearance", async (t) => {
  const options = { align: 'left', crossorigin: true, fallback: '<p>Call us.</p>', nonce: '' }
  const visit = await fastify(t, async (app) => {
    app.decorateReply('cspNonce', null)
    app.addHook('onRequest', async (request, reply) => {
      reply.cspNonce = { script: 'bm9uY2U=', style: 'c3R5bGU=' }
    })
    await app.register(fastifyPlugin, { ...OPTIONS, debug: false, log() {} })
    app.get('/options', async (request, reply) => reply.ticketCenter(options))
  })
  const { body } = await visit('/options', ADA)
  assert.match(body, / data-align="left" crossorigin="anonymous" nonce="bm9uY2U="><\/script>$/)
  assert.match((await visit('/support', ADA)).body, / nonce="bm9uY2U="><\/script>$/)
  assert.equal((await visit('/options', { email: '' })).body, '<p>Call us.</p>')
})

test('Fastify: a page with a Ticket Center is private, or its being cacheable is logged', async (t) => {
  const logged = []
  const visit = await fastify(t, async (app) => {
    const log = (message) => logged.push(message)
    await app.register(fastifyPlugin, { ...OPTIONS, log })
    app.get('/before', async (request, reply) => {
      reply.header('Cache-Control', 'public')
      return reply.ticketCenter()
    })
    app.get('/after', async (request, reply) => {
      const markup = await reply.ticketCenter()
      reply.header('Cache-Control', 'public')
      return markup
    })
    app.get('/streamed', async (request, reply) => {
      async function* parts() {
        yield '<h1>Support</h1>'
        yield await reply.ticketCenter()
      }
      return reply.header('Cache-Control', 'public').send(Readable.from(parts()))
    })
  })
  for (const path of ['/support', '/before']) {
    assert.equal((await visit(path, ADA)).headers['cache-control'], 'private, no-store')
  }
  for (const path of ['/before', '/after', '/streamed']) {
    assert.equal((await visit(path)).headers['cache-control'], 'public')
  }
  assert.deepEqual(logged, [])
  for (const path of ['/after', '/streamed']) {
    const page = await visit(path, ADA)
    assert.equal(page.headers['cache-control'], 'public')
    assert.match(page.body, / data-email="ada@example.com"/)
  }
  assert.equal(logged.length, 2)
  assert.match(logged.join(), /Deskseal: .* cacheable; send it with "Cache-Control: private/)
})

test("Fastify: Express's middleware says that the plugin has to be registered", async (t) => {
  const { router, views } = deskseal({ ...OPTIONS, debug: false })
  const visit = await fastify(t, async (app) => {
    await app.register(middie)
    app.use('/deskseal', router)
    app.use('/page', views)
    app.get('/page', async () => 'a page without a Ticket Center')
    app.setErrorHandler((error, request, reply) => reply.code(500).send(error.message))
  })
  for (const path of ['/deskseal/identity', '/deskseal/portal', '/page']) {
    const { status, body } = await visit(path, ADA)
    assert.equal(status, 500)
    assert.match(body, /comes from Fastify, .* Register the plugin of "deskseal\/fastify"/)
  }
})

test('without a function "user" the integrations throw', async () => {
  for (const user of [undefined, { email: 'ada@example.com' }]) {
    const sentence = /^TypeError: Deskseal: set "user" to a function/
    assert.throws(() => deskseal({ user }), sentence)
    await assert.rejects(async () => Fastify().register(fastifyPlugin, { user }), sentence)
  }
})

test('the integration does not show the secrets', () => {
  const shown = inspect(deskseal(OPTIONS), { showHidden: true, depth: Infinity, getters: true })
  assert.doesNotMatch(shown, /secret-for/)
})

function expressApp(framework, options, portal) {
  const { router, views } = deskseal(options)
  const app = framework()
  app.use('/deskseal', router)
  app.get('/support', views, (request, response) => {
    response.send(response.locals.ticketCenter())
  })
  app.get('/submit-ticket', (request, response) => response.send(portal(request.originalUrl)))
  app.use((error, request, response, next) => response.status(500).send(error.code))
  return createServer(app)
}

/** Starts an application of Fastify with the page `/support` until the test ends. Returns what `started` does. */
async function fastify(t, setUp) {
  const app = Fastify()
  await setUp(app)
  app.get('/support', async (request, reply) => reply.ticketCenter())
  await app.ready()
  return visitor(t, app.server)
}

/** Starts the application until the test ends. Returns a function that requests its pages. */
async function started(t, application, changes = {}) {
  const verifier = new Verifier(PORTAL_SECRET)
  const portal = (url) => verifier.verifyLink('help.company.com', url)?.userId ?? 'public'
  return visitor(t, await application({ ...OPTIONS, ...changes }, portal))
}

async function visitor(t, server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address()
  return (path, customer, method = 'GET', extra = {}) =>
    new Promise((resolve, reject) => {
      const headers = { ...extra, ...(customer && { customer: JSON.stringify(customer) }) }
      const request = requestOf({ port, path, headers, method }, async (response) => {
        const { statusCode: status } = response
        const body = (await response.toArray()).join('')
        resolve({ status, headers: response.headers, body })
      })
      request.on('error', reject).end()
    })
}

/** Returns the headers with which a browser fetches for a page. */
function fetchedFrom(site, origin) {
  return { ...(site && { 'sec-fetch-site': site }), ...(origin && { origin }) }
}

function assertHeaders({ status, headers }) {
  assert.equal(headers['cache-control'], 'private, no-store', status)
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin', status)
  assert.equal(headers['x-content-type-options'], 'nosniff', status)
}

async function statusAndBody(visited) {
  const { status, body } = await visited
  return [status, body]
}
