// The Ticket Center of a page: which customer, in which place, and when to ask for news.

import { Copies } from './copies.js'
import { Naming } from './naming.js'
import { Place } from './place.js'
import { Poller } from './poller.js'
import { Problem } from './problem.js'
import { Server } from './server.js'
import { isSameCustomer, isSigned } from './settings.js'
import type { Changes, Settings } from './settings.js'
import { Shell } from './shell.js'
import { Stay } from './stay.js'

export class Center {
  readonly #naming: Naming
  /** Whom it shows, and how: what the page said when it was read last. */
  #settings: Settings | null = null
  #stay: Stay | null = null
  #isDown = false
  readonly #poller = new Poller(
    (signal) => this.#refreshed(signal),
    (problem) => this.#fail(problem),
  )
  readonly #shell = new Shell(() => this.#refresh())
  readonly #place = new Place(
    this.#shell.element,
    () => this.#refresh(),
    () => this.#poller.stop(),
  )
  readonly #copies: Copies
  readonly #goOn = (): void => this.#refresh()

  constructor(tag: HTMLScriptElement) {
    this.#naming = new Naming(tag, () => this.#follow())
    this.#copies = new Copies(this.#naming, () => {
      this.#follow()
      this.#refresh()
    })
    this.update(tag)
  }

  /**
   * Shows what has changed: these settings; or, without any, what the newest script tag of the page
   * says. The script calls it with its tag whenever it runs. Another customer finds an empty center;
   * the same one's keeps its screen and what is typed.
   */
  update(changes?: Changes | HTMLScriptElement): void {
    this.#isDown = false
    if (changes instanceof HTMLScriptElement) this.#naming.start(changes)
    else this.#naming.say(changes)
    this.#listen()
    this.#follow()
    this.#refresh()
  }

  /** Leaves the page and forgets the customer, until the next `update`. */
  shutdown(): void {
    this.#isDown = true
    this.#naming.forget()
    this.#follow()
  }

  /** Shows whom the page names now: nothing of anybody else outlives this call. */
  #follow(): void {
    const settings = this.#naming.read()
    this.#copies.prevent()
    this.#receive(this.#isDown ? null : settings)
    if (this.#settings === null) this.#place.leave()
    else this.#place.settle(this.#settings, this.#naming)
  }

  #receive(settings: Settings | null): void {
    const before = this.#settings
    this.#settings = settings
    if (isSame(before, settings)) return this.#renew(before, settings)
    this.#poller.stop()
    this.#stay?.end()
    this.#stay = settings && new Stay(this.#serverFor(settings), this.#shell, this.#goOn)
    this.#refresh()
  }

  /** Goes on with another signature of the same customer. */
  #renew(before: Settings | null, settings: Settings | null): void {
    if (before?.signature !== settings?.signature) this.#refresh()
  }

  /** Returns the server as one customer's stay sees it: it answers while the page names that customer. */
  #serverFor({ origin }: Settings): Server {
    const server: Server = new Server(origin, () => {
      this.#follow()
      return this.#stay?.session.server === server ? this.#settings : null
    })
    return server
  }

  /** Asks for news at once, if there is somebody to see them. */
  #refresh(): void {
    if (this.#place.isSeen) this.#poller.start()
  }

  async #refreshed(signal: AbortSignal): Promise<number> {
    if (this.#settings === null || this.#stay === null) throw new Problem('signed-out')
    if (this.#settings.helpdeskId === '') throw new Problem('not-set-up')
    if (!isSigned(this.#settings)) throw new Problem('signed-out')
    this.#place.match()
    return this.#stay.refreshed(signal)
  }

  #fail(problem: Problem): void {
    console.warn(`Ticket Center: ${problem.message}`)
    this.#stay?.fail(problem)
  }

  /** Goes on when somebody looks again, or the connection is back. `document.open()` ends listening. */
  #listen(): void {
    document.addEventListener('visibilitychange', this.#goOn)
    addEventListener('online', this.#goOn)
    this.#copies.listen()
  }
}

/** Whether there is the same to see for the same customer; without a signature, there is nothing of them. */
function isSame(one: Settings | null, other: Settings | null): boolean {
  if (one === null || other === null) return one === other
  return isSameCustomer(one, other) && isSigned(one) === isSigned(other)
}
