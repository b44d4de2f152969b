// Watches the document and every open shadow root in it for changes that matter to the widget.

export type Root = Document | ShadowRoot

/** Attributes of the script tag and of the container. */
const WATCHED = [
  'src',
  'id',
  'data-helpdesk-id',
  'data-email',
  'data-identity',
  'data-identity-url',
  'data-signature',
  'data-align',
  'data-max-width',
  'data-container',
  // Turbo sets this on the document element while it shows a preview.
  'data-turbo-preview',
]

/** The widget's own shadow roots. */
const OWN = new WeakSet<ShadowRoot>()

/** Excludes a shadow root of the widget from watching, and returns it. */
export function ignoreRoot(root: ShadowRoot): ShadowRoot {
  OWN.add(root)
  return root
}

export class Tree {
  readonly #changed: (records: readonly MutationRecord[]) => void
  readonly #roots = new Set<ShadowRoot>()
  readonly #observer = new MutationObserver((records) => this.#changed(records))

  /** `changed` is called once with all mutations of a task, before the page is painted. */
  constructor(changed: (records: readonly MutationRecord[]) => void) {
    this.#changed = changed
  }

  /** The document, and the open shadow roots that it contains now. */
  get roots(): readonly Root[] {
    for (const root of this.#roots) {
      if (!root.isConnected || root.ownerDocument !== document) this.#roots.delete(root)
    }
    return [document, ...this.#roots]
  }

  /** Searches the whole document for shadow roots: attaching one to an existing element makes no mutation record. */
  search(): void {
    this.#watch(document)
    this.#searchIn(document)
  }

  /** Returns mutations that have not reached `changed` yet, instead of passing them to it. */
  takeRecords(): readonly MutationRecord[] {
    return this.#observer.takeRecords()
  }

  /** Searches added elements for shadow roots. */
  searchAdded(records: readonly MutationRecord[]): void {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        if (node instanceof Element) this.#searchIn(node)
      }
    }
  }

  /** Returns the element with this id: from the given root, else from the document, else from another root. */
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
    this.#observer.observe(root, { childList: true, subtree: true, attributeFilter: WATCHED })
  }
}
