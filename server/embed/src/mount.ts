// Mounts the widget in its container, whenever the container appears in the page.

import { schemeAround, watchAppearance } from './appearance.js'
import { DEFAULTS } from './contract.js'
import { element } from './elements.js'
import { Focus } from './focus.js'
import type { Settings } from './settings.js'
import styles from './styles.css'
import { ignoreRoot } from './tree.js'
import type { Root, Tree } from './tree.js'
import { hiddenBy } from './visibility.js'

/** After how many milliseconds the console says why the widget is not visible. */
const REPORT_DELAY = 5_000

/** The shadow root of each container: an element cannot have a second one. */
const ROOTS = new WeakMap<Element, ShadowRoot>()

let sheet: CSSStyleSheet | null = null

export class Mount {
  readonly #content: HTMLElement
  readonly #width = element('div', { class: 'width' }, element('div'))
  readonly #frame: HTMLElement
  readonly #focus: Focus
  /** An empty child of the container, for pages that hide elements without children. */
  readonly #filling = element('span', { hidden: true })
  readonly #observer: IntersectionObserver
  readonly #shown: () => void
  readonly #hidden: () => void
  #id = ''
  #root: ShadowRoot | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #mounted: AbortController | null = null
  #isFilled = false
  /** Reasons that the console has already shown. */
  readonly #reported = new Set<string>()
  #isVisible = false

  /** `shown` and `hidden` are called when the content becomes visible on the screen, and when it stops being so. */
  constructor(content: HTMLElement, shown: () => void, hidden: () => void) {
    this.#content = content
    this.#frame = element('div', { class: 'frame' }, this.#width, content)
    this.#focus = new Focus(content)
    this.#shown = shown
    this.#hidden = hidden
    this.#observer = new IntersectionObserver((entries) => {
      this.#fill()
      this.#setVisible(entries.at(-1)?.isIntersecting === true)
    })
  }

  /** Whether the widget is in the visible part of the page, and not in a closed panel. */
  get isVisible(): boolean {
    return this.#isVisible
  }

  /** Mounts the content in its container, if the page has one; called again whenever the page has changed. */
  mount(
    { container, align, maxWidth }: Settings,
    { tree, root }: { readonly tree: Tree; readonly root: Root },
  ): void {
    this.#id = container
    this.#setLayout(align, maxWidth)
    this.#timer ??= setTimeout(() => this.#report(tree), REPORT_DELAY)
    this.#moveInto(tree.find(container, root))
  }

  /** Takes the content out of the page; the container shows its own children again. */
  unmount(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#moveTo(null)
  }

  /** Applies the colour scheme of the page around the container. */
  matchColorScheme(): void {
    if (this.#root === null) return
    const scheme = schemeAround(this.#root.host)
    if (this.#content.dataset['scheme'] === scheme) return
    this.#content.dataset['scheme'] = scheme
    // For what the browser draws itself: scroll bars and marks of the spelling check.
    this.#content.style.colorScheme = scheme
  }

  #setLayout(align: string, maxWidth: string): void {
    const { dataset, style } = this.#content
    if (dataset['align'] === align && style.maxWidth === maxWidth) return
    dataset['align'] = align
    style.maxWidth = maxWidth
    // A parent that shrinks to fit needs a length: a percentage of its own unknown width is none.
    const width = maxWidth.endsWith('%') ? DEFAULTS.maxWidth : maxWidth
    this.#width.style.gridTemplateColumns = `minmax(min(12em, ${width}), ${width})`
  }

  /** Says in the console, once per reason, why the widget is not visible. */
  #report(tree: Tree): void {
    // The container may be in a shadow root that was attached without a mutation record.
    tree.search()
    if (this.#root === null) this.#moveInto(tree.find(this.#id, document))
    const reason = this.#invisibleBecause()
    if (reason === null || this.#reported.has(reason)) return
    this.#reported.add(reason)
    console.info(`Ticket Center: ${reason}`)
  }

  /** Returns why the widget is not visible and what to do, or `null` if it is visible. */
  #invisibleBecause(): string | null {
    if (this.#root === null) {
      const id = JSON.stringify(this.#id)
      return `the page has no element with the id ${id}. Add it, or set data-container to the id of another element.`
    }
    this.#fill()
    const cause = hiddenBy(this.#content)
    return (
      cause &&
      `the widget is not visible because of ${cause}. Remove that rule, unless it belongs to a closed tab or panel.`
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
    this.#mounted = new AbortController()
    watchAppearance(() => this.matchColorScheme(), this.#mounted.signal)
    this.matchColorScheme()
    this.#observer.observe(this.#content)
    this.#fill()
    this.#focus.restore()
  }

  #clear(root: ShadowRoot): void {
    this.#mounted?.abort()
    this.#observer.disconnect()
    this.#frame.remove()
    this.#filling.remove()
    this.#isFilled = false
    // Shows the container's own children again.
    root.replaceChildren(element('slot'))
    this.#setVisible(false)
  }

  /** Adds the filling where a rule for elements without children hides the container; a shadow root is no child. */
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

  #setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible
    if (isVisible) this.#shown()
    else this.#hidden()
  }

  /** Returns the container's shadow root, or that of an element inside, where the container cannot have one. */
  #rootIn(container: HTMLElement): ShadowRoot {
    const root = ROOTS.get(container) ?? ignoreRoot(attachedRoot(container))
    ROOTS.set(container, root)
    // A framework that renders the container again may have removed the element inside.
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
    // Some elements, such as lists, cannot have a shadow root; others already have their own.
    return container.appendChild(element('div')).attachShadow({ mode: 'open' })
  }
}

/** Returns the styles as a style sheet object, which a Content-Security-Policy without `unsafe-inline` allows. */
function sharedSheet(): CSSStyleSheet {
  if (sheet === null) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
  }
  return sheet
}
