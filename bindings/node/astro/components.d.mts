import type { Customer } from '../desk.cjs'

/**
 * Signs while the page is rendered, and shows the customer's Ticket Center. Nobody sees nothing; a
 * customer who cannot be signed sees the slot, by default a link to the portal's public form.
 */
export const TicketCenter: (props: TicketCenterProps) => any

export interface TicketCenterProps {
  /** Who is signed in; by default `Astro.locals.user`. */
  user?: Customer | null | undefined
  /** Default `center`. */
  align?: 'left' | 'center' | 'right' | undefined
  /** A positive whole number and `px`, `rem` or `%`; default `864px`. */
  maxWidth?: string | undefined
  /** The id of the container element; default `hdh-ticket-center`. */
  container?: string | undefined
  /** The page's Content-Security-Policy nonce. */
  nonce?: string | undefined
}
