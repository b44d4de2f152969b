// Where in the page the center is: in its container, whenever that one appears.

import { schemeAround, watchAppearance } from './appearance.js'
import { element } from './elements.js'
import styles from './styles.css'

/** After so long without a container, the developer reads in the console what is missing. */
const PATIENCE = 10_000

/** A shadow root cannot be taken from its element: it is found again here. */
const ROOTS = new WeakMap<Element, ShadowRoot>()

let sheet: CSSStyleSheet | null = null

export class Place {
  readonly #content: HTMLElement
  readonly #sight: IntersectionObserver
  readonly #appeared: () => void
  readonly #vanished: () => void
  #id = ''
  #root: ShadowRoot | null = null
  #waiting: AbortController | null = null
  #visit: AbortController | null = null
  #isSeen = false

  /** `appeared` and `vanished` are told when the content has come into sight, and has left it. */
  constructor(content: HTMLElement, appeared: () => void, vanished: () => void) {
    this.#content = content
    this.#appeared = appeared
    this.#vanished = vanished
    this.#sight = new IntersectionObserver((entries) => {
      this.#see(entries.at(-1)?.isIntersecting === true)
    })
  }

  /** Whether it is in the part of the page that is on the screen, and not in a closed panel. */
  get isSeen(): boolean {
    return this.#isSeen
  }

  /** Puts the content into the element of that id: now, or when there is one. */
  settle(id: string, align: string, maxWidth: string): void {
    this.#id = id
    this.#content.dataset['align'] = align
    this.#content.style.maxWidth = maxWidth
    if (this.#waiting === null) this.#watch()
    this.#follow()
  }

  leave(): void {
    this.#waiting?.abort()
    this.#waiting = null
    this.#moveTo(null)
  }

  /** Chooses the colours again that fit the page. */
  match(): void {
    if (this.#root === null) return
    const scheme = schemeAround(this.#root.host)
    if (this.#content.dataset['scheme'] === scheme) return
    this.#content.dataset['scheme'] = scheme
    // For what the browser draws: scroll bars, and marks of spelling.
    this.#content.style.colorScheme = scheme
  }

  /** One observer, which asks for one id a batch of changes: that costs the page nothing that it notices. */
  #watch(): void {
    const waiting = new AbortController()
    const observer = new MutationObserver(() => this.#follow())
    observer.observe(document, { childList: true, subtree: true, attributeFilter: ['id'] })
    const timer = setTimeout(() => this.#warn(), PATIENCE)
    waiting.signal.addEventListener('abort', () => {
      observer.disconnect()
      clearTimeout(timer)
    })
    this.#waiting = waiting
  }

  #warn(): void {
    if (this.#root !== null) return
    const id = JSON.stringify(this.#id)
    console.warn(`Ticket Center: still waiting for an element with the id ${id} in the page.`)
  }

  #follow(): void {
    const container = document.getElementById(this.#id)
    this.#moveTo(container === null ? null : rootIn(container))
  }

  #moveTo(root: ShadowRoot | null): void {
    if (root === this.#root) return
    if (this.#root !== null) this.#clear(this.#root)
    this.#root = root
    if (root === null) return
    root.adoptedStyleSheets = [sharedSheet()]
    root.replaceChildren(this.#content)
    this.#visit = new AbortController()
    watchAppearance(() => this.match(), this.#visit.signal)
    this.match()
    this.#sight.observe(this.#content)
  }

  #clear(root: ShadowRoot): void {
    this.#visit?.abort()
    this.#sight.disconnect()
    this.#content.remove()
    // Shows again what the page itself has put into its container.
    root.replaceChildren(element('slot'))
    this.#see(false)
  }

  #see(isSeen: boolean): void {
    this.#isSeen = isSeen
    if (isSeen) this.#appeared()
    else this.#vanished()
  }
}

/** Returns the shadow root in the container, which its children do not see and do not disturb. */
function rootIn(container: HTMLElement): ShadowRoot {
  const known = ROOTS.get(container)
  const root = known ?? attachedRoot(container)
  ROOTS.set(container, root)
  // Somebody who renders the container again may have thrown the element inside away.
  if (root.host !== container && root.host.parentNode !== container) container.append(root.host)
  return root
}

function attachedRoot(container: HTMLElement): ShadowRoot {
  try {
    return container.attachShadow({ mode: 'open' })
  } catch {
    // Not every element can have one, and one that has its own has no second.
    return container.appendChild(element('div')).attachShadow({ mode: 'open' })
  }
}

/** Returns the styles in a form that a Content-Security-Policy without `unsafe-inline` allows. */
function sharedSheet(): CSSStyleSheet {
  if (sheet === null) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
  }
  return sheet
}
