'use strict'

const contract = require('./contract.cjs')
const { Desk, signedInBy, writtenOf } = require('./desk.cjs')
const { markupFor, warnIfCacheable } = require('./pages.cjs')

// The plugin is documented in fastify.d.cts, where editors show it.

async function deskseal(app, { user, prefix = '/deskseal', ...settings }) {
  const signedIn = signedInBy(user)
  const desk = new Desk(settings)
  const path = prefix.replace(/\/$/, '')

  app.decorateReply('ticketCenter', async function ticketCenter(options = {}) {
    const customer = await signedIn(this.request)
    // Where @fastify/helmet puts it.
    const nonce = options.nonce || this.cspNonce?.script
    return markupFor(desk, customer, { ...options, nonce }, () => keepPrivate(desk, this))
  })

  // Not in a context of their own, so that all hooks of this one run for them, also those that are added later.
  app.get(`${path}/identity`, async (request, reply) =>
    send(reply, await desk.identityAnswer(() => signedIn(request), request.headers)),
  )
  if (!desk.hasPortal) return
  app.get(`${path}/portal`, async (request, reply) => {
    const { headers, originalUrl } = request
    return send(reply, await desk.portalAnswer(() => signedIn(request), originalUrl, headers))
  })
}

// As the package `fastify-plugin` does it: replies have `ticketCenter` in the context that registers the plugin.
deskseal[Symbol.for('skip-override')] = true
deskseal[Symbol.for('fastify.display-name')] = 'deskseal'
deskseal[Symbol.for('plugin-meta')] = { name: 'deskseal' }

/**
 * Makes the page private. The reply's header replaces one that the application has set; the response's says at
 * the end what was sent.
 */
function keepPrivate(desk, reply) {
  if (!reply.raw.headersSent) {
    reply.header('Cache-Control', contract.cacheControl)
    reply.raw.setHeader('Cache-Control', contract.cacheControl)
  }
  warnIfCacheable(desk, reply.raw)
}

function send(reply, answer) {
  const { headers, text } = writtenOf(answer)
  // Fastify adds a type to an empty text.
  return reply
    .code(answer.status)
    .headers(headers)
    .send(text || undefined)
}

module.exports = { deskseal }
