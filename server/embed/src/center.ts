// The Ticket Center of a page: which customer, in which place, and when to ask for news.

import { Place } from './place.js'
import { Poller } from './poller.js'
import { Problem } from './problem.js'
import { Server } from './server.js'
import { changed, isSameCustomer, settingsOf } from './settings.js'
import type { Changes, Settings } from './settings.js'
import { Shell } from './shell.js'
import { Stay } from './stay.js'

export class Center {
  #script: HTMLScriptElement
  #settings: Settings | null = null
  #stay: Stay | null = null
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

  constructor(script: HTMLScriptElement) {
    this.#script = script
    this.update()
    this.#watchVisitor()
  }

  /**
   * Shows what has changed: these settings; or, without any, what the attributes of the script tag say
   * now; or those of another script tag. Another customer finds an empty center; the same one's keeps
   * its screen and what is typed.
   */
  update(changes?: Changes | HTMLScriptElement): void {
    if (changes instanceof HTMLScriptElement) this.#script = changes
    const isRead = changes === undefined || changes === this.#script
    const before = this.#settings ?? settingsOf(this.#script)
    const settings = isRead ? settingsOf(this.#script) : changed(before, changes as Changes)
    this.#settings = settings
    this.#receive(settings, isSameCustomer(before, settings))
    this.#place.settle(settings.container, settings.align, settings.maxWidth)
    this.#refresh()
  }

  /** Leaves the page and forgets the customer, until the next `update`. */
  shutdown(): void {
    this.#poller.stop()
    this.#place.leave()
    this.#stay?.end()
    this.#stay = null
    this.#settings = null
  }

  #receive(settings: Settings, isSame: boolean): void {
    const server = new Server(settings)
    if (this.#stay !== null && isSame) return this.#stay.renew(server)
    this.#stay?.end()
    this.#stay = new Stay(server, this.#shell, () => this.#refresh())
  }

  /** Asks for news at once, if there is somebody to see them. */
  #refresh(): void {
    if (this.#place.isSeen) this.#poller.start()
  }

  async #refreshed(signal: AbortSignal): Promise<number> {
    if (this.#settings === null || this.#stay === null) throw new Problem('signed-out')
    const { helpdeskId, email, signature } = this.#settings
    if (helpdeskId === '') throw new Problem('not-set-up')
    if (email === '' || signature === '') throw new Problem('signed-out')
    this.#place.match()
    return this.#stay.refreshed(signal)
  }

  #fail(problem: Problem): void {
    console.warn(`Ticket Center: ${problem.message}`)
    this.#stay?.fail(problem)
  }

  /** Goes on when somebody looks again, or the connection is back. */
  #watchVisitor(): void {
    const goOn = (): void => this.#refresh()
    document.addEventListener('visibilitychange', goOn)
    addEventListener('online', goOn)
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) goOn()
    })
  }
}
