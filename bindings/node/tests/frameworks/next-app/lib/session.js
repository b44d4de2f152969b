import { cookies } from 'next/headers'

/** Whoever the cookie claims to be: a test has no passwords. */
export async function currentUser() {
  const cookie = (await cookies()).get('user')
  return cookie ? JSON.parse(cookie.value) : null
}
