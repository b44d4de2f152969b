/**
 * The Ticket Center and the portal for Express, Connect and Fastify's middleware.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Customer, IntegrationOptions } from './desk.cjs'

export type {
  Customer,
  Identity,
  IntegrationOptions,
  PortalSettings,
  TicketCenterSettings,
} from './desk.cjs'

/**
 * Returns the middleware of an application. Nothing is signed and no secret is read before a request
 * needs it.
 *
 * @example
 * const { router, views } = deskseal({
 *   user: (request) => request.user,
 *   ticketCenter: { helpdeskId: 'desk-1' },
 *   portal: { url: 'https://help.company.com' },
 * })
 * assert.equal(typeof router, 'function')
 * assert.equal(typeof views, 'function')
 */
export function deskseal<Request extends IncomingMessage = IncomingMessage>(
  options: DesksealOptions<Request>,
): Deskseal<Request>

export interface DesksealOptions<
  Request extends IncomingMessage = IncomingMessage,
> extends IntegrationOptions {
  /** Returns who is signed in, or nobody, by your own sign-in and never by what the browser claims. */
  user: (request: Request) => Customer | null | undefined | Promise<Customer | null | undefined>
}

export interface Deskseal<Request extends IncomingMessage = IncomingMessage> {
  /**
   * Answers `GET /identity` with the signed identity as JSON (204 for nobody; with the code, 422 for an
   * address that cannot be signed, and 503 for a secret or a help desk's id that cannot be used), and
   * `GET /portal` with a redirect that is signed at that moment. Everything else goes to the next
   * handler; so do errors.
   */
  readonly router: Middleware<Request>
  /** Gives views the function `ticketCenter`, in `response.locals`. */
  readonly views: Middleware<Request>
}

export type Middleware<Request extends IncomingMessage = IncomingMessage> = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** What `views` adds to `response.locals`. */
export interface DesksealLocals {
  /**
   * Returns the Ticket Center's markup, ready for the page, and makes the page private. It is empty for
   * nobody, and the fallback for a customer who cannot be signed.
   */
  ticketCenter(options?: TicketCenterViewOptions): string
}

export interface TicketCenterViewOptions {
  /** Markup for a customer who cannot be signed; by default a link to the portal's public form. */
  fallback?: string | undefined
  /** The page's Content-Security-Policy nonce; default `response.locals.cspNonce`. */
  nonce?: string | undefined
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
}
