// Libraries that swap pages, and browsers, show a page again without its server, or leave in the head
// what was the former page's. Both name whoever was the customer: no copy is made, and no rest counts.

import { element } from './elements.js'
import { tagsIn, textOf } from './naming.js'
import type { Naming } from './naming.js'

/** Tells Turbo and htmx not to keep the page; it stands in the head, which no framework renders alone. */
const MARK = element('meta', {
  name: 'turbo-cache-control',
  content: 'no-cache',
  'hx-history': 'false',
})

interface TurboGlobal {
  readonly Turbo?: { readonly cache?: { clear?(): void } }
}

/** What htmx says before it stores a page, and after it has shown one again. */
interface HtmxDetail {
  readonly cache?: { readonly content?: string }[]
  readonly cacheMiss?: boolean
  readonly boosted?: boolean
}

/** What Turbo says before it shows a page. */
interface TurboDetail {
  readonly newBody?: Element
}

/** What Livewire says before it visits a page. */
interface LivewireDetail {
  readonly url?: URL | string
  readonly history?: boolean
  readonly cached?: boolean
}

export class Copies {
  readonly #naming: Naming
  readonly #follow: () => void
  /** Addresses of this document that named a customer. */
  readonly #addresses = new Set<string>()

  /** `follow` is called when the page may name nobody any more. */
  constructor(naming: Naming, follow: () => void) {
    this.#naming = naming
    this.#follow = follow
    // Pages that were left before the script came.
    const { Turbo } = globalThis as TurboGlobal
    Turbo?.cache?.clear?.()
  }

  /** Lets no library copy a page that names a customer; other pages are theirs to keep. */
  prevent(): void {
    if (!this.#naming.isInPage) return MARK.remove()
    this.#addresses.add(addressOf(location.href))
    if (MARK.parentNode !== document.head) document.head?.append(MARK)
  }

  listen(): void {
    addEventListener('pagehide', this.#leave)
    addEventListener('pageshow', this.#return)
    // htmx's events come from the body, which may be another one each time.
    document.addEventListener('htmx:historyItemCreated', this.#clean)
    document.addEventListener('htmx:historyRestore', this.#distrust)
    document.addEventListener('htmx:beforeSwap', this.#swap)
    document.addEventListener('turbo:before-render', this.#render)
    document.addEventListener('livewire:navigate', this.#visit)
    document.addEventListener('livewire:navigating', this.#take)
  }

  /** The browser may keep the page as it is, and show it to whoever comes back. */
  readonly #leave = (): void => {
    this.#naming.expire()
    this.#follow()
  }

  readonly #return = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted) return
    // What the page itself says when it is shown again comes first.
    if (this.#naming.isExpired) setTimeout(() => this.#askServer())
    else this.#follow()
  }

  /** Only the server knows who is signed in: it gives the page again. */
  #askServer(): void {
    if (this.#naming.isExpired) location.reload()
    else this.#follow()
  }

  /** Takes from htmx's store the pages that were stored before the script came. */
  readonly #clean = (event: Event): void => {
    const { cache } = detailOf<HtmxDetail>(event)
    const kept = cache?.filter(({ content }) => content?.includes('data-signature') !== true) ?? []
    cache?.splice(0, cache.length, ...kept)
  }

  readonly #distrust = (event: Event): void => {
    this.#takeFromHead([])
    if (detailOf<HtmxDetail>(event).cacheMiss === true || !this.#naming.isInPage) return
    this.#leave()
    this.#askServer()
  }

  /** htmx shows another page, and leaves the head as it is. */
  readonly #swap = (event: Event): void => {
    if (detailOf<HtmxDetail>(event).boosted === true) this.#takeFromHead([])
  }

  /** Turbo leaves the scripts of former pages in the head. */
  readonly #render = (event: Event): void => {
    const head = detailOf<TurboDetail>(event).newBody?.parentElement?.querySelector('head')
    if (head) this.#takeFromHead(tagsIn(head))
  }

  /** Takes the tags out of the head that the next page does not have. */
  #takeFromHead(next: readonly HTMLScriptElement[]): void {
    for (const tag of tagsIn(document.head ?? new DocumentFragment())) {
      if (!next.some((one) => textOf(one) === textOf(tag))) tag.remove()
    }
    this.#follow()
  }

  /** Livewire copies each page that it leaves. */
  readonly #take = (): void => {
    this.#naming.removeTags()
    this.#follow()
  }

  readonly #visit = (event: Event): void => {
    const { url, history, cached } = detailOf<LivewireDetail>(event)
    if (history !== true || cached !== true || !this.#addresses.has(addressOf(url ?? ''))) return
    event.preventDefault()
    location.reload()
  }
}

function addressOf(url: URL | string): string {
  const { origin, pathname, search } = new URL(url, location.href)
  return origin + pathname + search
}

function detailOf<Detail>(event: Event): Detail {
  return ((event as CustomEvent<Detail | null>).detail ?? {}) as Detail
}
