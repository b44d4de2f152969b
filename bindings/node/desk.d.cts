// The types that all integrations share.

import type { Secret } from './index.cjs'

/** A signed-in customer, from your own sign-in. */
export interface Customer {
  /** The id that is signed in links to the portal; numbers are written in decimal. */
  readonly id?: string | number | bigint | null | undefined
  /** The e-mail that is signed for the Ticket Center, as stored. */
  readonly email?: string | null | undefined
}

/** What `user` returns. Every value except a customer means that no customer is signed in. */
export type SignedIn = Customer | false | '' | 0 | null | undefined

/** Where a product's secret is. It is read at its first use. No product uses another's secret. */
export interface SecretOptions {
  /** The secret's text, if it is not in an environment variable. */
  secret?: Secret
  /** The only environment variable that is read. A name that bundlers ship to browsers is `secret_public`. */
  secretVariable?: string | undefined
}

export interface TicketCenterSettings extends SecretOptions {
  /** The help desk's id; default the environment variable `HELPDESKY_HELPDESK_ID`. */
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
  /**
   * The origins of other sites whose pages get the identity, such as `https://app.example.com`; default none. Your
   * application adds the CORS headers for them. An entry that is not an origin is a `TypeError`.
   */
  origins?: readonly string[] | undefined
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
   * Whether errors are thrown. If not, they are logged, and the customer gets the portal's public form. By
   * default they are thrown, unless `NODE_ENV` is `production`.
   */
  debug?: boolean | undefined
  /** Logs each error's code and sentence, and each warning; default `console.error`. */
  log?: ((message: string) => void) | undefined
}

/** The answer of the route `identity`, which the components read. */
export type { Identity } from './index.cjs'
