'use strict'

const contract = require('./contract.cjs')
const { Desk, signedInBy, writtenOf } = require('./desk.cjs')
const { markupFor, warnIfCacheable } = require('./pages.cjs')

// The functions are documented in express.d.cts, where editors show it.

const OF_FASTIFY =
  'Deskseal: this request comes from Fastify, through @fastify/middie or @fastify/express. It has nothing that ' +
  "plugins and hooks add to Fastify's own request, such as the session, so no customer would be signed in. " +
  'Register the plugin of "deskseal/fastify" in place of the middleware of "deskseal/express".'

function deskseal({ user, ...options }) {
  const signedIn = signedInBy(user)
  const desk = new Desk(options)
  const answers = new Map([['/identity', identityAnswer]])
  if (desk.hasPortal) answers.set('/portal', portalAnswer)

  function identityAnswer(request) {
    return desk.identityAnswer(() => signedIn(request), request.headers)
  }

  function portalAnswer(request) {
    const { headers, url, originalUrl = url } = request
    return desk.portalAnswer(() => signedIn(request), originalUrl, headers)
  }

  async function answer(request, response, next) {
    const answerFor = isGetOrHead(request) ? answers.get(pathOf(request)) : undefined
    if (answerFor === undefined) return next()
    send(response, await answerFor(request))
  }

  async function addHelpers(request, response, next) {
    const customer = await signedIn(request)
    // Connect has no `response.locals`.
    response.locals ??= {}
    response.locals.ticketCenter = (options) => ticketCenter(response, customer, options)
    next()
  }

  function ticketCenter(response, customer, options = {}) {
    const nonce = options.nonce || response.locals.cspNonce
    return markupFor(desk, customer, { ...options, nonce }, () => keepPrivate(response))
  }

  function keepPrivate(response) {
    if (!response.headersSent) response.setHeader('Cache-Control', contract.cacheControl)
    warnIfCacheable(desk, response)
  }

  return Object.freeze({ router: passingErrors(answer), views: passingErrors(addHelpers) })
}

/** Passes errors to `next`: Express 4 and Connect do not wait for promises. */
function passingErrors(handle) {
  return (request, response, next) => {
    if (isOfFastify(request, response)) return next(new Error(OF_FASTIFY))
    handle(request, response, next).catch(next)
  }
}

/**
 * Tells whether a request comes from one of Fastify's packages for middleware. They set `ips` on each request,
 * which Express's requests inherit, and one log on request and response.
 */
function isOfFastify(request, response) {
  return Object.hasOwn(request, 'ips') && request.log !== undefined && request.log === response.log
}

function send(response, answer) {
  const { headers, text } = writtenOf(answer)
  response.statusCode = answer.status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(text)
}

function isGetOrHead({ method }) {
  return method === 'GET' || method === 'HEAD'
}

function pathOf({ url }) {
  return url.split('?', 1)[0]
}

module.exports = { deskseal }
