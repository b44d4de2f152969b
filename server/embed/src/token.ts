// Identity tokens: whom they name, and the session of the server that they open. It is kept in memory only.

import { Problem } from './problem.js'
import type { Opened } from './responses.js'
import type { Settings } from './settings.js'
import { logProblem } from './texts.js'

/** How many milliseconds before its end a session is renewed. */
const RENEWAL = 60_000

/** After how many milliseconds a renewal that failed is tried again, while the session is valid. */
const RETRY = 5_000

/** How many milliseconds before its end the widget asks for a reload of a page that cannot renew its session. */
const NOTICE = 5 * 60_000

/**
 * Returns whom a token names, to compare tokens; only the server verifies them. A token that cannot be read
 * names no other token's customer.
 */
export function customerOf(token: string): string {
  try {
    const payload = token.split('.')[1] ?? ''
    const bytes = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
    const { sub, email } = JSON.parse(text) as Record<string, unknown>
    if (typeof sub === 'string') return `sub ${sub}`
    if (sub === undefined && typeof email === 'string') return `email ${email}`
  } catch {
    // The server says what is wrong with the token.
  }
  return `token ${token}`
}

/** What a session of the server asks of its page. */
export interface TokenHost {
  /** Returns the page's settings now; throws a problem once they identify another customer. */
  settings(): Settings
  /** Asks the page's own endpoint for a new token. */
  fetchToken(): Promise<string>
  /** Exchanges a token; `session` is the session that it renews. */
  exchange(identity: string, session?: string): Promise<Opened>
}

export class TokenSession {
  readonly #host: TokenHost
  #opened: Opened | null = null
  /** The token that was exchanged last: it is not exchanged again. */
  #token = ''
  #pending: Promise<void> | null = null
  /** The page's token when a renewal failed last, and when the renewal may be tried again. */
  #failed = ''
  #retryAt = 0
  /** Whether the browser's clock agrees with the server's: then the end is known before it comes. */
  #isClockRight = true

  constructor(host: TokenHost) {
    this.#host = host
  }

  /** The session's text, if it is open. */
  get text(): string | null {
    return this.#opened?.session ?? null
  }

  /** Whether the page has to be loaded again soon. */
  get needsReload(): boolean {
    return this.#endsWithin(NOTICE) && this.#host.settings().identityUrl === ''
  }

  /**
   * Opens the session, or renews it: with the page's newer token, or shortly before its end. If a renewal fails, the
   * session is used until it has ended.
   */
  async ready(): Promise<void> {
    const { identity, identityUrl } = this.#host.settings()
    const isDue = identity !== this.#token || (identityUrl !== '' && this.#endsWithin(RENEWAL))
    const isTooEarly = identity === this.#failed && Date.now() < this.#retryAt
    if (this.#opened !== null && (!isDue || isTooEarly)) return
    this.#pending ??= this.#renew().finally(() => (this.#pending = null))
    await this.#pending
  }

  /** Sets when the session ends, as the server said last. */
  setEnd(expiresAt: Date | null): void {
    if (this.#opened !== null && expiresAt !== null) this.#opened = { ...this.#opened, expiresAt }
  }

  /** Forgets the session, if it is still this one, and returns it once it is open. */
  async forget(text = this.text): Promise<string | null> {
    if (text === null && this.#pending !== null) {
      await this.#pending.catch(() => {})
      return this.forget()
    }
    if (text === this.text) this.#opened = null
    return text
  }

  async #renew(): Promise<void> {
    try {
      await this.#open()
    } catch (error) {
      // The page may identify another customer now, or none.
      const { identity } = this.#host.settings()
      if (!(error instanceof Problem) || this.#opened === null || this.#endsWithin(0)) throw error
      this.#failed = identity
      this.#retryAt = Date.now() + RETRY
      logProblem(error)
    }
  }

  async #open(): Promise<void> {
    const { identity, identityUrl } = this.#host.settings()
    if (identity !== this.#token) {
      try {
        return await this.#exchange(identity)
      } catch (error) {
        if (identityUrl === '' || !isRejected(error)) throw error
      }
    }
    if (identityUrl === '') throw new Problem('session-ended', 'session_ended')
    const token = await this.#host.fetchToken()
    this.#host.settings()
    await this.#exchange(token)
  }

  /** Exchanges a token. A session that it does not prolong has ended, or lasts no longer: another one is opened. */
  async #exchange(identity: string): Promise<void> {
    const before = this.#opened
    const renewed = before && (await this.#renewed(identity, before))
    const opened = renewed ?? (await this.#host.exchange(identity))
    this.#opened = opened
    this.#token = identity
    this.#isClockRight = true
    this.#isClockRight = !this.#endsWithin(RENEWAL)
  }

  async #renewed(identity: string, before: Opened): Promise<Opened | null> {
    try {
      const renewed = await this.#host.exchange(identity, before.session)
      return renewed.expiresAt > before.expiresAt ? renewed : null
    } catch (error) {
      if (isEnded(error)) return null
      throw error
    }
  }

  #endsWithin(milliseconds: number): boolean {
    if (this.#opened === null || !this.#isClockRight) return false
    return this.#opened.expiresAt.getTime() - Date.now() < milliseconds
  }
}

/** Whether another token may be accepted. */
function isRejected(error: unknown): boolean {
  return isEnded(error) || (error instanceof Problem && error.kind === 'token')
}

function isEnded(error: unknown): boolean {
  return error instanceof Problem && error.kind === 'session-ended'
}
