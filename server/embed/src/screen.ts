// What the screens have in common: what they are to the center, and what they may ask of it.

import type { Composer } from './composer.js'
import type { Server } from './server.js'
import type { Conversation, Verification } from './shapes.js'

export interface Screen {
  readonly element: HTMLElement
  /** Whether there is something to see. */
  readonly isLoaded: boolean
  /** Whether leaving would take a text from the visitor that is not sent yet. */
  readonly isWritten: boolean
  /** Gets what is new; called at first, and whenever something has changed. */
  load(signal: AbortSignal): Promise<void>
  /** Puts the focus where a visitor expects it after coming here. */
  focus(): void
}

/** One customer's stay: ends, with all that it holds, when the page shows another customer. */
export interface Session {
  readonly server: Server
  /** Aborted at the end: later answers are nobody's. */
  readonly signal: AbortSignal
  /** What was typed and not yet sent, by conversation. */
  readonly composers: Map<string, Composer>
  verification: Verification | null
}

export interface Desk {
  readonly session: Session
  openList(): void
  openConversation(conversation: Conversation): void
  openNew(): void
  /** Shows a conversation in the list as the server returned it last, before the list is loaded again. */
  keep(conversation: Conversation): void
  /** Asks the server at once whether there is something new. */
  refresh(): void
  /** Tells users of screen readers what the others see. */
  announce(text: string): void
}

/** Returns the session's composer of that name, as it was left. */
export function composerOf(session: Session, name: string, made: () => Composer): Composer {
  const composer = session.composers.get(name) ?? made()
  session.composers.set(name, composer)
  return composer
}
