// The frame around every screen: the card, the notice above the screen, and the status for screen readers.

import { button, element, icon, setText } from './elements.js'
import { texts } from './texts.js'
import type { Words } from './texts.js'

export class Shell {
  /** The widget's outermost element. */
  readonly element: HTMLElement
  readonly #status = element('p', { class: 'unseen', role: 'status' })
  readonly #notice = element('p')
  readonly #retry: HTMLButtonElement
  readonly #banner: HTMLElement
  readonly #screen = element('div')

  constructor(retry: () => void) {
    this.#retry = button(texts.tryAgain, { class: 'quiet' }, retry)
    this.#banner = element('div', { class: 'banner', hidden: true }, this.#notice, this.#retry)
    const alert = element('div', { role: 'alert' }, this.#banner)
    const card = element(
      'section',
      { class: 'card', 'aria-label': texts.title },
      alert,
      this.#screen,
      this.#status,
    )
    // The texts are English, whatever the page's language and direction.
    this.element = element('div', { class: 'widget', lang: 'en', dir: 'ltr' }, card)
  }

  get isFocused(): boolean {
    return this.element.matches(':focus-within')
  }

  show(screen: HTMLElement): void {
    if (this.#screen.firstChild !== screen) this.#screen.replaceChildren(screen)
  }

  /** Removes everything that was shown. */
  clear(): void {
    this.#screen.replaceChildren()
    this.#status.replaceChildren()
    this.notify('')
  }

  /** Shows a sentence above the screen, with a "Try again" button for a lasting problem; an empty text hides both. */
  notify(text: string, isLasting = false): void {
    setText(this.#notice, text)
    this.#retry.hidden = !isLasting
    this.#banner.hidden = text === ''
  }

  /** Announces a text to screen readers. */
  announce(text: string): void {
    // Screen readers read the same text again only if it is in a new element.
    this.#status.replaceChildren(element('span', {}, text))
  }
}

/** Returns what the widget shows instead of a screen that cannot be loaded. */
export function problemState(
  { title, text, checks }: Words,
  retry: (() => void) | null,
): HTMLElement {
  return element(
    'div',
    { class: 'state', role: 'alert' },
    icon('M12 4l9 16H3z', 'M12 10v4', 'M12 17v.01'),
    element('h2', {}, title),
    element('p', {}, text),
    retry && button(texts.tryAgain, { class: 'primary' }, retry),
    checks === undefined ? null : checkList(checks),
  )
}

function checkList(checks: readonly string[]): HTMLElement {
  return element(
    'details',
    {},
    element('summary', {}, texts.checksTitle),
    element('ul', {}, ...checks.map((check) => element('li', {}, check))),
  )
}
