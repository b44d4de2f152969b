/**
 * The Ticket Center and the portal for Next.js, with the App Router.
 */

import type { ReactNode } from 'react'
import type { Customer, IntegrationOptions } from './desk.cjs'

export type {
  Customer,
  Identity,
  IntegrationOptions,
  PortalSettings,
  TicketCenterSettings,
} from './desk.cjs'

/** What `next.config` may export: Next.js's `NextConfig`, or a function that returns one. */
export type NextConfiguration = object | ((...context: any[]) => object | Promise<object>)

/**
 * Returns the configuration with what Deskseal needs: its addon stays out of bundles, with Turbopack
 * and with webpack. A secret in `env`, which Next.js writes into code for browsers, is refused, and so
 * is a static export; `headers` that let caches keep pages are warned of.
 */
export function withDeskseal<Configuration extends NextConfiguration>(
  config?: Configuration,
): Configuration

/**
 * Returns the server component and the route handler of an application. Nothing is signed and no
 * secret is read before a request needs it, so `next build` needs none.
 */
export function deskseal(options: DesksealOptions): Deskseal

export interface DesksealOptions extends IntegrationOptions {
  /** Returns who is signed in, or nobody, by your own sign-in. */
  user: () => Customer | null | undefined | Promise<Customer | null | undefined>
}

export interface Deskseal {
  /**
   * Answers `…/identity` with the signed identity as JSON (204 for nobody; with the code, 422 for an
   * address that cannot be signed, and 503 for a secret or a help desk's id that cannot be used), and
   * `…/portal` with a redirect that is signed at that moment. Export it from
   * `app/deskseal/[answer]/route.js`.
   */
  readonly GET: (request: Request) => Promise<Response>
  /**
   * Signs on the server and shows the customer's Ticket Center. Nobody sees nothing; a customer who
   * cannot be signed sees the fallback. A page that is built once for everybody is refused.
   */
  readonly TicketCenter: (props: TicketCenterProps) => ReactNode
}

export interface TicketCenterProps {
  /** What a customer sees who cannot be signed; by default a link to the portal's public form. */
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
