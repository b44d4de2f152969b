'use strict'

/** The class of all errors: a stable `code`, and a sentence that says what to do next (SPEC 7). */
class DesksealError extends Error {
  constructor(message, code, isAboutCustomer = false) {
    super(message)
    this.code = code
    this.isAboutCustomer = isAboutCustomer
  }
}

/** The deployment is misconfigured: a secret is missing or unusable. */
class SecretError extends DesksealError {}

/** An argument of the call is invalid. */
class InputError extends DesksealError {}

/** What the visitor sent does not prove an identity. */
class VerificationError extends DesksealError {}

// Bundlers and minifiers change the names of classes, so they are written here.
for (const [name, Class] of Object.entries({
  DesksealError,
  SecretError,
  InputError,
  VerificationError,
})) {
  Object.defineProperty(Class.prototype, 'name', {
    value: name,
    configurable: true,
    writable: true,
  })
}

const CLASSES = { secret: SecretError, input: InputError, verification: VerificationError }

/**
 * Returns the error to throw from `method`. The addon throws `[kind, code, message, isAboutCustomer]` for an
 * error of the core; this makes the error of that kind. The stack starts at the caller of `method`.
 */
function startingAt(method, failure) {
  const error = Array.isArray(failure) ? coreError(...failure) : failure
  Error.captureStackTrace(error, method)
  return error
}

function coreError(kind, code, message, isAboutCustomer) {
  return new CLASSES[kind](message, code, isAboutCustomer)
}

module.exports = { DesksealError, SecretError, InputError, VerificationError, startingAt }
