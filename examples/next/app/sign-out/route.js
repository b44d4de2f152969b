import { openSession } from '../../lib/session'

/** A full page load: nothing of the customer stays in the document. */
export async function POST() {
  const session = await openSession()
  session.destroy()
  return new Response(null, { status: 303, headers: { Location: '/sign-in' } })
}
