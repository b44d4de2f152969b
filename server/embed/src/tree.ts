// The page's tree: the document and every open shadow root in it, watched for what the widget follows.

export type Root = Document | ShadowRoot

/** What the script tag says, where it comes from, and which element is the container. */
const FOLLOWED = [
  'src',
  'id',
  'data-helpdesk-id',
  'data-email',
  'data-signature',
  'data-align',
  'data-max-width',
  'data-container',
  // Turbo marks a page so while it shows a former copy of it.
  'data-turbo-preview',
]

/** The widget's own shadow roots: nothing in them is the page's. */
const OWN = new WeakSet<ShadowRoot>()

/** Keeps a shadow root of the widget out of what is watched. */
export function disown(root: ShadowRoot): ShadowRoot {
  OWN.add(root)
  return root
}

export class Tree {
  readonly #changed: (records: readonly MutationRecord[]) => void
  readonly #roots = new Set<ShadowRoot>()
  readonly #observer = new MutationObserver((records) => this.#changed(records))

  /** `changed` is told of all changes of one task at once, before the page is painted. */
  constructor(changed: (records: readonly MutationRecord[]) => void) {
    this.#changed = changed
  }

  /** The document, and the shadow roots that are part of it now. */
  get roots(): readonly Root[] {
    for (const root of this.#roots) {
      if (!root.isConnected || root.ownerDocument !== document) this.#roots.delete(root)
    }
    return [document, ...this.#roots]
  }

  /** Looks for shadow roots in the whole document: those attached to an element that was there tell nobody. */
  search(): void {
    this.#watch(document)
    this.#searchIn(document)
  }

  /** Returns the changes that `changed` has not been told yet, and does not tell it. */
  taken(): readonly MutationRecord[] {
    return this.#observer.takeRecords()
  }

  /** Looks for shadow roots in what was added. */
  searchAdded(records: readonly MutationRecord[]): void {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        if (node instanceof Element) this.#searchIn(node)
      }
    }
  }

  /** Returns the element with that id: in the given root, else in the document, else in another root. */
  find(id: string, first: Root): HTMLElement | null {
    for (const root of new Set([first, ...this.roots])) {
      const found = root.getElementById(id)
      if (found !== null) return found
    }
    return null
  }

  #searchIn(node: ParentNode): void {
    if (node instanceof Element) this.#add(node.shadowRoot)
    for (const element of node.querySelectorAll('*')) this.#add(element.shadowRoot)
  }

  #add(root: ShadowRoot | null): void {
    if (root === null || OWN.has(root) || this.#roots.has(root)) return
    this.#roots.add(root)
    this.#watch(root)
    this.#searchIn(root)
  }

  #watch(root: Root): void {
    this.#observer.observe(root, { childList: true, subtree: true, attributeFilter: FOLLOWED })
  }
}
