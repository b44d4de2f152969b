'use strict'

// What the integrations of frameworks that answer with Node's own `ServerResponse` share.

const contract = require('./contract.cjs')

const CACHEABLE =
  'A page that shows a Ticket Center was sent as cacheable; send it with ' +
  `"Cache-Control: ${contract.cacheControl}".`

/**
 * Returns the markup for a page: the customer's Ticket Center, the fallback after an error that was logged, or
 * an empty text if no customer is signed in. With a Ticket Center, `keepPrivate` is called.
 */
function markupFor(desk, customer, { fallback, ...options }, keepPrivate) {
  const embed = desk.embed(customer, options)
  if (embed === undefined) return ''
  if (embed === null) return fallback ?? publicLink(desk)
  keepPrivate()
  return contract.noHistory + embed.html
}

/** Logs a warning if the response, which has a Ticket Center, was sent as cacheable. */
function warnIfCacheable(desk, response) {
  response.once('finish', () => {
    if (!/\bno-store\b/.test(response.getHeader('Cache-Control') ?? '')) desk.warn(CACHEABLE)
  })
}

function publicLink(desk) {
  const link = desk.publicLink()
  return link === null ? '' : `<a href="${link}">Contact support</a>`
}

module.exports = { markupFor, warnIfCacheable }
