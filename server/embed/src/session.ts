// One customer's session: its screens, the one that is shown, and the server's last verification.

import { ConversationScreen } from './conversation.js'
import { ListScreen } from './list.js'
import { NewScreen } from './new.js'
import type { Problem, ProblemKind } from './problem.js'
import type { Conversation } from './responses.js'
import type { Screen, ScreenHost, SessionState } from './screen.js'
import type { Server } from './server.js'
import { problemState } from './shell.js'
import type { Shell } from './shell.js'
import { noticeOf, texts, wordsOf } from './texts.js'

/** Bounds of the polling interval, in milliseconds, whatever the server asks for. */
const SHORTEST_PAUSE = 250
const LONGEST_PAUSE = 60_000

export class CustomerSession implements ScreenHost {
  readonly state: SessionState
  readonly refresh: () => void
  readonly #shell: Shell
  readonly #end = new AbortController()
  readonly #list: ListScreen
  #screen: Screen
  /** The revision that the screen shows. */
  #shownRevision: string | null = null
  #failure: ProblemKind | null = null
  /** Whether the shell says that the session ends soon. */
  #isWarned = false

  constructor(server: Server, shell: Shell, refresh: () => void) {
    this.state = {
      server,
      signal: this.#end.signal,
      composers: new Map(),
      verification: null,
    }
    this.refresh = refresh
    this.#shell = shell
    this.#list = new ListScreen(this)
    this.#screen = this.#list
    shell.notify('')
    shell.show(this.#list.element)
  }

  /** Ends the session: clears what is shown, and ignores responses that arrive later. */
  end(): void {
    this.#end.abort()
    this.#shell.clear()
  }

  /** Loads what has changed, and returns after how many milliseconds to poll again. */
  async poll(signal: AbortSignal): Promise<number> {
    const screen = this.#screen
    const { revision, pollAfter } = await this.#verification(signal)
    if (this.#shownRevision !== revision) await screen.load(signal)
    if (signal.aborted || this.#isEnded) return 0
    this.#shownRevision = revision
    this.#recover()
    this.#warn()
    return Math.min(Math.max(pollAfter, SHORTEST_PAUSE), LONGEST_PAUSE)
  }

  /** Shows a problem: as a notice above a loaded screen, else instead of the screen. */
  fail(problem: Problem): void {
    if (this.#isEnded) return
    if (problem.kind === 'gone' && !this.#screen.isWritten) return this.#leaveGone()
    if (this.#failure === problem.kind) return
    this.#failure = problem.kind
    this.#isWarned = false
    if (this.#screen.isLoaded) this.#shell.notify(noticeOf(problem), problem.isLasting)
    else this.#shell.show(problemState(wordsOf(problem, location.origin), this.refresh))
  }

  openList(): void {
    this.#open(this.#list)
  }

  openConversation(conversation: Conversation): void {
    this.#open(new ConversationScreen(this, conversation))
  }

  openNew(): void {
    this.#open(new NewScreen(this))
  }

  updateList(conversation: Conversation): void {
    this.#list.update(conversation)
  }

  announce(text: string): void {
    if (!this.#isEnded) this.#shell.announce(text)
  }

  /** Whether the shell belongs to another session now. */
  get #isEnded(): boolean {
    return this.#end.signal.aborted
  }

  #open(screen: Screen): void {
    if (this.#isEnded) return
    this.#screen = screen
    this.#shownRevision = null
    this.#failure = null
    this.#isWarned = false
    this.#shell.notify('')
    this.#shell.show(screen.element)
    screen.focus()
    this.refresh()
  }

  /** Returns the server's verification. A screen that was just opened uses the last one, and loads at once. */
  async #verification(signal: AbortSignal): Promise<NonNullable<SessionState['verification']>> {
    const last = this.state.verification
    if (last !== null && this.#shownRevision === null) return last
    const verification = await this.state.server.verify(signal)
    this.state.verification = verification
    return verification
  }

  #recover(): void {
    if (this.#failure === null) return
    const wasFocused = this.#shell.isFocused
    this.#failure = null
    this.#shell.notify('')
    this.#shell.show(this.#screen.element)
    // The "Try again" button is gone, and the focus with it.
    if (wasFocused && !this.#shell.isFocused) this.#screen.focus()
  }

  /** Says that the session ends soon, until it was prolonged. */
  #warn(): void {
    const isNeeded = this.state.server.needsReload
    if (isNeeded !== this.#isWarned) this.#shell.notify(isNeeded ? texts.endsSoon : '')
    this.#isWarned = isNeeded
  }

  #leaveGone(): void {
    this.openList()
    this.#shell.notify(texts.gone)
  }
}
