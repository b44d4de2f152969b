import { openSession } from '../../lib/session'

/** A full page load: nothing of the customer stays in the document. */
export async function POST() {
  const session = await openSession()
  // A form on another site comes without the cookie, and signs nobody out.
  if (session.name !== undefined) session.destroy()
  return new Response(null, { status: 303, headers: { Location: '/sign-in' } })
}
