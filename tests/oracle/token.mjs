// Implements section 12 of SPEC.md, the identity token, in JavaScript. Section numbers are those of SPEC.md.

import { createHmac } from 'node:crypto'
import { CONTROL, ISSUED_PREFIX, Signer, Verifier, canonicalEmail, canonicalHost, checkedHelpdeskId, checkedSecret,
  checkedTimestamp, checkedUserId, embedOf, fromVisitor, portalUrlOf, reject } from './seal.mjs'

export const LONGEST = 8192
export const LONGEST_IN_LINK = 2048
const LONGEST_LIFETIME = 86_400
const LONGEST_LIFETIME_IN_LINK = 300
/** For how many seconds a token is valid before its time of signing. */
const EARLY = 60
const DEEPEST = 32
const BIDI_CONTROL = /\p{Bidi_Control}/u

/** 12.1, for any header and payload: texts or bytes. */
export function tokenOf(secret, header, payload, algorithm = 'sha256') {
  const message = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.')
  return `${message}.${createHmac(algorithm, secret).update(message).digest('base64url')}`
}

/** A signer that signs tokens as well. */
export class TokenSigner extends Signer {
  identity_token({ audience, ...claims }) {
    checkLength(this.secret)
    return this.#token(checkedAudience(audience), claims)
  }

  ticket_center_with_token({ helpdesk_id, email, email_verified, user_id, name, attributes, token_id, expires_in, now, ...options }) {
    checkLength(this.secret)
    checkedHelpdeskId(helpdesk_id)
    const token = this.#token(helpdesk_id, { email, email_verified, user_id, name, attributes, token_id, expires_in, now })
    return embedOf(helpdesk_id, { 'data-identity': token }, options)
  }

  portal_link_with_token({ portal_url, expires_in = LONGEST_LIFETIME_IN_LINK, ...claims }) {
    checkLength(this.secret)
    const url = portalUrlOf(portal_url)
    const limits = { longest: LONGEST_IN_LINK, longestLifetime: LONGEST_LIFETIME_IN_LINK }
    const token = this.#token(url.hostname, { ...claims, expires_in }, limits)
    url.pathname = '/submit-ticket'
    url.search = new URLSearchParams({ identity: token }).toString()
    url.hash = ''
    return url.href
  }

  /** 12.5 */
  #token(audience, { email, email_verified = true, user_id, name, attributes = {}, token_id, expires_in = 600, now },
    { longest = LONGEST, longestLifetime = LONGEST_LIFETIME } = {}) {
    const canonical = email === undefined ? undefined : canonicalEmail(email)
    const isUnproved = email !== undefined && !email_verified
    if (user_id !== undefined) checkedUserId(user_id)
    if (user_id === undefined && (email === undefined || isUnproved)) reject('identity_token_claim')
    if (name !== undefined) checkClaim(isName(name))
    const sorted = Object.entries(attributes).sort(([one], [other]) => one < other ? -1 : 1)
    checkClaim(sorted.length <= 20 && sorted.every(([attribute, value]) => isAttribute(attribute, value)))
    checkClaim(isTokenId(token_id))
    checkClaim(Number.isInteger(expires_in) && expires_in >= 1 && expires_in <= longestLifetime)
    checkedTimestamp(now)
    // `JSON.stringify` omits the members that are undefined.
    const payload = JSON.stringify({
      aud: audience,
      sub: user_id,
      email: canonical,
      email_verified: isUnproved ? false : undefined,
      name,
      attributes: sorted.length > 0 ? Object.fromEntries(sorted) : undefined,
      iat: now,
      exp: now + expires_in,
      jti: token_id,
    })
    const token = tokenOf(this.secret, JSON.stringify({ alg: 'HS256', typ: 'JWT' }), payload)
    checkClaim(token.length <= longest)
    return token
  }
}

/** A verifier that verifies tokens as well. */
export class TokenVerifier extends Verifier {
  /** 12.6 */
  verify_identity_token({ audience, token, now }) {
    this.secrets.forEach(({ secret }) => checkLength(secret))
    const ours = checkedAudience(audience)
    checkedTimestamp(now)
    return fromVisitor(() => {
      const { message, header, payload, signature } = partsOf(token)
      checkHeader(jsonObject(header))
      const secretIndex = this.#secretIndex(message, signature, now)
      return { ...identityOf(jsonObject(payload), ours, now), secret_index: secretIndex }
    })
  }

  /** Section 8, but only the checks of the arguments; the cases state the findings. */
  explain_identity_token({ audience, other_secrets = [], now }) {
    this.secrets.forEach(({ secret }) => checkLength(secret))
    other_secrets.forEach((secret) => checkedSecret(secret))
    checkedAudience(audience)
    checkedTimestamp(now)
  }

  #secretIndex(message, signature, now) {
    const index = this.secrets.findIndex(({ secret, expiresAt }) =>
      now < expiresAt && createHmac('sha256', secret).update(message).digest().equals(signature))
    return index < 0 ? reject('signature_mismatch') : index
  }
}

/** 12.2 */
function checkLength(secret) {
  if (Buffer.byteLength(secret.replace(ISSUED_PREFIX, '')) < 32) reject('secret_too_short')
}

/** 12.3 */
function checkedAudience(audience) {
  return /^[A-Za-z0-9_-]*$/.test(audience) ? checkedHelpdeskId(audience) : canonicalHost(audience)
}

function checkForm(holds) {
  if (!holds) reject('identity_token_malformed')
}

function checkClaim(holds) {
  if (!holds) reject('identity_token_claim')
}

/** 12.6, step 2 */
function partsOf(token) {
  checkForm(Buffer.byteLength(token) <= LONGEST)
  const parts = token.split('.')
  checkForm(parts.length === 3)
  const [header, payload, signature] = parts.map(decoded)
  checkForm(signature.length === 32)
  return { message: parts.slice(0, 2).join('.'), header, payload, signature }
}

/** Node ignores what is not base64url, and unused bits; written again, the bytes then give another text. */
function decoded(part) {
  const bytes = Buffer.from(part, 'base64url')
  checkForm(bytes.toString('base64url') === part)
  return bytes
}

/** 12.6, step 3 */
function checkHeader(header) {
  checkForm([...header.keys()].every((name) => ['alg', 'typ', 'kid'].includes(name)))
  checkForm(header.get('alg') === 'HS256')
  checkForm(!header.has('typ') || header.get('typ') === 'JWT')
  checkForm(!header.has('kid') || typeof header.get('kid') === 'string')
}

/** 12.6, steps 6 to 10 */
function identityOf(claims, audience, now) {
  const list = [claims.get('aud')].flat()
  checkClaim(list.length === 1 && typeof list[0] === 'string')
  if (list[0] !== audience) reject('identity_token_audience')
  const [iat, exp] = ['iat', 'exp'].map((name) => integerOf(claims.get(name)))
  const nbf = claims.has('nbf') ? integerOf(claims.get('nbf')) : undefined
  checkClaim(exp - iat >= 1 && exp - iat <= LONGEST_LIFETIME)
  if (now >= exp) reject('identity_token_expired')
  if (now < iat - EARLY || (nbf !== undefined && now < nbf - EARLY)) reject('identity_token_in_future')
  const userId = optional(claims, 'sub', isText)
  if (userId !== undefined) checkedUserId(userId)
  const received = optional(claims, 'email', isText)
  const email = received === undefined ? null : canonicalEmail(received)
  const isProved = optional(claims, 'email_verified', (value) => typeof value === 'boolean') ?? true
  checkClaim(userId !== undefined || (email !== null && isProved))
  const name = optional(claims, 'name', (value) => isText(value) && isName(value))
  const attributes = optional(claims, 'attributes', (value) => value instanceof Map && value.size <= 20) ?? new Map()
  const values = [...attributes].map(([attribute, value]) => [attribute, value instanceof JsonNumber ? integerOf(value) : value])
  checkClaim(values.every(([attribute, value]) => isAttribute(attribute, value)))
  const tokenId = optional(claims, 'jti', (value) => isText(value) && isTokenId(value))
  return {
    email: isProved ? email : null,
    unverified_email: isProved ? null : email,
    user_id: userId ?? null,
    name: name ?? null,
    attributes: Object.fromEntries(values),
    token_id: tokenId ?? null,
    issued_at: iat,
    expires_at: exp,
  }
}

/** A claim that passes the check, or undefined if it is absent. */
function optional(claims, name, passes) {
  checkClaim(!claims.has(name) || passes(claims.get(name)))
  return claims.get(name)
}

function isText(value) {
  return typeof value === 'string'
}

function integerOf(value) {
  checkClaim(value instanceof JsonNumber && /^(0|-?[1-9][0-9]*)$/.test(value.literal))
  const integer = Number(value.literal)
  checkClaim(Number.isSafeInteger(integer))
  return integer
}

function isName(name) {
  const { length } = [...name]
  return length >= 1 && length <= 100 && !CONTROL.test(name) && !BIDI_CONTROL.test(name)
}

function isAttribute(name, value) {
  const fits = typeof value === 'string' ? Buffer.byteLength(value) <= 255 : typeof value === 'boolean' || Number.isSafeInteger(value)
  return /^[a-z][a-z0-9_]{0,39}$/.test(name) && fits
}

function isTokenId(tokenId) {
  return /^[\x21-\x7e]{1,128}$/.test(tokenId)
}

/** A number as it is written: `1.0` is no integer here, and `JSON.parse` would make it one. */
class JsonNumber {
  constructor(literal) {
    this.literal = literal
  }
}

/** 12.6, steps 3 and 5: a JSON object as a map. */
function jsonObject(bytes) {
  const value = new JsonReader(utf8(bytes)).whole()
  checkForm(value instanceof Map)
  return value
}

function utf8(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    reject('identity_token_malformed')
  }
}

/**
 * Reads JSON (RFC 8259), and rejects what section 12.6 rejects. `JSON.parse` accepts a name twice, any depth and lone
 * surrogates.
 */
class JsonReader {
  #text
  #at = 0

  constructor(text) {
    this.#text = text
  }

  whole() {
    const value = this.#value(1)
    checkForm(this.#at === this.#text.length)
    return value
  }

  #value(depth) {
    this.#take(/[ \t\n\r]*/y)
    const value = this.#bareValue(depth)
    this.#take(/[ \t\n\r]*/y)
    return value
  }

  #bareValue(depth) {
    if (this.#take(/\{/y)) return this.#object(depth)
    if (this.#take(/\[/y)) return this.#array(depth)
    const word = this.#take(/true|false|null/y)
    if (word) return { true: true, false: false, null: null }[word]
    const literal = this.#take(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y)
    return literal ? new JsonNumber(literal) : this.#string()
  }

  #object(depth) {
    checkForm(depth <= DEEPEST)
    const members = new Map()
    this.#take(/[ \t\n\r]*/y)
    if (this.#take(/\}/y)) return members
    do {
      this.#take(/[ \t\n\r]*/y)
      const name = this.#string()
      checkForm(!members.has(name))
      checkForm(this.#take(/[ \t\n\r]*:/y))
      members.set(name, this.#value(depth + 1))
    } while (this.#take(/,/y))
    checkForm(this.#take(/\}/y))
    return members
  }

  #array(depth) {
    checkForm(depth <= DEEPEST)
    const items = []
    this.#take(/[ \t\n\r]*/y)
    if (this.#take(/\]/y)) return items
    do items.push(this.#value(depth + 1))
    while (this.#take(/,/y))
    checkForm(this.#take(/\]/y))
    return items
  }

  /** `JSON.parse` resolves the escapes. */
  #string() {
    const literal = this.#take(/"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y)
    checkForm(literal)
    const text = JSON.parse(literal)
    checkForm(text.isWellFormed())
    return text
  }

  /** Takes what the sticky pattern matches here, or undefined. */
  #take(pattern) {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    this.#at += match?.[0].length ?? 0
    return match?.[0]
  }
}
