import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'

const CUSTOMERS = new Map([
  ['ada', { id: 1, email: 'ada@example.com' }],
  ['grace', { id: 2, email: 'grace@example.com' }],
])

// All customers have the same password, to keep this example short.
const SALT = randomBytes(16)
const PASSWORD = scryptSync('example', SALT, 32)

export function customerNamed(name) {
  return CUSTOMERS.get(name) ?? null
}

/** Tells whether the password is right for this name. */
export function isSignIn(name, password) {
  const isText = typeof password === 'string'
  return CUSTOMERS.has(name) && isText && timingSafeEqual(scryptSync(password, SALT, 32), PASSWORD)
}
