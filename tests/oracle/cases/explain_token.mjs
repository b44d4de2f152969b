import { createHash } from 'node:crypto'
import { signatureOf } from '../seal.mjs'
import { LONGEST, tokenOf } from '../token.mjs'
import { HOST, NOW, OLDER_SECRET, SECRET, caseOf } from './case.mjs'

export const comment = 'SPEC 8: the findings about an invalid identity token'

// As in `explain.mjs`, the findings are stated by hand, and each case has one simplest explanation.

const DESK = 'desk-1'
const HEADER = '{"alg":"HS256","typ":"JWT"}'
const OTHER_SECRET = 'the-secret-of-the-other-product-of-this-desk'
const HEX_SECRET = '8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab9159f51fd0297e236d'
const BASE64_SECRET = 'Zm9v+mFy/2Jhenp6enp6enp6enp6enp6enp6enp6eno='

function explained(name, findings, comment, { token, audience = DESK, secret = SECRET, previous, other_secrets, now = NOW, ...deviations } = {}) {
  return {
    id: `explain-token-${name}`,
    comment,
    class: 'Verifier',
    new: { secret, ...(previous && { previous }) },
    call: 'explain_identity_token',
    args: { audience, token: token ?? deviating(deviations), ...(other_secrets && { other_secrets }), now },
    expect: { findings },
  }
}

/** Signs as the specification says, but for what is given; a claim that is undefined is left out. */
function deviating({ claims, header = HEADER, key = SECRET, algorithm, ...more } = {}) {
  const unknown = Object.keys(more)
  if (unknown.length > 0) throw new Error(`no deviation: ${unknown}`)
  return tokenOf(key, header, payload(claims), algorithm)
}

function payload(claims) {
  return typeof claims === 'string' ? claims : JSON.stringify({ aud: DESK, sub: 'user-42', iat: NOW, exp: NOW + 600, ...claims })
}

const TOKEN = deviating()
const [HEAD, BODY] = TOKEN.split('.')
const MESSAGE = `${HEAD}.${BODY}`

/** A token with any bytes as its signature. */
function signedBy(signature) {
  return `${MESSAGE}.${Buffer.from(signature).toString('base64url')}`
}

function questions() {
  return [
    explained('holds', ['no_deviation'], 'a valid token'),
    explained('holds-email', ['no_deviation'], 'a valid token with an e-mail', { claims: { sub: undefined, email: 'Ada@Example.com' } }),
    explained('holds-host', ['no_deviation'], 'a valid token for a portal', { audience: 'HELP.company.com', claims: { aud: [HOST] } }),
    explained('holds-last-second', ['no_deviation'], 'a valid token in its last second', { now: NOW + 599 }),
    explained('holds-first-second', ['no_deviation'], 'a valid token in its first second', { now: NOW - 60 }),
    explained('holds-others', ['no_deviation'], 'other claims are ignored', { claims: { user_id: 'user-42', user_hash: 'x', iss: null } }),
    explained('holds-previous', ['no_deviation'], 'a valid token of an active previous secret', { key: OLDER_SECRET, previous: [[OLDER_SECRET, NOW + 1]] }),
    explained('holds-other-secrets', ['no_deviation'], 'a valid token, with other secrets', { other_secrets: [OTHER_SECRET] }),
    explained('unexplained', ['unexplained'], 'a secret that is not listed', { key: OTHER_SECRET }),
    explained('unexplained-zeros', ['unexplained'], 'a signature of zeros', { token: signedBy(Buffer.alloc(32)) }),
    explained('unexplained-and-expired', ['unexplained', 'token_expired'], 'claims are explained, whether the signature is valid or not', { key: OTHER_SECRET, now: NOW + 600 }),
    explained('too-long', ['input_too_long'], '8193 bytes', { token: 'A'.repeat(LONGEST + 1) }),
    explained('too-long-spaces', ['input_too_long'], 'whitespace counts', { token: TOKEN.padEnd(LONGEST + 1) }),
    explained('8192-bytes', ['token_not_trimmed'], '8192 bytes are not too long', { token: TOKEN.padEnd(LONGEST) }),
  ]
}

function writtenTokens() {
  const padded = `${HEAD}.${Buffer.from(payload({ jti: '12' })).toString('base64')}`
  const dashed = Array.from({ length: 100 }, (_, jti) => deviating({ claims: { jti: `${jti}` } })).find((token) => /[-_]/.test(token.split('.')[2]))
  if (!padded.endsWith('=')) throw new Error('the payload has no padding')
  return [
    explained('newline', ['token_not_trimmed'], 'a line feed after it', { token: `${TOKEN}\n` }),
    explained('space', ['token_not_trimmed'], 'a space at the start', { token: ` ${TOKEN}` }),
    explained('quoted', ['token_quoted'], 'quotes around it', { token: `"${TOKEN}"` }),
    explained('quoted-single', ['token_quoted'], 'single quotes around it', { token: `'${TOKEN}'` }),
    explained('prefixed', ['token_prefixed'], 'the scheme of an HTTP header', { token: `Bearer ${TOKEN}` }),
    explained('padded', ['token_encoding'], 'padding after the signature', { token: `${TOKEN}=` }),
    explained('padded-payload', ['token_encoding'], 'padding after the payload, signed as it is written', { token: `${padded}.${tailOf(padded)}` }),
    explained('standard-alphabet', ['token_encoding'], 'the standard alphabet', { token: dashed.replaceAll('-', '+').replaceAll('_', '/') }),
    explained('newline-and-quoted', ['token_not_trimmed', 'token_quoted'], 'quotes, and a line feed after them', { token: `"${TOKEN}"\n` }),
    explained('newline-and-prefixed', ['token_not_trimmed', 'token_prefixed'], 'the scheme of an HTTP header, and a line feed', { token: `Bearer ${TOKEN}\n` }),
    explained('newline-and-secret', ['token_not_trimmed', 'secret_newline'], 'a line feed after the token and after the secret', { token: `${deviating({ key: `${SECRET}\n` })}\n` }),
    explained('quoted-and-expired', ['token_quoted', 'token_expired'], 'quotes, and expired', { token: `"${TOKEN}"`, now: NOW + 600 }),
    explained('malformed-empty', ['token_malformed'], 'no token', { token: '' }),
    explained('malformed-word', ['token_malformed'], 'a word in place of a token', { token: 'undefined' }),
    explained('malformed-two-parts', ['token_malformed'], 'no signature', { token: MESSAGE }),
    explained('malformed-five-parts', ['token_malformed'], 'as many parts as an encrypted token', { token: `${TOKEN}.${BODY}.${BODY}` }),
    explained('malformed-header', ['token_malformed'], 'a header that is not JSON', { header: 'alg=HS256' }),
    explained('malformed-payload', ['token_malformed'], 'a payload that is not JSON', { claims: 'sub=user-42' }),
    explained('malformed-array', ['token_malformed'], 'a payload that is not an object', { claims: '[1,2]' }),
    explained('malformed-quoted', ['token_quoted', 'token_malformed'], 'a word in quotes', { token: '"undefined"' }),
  ]
}

/** The signature part of any text. */
function tailOf(message) {
  return Buffer.from(signatureOf(SECRET, message), 'hex').toString('base64url')
}

function headers() {
  return [
    explained('alg-hs384-named', ['token_algorithm'], 'another algorithm is named than was used', { header: '{"alg":"HS384","typ":"JWT"}' }),
    explained('alg-lower', ['token_algorithm'], 'the algorithm in lower case', { header: '{"alg":"hs256","typ":"JWT"}' }),
    explained('alg-none', ['token_algorithm'], 'alg none, with a valid HMAC', { header: '{"alg":"none"}' }),
    explained('alg-none-and-key', ['token_algorithm'], 'alg none: the secret is not searched for', { header: '{"alg":"none"}', key: OTHER_SECRET }),
    explained('alg-hs512', ['token_algorithm', 'algorithm_sha512'], 'HS512', { header: '{"alg":"HS512","typ":"JWT"}', algorithm: 'sha512' }),
    explained('alg-hs384', ['token_algorithm', 'algorithm_sha384'], 'HS384', { header: '{"alg":"HS384","typ":"JWT"}', algorithm: 'sha384' }),
    explained('alg-rs256', ['token_algorithm'], 'RS256, with a signature of a private key', { token: `${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')}.${BODY}.${Buffer.alloc(256, 7).toString('base64url')}` }),
    explained('header-typ', ['token_header'], 'typ in lower case', { header: '{"alg":"HS256","typ":"jwt"}' }),
    explained('header-crit', ['token_header'], 'crit', { header: '{"alg":"HS256","typ":"JWT","crit":["exp"]}' }),
    explained('header-jwk', ['token_header'], 'a key in the header', { header: '{"alg":"HS256","jwk":{"kty":"oct","k":"eA"}}' }),
    explained('header-kid', ['token_header'], 'the id of a key is a number', { header: '{"alg":"HS256","kid":1}' }),
    explained('header-both', ['token_algorithm', 'token_header'], 'another algorithm, and another typ', { header: '{"alg":"HS384","typ":"at+jwt"}' }),
    explained('header-and-secret', ['token_header', 'secret_newline'], 'another typ, and a line feed after the secret', { header: '{"alg":"HS256","typ":"jwt"}', key: `${SECRET}\n` }),
    explained('header-and-audience', ['token_header', 'token_audience'], 'another typ, and another audience', { header: '{"alg":"HS256","typ":"jwt"}', claims: { aud: 'desk-2' } }),
  ]
}

function secrets() {
  const keyed = (name, finding, comment, key, options) => explained(`secret-${name}`, [finding], comment, { key, ...options })
  return [
    keyed('newline', 'secret_newline', 'a line feed after the secret', `${SECRET}\n`),
    keyed('quoted', 'secret_quoted', 'double quotes around the secret', `"${SECRET}"`),
    keyed('without-prefix', 'secret_without_prefix', 'the prefix was taken for a label', SECRET, { secret: `dsk_secret_${SECRET}` }),
    keyed('byte-order-mark', 'secret_byte_order_mark', 'a byte order mark before the secret', `\ufeff${SECRET}`),
    keyed('hex', 'secret_hex_decoded', 'the secret decoded from hexadecimal digits', Buffer.from(HEX_SECRET, 'hex'), { secret: HEX_SECRET }),
    keyed('base64', 'secret_base64_decoded', 'the secret decoded from base64, as some libraries do', Buffer.from(BASE64_SECRET, 'base64'), { secret: BASE64_SECRET }),
    keyed('empty', 'secret_empty', 'no secret at all', ''),
    keyed('placeholder', 'secret_placeholder', 'the text undefined as the secret', 'undefined'),
    keyed('expired', 'secret_expired', 'an expired previous secret', OLDER_SECRET, { previous: [[OLDER_SECRET, NOW]] }),
    keyed('other-purpose', 'secret_of_other_purpose', 'the secret of the other product', OTHER_SECRET, { other_secrets: [OTHER_SECRET] }),
    keyed('unlisted-beside-others', 'unexplained', 'none of the listed secrets', 'a-secret-of-a-third-purpose-and-not-listed', { previous: [[OLDER_SECRET, NOW]], other_secrets: [OTHER_SECRET] }),
    explained('secret-and-claims', ['secret_base64_decoded', 'token_claim_renamed', 'token_audience', 'token_expired'], 'the secret decoded, and three faults of the claims', {
      secret: BASE64_SECRET, key: Buffer.from(BASE64_SECRET, 'base64'), claims: { sub: undefined, user_id: 'user-42', aud: 'desk-2' }, now: NOW + 600,
    }),
    explained('call-sha512', ['algorithm_sha512'], 'SHA-512, and HS256 is named', { algorithm: 'sha512' }),
    explained('call-sha384', ['algorithm_sha384'], 'SHA-384, and HS256 is named', { algorithm: 'sha384' }),
    explained('call-sha1', ['algorithm_sha1'], 'SHA-1, and HS256 is named', { algorithm: 'sha1' }),
    explained('call-swapped', ['key_and_message_swapped'], 'the message as the key', { token: signedBy(Buffer.from(signatureOf(MESSAGE, SECRET), 'hex')) }),
    explained('call-secret-first', ['plain_hash_secret_first'], 'a plain hash of secret and message', { token: signedBy(createHash('sha256').update(SECRET + MESSAGE).digest()) }),
    explained('call-without-secret', ['plain_hash_without_secret'], 'a plain hash of the message', { token: signedBy(createHash('sha256').update(MESSAGE).digest()) }),
  ]
}

function claims() {
  const of = (name, finding, comment, claims, options) => explained(name, [finding].flat(), comment, { claims, ...options })
  const renamed = [['user-id', 'user_id'], ['external-id', 'external_id'], ['uid', 'uid']]
  const refused = [
    ['sub-empty', 'an empty user id', { sub: '' }], ['sub-number', 'a user id that is a number', { sub: 42 }], ['sub-null', 'a user id that is null', { sub: null }],
    ['sub-undefined', 'the text undefined', { sub: 'undefined' }], ['email', 'an e-mail that is rejected', { email: 'ada' }],
    ['email-verified', 'email_verified as a text', { email: 'ada@example.com', email_verified: 'true' }], ['name', 'a name with a line feed', { name: 'Ada\n' }],
    ['attributes', 'nested attributes', { attributes: { address: { city: 'London' } } }], ['attribute-name', 'the name of an attribute', { attributes: { planName: 'pro' } }],
    ['jti', 'a token id with a space', { jti: 'a b' }], ['unproved', 'only an e-mail that is not proved', { sub: undefined, email: 'ada@example.com', email_verified: false }],
  ]
  return [
    ...renamed.map(([id, claim]) => of(`renamed-${id}`, 'token_claim_renamed', 'the user id by another name', { sub: undefined, [claim]: 'user-42' })),
    of('renamed-mail', 'token_claim_renamed', 'the e-mail by another name', { sub: undefined, mail: 'ada@example.com' }),
    of('renamed-user-hash', ['token_claim_renamed', 'token_claim_missing'], "another vendor's signature is no user id", { sub: undefined, user_hash: 'x' }),
    of('renamed-both', 'token_claim_renamed', 'user id and e-mail by other names', { sub: undefined, user_id: 'user-42', mail: 'ada@example.com' }),
    of('missing-aud', 'token_claim_missing', 'no audience', { aud: undefined }),
    of('missing-iat', 'token_claim_missing', 'no time of signing', { iat: undefined }),
    of('missing-exp', 'token_claim_missing', 'no expiry', { exp: undefined }),
    of('missing-identity', 'token_claim_missing', 'neither user id nor e-mail', { sub: undefined }),
    of('missing-all', 'token_claim_missing', 'no claims at all', '{}'),
    of('renamed-and-missing', ['token_claim_renamed', 'token_claim_missing'], 'the user id by another name, and no expiry', { sub: undefined, user_id: 'user-42', exp: undefined }),
    of('milliseconds', 'token_time_in_milliseconds', 'both times in milliseconds', { iat: NOW * 1000, exp: (NOW + 600) * 1000 }),
    of('milliseconds-exp', 'token_time_in_milliseconds', 'the expiry in milliseconds', { exp: (NOW + 600) * 1000 }),
    of('time-fraction', 'token_time_not_integer', 'a fraction of a second', { iat: NOW + 0.5 }),
    of('time-text', 'token_time_not_integer', 'a time as a text', { exp: `${NOW + 600}` }),
    of('time-nbf', 'token_time_not_integer', 'nbf as a text', { nbf: `${NOW}` }),
    ...refused.map(([id, comment, claims]) => of(`refused-${id}`, 'token_claim_refused', comment, claims)),
    of('lifetime', 'token_lifetime', 'a second more than a day', { exp: NOW + 86_401 }),
    of('lifetime-none', 'token_lifetime', 'an expiry before the time of signing', { iat: NOW + 10, exp: NOW + 5 }),
    of('audience', 'token_audience', 'another audience', { aud: 'desk-2' }),
    of('audience-case', 'token_audience', 'another letter case', { aud: 'DESK-1' }),
    of('audience-host', 'token_audience', 'a host that is not canonical', { aud: 'HELP.company.com' }, { audience: HOST }),
    of('audience-url', 'token_audience', "a portal's URL in place of its host", { aud: `https://${HOST}` }, { audience: HOST }),
    of('expired', 'token_expired', 'the second of the expiry', {}, { now: NOW + 600 }),
    of('future', 'token_in_future', '61 s before the time of signing', {}, { now: NOW - 61 }),
    of('future-nbf', 'token_in_future', '61 s before nbf', { nbf: NOW + 61 }),
    of('missing-and-audience', ['token_claim_missing', 'token_audience'], 'no time of signing, and another audience', { iat: undefined, aud: 'desk-2' }),
    of('refused-and-audience', ['token_claim_refused', 'token_audience'], 'a rejected name, and another audience', { name: '', aud: 'desk-2' }),
    of('not-integer-and-expired', 'token_time_not_integer', 'a time as a text, and expired', { iat: `${NOW}` }, { now: NOW + 600 }),
    of('milliseconds-and-future', 'token_time_in_milliseconds', 'nbf in milliseconds: the other times are not compared with now', { nbf: NOW * 1000 }, { now: NOW + 600 }),
    of('audience-and-expired', ['token_audience', 'token_expired'], 'another audience, and expired', { aud: 'desk-2' }, { now: NOW + 600 }),
    of('audience-and-future', ['token_audience', 'token_in_future'], 'another audience, and too early', { aud: 'desk-2' }, { now: NOW - 61 }),
    of('lifetime-and-expired', ['token_lifetime', 'token_expired'], 'more than a day, and expired', { exp: NOW + 86_401 }, { now: NOW + 86_401 }),
  ]
}

function invalidArguments() {
  const rejected = (id, more, fails, comment, secret = SECRET) => caseOf({ id: `explain-token-rejected-${id}`, comment, class: 'Verifier', new: { secret },
    call: 'explain_identity_token', args: { audience: DESK, token: TOKEN, now: NOW, ...more }, fails })
  return [
    rejected('missing', { other_secrets: [null] }, 'secret_missing', 'none, in a list of other secrets'),
    rejected('empty', { other_secrets: [''] }, 'secret_empty', 'an empty other secret'),
    rejected('padded', { other_secrets: [`${SECRET}\n`] }, 'secret_padded', 'a padded other secret'),
    rejected('control', { other_secrets: ['example-secret\x01for-documentation-only'] }, 'secret_malformed', 'a control character'),
    rejected('placeholder', { other_secrets: ['changeme'] }, 'secret_placeholder', 'a placeholder'),
    rejected('second', { other_secrets: [OTHER_SECRET, 'short'] }, 'secret_too_short', 'the second other secret'),
    rejected('secret-31', {}, 'secret_too_short', "the verifier's secret has 31 bytes", SECRET.slice(1)),
    rejected('helpdesk-id', { audience: '' }, 'helpdesk_id_malformed', 'an audience that is no helpdesk id'),
    rejected('host', { audience: 'help.company.com:443' }, 'host_malformed', "a host with a port is the caller's error, not a finding"),
    rejected('now', { now: -1 }, 'timestamp_malformed', 'now before 1970 is an error, not a finding'),
    rejected('order-secret-before-audience', { audience: '', now: -1 }, 'secret_too_short', 'the length of the secret before the audience', SECRET.slice(1)),
    rejected('order-other-before-audience', { audience: '', other_secrets: ['short'] }, 'secret_too_short', 'other secrets before the audience'),
    rejected('order-audience-before-now', { audience: '', now: -1 }, 'helpdesk_id_malformed', 'the audience before now'),
    rejected('order-now-before-token', { token: 'A'.repeat(LONGEST + 1), now: -1 }, 'timestamp_malformed', 'now before the length of the token'),
  ]
}

export const cases = [
  ...questions(),
  ...writtenTokens(),
  ...headers(),
  ...secrets(),
  ...claims(),
  ...invalidArguments(),
]
