// The widget of a page: follows the customer whom the page identifies, and polls the server while it is visible.

import { Copies } from './copies.js'
import { PageIdentity } from './identity.js'
import { Mount } from './mount.js'
import { Poller } from './poller.js'
import { Problem } from './problem.js'
import { Server } from './server.js'
import { CustomerSession } from './session.js'
import { isSameCustomer, isSigned } from './settings.js'
import type { Changes, Settings } from './settings.js'
import { Shell } from './shell.js'
import { reasonOf } from './texts.js'

export class Widget {
  readonly #identity: PageIdentity
  /** The settings that the page had when they were read last. */
  #settings: Settings | null = null
  #session: CustomerSession | null = null
  #isShutDown = false
  readonly #poller = new Poller(
    (signal) => this.#poll(signal),
    (problem) => this.#fail(problem),
  )
  readonly #shell = new Shell(() => this.#refresh())
  readonly #mount = new Mount(
    this.#shell.element,
    () => this.#refresh(),
    () => this.#poller.stop(),
  )
  readonly #copies: Copies
  readonly #resume = (): void => this.#refresh()

  constructor(tag: HTMLScriptElement) {
    this.#identity = new PageIdentity(tag, () => this.#applySettings())
    this.#copies = new Copies(this.#identity, () => {
      this.#applySettings()
      this.#refresh()
    })
    this.update(tag)
  }

  /**
   * Applies these changes; without any, the settings of the page's newest script tag. The script passes its
   * tag whenever it runs. For another customer the widget starts empty; for the same customer it keeps the
   * screen and what is typed.
   */
  update(changes?: Changes | HTMLScriptElement): void {
    this.#isShutDown = false
    if (changes instanceof HTMLScriptElement) this.#identity.scriptStarted(changes)
    else this.#identity.update(changes)
    this.#listen()
    this.#applySettings()
    this.#refresh()
  }

  /** Removes the widget from the page and forgets the customer, until the next `update`. */
  shutdown(): void {
    this.#isShutDown = true
    this.#identity.forgetUpdate()
    this.#applySettings()
  }

  /** Reads the page's settings and shows their customer. When it returns, no other customer's data is left. */
  #applySettings(): void {
    const settings = this.#identity.read()
    this.#copies.prevent()
    this.#setSettings(this.#isShutDown ? null : settings)
    if (this.#settings === null) this.#mount.unmount()
    else this.#mount.mount(this.#settings, this.#identity)
  }

  #setSettings(settings: Settings | null): void {
    const before = this.#settings
    this.#settings = settings
    if (isSameSession(before, settings)) {
      if (before?.signature !== settings?.signature) this.#refresh()
      return
    }
    this.#poller.stop()
    this.#session?.end()
    this.#session =
      settings && new CustomerSession(this.#serverFor(settings), this.#shell, this.#resume)
    this.#refresh()
  }

  /** Returns the server for one customer. It rejects calls once the page identifies another customer. */
  #serverFor({ origin }: Settings): Server {
    const server: Server = new Server(origin, () => {
      this.#applySettings()
      return this.#session?.state.server === server ? this.#settings : null
    })
    return server
  }

  /** Polls at once, if the widget is visible. */
  #refresh(): void {
    if (this.#mount.isVisible) this.#poller.start()
  }

  /** Loads what has changed, and returns after how many milliseconds to poll again. */
  async #poll(signal: AbortSignal): Promise<number> {
    if (this.#settings === null || this.#session === null) throw new Problem('signed-out')
    if (this.#settings.helpdeskId === '') throw new Problem('not-set-up')
    if (!isSigned(this.#settings)) throw new Problem('signed-out')
    this.#mount.matchColorScheme()
    return this.#session.poll(signal)
  }

  #fail(problem: Problem): void {
    console.warn(`Ticket Center: ${reasonOf(problem, location.origin)}`)
    this.#session?.fail(problem)
  }

  /** Polls again when the page becomes visible or the browser is online. `document.open()` removes the listeners. */
  #listen(): void {
    document.addEventListener('visibilitychange', this.#resume)
    addEventListener('online', this.#resume)
    this.#copies.listen()
  }
}

/** Whether both belong to one customer's session. A signature that appears or disappears starts another one. */
function isSameSession(one: Settings | null, other: Settings | null): boolean {
  if (one === null || other === null) return one === other
  return isSameCustomer(one, other) && isSigned(one) === isSigned(other)
}
