import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'

const CUSTOMERS = new Map([
  ['ada', { id: 1, email: 'ada@example.com' }],
  ['grace', { id: 2, email: 'grace@example.com' }],
])

// Everybody has the same password here, so that no table of them is in the way.
const SALT = randomBytes(16)
const PASSWORD = scryptSync('example', SALT, 32)

export function customerNamed(name) {
  return CUSTOMERS.get(name) ?? null
}

/** Returns whether the name and the password belong together. */
export function isSignIn(name, password) {
  const isText = typeof password === 'string'
  return CUSTOMERS.has(name) && isText && timingSafeEqual(scryptSync(password, SALT, 32), PASSWORD)
}
