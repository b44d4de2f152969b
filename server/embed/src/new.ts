// The screen of a new conversation.

import { Composer } from './composer.js'
import { button, element, icon } from './elements.js'
import { composerOf } from './screen.js'
import type { Desk, Screen } from './screen.js'
import { texts } from './texts.js'

export class NewScreen implements Screen {
  readonly element: HTMLElement
  readonly isLoaded = true
  readonly isWritten = true
  readonly #composer: Composer

  constructor(desk: Desk) {
    const { session } = desk
    this.#composer = composerOf(session, 'new', () => {
      return new Composer('new', (draft) => session.server.send(draft, session.signal))
    })
    this.element = element(
      'div',
      { class: 'screen' },
      element(
        'div',
        { class: 'bar' },
        button(icon('M15 5l-7 7 7 7'), { class: 'back', 'aria-label': texts.back }, () =>
          desk.openList(),
        ),
        element('div', {}, element('h2', {}, texts.newTitle)),
      ),
      this.#composer.element,
    )
    this.#composer.onSent = ({ conversation }) => {
      desk.announce(texts.sent)
      desk.keep(conversation)
      // Who has gone elsewhere meanwhile stays there.
      if (this.element.isConnected) desk.openConversation(conversation)
      else desk.refresh()
    }
  }

  load(): Promise<void> {
    return Promise.resolve()
  }

  focus(): void {
    this.#composer.focus()
  }
}
