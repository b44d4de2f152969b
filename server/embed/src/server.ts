// Calls the Ticket Center's API. Credentials are in the bodies of POST requests only.

import { Problem, problemOf } from './problem.js'
import {
  MalformedResponse,
  closedOf,
  conversationPageOf,
  errorCodeOf,
  messagePageOf,
  sentOf,
  verificationOf,
} from './responses.js'
import type {
  Conversation,
  ConversationPage,
  MessagePage,
  Sent,
  Verification,
} from './responses.js'
import { isSigned } from './settings.js'
import type { Settings } from './settings.js'

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
const TIMEOUT = 30_000

export class Server {
  readonly #base: string
  readonly #settings: () => Settings | null

  /** `settings` reads the page's settings now; it returns `null` once they identify another customer. */
  constructor(origin: string, settings: () => Settings | null) {
    this.#base = `${origin}/api/messaging/ticket-center/`
    this.#settings = settings
  }

  async verify(signal: AbortSignal): Promise<Verification> {
    return this.#call('verify', {}, verificationOf, signal)
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

  async #call<Result>(
    path: string,
    fields: object,
    parse: (json: unknown) => Result,
    signal: AbortSignal,
  ): Promise<Result> {
    const credentials = this.#credentials()
    const request = new AbortController()
    const abort = (): void => request.abort()
    const timer = setTimeout(abort, TIMEOUT)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    try {
      const response = await fetch(this.#base + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...fields, ...credentials }),
        mode: 'cors',
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: request.signal,
      })
      const json = await jsonOf(response)
      // A response for a former customer is dropped.
      this.#credentials()
      if (response.ok) return parse(json)
      throw problemOf(response.status, errorCodeOf(json), retryAfterOf(response))
    } catch (error) {
      throw error instanceof Problem
        ? error
        : new Problem(error instanceof MalformedResponse ? 'server' : 'unreachable')
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  }

  /** Returns the page's credentials now: they may have changed since the last call. */
  #credentials(): object {
    const settings = this.#settings()
    if (settings === null || !isSigned(settings)) throw new Problem('signed-out')
    const { helpdeskId, email, signature } = settings
    return { helpdeskId, email, signature }
  }
}

function pathOf(conversationId: string, action: string): string {
  return `conversations/${encodeURIComponent(conversationId)}/${action}`
}

/** Returns the response's JSON, or `null` if it is none, such as a proxy's error page. */
async function jsonOf(response: Response): Promise<unknown> {
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
