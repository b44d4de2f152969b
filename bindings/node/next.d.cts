/**
 * The Ticket Center and the portal for Next.js, with the App Router.
 */

import type { ReactNode } from 'react'
import type { IntegrationOptions, SignedIn } from './desk.cjs'

export type {
  Customer,
  Identity,
  IntegrationOptions,
  PortalSettings,
  SignedIn,
  TicketCenterSettings,
} from './desk.cjs'

/** The export of `next.config`: Next.js's `NextConfig`, or a function that returns one. */
export type NextConfiguration = object | ((...context: any[]) => object | Promise<object>)

/**
 * Returns the configuration with the settings that Deskseal needs: its addon stays out of bundles, with
 * Turbopack and with webpack. Throws for a secret in `env`, which Next.js writes into code for browsers, and
 * for a static export. Warns if `headers` let caches keep pages.
 */
export function withDeskseal<Configuration extends NextConfiguration>(
  config?: Configuration,
): Configuration

/**
 * Returns the server component and the route handler of an application. No secret is read and nothing is
 * signed before a request needs it, so `next build` needs no secret.
 */
export function deskseal(options: DesksealOptions): Deskseal

export interface DesksealOptions extends IntegrationOptions {
  /** Returns the customer whom your own sign-in verified, or null if no customer is signed in. */
  user: () => SignedIn | Promise<SignedIn>
}

export interface Deskseal {
  /**
   * Answers `…/identity` with the signed identity as JSON, and `…/portal` with a redirect to a link that is
   * signed at that moment. `…/identity` has status 204 if no customer is signed in. Errors have a code and
   * status 422 for an address that cannot be signed, or 503 for an unusable secret or help desk id. Export it
   * from `app/deskseal/[answer]/route.js`.
   */
  readonly GET: (request: Request) => Promise<Response>
  /**
   * Signs on the server and shows the customer's Ticket Center. It shows nothing if no customer is signed in,
   * and the fallback if the customer's address cannot be signed. In a static page it throws.
   */
  readonly TicketCenter: (props: TicketCenterProps) => ReactNode
}

export interface TicketCenterProps {
  /** Shown to a customer whose address cannot be signed; default a link to the portal's public form. */
  fallback?: ReactNode
  /** Default `center`. */
  align?: 'left' | 'center' | 'right' | undefined
  /** A positive whole number and `px`, `rem` or `%`; default `864px`. */
  maxWidth?: string | undefined
  /** The id of the container element; default `hdh-ticket-center`. */
  container?: string | undefined
  /**
   * Whether the script is loaded with CORS, as a page with `Cross-Origin-Embedder-Policy:
   * require-corp` needs it; default that of the settings.
   */
  crossorigin?: boolean | undefined
  /** The page's Content-Security-Policy nonce; default the request's header `x-nonce`. */
  nonce?: string | undefined
}
