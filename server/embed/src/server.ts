// The Ticket Center's API. Credentials travel in bodies of POST requests and nowhere else.

import { Problem, problemOf } from './problem.js'
import { isSigned } from './settings.js'
import type { Settings } from './settings.js'
import {
  ShapeError,
  closedOf,
  conversationPageOf,
  errorCodeOf,
  messagePageOf,
  sentOf,
  verificationOf,
} from './shapes.js'
import type { Conversation, ConversationPage, MessagePage, Sent, Verification } from './shapes.js'

export interface NewMessage {
  readonly message: string
  readonly conversationId?: string
  readonly subject?: string
  readonly idempotencyKey: string
}

/**
 * Which messages of a conversation to get; the newest unless told otherwise. The server takes them as
 * read: nobody asks for them who does not see them.
 */
export interface MessageRange {
  readonly before?: string
  readonly after?: string
}

/** A connection that gives no answer for so long is lost, however open it looks. */
const PATIENCE = 30_000

export class Server {
  readonly #base: string
  readonly #named: () => Settings | null

  /** `named` reads whom the page names now; nothing, once that is not this server's customer. */
  constructor(origin: string, named: () => Settings | null) {
    this.#base = `${origin}/api/messaging/ticket-center/`
    this.#named = named
  }

  async verify(signal: AbortSignal): Promise<Verification> {
    return this.#answer('verify', {}, verificationOf, signal)
  }

  async conversations(
    page: { readonly limit: number; readonly cursor?: string },
    signal: AbortSignal,
  ): Promise<ConversationPage> {
    return this.#answer('conversations', page, conversationPageOf, signal)
  }

  async messages(id: string, range: MessageRange, signal: AbortSignal): Promise<MessagePage> {
    return this.#answer(pathOf(id, 'messages'), range, messagePageOf, signal)
  }

  async send(message: NewMessage, signal: AbortSignal): Promise<Sent> {
    return this.#answer('message', message, sentOf, signal)
  }

  async close(id: string, signal: AbortSignal): Promise<Conversation> {
    return this.#answer(pathOf(id, 'close'), {}, closedOf, signal)
  }

  async #answer<Shape>(
    path: string,
    fields: object,
    shapeOf: (json: unknown) => Shape,
    signal: AbortSignal,
  ): Promise<Shape> {
    const credentials = this.#credentials()
    const patience = new AbortController()
    const giveUp = (): void => patience.abort()
    const timer = setTimeout(giveUp, PATIENCE)
    signal.addEventListener('abort', giveUp)
    if (signal.aborted) giveUp()
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
        signal: patience.signal,
      })
      const json = await jsonOf(response)
      // Nobody reads an answer who is not the customer any more.
      this.#credentials()
      if (response.ok) return shapeOf(json)
      throw problemOf(response.status, errorCodeOf(json), retryAfterOf(response))
    } catch (error) {
      throw error instanceof Problem
        ? error
        : new Problem(error instanceof ShapeError ? 'server' : 'unreachable')
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** Returns the credentials that the page gives in this moment: the page may have changed since the last. */
  #credentials(): object {
    const settings = this.#named()
    if (settings === null || !isSigned(settings)) throw new Problem('signed-out')
    const { helpdeskId, email, signature } = settings
    return { helpdeskId, email, signature }
  }
}

function pathOf(conversationId: string, action: string): string {
  return `conversations/${encodeURIComponent(conversationId)}/${action}`
}

/** Returns the answer's JSON, or nothing where it has none: a proxy's error page is not an answer. */
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
