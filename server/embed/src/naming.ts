// Whom the page names now: by its newest script tag, or by what a script of the page said since.

import { isSameCustomer, settingsOf, validated } from './settings.js'
import type { Changes, Settings } from './settings.js'
import { Tree } from './tree.js'
import type { Root } from './tree.js'

const SCRIPT = '/ticket-center.js'

const IDENTITY_ATTRIBUTES = ['src', 'data-helpdesk-id', 'data-email', 'data-signature']

interface Known {
  /** What its attributes say, to see whether they have changed. */
  readonly text: string
  readonly settings: Settings
  /** When it said last who the customer is: of two tags, the one with the larger number counts. */
  stamp: number
}

/** What a script of the page said by `update()`. It counts until the page says something else. */
interface Said {
  readonly changes: Partial<Settings>
  readonly tag: HTMLScriptElement | null
  readonly stamp: number
  /** Whether the tag named a customer: then its end is the end of what was said about them. */
  readonly isBound: boolean
}

export class Naming {
  readonly tree: Tree
  /** Whether a tag names a customer: then a copy of the page would have their signature. */
  isInPage = false
  /** Where the container is looked for first. */
  root: Root = document
  readonly #known = new WeakMap<HTMLScriptElement, Known>()
  /** Servers whose script has run here. */
  readonly #origins = new Set<string>()
  /** Where the script came from, if its file has another name. */
  readonly #sources = new Set<string>()
  #base: Settings
  #said: Said | null = null
  #stamp = 0
  #hadTag = false
  /** What was said up to here was said before the page was left: by this tag, or else by a script. */
  #expired = 0
  #expiredTag: HTMLScriptElement | null = null
  #isScriptExpired = false

  /** `changed` is called when the page may name another customer. */
  constructor(tag: HTMLScriptElement, changed: () => void) {
    this.#base = nobodys(settingsOf(tag))
    this.tree = new Tree((records) => {
      this.#take(records)
      changed()
    })
    this.start(tag)
  }

  /** Takes in that the script of a tag has run. */
  start(tag: HTMLScriptElement): void {
    const source = sourceOf(tag)
    if (source === null) return
    this.#origins.add(source.origin)
    this.#sources.add(source.origin + source.pathname)
    this.tree.search()
  }

  /** Takes in what a script of the page says; without changes, the tag counts again. */
  say(changes: Changes | undefined): void {
    this.tree.search()
    this.read()
    const tag = this.#newestTag()
    const known = tag === null ? undefined : this.#known.get(tag)
    if (changes === undefined) {
      this.#said = null
      if (known !== undefined) known.stamp = this.#next()
      return
    }
    this.#said = {
      changes: { ...this.#said?.changes, ...validated(changes) },
      tag,
      stamp: known?.stamp ?? 0,
      isBound: known !== undefined && known.settings.email !== '',
    }
  }

  forget(): void {
    this.#said = null
  }

  /** Lets all that was said until now count for nothing, until the page says it again. */
  expire(): void {
    const settings = this.read()
    if (settings === null || settings.email === '') return
    this.#said = null
    this.#expired = this.#stamp
    this.#expiredTag = this.#newestTag()
    this.#isScriptExpired = this.#expiredTag === null
  }

  /** Whether the page still names whom it named when all it had said expired, and has said nothing since. */
  get isExpired(): boolean {
    if (this.read() !== null || this.#said !== null) return false
    const tag = this.#newestTag()
    if (tag === null) return this.#isScriptExpired
    return tag === this.#expiredTag && this.#look(tag).stamp <= this.#expired
  }

  /** Returns what the page says in this moment, or nothing if it has no tag of a script that has run. */
  read(): Settings | null {
    this.#take(this.tree.taken())
    const tag = this.#newestTag() ?? this.#movedTag()
    const known = tag === null ? null : (this.#known.get(tag) ?? null)
    this.#hadTag = tag !== null
    this.root = tag === null ? document : (tag.getRootNode() as Root)
    if (this.#said !== null && !isStillSaid(this.#said, tag, known)) this.#said = null
    // What Turbo shows until the server has answered says who was the customer, not who is.
    if (document.querySelector('[data-turbo-preview]') !== null) return null
    if (known === null) return this.#said && { ...this.#base, ...this.#said.changes }
    if (!this.#origins.has(known.settings.origin)) return null
    if (this.#said === null && known.stamp <= this.#expired) return null
    this.#base = nobodys(known.settings)
    return { ...known.settings, ...this.#said?.changes }
  }

  /** Takes the tags out of the page. */
  removeTags(): void {
    for (const tag of this.#tags()) tag.remove()
  }

  #take(records: readonly MutationRecord[]): void {
    this.tree.searchAdded(records)
    for (const { target, attributeName } of records) {
      // Setting an attribute to what it was says it again.
      if (!IDENTITY_ATTRIBUTES.includes(attributeName ?? '')) continue
      const known = target instanceof HTMLScriptElement ? this.#known.get(target) : undefined
      if (known !== undefined) known.stamp = this.#next()
    }
  }

  /** A tag that is gone may be in a shadow root that has just been attached. */
  #movedTag(): HTMLScriptElement | null {
    if (!this.#hadTag) return null
    this.tree.search()
    return this.#newestTag()
  }

  #newestTag(): HTMLScriptElement | null {
    let newest: HTMLScriptElement | null = null
    let largest = 0
    this.isInPage = false
    for (const tag of this.#tags()) {
      const { stamp, settings } = this.#look(tag)
      if (settings.email !== '') this.isInPage = true
      if (stamp > largest) newest = tag
      largest = Math.max(largest, stamp)
    }
    return newest
  }

  /** Returns what a tag says, and reads it again only when that has changed. */
  #look(tag: HTMLScriptElement): Known {
    const text = textOf(tag)
    const before = this.#known.get(tag)
    if (before?.text === text) return before
    const settings = settingsOf(tag)
    const isSame = before !== undefined && isSameIdentity(before.settings, settings)
    const known = { text, settings, stamp: isSame ? before.stamp : this.#next() }
    if (isSame) this.#unsay(before.settings, settings)
    this.#known.set(tag, known)
    return known
  }

  /** Lets what the tag says newly about the looks count, and no longer what a script said about them. */
  #unsay(before: Settings, now: Settings): void {
    if (this.#said === null) return
    const changes: { [name: string]: string | undefined } = { ...this.#said.changes }
    for (const name of ['align', 'maxWidth', 'container'] as const) {
      if (before[name] !== now[name]) delete changes[name]
    }
    this.#said = { ...this.#said, changes }
  }

  *#tags(): Iterable<HTMLScriptElement> {
    for (const root of this.tree.roots) {
      for (const script of root.querySelectorAll('script')) {
        if (script instanceof HTMLScriptElement && this.#isOurs(script)) yield script
      }
    }
  }

  #isOurs(script: HTMLScriptElement): boolean {
    const source = sourceOf(script)
    if (source === null) return false
    return script.src.includes(SCRIPT) || this.#sources.has(source.origin + source.pathname)
  }

  #next(): number {
    this.#stamp += 1
    return this.#stamp
  }
}

/** Returns the tags of the script in the document and in its open shadow roots. */
export function tagsIn(root: ParentNode): HTMLScriptElement[] {
  const tags = [...root.querySelectorAll<HTMLScriptElement>(`script[src*="${SCRIPT}"]`)]
  const hosts = [...root.querySelectorAll('*')].filter(({ shadowRoot }) => shadowRoot !== null)
  return tags.concat(...hosts.map((host) => tagsIn(host.shadowRoot as ShadowRoot)))
}

/** Returns all that a tag says. */
export function textOf(tag: HTMLScriptElement): string {
  return JSON.stringify([tag.src, { ...tag.dataset }])
}

function isStillSaid(said: Said, tag: HTMLScriptElement | null, known: Known | null): boolean {
  if (known === null) return !said.isBound
  return tag === said.tag && known.stamp === said.stamp
}

function isSameIdentity(one: Settings, other: Settings): boolean {
  return isSameCustomer(one, other) && one.signature === other.signature
}

function nobodys(settings: Settings): Settings {
  return { ...settings, email: '', signature: '' }
}

function sourceOf(script: HTMLScriptElement): URL | null {
  try {
    return new URL(script.src)
  } catch {
    return null
  }
}
