// The button that loads older conversations or messages.

import { button, setText } from './elements.js'
import { Problem } from './problem.js'
import type { ScreenHost } from './screen.js'
import { texts } from './texts.js'

/** Returns the button, hidden at first. When loading fails, its label says so, and pressing it tries again. */
export function olderButton(
  host: ScreenHost,
  label: string,
  showOlder: () => Promise<void>,
): HTMLButtonElement {
  const made = button(label, { class: 'older', hidden: true }, () => void press())
  const press = async (): Promise<void> => {
    try {
      await showOlder()
      setText(made, label)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setText(made, texts.olderFailed)
      host.announce(texts.olderFailed)
    }
  }
  return made
}
