'use strict'

const { isDate } = require('node:util').types

/** The options of a call without options. */
const NO_OPTIONS = Object.freeze({ __proto__: null })

/** A secret that is read from a variable, or from the first set one of several variables. */
class NamedSecret {
  constructor(names, read = ofProcess) {
    this.names = typeof names === 'string' ? [names] : texts(names, 'name')
    this.values = this.names.map((variable) => read(variable))
  }
}

/** Returns the value of an environment variable. */
function ofProcess(name) {
  return Object.hasOwn(process.env, name) ? process.env[name] : undefined
}

/** Returns the string. */
function text(value, name) {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value)
  return value
}

/** Returns the strings of a list. The error says that one string is allowed, too. */
function texts(values, name) {
  if (Array.isArray(values)) return values.map((value, index) => text(value, `${name}[${index}]`))
  throw invalidType(name, 'of type string or an instance of Array', values)
}

/** Returns the string, or `undefined` for an option that was not given. */
function optionalText(value, name) {
  return value === undefined ? undefined : text(value, name)
}

/** Returns the boolean, or `undefined` for an option that was not given. */
function optionalFlag(value, name) {
  if (value !== undefined && typeof value !== 'boolean') {
    throw invalidType(name, 'of type boolean', value)
  }
  return value
}

/** Returns the secret's text. The core rejects a secret that is `undefined` or `null`. */
function secretText(value, name) {
  return value === undefined || value === null ? undefined : text(value, name)
}

/** Returns the texts of a list of secrets. */
function secretTexts(values, name) {
  return list(values, name).map((value, index) => secretText(value, `${name}[${index}]`))
}

/** Returns the secrets and the expiries of `[secret, expiresAt]` pairs, as two lists. */
function previousSecrets(pairs, name) {
  const secrets = []
  const expiries = []
  list(pairs, name).forEach((pair, index) => {
    const [secret, expiresAt] = list(pair, `${name}[${index}]`)
    secrets.push(secretText(secret, `${name}[${index}][0]`))
    expiries.push(seconds(expiresAt, `${name}[${index}][1]`))
  })
  return [secrets, expiries]
}

/** Returns name, value, name, value … of the request's headers that are in `names`, in any letter case. */
function namedHeaders(headers, names) {
  return Object.entries(object(headers, 'headers')).flatMap(([name, value]) => {
    if (value === undefined || !names.includes(name.toLowerCase())) return []
    return [name, Array.isArray(value) ? value.join(', ') : text(value, `headers.${name}`)]
  })
}

/** Returns the options as an object. */
function optionsObject(options) {
  return options === undefined ? NO_OPTIONS : object(options, 'options')
}

/** Returns the object. */
function object(value, name) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalidType(name, 'of type object', value)
  }
  return value
}

/** Returns the time in Unix seconds, by default the current time. */
function secondsOrNow(time, name) {
  return time === undefined ? Math.floor(Date.now() / 1000) : seconds(time, name)
}

/** Returns a `Date`, or a whole number of Unix seconds, as Unix seconds. */
function seconds(time, name) {
  if (!isDate(time)) return integer(time, name, 'of type number or an instance of Date')
  const milliseconds = time.getTime()
  if (Number.isNaN(milliseconds)) throw outOfRange(name, 'a valid date', time)
  return Math.floor(milliseconds / 1000)
}

/** Returns the whole number, or `undefined` for an option that was not given. */
function optionalInteger(value, name) {
  return value === undefined ? undefined : integer(value, name, 'of type number')
}

function integer(value, name, expected) {
  if (typeof value !== 'number') throw invalidType(name, expected, value)
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value)
  if (!Number.isSafeInteger(value)) {
    const { MIN_SAFE_INTEGER, MAX_SAFE_INTEGER } = Number
    throw outOfRange(name, `>= ${MIN_SAFE_INTEGER} && <= ${MAX_SAFE_INTEGER}`, value)
  }
  // Turns -0 into 0, which is what is signed.
  return value + 0
}

function list(value, name) {
  if (!Array.isArray(value)) throw invalidType(name, 'an instance of Array', value)
  return Array.from(value)
}

/** Returns the error for a wrong type, worded as Node's own. It omits the value, which may be a secret. */
function invalidType(name, expected, value) {
  const noun = name.includes('.') ? 'property' : 'argument'
  const message = `The "${name}" ${noun} must be ${expected}. Received ${received(value)}`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' })
}

function received(value) {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'function') return `function ${value.name}`
  if (typeof value !== 'object') return `type ${typeof value}`
  const constructorName = value.constructor?.name
  return constructorName ? `an instance of ${constructorName}` : 'an object without a constructor'
}

/** Returns the error for a number that is out of range, worded as Node's own. */
function outOfRange(name, expected, value) {
  const message = `The value of "${name}" is out of range. It must be ${expected}. Received ${value}`
  return Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' })
}

module.exports = {
  NamedSecret,
  namedHeaders,
  object,
  ofProcess,
  optionalFlag,
  optionalInteger,
  optionalText,
  optionsObject,
  previousSecrets,
  secondsOrNow,
  secretText,
  secretTexts,
  text,
}
