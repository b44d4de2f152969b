'use strict'

const contract = require('./contract.cjs')
const { Desk, signedInBy, writtenOf } = require('./desk.cjs')

// The functions are documented in express.d.cts, where editors show it.

const CACHEABLE =
  'A page that shows a Ticket Center was sent as cacheable; send it with ' +
  `"Cache-Control: ${contract.cacheControl}".`

function deskseal({ user, ...options }) {
  const signedIn = signedInBy(user)
  const desk = new Desk(options)
  const answers = new Map([['/identity', identityAnswer]])
  if (desk.hasPortal) answers.set('/portal', portalAnswer)

  async function identityAnswer(request) {
    return desk.identityAnswer(await signedIn(request))
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
    // Connect and Fastify have no `response.locals`.
    response.locals ??= {}
    response.locals.ticketCenter = (options) => ticketCenter(response, customer, options)
    next()
  }

  function ticketCenter(response, customer, { fallback, ...options } = {}) {
    const nonce = options.nonce || response.locals.cspNonce
    const embed = desk.embed(customer, { ...options, nonce })
    if (embed === undefined) return ''
    if (embed === null) return fallback ?? publicLink()
    keepPrivate(response)
    return contract.noHistory + embed.html
  }

  function publicLink() {
    const link = desk.publicLink()
    return link === null ? '' : `<a href="${link}">Contact support</a>`
  }

  function keepPrivate(response) {
    if (!response.headersSent) response.setHeader('Cache-Control', contract.cacheControl)
    response.once('finish', () => {
      if (isCacheable(response)) desk.warn(CACHEABLE)
    })
  }

  return Object.freeze({ router: passingErrors(answer), views: passingErrors(addHelpers) })
}

/** Passes errors to `next`: Express 4, Connect and Fastify do not wait for promises. */
function passingErrors(handle) {
  return (request, response, next) => {
    handle(request, response, next).catch(next)
  }
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

function isCacheable(response) {
  return !/\bno-store\b/.test(response.getHeader('Cache-Control') ?? '')
}

module.exports = { deskseal }
