'use strict'

/** The options of a call without options. */
const NO_OPTIONS = Object.freeze({ __proto__: null })

/** A secret that is read from a variable, or from the first set one of several variables. */
class NamedSecret {
  constructor(names, read = ofProcess) {
    this.names = typeof names === 'string' ? [names] : texts(names, 'name')
    this.values = this.names.map((variable) => read(variable))
  }
}

/** Returns the value of an environment variable. A runtime without `process` has an environment that is passed. */
function ofProcess(name) {
  return ownValue(globalThis.process?.env ?? NO_OPTIONS, name)
}

function ownValue(variables, name) {
  return Object.hasOwn(variables, name) ? variables[name] : undefined
}

/** Returns the function that reads a variable of `options.env`, or of the process. */
function variablesOf(options) {
  const { env } = optionsObject(options)
  return env === undefined ? ofProcess : (name) => ownValue(object(env, 'options.env'), name)
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

/** Returns the string, or `undefined` for a value that is `undefined` or `null`. */
function textOrNone(value, name) {
  return value === undefined || value === null ? undefined : text(value, name)
}

/** Returns the texts of a list of secrets. The core rejects one that is `undefined`. */
function secretTexts(values, name) {
  return list(values, name).map((value, index) => textOrNone(value, `${name}[${index}]`))
}

/** Returns the secrets and the expiries of `[secret, expiresAt]` pairs, as two lists. */
function previousSecrets(pairs, name) {
  const secrets = []
  const expiries = []
  list(pairs, name).forEach((pair, index) => {
    const [secret, expiresAt] = list(pair, `${name}[${index}]`)
    secrets.push(textOrNone(secret, `${name}[${index}][0]`))
    expiries.push(seconds(expiresAt, `${name}[${index}][1]`))
  })
  return [secrets, expiries]
}

/** Returns the options of an embed, in the order of the addon's arguments. */
function embedOptions({ align, maxWidth, container, scriptUrl, crossorigin, nonce }) {
  return [
    optionalText(align, 'options.align'),
    optionalText(maxWidth, 'options.maxWidth'),
    optionalText(container, 'options.container'),
    optionalText(scriptUrl, 'options.scriptUrl'),
    optionalFlag(crossorigin, 'options.crossorigin'),
    optionalText(nonce, 'options.nonce'),
  ]
}

/**
 * Returns a token's claims and time, in the order of the addon's arguments. The last one is for random bytes, which
 * the addon does not need.
 */
function identityClaims(options) {
  const { email, emailVerified, userId, name, attributes, tokenId, expiresIn, now } = options
  return [
    textOrNone(email, 'options.email'),
    optionalFlag(emailVerified, 'options.emailVerified'),
    textOrNone(userId, 'options.userId'),
    textOrNone(name, 'options.name'),
    attributesText(attributes, 'options.attributes'),
    textOrNone(tokenId, 'options.tokenId'),
    optionalInteger(expiresIn, 'options.expiresIn'),
    secondsOrNow(now, 'options.now'),
    undefined,
  ]
}

/**
 * Returns the attributes as one string, or `undefined` for a value that is `undefined` or `null`. Each attribute is
 * `t`, `i` or `b` for its type and its name, then its value, with a zero after name and value.
 */
function attributesText(attributes, name) {
  if (attributes === undefined || attributes === null) return undefined
  if (!isPlainObject(attributes)) throw invalidType(name, 'a plain object', attributes)
  let written = ''
  const keys = Object.keys(attributes)
  for (let index = 0; index < keys.length; index += 1) {
    const value = attributes[keys[index]]
    const type = typeof value
    if (type !== 'string' && type !== 'boolean' && !Number.isInteger(value)) {
      throw invalidType(`${name}[${index}]`, 'a string, an integer or a boolean', value)
    }
    const text = type === 'number' ? integerText(value) : String(value)
    const letter = type === 'string' ? 't' : type === 'number' ? 'i' : 'b'
    written += `${letter}${escaped(keys[index])}\0${escaped(text)}\0`
  }
  return written
}

/** Returns the text with U+0000, which ends a part, and U+0001 written as U+0001 and a digit. */
function escaped(text) {
  return /[\0\x01]/.test(text) ? text.replaceAll('\x01', '\x011').replaceAll('\0', '\x010') : text
}

/** Returns the text that `escaped` was given. */
function unescaped(text) {
  return text.includes('\x01') ? text.replaceAll('\x010', '\0').replaceAll('\x011', '\x01') : text
}

/** Returns the digits. The core rejects integers that JavaScript does not keep exactly. */
function integerText(integer) {
  return String(Number.isSafeInteger(integer) ? integer : Math.sign(integer) * 2 ** 53)
}

/** Tells whether the value is an object that has keys and values alone, unlike a `Map`. */
function isPlainObject(value) {
  if (typeof value !== 'object') return false
  const parent = Object.getPrototypeOf(value)
  // Objects of another realm, such as Jest's, have another `Object.prototype`.
  return parent === null || Object.getPrototypeOf(parent) === null
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
  if (time !== undefined) return seconds(time, name)
  const now = Math.floor(Date.now() / 1000)
  if (now === 0) throw withoutClock()
  return now
}

/** Returns the failure for a runtime whose clock stands still, in the form that `startingAt` of errors.cjs reads. */
function withoutClock() {
  const message =
    'The clock of this runtime stands at 0: a Worker has no time while it starts. Make this call for a request, or ' +
    'pass the time.'
  return ['input', 'timestamp_malformed', message, false]
}

/** Tells whether the value is a `Date`, of any realm. */
function isDate(value) {
  if (typeof value !== 'object' || value === null) return false
  try {
    Date.prototype.getTime.call(value)
    return true
  } catch {
    return false
  }
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
  embedOptions,
  identityClaims,
  namedHeaders,
  object,
  ofProcess,
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
}
