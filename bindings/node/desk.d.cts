// What the integrations share.

import type { Secret } from './index.cjs'

/** A signed-in customer, as your own sign-in knows them. */
export interface Customer {
  /** The id that signs links to the portal; numbers are written in decimal. */
  readonly id?: string | number | bigint | null | undefined
  /** The e-mail that the Ticket Center is for, as stored. */
  readonly email?: string | null | undefined
}

/** Where a product's secret is. It is read at its first use; no product uses another's. */
export interface SecretOptions {
  /** The secret's text, for those who do not keep it in the environment. */
  secret?: Secret
  /** The one environment variable that is read. Names that bundlers ship to browsers are refused. */
  secretVariable?: string | undefined
}

export interface TicketCenterSettings extends SecretOptions {
  /** The help desk's id; by default the environment's `HELPDESKY_HELPDESK_ID`. */
  helpdeskId?: string | undefined
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
}

export interface PortalSettings extends SecretOptions {
  /** The portal's `https` URL. */
  url: string
}

export interface IntegrationOptions {
  /** The secret is in `HELPDESKY_HMAC_SECRET`, or `HDH_HMAC_SECRET`, by default. */
  ticketCenter?: TicketCenterSettings | undefined
  /** The secret is in `LETTERBOOK_PORTAL_TICKET_SECRET` by default. */
  portal?: PortalSettings | undefined
  /**
   * Whether refusals are thrown, rather than logged with the public way to support in their place. By
   * default they are, unless `NODE_ENV` is `production`.
   */
  debug?: boolean | undefined
  /** Takes each refusal's code and sentence; default `console.error`. */
  log?: ((message: string) => void) | undefined
}

/** What the route `identity` answers, and what the components read. */
export type { Identity } from './index.cjs'
