// Where in the page the center is: in its container, whenever that one appears.

import { schemeAround, watchAppearance } from './appearance.js'
import { DEFAULTS } from './contract.js'
import { element } from './elements.js'
import { Focus } from './focus.js'
import type { Settings } from './settings.js'
import { hiddenBy } from './sight.js'
import styles from './styles.css'
import { disown } from './tree.js'
import type { Root, Tree } from './tree.js'

/** After so long without being seen, the developer reads in the console what is missing. */
const PATIENCE = 5_000

/** A shadow root cannot be taken from its element: it is found again here. */
const ROOTS = new WeakMap<Element, ShadowRoot>()

let sheet: CSSStyleSheet | null = null

export class Place {
  readonly #content: HTMLElement
  readonly #width = element('div', { class: 'width' }, element('div'))
  readonly #frame: HTMLElement
  readonly #focus: Focus
  /** Makes a container not empty, for pages that hide what is. */
  readonly #filling = element('span', { hidden: true })
  readonly #sight: IntersectionObserver
  readonly #appeared: () => void
  readonly #vanished: () => void
  #id = ''
  #root: ShadowRoot | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #visit: AbortController | null = null
  #isFilled = false
  readonly #told = new Set<string>()
  #isSeen = false

  /** `appeared` and `vanished` are told when the content has come into sight, and has left it. */
  constructor(content: HTMLElement, appeared: () => void, vanished: () => void) {
    this.#content = content
    this.#frame = element('div', { class: 'frame' }, this.#width, content)
    this.#focus = new Focus(content)
    this.#appeared = appeared
    this.#vanished = vanished
    this.#sight = new IntersectionObserver((entries) => {
      this.#fill()
      this.#see(entries.at(-1)?.isIntersecting === true)
    })
  }

  /** Whether it is in the part of the page that is on the screen, and not in a closed panel. */
  get isSeen(): boolean {
    return this.#isSeen
  }

  /** Puts the content into its container, if there is one; called again whenever the page has changed. */
  settle(
    { container, align, maxWidth }: Settings,
    { tree, root }: { readonly tree: Tree; readonly root: Root },
  ): void {
    this.#id = container
    this.#look(align, maxWidth)
    this.#timer ??= setTimeout(() => this.#explain(tree), PATIENCE)
    this.#moveInto(tree.find(container, root))
  }

  leave(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
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

  #look(align: string, maxWidth: string): void {
    const { dataset, style } = this.#content
    if (dataset['align'] === align && style.maxWidth === maxWidth) return
    dataset['align'] = align
    style.maxWidth = maxWidth
    // A share of an unknown width is no width: so wide is a parent that asks what it should be.
    const width = maxWidth.endsWith('%') ? DEFAULTS.maxWidth : maxWidth
    this.#width.style.gridTemplateColumns = `minmax(min(12em, ${width}), ${width})`
  }

  #explain(tree: Tree): void {
    // A shadow root that was attached to an element of the page, without any change that could be seen.
    tree.search()
    if (this.#root === null) this.#moveInto(tree.find(this.#id, document))
    const reason = this.#reason()
    // A page that shows and hides the center again and again has been told.
    if (reason === null || this.#told.has(reason)) return
    this.#told.add(reason)
    console.info(`Ticket Center: ${reason}`)
  }

  /** Returns why there is nothing to see, if so. */
  #reason(): string | null {
    if (this.#root === null) {
      return `still waiting for an element with the id ${JSON.stringify(this.#id)} in the page.`
    }
    this.#fill()
    const cause = hiddenBy(this.#content)
    return (
      cause &&
      `it cannot be seen, because of ${cause}. In a closed tab or panel that is as it should be.`
    )
  }

  #moveInto(container: HTMLElement | null): void {
    this.#moveTo(container === null ? null : this.#rootIn(container))
  }

  #moveTo(root: ShadowRoot | null): void {
    if (root === this.#root) return this.#keepFilled()
    if (this.#root !== null) this.#clear(this.#root)
    this.#root = root
    if (root === null) return
    root.adoptedStyleSheets = [sharedSheet()]
    root.replaceChildren(this.#frame)
    this.#visit = new AbortController()
    watchAppearance(() => this.match(), this.#visit.signal)
    this.match()
    this.#sight.observe(this.#content)
    this.#fill()
    this.#focus.restore()
  }

  #clear(root: ShadowRoot): void {
    this.#visit?.abort()
    this.#sight.disconnect()
    this.#frame.remove()
    this.#filling.remove()
    this.#isFilled = false
    // Shows again what the page itself has put into its container.
    root.replaceChildren(element('slot'))
    this.#see(false)
  }

  /** Themes hide elements without children, and a shadow root is none: where it helps, there is one. */
  #fill(): void {
    const host = this.#root?.host
    if (host === undefined || host.childElementCount > 0 || hiddenBy(host) === null) return
    host.append(this.#filling)
    this.#isFilled = hiddenBy(host) === null
    if (!this.#isFilled) this.#filling.remove()
  }

  #keepFilled(): void {
    const host = this.#root?.host
    if (this.#isFilled && host?.childElementCount === 0) host.append(this.#filling)
  }

  #see(isSeen: boolean): void {
    this.#isSeen = isSeen
    if (isSeen) this.#appeared()
    else this.#vanished()
  }

  /** Returns the shadow root in the container, which its children do not see and do not disturb. */
  #rootIn(container: HTMLElement): ShadowRoot {
    const root = ROOTS.get(container) ?? disown(attachedRoot(container))
    ROOTS.set(container, root)
    // Somebody who renders the container again may have thrown the element inside away.
    if (root.host !== container && root.host.parentNode !== container) {
      container.append(root.host)
      if (root === this.#root) this.#focus.restore()
    }
    return root
  }
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
