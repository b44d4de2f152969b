import { redirect } from 'next/navigation'
import { TicketCenter } from '../lib/deskseal'
import { currentUser } from '../lib/session'

export default async function Support() {
  if (!(await currentUser())) redirect('/sign-in')
  return (
    <>
      <h1>Support</h1>
      <TicketCenter fallback={<a href="/deskseal/portal">Write to us</a>} />
    </>
  )
}
