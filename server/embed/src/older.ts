// The button that shows what is older.

import { button, setText } from './elements.js'
import { Problem } from './problem.js'
import type { Desk } from './screen.js'
import { texts } from './texts.js'

/** Returns the button, hidden until there is something older; it says when that cannot be loaded. */
export function olderButton(
  desk: Desk,
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
      desk.announce(texts.olderFailed)
    }
  }
  return made
}
