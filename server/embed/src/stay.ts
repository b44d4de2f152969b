// One customer's stay: the screens, which one is shown, and what the server last said.

import { ConversationScreen } from './conversation.js'
import { ListScreen } from './list.js'
import { NewScreen } from './new.js'
import type { Problem, ProblemKind } from './problem.js'
import type { Desk, Screen, Session } from './screen.js'
import type { Server } from './server.js'
import type { Conversation } from './shapes.js'
import { problemState } from './shell.js'
import type { Shell } from './shell.js'
import { noticeOf, texts, wordsOf } from './texts.js'

/** Whatever the server asks for: neither a flood of requests nor a center that seems dead. */
const SHORTEST_PAUSE = 250
const LONGEST_PAUSE = 60_000

export class Stay implements Desk {
  readonly session: Session
  readonly refresh: () => void
  readonly #shell: Shell
  readonly #end = new AbortController()
  readonly #list: ListScreen
  #screen: Screen
  /** The revision that the screen shows. */
  #shown: string | null = null
  #failure: ProblemKind | null = null

  constructor(server: Server, shell: Shell, refresh: () => void) {
    this.session = {
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

  /** Leaves nothing of this customer: no answer that is still under way arrives. */
  end(): void {
    this.#end.abort()
    this.#shell.clear()
  }

  /** Gets what is new, and returns after how many milliseconds to ask again. */
  async refreshed(signal: AbortSignal): Promise<number> {
    const screen = this.#screen
    const { revision, pollAfter } = await this.#verification(signal)
    if (this.#shown !== revision) await screen.load(signal)
    if (signal.aborted || this.#isOver) return 0
    this.#shown = revision
    this.#recover()
    return Math.min(Math.max(pollAfter, SHORTEST_PAUSE), LONGEST_PAUSE)
  }

  fail(problem: Problem): void {
    if (this.#isOver) return
    if (problem.kind === 'gone' && !this.#screen.isWritten) return this.#leaveGone()
    if (this.#failure === problem.kind) return
    this.#failure = problem.kind
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

  keep(conversation: Conversation): void {
    this.#list.keep(conversation)
  }

  announce(text: string): void {
    if (!this.#isOver) this.#shell.announce(text)
  }

  /** Whether what is on the screen is another stay's. */
  get #isOver(): boolean {
    return this.#end.signal.aborted
  }

  #open(screen: Screen): void {
    if (this.#isOver) return
    this.#screen = screen
    this.#shown = null
    this.#failure = null
    this.#shell.notify('')
    this.#shell.show(screen.element)
    screen.focus()
    this.refresh()
  }

  /** Returns what the server says now; a screen just opened does not wait for it, and loads at once. */
  async #verification(signal: AbortSignal): Promise<NonNullable<Session['verification']>> {
    const known = this.session.verification
    if (known !== null && this.#shown === null) return known
    const verification = await this.session.server.verify(signal)
    this.session.verification = verification
    return verification
  }

  #recover(): void {
    if (this.#failure === null) return
    const wasFocused = this.#shell.isFocused
    this.#failure = null
    this.#shell.notify('')
    this.#shell.show(this.#screen.element)
    // The button for trying again is gone, and the focus with it.
    if (wasFocused && !this.#shell.isFocused) this.#screen.focus()
  }

  #leaveGone(): void {
    this.openList()
    this.#shell.notify(texts.gone)
  }
}
