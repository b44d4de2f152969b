'use strict'

const {
  NamedSecret,
  namedHeaders,
  object,
  optionalFlag,
  optionalInteger,
  optionalText,
  optionsObject,
  previousSecrets,
  secondsOrNow,
  secretText,
  secretTexts,
  text,
} = require('./arguments.cjs')
const { clickHeaders } = require('./contract.cjs')
const {
  DesksealError,
  InputError,
  SecretError,
  VerificationError,
  startingAt,
} = require('./errors.cjs')
const native = require('./native.cjs')

// The functions are documented in index.d.cts, where editors show it.

const { freeze } = Object

/** The length of a signature, with which some of the addon's answers begin. */
const SIGNATURE_LENGTH = 64

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
      text(target, 'target'),
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

  /** The lists of attribute names, by the numbers that the addon gave them. */
  #attributeNames = []

  constructor(secret) {
    try {
      this.#native = native.createSigner(...currentSecret(secret))
    } catch (failure) {
      throw startingAt(Signer, failure)
    }
  }

  static fromEnv(name) {
    try {
      return new this(new NamedSecret(name))
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
      if (options === undefined) return this.#embed(this.#native.ticketCenter(email, helpdeskId))
      const { align, maxWidth, container, scriptUrl, crossorigin, nonce } = optionsObject(options)
      return this.#embed(
        this.#native.ticketCenter(
          email,
          helpdeskId,
          optionalText(align, 'options.align'),
          optionalText(maxWidth, 'options.maxWidth'),
          optionalText(container, 'options.container'),
          optionalText(scriptUrl, 'options.scriptUrl'),
          optionalFlag(crossorigin, 'options.crossorigin'),
          optionalText(nonce, 'options.nonce'),
        ),
      )
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

  #embed(answer) {
    const number = answer.charCodeAt(0)
    this.#attributeNames[number] ??= this.#native.attributeNames(number)
    return embedOf(this.#attributeNames[number], answer)
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
      return new this(new NamedSecret(name), options)
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
}

/** Returns the names of the secret's variables (none if the secret was passed as text), and the values. */
function currentSecret(secret) {
  if (secret instanceof NamedSecret) {
    return [secret.names, secret.values.map((value) => secretText(value, 'secret'))]
  }
  return [[], [secretText(secret, 'secret')]]
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

/** Reads an embed from the attribute names, and the addon's answer: the attribute values and the markup. */
function embedOf(names, answer) {
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
