import { cookies } from 'next/headers'

/** The customer that the cookie names: a test has no passwords. */
export async function currentUser() {
  const cookie = (await cookies()).get('user')
  return cookie ? JSON.parse(cookie.value) : null
}
