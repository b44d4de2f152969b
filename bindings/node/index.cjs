'use strict'

const {
  NamedSecret,
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
const {
  DesksealError,
  InputError,
  SecretError,
  VerificationError,
  startingAt,
} = require('./errors.cjs')
const native = require('./native.cjs')

// What each function does, takes and throws is in index.d.cts, where editors show it.

const { freeze } = Object

/** How many characters of the addon's answer to `signEmail` are the signature. */
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

class Signer {
  /** The addon's functions, which hold the secret where nothing in JavaScript reaches it. */
  #native

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
      const sealed = this.#native.signEmail(text(email, 'email'))
      return freeze({
        email: sealed.slice(SIGNATURE_LENGTH),
        signature: sealed.slice(0, SIGNATURE_LENGTH),
      })
    } catch (failure) {
      throw startingAt(Signer.prototype.signEmail, failure)
    }
  }

  signUser(portalHost, userId, options) {
    try {
      const [signedUserId, timestamp, signature] = this.#native.signUser(
        text(portalHost, 'portalHost'),
        text(userId, 'userId'),
        secondsOrNow(optionsObject(options).timestamp, 'options.timestamp'),
      )
      return freeze({ userId: signedUserId, timestamp, signature })
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
      const { align, maxWidth, container, scriptUrl, crossorigin, nonce } = optionsObject(options)
      const [attributes, html] = this.#native.ticketCenter(
        text(email, 'email'),
        text(helpdeskId, 'helpdeskId'),
        optionalText(align, 'options.align'),
        optionalText(maxWidth, 'options.maxWidth'),
        optionalText(container, 'options.container'),
        optionalText(scriptUrl, 'options.scriptUrl'),
        optionalFlag(crossorigin, 'options.crossorigin'),
        optionalText(nonce, 'options.nonce'),
      )
      return freeze({ attributes: freeze(attributes), html })
    } catch (failure) {
      throw startingAt(Signer.prototype.ticketCenter, failure)
    }
  }
}

class Verifier {
  /** The addon's functions, which hold the secrets where nothing in JavaScript reaches them. */
  #native

  constructor(secret, options) {
    try {
      const [value, name] = currentSecret(secret)
      const { previous = [], tolerance } = optionsObject(options)
      this.#native = native.createVerifier(
        value,
        name,
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

/** Returns the secret's text, and its variable's name if it was read by one. */
function currentSecret(secret) {
  if (secret instanceof NamedSecret) return [secretText(secret.value, 'secret'), secret.name]
  return [secretText(secret, 'secret')]
}

function verifiedUser([userId, timestamp, secretIndex]) {
  return freeze({ userId, timestamp, secretIndex })
}

function explanation(findings) {
  return freeze({ findings: freeze(findings.map(([code, message]) => freeze({ code, message }))) })
}

module.exports = {
  canonicalEmail,
  canonicalHost,
  generateSecret,
  Signer,
  Verifier,
  DesksealError,
  SecretError,
  InputError,
  VerificationError,
}
