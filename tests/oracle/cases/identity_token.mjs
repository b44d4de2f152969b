import { createHmac } from 'node:crypto'
import { DEFAULT_CONTAINER, DEFAULT_SCRIPT_URL, LATEST } from '../seal.mjs'
import { LONGEST, LONGEST_IN_LINK, tokenOf } from '../token.mjs'
import { HOST, NOW, OLDER_SECRET, OTHER_SECRET, SECRET, caseOf, hex } from './case.mjs'

export const comment = 'SPEC 12: signing and verifying an identity token, the embed and the link that carry it'

const DESK = 'desk-1'
const ADA = 'ada@example.com'
const USER = 'user-42'
const HEADER = '{"alg":"HS256","typ":"JWT"}'
/** A token of this many bytes has a payload of this many: the rest is the header, two dots and the signature. */
const PAYLOAD_OF = new Map([[LONGEST, 6083], [LONGEST_IN_LINK, 1475]])
const LARGEST = Number.MAX_SAFE_INTEGER
const CONTROLS = String.fromCharCode(...Array(32).keys())
const BIDI = [0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069]

function signed(id, comment, { audience = DESK, token_id = 'token-1', now = NOW, secret = SECRET, fails, ...claims } = {}) {
  return caseOf({ id: `token-sign-${id}`, comment, class: 'Signer', new: { secret }, call: 'identity_token',
    args: { audience, ...claims, token_id, now }, fails })
}

function embedded(id, comment, { helpdesk_id = DESK, token_id = 'token-1', now = NOW, secret = SECRET, fails, ...more } = {}) {
  return caseOf({ id: `token-embed-${id}`, comment, class: 'Signer', new: { secret }, call: 'ticket_center_with_token',
    args: { helpdesk_id, ...more, token_id, now }, fails })
}

function linked(id, comment, { portal_url = `https://${HOST}`, token_id = 'token-1', now = NOW, secret = SECRET, fails, ...claims } = {}) {
  return caseOf({ id: `token-link-${id}`, comment, class: 'Signer', new: { secret }, call: 'portal_link_with_token',
    args: { portal_url, ...claims, token_id, now }, fails })
}

function verified(id, comment, { token, audience = DESK, now = NOW, secret = SECRET, previous, fails }) {
  return caseOf({ id: `token-verify-${id}`, comment, class: 'Verifier', new: { secret, ...(previous && { previous }) },
    call: 'verify_identity_token', args: { audience, token, now }, fails })
}

/** A token with this header, or with this payload: claims, or the text itself. */
function tokenWith({ header = HEADER, secret = SECRET, payload = {} } = {}) {
  const isText = typeof payload === 'string' || Buffer.isBuffer(payload)
  return tokenOf(secret, header, isText ? payload : json({ aud: DESK, sub: USER, iat: NOW, exp: NOW + 600, ...payload }))
}

/** JSON, in which `written('1e3')` stands as it is and undefined members are left out. */
function json(members) {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value?.written ?? JSON.stringify(value)}`).join(',')}}`
}

function written(literal) {
  return { written: literal }
}

/** The usual payload with more text before its last brace. */
function payloadAnd(text) {
  return `${json({ aud: DESK, sub: USER, iat: NOW, exp: NOW + 600 }).slice(0, -1)}${text}}`
}

function claimed(id, comment, payload, { fails, ...more } = {}) {
  return verified(id, comment, { token: tokenWith({ payload }), fails, ...more })
}

/** Twenty attributes with which the token has this many bytes. */
function attributesFor(bytes) {
  const names = [...Array(20).keys()].map((index) => `a${String(index).padStart(2, '0')}`)
  const empty = Object.fromEntries(names.map((name) => [name, '']))
  const rest = json({ aud: DESK, sub: USER, attributes: empty, iat: NOW, exp: NOW + 600, jti: 'token-1' })
  let missing = PAYLOAD_OF.get(bytes) - rest.length
  for (const name of names) {
    const quotes = Math.min(255, Math.floor(missing / 2))
    empty[name] = '"'.repeat(quotes) + (quotes < 255 && missing % 2 === 1 ? 'x' : '')
    missing -= 2 * quotes + empty[name].length - quotes
  }
  return empty
}

function signing() {
  return [
    signed('spec', 'SPEC 12.8', { user_id: USER, email: 'Ada@Example.com', name: 'Ada Lovelace', attributes: { seats: 5, plan: 'pro' } }),
    signed('email', 'only an e-mail', { email: ADA }),
    signed('user-id', 'only a user id', { user_id: USER }),
    signed('both', 'both', { user_id: USER, email: ADA }),
    signed('verified', 'a proved e-mail is the default, and not written', { email: ADA, email_verified: true }),
    signed('unverified', 'an e-mail that is not proved, beside a user id', { user_id: USER, email: ADA, email_verified: false }),
    signed('unverified-alone', 'an e-mail that is not proved identifies no customer', { email: ADA, email_verified: false, fails: 'identity_token_claim' }),
    signed('unverified-no-email', 'without an e-mail, the flag is not written', { user_id: USER, email_verified: false }),
    signed('no-identity', 'neither e-mail nor user id', { fails: 'identity_token_claim' }),
    signed('no-identity-name', 'a name identifies no customer', { name: 'Ada', fails: 'identity_token_claim' }),
    signed('everything', 'every member, in its order', { attributes: { seats: 5, admin: true, plan: 'pro' }, name: 'Ada', email_verified: false, email: ADA, user_id: USER, expires_in: 60 }),
    ...signedEmails(),
    ...signedUserIds(),
    ...signedNames(),
    ...signedAttributes(),
    ...signedTokenIds(),
    ...signedTimes(),
    ...signedAudiences(),
    ...signedEscapes(),
    ...signedLengths(),
    ...signingOrder(),
  ]
}

function signedEmails() {
  return [
    signed('email-canonical', 'the canonical e-mail is written', { email: ' Ada@Example.com\n' }),
    signed('email-sigma', 'a final sigma', { email: 'ΟΔΥΣΣΕΥΣ@example.gr' }),
    signed('email-idna', 'no IDNA', { email: 'Élodie@Bücher.example' }),
    signed('email-unverified-canonical', 'the canonical form of an e-mail that is not proved', { user_id: USER, email: 'Ada@Example.com', email_verified: false }),
    ...REJECTED_EMAILS.flatMap(([id, email, fails, comment]) => [
      signed(`email-${id}`, comment, { email, fails }),
      signed(`email-${id}-unverified`, `${comment}, in an e-mail that is not proved`, { user_id: USER, email, email_verified: false, fails }),
    ]),
  ]
}

const REJECTED_EMAILS = [
  ['empty', ' ', 'email_empty', 'no e-mail'],
  ['no-at', 'ada', 'email_malformed', 'no @'],
  ['colon', 'ada:x@example.com', 'email_malformed', 'a colon'],
  ['invisible', 'ada\u200b@example.com', 'email_malformed', 'an invisible character'],
  ['too-long', `${'a'.repeat(319)}@b`, 'email_too_long', '321 bytes'],
  ['ambiguous', '\u212aim@example.com', 'email_ambiguous', 'U+212A'],
]
const REJECTED_USER_IDS = [
  ['empty', '', 'user_id_empty', 'no characters'],
  ['too-long', 'u'.repeat(513), 'user_id_too_long', '513 bytes'],
  ['too-long-multibyte', 'é'.repeat(257), 'user_id_too_long', '257 characters, 514 bytes'],
  ['control', 'user\n42', 'user_id_malformed', 'a control character'],
  ['invisible', 'user\u200b', 'user_id_malformed', 'an invisible character'],
  ['padded', ' user-42', 'user_id_malformed', 'a space at the start'],
  ['undefined', 'undefined', 'user_id_malformed', 'the text undefined'],
  ['null', 'null', 'user_id_malformed', 'the text null'],
]
const USER_IDS = [
  ['512-bytes', 'u'.repeat(512), 'the longest user id'],
  ['colons', 'a:b:c', 'colons'],
  ['quotes', '"\'`\\/', 'quotes and slashes'],
  ['unicode', 'größe/用户😀', 'non-ASCII text is not escaped'],
  ['decomposed', 'jose\u0301', 'no normalisation'],
  ['separators', 'a\u2028b\u2029c', 'U+2028 and U+2029 are not escaped'],
  ['markup', '</script>&<!--', 'markup is not escaped'],
  ['private-use', 'a\ue000b', 'a private use character'],
]

function signedUserIds() {
  return [
    ...USER_IDS.map(([id, user_id, comment]) => signed(`user-id-${id}`, comment, { user_id })),
    ...REJECTED_USER_IDS.map(([id, user_id, fails, comment]) => signed(`user-id-${id}`, comment, { user_id, fails })),
    signed('user-id-empty-with-email', 'an empty user id is rejected beside an e-mail too', { email: ADA, user_id: '', fails: 'user_id_empty' }),
  ]
}

const NAMES = [
  ['one', 'A', 'one character'],
  ['100', 'n'.repeat(100), '100 characters'],
  ['100-astral', '😀'.repeat(100), '100 characters, 400 bytes, 200 units of UTF-16'],
  ['100-combining', 'e\u0301'.repeat(50), '100 characters that look like 50'],
  ['space', ' ', 'a space alone is a name'],
  ['padded', ' Ada ', 'nothing is trimmed'],
  ['quotes', '"Ada" \\ O\'Brien/', 'quotes and slashes'],
  ['separators', 'Ada\u2028Lovelace\u2029', 'U+2028 and U+2029 are not control characters, and not escaped'],
  ['joined', '👩\u200d💻', 'U+200D is no bidirectional character'],
  ['invisible', 'A\u200b\u00ad\ufeffda', 'invisible characters are accepted'],
  ['arabic', 'عدا', 'a name that is written from right to left'],
  ['near-bidi', 'a\u200d\u202f\u2065\u206ab', 'the neighbours of bidirectional characters'],
  ['decomposed', 'Jose\u0301', 'no normalisation'],
  ['markup', '<b>&amp;</b>', 'markup is not escaped'],
  ['word', 'undefined', 'any word is a name'],
]
const REJECTED_NAMES = [
  ['empty', '', 'no characters'],
  ['101', 'n'.repeat(101), '101 characters'],
  ['101-astral', '😀'.repeat(101), '101 characters beyond the basic plane'],
  ['101-combining', `${'e\u0301'.repeat(50)}a`, '101 characters that look like 51'],
  ...[0, 9, 0xa, 0xd, 0x1f, 0x7f, 0x80, 0x85, 0x9f].map((codePoint) =>
    [`control-${hex(codePoint)}`, `a${String.fromCodePoint(codePoint)}b`, `the control character U+${hex(codePoint).toUpperCase()}`]),
  ...BIDI.map((codePoint) =>
    [`bidi-${hex(codePoint)}`, `a${String.fromCodePoint(codePoint)}b`, `the bidirectional character U+${hex(codePoint).toUpperCase()}`]),
]

function signedNames() {
  return [
    ...NAMES.map(([id, name, comment]) => signed(`name-${id}`, comment, { user_id: USER, name })),
    ...REJECTED_NAMES.map(([id, name, comment]) => signed(`name-${id}`, comment, { user_id: USER, name, fails: 'identity_token_claim' })),
  ]
}

function attributesOf(count) {
  return Object.fromEntries([...Array(count).keys()].map((index) => [`a${index}`, index]).sort())
}

const ATTRIBUTES = [
  ['none', {}, 'no attributes'],
  ['text', { plan: 'pro' }, 'a text'],
  ['text-empty', { plan: '' }, 'an empty text'],
  ['text-255', { note: 'n'.repeat(255) }, '255 bytes'],
  ['text-254-multibyte', { note: 'é'.repeat(127) }, '127 characters, 254 bytes'],
  ['text-controls', { note: CONTROLS }, 'every control character of ASCII but one'],
  ['text-bidi', { note: 'a\u202eb\u0085\u007f' }, 'bidirectional and other control characters'],
  ['integers', { largest: LARGEST, minus: -1, smallest: -LARGEST, zero: 0 }, 'integers at their limits'],
  ['booleans', { no: false, yes: true }, 'booleans'],
  ['20', attributesOf(20), '20 attributes'],
  ['name-1', { a: 1 }, 'a name of one character'],
  ['name-40', { ['n'.repeat(40)]: 1 }, 'a name of 40 characters'],
  ['name-all', { a_0z9_: 1 }, 'every kind of character in a name'],
  ['name-prototype', { constructor: 'x', prototype: 'y' }, 'names that a JavaScript object has anyway'],
  ['name-like-claims', { aud: 'x', email: 'y', exp: 1, sub: 'z' }, 'names of claims'],
  ['name-order', { a: 1, a0: 2, a_: 3, aa: 4, b: 5 }, 'the order of names is that of their bytes'],
]
const REJECTED_ATTRIBUTES = [
  ['21', attributesOf(21), '21 attributes'],
  ['text-256', { note: 'n'.repeat(256) }, '256 bytes'],
  ['text-256-multibyte', { note: 'é'.repeat(128) }, '128 characters, 256 bytes'],
  ['integer-too-large', { seats: LARGEST + 1 }, '2^53'],
  ['integer-too-small', { seats: -LARGEST - 1 }, '-2^53'],
  ['name-empty', { '': 1 }, 'an empty name'],
  ['name-41', { ['n'.repeat(41)]: 1 }, 'a name of 41 characters'],
  ['name-upper', { Plan: 1 }, 'a capital letter at the start'],
  ['name-upper-inside', { valueOf: 1 }, 'a capital letter inside'],
  ['name-digit', { '1a': 1 }, 'a digit at the start'],
  ['name-underscore', { _a: 1 }, 'an underscore at the start'],
  ['name-hyphen', { 'a-b': 1 }, 'a hyphen'],
  ['name-dot', { 'a.b': 1 }, 'a dot'],
  ['name-space', { 'a b': 1 }, 'a space'],
  ['name-newline', { 'a\n': 1 }, 'a line feed at the end'],
  ['name-unicode', { é: 1 }, 'a letter that is not ASCII'],
  ['name-kelvin', { 'a\u212a': 1 }, 'U+212A is not a k'],
  ['name-proto', { ['__proto__']: 1 }, 'the name __proto__'],
  ['second', { a: 1, B: 2 }, 'one of two'],
]

function signedAttributes() {
  return [
    ...ATTRIBUTES.map(([id, attributes, comment]) => signed(`attributes-${id}`, comment, { user_id: USER, attributes })),
    signed('attributes-sorted', 'attributes are sorted by the bytes of their names', { user_id: USER, attributes: { b: 1, aa: 2, a_: 3, a0: 4, a: 5 } }),
    ...REJECTED_ATTRIBUTES.map(([id, attributes, comment]) => signed(`attributes-${id}`, comment, { user_id: USER, attributes, fails: 'identity_token_claim' })),
  ]
}

const TOKEN_IDS = [
  ['one', '1', 'one character'],
  ['128', 'i'.repeat(128), '128 characters'],
  ['all', Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join(''), 'every character that is accepted'],
]
const REJECTED_TOKEN_IDS = [
  ['empty', '', 'no characters'],
  ['129', 'i'.repeat(129), '129 characters'],
  ['space', 'token 1', 'a space'],
  ['newline', 'token-1\n', 'a line feed at the end'],
  ['nul', 'token\0', 'NUL'],
  ['delete', 'token\x7f', 'U+007F'],
  ['unicode', 'tökén', 'letters that are not ASCII'],
]

function signedTokenIds() {
  return [
    ...TOKEN_IDS.map(([id, token_id, comment]) => signed(`token-id-${id}`, comment, { user_id: USER, token_id })),
    ...REJECTED_TOKEN_IDS.map(([id, token_id, comment]) => signed(`token-id-${id}`, comment, { user_id: USER, token_id, fails: 'identity_token_claim' })),
  ]
}

function signedTimes() {
  const lifetime = (expires_in, fails) => signed(`expires-in-${expires_in < 0 ? 'minus-' : ''}${Math.abs(expires_in)}`, `a lifetime of ${expires_in} s`, { user_id: USER, expires_in, fails })
  return [
    lifetime(1), lifetime(300), lifetime(600), lifetime(86_400),
    ...[0, -1, -600, 86_401, 600_000, LARGEST].map((seconds) => lifetime(seconds, 'identity_token_claim')),
    signed('now-earliest', 'the earliest time', { user_id: USER, now: 0 }),
    signed('now-latest', 'the latest time, and an expiry after it', { user_id: USER, now: LATEST }),
    signed('now-too-early', 'a time before 1970', { user_id: USER, now: -1, fails: 'timestamp_malformed' }),
    signed('now-too-late', 'a time of twelve digits', { user_id: USER, now: LATEST + 1, fails: 'timestamp_malformed' }),
    signed('now-milliseconds', 'milliseconds', { user_id: USER, now: NOW * 1000, fails: 'timestamp_malformed' }),
  ]
}

const AUDIENCES = [
  ['id-one', '1', '1', 'a helpdesk id of one character'],
  ['id-128', 'x'.repeat(128), 'x'.repeat(128), 'the longest helpdesk id'],
  ['id-all', 'AZaz09_-', 'AZaz09_-', 'every character of a helpdesk id; capitals stay'],
  ['id-number', '2130706433', '2130706433', 'digits alone are a helpdesk id, not an IPv4 address'],
  ['id-localhost', 'LocalHost', 'LocalHost', 'one label is a helpdesk id, not a host'],
  ['host', HOST, HOST, 'a host'],
  ['host-upper', 'HELP.Company.COM', HOST, 'the canonical host'],
  ['host-idna', 'bücher.example', 'xn--bcher-kva.example', 'IDNA'],
  ['host-idna-label', 'désk', 'xn--dsk-bma', 'what is not ASCII is a host'],
  ['host-idna-stops', 'help。company．com', HOST, 'ideographic dots'],
  ['host-underscore', 'my_desk.example', 'my_desk.example', 'an underscore in a host'],
  ['host-ipv4', '127.1', '127.0.0.1', 'a short IPv4 address'],
  ['host-ipv6', '[0:0::1]', '[::1]', 'an IPv6 address'],
]
const REJECTED_AUDIENCES = [
  ['empty', '', 'helpdesk_id_malformed', 'the empty text is a helpdesk id'],
  ['id-129', 'x'.repeat(129), 'helpdesk_id_malformed', '129 characters'],
  ['id-placeholder', 'YOUR_HELPDESK_ID', 'helpdesk_id_malformed', "the documentation's placeholder"],
  ['id-placeholder-lower', 'helpdesk_id', 'helpdesk_id_malformed', 'the shorter placeholder, in lower case'],
  ['id-space', 'desk 1', 'host_malformed', 'a space: no helpdesk id, and no host'],
  ['id-newline', 'desk-1\n', 'host_malformed', 'a line feed at the end'],
  ['url', 'https://help.company.com', 'host_malformed', 'a URL'],
  ['port', 'help.company.com:443', 'host_malformed', 'a port'],
  ['path', 'help.company.com/', 'host_malformed', 'a slash'],
  ['dot', '.', 'host_malformed', 'a dot alone'],
  ['trailing-dot', 'help.company.com.', 'host_malformed', 'a dot at the end'],
  ['ipv4', '256.0.0.1', 'host_malformed', 'no IPv4 address'],
  ['ipv6-bare', '::1', 'host_malformed', 'an IPv6 address without brackets'],
]

function signedAudiences() {
  return [
    ...AUDIENCES.map(([id, audience, , comment]) => signed(`audience-${id}`, comment, { audience, user_id: USER })),
    ...REJECTED_AUDIENCES.map(([id, audience, fails, comment]) => signed(`audience-${id}`, comment, { audience, user_id: USER, fails })),
  ]
}

function signedEscapes() {
  const escaped = (id, comment, note) => signed(`escape-${id}`, comment, { user_id: USER, attributes: { note } })
  return [
    escaped('quote', '" has a backslash before it', '"'),
    escaped('backslash', '\\ has a backslash before it', '\\'),
    escaped('short', 'the five control characters with an escape of their own', '\b\t\n\f\r'),
    ...Array.from(CONTROLS, (character, index) => escaped(`control-${hex(index)}`, `U+${hex(index).toUpperCase()}`, character)),
    escaped('plain', 'characters that some languages escape', "/<>&'=+`\x7f\x80\u0085\u00a0\u2028\u2029\ufeff\uffff"),
    escaped('emoji', 'characters beyond the basic plane are not escaped', '😀👩\u200d💻\u{10ffff}'),
    escaped('looks-escaped', 'a text that looks escaped', '\\u0041\\n\\"'),
    signed('escape-everywhere', 'escapes in every text', { user_id: '"\\', email: '"a\\b"@example.com', name: '"\\', attributes: { a: '"\\' }, token_id: '"\\' }),
  ]
}

function signedLengths() {
  const attributes = attributesFor(LONGEST)
  return [
    signed('length-8192', 'the longest token', { user_id: USER, attributes }),
    signed('length-8193', 'a byte more in the payload', { user_id: `${USER}x`, attributes, fails: 'identity_token_claim' }),
    signed('secret-31', 'a secret of 31 bytes', { secret: OTHER_SECRET, user_id: USER, fails: 'secret_too_short' }),
    signed('secret-32', 'a secret of 32 bytes', { secret: 'exactly-32-bytes-for-this-secret', user_id: USER }),
    signed('secret-32-multibyte', '31 characters, 32 bytes', { secret: 'exactly-32-bytes-for-thís-secre', user_id: USER }),
    ...['dsk', 'hdh'].flatMap((prefix) => [
      signed(`secret-${prefix}-31`, 'a prefix does not count', { secret: `${prefix}_secret_${OTHER_SECRET}`, user_id: USER, fails: 'secret_too_short' }),
      signed(`secret-${prefix}-32`, '32 bytes after the prefix', { secret: `${prefix}_secret_${SECRET}`, user_id: USER }),
    ]),
    signed('secret-two-prefixes', 'only one prefix does not count', { secret: `dsk_secret_dsk_secret_${SECRET.slice(11)}`, user_id: USER }),
  ]
}

function signingOrder() {
  const faults = [
    ['secret', 'secret_too_short', { secret: OTHER_SECRET }],
    ['audience', 'helpdesk_id_malformed', { audience: '' }],
    ['email', 'email_empty', { email: '' }],
    ['user-id', 'user_id_empty', { user_id: '' }],
    ['claims', 'identity_token_claim', { name: '', attributes: { A: 1 }, token_id: '', expires_in: 0 }],
    ['now', 'timestamp_malformed', { now: -1 }],
  ]
  return [
    ...faults.map(([id, fails], index) => signed(`order-${id}`, `the first of ${faults.length - index} faults: the ${id.replace('-', ' ')}`,
      { user_id: USER, ...Object.assign({}, ...faults.slice(index).map(([, , fault]) => fault)), fails })),
    signed('order-identity-before-now', 'no identity before the time', { now: -1, fails: 'identity_token_claim' }),
    signed('order-unverified-before-user-id', 'the user id before a missing proof', { email: ADA, email_verified: false, user_id: '', fails: 'user_id_empty' }),
    signed('order-now-before-length', 'the time before the length', { user_id: `${USER}x`, attributes: attributesFor(LONGEST), now: -1, fails: 'timestamp_malformed' }),
  ]
}

function embedding() {
  const rejected = [['empty', ''], ['129', 'x'.repeat(129)], ['host', HOST], ['ipv6', '[::1]'], ['space', 'desk 1'], ['unicode', 'désk'], ['placeholder', 'your_helpdesk_id']]
  const options = [
    ['align-left', { align: 'left' }], ['align-center', { align: 'center' }], ['max-width', { max_width: '40rem' }], ['max-width-default', { max_width: '864px' }],
    ['container', { container: 'support' }], ['container-default', { container: DEFAULT_CONTAINER }], ['script-url', { script_url: "https://cdn.example.com/o'brien.js?a=1&b=2" }],
    ['script-url-default', { script_url: DEFAULT_SCRIPT_URL }], ['crossorigin', { crossorigin: true }], ['crossorigin-default', { crossorigin: false }], ['nonce', { nonce: 'abc=' }],
  ]
  const rejectedOptions = [['align', 'justify'], ['max_width', '0px'], ['container', '1x'], ['script_url', 'http://cdn.example.com/x.js'], ['nonce', '']]
  return [
    embedded('user-id', 'nothing but what is needed', { user_id: USER }),
    embedded('email', 'only an e-mail', { email: ADA }),
    embedded('everything', 'every claim', { user_id: USER, email: 'Ada@Example.com', email_verified: false, name: 'Ada <Lovelace> & "Co"', attributes: { seats: 5, plan: 'pro', admin: true }, expires_in: 86_400 }),
    embedded('helpdesk-id-128', 'the longest helpdesk id', { helpdesk_id: 'x'.repeat(128), user_id: USER }),
    embedded('helpdesk-id-localhost', 'one label is a helpdesk id', { helpdesk_id: 'localhost', user_id: USER }),
    ...rejected.map(([id, helpdesk_id]) => embedded(`helpdesk-id-${id}`, 'not a helpdesk id', { helpdesk_id, user_id: USER, fails: 'helpdesk_id_malformed' })),
    ...options.map(([id, option]) => embedded(id, 'an option of the embed', { user_id: USER, ...option })),
    embedded('all-options', 'every attribute, in its order', { user_id: USER, ...Object.assign({}, ...options.map(([, option]) => option)), align: 'right', crossorigin: true, max_width: '100%', container: 'support', script_url: 'https://cdn.example.com/x.js' }),
    ...rejectedOptions.map(([name, value]) => embedded(`refused-${name.replace('_', '-')}`, 'not such an option', { user_id: USER, [name]: value, fails: 'embed_option_malformed' })),
    ...REJECTED_EMAILS.map(([id, email, fails, comment]) => embedded(`email-${id}`, comment, { email, fails })),
    ...REJECTED_USER_IDS.map(([id, user_id, fails, comment]) => embedded(`user-id-${id}`, comment, { user_id, fails })),
    embedded('no-identity', 'neither e-mail nor user id', { fails: 'identity_token_claim' }),
    embedded('unverified-alone', 'an e-mail that is not proved identifies no customer', { email: ADA, email_verified: false, fails: 'identity_token_claim' }),
    embedded('name-101', '101 characters', { user_id: USER, name: 'n'.repeat(101), fails: 'identity_token_claim' }),
    embedded('attributes-21', '21 attributes', { user_id: USER, attributes: attributesOf(21), fails: 'identity_token_claim' }),
    embedded('token-id-empty', 'an empty token id', { user_id: USER, token_id: '', fails: 'identity_token_claim' }),
    embedded('expires-in-0', 'no lifetime', { user_id: USER, expires_in: 0, fails: 'identity_token_claim' }),
    embedded('expires-in-86401', 'more than a day', { user_id: USER, expires_in: 86_401, fails: 'identity_token_claim' }),
    embedded('length-8192', 'the longest token', { user_id: USER, attributes: attributesFor(LONGEST) }),
    embedded('length-8193', 'a byte more in the payload', { user_id: `${USER}x`, attributes: attributesFor(LONGEST), fails: 'identity_token_claim' }),
    embedded('now-too-early', 'a time before 1970', { user_id: USER, now: -1, fails: 'timestamp_malformed' }),
    embedded('secret-31', 'a secret of 31 bytes', { secret: OTHER_SECRET, user_id: USER, fails: 'secret_too_short' }),
    embedded('order-secret-first', 'the secret before the helpdesk id', { secret: OTHER_SECRET, helpdesk_id: '', email: '', align: '', fails: 'secret_too_short' }),
    embedded('order-helpdesk-id-second', 'the helpdesk id before the claims', { helpdesk_id: '', email: '', align: '', fails: 'helpdesk_id_malformed' }),
    embedded('order-claims-before-now', 'the claims before the time', { user_id: '', now: -1, align: '', fails: 'user_id_empty' }),
    embedded('order-now-before-options', 'the time before the options', { user_id: USER, now: -1, align: '', nonce: '', fails: 'timestamp_malformed' }),
  ]
}

/** A link whose token has this many bytes. */
function longLink(bytes) {
  const user_id = '"'.repeat(512)
  const token_id = 'i'.repeat(100)
  const rest = json({ aud: HOST, sub: user_id, email: '@b.c', iat: NOW, exp: NOW + 300, jti: token_id })
  return { user_id, token_id, email: `${'a'.repeat(PAYLOAD_OF.get(bytes) - rest.length)}@b.c` }
}

function linking() {
  const urls = [
    ['path', 'https://HELP.company.com/anything', 'the path is replaced'],
    ['submit-ticket', 'https://help.company.com/submit-ticket', 'the path of the form itself'],
    ['query', 'https://help.company.com/?lang=de&identity=evil#identity=evil', 'query and fragment are replaced'],
    ['port', 'https://help.company.com:8443/', 'the port stays in the link and out of the audience'],
    ['port-default', 'https://help.company.com:443/', 'the default port is removed'],
    ['idna', 'https://bücher.example/', 'IDNA'],
    ['ipv4', 'https://0300.0.513/', 'a short IPv4 address'],
    ['ipv6', 'http://[0:0::1]:8080', 'an IPv6 address'],
    ['localhost', 'http://LOCALHOST:3000', 'the audience is the host, in lower case'],
    ['label', 'https://support', 'a host of one label'],
    ['test', 'http://help.test:3000', 'http on a name under test'],
  ]
  const rejectedUrls = [
    ['empty', '', 'portal_url_malformed', 'no URL'],
    ['host', HOST, 'portal_url_malformed', 'a host is not a URL'],
    ['user', 'https://ada@help.company.com', 'portal_url_malformed', 'a user name'],
    ['trailing-dot', 'https://help.company.com./', 'portal_url_malformed', 'a dot at the end of the host'],
    ['http', 'http://help.company.com', 'portal_url_insecure', 'http'],
    ['ftp', 'ftp://help.company.com', 'portal_url_insecure', 'ftp'],
  ]
  const longest = longLink(LONGEST_IN_LINK)
  return [
    linked('user-id', 'only a user id', { user_id: USER }),
    linked('email', 'only an e-mail', { email: ' Ada@Example.com' }),
    linked('both', 'both', { user_id: USER, email: ADA }),
    linked('unverified', 'an e-mail that is not proved', { user_id: USER, email: ADA, email_verified: false }),
    ...urls.map(([id, portal_url, comment]) => linked(`url-${id}`, comment, { portal_url, user_id: USER })),
    ...rejectedUrls.map(([id, portal_url, fails, comment]) => linked(`url-${id}`, comment, { portal_url, user_id: USER, fails })),
    ...REJECTED_EMAILS.map(([id, email, fails, comment]) => linked(`email-${id}`, comment, { email, fails })),
    ...REJECTED_USER_IDS.map(([id, user_id, fails, comment]) => linked(`user-id-${id}`, comment, { user_id, fails })),
    linked('no-identity', 'neither e-mail nor user id', { fails: 'identity_token_claim' }),
    linked('unverified-alone', 'an e-mail that is not proved identifies no customer', { email: ADA, email_verified: false, fails: 'identity_token_claim' }),
    ...[1, 300].map((expires_in) => linked(`expires-in-${expires_in}`, `a lifetime of ${expires_in} s`, { user_id: USER, expires_in })),
    ...[0, 301, 600].map((expires_in) => linked(`expires-in-${expires_in}`, `a lifetime of ${expires_in} s`, { user_id: USER, expires_in, fails: 'identity_token_claim' })),
    ...TOKEN_IDS.map(([id, token_id, comment]) => linked(`token-id-${id}`, comment, { user_id: USER, token_id })),
    ...REJECTED_TOKEN_IDS.map(([id, token_id, comment]) => linked(`token-id-${id}`, comment, { user_id: USER, token_id, fails: 'identity_token_claim' })),
    linked('length-2048', 'the longest token in a link', longest),
    linked('length-2049', 'a byte more in the payload', { ...longest, token_id: `${longest.token_id}i`, fails: 'identity_token_claim' }),
    linked('now-earliest', 'the earliest time', { user_id: USER, now: 0 }),
    linked('now-latest', 'the latest time', { user_id: USER, now: LATEST }),
    linked('now-too-early', 'a time before 1970', { user_id: USER, now: -1, fails: 'timestamp_malformed' }),
    linked('now-too-late', 'a time of twelve digits', { user_id: USER, now: LATEST + 1, fails: 'timestamp_malformed' }),
    linked('secret-31', 'a secret of 31 bytes', { secret: OTHER_SECRET, user_id: USER, fails: 'secret_too_short' }),
    linked('order-secret-first', 'the secret before the URL', { secret: OTHER_SECRET, portal_url: '', fails: 'secret_too_short' }),
    linked('order-url-second', 'the URL before the claims', { portal_url: '', email: '', user_id: '', fails: 'portal_url_malformed' }),
    linked('order-insecure-second', 'the scheme of the URL before the claims', { portal_url: 'http://help.company.com', email: '', fails: 'portal_url_insecure' }),
    linked('order-email-third', 'the e-mail before the user id', { email: '', user_id: '', fails: 'email_empty' }),
    linked('order-token-id-before-now', 'the token id before the time', { user_id: USER, token_id: '', now: -1, fails: 'identity_token_claim' }),
  ]
}

const TOKEN = tokenWith()
const [HEAD, BODY, TAIL] = TOKEN.split('.')
const MESSAGE = `${HEAD}.${BODY}`

/** Signs any two texts, also those that are not base64url. */
function signedText(message, secret = SECRET) {
  return `${message}.${tailOf(message, secret)}`
}

/** The signature part of any text. */
function tailOf(message, secret) {
  return createHmac('sha256', secret).update(message).digest('base64url')
}

function malformed(id, comment, token) {
  return verified(`form-${id}`, comment, { token, fails: 'identity_token_malformed' })
}

/** The text with its last character replaced by the next one: the same bytes, but an unused bit that is set. */
function withUnusedBit(part) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const next = part.slice(0, -1) + alphabet[alphabet.indexOf(part.at(-1)) + 1]
  if (part.length % 4 === 0 || !Buffer.from(next, 'base64url').equals(Buffer.from(part, 'base64url'))) throw new Error(`${part} has no unused bits`)
  return next
}

/** The text with as many spaces at its end as give this remainder of its length divided by 3. */
function spaced(text, remainder) {
  return text.padEnd(text.length + (remainder - text.length % 3 + 3) % 3)
}

function inBase64url(text) {
  return Buffer.from(text).toString('base64url')
}

/** A valid token whose signature has a character that the standard alphabet writes differently. */
function dashedToken() {
  const tokens = Array.from({ length: 100 }, (_, jti) => tokenWith({ payload: { jti: `${jti}` } }))
  return tokens.find((token) => /[-_]/.test(token.split('.')[2]))
}

function forms() {
  const [header, payload] = [HEADER, payloadAnd('')]
  const dashed = dashedToken()
  const other = payloadAnd(',"x":"\u00ff\u00bf~~~???"')
  if (!/[-_]/.test(inBase64url(other))) throw new Error('the two alphabets do not differ')
  const tails = { long: Buffer.concat([Buffer.from(TAIL, 'base64url'), Buffer.of(0)]), short: Buffer.from(TAIL, 'base64url').subarray(0, 31) }
  const filled = (bytes) => {
    const rest = payloadAnd(',"x":""')
    return tokenWith({ payload: payloadAnd(`,"x":"${'x'.repeat(PAYLOAD_OF.get(LONGEST) + bytes - LONGEST - rest.length)}"`) })
  }
  return [
    verified('valid', 'a valid token', { token: TOKEN }),
    verified('form-payload-own-alphabet', 'the characters - and _ in the payload', { token: tokenWith({ payload: other }) }),
    verified('form-signature-own-alphabet', 'the characters - and _ in the signature', { token: dashed }),
    malformed('empty', 'no token', ''),
    malformed('dot', 'a dot', '.'),
    malformed('dots', 'two dots', '..'),
    malformed('one-part', 'one part', BODY),
    malformed('two-parts', 'no signature', MESSAGE),
    malformed('two-parts-dot', 'an empty signature', `${MESSAGE}.`),
    malformed('four-parts', 'four parts', `${TOKEN}.${TAIL}`),
    malformed('four-parts-empty', 'a dot at the end', `${TOKEN}.`),
    malformed('four-parts-first-empty', 'a dot at the start', `.${TOKEN}`),
    malformed('four-parts-middle-empty', 'two dots in a row', `${HEAD}..${BODY}.${TAIL}`),
    malformed('five-parts', 'as many parts as an encrypted token', `${HEAD}.${BODY}.${TAIL}.${BODY}.${TAIL}`),
    malformed('header-empty', 'an empty header, signed', signedText(`.${BODY}`)),
    malformed('payload-empty', 'an empty payload, signed', signedText(`${HEAD}.`)),
    verified('form-payload-empty-mismatch', 'the empty text is base64url of no bytes, so the signature is checked before the payload', { token: `${HEAD}..${TAIL}`, fails: 'signature_mismatch' }),
    malformed('header-padded', 'padding in the header, signed', signedText(`${inBase64url(spaced(header, 1))}==.${BODY}`)),
    malformed('payload-padded', 'padding in the payload, signed', signedText(`${HEAD}.${inBase64url(spaced(payload, 2))}=`)),
    malformed('signature-padded', 'padding in the signature', `${TOKEN}=`),
    malformed('payload-standard-alphabet', 'the standard alphabet in the payload, signed', signedText(`${HEAD}.${Buffer.from(other).toString('base64').replace(/=+$/, '')}`)),
    malformed('signature-standard-alphabet', 'the standard alphabet in the signature', dashed.replaceAll('-', '+').replaceAll('_', '/')),
    malformed('header-unused-bits', 'unused bits in the header, signed', signedText(`${withUnusedBit(inBase64url(spaced(header, 1)))}.${BODY}`)),
    malformed('payload-unused-bits', 'unused bits in the payload, signed', signedText(`${HEAD}.${withUnusedBit(inBase64url(spaced(payload, 2)))}`)),
    malformed('signature-unused-bits', 'unused bits in the signature', `${MESSAGE}.${withUnusedBit(TAIL)}`),
    malformed('header-length', 'a length that base64 cannot have, in the header, signed', signedText(`${inBase64url(spaced(header, 0))}A.${BODY}`)),
    malformed('payload-length', 'a length that base64 cannot have, in the payload, signed', signedText(`${HEAD}.${inBase64url(spaced(payload, 0))}A`)),
    malformed('signature-length', 'a length that base64 cannot have, in the signature', `${MESSAGE}.${TAIL.slice(0, 41)}`),
    malformed('signature-31-bytes', 'a signature of 31 bytes', `${MESSAGE}.${tails.short.toString('base64url')}`),
    malformed('signature-33-bytes', 'a signature of 33 bytes', `${MESSAGE}.${tails.long.toString('base64url')}`),
    malformed('signature-hexadecimal', 'a signature in hexadecimal digits', `${MESSAGE}.${Buffer.from(TAIL, 'base64url').toString('hex')}`),
    malformed('space-leading', 'a space at the start', ` ${TOKEN}`),
    malformed('space-trailing', 'a space at the end', `${TOKEN} `),
    malformed('newline-trailing', 'a line feed at the end', `${TOKEN}\n`),
    malformed('crlf-trailing', 'a carriage return and a line feed at the end', `${TOKEN}\r\n`),
    malformed('newline-inside', 'a line feed inside, signed', signedText(`${HEAD}.${BODY.slice(0, 76)}\n${BODY.slice(76)}`)),
    malformed('crlf-inside', 'a line break inside, signed', signedText(`${HEAD}.${BODY.slice(0, 76)}\r\n${BODY.slice(76)}`)),
    malformed('space-inside', 'a space inside, signed', signedText(`${HEAD}.${BODY.slice(0, 8)} ${BODY.slice(8)}`)),
    malformed('newline-in-header', 'a line feed in the header, signed', signedText(`${HEAD}\n.${BODY}`)),
    malformed('newline-in-signature', 'a line feed in the signature', `${MESSAGE}.${TAIL.slice(0, 20)}\n${TAIL.slice(20)}`),
    malformed('tab-after-dot', 'a tab after a dot', `${MESSAGE}.\t${TAIL}`),
    malformed('nul', 'NUL at the end', `${TOKEN}\0`),
    malformed('byte-order-mark', 'U+FEFF at the start', `\ufeff${TOKEN}`),
    malformed('fullwidth', 'a letter that is not ASCII, signed', signedText(`${HEAD}.Ａ${BODY.slice(1)}`)),
    malformed('kelvin', 'U+212A in the signature', `${MESSAGE}.\u212a${TAIL.slice(1)}`),
    malformed('percent', 'a percent-encoded dot', TOKEN.replace('.', '%2E')),
    malformed('bearer', 'the scheme of an HTTP header', `Bearer ${TOKEN}`),
    malformed('quoted', 'quotes', `"${TOKEN}"`),
    malformed('json', 'JSON in place of the token', JSON.stringify({ token: TOKEN })),
    malformed('undefined', 'a word', 'undefined'),
    malformed('json-serialization', 'the JSON serialization of JWS', JSON.stringify({ protected: HEAD, payload: BODY, signature: TAIL })),
    malformed('unencoded', 'header and payload without base64url, signed', signedText(`${HEADER}.${payloadAnd('')}`)),
    verified('form-8192-bytes', 'the longest token', { token: filled(LONGEST) }),
    malformed('8193-bytes', 'a byte more', filled(LONGEST + 1)),
    malformed('8193-bytes-of-dots', 'many dots', '.'.repeat(LONGEST + 1)),
    malformed('8192-bytes-of-dots', 'many dots', '.'.repeat(LONGEST)),
    malformed('long', 'a long text', 'A'.repeat(100_000)),
  ]
}

function headers() {
  const header = (id, comment, text, fails) => verified(`header-${id}`, comment, { token: tokenWith({ header: text }), fails })
  const rejected = (id, comment, text) => header(id, comment, text, 'identity_token_malformed')
  const other = (id, comment, member) => rejected(id, comment, `{"alg":"HS256","typ":"JWT",${member}}`)
  const hs384 = '{"alg":"HS384","typ":"JWT"}'
  const payload = payloadAnd('')
  return [
    header('without-typ', 'no typ', '{"alg":"HS256"}'),
    header('order', 'the other order', '{"typ":"JWT","alg":"HS256"}'),
    header('whitespace', 'whitespace of JSON', ' {\t"alg" : "HS256" ,\r\n "typ":"JWT"}\n'),
    header('escaped', 'escapes in names and values', '{"\\u0061lg":"HS25\\u0036","typ":"\\u004aWT"}'),
    header('kid', 'the id of a key is ignored', '{"alg":"HS256","typ":"JWT","kid":"key-1"}'),
    header('kid-empty', 'an empty id of a key', '{"kid":"","alg":"HS256"}'),
    header('kid-path', 'a path as the id of a key', '{"alg":"HS256","kid":"../../../../dev/null"}'),
    header('kid-query', 'a query as the id of a key', `{"alg":"HS256","kid":"' UNION SELECT 'x"}`),
    header('kid-escapes', 'any text as the id of a key', '{"alg":"HS256","kid":"\\u0000\\n\\ud83d\\ude00é\u2028"}'),
    verified('header-kid-other-secret', 'the id of a key does not choose the secret', { token: tokenWith({ header: '{"alg":"HS256","kid":"0"}', secret: 'x' }), fails: 'signature_mismatch' }),
    malformed('alg-none-unsigned', 'alg none, without a signature', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${BODY}.`),
    rejected('alg-none', 'alg none, with a valid HMAC', '{"alg":"none","typ":"JWT"}'),
    rejected('alg-none-capital', 'alg None', '{"alg":"None"}'),
    rejected('alg-lower', 'alg in lower case', '{"alg":"hs256"}'),
    rejected('alg-hs384', 'alg HS384, with HMAC-SHA256', hs384),
    verified('header-alg-hs384-signed', 'alg HS384, with its own HMAC', { token: tokenOf(SECRET, hs384, payload, 'sha384'), fails: 'identity_token_malformed' }),
    verified('header-alg-hs512-signed', 'alg HS512, with its own HMAC', { token: tokenOf(SECRET, '{"alg":"HS512"}', payload, 'sha512'), fails: 'identity_token_malformed' }),
    rejected('alg-rs256', 'alg RS256', '{"alg":"RS256","typ":"JWT"}'),
    rejected('alg-es256', 'alg ES256', '{"alg":"ES256","typ":"JWT"}'),
    rejected('alg-dir', 'alg of encrypted tokens', '{"alg":"dir","enc":"A128GCM"}'),
    rejected('alg-space', 'a space after the algorithm', '{"alg":"HS256 "}'),
    rejected('alg-empty', 'an empty algorithm', '{"alg":""}'),
    rejected('alg-missing', 'no alg', '{"typ":"JWT"}'),
    rejected('alg-name-upper', 'a name in upper case', '{"ALG":"HS256"}'),
    rejected('alg-null', 'alg is null', '{"alg":null}'),
    rejected('alg-number', 'alg is a number', '{"alg":256}'),
    rejected('alg-array', 'alg is an array', '{"alg":["HS256"]}'),
    rejected('alg-twice', 'alg twice', '{"alg":"HS256","alg":"HS256"}'),
    rejected('alg-twice-none-first', 'alg twice, first none', '{"alg":"none","alg":"HS256"}'),
    rejected('alg-twice-none-last', 'alg twice, then none', '{"alg":"HS256","alg":"none"}'),
    rejected('alg-twice-escaped', 'alg twice, once escaped', '{"alg":"HS256","\\u0061lg":"HS256"}'),
    rejected('typ-twice', 'typ twice', '{"alg":"HS256","typ":"JWT","typ":"JWT"}'),
    rejected('kid-twice', 'kid twice', '{"alg":"HS256","kid":"a","kid":"a"}'),
    ...[['lower', '"jwt"'], ['access', '"at+jwt"'], ['media', '"application/jwt"'], ['jose', '"JOSE"'], ['empty', '""'], ['null', 'null'], ['number', '1'], ['array', '["JWT"]']]
      .map(([id, typ]) => rejected(`typ-${id}`, 'another typ', `{"alg":"HS256","typ":${typ}}`)),
    ...[['null', 'null'], ['number', '1'], ['boolean', 'true'], ['array', '["a"]'], ['object', '{"a":"b"}'], ['surrogate', '"\\ud800"']]
      .map(([id, kid]) => rejected(`kid-${id}`, 'kid is not a text', `{"alg":"HS256","kid":${kid}}`)),
    other('crit', 'crit', '"crit":["exp"]'),
    other('crit-empty', 'an empty crit', '"crit":[]'),
    other('b64', 'b64', '"b64":false,"crit":["b64"]'),
    other('jwk', 'a key in the header', '"jwk":{"kty":"oct","k":"eA"}'),
    other('jku', 'the URL of keys', '"jku":"https://evil.example/keys"'),
    other('x5u', 'the URL of a certificate', '"x5u":"https://evil.example/x"'),
    other('x5c', 'a certificate', '"x5c":["eA"]'),
    other('x5t', 'the hash of a certificate', '"x5t":"eA"'),
    other('cty', 'cty', '"cty":"JWT"'),
    other('zip', 'zip', '"zip":"DEF"'),
    other('enc', 'enc', '"enc":"A128GCM"'),
    other('iss', 'a claim', '"iss":"shop"'),
    other('empty-name', 'an empty name', '"":""'),
    other('proto', 'the name __proto__', '"__proto__":{"alg":"HS256"}'),
    rejected('proto-alg', 'alg by the name __proto__ alone', '{"__proto__":{"alg":"HS256"}}'),
    other('constructor', 'the name constructor', '"constructor":"x"'),
    rejected('empty-object', 'an empty object', '{}'),
    rejected('array', 'an array', '["HS256"]'),
    rejected('text', 'a text', '"HS256"'),
    rejected('null', 'null', 'null'),
    rejected('number', 'a number', '256'),
    rejected('not-json', 'not JSON', 'alg=HS256'),
    rejected('trailing-comma', 'a comma at the end', '{"alg":"HS256",}'),
    rejected('trailing-text', 'text after the object', `${HEADER}x`),
    rejected('trailing-nul', 'NUL after the object', `${HEADER}\0`),
    rejected('two-objects', 'two objects', `${HEADER}{}`),
    rejected('unclosed', 'no closing brace', HEADER.slice(0, -1)),
    rejected('comment', 'a comment', '{"alg":"HS256"/**/}'),
    rejected('single-quotes', 'single quotes', "{'alg':'HS256'}"),
    rejected('byte-order-mark', 'a byte order mark is not whitespace', `\ufeff${HEADER}`),
    rejected('invalid-utf8', 'bytes that are not UTF-8', Buffer.from('{"alg":"HS256","kid":"\xff"}', 'latin1')),
    rejected('utf16', 'UTF-16', Buffer.from(HEADER, 'utf16le')),
    rejected('deep', 'deeply nested', `{"alg":"HS256","kid":${'['.repeat(1000)}${']'.repeat(1000)}}`),
  ]
}

function signatures() {
  const third = 'a-third-secret-that-is-also-being-replaced'
  const token = tokenWith({ secret: OLDER_SECRET })
  const bytes = Buffer.from(TAIL, 'base64url')
  const flipped = Buffer.from(bytes.map((byte, index) => index === 31 ? byte ^ 1 : byte)).toString('base64url')
  const mismatch = (id, comment, token, more) => verified(`signature-${id}`, comment, { token, fails: 'signature_mismatch', ...more })
  const short = (id, comment, more) => verified(`secret-${id}`, comment, { token: TOKEN, fails: 'secret_too_short', ...more })
  const prefixed = `dsk_secret_${SECRET}`
  const encoded = 'ZXhhbXBsZS1zZWNyZXQtZm9yLWRvY3VtZW50YXRpb24'
  return [
    mismatch('other-secret', 'another secret', token),
    mismatch('zeros', 'a signature of zeros', `${MESSAGE}.${Buffer.alloc(32).toString('base64url')}`),
    mismatch('last-bit', 'one bit of the signature is changed', `${MESSAGE}.${flipped}`),
    mismatch('payload-changed', "another token's payload", `${HEAD}.${tokenWith({ payload: { sub: 'user-43' } }).split('.')[1]}.${TAIL}`),
    mismatch('header-changed', 'a header that was not signed', `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${BODY}.${TAIL}`),
    mismatch('payload-only', 'only the payload was signed', `${MESSAGE}.${tailOf(BODY, SECRET)}`),
    mismatch('decoded', 'the decoded parts were signed', `${MESSAGE}.${tailOf(`${HEADER}.${payloadAnd('')}`, SECRET)}`),
    mismatch('empty-key', 'an empty key', tokenWith({ secret: '' })),
    mismatch('decoded-secret', 'the secret was decoded from base64url', tokenWith({ secret: Buffer.from(encoded, 'base64url') }), { secret: encoded }),
    mismatch('without-prefix', 'the prefix of the secret was removed', TOKEN, { secret: prefixed }),
    verified('signature-with-prefix', 'the prefix is part of the key', { token: tokenWith({ secret: prefixed }), secret: prefixed }),
    verified('previous', 'a previous secret', { token, previous: [[OLDER_SECRET, NOW + 1]] }),
    verified('previous-second', 'the second previous secret', { token, previous: [[third, NOW + 1], [OLDER_SECRET, NOW + 1]] }),
    verified('previous-twice', 'the lowest number of an active secret', { token, previous: [[OLDER_SECRET, NOW], [OLDER_SECRET, NOW + 1], [OLDER_SECRET, NOW + 2]] }),
    verified('previous-and-current', 'the current secret is listed as an expired one too', { token: TOKEN, previous: [[SECRET, NOW]] }),
    mismatch('previous-expired', 'a previous secret in the second of its expiry', token, { previous: [[OLDER_SECRET, NOW]] }),
    mismatch('previous-expired-long-ago', 'a previous secret that expired in 1970', token, { previous: [[OLDER_SECRET, 0]] }),
    short('31', 'a secret of 31 bytes', { secret: OTHER_SECRET, token: tokenWith({ secret: OTHER_SECRET }) }),
    short('dsk-31', 'a prefix does not count', { secret: `dsk_secret_${OTHER_SECRET}` }),
    short('hdh-31', 'the other prefix does not count', { secret: `hdh_secret_${OTHER_SECRET}` }),
    short('previous-31', 'a previous secret of 31 bytes', { previous: [[OTHER_SECRET, NOW + 1]] }),
    short('previous-expired-31', 'an expired secret of 31 bytes', { previous: [[OTHER_SECRET, 0]] }),
    short('previous-second-31', 'the second previous secret', { previous: [[OLDER_SECRET, NOW], [OTHER_SECRET, NOW]] }),
    short('previous-dsk-31', 'a previous secret with a prefix', { previous: [[`dsk_secret_${OTHER_SECRET}`, NOW]] }),
    verified('secret-32-multibyte', '31 characters, 32 bytes', { secret: 'exactly-32-bytes-for-thís-secre', token: tokenWith({ secret: 'exactly-32-bytes-for-thís-secre' }) }),
    verified('secret-previous-prefixed', 'a previous secret with a prefix', { token: tokenWith({ secret: prefixed }), previous: [[prefixed, NOW + 1]] }),
  ]
}

function payloads() {
  const accepted = (id, comment, text) => claimed(`payload-${id}`, comment, text)
  const rejected = (id, comment, text) => claimed(`payload-${id}`, comment, text, { fails: 'identity_token_malformed' })
  const unknown = (id, comment, value) => accepted(id, comment, payloadAnd(`,"x":${value}`))
  const invalid = (id, comment, value) => rejected(id, comment, payloadAnd(`,"x":${value}`))
  const usual = payloadAnd('')
  const nested = (open, close, count) => `${open.repeat(count)}${close.repeat(count)}`
  const objects = (count) => `${'{"a":'.repeat(count - 1)}{}${'}'.repeat(count - 1)}`
  const bytes = (text) => Buffer.from(payloadAnd(`,"x":"${text}"`), 'latin1')
  return [
    accepted('whitespace', 'whitespace of JSON', ` \t\r\n${usual.replaceAll(':', ' :\n').replaceAll(',', ' ,\t')}\r\n `),
    accepted('escaped', 'escapes in names and values', usual.replace('"aud"', '"\\u0061\\u0075d"').replace(DESK, 'd\\u0065sk\\u002D1')),
    accepted('order', 'any order', json({ exp: NOW + 600, iat: NOW, x: {}, sub: USER, aud: DESK })),
    accepted('others', 'other claims are ignored', payloadAnd(',"iss":"shop","scope":"a b","roles":["admin",1,null,true,{"a":[]}],"user_id":"evil","verified":false')),
    accepted('others-case', 'names are case-sensitive', payloadAnd(',"Aud":"x","SUB":"evil","Email":5,"eXp":0')),
    accepted('others-null', 'another claim may be null', payloadAnd(',"iss":null,"phone":null')),
    accepted('empty-name', 'an empty name', payloadAnd(',"":1')),
    accepted('proto', 'the name __proto__ is another claim', payloadAnd(',"__proto__":{"sub":"evil","name":"Eve","email":"eve@example.com"}')),
    accepted('constructor', 'the name constructor is another claim', payloadAnd(',"constructor":{"prototype":{"name":"Eve"}},"toString":1,"hasOwnProperty":null')),
    claimed('payload-proto-sub', 'a user id by the name __proto__ alone', `{"aud":"${DESK}","iat":${NOW},"exp":${NOW + 600},"__proto__":{"sub":"${USER}"}}`, { fails: 'identity_token_claim' }),
    rejected('array', 'an array', `[${usual}]`),
    rejected('text', 'a text', JSON.stringify(usual)),
    rejected('null', 'null', 'null'),
    rejected('number', 'a number', '1'),
    rejected('blank', 'a space', ' '),
    rejected('not-json', 'not JSON', 'sub=user-42'),
    rejected('nested-token', 'a token in the payload', TOKEN),
    rejected('trailing-comma', 'a comma at the end', payloadAnd(',')),
    rejected('leading-comma', 'a comma at the start', usual.replace('{', '{,')),
    rejected('trailing-text', 'text after the object', `${usual}x`),
    rejected('trailing-nul', 'NUL after the object', `${usual}\0`),
    rejected('two-objects', 'two objects', `${usual}${usual}`),
    rejected('unclosed', 'no closing brace', usual.slice(0, -1)),
    rejected('comment', 'a comment', payloadAnd('/* */')),
    rejected('line-comment', 'a comment at the end', `${usual}// x`),
    rejected('single-quotes', 'single quotes', usual.replaceAll('"', "'")),
    rejected('unquoted', 'a name without quotes', payloadAnd(',x:1')),
    rejected('number-as-name', 'a number as a name', payloadAnd(',1:1')),
    rejected('no-colon', 'no colon', payloadAnd(',"x" 1')),
    rejected('no-value', 'no value', payloadAnd(',"x":')),
    rejected('byte-order-mark', 'a byte order mark is not whitespace', `\ufeff${usual}`),
    rejected('no-break-space', 'U+00A0 is not whitespace of JSON', `\u00a0${usual}`),
    rejected('form-feed', 'a form feed is not whitespace of JSON', `${usual}\f`),
    rejected('line-separator', 'U+2028 is not whitespace of JSON', `${usual}\u2028`),
    rejected('utf16', 'UTF-16', Buffer.from(usual, 'utf16le')),
    ...[['ff', '\xff'], ['continuation', '\x80'], ['overlong', '\xc0\xaf'], ['surrogate', '\xed\xa0\x80'], ['too-large', '\xf4\x90\x80\x80'], ['truncated', '\xe2\x82'], ['latin-1', 'gr\xf6\xdfe']]
      .map(([id, text]) => rejected(`invalid-utf8-${id}`, 'bytes that are not UTF-8 are rejected, never repaired', bytes(text))),
    rejected('twice-aud', 'aud twice, with the same value', payloadAnd(`,"aud":"${DESK}"`)),
    rejected('twice-sub', 'sub twice', payloadAnd(',"sub":"user-43"')),
    rejected('twice-exp', 'exp twice', payloadAnd(`,"exp":${NOW + 700}`)),
    rejected('twice-escaped', 'aud twice, once escaped', payloadAnd(`,"\\u0061ud":"${DESK}"`)),
    rejected('twice-unknown', 'another claim twice', payloadAnd(',"x":1,"x":1')),
    rejected('twice-empty-name', 'an empty name twice', payloadAnd(',"":1,"":1')),
    rejected('twice-proto', 'the name __proto__ twice', payloadAnd(',"__proto__":1,"__proto__":1')),
    rejected('twice-attribute', 'an attribute twice', payloadAnd(',"attributes":{"a":1,"a":1}')),
    rejected('twice-attribute-escaped', 'an attribute twice, once escaped', payloadAnd(',"attributes":{"plan":1,"pl\\u0061n":1}')),
    rejected('twice-surrogates', 'a name twice, once as an escaped pair', payloadAnd(',"😀":1,"\\ud83d\\ude00":1')),
    invalid('twice-nested', 'a name twice in a nested object', '{"a":{"b":1,"b":2}}'),
    invalid('twice-in-array', 'a name twice in an object of an array', '[1,[{"a":1,"a":1}]]'),
    unknown('same-name-other-object', 'the same name in two objects', '[{"a":1},{"a":{"a":1}}]'),
    unknown('same-name-other-case', 'two names that differ in case', '{"a":1,"A":1,"\\u00e9":1,"e\\u0301":1}'),
    unknown('depth-32-arrays', '32 levels of arrays and the payload', nested('[', ']', 31)),
    invalid('depth-33-arrays', '33 levels', nested('[', ']', 32)),
    unknown('depth-32-objects', '32 levels of objects', objects(31)),
    invalid('depth-33-objects', '33 levels', objects(32)),
    unknown('depth-32-mixed', '32 levels of both', `${'[{"a":'.repeat(15)}[[],[],{}]${'}]'.repeat(15)}`.replace('[[],[],{}]', '[]')),
    invalid('depth-33-mixed', '33 levels of both', `${'[{"a":'.repeat(15)}[[],[],{}]${'}]'.repeat(15)}`),
    unknown('depth-siblings', 'many arrays side by side are not deep', `[${Array(100).fill('[[]]').join(',')}]`),
    invalid('depth-thousands', 'thousands of levels', nested('[', ']', 2500)),
    invalid('depth-unclosed', 'thousands of brackets that are not closed', '['.repeat(5000)),
    ...[['1e309', '1e309'], ['minus-1e309', '-1e309'], ['400-digits', '9'.repeat(400)], ['huge-exponent', '1e999999999999'], ['zero', '0'], ['minus-zero', '-0'], ['fraction', '0.5'], ['exponent', '1E+2'], ['largest', '1e308'], ['smallest', '1e-400'], ['long', '9'.repeat(300)], ['digits', `0.${'1'.repeat(300)}`]]
      .map(([id, number]) => unknown(`number-${id}`, 'a number in another claim, of any size', number)),
    ...[['leading-zero', '01'], ['plus', '+1'], ['point-end', '1.'], ['point-start', '.5'], ['hexadecimal', '0x10'], ['nan', 'NaN'], ['infinity', 'Infinity'], ['underscore', '1_000'],
      ['minus-alone', '-'], ['minus-space', '- 1'], ['exponent-empty', '1e'], ['capital-true', 'True'], ['undefined', 'undefined'], ['none', 'None'], ['nothing', ''],
      ['array-comma', '[1,]'], ['array-commas', '[1,,2]'], ['array-no-comma', '[1 2]'], ['array-brace', '[1}'], ['object-comma', '{"a":1,}']]
      .map(([id, value]) => invalid(`value-${id}`, 'not a value of JSON', value)),
    ...[['nul', '"\0"'], ['tab', '"\t"'], ['newline', '"\n"'], ['escape-x', '"\\x41"'], ['escape-short', '"\\u12"'], ['escape-capital', '"\\U0041"'], ['escape-quote', `"\\'"`], ['escape-end', '"\\"'],
      ['escape-braces', '"\\u{41}"'], ['escape-sign', '"\\u+041"'], ['unclosed', '"x']]
      .map(([id, value]) => invalid(`text-${id}`, 'not a text of JSON', value)),
    ...[['high', '\\ud800'], ['low', '\\udc00'], ['high-and-letter', '\\ud83dA'], ['reversed', '\\ude00\\ud83d'], ['two-high', '\\ud83d\\ud83d\\ude00'], ['high-and-escape', '\\ud83d\\u0041'], ['capitals', '\\uDBFF']]
      .map(([id, text]) => invalid(`surrogate-${id}`, 'an escaped lone surrogate', `"${text}"`)),
    rejected('surrogate-in-name', 'an escaped lone surrogate in a name', payloadAnd(',"\\ud800":1')),
    rejected('surrogate-in-claim', 'an escaped lone surrogate in a claim', payloadAnd(',"name":"A\\ud800"')),
    unknown('surrogate-pair', 'an escaped pair', '"\\ud83d\\ude00\\uD83D\\uDE00"'),
    unknown('text-escapes', 'every escape of JSON', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uFFFF"'),
    unknown('text-unescaped', 'characters that need no escape', '"/\x7f\u0085\u2028\ufeff\uffff"'),
  ]
}

function audiences() {
  const of = (id, comment, aud, { fails, ...more } = {}) => claimed(`aud-${id}`, comment, { aud }, { fails, ...more })
  const wrongType = [['missing', undefined], ['null', null], ['number', 1], ['boolean', true], ['object', { desk: DESK }], ['array-empty', []], ['array-two', [DESK, 'desk-2']],
    ['array-two-same', [DESK, DESK]], ['array-number', [1]], ['array-null', [null]], ['array-nested', [[DESK]]], ['array-object', [{}]]]
  const others = [['other', 'desk-2'], ['upper', 'DESK-1'], ['empty', ''], ['prefix', 'desk-'], ['longer', 'desk-11'], ['space', 'desk-1 '], ['newline', 'desk-1\n'], ['nul', 'desk-1\0'],
    ['host', HOST], ['array-other', ['desk-2']], ['array-empty-text', ['']]]
  const host = (id, comment, audience, aud, fails) => of(`host-${id}`, comment, aud, { audience, fails })
  return [
    of('array', 'an array with one text', [DESK]),
    ...wrongType.map(([id, aud]) => of(id, 'neither a text nor an array with one text', aud, { fails: 'identity_token_claim' })),
    ...others.map(([id, aud]) => of(id, 'another audience', aud, { fails: 'identity_token_audience' })),
    ...AUDIENCES.map(([id, audience, aud, comment]) => of(`given-${id}`, comment, aud, { audience })),
    ...REJECTED_AUDIENCES.map(([id, audience, fails, comment]) => of(`refused-${id}`, comment, audience, { audience, fails })),
    host('array', 'an array with a host', HOST, [HOST]),
    host('upper', 'the audience of a token is not made canonical', HOST, 'HELP.company.com', 'identity_token_audience'),
    host('unicode', 'the audience of a token is not mapped', 'bücher.example', 'bücher.example', 'identity_token_audience'),
    host('ipv6-long', 'the audience of a token is not compressed', '[::1]', '[0:0::1]', 'identity_token_audience'),
    host('port', 'a port', HOST, `${HOST}:443`, 'identity_token_audience'),
    host('url', 'a URL', HOST, `https://${HOST}`, 'identity_token_audience'),
    host('dot', 'a dot at the end', HOST, `${HOST}.`, 'identity_token_audience'),
    host('sub', 'a host below', HOST, `x.${HOST}`, 'identity_token_audience'),
    host('id', 'a helpdesk id for a portal', HOST, DESK, 'identity_token_audience'),
    of('id-case', 'helpdesk ids are case-sensitive', 'localhost', { audience: 'LOCALHOST', fails: 'identity_token_audience' }),
  ]
}

function times() {
  const notInteger = [['null', null], ['text', `${NOW}`], ['boolean', true], ['array', [NOW]], ['object', {}], ['fraction', NOW + 0.5], ['point-zero', written(`${NOW}.0`)],
    ['exponent', written('1.7672256e9')], ['exponent-integer', written('17672256e2')], ['minus-zero', written('-0')], ['minus-zero-point', written('-0.0')],
    ['2-53', LARGEST + 1], ['minus-2-53', -LARGEST - 1], ['20-digits', written('18446744073709551616')], ['400-digits', written('9'.repeat(400))], ['huge-exponent', written('1e999999999999')]]
  const at = (id, comment, payload, now, fails) => claimed(`time-${id}`, comment, payload, { now, fails })
  const lifetime = (seconds, fails) => claimed(`lifetime-${seconds < 0 ? 'minus-' : ''}${Math.abs(seconds)}`, `a lifetime of ${seconds} s`, { exp: NOW + seconds }, { fails })
  return [
    ...['iat', 'exp'].map((claim) => claimed(`${claim}-missing`, `no ${claim}`, { [claim]: undefined }, { fails: 'identity_token_claim' })),
    ...['iat', 'exp', 'nbf'].flatMap((claim) => notInteger.map(([id, value]) =>
      claimed(`${claim}-${id}`, `${claim} is not an integer`, { [claim]: value }, { fails: 'identity_token_claim' }))),
    lifetime(1), lifetime(300), lifetime(86_400),
    ...[0, -1, -600, 86_401].map((seconds) => lifetime(seconds, 'identity_token_claim')),
    at('milliseconds', 'all in milliseconds: the lifetime is too long', { iat: NOW * 1000, exp: (NOW + 600) * 1000 }, NOW, 'identity_token_claim'),
    at('exp-milliseconds', 'exp in milliseconds', { exp: (NOW + 600) * 1000 }, NOW, 'identity_token_claim'),
    at('nbf-milliseconds', 'nbf in milliseconds', { nbf: NOW * 1000 }, NOW, 'identity_token_in_future'),
    at('extremes', 'nothing overflows', { iat: -LARGEST, exp: LARGEST }, NOW, 'identity_token_claim'),
    at('extremes-reversed', 'nothing overflows', { iat: LARGEST, exp: -LARGEST }, NOW, 'identity_token_claim'),
    at('latest-claims', 'the largest integers', { iat: LARGEST - 1, exp: LARGEST }, NOW, 'identity_token_in_future'),
    at('earliest-claims', 'the smallest integers', { iat: -LARGEST, exp: 1 - LARGEST }, NOW, 'identity_token_expired'),
    at('negative', 'a time before 1970 is an integer', { iat: -10, exp: -9 }, 0, 'identity_token_expired'),
    at('future', '61 s before the time of signing', {}, NOW - 61, 'identity_token_in_future'),
    at('first', '60 s before the time of signing', {}, NOW - 60),
    at('last', 'a second before the expiry', {}, NOW + 599),
    at('expired', 'the second of the expiry', {}, NOW + 600, 'identity_token_expired'),
    at('expired-long-ago', 'a day after', {}, NOW + 86_400, 'identity_token_expired'),
    at('day-last', 'the last second of a day', { exp: NOW + 86_400 }, NOW + 86_399),
    at('day-expired', 'the second after it', { exp: NOW + 86_400 }, NOW + 86_400, 'identity_token_expired'),
    at('one-second', 'a lifetime of a second, in its last second', { exp: NOW + 1 }, NOW),
    at('one-second-expired', 'a lifetime of a second, a second later', { exp: NOW + 1 }, NOW + 1, 'identity_token_expired'),
    at('one-second-early', 'a lifetime of a second, 60 s before it', { exp: NOW + 1 }, NOW - 60),
    at('nbf-future', '61 s before nbf', { nbf: NOW + 100 }, NOW + 39, 'identity_token_in_future'),
    at('nbf-first', '60 s before nbf', { nbf: NOW + 100 }, NOW + 40),
    at('nbf-past', 'nbf before the time of signing does not change it', { nbf: NOW - 100 }, NOW - 61, 'identity_token_in_future'),
    at('nbf-past-valid', 'nbf long before the time of signing', { nbf: 0 }, NOW),
    at('nbf-negative', 'the smallest nbf', { nbf: -LARGEST }, NOW),
    at('nbf-latest', 'the largest nbf', { nbf: LARGEST }, NOW, 'identity_token_in_future'),
    at('nbf-after-exp', 'nbf after the expiry', { nbf: NOW + 700 }, NOW, 'identity_token_in_future'),
    at('nbf-after-exp-within', 'nbf after the expiry, by less than 60 s', { nbf: NOW + 610 }, NOW + 599),
    at('expired-before-future', 'expired, and nbf in the future', { nbf: NOW + 10_000 }, NOW + 600, 'identity_token_expired'),
    at('start', 'nothing underflows at 0', { iat: 0, exp: 1 }, 0),
    at('start-early', '60 s after 0', { iat: 60, exp: 61 }, 0),
    at('start-future', '61 s after 0', { iat: 61, exp: 62 }, 0, 'identity_token_in_future'),
    at('end', 'nothing overflows at the end', { iat: LATEST, exp: LATEST + 1 }, LATEST),
    at('now-too-early', 'now before 1970', {}, -1, 'timestamp_malformed'),
    at('now-too-late', 'now in milliseconds', {}, NOW * 1000, 'timestamp_malformed'),
  ]
}

function identities() {
  const wrongTypes = [['null', null], ['number', 42], ['boolean', true], ['array', ['x@example.com']], ['object', {}]]
  const of = (id, comment, claims, fails) => claimed(`identity-${id}`, comment, claims, { fails })
  return [
    of('email', 'only an e-mail', { sub: undefined, email: ADA }),
    of('both', 'both', { email: ADA }),
    of('verified', 'a proved e-mail', { sub: undefined, email: ADA, email_verified: true }),
    of('unverified', 'an e-mail that is not proved', { email: ADA, email_verified: false }),
    of('unverified-alone', 'an e-mail that is not proved identifies no customer', { sub: undefined, email: ADA, email_verified: false }, 'identity_token_claim'),
    of('none', 'neither e-mail nor user id', { sub: undefined }, 'identity_token_claim'),
    of('none-verified', 'a flag without an e-mail', { sub: undefined, email_verified: true }, 'identity_token_claim'),
    of('none-name', 'a name identifies no customer', { sub: undefined, name: 'Ada' }, 'identity_token_claim'),
    of('verified-no-email', 'a flag without an e-mail, beside a user id', { email_verified: true }),
    of('unverified-no-email', 'the other flag without an e-mail, beside a user id', { email_verified: false }),
    ...[['null', null], ['text', 'true'], ['text-false', 'false'], ['one', 1], ['zero', 0], ['array', [true]]].flatMap(([id, email_verified]) => [
      of(`verified-${id}`, 'email_verified is not a boolean', { email: ADA, email_verified }, 'identity_token_claim'),
      of(`verified-${id}-no-email`, 'email_verified is not a boolean, without an e-mail', { email_verified }, 'identity_token_claim'),
    ]),
    ...wrongTypes.map(([id, sub]) => of(`sub-type-${id}`, 'sub is not a text', { sub, email: ADA }, 'identity_token_claim')),
    ...wrongTypes.map(([id, email]) => of(`email-type-${id}`, 'email is not a text', { email }, 'identity_token_claim')),
    of('email-canonical', 'the canonical e-mail', { email: ' Ada@Example.com\n' }),
    of('email-sigma', 'a final sigma', { email: 'ΟΔΥΣΣΕΥΣ@example.gr' }),
    of('email-unverified-canonical', 'the canonical form of an e-mail that is not proved', { email: 'ÉLODIE@Example.com', email_verified: false }),
    of('email-320', 'the longest e-mail', { email: `${'a'.repeat(318)}@b` }),
    ...REJECTED_EMAILS.flatMap(([id, email, fails, comment]) => [
      of(`email-${id}`, comment, { email }, fails),
      of(`email-${id}-unverified`, `${comment}, in an e-mail that is not proved`, { email, email_verified: false }, fails),
    ]),
    ...USER_IDS.map(([id, sub, comment]) => of(`sub-${id}`, comment, { sub })),
    ...REJECTED_USER_IDS.map(([id, sub, fails, comment]) => of(`sub-${id}`, comment, { sub, email: ADA }, fails)),
    of('sub-escaped-control', 'an escaped control character', { sub: written('"user\\u000042"') }, 'user_id_malformed'),
  ]
}

function names() {
  const of = (id, comment, name, fails) => claimed(`name-${id}`, comment, { name }, { fails })
  return [
    ...NAMES.map(([id, name, comment]) => of(id, comment, name)),
    ...REJECTED_NAMES.map(([id, name, comment]) => of(id, comment, name, 'identity_token_claim')),
    of('escaped-astral', '100 characters as escaped pairs', written(`"${'\\ud83d\\ude00'.repeat(100)}"`)),
    of('escaped-control', 'an escaped control character', written('"A\\u0000"'), 'identity_token_claim'),
    of('escaped-bidi', 'an escaped bidirectional character', written('"A\\u202e"'), 'identity_token_claim'),
    ...[['null', null], ['number', 1], ['boolean', true], ['array', ['Ada']], ['object', { given: 'Ada' }]].map(([id, name]) => of(id, 'not a text', name, 'identity_token_claim')),
  ]
}

function attributes() {
  const of = (id, comment, value, fails) => claimed(`attributes-${id}`, comment, { attributes: value }, { fails })
  const valued = (id, comment, literal, fails) => of(`value-${id}`, comment, written(`{"a":${literal}}`), fails)
  return [
    ...ATTRIBUTES.map(([id, value, comment]) => of(id, comment, value)),
    ...REJECTED_ATTRIBUTES.map(([id, value, comment]) => of(id, comment, value, 'identity_token_claim')),
    ...[['null', null], ['array', []], ['text', 'pro'], ['number', 1], ['boolean', false]].map(([id, value]) => of(`not-an-object-${id}`, 'not an object', value, 'identity_token_claim')),
    ...[['null', 'null'], ['array', '[]'], ['object', '{"b":1}'], ['object-empty', '{}'], ['fraction', '1.5'], ['point-zero', '1.0'], ['exponent', '1e3'], ['minus-zero', '-0'],
      ['2-53', '9007199254740992'], ['minus-2-53', '-9007199254740992'], ['2-53-and-1', '9007199254740993'], ['20-digits', '18446744073709551616'], ['double', '1e308'], ['huge', '1e999']]
      .map(([id, literal]) => valued(id, 'neither a text, an integer nor a boolean', literal, 'identity_token_claim')),
    ...[['largest', '9007199254740991'], ['smallest', '-9007199254740991'], ['zero', '0'], ['true', 'true'], ['false', 'false'], ['escaped', '"\\u0000\\ud83d\\ude00\\/"']]
      .map(([id, literal]) => valued(id, 'a text, an integer or a boolean', literal)),
    valued('escaped-255', '255 bytes as escapes', `"${'\\u0041'.repeat(255)}"`),
    valued('escaped-256', '256 bytes as escapes', `"${'\\u0041'.repeat(256)}"`, 'identity_token_claim'),
    of('name-escaped', 'an escaped name', written('{"pl\\u0061n":"pro"}')),
    of('proto-object', 'an object with the name __proto__', written('{"__proto__":{"plan":"pro"}}'), 'identity_token_claim'),
    of('last', 'the last one of several', written('{"a":1,"b":"x","c":null}'), 'identity_token_claim'),
  ]
}

function tokenIds() {
  const of = (id, comment, jti, fails) => claimed(`jti-${id}`, comment, { jti }, { fails })
  return [
    ...TOKEN_IDS.map(([id, jti, comment]) => of(id, comment, jti)),
    ...REJECTED_TOKEN_IDS.map(([id, jti, comment]) => of(id, comment, jti, 'identity_token_claim')),
    ...[['null', null], ['number', 1], ['boolean', true], ['array', ['1']]].map(([id, jti]) => of(id, 'not a text', jti, 'identity_token_claim')),
  ]
}

function verifyingOrder() {
  const order = (id, comment, fails, { header, secret, now, audience, ...payload }) =>
    verified(`order-${id}`, comment, { token: tokenWith({ header, secret, payload: payload.text ?? payload }), now, audience, fails })
  const faulty = { aud: 'desk-2', iat: null, sub: '', email: '', name: '', attributes: [], jti: '' }
  return [
    verified('order-secret-first', 'the secret before the audience', { secret: OTHER_SECRET, audience: '', now: -1, token: '', fails: 'secret_too_short' }),
    verified('order-audience-second', 'the audience before now', { audience: '', now: -1, token: '', fails: 'helpdesk_id_malformed' }),
    verified('order-host-second', 'the host before now', { audience: 'a b', now: -1, token: '', fails: 'host_malformed' }),
    verified('order-now-third', 'now before the token', { now: -1, token: '', fails: 'timestamp_malformed' }),
    order('header-before-signature', 'the header before the signature', 'identity_token_malformed', { header: '{"alg":"none"}', secret: OLDER_SECRET }),
    order('signature-before-payload', 'the signature before the payload is read', 'signature_mismatch', { secret: OLDER_SECRET, text: 'not JSON' }),
    order('signature-before-duplicates', 'the signature before names that are there twice', 'signature_mismatch', { secret: OLDER_SECRET, text: payloadAnd(',"sub":"x"') }),
    order('signature-before-audience', 'the signature before the audience of the token', 'signature_mismatch', { secret: OLDER_SECRET, aud: 'desk-2' }),
    order('signature-before-expiry', 'without a valid signature, the error does not disclose whether the token is expired', 'signature_mismatch', { secret: OLDER_SECRET, now: NOW + 600 }),
    order('payload-before-claims', 'the form of the payload before the claims', 'identity_token_malformed', { text: '{"aud":1,"x":1,"x":1}' }),
    order('aud-type-first', 'the type of aud before all other claims', 'identity_token_claim', { ...faulty, aud: [], iat: undefined, exp: NOW, now: NOW }),
    order('audience-first', 'the audience before all other claims', 'identity_token_audience', faulty),
    order('audience-before-expiry', 'the audience before the expiry', 'identity_token_audience', { aud: 'desk-2', now: NOW + 600 }),
    order('times-before-expiry', 'the form of the times before the expiry', 'identity_token_claim', { nbf: null, now: NOW + 600 }),
    order('lifetime-before-expiry', 'the lifetime before the expiry', 'identity_token_claim', { iat: NOW - 90_000, exp: NOW - 1 }),
    order('expiry-before-identity', 'the expiry before the identity', 'identity_token_expired', { ...faulty, aud: DESK, iat: NOW, now: NOW + 600 }),
    order('future-before-identity', 'the time before the identity', 'identity_token_in_future', { ...faulty, aud: DESK, iat: NOW, now: NOW - 61 }),
    order('sub-before-email', 'the user id before the e-mail', 'user_id_empty', { sub: '', email: '', name: '' }),
    order('email-before-name', 'the e-mail before the name', 'email_empty', { email: '', name: '', attributes: [], jti: '' }),
    order('email-before-identity', 'the e-mail before a missing proof', 'email_malformed', { sub: undefined, email: 'ada', email_verified: false }),
  ]
}

export const cases = [
  ...signing(),
  ...embedding(),
  ...linking(),
  ...forms(),
  ...headers(),
  ...signatures(),
  ...payloads(),
  ...audiences(),
  ...times(),
  ...identities(),
  ...names(),
  ...attributes(),
  ...tokenIds(),
  ...verifyingOrder(),
]
