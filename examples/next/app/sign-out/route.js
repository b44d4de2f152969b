import { openSession } from '../../lib/session'

/** Makes the browser load a whole page, so that no customer data stays in the document. */
export async function POST() {
  const session = await openSession()
  // A form on another site is sent without the cookie, and so cannot sign the customer out.
  if (session.name !== undefined) session.destroy()
  return new Response(null, { status: 303, headers: { Location: '/sign-in' } })
}
