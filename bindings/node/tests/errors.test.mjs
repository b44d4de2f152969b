import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'
import * as deskseal from 'deskseal'

const { DesksealError, InputError, SecretError, Signer, VerificationError, Verifier } = deskseal
const SECRET = 'example-secret-for-documentation'
const SIGNATURE = '52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92'

const signer = new Signer(SECRET)
const verifier = new Verifier(SECRET)

/** A failing call of each function, and the error that it throws. */
const ERRORS = {
  canonicalEmail: [() => deskseal.canonicalEmail(''), InputError, 'email_empty'],
  canonicalHost: [() => deskseal.canonicalHost(''), InputError, 'host_malformed'],
  publicFormUrl: [() => deskseal.publicFormUrl(''), InputError, 'portal_url_malformed'],
  portalHost: [() => deskseal.portalHost('http://a.example'), InputError, 'portal_url_insecure'],
  Signer: [() => new Signer(''), SecretError, 'secret_empty'],
  'Signer.fromEnv': [() => Signer.fromEnv('VITE_SECRET'), SecretError, 'secret_public'],
  signEmail: [() => signer.signEmail('ada'), InputError, 'email_malformed'],
  signUser: [() => signer.signUser('help.company.com', ''), InputError, 'user_id_empty'],
  portalLink: [() => signer.portalLink('http://a.example', 'u'), InputError, 'portal_url_insecure'],
  ticketCenter: [() => signer.ticketCenter('a@b', '?'), InputError, 'helpdesk_id_malformed'],
  identity: [() => signer.identity('a@b', '?'), InputError, 'helpdesk_id_malformed'],
  Verifier: [() => new Verifier(SECRET, { tolerance: -1 }), InputError, 'tolerance_malformed'],
  'Verifier.fromEnv': [
    () => Verifier.fromEnv('A_VARIABLE_THAT_IS_NOT_SET'),
    SecretError,
    'secret_missing',
  ],
  verifyEmail: [() => verifier.verifyEmail('', SIGNATURE), VerificationError, 'email_empty'],
  verifyUser: [
    () =>
      verifier.verifyUser({ portalHost: 'a', userId: 'u', timestamp: '07', signature: SIGNATURE }),
    VerificationError,
    'timestamp_malformed',
  ],
  verifyLink: [
    () => verifier.verifyLink('a', '/?user_id=u'),
    VerificationError,
    'identity_incomplete',
  ],
  explainEmail: [
    () => verifier.explainEmail('a@b', '', { now: -1 }),
    InputError,
    'timestamp_malformed',
  ],
  explainLink: [() => verifier.explainLink('', '/'), InputError, 'host_malformed'],
}

for (const [name, [call, Class, code]] of Object.entries(ERRORS)) {
  test(`${name} throws an error of the right class, whose stack starts at the caller`, () => {
    const error = thrown(call)
    assert.equal(error.constructor, Class)
    assert.ok(error instanceof DesksealError && error instanceof Error)
    assert.equal(error.code, code)
    assert.equal(error.name, Class.name)
    assert.ok(error.message.length > 20)
    const [header, frame] = error.stack.split('\n')
    assert.equal(header, `${Class.name}: ${error.message}`)
    assert.match(frame, /errors\.test\.mjs/)
  })
}

test("errors say whether the customer's own data is at fault", () => {
  const isAboutCustomer = (call) => thrown(call).isAboutCustomer
  assert.equal(
    isAboutCustomer(() => signer.signEmail('ada')),
    true,
  )
  assert.equal(
    isAboutCustomer(() => signer.portalLink('https://a.example', '')),
    true,
  )
  assert.equal(
    isAboutCustomer(() => verifier.verifyEmail('', SIGNATURE)),
    true,
  )
  assert.equal(
    isAboutCustomer(() => new Signer('')),
    false,
  )
  assert.equal(
    isAboutCustomer(() => signer.ticketCenter('a@b', '?')),
    false,
  )
  assert.equal(
    isAboutCustomer(() => verifier.verifyEmail('a@b', SIGNATURE)),
    false,
  )
})

test('the stack of the error for a wrong type starts at the caller', () => {
  assert.match(thrown(() => signer.signEmail(42)).stack.split('\n')[1], /errors\.test\.mjs/)
})

test('ES modules and CommonJS have the same error classes', () => {
  const required = createRequire(import.meta.url)('deskseal')
  for (const [name, value] of Object.entries(required)) assert.equal(deskseal[name], value)
  assert.ok(thrown(() => new required.Signer('')) instanceof SecretError)
  assert.ok(new required.Signer(SECRET) instanceof Signer)
})

test('an application can make errors for its tests', () => {
  const error = new VerificationError('made', 'signature_mismatch')
  assert.equal(String(error), 'VerificationError: made')
  assert.equal(error.code, 'signature_mismatch')
  assert.equal(error.isAboutCustomer, false)
  assert.equal(new InputError('made', 'email_empty', true).isAboutCustomer, true)
})

test('a method that is called without its object throws a TypeError', () => {
  const { signEmail } = signer
  assert.throws(() => signEmail('ada@example.com'), TypeError)
})

test('fromEnv of a subclass returns an object of the subclass', () => {
  class OwnSigner extends Signer {}
  process.env.DESKSEAL_TEST_SECRET = deskseal.generateSecret()
  assert.ok(OwnSigner.fromEnv('DESKSEAL_TEST_SECRET') instanceof OwnSigner)
})

function thrown(call) {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new assert.AssertionError({ message: 'nothing was thrown' })
}
