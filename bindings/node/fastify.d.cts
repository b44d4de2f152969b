/**
 * The Ticket Center and the portal for Fastify.
 */

import type { FastifyInstance, FastifyRequest } from 'fastify'
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
 * The plugin: replies get the function `ticketCenter`, for pages, and the application gets two routes.
 *
 * `GET /deskseal/identity` answers with the signed identity as JSON, and `GET /deskseal/portal` with a redirect to
 * a link that is signed at that moment. `/deskseal/identity` has status 204 if no customer is signed in. Errors
 * have a code and status 422 for an address that cannot be signed, or 503 for an unusable secret or help desk id.
 *
 * No secret is read and nothing is signed before a request needs it. All is for the context that registers the
 * plugin, and for the contexts inside it.
 *
 * @example
 * const { default: Fastify } = await import('fastify')
 * const app = Fastify()
 * await app.register(deskseal, {
 *   user: (request) => request.user,
 *   ticketCenter: { helpdeskId: 'desk-1' },
 *   portal: { url: 'https://help.company.com' },
 * })
 * assert.ok(app.hasReplyDecorator('ticketCenter'))
 * assert.ok(app.hasRoute({ method: 'GET', url: '/deskseal/portal' }))
 */
export function deskseal(
  app: FastifyInstance<any, any, any, any, any>,
  options: DesksealOptions,
): Promise<void>

export interface DesksealOptions extends IntegrationOptions {
  /**
   * Returns the customer whom your own sign-in verified, or null if no customer is signed in. Never trust what
   * the browser claims.
   */
  user: (request: FastifyRequest) => SignedIn | Promise<SignedIn>
  /** The prefix of the two routes; default `/deskseal`. */
  prefix?: string
}

export interface TicketCenterViewOptions {
  /** Markup for a customer whose address cannot be signed; default a link to the portal's public form. */
  fallback?: string | undefined
  /** The page's Content-Security-Policy nonce; default that of `@fastify/helmet`, `reply.cspNonce.script`. */
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

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Returns the Ticket Center's markup, ready for the page, and makes the page private. It returns an empty
     * string if no customer is signed in, and the fallback if the customer's address cannot be signed.
     */
    ticketCenter(options?: TicketCenterViewOptions): Promise<string>
  }
}
