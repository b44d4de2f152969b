// Calls the Ticket Center's API. Credentials are in the bodies of POST requests only.

import { Problem, problemOf } from './problem.js'
import {
  MalformedResponse,
  closedOf,
  conversationPageOf,
  errorCodeOf,
  messagePageOf,
  openedOf,
  sentOf,
  verificationOf,
} from './responses.js'
import type {
  Conversation,
  ConversationPage,
  MessagePage,
  Opened,
  Sent,
  Verification,
} from './responses.js'
import { isSigned, usesTokens } from './settings.js'
import type { Settings } from './settings.js'
import { TokenSession } from './token.js'

export interface NewMessage {
  readonly message: string
  readonly conversationId?: string
  readonly subject?: string
  readonly idempotencyKey: string
}

/**
 * Which messages of a conversation to load; by default the newest. The server marks them as read, so the
 * widget loads them only while it is visible.
 */
export interface MessageRange {
  readonly before?: string
  readonly after?: string
}

/** After how many milliseconds without a response a request fails. */
export const TIMEOUT = 30_000

export class Server {
  readonly #base: string
  readonly #settings: () => Settings | null
  readonly #session: TokenSession

  /**
   * `settings` reads the page's settings now; it returns `null` once they identify another customer.
   * `fetchToken` asks the page's own endpoint for a new token.
   */
  constructor(origin: string, settings: () => Settings | null, fetchToken: () => Promise<string>) {
    this.#base = `${origin}/api/messaging/ticket-center/`
    this.#settings = settings
    this.#session = new TokenSession({
      settings: () => this.#current(),
      fetchToken,
      exchange: (identity, session) => this.#exchange({ identity, session }),
    })
  }

  /** Whether the page has to be loaded again soon, since it cannot renew its session. */
  get needsReload(): boolean {
    return this.#session.needsReload
  }

  async verify(signal: AbortSignal): Promise<Verification> {
    const verification = await this.#call('verify', {}, verificationOf, signal)
    this.#session.setEnd(verification.sessionExpiresAt)
    return verification
  }

  /** Ends the session at the server, even if the page is left now. */
  async endSession({ helpdeskId }: Settings): Promise<void> {
    const session = await this.#session.forget()
    if (session === null) return
    await fetch(`${this.#base}session/end`, {
      ...requestOf({ helpdeskId, session }),
      keepalive: true,
    }).catch(() => {
      console.warn(
        'Ticket Center: the server was not told that the customer has signed out. The session ends by itself.',
      )
    })
  }

  async conversations(
    page: { readonly limit: number; readonly cursor?: string },
    signal: AbortSignal,
  ): Promise<ConversationPage> {
    return this.#call('conversations', page, conversationPageOf, signal)
  }

  async messages(id: string, range: MessageRange, signal: AbortSignal): Promise<MessagePage> {
    return this.#call(pathOf(id, 'messages'), range, messagePageOf, signal)
  }

  async send(message: NewMessage, signal: AbortSignal): Promise<Sent> {
    return this.#call('message', message, sentOf, signal)
  }

  async close(id: string, signal: AbortSignal): Promise<Conversation> {
    return this.#call(pathOf(id, 'close'), {}, closedOf, signal)
  }

  /** Calls the server; once more if a session has ended and the page's endpoint opens another one. */
  async #call<Result>(
    path: string,
    fields: object,
    parse: (json: unknown) => Result,
    signal: AbortSignal,
  ): Promise<Result> {
    for (let canRetry = true; ; canRetry = false) {
      if (usesTokens(this.#current())) await this.#session.ready()
      const credentials = this.#credentials()
      try {
        const result = await this.#post(path, { ...fields, ...credentials }, parse, signal)
        this.#current()
        return result
      } catch (error) {
        // A response for a former customer is dropped.
        this.#current()
        const isEnded = error instanceof Problem && error.kind === 'session-ended'
        if (isEnded) await this.#session.forget(credentials.session)
        if (!isEnded || !canRetry) throw error
      }
    }
  }

  /** Exchanges a token. The caller has read the settings in the same task. */
  async #exchange(fields: { identity: string; session: string | undefined }): Promise<Opened> {
    const { helpdeskId } = this.#current()
    try {
      // No signal: a session that the server opens can be ended only if its response is read.
      return await this.#post('session', { ...fields, helpdeskId }, openedOf)
    } catch (error) {
      // The checks of a token are others than those of a signature.
      const isRejected = error instanceof Problem && error.kind === 'verification'
      throw isRejected ? new Problem('token', error.code) : error
    }
  }

  async #post<Result>(
    path: string,
    body: object,
    parse: (json: unknown) => Result,
    signal?: AbortSignal,
  ): Promise<Result> {
    const request = new AbortController()
    const abort = (): void => request.abort()
    const timer = setTimeout(abort, TIMEOUT)
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    try {
      const response = await fetch(this.#base + path, {
        ...requestOf(body),
        signal: request.signal,
      })
      const json = await jsonOf(response)
      if (response.ok) return parse(json)
      throw problemOf(response.status, errorCodeOf(json), retryAfterOf(response))
    } catch (error) {
      throw error instanceof Problem
        ? error
        : new Problem(error instanceof MalformedResponse ? 'server' : 'unreachable')
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Returns the page's settings now; they may have changed since the last call. */
  #current(): Settings {
    const settings = this.#settings()
    if (settings === null || !isSigned(settings)) throw new Problem('signed-out')
    return settings
  }

  #credentials(): Credentials {
    const settings = this.#current()
    const { helpdeskId, email, signature } = settings
    if (!usesTokens(settings)) return { helpdeskId, email, signature }
    const session = this.#session.text
    if (session === null) throw new Problem('session-ended', 'session_ended')
    return { helpdeskId, session }
  }
}

interface Credentials {
  readonly helpdeskId: string
  readonly email?: string
  readonly signature?: string
  readonly session?: string
}

function requestOf(body: object): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    mode: 'cors',
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
  }
}

function pathOf(conversationId: string, action: string): string {
  return `conversations/${encodeURIComponent(conversationId)}/${action}`
}

/** Returns the response's JSON, or `null` if it is none, such as a proxy's error page. */
export async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function retryAfterOf(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'))
  return Number.isFinite(seconds) ? seconds * 1000 : 0
}
