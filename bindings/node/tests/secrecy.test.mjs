import assert from 'node:assert/strict'
import test from 'node:test'
import { inspect } from 'node:util'
import v8 from 'node:v8'
import { Signer, Verifier } from 'deskseal'

const SECRET = 'example-secret-for-documentation'
const OLD_SECRET = 'an-older-secret-now-being-replaced'

const holders = [new Signer(SECRET), new Verifier(SECRET, { previous: [[OLD_SECRET, 0]] })]

/** All the ways in which an object ends up in a log or in another process. */
const WAYS = {
  inspect: (value) =>
    inspect(value, { showHidden: true, showProxy: true, depth: Infinity, getters: true }),
  JSON: (value) => JSON.stringify({ value }),
  structuredClone: (value) =>
    inspect(structuredClone(value), { showHidden: true, depth: Infinity }),
  'v8.serialize': (value) => v8.serialize(value).toString('latin1'),
  String: (value) => `${value} ${Object.prototype.toString.call(value)}`,
  'own properties': (value) => Reflect.ownKeys(value).map(String).join(),
  prototype: (value) =>
    inspect(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(value)), { depth: Infinity }),
}

for (const [way, shown] of Object.entries(WAYS)) {
  test(`${way} does not show the secret`, () => {
    for (const holder of holders)
      assert.doesNotMatch(shown(holder), /secret-for|older-secret|native/)
  })
}

test('inspect shows only the class', () => {
  assert.deepEqual(
    holders.map((holder) => inspect(holder)),
    ['Signer {}', 'Verifier {}'],
  )
})

test('a clone is not a signer', () => {
  assert.equal(structuredClone(holders[0]).signEmail, undefined)
  assert.throws(
    () => Signer.prototype.signEmail.call(structuredClone(holders[0]), 'a@b'),
    TypeError,
  )
})
