'use strict'

const { NamedSecret, ofProcess } = require('./arguments.cjs')
const contract = require('./contract.cjs')
const { DesksealError, Signer, responseUnlessClick, publicFormUrl } = require('./index.cjs')

/** The answer to a page of another site (SPEC 6.4). */
const CROSS_SITE = Object.freeze({
  status: contract.statusCrossSite,
  body: { error: { code: contract.codeCrossSite } },
})

const ORIGIN = new RegExp(`^(?:${contract.originPattern})$`)

/**
 * Signs for an application's two products, each with its own secret, in all integrations. It reads nothing
 * before its first use, so that applications are built without secrets.
 *
 * In production, an error never breaks a page: its code is logged, and the visitor gets the portal's public
 * form. With `debug`, the error is thrown.
 */
class Desk {
  #ticketCenter
  #ticketCenterSigner
  #origins
  #portalUrl
  #portalSigner
  #isDebugging
  #log
  #variable

  /** `variable` returns the value of an environment variable. */
  constructor({
    ticketCenter = {},
    portal = {},
    debug,
    log = console.error,
    variable = ofProcess,
  }) {
    this.#ticketCenter = ticketCenter
    this.#origins = originsOf(ticketCenter)
    this.#ticketCenterSigner = lazySigner(ticketCenter, contract.ticketCenterVariables, variable)
    this.#portalUrl = portal.url
    this.#portalSigner = lazySigner(portal, contract.portalVariables, variable)
    this.#isDebugging = debug ?? ofProcess('NODE_ENV') !== 'production'
    this.#log = log
    this.#variable = variable
  }

  get hasPortal() {
    return this.#portalUrl !== undefined
  }

  /**
   * Returns the answer of the route `identity`, which the components read: a status, headers and perhaps a body.
   * `findCustomer` is not called for a page of another site, unless the application lists its origin.
   */
  async identityAnswer(findCustomer, headers) {
    const answer = this.#isRejected(headers) ? CROSS_SITE : this.#identityOf(await findCustomer())
    return { ...answer, headers: contract.identityHeaders }
  }

  /**
   * Returns the answer of the route `portal`: for a click, a redirect to the link, which is signed now. Other
   * requests get the answer of SPEC 6.5. `findCustomer` is called for clicks only.
   */
  async portalAnswer(findCustomer, target, headers) {
    const unsigned = responseUnlessClick(target, headers)
    if (unsigned !== null) return unsigned
    const customer = await findCustomer()
    return this.#answer(() => ({ status: 303, headers: { Location: this.#portalLink(customer) } }))
  }

  /**
   * Returns the Ticket Center's markup, `null` after an error that was logged, and `undefined` if no customer
   * is signed in. An unusable secret also results in `null`: the rest of the page works without it.
   */
  embed(customer, options) {
    if (isAnonymous(customer)) return undefined
    return this.#attempt(() => this.#embed(customer, options))
  }

  /** Returns the identity for code in the page, with the same checks and the same `null` and `undefined`. */
  identity(customer, options) {
    if (isAnonymous(customer)) return undefined
    return this.#attempt(() => this.#embed(customer, options) && this.#identity(customer))
  }

  /** Returns the link to the portal's public form, or `null` without a usable portal. */
  publicLink() {
    return this.hasPortal ? this.#attempt(() => publicFormUrl(this.#portalUrl)) : null
  }

  /** Logs an error. Its code and message contain no data of the customer and no secret. */
  report({ code, message }) {
    this.#log(`Deskseal: ${code}: ${message}`)
  }

  warn(message) {
    this.#log(`Deskseal: ${message}`)
  }

  #isRejected(headers) {
    return (
      headers[contract.siteHeader] === contract.crossSite && !this.#origins.includes(headers.origin)
    )
  }

  #identityOf(customer) {
    if (isAnonymous(customer)) return { status: contract.statusNotSignedIn }
    return this.#answer(() => ({ status: contract.statusIdentity, body: this.#identity(customer) }))
  }

  /** Returns the answer, or that of an error: 422 for the customer's own data, 503 for the deployment. */
  #answer(sign) {
    return this.#attempt(sign, ({ code, isAboutCustomer }) => ({
      status: isAboutCustomer ? contract.statusAboutCustomer : contract.statusUnavailable,
      // Node.js writes its codes in capitals.
      body: { error: { code: code.toLowerCase() } },
    }))
  }

  #attempt(sign, recover = () => null) {
    try {
      return sign()
    } catch (error) {
      if (this.#isDebugging || !isReportable(error)) throw error
      this.report(error)
      return recover(error)
    }
  }

  #embed(customer, { nonce, ...options }) {
    const { scriptUrl, align, maxWidth, container, crossorigin } = this.#ticketCenter
    return this.#ticketCenterSigner().ticketCenter(customer.email ?? '', this.#helpdeskId(), {
      scriptUrl,
      align,
      maxWidth,
      container,
      crossorigin,
      ...options,
      // An empty nonce is none.
      nonce: nonce || undefined,
    })
  }

  #identity(customer) {
    return this.#ticketCenterSigner().identity(customer.email ?? '', this.#helpdeskId())
  }

  #helpdeskId() {
    return this.#ticketCenter.helpdeskId ?? this.#variable(contract.helpdeskIdVariable) ?? ''
  }

  /** Returns the link to the portal's form: signed for a customer, otherwise public. */
  #portalLink(customer) {
    const link = isAnonymous(customer) ? null : this.#attempt(() => this.#signedLink(customer))
    return link ?? publicFormUrl(this.#portalUrl)
  }

  #signedLink(customer) {
    return this.#portalSigner().portalLink(this.#portalUrl, userIdOf(customer))
  }
}

/** Returns the origins of the setting `origins`, whose pages may request the identity from another site. */
function originsOf({ origins = [] }) {
  if (!Array.isArray(origins)) {
    throw new TypeError('Deskseal: set "ticketCenter.origins" to an array of origins.')
  }
  for (const origin of origins) {
    if (typeof origin === 'string' && ORIGIN.test(origin)) continue
    throw new TypeError(
      `Deskseal: "ticketCenter.origins" has ${JSON.stringify(origin)}, which is not an origin. Write scheme, host ` +
        'and perhaps a port, in lower case and without a path: "https://app.example.com".',
    )
  }
  return [...origins]
}

/** Returns the function that returns the signed-in customer. */
function signedInBy(user) {
  if (typeof user === 'function') return user
  throw new TypeError(
    'Deskseal: set "user" to a function that returns the signed-in customer, or null if there is none.',
  )
}

/**
 * Returns a function that makes the product's signer once. If the settings have the key `secret`, no variable
 * is read, even if the value is undefined. A secret in the settings usually comes from a variable, so it has
 * the same checks: it may be a reference that was not resolved.
 */
function lazySigner(product, usualVariables, variable) {
  const { secretVariable = usualVariables } = product
  const isGiven = 'secret' in product
  let signer
  return () => {
    signer ??= new Signer(
      isGiven
        ? new NamedSecret('secret', () => product.secret)
        : new NamedSecret(secretVariable, variable),
    )
    return signer
  }
}

/** Tells whether no customer is signed in. `session.userId && …` results in `false`, `''` or `0` then. */
function isAnonymous(customer) {
  return !customer
}

/** Returns the customer's id as text: databases often number their customers, and some customers have no id. */
function userIdOf({ id }) {
  return typeof id === 'number' || typeof id === 'bigint' ? String(id) : (id ?? '')
}

/** Tells whether an error is logged in production. An id that is an object has the error of Node.js. */
function isReportable(error) {
  return error instanceof DesksealError || error.code === 'ERR_INVALID_ARG_TYPE'
}

/** Returns an answer's headers and its text. A body that is not text is written as JSON. */
function writtenOf({ headers, body }) {
  const isJson = body !== undefined && typeof body !== 'string'
  const type = isJson && { 'Content-Type': 'application/json; charset=utf-8' }
  return {
    headers: { 'Cache-Control': contract.cacheControl, ...type, ...headers },
    text: isJson ? JSON.stringify(body) : body,
  }
}

/** Returns an answer as a `Response`, for frameworks that use the Fetch API. */
function responseOf(answer) {
  const { headers, text } = writtenOf(answer)
  return new Response(text ?? null, { status: answer.status, headers })
}

module.exports = { Desk, originsOf, responseOf, signedInBy, writtenOf }
