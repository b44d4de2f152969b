// What every screen provides to its session, and what it may ask of it.

import type { Composer } from './composer.js'
import type { Conversation, Verification } from './responses.js'
import type { Server } from './server.js'

export interface Screen {
  readonly element: HTMLElement
  /** Whether the screen has content to show, so that a problem becomes a notice above it. */
  readonly isLoaded: boolean
  /** Whether the customer has typed text here that is not sent yet. */
  readonly isWritten: boolean
  /** Loads what has changed; called when the screen opens and whenever the revision changes. */
  load(signal: AbortSignal): Promise<void>
  /** Moves the focus to where a customer expects it after opening the screen. */
  focus(): void
}

/** The state of one customer's session. It ends when the page identifies another customer. */
export interface SessionState {
  readonly server: Server
  /** Aborted when the session ends: later responses are ignored. */
  readonly signal: AbortSignal
  /** The forms with what was typed and not yet sent, by conversation. */
  readonly composers: Map<string, Composer>
  verification: Verification | null
}

/** What a screen may ask of the session that shows it. */
export interface ScreenHost {
  readonly state: SessionState
  openList(): void
  openConversation(conversation: Conversation): void
  openNew(): void
  /** Updates a conversation in the list with what the server returned, before the list is loaded again. */
  updateList(conversation: Conversation): void
  /** Polls at once. */
  refresh(): void
  /** Announces a text to screen readers. */
  announce(text: string): void
}

/** Returns the session's composer of that name as the customer left it, or makes one. */
export function composerOf(state: SessionState, name: string, make: () => Composer): Composer {
  const composer = state.composers.get(name) ?? make()
  state.composers.set(name, composer)
  return composer
}
