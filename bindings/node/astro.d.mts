/**
 * The Ticket Center and the portal for Astro, with an adapter for Node.js.
 */

import type { AstroIntegration } from 'astro'

export type { Customer, Identity } from './desk.cjs'

/**
 * Returns the integration: the routes `/deskseal/identity` and `/deskseal/portal`, the environment
 * variables, and the settings of the component `deskseal/astro/TicketCenter.astro`. They sign for
 * `Astro.locals.user`: your middleware sets it to the signed-in customer. Building needs no secret.
 */
export default function deskseal(options?: DesksealOptions): AstroIntegration

export interface DesksealOptions {
  ticketCenter?: TicketCenterSettings | undefined
  /** If it is not set, there is no route `/deskseal/portal`. */
  portal?: PortalSettings | undefined
}

export interface TicketCenterSettings {
  /** The help desk's id; default the environment variable `HELPDESKY_HELPDESK_ID`. */
  helpdeskId?: string | undefined
  /** The variable of `astro:env` with the secret; default `HELPDESKY_HMAC_SECRET`, or `HDH_HMAC_SECRET`. */
  secretVariable?: string | undefined
  /** The script's absolute `https` URL; default `https://helpdesky.io/ticket-center.js`. */
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
  /**
   * The origins of other sites whose pages get the identity, such as `https://app.example.com`; default none. Your
   * application adds the CORS headers for them. An entry that is not an origin is a `TypeError`.
   */
  origins?: readonly string[] | undefined
}

export interface PortalSettings {
  /** The portal's `https` URL. */
  url: string
  /** The variable of `astro:env` that holds the secret; default `LETTERBOOK_PORTAL_TICKET_SECRET`. */
  secretVariable?: string | undefined
}
