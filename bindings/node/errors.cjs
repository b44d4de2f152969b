'use strict'

/** What every refusal is: a stable `code`, and a sentence that says what to do next (SPEC 7). */
class DesksealError extends Error {
  constructor(message, code, isAboutCustomer = false) {
    super(message)
    this.code = code
    this.isAboutCustomer = isAboutCustomer
  }
}

/** The deployment is wrong: a secret is missing or unusable. */
class SecretError extends DesksealError {}

/** The caller passed something that cannot be signed or compared with. */
class InputError extends DesksealError {}

/** The visitor's proof does not hold. */
class VerificationError extends DesksealError {}

for (const Class of [DesksealError, SecretError, InputError, VerificationError]) {
  const { name } = Class
  Object.defineProperty(Class.prototype, 'name', {
    value: name,
    configurable: true,
    writable: true,
  })
}

const CLASSES = { secret: SecretError, input: InputError, verification: VerificationError }

/**
 * Returns what to throw for what a call of `method` threw: the error of its kind for a refusal of the
 * addon, `[kind, code, message, isAboutCustomer]`. The stack starts at the caller, whose mistake it is.
 */
function startingAt(method, failure) {
  const error = Array.isArray(failure) ? refusal(...failure) : failure
  Error.captureStackTrace(error, method)
  return error
}

function refusal(kind, code, message, isAboutCustomer) {
  return new CLASSES[kind](message, code, isAboutCustomer)
}

module.exports = { DesksealError, SecretError, InputError, VerificationError, startingAt }
