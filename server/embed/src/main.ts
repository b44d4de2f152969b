// Starts the widget: one per page, however often the page loads the script.

import { tagsIn } from './identity.js'
import { Widget } from './widget.js'

type PublicWidget = Pick<Widget, 'update' | 'shutdown'>

declare global {
  interface Window {
    DesksealTicketCenter?: PublicWidget
  }
}

/** Returns the script's tag; modules and scripts in shadow roots have no `document.currentScript`. */
function ownTag(): HTMLScriptElement | null {
  const current = document.currentScript
  if (current instanceof HTMLScriptElement && current.src !== '') return current
  const tags = tagsIn(document)
  const candidates = tags.filter((tag) => tag.type === 'module' || tag.getRootNode() !== document)
  return candidates.at(-1) ?? tags.at(-1) ?? null
}

function start(): void {
  const tag = ownTag()
  if (tag === null) {
    return console.error(
      'Ticket Center: no script tag with a src was found. Load ticket-center.js with <script src="…">.',
    )
  }
  const running = window.DesksealTicketCenter
  // An element of the page with the id DesksealTicketCenter is a property of the window as well.
  if (typeof running?.update === 'function') return running.update(tag)
  const widget = new Widget(tag)
  window.DesksealTicketCenter = Object.freeze({
    update: (changes) => widget.update(changes),
    shutdown: () => widget.shutdown(),
  } satisfies PublicWidget)
}

start()
