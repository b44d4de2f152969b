// Keeps copies of a page from showing a former customer. Libraries that swap pages, and browsers, show a
// page again without asking its server, or leave a former page's tag in the head. So no copy of a page with a
// signature is kept, and tags that are left in the head are removed.

import { element } from './elements.js'
import { tagsIn, textOf } from './identity.js'
import type { PageIdentity } from './identity.js'

/** Tells Turbo and htmx not to keep the page. It is in the head, which frameworks do not render on their own. */
const MARK = element('meta', {
  name: 'turbo-cache-control',
  content: 'no-cache',
  'hx-history': 'false',
})

interface TurboGlobal {
  readonly Turbo?: { readonly cache?: { clear?(): void } }
}

/** The details of htmx's events before it stores a page, and after it has shown one again. */
interface HtmxDetail {
  readonly cache?: { readonly content?: string }[]
  readonly cacheMiss?: boolean
  readonly boosted?: boolean
}

/** The details of Turbo's event before it shows a page. */
interface TurboDetail {
  readonly newBody?: Element
}

/** The details of Livewire's event before it visits a page. */
interface LivewireDetail {
  readonly url?: URL | string
  readonly history?: boolean
  readonly cached?: boolean
}

export class Copies {
  readonly #identity: PageIdentity
  readonly #changed: () => void
  /** Addresses of this document at which a tag identified a customer. */
  readonly #addresses = new Set<string>()

  /** `changed` is called when the page may no longer identify its customer. */
  constructor(identity: PageIdentity, changed: () => void) {
    this.#identity = identity
    this.#changed = changed
    // Pages that were left before this script ran.
    const { Turbo } = globalThis as TurboGlobal
    Turbo?.cache?.clear?.()
  }

  /** Marks a page that identifies a customer, so that no library keeps a copy; removes the mark from other pages. */
  prevent(): void {
    if (!this.#identity.isInPage) return MARK.remove()
    this.#addresses.add(addressOf(location.href))
    if (MARK.parentNode !== document.head) document.head?.append(MARK)
  }

  /** Listens to the browser and to the libraries; calling it again is harmless. */
  listen(): void {
    addEventListener('pagehide', this.#onPageHide)
    addEventListener('pageshow', this.#onPageShow)
    // htmx dispatches its events on the body, which it may replace: the document receives them all.
    document.addEventListener('htmx:historyItemCreated', this.#onHtmxStore)
    document.addEventListener('htmx:historyRestore', this.#onHtmxRestore)
    document.addEventListener('htmx:beforeSwap', this.#onHtmxSwap)
    document.addEventListener('turbo:before-render', this.#onTurboRender)
    document.addEventListener('livewire:navigate', this.#onLivewireVisit)
    document.addEventListener('livewire:navigating', this.#onLivewireLeave)
  }

  /** Forgets the customer: the browser may keep the page, and show it after the customer has signed out. */
  readonly #onPageHide = (): void => {
    this.#identity.expire()
    this.#changed()
  }

  /** Loads a page that the browser has kept again, unless the page itself identifies a customer now. */
  readonly #onPageShow = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted) return
    // The page's own `pageshow` listeners run first.
    if (this.#identity.isExpired) setTimeout(() => this.#reload())
    else this.#changed()
  }

  /** Loads the page again, since only its server knows who is signed in now. */
  #reload(): void {
    if (this.#identity.isExpired) location.reload()
    else this.#changed()
  }

  /** Removes pages with a signature or token that htmx stored before this script ran. */
  readonly #onHtmxStore = (event: Event): void => {
    const { cache } = detailOf<HtmxDetail>(event)
    const kept =
      cache?.filter(({ content }) => !/data-(signature|identity)/.test(content ?? '')) ?? []
    cache?.splice(0, cache.length, ...kept)
  }

  /** Loads a page again that htmx has restored from its store with a customer's tag. */
  readonly #onHtmxRestore = (event: Event): void => {
    this.#removeFromHead([])
    if (detailOf<HtmxDetail>(event).cacheMiss === true || !this.#identity.isInPage) return
    this.#onPageHide()
    this.#reload()
  }

  /** Removes the former page's tags: htmx shows another page and leaves the head as it is. */
  readonly #onHtmxSwap = (event: Event): void => {
    if (detailOf<HtmxDetail>(event).boosted === true) this.#removeFromHead([])
  }

  /** Removes the former page's tags: Turbo leaves its scripts in the head. */
  readonly #onTurboRender = (event: Event): void => {
    const head = detailOf<TurboDetail>(event).newBody?.parentElement?.querySelector('head')
    if (head) this.#removeFromHead(tagsIn(head))
  }

  /** Removes the tags from the head that the next page does not have. */
  #removeFromHead(next: readonly HTMLScriptElement[]): void {
    for (const tag of tagsIn(document.head ?? new DocumentFragment())) {
      if (!next.some((one) => textOf(one) === textOf(tag))) tag.remove()
    }
    this.#changed()
  }

  /** Removes the tags before Livewire copies the page that it leaves. */
  readonly #onLivewireLeave = (): void => {
    this.#identity.removeTags()
    this.#changed()
  }

  /** Loads the page from its server where Livewire would show its copy. */
  readonly #onLivewireVisit = (event: Event): void => {
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
