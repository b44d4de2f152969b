'use strict'

const { answerUnlessClicked } = require('./clicks.cjs')
const { DesksealError, Signer, generateSecret } = require('./index.cjs')

/** What no cache may keep: a page or an answer that carries an identity. */
const PRIVATE = 'private, no-store'

/**
 * Stands before a Ticket Center in a page: htmx then keeps no copy of the page, with the signature in it,
 * in the browser's storage.
 */
const NO_COPY = '<template data-hx-history="false"></template>'

/**
 * What the frameworks' integrations share: an application's two products, each with its own secret.
 * Nothing is read before its first use, so that applications are built without secrets.
 *
 * A refusal that the customer's own data causes never fails a page in production: the code is logged,
 * and the visitor gets the public way to support. With `debug`, it is thrown.
 */
class Desk {
  #ticketCenter
  #ticketCenterSigner
  #portalUrl
  #portalSigner
  #publicLink
  #isDebugging
  #log

  constructor({ ticketCenter = {}, portal = {}, debug, log = console.error }) {
    this.#ticketCenter = ticketCenter
    this.#ticketCenterSigner = lazySigner(ticketCenter, 'HELPDESKY_HMAC_SECRET')
    this.#portalUrl = portal.url
    this.#portalSigner = lazySigner(portal, 'LETTERBOOK_PORTAL_TICKET_SECRET')
    this.#isDebugging = debug ?? process.env.NODE_ENV !== 'production'
    this.#log = log
  }

  get hasPortal() {
    return this.#portalUrl !== undefined
  }

  /** Returns what answers who is signed in, as the components read it: a status, and perhaps a body. */
  identityAnswer(customer) {
    if (isNobody(customer)) return { status: 204 }
    return this.#answer(() => ({ status: 200, body: identityOf(this.#embed(customer)) }))
  }

  /**
   * Returns what sends the customer who clicks to the portal, signed now: a status, and the location.
   * What is no click gets another answer. `findCustomer` is called for a click alone, and `header` returns
   * a header of the request by its lowercase name.
   */
  async portalAnswer(findCustomer, header, target) {
    const unsigned = answerUnlessClicked(header, target)
    if (unsigned !== undefined) return unsigned
    const customer = await findCustomer()
    return this.#answer(() => ({ status: 303, headers: { Location: this.#portalLink(customer) } }))
  }

  /**
   * Returns the Ticket Center's markup, `null` where it was refused, and `undefined` for nobody. A
   * deployment without a usable secret is refused, too: the rest of the page works without it.
   */
  embed(customer, options) {
    if (isNobody(customer)) return undefined
    return this.#attempt(() => this.#embed(customer, options))
  }

  /** Returns the link to the portal's public form, or `null` where there is no usable portal. */
  publicLink() {
    return this.hasPortal ? this.#attempt(() => this.#unsignedLink()) : null
  }

  /** Logs a refusal. Neither its code nor its message holds anything of the customer's or the secret. */
  report({ code, message }) {
    this.#log(`Deskseal: ${code}: ${message}`)
  }

  warn(message) {
    this.#log(`Deskseal: ${message}`)
  }

  /** Returns the answer, or the one of a refusal: the customer's own data is at fault, or the deployment. */
  #answer(sign) {
    return this.#attempt(sign, (error) => {
      // Node.js writes its codes in capitals.
      const code = error.code.toLowerCase()
      return { status: isAboutCustomer(code) ? 422 : 503, body: { error: { code } } }
    })
  }

  #attempt(sign, refuse = () => null) {
    try {
      return sign()
    } catch (error) {
      if (this.#isDebugging || !isRefusal(error)) throw error
      this.report(error)
      return refuse(error)
    }
  }

  #embed(customer, options) {
    const { helpdeskId, scriptUrl, align, maxWidth, container, crossorigin } = this.#ticketCenter
    return this.#ticketCenterSigner().ticketCenter(
      customer.email ?? '',
      helpdeskId ?? process.env.HELPDESKY_HELPDESK_ID ?? '',
      { scriptUrl, align, maxWidth, container, crossorigin, ...options },
    )
  }

  /** Returns the link to the portal's form: signed for a customer, public for everybody else. */
  #portalLink(customer) {
    const link = isNobody(customer) ? null : this.#attempt(() => this.#signedLink(customer))
    return link ?? this.#unsignedLink()
  }

  #signedLink(customer) {
    return this.#portalSigner().portalLink(this.#portalUrl, userIdOf(customer))
  }

  /** The rules of portals' URLs are the core's, so a link of nobody's is made and its query left out. */
  #unsignedLink() {
    this.#publicLink ??= new Signer(generateSecret())
      .portalLink(this.#portalUrl, 'nobody')
      .replace(/\?.*/, '')
    return this.#publicLink
  }
}

/** Returns the function that says who is signed in. */
function signedInBy(user) {
  if (typeof user === 'function') return user
  throw new TypeError(
    'Deskseal: set "user" to a function that returns who is signed in by your own sign-in, or null.',
  )
}

/** Returns what the components show, of the markup's attributes. */
function identityOf({ attributes }) {
  return {
    email: attributes['data-email'],
    signature: attributes['data-signature'],
    helpdeskId: attributes['data-helpdesk-id'],
  }
}

/** A secret that is given, though undefined, is not looked for elsewhere. */
function lazySigner(product, usualVariable) {
  const { secretVariable = usualVariable } = product
  const isGiven = 'secret' in product
  let signer
  return () => {
    signer ??= isGiven ? new Signer(product.secret) : Signer.fromEnv(secretVariable)
    return signer
  }
}

function isNobody(customer) {
  return customer === undefined || customer === null
}

/** Customers without an address, and databases that count their customers, are common. */
function userIdOf({ id }) {
  return typeof id === 'number' || typeof id === 'bigint' ? String(id) : (id ?? '')
}

/** Ids that are objects, as those of some databases, are refused with the error of Node.js. */
function isRefusal(error) {
  return error instanceof DesksealError || error.code === 'ERR_INVALID_ARG_TYPE'
}

function isAboutCustomer(code) {
  return /^(email|user_id)_/.test(code)
}

/** Returns an answer's headers and its text: a body that is no text is JSON. */
function writtenOf({ headers, body }) {
  const isJson = body !== undefined && typeof body !== 'string'
  const type = isJson && { 'Content-Type': 'application/json; charset=utf-8' }
  return {
    headers: { 'Cache-Control': PRIVATE, ...type, ...headers },
    text: isJson ? JSON.stringify(body) : body,
  }
}

/** Returns an answer as a response, for frameworks with the Fetch API's types. */
function responseOf(answer) {
  const { headers, text } = writtenOf(answer)
  return new Response(text ?? null, { status: answer.status, headers })
}

module.exports = { Desk, NO_COPY, PRIVATE, identityOf, responseOf, signedInBy, writtenOf }
