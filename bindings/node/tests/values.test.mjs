import assert from 'node:assert/strict'
import test, { mock } from 'node:test'
import vm from 'node:vm'
import {
  responseUnlessClick,
  canonicalEmail,
  canonicalHost,
  generateSecret,
  portalHost,
  publicFormUrl,
  Signer,
  Verifier,
} from 'deskseal'

const SECRET = 'example-secret-for-documentation'
const OLD_SECRET = 'an-older-secret-now-being-replaced'
const SIGNATURE = '52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92'
const HOST = 'help.company.com'
const CLAIM = { portalHost: HOST, userId: 'user-42', timestamp: '1767225600', signature: SIGNATURE }
const LONE = [
  '\ud800',
  '\udc00',
  'ada\ud83d@example.com',
  '\udc00\ud800',
  `${'x'.repeat(300)}\ud800`,
]

const signer = new Signer(SECRET)
const verifier = new Verifier(SECRET)

/** Every text parameter: a call with it, and the code for ill-formed text. */
const ILL_FORMED = [
  ['canonicalEmail email', canonicalEmail, 'InputError', 'email_malformed'],
  ['canonicalHost host', canonicalHost, 'InputError', 'host_malformed'],
  ['publicFormUrl url', publicFormUrl, 'InputError', 'portal_url_malformed'],
  ['portalHost url', portalHost, 'InputError', 'portal_url_malformed'],
  ['Signer secret', (text) => new Signer(text), 'SecretError', 'secret_malformed'],
  ['Signer.fromEnv name', (text) => Signer.fromEnv(text), 'SecretError', 'secret_malformed'],
  [
    'Signer.fromEnv names',
    (text) => Signer.fromEnv(['A', text]),
    'SecretError',
    'secret_malformed',
  ],
  ['signEmail email', (text) => signer.signEmail(text), 'InputError', 'email_malformed'],
  ['signUser host', (text) => signer.signUser(text, ''), 'InputError', 'host_malformed'],
  ['signUser id', (text) => signer.signUser('', text), 'InputError', 'user_id_malformed'],
  ['portalLink url', (text) => signer.portalLink(text, ''), 'InputError', 'portal_url_malformed'],
  ['portalLink id', (text) => signer.portalLink('', text), 'InputError', 'user_id_malformed'],
  ['ticketCenter email', (text) => signer.ticketCenter(text, ''), 'InputError', 'email_malformed'],
  [
    'ticketCenter id',
    (text) => signer.ticketCenter('', text),
    'InputError',
    'helpdesk_id_malformed',
  ],
  ['identity email', (text) => signer.identity(text, ''), 'InputError', 'email_malformed'],
  ['identity id', (text) => signer.identity('', text), 'InputError', 'helpdesk_id_malformed'],
  ...['align', 'maxWidth', 'container', 'scriptUrl', 'nonce'].map((name) => [
    `ticketCenter ${name}`,
    (text) => signer.ticketCenter('', '', { [name]: text }),
    'InputError',
    'embed_option_malformed',
  ]),
  ['Verifier secret', (text) => new Verifier(text), 'SecretError', 'secret_malformed'],
  [
    'Verifier previous',
    (text) => new Verifier('', { previous: [[text, 0]] }),
    'SecretError',
    'secret_malformed',
  ],
  [
    'verifyEmail email',
    (text) => verifier.verifyEmail(text, ''),
    'VerificationError',
    'email_malformed',
  ],
  [
    'verifyEmail signature',
    (text) => verifier.verifyEmail('', text),
    'VerificationError',
    'signature_malformed',
  ],
  ['verifyUser host', (text) => verifyUser({ portalHost: text }), 'InputError', 'host_malformed'],
  [
    'verifyUser id',
    (text) => verifyUser({ userId: text }),
    'VerificationError',
    'user_id_malformed',
  ],
  [
    'verifyUser timestamp',
    (text) => verifyUser({ timestamp: text }),
    'VerificationError',
    'timestamp_malformed',
  ],
  [
    'verifyUser signature',
    (text) => verifyUser({ signature: text }),
    'VerificationError',
    'signature_malformed',
  ],
  ['verifyLink host', (text) => verifier.verifyLink(text, ''), 'InputError', 'host_malformed'],
  [
    'verifyLink url',
    (text) => verifier.verifyLink('', text),
    'VerificationError',
    'portal_url_malformed',
  ],
  [
    'explainEmail email',
    (text) => verifier.explainEmail(text, ''),
    'InputError',
    'email_malformed',
  ],
  [
    'explainEmail signature',
    (text) => verifier.explainEmail('', text),
    'VerificationError',
    'signature_malformed',
  ],
  [
    'explainEmail other secret',
    (text) => verifier.explainEmail('', '', { otherSecrets: ['', text], now: -1 }),
    'SecretError',
    'secret_malformed',
  ],
  ['explainLink host', (text) => verifier.explainLink(text, ''), 'InputError', 'host_malformed'],
  [
    'explainLink url',
    (text) => verifier.explainLink('', text),
    'InputError',
    'portal_url_malformed',
  ],
]

const verifyUser = (part) => verifier.verifyUser({ ...CLAIM, portalHost: '', now: -1, ...part })

for (const [name, call, errorName, code] of ILL_FORMED) {
  test(`a lone surrogate in ${name} is rejected before all other checks`, () => {
    for (const text of LONE) assert.throws(() => call(text), { name: errorName, code })
  })
}

test('the first ill-formed parameter is reported', () => {
  assert.throws(() => signer.portalLink('\ud800', '\ud800'), { code: 'portal_url_malformed' })
  assert.throws(() => verifier.verifyEmail('\ud800', '\ud800'), { code: 'email_malformed' })
})

test('U+FFFD itself, astral characters and NUL are text', () => {
  for (const text of ['\ufffd@example.com', '😀@example.com', `${'\ufffd'.repeat(80)}@x`]) {
    assert.equal(signer.signEmail(text).email, text)
  }
  for (const userId of ['\ufffd', '😀', 'é'.repeat(127)]) {
    assert.equal(signer.signUser(HOST, userId).userId, userId)
  }
  assert.throws(() => signer.signEmail('a\0b@example.com'), { code: 'email_malformed' })
})

test('texts of every length around the buffer arrive whole', () => {
  for (let length = 1; length < 600; length += 1) {
    for (const character of ['a', 'é', '€', '😀']) {
      const userId = character.repeat(length)
      if (Buffer.byteLength(userId) <= 512) {
        assert.equal(signer.signUser(HOST, userId).userId, userId)
      } else {
        assert.throws(() => signer.signUser(HOST, userId), { code: 'user_id_too_long' })
      }
    }
    const url = `/?${'😀'.repeat(length % 90)}${'a'.repeat(length)}&user_id=u`
    assert.throws(() => verifier.verifyLink(HOST, url), { code: 'identity_incomplete' })
  }
})

const WRONG_TEXTS = [
  undefined,
  null,
  42,
  42n,
  true,
  Symbol('s'),
  {},
  [],
  () => {},
  new String('a@b'),
  Buffer.from('a@b'),
]

test('a value that is not a string throws a TypeError, worded as those of Node.js', () => {
  for (const wrong of WRONG_TEXTS) {
    for (const call of [
      canonicalEmail,
      canonicalHost,
      (text) => signer.signEmail(text),
      (text) => signer.signUser(text, 'u'),
      (text) => signer.signUser(HOST, text),
      (text) => signer.portalLink(text, 'u'),
      (text) => signer.ticketCenter('a@b', text),
      (text) => verifier.verifyEmail('a@b', text),
      (text) => verifier.verifyLink(HOST, text),
      (text) => verifier.verifyUser({ ...CLAIM, timestamp: text }),
      (text) => verifier.explainEmail(text, ''),
      (text) => verifier.explainLink(HOST, text),
      (text) => Signer.fromEnv([text]),
    ]) {
      assert.throws(() => call(wrong), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
    }
  }
  const message = (wrong) => `The "email" argument must be of type string. Received ${wrong}`
  assert.throws(() => signer.signEmail(), { message: message('undefined') })
  assert.throws(() => signer.signEmail([]), { message: message('an instance of Array') })
  assert.throws(() => signer.signEmail(1), { message: message('type number') })
  assert.throws(() => signer.ticketCenter('a@b', 'd', { nonce: null }), {
    message: 'The "options.nonce" property must be of type string. Received null',
  })
  for (const wrong of [null, 1, 'anonymous']) {
    assert.throws(() => signer.ticketCenter('a@b', 'd', { crossorigin: wrong }), {
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: /^The "options\.crossorigin" property must be of type boolean\. /,
    })
  }
})

test('a missing secret has its code, and one of a wrong type throws a TypeError that does not show it', () => {
  for (const none of [undefined, null]) {
    assert.throws(() => new Signer(none), { code: 'secret_missing' })
    assert.throws(() => new Verifier(none), { code: 'secret_missing' })
    assert.throws(() => new Verifier(SECRET, { previous: [[none, 0]] }), { code: 'secret_missing' })
    assert.throws(() => verifier.explainEmail('a@b', '', { otherSecrets: [none] }), {
      code: 'secret_missing',
    })
  }
  for (const wrong of [42, {}, [SECRET], Buffer.from(SECRET)]) {
    assert.throws(() => new Signer(wrong), hidesSecret)
    assert.throws(() => new Verifier(wrong), hidesSecret)
  }
  for (const options of [
    OLD_SECRET,
    [OLD_SECRET, 0],
    { previous: OLD_SECRET },
    { previous: [OLD_SECRET] },
  ]) {
    assert.throws(() => new Verifier(SECRET, options), hidesSecret)
  }
})

function hidesSecret(error) {
  assert.equal(error.code, 'ERR_INVALID_ARG_TYPE')
  assert.doesNotMatch(error.stack, /secret-for|older-secret/)
  return true
}

test('options must be an object', () => {
  for (const wrong of [null, 42, 'x', [], () => {}]) {
    assert.throws(() => signer.signUser(HOST, 'u', wrong), { code: 'ERR_INVALID_ARG_TYPE' })
    assert.throws(() => verifier.verifyEmail('a@b', SIGNATURE, wrong), {
      code: 'ERR_INVALID_ARG_TYPE',
    })
  }
  assert.throws(() => verifier.verifyUser(), {
    message: 'The "claim" argument must be of type object. Received undefined',
  })
  assert.equal(signer.signUser(HOST, 'u', Object.create(null)).userId, 'u')
})

test('a time must be whole seconds or a Date', () => {
  const signed = (timestamp) => signer.signUser(HOST, 'u', { timestamp }).timestamp
  assert.equal(signed(0), 0)
  assert.equal(signed(-0), 0)
  assert.equal(signed(1767225600), 1767225600)
  assert.equal(signed(new Date(1767225600999)), 1767225600)
  assert.equal(signed(vm.runInNewContext('new Date(1767225600999)')), 1767225600)
  assert.throws(() => signed(new Date(-1)), { code: 'timestamp_malformed' })
  for (const seconds of [-1, 100000000000, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
    assert.throws(() => signed(seconds), { name: 'InputError', code: 'timestamp_malformed' })
  }
  for (const wrong of [null, '1767225600', 1767225600n, true, {}, []]) {
    assert.throws(() => signed(wrong), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
  }
  for (const wrong of [1.5, NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 53), new Date(NaN)]) {
    assert.throws(() => signed(wrong), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
  }
  assert.throws(() => signed(1.5), {
    message:
      'The value of "options.timestamp" is out of range. It must be an integer. Received 1.5',
  })
})

test('the tolerance and expiries must be whole numbers', () => {
  for (const tolerance of [1.5, NaN, 2 ** 53]) {
    assert.throws(() => new Verifier(SECRET, { tolerance }), { code: 'ERR_OUT_OF_RANGE' })
  }
  for (const tolerance of ['300', 300n, null, new Date(0)]) {
    assert.throws(() => new Verifier(SECRET, { tolerance }), { code: 'ERR_INVALID_ARG_TYPE' })
  }
  assert.throws(() => new Verifier(SECRET, { tolerance: 3601 }), { code: 'tolerance_malformed' })
  for (const expiresAt of [undefined, '1', 1n]) {
    assert.throws(() => new Verifier(SECRET, { previous: [[OLD_SECRET, expiresAt]] }), {
      code: 'ERR_INVALID_ARG_TYPE',
    })
  }
  assert.throws(() => new Verifier(SECRET, { previous: [[OLD_SECRET, 1767225600000]] }), {
    code: 'secret_expiry_malformed',
  })
})

test('a previous secret is active until its expiry, which is a number or a Date', () => {
  const { signature } = new Signer(OLD_SECRET).signEmail('ada@example.com')
  for (const expiresAt of [1767225600, new Date('2026-01-01T00:00:00Z')]) {
    const rotated = new Verifier(SECRET, { previous: [[OLD_SECRET, expiresAt]] })
    const verified = (now) => rotated.verifyEmail('ada@example.com', signature, { now })
    assert.equal(verified(1767225599).secretIndex, 1)
    assert.throws(() => verified(1767225600), { code: 'signature_mismatch' })
  }
  const many = Array.from({ length: 12 }, () => [generateSecret(), 99999999999])
  const rotated = new Verifier(SECRET, { previous: [...many, [OLD_SECRET, 99999999999]] })
  assert.deepEqual(rotated.verifyEmail('ada@example.com', signature), {
    email: 'ada@example.com',
    secretIndex: 13,
  })
})

test('lists and options are read once, before they are used', () => {
  const previous = new Proxy([[OLD_SECRET, 0]], {})
  assert.ok(new Verifier(SECRET, { previous }))
  const hostile = {
    get now() {
      throw new Error('from the getter')
    },
  }
  assert.throws(() => verifier.verifyEmail('a@b', SIGNATURE, hostile), /from the getter/)
})

test('the default time is that of Date.now, which fake timers replace', () => {
  const before = Math.floor(Date.now() / 1000)
  const { timestamp } = signer.signUser(HOST, 'u')
  assert.ok(timestamp >= before && timestamp <= Date.now() / 1000)
  mock.timers.enable({ apis: ['Date'], now: 1767225600999 })
  assert.equal(signer.signUser(HOST, 'u', { timestamp: undefined }).timestamp, 1767225600)
  mock.timers.reset()
})

test('results are plain frozen objects', () => {
  const link = signer.portalLink('https://help.company.com', 'user-42')
  const embed = signer.ticketCenter('ada@example.com', 'desk-1')
  const { findings } = verifier.explainEmail('ada@example.com', '')
  const results = [
    signer.signEmail('ada@example.com'),
    signer.signUser(HOST, 'u'),
    embed,
    embed.attributes,
    signer.identity('ada@example.com', 'desk-1'),
    responseUnlessClick('/', { purpose: 'prefetch' }),
    responseUnlessClick('/', { purpose: 'prefetch' }).headers,
    verifier.verifyEmail('ada@example.com', SIGNATURE),
    verifier.verifyLink(HOST, link),
    findings[0],
  ]
  for (const result of results) {
    assert.ok(Object.isFrozen(result))
    assert.equal(Object.getPrototypeOf(result), Object.prototype)
  }
  assert.ok(Object.isFrozen(findings))
  assert.equal(verifier.verifyLink(HOST, '/submit-ticket'), null)
})

test('fromEnv reads the named variable', () => {
  const secret = generateSecret()
  process.env.DESKSEAL_TEST_SECRET = secret
  assert.deepEqual(
    Signer.fromEnv('DESKSEAL_TEST_SECRET').signEmail('Ada@example.com'),
    new Signer(secret).signEmail('Ada@example.com'),
  )
  process.env.DESKSEAL_TEST_SECRET = ''
  assert.throws(() => Signer.fromEnv('DESKSEAL_TEST_SECRET'), {
    code: 'secret_empty',
    message: /^The secret in the environment variable .* is empty\./,
  })
  delete process.env.DESKSEAL_TEST_SECRET
  for (const name of ['DESKSEAL_TEST_SECRET', 'toString', '__proto__', '']) {
    assert.throws(() => Verifier.fromEnv(name), { code: 'secret_missing' })
  }
})

test('of several variables for the same secret, the first that is set is read', (t) => {
  const [first, second] = ['DESKSEAL_TEST_FIRST', 'DESKSEAL_TEST_SECOND']
  t.after(() => [first, second].forEach((name) => delete process.env[name]))
  const [secret, other] = [generateSecret(), generateSecret()]
  assert.throws(() => Signer.fromEnv([first, second]), { code: 'secret_missing' })
  process.env[second] = secret
  const expected = new Signer(secret).signEmail('a@b').signature
  assert.equal(Signer.fromEnv([first, second]).signEmail('a@b').signature, expected)
  process.env[first] = secret
  assert.equal(Verifier.fromEnv([first, second]).verifyEmail('a@b', expected).secretIndex, 0)
  process.env[first] = other
  for (const Class of [Signer, Verifier]) {
    assert.throws(() => Class.fromEnv([first, second]), {
      name: 'SecretError',
      code: 'secret_conflict',
    })
  }
  assert.equal(Signer.fromEnv(second).signEmail('a@b').signature, expected)
  assert.throws(() => Signer.fromEnv([second, 'VITE_SECRET']), { code: 'secret_public' })
  for (const wrong of [undefined, 42, { 0: first }]) {
    assert.throws(() => Signer.fromEnv(wrong), {
      name: 'TypeError',
      message: /^The "name" argument must be of type string or an instance of Array\. /,
    })
  }
})

test("the documentation's own secrets are rejected in a variable", () => {
  for (const secret of [SECRET, OLD_SECRET]) {
    process.env.DESKSEAL_TEST_SECRET = secret
    assert.throws(() => Signer.fromEnv('DESKSEAL_TEST_SECRET'), { code: 'secret_placeholder' })
    assert.ok(new Signer(secret))
  }
  delete process.env.DESKSEAL_TEST_SECRET
})

test('responseUnlessClick returns null only for a click, and joins lists of header values', () => {
  assert.equal(responseUnlessClick('/help', {}), null)
  const request = { 'sec-fetch-mode': 'navigate', cookie: 'a=b', 'hx-request': undefined }
  assert.equal(responseUnlessClick('/help?from=menu', request), null)
  assert.equal(responseUnlessClick('/help', { Purpose: ['', 'prefetch'] }).status, 403)
  const { status, headers, body } = responseUnlessClick('/help?from=menu', { 'hx-request': 'true' })
  assert.deepEqual([status, headers['HX-Redirect']], [200, '/help'])
  assert.match(body, /<a href="\/help">/)
})

test('ill-formed text of a request is read with U+FFFD', () => {
  const { headers } = responseUnlessClick('/\ud800', { 'x-inertia': '\udc00' })
  assert.deepEqual(headers, { 'X-Inertia-Location': '/\ufffd' })
})

test('a target and headers of a wrong type throw a TypeError', () => {
  for (const wrong of [
    () => responseUnlessClick(undefined, {}),
    () => responseUnlessClick('/help'),
    () => responseUnlessClick('/help', 'hx-request'),
    () => responseUnlessClick('/help', { 'hx-request': true }),
  ]) {
    assert.throws(wrong, { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
  }
})

test('attributes have the right names and order, for every combination of options', () => {
  const long = { align: 'left', maxWidth: '60rem', container: 'support', nonce: 'abc' }
  const all = { ...long, scriptUrl: 'https://desk.example/t.js', crossorigin: true }
  for (const options of [undefined, {}, { align: 'center' }, { nonce: 'abc' }, long, all]) {
    for (const email of ['ada@example.com', 'ä"&@exämple.com', `${'x'.repeat(200)}@example.com`]) {
      const { attributes, html } = signer.ticketCenter(email, 'desk-1', options)
      const written = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`)
      const unescaped = html.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
      assert.ok(unescaped.endsWith(`<script ${written.join(' ')}></script>`), unescaped)
      assert.equal(attributes['data-email'], email)
    }
  }
})

test('generated secrets differ and are accepted', () => {
  const secret = generateSecret()
  assert.match(secret, /^dsk_secret_[A-Za-z0-9_-]{43}$/)
  assert.notEqual(secret, generateSecret())
  assert.ok(new Signer(secret))
})
