// Implements SPEC.md in JavaScript, with Node's own functions: String.prototype.trim and toLowerCase, URL,
// URLSearchParams and crypto. It makes the expected values of the vectors, and conform.mjs answers with it. It
// shares no code and no library with the Rust core. Section numbers are those of SPEC.md.

import { createHmac } from 'node:crypto'

export const DEFAULT_SCRIPT_URL = 'https://helpdesky.io/ticket-center.js'
export const DEFAULT_CONTAINER = 'hdh-ticket-center'
export const LATEST = 99_999_999_999

const WHITESPACE = /[\p{White_Space}\uFEFF]/u
export const CONTROL = /\p{Cc}/u
/** 1.2: invisible characters. U+2800, which looks like a space, is checked apart. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/u
/** 1.2: undefined characters. */
const UNASSIGNED = /[\p{Cn}\p{Co}]/u
const BRAILLE_BLANK = '\u2800'
const MISSING = ['undefined', 'null', 'None', 'nil', 'NaN', '[object Object]']
const PUBLIC_PREFIX = /^(PUBLIC|NEXT_PUBLIC|VITE|NUXT_PUBLIC|REACT_APP|EXPO_PUBLIC|GATSBY|VUE_APP|MIX|NUXT_ENV|NG_APP|STORYBOOK)_/
/** 2.3: example secrets of the project's documentation. */
const EXAMPLES = ['example-secret-for-documentation', 'an-older-secret-now-being-replaced']
export const ISSUED_PREFIX = /^(hdh|dsk)_secret_/
const VERIFICATION_CODES = ['signature_malformed', 'signature_mismatch', 'timestamp_expired',
  'timestamp_in_future', 'identity_incomplete', 'identity_repeated', 'identity_token_malformed',
  'identity_token_audience', 'identity_token_expired', 'identity_token_in_future']

/** An error of SPEC 7, with its code and kind. */
export class Rejection extends Error {
  constructor(code, kind = kindOf(code)) {
    super(code)
    this.code = code
    this.kind = kind
  }
}

function kindOf(code) {
  if (code.startsWith('secret_')) return 'secret'
  return VERIFICATION_CODES.includes(code) ? 'verification' : 'input'
}

export function reject(code) {
  throw new Rejection(code)
}

/** 7.1: what came from the visitor is rejected with the kind verification, whatever its code is. */
export function fromVisitor(check) {
  try {
    return check()
  } catch (error) {
    throw error instanceof Rejection ? new Rejection(error.code, 'verification') : error
  }
}

/** 7.2: the code of ill-formed text in each parameter of a constructor. */
const CODES_OF_ILL_FORMED_SECRETS = coded('secret_malformed', 'secret', 'name', 'previous')
/** 7.2: the same for calls, in the order in which they have these parameters. */
const CODES_OF_ILL_FORMED_TEXT = {
  ...coded('secret_malformed', 'other_secrets'),
  ...coded('host_malformed', 'host', 'portal_host', 'audience'),
  ...coded('portal_url_malformed', 'portal_url', 'url'),
  ...coded('identity_token_malformed', 'token'),
  ...coded('email_malformed', 'email'),
  ...coded('user_id_malformed', 'user_id'),
  ...coded('timestamp_malformed', 'timestamp'),
  ...coded('signature_malformed', 'signature'),
  ...coded('helpdesk_id_malformed', 'helpdesk_id'),
  ...coded('identity_token_claim', 'name', 'attributes', 'token_id'),
  ...coded('embed_option_malformed', 'align', 'max_width', 'container', 'script_url', 'nonce'),
}
/** 7.1: the parameters whose values came from the visitor. */
const FROM_VISITOR = { verify_email: ['email'], verify_user: ['user_id', 'timestamp'], verify_link: ['url'] }

function coded(code, ...parameters) {
  return Object.fromEntries(parameters.map((parameter) => [parameter, code]))
}

/** 1.1: checks the texts of a call, or of a constructor if no call is given, before everything else. */
export function checkWellFormed(args, call) {
  const codes = call === undefined ? CODES_OF_ILL_FORMED_SECRETS : CODES_OF_ILL_FORMED_TEXT
  const parameters = Object.keys(codes)
  // The only call that has the helpdesk id before the e-mail.
  if (call === 'ticket_center_with_token') parameters.unshift('helpdesk_id')
  for (const parameter of parameters) {
    if (textsIn(args[parameter]).every((text) => text.isWellFormed())) continue
    const code = codes[parameter]
    throw FROM_VISITOR[call]?.includes(parameter) ? new Rejection(code, 'verification') : new Rejection(code)
  }
}

/** The texts of an argument: itself, or those of its items or members, names included. */
function textsIn(value) {
  if (typeof value === 'string') return [value]
  return Object.entries(value ?? {}).flat().flatMap(textsIn)
}

/** 1.4 */
export function signatureOf(secret, message, algorithm = 'sha256') {
  return createHmac(algorithm, secret).update(message).digest('hex')
}

/** 2.2, for a secret that was read from the first set variable of `names`, or given directly. */
export function checkedSecret(given, names = []) {
  if (names.some((name) => PUBLIC_PREFIX.test(name))) reject('secret_public')
  const values = [given].flat().filter((value) => value !== null && value !== undefined)
  if (new Set(values).size > 1) reject('secret_conflict')
  const [secret] = values
  if (secret === null || secret === undefined) reject('secret_missing')
  const characters = [...secret]
  if (characters.length === 0) reject('secret_empty')
  if (WHITESPACE.test(characters[0]) || WHITESPACE.test(characters.at(-1)) || /^(['"`]).*\1$/su.test(secret)) reject('secret_padded')
  if (CONTROL.test(secret)) reject('secret_malformed')
  const stands = names.length === 0 ? isPlaceholder : (text) => isPlaceholder(text) || isPlaceholderOfVariable(text)
  const rest = secret.replace(ISSUED_PREFIX, '')
  if (stands(secret) || stands(rest)) reject('secret_placeholder')
  if (Buffer.byteLength(rest) < 16) reject('secret_too_short')
  return secret
}

/** 2.3 */
function isPlaceholder(text) {
  // Without the flag `u`, the flag `i` folds ASCII letters to ASCII letters only.
  return /^(YOUR_HMAC_SECRET|changeme|undefined|null|None)$/i.test(text)
    || (text.startsWith('${') && text.endsWith('}'))
    || /^(.)\1+$/su.test(text)
}

/** 2.3, for secrets that are read by name: unresolved references, variants of "your secret", examples. */
function isPlaceholderOfVariable(text) {
  return /^(\$[A-Za-z_][A-Za-z0-9_]*|%[A-Za-z_][A-Za-z0-9_]*%|\{\{.*\}\}|ENC\[.*\])$/s.test(text)
    || /^(process\.env\.|op:\/\/|vault:)/.test(text)
    || /^your.*secret/is.test(text)
    || EXAMPLES.includes(text)
}

/** 3.1 */
export function canonicalEmail(email) {
  const trimmed = email.trim()
  if (trimmed === '') reject('email_empty')
  const canonical = trimmed.toLowerCase()
  if (Buffer.byteLength(canonical) > 320) reject('email_too_long')
  const hasBothSides = /^.+@[^@]+$/su.test(canonical)
  const isUnfit = [CONTROL, WHITESPACE, INVISIBLE, UNASSIGNED].some((set) => set.test(canonical))
    || canonical.includes(BRAILLE_BLANK) || canonical.includes(':')
  if (isUnfit || !hasBothSides) reject('email_malformed')
  if ([...trimmed].some(lowercasesIntoAscii)) reject('email_ambiguous')
  return canonical
}

/** Tells whether a non-ASCII character's lower case contains an ASCII one. */
export function lowercasesIntoAscii(character) {
  return character > '\x7f' && /[\0-\x7f]/.test(character.toLowerCase())
}

/** 4.1 */
export function canonicalHost(host) {
  if (host === '' || CONTROL.test(host) || WHITESPACE.test(host) || /[%@/\\?#]/.test(host)) reject('host_malformed')
  const isBracketed = host.startsWith('[')
  if (isBracketed ? !host.endsWith(']') : host.includes(':')) reject('host_malformed')
  const { hostname } = parsedUrl(`https://${host}`, 'host_malformed')
  if (!isBracketed && endsInDot(host)) reject('host_malformed')
  return hostname
}

/** Node removes the last dot of an IPv4 address. With an `x` after it, no host is an IPv4 address, and the dot stays. */
function endsInDot(host) {
  return urlOrNull(`https://${host}x`)?.hostname.endsWith('.x')
}

/**
 * `URL.canParse` is no help: in Node 20 and 22 it rejects hosts with a letter such as `ü` after some
 * thousand calls, when V8 has compiled it.
 */
function urlOrNull(text) {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

/** A URL with a host and without user name and password. */
function parsedUrl(text, code) {
  const url = urlOrNull(text) ?? reject(code)
  if (url.host === '' || url.username !== '' || url.password !== '') reject(code)
  return url
}

/** 4.2, without the check of the scheme. */
function credentialUrl(text, code) {
  const url = parsedUrl(text, code)
  try {
    canonicalHost(url.hostname)
  } catch {
    reject(code)
  }
  return url
}

function isSecure(url) {
  const isLocal = /^(localhost|.*\.localhost|.*\.test|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)
}

/** 4.3 */
export function checkedUserId(userId) {
  if (userId === '') reject('user_id_empty')
  if (userId !== undefined && Buffer.byteLength(userId) > 512) reject('user_id_too_long')
  const isUnfit = (text) => CONTROL.test(text) || INVISIBLE.test(text)
    || WHITESPACE.test(text[0]) || WHITESPACE.test(text.at(-1)) || MISSING.includes(text)
  if (userId === undefined || isUnfit(userId)) reject('user_id_malformed')
  return userId
}

/** 4.4 for a number: a time to sign, or `now`. */
export function checkedTimestamp(timestamp) {
  return isTime(timestamp) ? timestamp : reject('timestamp_malformed')
}

/** 4.4 for a received text. */
function parsedTimestamp(timestamp = '') {
  return /^(0|[1-9][0-9]{0,10})$/.test(timestamp) ? Number(timestamp) : reject('timestamp_malformed')
}

function isTime(seconds) {
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= LATEST
}

/** 4.6 */
export function linkMessage(host, userId, timestamp) {
  return `${host}:${userId}:${timestamp}`
}

/** 4.5 */
export function linkQuery(userId, timestamp, signature) {
  return new URLSearchParams({ user_id: userId, user_id_timestamp: timestamp, user_id_signature: signature }).toString()
}

/**
 * 4.7: the three values of a link, or null for an anonymous visitor.
 * A value that is not valid UTF-8 is undefined.
 */
function identityIn(url) {
  if (url !== '' && !/^(\/|[A-Za-z][A-Za-z0-9+.-]*:\/\/)/.test(url)) reject('portal_url_malformed')
  const [beforeFragment] = url.split('#', 1)
  const start = beforeFragment.indexOf('?')
  const parameters = start < 0 ? [] : parametersOf(beforeFragment.slice(start + 1))
  const [userIds, timestamps, signatures, tokens] = ['user_id', 'user_id_timestamp', 'user_id_signature', 'identity']
    .map((wanted) => parameters.filter(([name]) => name === wanted).map(([, value]) => value))
  const counts = [userIds.length, timestamps.length, signatures.length]
  const isAnonymous = counts.every((count) => count === 0)
  const hasBoth = tokens.length > 0 && !isAnonymous
  if (hasBoth || [...counts, tokens.length].some((count) => count > 1)) reject('identity_repeated')
  if (isAnonymous) return null
  if (counts.some((count) => count === 0)) reject('identity_incomplete')
  return { userId: userIds[0], timestamp: timestamps[0], signature: signatures[0] }
}

function parametersOf(query) {
  // Node 20 damages a character that is not ASCII right behind a lone `%`, so such characters are encoded before.
  // The constructor removes a `?` at the start, which would be part of a name here.
  const decoded = [...new URLSearchParams(`&${query.replace(/[^\x00-\x7F]+/gu, encodeURIComponent)}`)]
  const parts = query.split('&').filter((part) => part !== '')
  return decoded.map(([name, value], index) => [name, isValidUtf8(parts[index]) ? value : undefined])
}

/** URLSearchParams repairs invalid UTF-8. decodeURIComponent rejects it, and also a lone `%`. */
function isValidUtf8(part) {
  const value = part.includes('=') ? part.slice(part.indexOf('=') + 1) : ''
  try {
    decodeURIComponent(value.replace(/%(?![0-9A-Fa-f]{2})/g, '%25'))
    return true
  } catch {
    return false
  }
}

/** 4.5, unsigned */
export function publicFormUrl(portalUrl) {
  const url = portalUrlOf(portalUrl)
  url.pathname = '/submit-ticket'
  url.search = ''
  url.hash = ''
  return url.href
}

/** 4.2 */
export function portalHost(portalUrl) {
  return portalUrlOf(portalUrl).hostname
}

export function portalUrlOf(text) {
  const url = credentialUrl(text, 'portal_url_malformed')
  return isSecure(url) ? url : reject('portal_url_insecure')
}

/** Sections 3, 4 and 6: what a signer with this secret returns. */
export class Signer {
  constructor(secret, names) {
    this.secret = checkedSecret(secret, names)
  }

  sign_email({ email }) {
    const canonical = canonicalEmail(email)
    return { email: canonical, signature: signatureOf(this.secret, canonical) }
  }

  sign_user({ portal_host, user_id, timestamp }) {
    const host = canonicalHost(portal_host)
    checkedUserId(user_id)
    checkedTimestamp(timestamp)
    return { user_id, timestamp, signature: signatureOf(this.secret, linkMessage(host, user_id, timestamp)) }
  }

  portal_link({ portal_url, user_id, timestamp }) {
    const url = portalUrlOf(portal_url)
    const { signature } = this.sign_user({ portal_host: url.hostname, user_id, timestamp })
    url.pathname = '/submit-ticket'
    url.search = linkQuery(user_id, timestamp, signature)
    url.hash = ''
    return url.href
  }

  identity({ email, helpdesk_id }) {
    const signed = this.sign_email({ email })
    return { ...signed, helpdesk_id: checkedHelpdeskId(helpdesk_id) }
  }

  ticket_center({ email, helpdesk_id, ...options }) {
    const signed = this.identity({ email, helpdesk_id })
    return embedOf(helpdesk_id, { 'data-email': signed.email, 'data-signature': signed.signature }, options)
  }
}

/** 6.1 */
export function checkedHelpdeskId(helpdeskId) {
  const fits = /^[A-Za-z0-9_-]{1,128}$/.test(helpdeskId) && !/^(YOUR_)?HELPDESK_ID$/i.test(helpdeskId)
  return fits ? helpdeskId : reject('helpdesk_id_malformed')
}

/** 6.1, with the attributes that hold the identity. */
export function embedOf(helpdeskId, identity, { align = 'center', max_width = '864px', container = DEFAULT_CONTAINER,
  script_url = DEFAULT_SCRIPT_URL, crossorigin = false, nonce }) {
  checkedOption(align, /^(left|center|right)$/)
  checkedOption(max_width, /^[1-9][0-9]*(px|rem|%)$/)
  checkedOption(container, /^[A-Za-z][A-Za-z0-9_-]*$/)
  const script = credentialUrl(script_url, 'embed_option_malformed')
  if (!isSecure(script)) reject('embed_option_malformed')
  if (nonce !== undefined) checkedOption(nonce, /^[A-Za-z0-9+/_-]+={0,2}$/)
  const attributes = {
    src: script.href,
    'data-helpdesk-id': helpdeskId,
    ...identity,
    ...(align !== 'center' && { 'data-align': align }),
    ...(max_width !== '864px' && { 'data-max-width': max_width }),
    ...(container !== DEFAULT_CONTAINER && { 'data-container': container }),
    ...(crossorigin && { crossorigin: 'anonymous' }),
    ...(nonce !== undefined && { nonce }),
  }
  return { attributes, html: embedHtml(container, attributes) }
}

function checkedOption(value, grammar) {
  if (!grammar.test(value)) reject('embed_option_malformed')
}

/** 6.2 */
function embedHtml(container, attributes) {
  const pairs = Object.entries(attributes).map(([name, value]) => `${name}="${escaped(value)}"`)
  return `<div id="${container}"></div>\n<script ${pairs.join(' ')}></script>`
}

function escaped(value) {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return value.replace(/[&<>"']/g, (character) => entities[character])
}

/** Section 5: what a verifier with these secrets returns. */
export class Verifier {
  constructor(secret, names, { previous = [], tolerance = 300 } = {}) {
    this.secrets = [{ secret: checkedSecret(secret, names), expiresAt: Infinity }]
    for (const [previousSecret, expiresAt] of previous) {
      checkedSecret(previousSecret)
      if (!isTime(expiresAt)) reject('secret_expiry_malformed')
      this.secrets.push({ secret: previousSecret, expiresAt })
    }
    if (!Number.isInteger(tolerance) || tolerance < 0 || tolerance > 3600) reject('tolerance_malformed')
    this.tolerance = tolerance
  }

  verify_email({ email, signature, now }) {
    checkedTimestamp(now)
    const canonical = fromVisitor(() => canonicalEmail(email))
    return { email: canonical, secret_index: this.#secretIndex(canonical, signature, now) }
  }

  verify_user({ portal_host, user_id, timestamp, signature, now }) {
    const host = canonicalHost(portal_host)
    checkedTimestamp(now)
    const userId = fromVisitor(() => checkedUserId(user_id))
    const seconds = fromVisitor(() => parsedTimestamp(timestamp))
    const secretIndex = this.#secretIndex(linkMessage(host, userId, seconds), signature, now)
    if (seconds < now - this.tolerance) reject('timestamp_expired')
    if (seconds > now + this.tolerance) reject('timestamp_in_future')
    return { user_id: userId, timestamp: seconds, secret_index: secretIndex }
  }

  verify_link({ portal_host, url, now }) {
    canonicalHost(portal_host)
    checkedTimestamp(now)
    const identity = fromVisitor(() => identityIn(url))
    if (identity === null) return null
    const { userId: user_id, timestamp, signature } = identity
    return this.verify_user({ portal_host, user_id, timestamp, signature, now })
  }

  /** Section 8, but only the checks of the arguments; the cases state the findings. */
  explain_email({ other_secrets = [], now }) {
    other_secrets.forEach((secret) => checkedSecret(secret))
    checkedTimestamp(now)
  }

  explain_link({ portal_host, other_secrets = [], now }) {
    other_secrets.forEach((secret) => checkedSecret(secret))
    canonicalHost(portal_host)
    checkedTimestamp(now)
  }

  #secretIndex(message, signature = '', now) {
    if (!/^[0-9A-Fa-f]{64}$/.test(signature)) reject('signature_malformed')
    const index = this.secrets.findIndex(({ secret, expiresAt }) =>
      now < expiresAt && signatureOf(secret, message) === signature.toLowerCase())
    return index < 0 ? reject('signature_mismatch') : index
  }
}

/** Headers with which libraries fetch a part of a page; any value counts. */
const LIBRARIES = ['hx-request', 'hx-boosted', 'turbo-frame', 'x-turbo-request-id', 'turbolinks-referrer',
  'x-livewire-navigate', 'x-pjax', 'x-up-version', 'rsc', 'next-router-prefetch']
const AHEAD = ['sec-purpose', 'x-sec-purpose', 'purpose', 'x-purpose', 'x-moz']

/** 6.5 */
export function responseUnlessClick({ target, headers }) {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  const header = (wanted) => lower.find(([name, value]) => name === wanted && value !== '')?.[1] ?? ''
  const path = target.replace(/\?.*/s, '').replace(/^[/\\]+/, '/')
  if (header('x-inertia')) return { status: 409, headers: { 'X-Inertia-Location': path }, body: '' }
  const isFetched = /^(?!navigate$)./s.test(header('sec-fetch-mode'))
    || /^(xmlhttprequest|fetch|swup)$/i.test(header('x-requested-with'))
    || LIBRARIES.some(header)
  if (isFetched) return leavingPage(path, target.slice(target.indexOf('?')) === '?again')
  const isAhead = AHEAD.some((name) => /prefetch|prerender|preview/i.test(header(name)))
  return isAhead ? {
    status: 403,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: 'This link is signed when it is clicked. It cannot be prefetched.\n',
  } : null
}

function leavingPage(path, isAskedAgain) {
  const url = escaped(path)
  const lines = [
    '<!doctype html>',
    '<meta name="turbo-visit-control" content="reload">',
    '<meta name="turbolinks-visit-control" content="reload">',
    '<title>Support</title>',
    '<body>',
    ...(isAskedAgain ? [] : [`<meta http-equiv="refresh" content="0; url=${url}?again">`]),
    `<a href="${url}">Contact support</a>`,
    '',
  ]
  return { status: 200, headers: { 'Content-Type': 'text/html; charset=utf-8', 'HX-Redirect': path }, body: lines.join('\n') }
}
