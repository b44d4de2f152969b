// The script of the embed: finds its own tag, and is one center however often it is loaded.

import { Center } from './center.js'

type PublicCenter = Pick<Center, 'update' | 'shutdown'>

declare global {
  interface Window {
    DesksealTicketCenter?: PublicCenter
  }
}

/** Returns the script's tag, also where the page loads it in a way that hides which one it is. */
function ownTag(): HTMLScriptElement | null {
  const current = document.currentScript
  if (current instanceof HTMLScriptElement && current.src !== '') return current
  const tags = document.querySelectorAll<HTMLScriptElement>('script[src*="/ticket-center.js"]')
  return tags[tags.length - 1] ?? null
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
