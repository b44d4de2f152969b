/**
 * The Ticket Center for Vue, in the browser. The server signs: see `deskseal/express`.
 */

import type { DefineSetupFnComponent, SlotsType } from 'vue'
import type { Identity } from './desk.cjs'

export type { Identity } from './desk.cjs'

/**
 * Shows the signed-in customer's Ticket Center, and removes it when the component leaves the page. It shows
 * nothing if no customer is signed in. It shows the slot `fallback` if the customer's address cannot be signed,
 * or if the identity or the script cannot be loaded.
 */
export const TicketCenter: DefineSetupFnComponent<
  TicketCenterProps,
  {},
  SlotsType<{ fallback?: () => unknown }>
>

export interface TicketCenterProps {
  /** The signed identity, or `null` if no customer is signed in; default fetched from `identityUrl`. */
  identity?: Identity | null | undefined
  /** The URL of the server's route for the identity; default `/deskseal/identity`. */
  identityUrl?: string | undefined
  /** The option `credentials` of `fetch`. To send cookies to another origin, set `include`. */
  credentials?: 'same-origin' | 'include' | 'omit' | undefined
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
