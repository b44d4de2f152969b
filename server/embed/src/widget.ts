// The widget of a page: follows the customer whom the page identifies, and polls the server while it is visible.

import { Copies } from './copies.js'
import { fetchedToken } from './endpoint.js'
import { PageIdentity } from './identity.js'
import { Mount } from './mount.js'
import { Poller } from './poller.js'
import { Problem } from './problem.js'
import { Server } from './server.js'
import { CustomerSession } from './session.js'
import { hasBothForms, isSameCustomer, isSameIdentity, isSigned, usesTokens } from './settings.js'
import type { Changes, Settings } from './settings.js'
import { Shell } from './shell.js'
import { SignOut } from './signout.js'
import { logProblem } from './texts.js'
import { customerOf } from './token.js'

/** What the page's endpoint answered. It counts until the page sets an identity. */
interface Answer {
  /** The identity of the page then. */
  readonly page: string
  /** The token, or an empty text: no customer is signed in. */
  readonly token: string
}

export class Widget {
  readonly #identity: PageIdentity
  /** The settings that the page had when they were read last. */
  #settings: Settings | null = null
  #session: CustomerSession | null = null
  #isShutDown = false
  #answer: Answer | null = null
  /** Tells other tabs that the customer has signed out; only with a token. */
  #signOut: SignOut | null = null
  readonly #poller = new Poller(
    (signal) => this.#poll(signal),
    (problem) => this.#fail(problem),
  )
  readonly #shell = new Shell(() => this.#resume())
  readonly #mount = new Mount(
    this.#shell.element,
    () => this.#refresh(),
    () => this.#poller.stop(),
  )
  readonly #copies: Copies
  readonly #resume = (): void => {
    // Meanwhile the customer may have signed in.
    if (this.#answer?.token === '') {
      this.#answer = null
      this.#applySettings()
    }
    this.#refresh()
  }

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

  /**
   * Removes the widget from the page and forgets the customer, until the next `update`. With an identity token, it
   * also ends the session at the server, and the customer's other tabs forget the customer.
   */
  shutdown(): void {
    this.#signOut?.tell()
    this.#endSession()
    this.#isShutDown = true
    this.#identity.forgetUpdate()
    this.#applySettings()
  }

  /** Reads the page's settings and shows their customer. When it returns, no other customer's data is left. */
  #applySettings(): void {
    const settings = this.#identity.read()
    this.#copies.prevent()
    this.#setSettings(this.#isShutDown ? null : this.#withAnswer(settings))
    if (this.#settings === null) this.#mount.unmount()
    else this.#mount.mount(this.#settings, this.#identity)
  }

  #setSettings(settings: Settings | null): void {
    const before = this.#settings
    this.#settings = settings
    if (isSameSession(before, settings)) {
      if (before && settings && !isSameIdentity(before, settings)) this.#refresh()
      return
    }
    this.#poller.stop()
    this.#session?.end()
    this.#signOut?.close()
    this.#signOut = this.#signOutOf(settings)
    this.#session =
      settings && new CustomerSession(this.#serverFor(settings), this.#shell, this.#resume)
    this.#refresh()
  }

  /** Returns the server for one customer. It rejects calls once the page identifies another customer. */
  #serverFor({ origin }: Settings): Server {
    const current = (): Settings | null => {
      this.#applySettings()
      return this.#session?.state.server === server ? this.#settings : null
    }
    const server: Server = new Server(origin, current, async () => {
      const settings = current()
      if (settings === null) throw new Problem('signed-out')
      const page = this.#pageIdentity()
      const token = await fetchedToken(settings)
      // The page may have set another identity meanwhile.
      if (current() === null || page !== this.#pageIdentity()) throw new Problem('signed-out')
      if (token === '') this.#endSession()
      this.#answer = { page, token }
      this.#applySettings()
      return token
    })
    return server
  }

  /** Returns the settings with the token that the page's endpoint answered last, if the page set no identity since. */
  #withAnswer(settings: Settings | null): Settings | null {
    if (settings === null || this.#answer?.page !== this.#pageIdentity(settings)) {
      this.#answer = null
      return settings
    }
    const identity = this.#answer.token
    return identity === '' ? { ...settings, identity, identityUrl: '' } : { ...settings, identity }
  }

  /** Returns a text that changes whenever the page sets an identity. */
  #pageIdentity(settings = this.#identity.read()): string {
    const { origin, helpdeskId, identity, identityUrl } = settings ?? {}
    return JSON.stringify([this.#identity.stamp, origin, helpdeskId, identity, identityUrl])
  }

  /** Listens to other tabs of the customer whom a token names. */
  #signOutOf(settings: Settings | null): SignOut | null {
    if (settings === null || settings.identity === '' || !isSigned(settings)) return null
    const { origin, helpdeskId, identity } = settings
    return new SignOut(`${origin} ${helpdeskId}`, customerOf(identity), () => {
      this.#endSession()
      this.#identity.expire()
      this.#applySettings()
    })
  }

  /** Ends the session that a token opened at the server. */
  #endSession(): void {
    if (this.#settings === null || !usesTokens(this.#settings)) return
    void this.#session?.state.server.endSession(this.#settings)
  }

  /** Polls at once, if the widget is visible. */
  #refresh(): void {
    if (this.#mount.isVisible) this.#poller.start()
  }

  /** Loads what has changed, and returns after how many milliseconds to poll again. */
  async #poll(signal: AbortSignal): Promise<number> {
    if (this.#settings === null || this.#session === null) throw new Problem('signed-out')
    if (this.#settings.helpdeskId === '') throw new Problem('not-set-up')
    if (hasBothForms(this.#settings)) throw new Problem('verification', 'identity_repeated')
    if (!isSigned(this.#settings)) throw new Problem('signed-out')
    this.#mount.matchColorScheme()
    return this.#session.poll(signal)
  }

  #fail(problem: Problem): void {
    logProblem(problem)
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
