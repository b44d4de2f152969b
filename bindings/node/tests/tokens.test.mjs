// Identity tokens (SPEC 12): what the vectors in JSON cannot hold, and the usual libraries for tokens.

import assert from 'node:assert/strict'
import test from 'node:test'
import { inspect } from 'node:util'
import vm from 'node:vm'
import { generateSecret, Signer, Verifier } from 'deskseal'
import * as jose from 'jose'
import jsonwebtoken from 'jsonwebtoken'

const SECRET = 'example-secret-for-documentation'
const DESK = 'desk-1'
const HOST = 'help.company.com'
const PORTAL_URL = `https://${HOST}`
const NOW = 1767225600

const signer = new Signer(SECRET)
const verifier = new Verifier(SECRET)
const signed = (options) => signer.identityToken(DESK, { userId: 'user-42', ...options })
const verified = (options) => verifier.verifyIdentityToken(DESK, signed(options))

/** The worked example of SPEC 12.8. */
const EXAMPLE = {
  email: 'Ada@Example.com',
  userId: 'user-42',
  name: 'Ada Lovelace',
  attributes: { seats: 5, plan: 'pro' },
  tokenId: 'token-1',
  now: NOW,
}
const EXAMPLE_TOKEN =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhdWQiOiJkZXNrLTEiLCJzdWIiOiJ1c2VyLTQyIiwiZW1haWwiOiJhZGFAZXhhbXBsZS5jb20iLCJuYW1lIjoiQWRhIExvdmVsYWNlIiwiYXR0cmlidXRlcyI6eyJwbGFuIjoicHJvIiwic2VhdHMiOjV9LCJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTc2NzIyNjIwMCwianRpIjoidG9rZW4tMSJ9.d9SaOwVFwrQ_T6TnJPaDdjglpvaFenrYzq-PO1BrWQQ'

test('the worked example is signed and verified as the specification says', () => {
  assert.equal(signer.identityToken(DESK, EXAMPLE), EXAMPLE_TOKEN)
  for (const now of [NOW - 60, NOW, NOW + 599, new Date(NOW * 1000)]) {
    const identity = verifier.verifyIdentityToken(DESK, EXAMPLE_TOKEN, { now })
    assert.deepEqual(identity, {
      email: 'ada@example.com',
      unverifiedEmail: null,
      userId: 'user-42',
      name: 'Ada Lovelace',
      attributes: { plan: 'pro', seats: 5 },
      tokenId: 'token-1',
      issuedAt: NOW,
      expiresAt: NOW + 600,
      secretIndex: 0,
    })
  }
  const at = (now) => () => verifier.verifyIdentityToken(DESK, EXAMPLE_TOKEN, { now })
  assert.throws(at(NOW + 600), { name: 'VerificationError', code: 'identity_token_expired' })
  assert.throws(at(NOW - 61), { name: 'VerificationError', code: 'identity_token_in_future' })
})

test('the markup and the link contain the token', () => {
  const embed = signer.ticketCenterWithToken(DESK, { ...EXAMPLE, align: 'left', nonce: 'abc' })
  assert.equal(embed.attributes['data-identity'], EXAMPLE_TOKEN)
  assert.equal(embed.attributes['data-align'], 'left')
  assert.equal(embed.attributes.nonce, 'abc')
  assert.equal(embed.attributes['data-email'], undefined)
  assert.ok(embed.html.includes(` data-identity="${EXAMPLE_TOKEN}"`))
  const { searchParams } = new URL(signer.portalLinkWithToken(PORTAL_URL, EXAMPLE))
  assert.deepEqual([...searchParams.keys()], ['identity'])
  const now = NOW + 299
  const identity = verifier.verifyIdentityToken(HOST, searchParams.get('identity'), { now })
  assert.deepEqual(
    [identity.userId, identity.name, identity.attributes, identity.expiresAt],
    ['user-42', null, {}, NOW + 300],
  )
})

test('jsonwebtoken and jose verify what the signer made', async () => {
  const token = signed({ ...EXAMPLE, now: undefined })
  const options = { algorithms: ['HS256'], audience: DESK }
  const key = new TextEncoder().encode(SECRET)
  const payloads = [
    jsonwebtoken.verify(token, SECRET, options),
    (await jose.jwtVerify(token, key, options)).payload,
  ]
  for (const { sub, email, name, attributes } of payloads) {
    assert.deepEqual(
      [sub, email, name, attributes],
      ['user-42', 'ada@example.com', 'Ada Lovelace', { plan: 'pro', seats: 5 }],
    )
  }
})

test('the verifier verifies what jsonwebtoken and jose made', async () => {
  const payload = { sub: 'user-42', name: 'Zoë', attributes: { vip: true } }
  const options = { audience: DESK, expiresIn: 600, jwtid: 'token-1' }
  const key = new TextEncoder().encode(SECRET)
  const tokens = [
    jsonwebtoken.sign(payload, SECRET, options),
    await new jose.SignJWT(payload)
      .setProtectedHeader({ alg: 'HS256', kid: 'desk' })
      .setAudience(DESK)
      .setIssuedAt()
      .setExpirationTime('10 minutes')
      .setJti('token-1')
      .sign(key),
  ]
  for (const token of tokens) {
    const { userId, name, attributes, tokenId } = verifier.verifyIdentityToken(DESK, token)
    assert.deepEqual(
      [userId, name, attributes, tokenId],
      ['user-42', 'Zoë', { vip: true }, 'token-1'],
    )
  }
  const unsigned = jsonwebtoken.sign(payload, null, { ...options, algorithm: 'none' })
  assert.throws(() => verifier.verifyIdentityToken(DESK, unsigned), {
    code: 'identity_token_malformed',
  })
})

test('a value that is null or undefined is not given', () => {
  for (const none of [null, undefined]) {
    const options = { email: none, name: none, attributes: none, tokenId: none }
    const identity = verified(options)
    assert.deepEqual([identity.email, identity.name, identity.attributes], [null, null, {}])
    assert.match(identity.tokenId, /^[\w-]{22}$/)
    assert.throws(() => signer.identityToken(DESK, { ...options, userId: none }), {
      name: 'InputError',
      code: 'identity_token_claim',
    })
    for (const call of [signer.ticketCenterWithToken, signer.portalLinkWithToken]) {
      const audience = call === signer.portalLinkWithToken ? PORTAL_URL : DESK
      assert.ok(call.call(signer, audience, { ...options, userId: 'user-42' }))
    }
  }
  assert.throws(() => signer.identityToken(DESK), { code: 'identity_token_claim' })
})

test('an e-mail that is not proved is reported as such', () => {
  const identity = verified({ email: 'Ada@Example.com', emailVerified: false })
  assert.deepEqual([identity.email, identity.unverifiedEmail], [null, 'ada@example.com'])
})

test('attributes are read from a plain object, in the order of their names', () => {
  const own = { zip: 'a', seats: -0, vip: false, constructor: 'x', note: 'é\0"\\ \u2028' }
  const sorted = { constructor: 'x', note: own.note, seats: 0, vip: false, zip: 'a' }
  const nullPrototype = Object.assign(Object.create(null), own)
  const ofAnotherRealm = vm.runInNewContext(`(${JSON.stringify({ ...own, seats: 0 })})`)
  for (const attributes of [own, nullPrototype, ofAnotherRealm]) {
    const { attributes: read } = verified({ attributes })
    assert.deepEqual(read, sorted)
    assert.deepEqual(Object.keys(read), Object.keys(sorted))
  }
  assert.deepEqual(verified({ attributes: { ...own, [Symbol('hidden')]: 1 } }).attributes, sorted)
  const limits = { most: Number.MAX_SAFE_INTEGER, least: Number.MIN_SAFE_INTEGER }
  assert.deepEqual(verified({ attributes: limits }).attributes, {
    least: Number.MIN_SAFE_INTEGER,
    most: Number.MAX_SAFE_INTEGER,
  })
})

test('an attribute that the specification excludes is rejected', () => {
  const polluting = JSON.parse('{ "__proto__": "x" }')
  for (const attributes of [
    polluting,
    { Plan: 'pro' },
    { '': 'pro' },
    { plan: 'x'.repeat(256) },
    { seats: 2 ** 53 },
    { seats: -(2 ** 53) },
    { seats: 2 ** 63 },
    { seats: -1e300 },
    Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`a${index}`, index])),
  ]) {
    assert.throws(() => signed({ attributes }), {
      name: 'InputError',
      code: 'identity_token_claim',
    })
  }
})

test('an attribute of another type throws a TypeError that names its position and not its value', () => {
  for (const wrong of [
    1.5,
    NaN,
    Infinity,
    5n,
    null,
    undefined,
    {},
    ['hunter2'],
    Symbol('s'),
    () => {},
  ]) {
    assert.throws(
      () => signed({ attributes: { plan: 'pro', hunter2: wrong } }),
      (error) => {
        assert.equal(error.name, 'TypeError')
        assert.equal(error.code, 'ERR_INVALID_ARG_TYPE')
        assert.match(error.message, /^The "options\.attributes\[1\]" property must be /)
        assert.doesNotMatch(error.message, /hunter2/)
        return true
      },
    )
  }
  for (const wrong of [
    'plan=pro',
    42,
    true,
    [],
    ['plan', 'pro'],
    new Map([['plan', 'pro']]),
    new Date(),
  ]) {
    assert.throws(() => signed({ attributes: wrong }), {
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: /^The "options\.attributes" property must be a plain object\. /,
    })
  }
})

test('values of another type throw errors of Node.js', () => {
  const calls = [
    (options) => signer.identityToken(DESK, { userId: 'user-42', ...options }),
    (options) => signer.ticketCenterWithToken(DESK, { userId: 'user-42', ...options }),
    (options) => signer.portalLinkWithToken(PORTAL_URL, { userId: 'user-42', ...options }),
  ]
  const wrongType = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }
  for (const call of calls) {
    for (const name of ['email', 'userId', 'tokenId']) {
      for (const wrong of [42, true, {}, new String('a@b')]) {
        assert.throws(() => call({ [name]: wrong }), wrongType)
      }
    }
    for (const emailVerified of [null, 1, 'true'])
      assert.throws(() => call({ emailVerified }), wrongType)
    for (const expiresIn of [null, '300', 300n]) assert.throws(() => call({ expiresIn }), wrongType)
    for (const expiresIn of [1.5, NaN, 2 ** 53]) {
      assert.throws(() => call({ expiresIn }), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
    }
    for (const now of [null, '1', 1n]) assert.throws(() => call({ now }), wrongType)
    assert.throws(() => call({ now: -1 }), { code: 'timestamp_malformed' })
    for (const expiresIn of [0, 86401]) {
      assert.throws(() => call({ expiresIn }), { code: 'identity_token_claim' })
    }
  }
  for (const wrong of [undefined, null, 42, {}]) {
    assert.throws(() => signer.identityToken(wrong, { userId: 'u' }), wrongType)
    assert.throws(() => signer.ticketCenterWithToken(wrong, { userId: 'u' }), wrongType)
    assert.throws(() => signer.portalLinkWithToken(wrong, { userId: 'u' }), wrongType)
    assert.throws(() => verifier.verifyIdentityToken(wrong, EXAMPLE_TOKEN), wrongType)
    assert.throws(() => verifier.verifyIdentityToken(DESK, wrong), wrongType)
    assert.throws(() => verifier.explainIdentityToken(DESK, wrong), wrongType)
  }
  assert.throws(() => signed({ name: 42 }), wrongType)
  assert.throws(() => signer.identityToken(DESK, 'user-42'), wrongType)
})

/** Every text parameter: a call with it, and the code for ill-formed text. Other parameters are invalid, too. */
const ILL_FORMED = {
  audience: [(text) => signer.identityToken(text, { userId: '' }), 'host_malformed'],
  email: [(email) => signed({ email, userId: '' }), 'email_malformed'],
  userId: [(userId) => signed({ userId, expiresIn: 0 }), 'user_id_malformed'],
  name: [(name) => signed({ name, userId: '' }), 'identity_token_claim'],
  attribute: [(text) => signed({ attributes: { a: text }, userId: '' }), 'identity_token_claim'],
  'name of an attribute': [
    (text) => signed({ attributes: { [text]: 1 }, userId: '' }),
    'identity_token_claim',
  ],
  tokenId: [(tokenId) => signed({ tokenId, userId: '' }), 'identity_token_claim'],
  helpdeskId: [(text) => signer.ticketCenterWithToken(text), 'helpdesk_id_malformed'],
  align: [
    (align) => signer.ticketCenterWithToken('', { userId: '', align }),
    'embed_option_malformed',
  ],
  portalUrl: [(text) => signer.portalLinkWithToken(text), 'portal_url_malformed'],
  'email of a link': [(email) => signer.portalLinkWithToken('', { email }), 'email_malformed'],
  'userId of a link': [(userId) => signer.portalLinkWithToken('', { userId }), 'user_id_malformed'],
  'tokenId of a link': [
    (tokenId) => signer.portalLinkWithToken('', { tokenId }),
    'identity_token_claim',
  ],
  'verified audience': [(text) => verifier.verifyIdentityToken(text, ''), 'host_malformed'],
  'verified token': [
    (text) => verifier.verifyIdentityToken('', text, { now: -1 }),
    'identity_token_malformed',
  ],
  'explained audience': [(text) => verifier.explainIdentityToken(text, ''), 'host_malformed'],
  'explained token': [
    (text) => verifier.explainIdentityToken('', text),
    'identity_token_malformed',
  ],
  'other secret': [
    (text) => verifier.explainIdentityToken('', '', { otherSecrets: ['', text] }),
    'secret_malformed',
  ],
}

for (const [name, [call, code]] of Object.entries(ILL_FORMED)) {
  test(`a lone surrogate in ${name} is rejected before all other checks`, () => {
    for (const text of ['\ud800', 'a\udc00', `${'x'.repeat(2000)}\ud800`]) {
      assert.throws(() => call(text), { code })
    }
  })
}

test('the first ill-formed parameter is reported', () => {
  const lone = '\ud800'
  assert.throws(() => signed({ attributes: { a: lone }, userId: lone }), {
    code: 'user_id_malformed',
  })
  assert.throws(() => signer.ticketCenterWithToken(DESK, { align: lone, tokenId: lone }), {
    code: 'identity_token_claim',
  })
})

test('tokens of every length around the buffer arrive whole', () => {
  for (let length = 1; length <= 255; length += 1) {
    const text = 'é'.repeat(Math.ceil(length / 2))
    const attributes = { a: 'x'.repeat(length), b: text.slice(0, 127), c: text.slice(0, 127) }
    assert.deepEqual(verified({ attributes }).attributes, attributes)
  }
  assert.throws(() => verifier.verifyIdentityToken(DESK, 'é'.repeat(1024)), {
    code: 'identity_token_malformed',
  })
})

test('a secret of fewer than 32 bytes signs and verifies no token', () => {
  const short = 'a-secret-of-thirty-one-bytes-ab'
  const code = { name: 'SecretError', code: 'secret_too_short' }
  assert.throws(() => new Signer(short).identityToken(DESK, EXAMPLE), code)
  assert.throws(() => new Signer(short).ticketCenterWithToken(DESK, EXAMPLE), code)
  assert.throws(() => new Signer(short).portalLinkWithToken(PORTAL_URL, EXAMPLE), code)
  const rotated = new Verifier(SECRET, { previous: [[short, 0]] })
  assert.throws(() => rotated.verifyIdentityToken(DESK, EXAMPLE_TOKEN), code)
  assert.throws(() => rotated.explainIdentityToken(DESK, EXAMPLE_TOKEN), code)
})

test('a previous secret verifies tokens until its expiry', () => {
  const rotated = new Verifier(generateSecret(), { previous: [[SECRET, NOW + 10]] })
  const at = (now) => rotated.verifyIdentityToken(DESK, EXAMPLE_TOKEN, { now })
  assert.equal(at(NOW + 9).secretIndex, 1)
  assert.throws(() => at(NOW + 10), { code: 'signature_mismatch' })
})

test('a token is explained', () => {
  const { findings } = verifier.explainIdentityToken('desk-2', EXAMPLE_TOKEN, { now: NOW })
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['token_audience'],
  )
})

test('the result is a plain frozen object, ready for JSON and templates', () => {
  const identity = verified({ ...EXAMPLE, now: undefined })
  for (const object of [identity, identity.attributes]) {
    assert.ok(Object.isFrozen(object))
    assert.equal(Object.getPrototypeOf(object), Object.prototype)
  }
  assert.deepEqual(JSON.parse(JSON.stringify(identity)), identity)
})

test('neither a signer nor an error shows the token', () => {
  const error = (() => {
    try {
      verifier.verifyIdentityToken('desk-2', EXAMPLE_TOKEN, { now: NOW })
    } catch (thrown) {
      return thrown
    }
    return undefined
  })()
  assert.equal(error.code, 'identity_token_audience')
  for (const value of [signer, verifier, error]) {
    assert.doesNotMatch(inspect(value, { showHidden: true, depth: Infinity }), /eyJ|d9SaOwV/)
  }
})
