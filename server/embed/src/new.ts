// The screen for writing a new conversation.

import { Composer } from './composer.js'
import { button, element, icon } from './elements.js'
import { composerOf } from './screen.js'
import type { Screen, ScreenHost } from './screen.js'
import { texts } from './texts.js'

export class NewScreen implements Screen {
  readonly element: HTMLElement
  readonly isLoaded = true
  readonly isWritten = true
  readonly #composer: Composer

  constructor(host: ScreenHost) {
    const { state } = host
    this.#composer = composerOf(state, 'new', () => {
      return new Composer('new', (draft) => state.server.send(draft, state.signal))
    })
    this.element = element(
      'div',
      { class: 'screen' },
      element(
        'div',
        { class: 'bar' },
        button(icon('M15 5l-7 7 7 7'), { class: 'back', 'aria-label': texts.back }, () =>
          host.openList(),
        ),
        element('div', {}, element('h2', {}, texts.newTitle)),
      ),
      this.#composer.element,
    )
    this.#composer.onSent = ({ conversation }) => {
      host.announce(texts.sent)
      host.updateList(conversation)
      // A customer who has opened another screen meanwhile stays there.
      if (this.element.isConnected) host.openConversation(conversation)
      else host.refresh()
    }
  }

  load(): Promise<void> {
    return Promise.resolve()
  }

  focus(): void {
    this.#composer.focus()
  }
}
