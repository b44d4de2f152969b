import { scryptSync, timingSafeEqual } from 'node:crypto'
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie'

const CUSTOMERS = new Map([
  ['ada', { id: '1', email: 'ada@example.com' }],
  ['grace', { id: '2', email: 'grace@example.com' }],
])

// All customers have the same password and salt, to keep this example short.
const SALT = 'example'
const PASSWORD = scryptSync('example', SALT, 32)

const COOKIE = 'session'
const OPTIONS = {
  httpOnly: true,
  sameSite: 'Lax',
  secure: false, // localhost has no HTTPS; a real shop sets true
}

let key

/** Sets `c.var.customer` to the signed-in customer, if there is one. */
export async function findCustomer(c, next) {
  const name = await getSignedCookie(c, sessionKey(), COOKIE)
  c.set('customer', CUSTOMERS.get(name))
  await next()
}

/** Tells whether the password is right for this name. */
export function isSignIn(name, password) {
  const isText = typeof password === 'string'
  return CUSTOMERS.has(name) && isText && timingSafeEqual(scryptSync(password, SALT, 32), PASSWORD)
}

export function signIn(c, name) {
  return setSignedCookie(c, COOKIE, name, sessionKey(), OPTIONS)
}

export function signOut(c) {
  deleteCookie(c, COOKIE, OPTIONS)
}

/**
 * Returns the key of the session's cookie. A Worker makes random values in requests only. A real shop stores
 * its key as a secret, so that its customers stay signed in when Cloudflare starts another Worker.
 */
function sessionKey() {
  key ??= crypto.getRandomValues(new Uint8Array(32))
  return key
}
