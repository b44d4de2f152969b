// The script of the embed: finds its own tag, and is one center however often it is loaded.

import { Center } from './center.js'
import { tagsIn } from './naming.js'

type PublicCenter = Pick<Center, 'update' | 'shutdown'>

declare global {
  interface Window {
    DesksealTicketCenter?: PublicCenter
  }
}

/** Returns the script's tag, also where the browser does not say which one it is: in modules and shadow trees. */
function ownTag(): HTMLScriptElement | null {
  const current = document.currentScript
  if (current instanceof HTMLScriptElement && current.src !== '') return current
  const tags = tagsIn(document)
  const unnamed = tags.filter((tag) => tag.type === 'module' || tag.getRootNode() !== document)
  return unnamed.at(-1) ?? tags.at(-1) ?? null
}

function start(): void {
  const tag = ownTag()
  if (tag === null) return console.error('Ticket Center: the script needs a tag with its src.')
  const running = window.DesksealTicketCenter
  // An element of the page with this id looks like a variable, too.
  if (typeof running?.update === 'function') return running.update(tag)
  const center = new Center(tag)
  window.DesksealTicketCenter = Object.freeze({
    update: (changes) => center.update(changes),
    shutdown: () => center.shutdown(),
  } satisfies PublicCenter)
}

start()
