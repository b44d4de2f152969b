'use strict'

const {
  NamedSecret,
  embedOptions,
  identityClaims,
  namedHeaders,
  object,
  optionalFlag,
  optionalInteger,
  optionsObject,
  previousSecrets,
  secondsOrNow,
  secretTexts,
  text,
  textOrNone,
  unescaped,
  variablesOf,
} = require('./arguments.cjs')
const { clickHeaders } = require('./contract.cjs')
const {
  DesksealError,
  InputError,
  SecretError,
  VerificationError,
  startingAt,
} = require('./errors.cjs')
const loaded = require('#native')

// The functions are documented in index.d.cts, where editors show it.

const { freeze } = Object

/** The addon's functions, or the same over WebAssembly, which is an ES module in Workers. */
const native = loaded.default ?? loaded

/** The length of a signature, with which some of the addon's answers begin. */
const SIGNATURE_LENGTH = 64

/** The lists of attribute names, by the numbers with which embeds begin. */
const attributeNames = []

function canonicalEmail(email) {
  try {
    return native.canonicalEmail(text(email, 'email'))
  } catch (failure) {
    throw startingAt(canonicalEmail, failure)
  }
}

function canonicalHost(host) {
  try {
    return native.canonicalHost(text(host, 'host'))
  } catch (failure) {
    throw startingAt(canonicalHost, failure)
  }
}

function generateSecret() {
  try {
    return native.generateSecret()
  } catch (failure) {
    throw startingAt(generateSecret, failure)
  }
}

function publicFormUrl(portalUrl) {
  try {
    return native.publicFormUrl(text(portalUrl, 'portalUrl'))
  } catch (failure) {
    throw startingAt(publicFormUrl, failure)
  }
}

function portalHost(portalUrl) {
  try {
    return native.portalHost(text(portalUrl, 'portalUrl'))
  } catch (failure) {
    throw startingAt(portalHost, failure)
  }
}

function responseUnlessClick(target, headers) {
  try {
    const answer = native.responseUnlessClick(
      [text(target, 'target')],
      namedHeaders(headers, clickHeaders),
    )
    return answer === null ? null : httpResponse(answer)
  } catch (failure) {
    throw startingAt(responseUnlessClick, failure)
  }
}

class Signer {
  /** The addon's functions. They hold the secret outside of JavaScript. */
  #native

  constructor(secret) {
    try {
      this.#native = native.createSigner(...currentSecret(secret))
    } catch (failure) {
      throw startingAt(Signer, failure)
    }
  }

  static fromEnv(name, options) {
    try {
      return new this(new NamedSecret(name, variablesOf(options)))
    } catch (failure) {
      throw startingAt(Signer.fromEnv, failure)
    }
  }

  signEmail(email) {
    try {
      const signed = this.#native.signEmail(text(email, 'email'))
      return freeze({
        email: signed.slice(SIGNATURE_LENGTH),
        signature: signed.slice(0, SIGNATURE_LENGTH),
      })
    } catch (failure) {
      throw startingAt(Signer.prototype.signEmail, failure)
    }
  }

  signUser(portalHost, userId, options) {
    try {
      text(portalHost, 'portalHost')
      text(userId, 'userId')
      const timestamp = secondsOrNow(optionsObject(options).timestamp, 'options.timestamp')
      const signed = this.#native.signUser(portalHost, userId, timestamp)
      return freeze({
        userId: signed.slice(SIGNATURE_LENGTH),
        timestamp,
        signature: signed.slice(0, SIGNATURE_LENGTH),
      })
    } catch (failure) {
      throw startingAt(Signer.prototype.signUser, failure)
    }
  }

  portalLink(portalUrl, userId, options) {
    try {
      return this.#native.portalLink(
        text(portalUrl, 'portalUrl'),
        text(userId, 'userId'),
        secondsOrNow(optionsObject(options).timestamp, 'options.timestamp'),
      )
    } catch (failure) {
      throw startingAt(Signer.prototype.portalLink, failure)
    }
  }

  ticketCenter(email, helpdeskId, options) {
    try {
      text(email, 'email')
      text(helpdeskId, 'helpdeskId')
      if (options === undefined) return embed(this.#native.ticketCenter(email, helpdeskId))
      const given = embedOptions(optionsObject(options))
      return embed(this.#native.ticketCenter(email, helpdeskId, ...given))
    } catch (failure) {
      throw startingAt(Signer.prototype.ticketCenter, failure)
    }
  }

  identity(email, helpdeskId) {
    try {
      const signed = this.#native.identity(text(email, 'email'), text(helpdeskId, 'helpdeskId'))
      const end = signed.indexOf(' ', SIGNATURE_LENGTH)
      return freeze({
        email: signed.slice(end + 1),
        signature: signed.slice(0, SIGNATURE_LENGTH),
        helpdeskId: signed.slice(SIGNATURE_LENGTH, end),
      })
    } catch (failure) {
      throw startingAt(Signer.prototype.identity, failure)
    }
  }

  identityToken(audience, options) {
    try {
      const claims = identityClaims(optionsObject(options))
      return this.#native.identityToken(text(audience, 'audience'), ...claims)
    } catch (failure) {
      throw startingAt(Signer.prototype.identityToken, failure)
    }
  }

  ticketCenterWithToken(helpdeskId, options) {
    try {
      const given = optionsObject(options)
      return embed(
        this.#native.ticketCenterWithToken(
          text(helpdeskId, 'helpdeskId'),
          ...identityClaims(given),
          ...embedOptions(given),
        ),
      )
    } catch (failure) {
      throw startingAt(Signer.prototype.ticketCenterWithToken, failure)
    }
  }

  portalLinkWithToken(portalUrl, options) {
    try {
      const { email, emailVerified, userId, tokenId, expiresIn, now } = optionsObject(options)
      return this.#native.portalLinkWithToken(
        text(portalUrl, 'portalUrl'),
        textOrNone(email, 'options.email'),
        optionalFlag(emailVerified, 'options.emailVerified'),
        textOrNone(userId, 'options.userId'),
        textOrNone(tokenId, 'options.tokenId'),
        optionalInteger(expiresIn, 'options.expiresIn'),
        secondsOrNow(now, 'options.now'),
      )
    } catch (failure) {
      throw startingAt(Signer.prototype.portalLinkWithToken, failure)
    }
  }
}

class Verifier {
  /** The addon's functions. They hold the secrets outside of JavaScript. */
  #native

  constructor(secret, options) {
    try {
      const current = currentSecret(secret)
      const { previous = [], tolerance } = optionsObject(options)
      this.#native = native.createVerifier(
        ...current,
        ...previousSecrets(previous, 'options.previous'),
        optionalInteger(tolerance, 'options.tolerance'),
      )
    } catch (failure) {
      throw startingAt(Verifier, failure)
    }
  }

  static fromEnv(name, options) {
    try {
      return new this(new NamedSecret(name, variablesOf(options)), options)
    } catch (failure) {
      throw startingAt(Verifier.fromEnv, failure)
    }
  }

  verifyEmail(email, signature, options) {
    try {
      const verified = this.#native.verifyEmail(
        text(email, 'email'),
        text(signature, 'signature'),
        secondsOrNow(optionsObject(options).now, 'options.now'),
      )
      const [canonical, secretIndex] = verified.includes(' ') ? verified.split(' ') : [verified, 0]
      return freeze({ email: canonical, secretIndex: Number(secretIndex) })
    } catch (failure) {
      throw startingAt(Verifier.prototype.verifyEmail, failure)
    }
  }

  verifyUser(claim) {
    try {
      const { portalHost, userId, timestamp, signature, now } = object(claim, 'claim')
      return verifiedUser(
        this.#native.verifyUser(
          text(portalHost, 'claim.portalHost'),
          text(userId, 'claim.userId'),
          text(timestamp, 'claim.timestamp'),
          text(signature, 'claim.signature'),
          secondsOrNow(now, 'claim.now'),
        ),
      )
    } catch (failure) {
      throw startingAt(Verifier.prototype.verifyUser, failure)
    }
  }

  verifyLink(portalHost, url, options) {
    try {
      const verified = this.#native.verifyLink(
        text(portalHost, 'portalHost'),
        text(url, 'url'),
        secondsOrNow(optionsObject(options).now, 'options.now'),
      )
      return verified === null ? null : verifiedUser(verified)
    } catch (failure) {
      throw startingAt(Verifier.prototype.verifyLink, failure)
    }
  }

  explainEmail(email, signature, options) {
    try {
      const { otherSecrets = [], now } = optionsObject(options)
      return explanation(
        this.#native.explainEmail(
          text(email, 'email'),
          text(signature, 'signature'),
          secretTexts(otherSecrets, 'options.otherSecrets'),
          secondsOrNow(now, 'options.now'),
        ),
      )
    } catch (failure) {
      throw startingAt(Verifier.prototype.explainEmail, failure)
    }
  }

  explainLink(portalHost, url, options) {
    try {
      const { otherSecrets = [], now } = optionsObject(options)
      return explanation(
        this.#native.explainLink(
          text(portalHost, 'portalHost'),
          text(url, 'url'),
          secretTexts(otherSecrets, 'options.otherSecrets'),
          secondsOrNow(now, 'options.now'),
        ),
      )
    } catch (failure) {
      throw startingAt(Verifier.prototype.explainLink, failure)
    }
  }

  verifyIdentityToken(audience, token, options) {
    try {
      return verifiedIdentity(
        this.#native.verifyIdentityToken(
          text(audience, 'audience'),
          text(token, 'token'),
          secondsOrNow(optionsObject(options).now, 'options.now'),
        ),
      )
    } catch (failure) {
      throw startingAt(Verifier.prototype.verifyIdentityToken, failure)
    }
  }

  explainIdentityToken(audience, token, options) {
    try {
      const { otherSecrets = [], now } = optionsObject(options)
      return explanation(
        this.#native.explainIdentityToken(
          text(audience, 'audience'),
          text(token, 'token'),
          secretTexts(otherSecrets, 'options.otherSecrets'),
          secondsOrNow(now, 'options.now'),
        ),
      )
    } catch (failure) {
      throw startingAt(Verifier.prototype.explainIdentityToken, failure)
    }
  }
}

/** Returns the names of the secret's variables (none if the secret was passed as text), and the values. */
function currentSecret(secret) {
  if (secret instanceof NamedSecret) {
    return [secret.names, secret.values.map((value) => textOrNone(value, 'secret'))]
  }
  return [[], [textOrNone(secret, 'secret')]]
}

/** Reads a verified user from the addon's answer: the secret's index, the timestamp and the user id. */
function verifiedUser(answer) {
  const indexEnd = answer.indexOf(' ')
  const timestampEnd = answer.indexOf(' ', indexEnd + 1)
  return freeze({
    userId: answer.slice(timestampEnd + 1),
    timestamp: Number(answer.slice(indexEnd + 1, timestampEnd)),
    secretIndex: Number(answer.slice(0, indexEnd)),
  })
}

/** Reads a verified identity from the addon's answer: parts with a zero after each, then the attributes. */
function verifiedIdentity(answer) {
  let end = -1
  const part = () => {
    const start = end + 1
    end = answer.indexOf('\0', start)
    return answer.slice(start, end)
  }
  const [secretIndex, issuedAt, expiresAt] = [Number(part()), Number(part()), Number(part())]
  const tokenId = part() || null
  return freeze({
    email: part() || null,
    unverifiedEmail: part() || null,
    userId: part() || null,
    name: part() || null,
    attributes: freeze(attributesOf(answer, end + 1)),
    tokenId,
    issuedAt,
    expiresAt,
    secretIndex,
  })
}

/** Reads attributes as `attributesText` of arguments.cjs writes them. */
function attributesOf(answer, first) {
  const attributes = {}
  for (let start = first; start < answer.length;) {
    const nameEnd = answer.indexOf('\0', start)
    const end = answer.indexOf('\0', nameEnd + 1)
    const written = unescaped(answer.slice(nameEnd + 1, end))
    const type = answer[start]
    const value = type === 't' ? written : type === 'i' ? Number(written) : written === 'true'
    attributes[answer.slice(start + 1, nameEnd)] = value
    start = end + 1
  }
  return attributes
}

/** Reads an embed from the addon's answer: the number of its list of attribute names, their values, the markup. */
function embed(answer) {
  const number = answer.charCodeAt(0)
  const names = (attributeNames[number] ??= native.attributeNames(number))
  const attributes = {}
  let start = 1
  for (const name of names) {
    const end = answer.indexOf('\0', start)
    attributes[name] = answer.slice(start, end)
    start = end + 1
  }
  return freeze({ attributes: freeze(attributes), html: answer.slice(start) })
}

/** Reads a response from the addon's answer: status, body, and header name, value, name, value … */
function httpResponse([status, body, ...rest]) {
  const headers = {}
  for (let index = 0; index < rest.length; index += 2) headers[rest[index]] = rest[index + 1]
  return freeze({ status: Number(status), headers: freeze(headers), body })
}

/** Reads an explanation from the addon's answer: code, message, code, message … */
function explanation(answer) {
  const findings = []
  for (let index = 0; index < answer.length; index += 2) {
    findings.push(freeze({ code: answer[index], message: answer[index + 1] }))
  }
  return freeze({ findings: freeze(findings) })
}

module.exports = {
  canonicalEmail,
  canonicalHost,
  generateSecret,
  publicFormUrl,
  portalHost,
  responseUnlessClick,
  Signer,
  Verifier,
  DesksealError,
  SecretError,
  InputError,
  VerificationError,
}
