'use strict'

const { NamedSecret, ofProcess } = require('./arguments.cjs')
const contract = require('./contract.cjs')
const { DesksealError, Signer, responseUnlessClick, publicFormUrl } = require('./index.cjs')

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
  #isDebugging
  #log
  #variable

  /** `variable` returns a variable of the environment by its name. */
  constructor({
    ticketCenter = {},
    portal = {},
    debug,
    log = console.error,
    variable = ofProcess,
  }) {
    this.#ticketCenter = ticketCenter
    this.#ticketCenterSigner = lazySigner(ticketCenter, contract.ticketCenterVariables, variable)
    this.#portalUrl = portal.url
    this.#portalSigner = lazySigner(portal, contract.portalVariables, variable)
    this.#isDebugging = debug ?? process.env.NODE_ENV !== 'production'
    this.#log = log
    this.#variable = variable
  }

  get hasPortal() {
    return this.#portalUrl !== undefined
  }

  /** Returns what answers who is signed in, as the components read it: a status, and perhaps a body. */
  identityAnswer(customer) {
    if (isNobody(customer)) return { status: contract.statusNotSignedIn }
    return this.#answer(() => ({ status: contract.statusIdentity, body: this.#identity(customer) }))
  }

  /**
   * Returns what sends the customer who clicks to the portal, signed now: a status, and the location.
   * What is no click gets another answer. `findCustomer` is called for a click alone.
   */
  async portalAnswer(findCustomer, target, headers) {
    const unsigned = responseUnlessClick(target, headers)
    if (unsigned !== null) return unsigned
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

  /** Returns what code in the page makes the markup of, in the same way; the options are checked alike. */
  identity(customer, options) {
    if (isNobody(customer)) return undefined
    return this.#attempt(() => this.#embed(customer, options) && this.#identity(customer))
  }

  /** Returns the link to the portal's public form, or `null` where there is no usable portal. */
  publicLink() {
    return this.hasPortal ? this.#attempt(() => publicFormUrl(this.#portalUrl)) : null
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
    return this.#attempt(sign, ({ code, isAboutCustomer }) => ({
      status: isAboutCustomer ? contract.statusAboutCustomer : contract.statusUnavailable,
      // Node.js writes its codes in capitals.
      body: { error: { code: code.toLowerCase() } },
    }))
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
    const { scriptUrl, align, maxWidth, container, crossorigin } = this.#ticketCenter
    return this.#ticketCenterSigner().ticketCenter(customer.email ?? '', this.#helpdeskId(), {
      scriptUrl,
      align,
      maxWidth,
      container,
      crossorigin,
      ...options,
    })
  }

  #identity(customer) {
    return this.#ticketCenterSigner().identity(customer.email ?? '', this.#helpdeskId())
  }

  #helpdeskId() {
    return this.#ticketCenter.helpdeskId ?? this.#variable(contract.helpdeskIdVariable) ?? ''
  }

  /** Returns the link to the portal's form: signed for a customer, public for everybody else. */
  #portalLink(customer) {
    const link = isNobody(customer) ? null : this.#attempt(() => this.#signedLink(customer))
    return link ?? publicFormUrl(this.#portalUrl)
  }

  #signedLink(customer) {
    return this.#portalSigner().portalLink(this.#portalUrl, userIdOf(customer))
  }
}

/** Returns the function that says who is signed in. */
function signedInBy(user) {
  if (typeof user === 'function') return user
  throw new TypeError(
    'Deskseal: set "user" to a function that returns who is signed in by your own sign-in, or null.',
  )
}

/**
 * A secret that is given, though undefined, is not looked for elsewhere. Settings hold what a variable held,
 * perhaps a reference that was not resolved, so both are checked alike.
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

/** Returns an answer's headers and its text: a body that is no text is JSON. */
function writtenOf({ headers, body }) {
  const isJson = body !== undefined && typeof body !== 'string'
  const type = isJson && { 'Content-Type': 'application/json; charset=utf-8' }
  return {
    headers: { 'Cache-Control': contract.cacheControl, ...type, ...headers },
    text: isJson ? JSON.stringify(body) : body,
  }
}

/** Returns an answer as a response, for frameworks with the Fetch API's types. */
function responseOf(answer) {
  const { headers, text } = writtenOf(answer)
  return new Response(text ?? null, { status: answer.status, headers })
}

module.exports = { Desk, responseOf, signedInBy, writtenOf }
