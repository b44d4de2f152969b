import 'server-only'
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { getIronSession } from 'iron-session'
import { cookies } from 'next/headers'

const CUSTOMERS = new Map([
  ['ada', { id: 1, email: 'ada@example.com' }],
  ['grace', { id: 2, email: 'grace@example.com' }],
])

// All customers have the same password, to keep this example short.
const SALT = randomBytes(16)
const PASSWORD = scryptSync('example', SALT, 32)

// A real shop stores its key, so that its customers stay signed in after a restart. Next.js loads this
// module more than once in a process, and all copies must have the same key.
const KEY = (globalThis.sessionKey ??= randomBytes(32).toString('hex'))
const OPTIONS = {
  cookieName: 'session',
  password: KEY,
  cookieOptions: { secure: false }, // localhost has no HTTPS; a real shop leaves this out
}

export async function openSession() {
  return getIronSession(await cookies(), OPTIONS)
}

export async function currentUser() {
  const { name } = await openSession()
  return CUSTOMERS.get(name)
}

/** Tells whether the password is right for this name. */
export function isSignIn(name, password) {
  const isText = typeof password === 'string'
  return CUSTOMERS.has(name) && isText && timingSafeEqual(scryptSync(password, SALT, 32), PASSWORD)
}
