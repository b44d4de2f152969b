/**
 * The Ticket Center for React, in the browser. The server signs: see `deskseal/express` and
 * `deskseal/next`.
 */

import type { ReactNode } from 'react'
import type { Identity } from './desk.cjs'

export type { Identity } from './desk.cjs'

/**
 * Shows the signed-in customer's Ticket Center, and takes it away when it leaves the page. Nobody sees
 * nothing; a customer who cannot be signed sees the fallback.
 */
export function TicketCenter(props: TicketCenterProps): ReactNode

export interface TicketCenterProps {
  /** Who is signed in, as the server signed it; `null` is nobody. Without it, the server is asked. */
  identity?: Identity | null | undefined
  /** Where the server answers who is signed in; default `/deskseal/identity`. */
  identityUrl?: string | undefined
  /** What of cookies goes to that server, as `fetch` takes it; another origin's needs `include`. */
  credentials?: 'same-origin' | 'include' | 'omit' | undefined
  /** What a customer sees who cannot be signed, or when the script does not come. */
  fallback?: ReactNode
  /** The script's URL; default `https://helpdesky.io/ticket-center.js`. */
  scriptUrl?: string | undefined
  /** Default `center`. */
  align?: 'left' | 'center' | 'right' | undefined
  /** A positive whole number and `px`, `rem` or `%`; default `864px`. */
  maxWidth?: string | undefined
  /** The id of the container element; default `hdh-ticket-center`. */
  container?: string | undefined
  /**
   * Whether the script is loaded with CORS, as a page with `Cross-Origin-Embedder-Policy:
   * require-corp` needs it; default `false`.
   */
  crossorigin?: boolean | undefined
  /** The page's Content-Security-Policy nonce. */
  nonce?: string | undefined
}
