/**
 * The Ticket Center and the portal for Express and Connect. Fastify has a plugin: see `deskseal/fastify`.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { IntegrationOptions, SignedIn } from './desk.cjs'

export type {
  Customer,
  Identity,
  IntegrationOptions,
  PortalSettings,
  SignedIn,
  TicketCenterSettings,
} from './desk.cjs'

/**
 * Returns the middleware of an application. No secret is read and nothing is signed before a request
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
  /**
   * Returns the customer whom your own sign-in verified, or null if no customer is signed in. Never trust what
   * the browser claims.
   */
  user: (request: Request) => SignedIn | Promise<SignedIn>
}

export interface Deskseal<Request extends IncomingMessage = IncomingMessage> {
  /**
   * Answers `GET /identity` with the signed identity as JSON, and `GET /portal` with a redirect to a link
   * that is signed at that moment. `/identity` has status 204 if no customer is signed in. Errors have a code
   * and status 422 for an address that cannot be signed, or 503 for an unusable secret or help desk id. All
   * other requests and errors go to the next handler.
   */
  readonly router: Middleware<Request>
  /** Adds the function `ticketCenter` to `response.locals`, for templates. */
  readonly views: Middleware<Request>
}

export type Middleware<Request extends IncomingMessage = IncomingMessage> = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** The function that `views` adds to `response.locals`. */
export interface DesksealLocals {
  /**
   * Returns the Ticket Center's markup, ready for the page, and makes the page private. It returns an empty
   * string if no customer is signed in, and the fallback if the customer's address cannot be signed.
   */
  ticketCenter(options?: TicketCenterViewOptions): string
}

export interface TicketCenterViewOptions {
  /** Markup for a customer whose address cannot be signed; default a link to the portal's public form. */
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
