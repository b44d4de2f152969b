import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import test from 'node:test'

const addon = process.env.DESKSEAL_PANIC_ADDON
const skip = addon ? false : 'DESKSEAL_PANIC_ADDON names no addon with the feature panic-test'

const MESSAGE =
  'Internal error in deskseal; nothing was signed or verified. Please report this bug.'

test('a panic is an Error that JavaScript catches, and the next call works', { skip }, () => {
  const native = createRequire(import.meta.url)(addon)
  for (let round = 0; round < 100; round += 1) {
    assert.throws(() => native.panic(), { name: 'Error', message: MESSAGE })
    assert.equal(native.canonicalEmail('Ada@Example.com'), 'ada@example.com')
  }
})

test('the addon throws for arguments that the package never passes', { skip }, () => {
  const native = createRequire(import.meta.url)(addon)
  const current = [[], ['example-secret-for-documentation']]
  const signer = native.createSigner(...current)
  const verifier = native.createVerifier(...current, [], [], undefined)
  const functions = [...Object.values(native), ...Object.values(signer), ...Object.values(verifier)]
  for (const method of functions) {
    for (const wrong of [undefined, null, 42, {}, [], Symbol('s'), new Proxy([], {})]) {
      try {
        Reflect.apply(method, wrong, Array(9).fill(wrong))
      } catch (error) {
        assert.ok(error instanceof Error || Array.isArray(error))
      }
    }
  }
})

test('the published addon has no function that panics', () => {
  const require = createRequire(createRequire(import.meta.url).resolve('deskseal'))
  assert.equal(require('./native.cjs').panic, undefined)
})
