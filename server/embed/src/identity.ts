// Reads which customer the page identifies now: from its newest script tag, or from a later `update()`.

import { hasCustomer, isSameIdentity, settingsOf, validated, withoutCustomer } from './settings.js'
import type { Changes, Settings } from './settings.js'
import { Tree } from './tree.js'
import type { Root } from './tree.js'

const SCRIPT = '/ticket-center.js'

const IDENTITY_ATTRIBUTES = [
  'src',
  'data-helpdesk-id',
  'data-email',
  'data-signature',
  'data-identity',
  'data-identity-url',
]

/** A script tag as it was read last. */
interface TagRecord {
  /** All its attributes, to see whether one has changed. */
  readonly text: string
  readonly settings: Settings
  /** When its identity was set last: of several tags, the one with the largest number counts. */
  stamp: number
}

/** What a script of the page passed to `update()`. It counts until the page sets an identity again. */
interface Update {
  readonly changes: Partial<Settings>
  readonly tag: HTMLScriptElement | null
  readonly stamp: number
  /** When its token or endpoint was set; 0 without them. */
  readonly tokenStamp: number
  /** Whether the tag identified a customer: then the update ends when the tag is removed. */
  readonly endsWithTag: boolean
}

export class PageIdentity {
  readonly tree: Tree
  /** Whether a tag identifies a customer: then a copy of the page would contain their signature or token. */
  isInPage = false
  /** The root in which the container is searched first. */
  root: Root = document
  readonly #records = new WeakMap<HTMLScriptElement, TagRecord>()
  /** Servers whose script has run in this page. */
  readonly #origins = new Set<string>()
  /** Addresses of scripts that have run, for files that are not called `ticket-center.js`. */
  readonly #sources = new Set<string>()
  /** The last tag's settings without its customer, for an `update()` on a page without a tag. */
  #base: Settings
  #update: Update | null = null
  #lastStamp = 0
  /** When the identity that was read last was set: it is another one than with an earlier number. */
  stamp = 0
  #hadTag = false
  /** Identities up to this stamp have expired: the page was left since. They came from this tag, or from `update()`. */
  #expiredStamp = 0
  #expiredTag: HTMLScriptElement | null = null
  #isUpdateExpired = false

  /** `changed` is called when the page may identify another customer. */
  constructor(tag: HTMLScriptElement, changed: () => void) {
    this.#base = withoutCustomer(settingsOf(tag))
    this.tree = new Tree((records) => {
      this.#process(records)
      changed()
    })
    this.scriptStarted(tag)
  }

  /** Records that the script of a tag has run. */
  scriptStarted(tag: HTMLScriptElement): void {
    const source = sourceOf(tag)
    if (source === null) return
    this.#origins.add(source.origin)
    this.#sources.add(source.origin + source.pathname)
    this.tree.search()
  }

  /** Records what a script of the page passed to `update()`; without changes, the tag counts again. */
  update(changes: Changes | undefined): void {
    this.tree.search()
    this.read()
    const tag = this.#newestTag()
    const record = tag === null ? undefined : this.#records.get(tag)
    if (changes === undefined) {
      this.#update = null
      if (record !== undefined) record.stamp = this.#nextStamp()
      return
    }
    this.#update = {
      changes: { ...this.#update?.changes, ...validated(changes) },
      tag,
      stamp: record?.stamp ?? 0,
      tokenStamp: setsTokens(changes) ? this.#nextStamp() : (this.#update?.tokenStamp ?? 0),
      endsWithTag: record !== undefined && hasCustomer(record.settings),
    }
  }

  /** Forgets what scripts of the page passed to `update()`. */
  forgetUpdate(): void {
    this.#update = null
  }

  /** Expires the customer whom the page identifies now, until the page sets an identity again. */
  expire(): void {
    const settings = this.read()
    if (settings === null || !hasCustomer(settings)) return
    this.#update = null
    this.#expiredStamp = this.#lastStamp
    this.#expiredTag = this.#newestTag()
    this.#isUpdateExpired = this.#expiredTag === null
  }

  /** Whether the page still has the identity that expired, and has set none since. */
  get isExpired(): boolean {
    if (this.read() !== null || this.#update !== null) return false
    const tag = this.#newestTag()
    if (tag === null) return this.#isUpdateExpired
    return tag === this.#expiredTag && this.#recordOf(tag).stamp <= this.#expiredStamp
  }

  /** Returns the page's settings now, or `null` if it has no tag whose server's script has run. */
  read(): Settings | null {
    this.#process(this.tree.takeRecords())
    const tag = this.#newestTag() ?? this.#movedTag()
    const record = tag === null ? null : (this.#records.get(tag) ?? null)
    this.#hadTag = tag !== null
    this.root = tag === null ? document : (tag.getRootNode() as Root)
    if (this.#update !== null && !isCurrent(this.#update, tag, record)) this.#update = null
    this.stamp = Math.max(record?.stamp ?? 0, this.#update?.tokenStamp ?? 0)
    // A preview of Turbo is a copy: it identifies the customer of then, not the one of now.
    if (document.querySelector('[data-turbo-preview]') !== null) return null
    if (record === null) return this.#update && { ...this.#base, ...this.#update.changes }
    if (!this.#origins.has(record.settings.origin)) return null
    if (this.#update === null && record.stamp <= this.#expiredStamp) return null
    this.#base = withoutCustomer(record.settings)
    return { ...record.settings, ...this.#update?.changes }
  }

  /** Removes the script tags from the page. */
  removeTags(): void {
    for (const tag of this.#tags()) tag.remove()
  }

  /** Finds new shadow roots, and gives tags whose identity was set a new stamp. */
  #process(mutations: readonly MutationRecord[]): void {
    this.tree.searchAdded(mutations)
    for (const { target, attributeName } of mutations) {
      // An attribute that is set to its old value counts as set again.
      if (!IDENTITY_ATTRIBUTES.includes(attributeName ?? '')) continue
      const record = target instanceof HTMLScriptElement ? this.#records.get(target) : undefined
      if (record !== undefined) record.stamp = this.#nextStamp()
    }
  }

  /** Returns a tag that moved into a shadow root which was attached without a mutation record. */
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
      const { stamp, settings } = this.#recordOf(tag)
      if (hasCustomer(settings)) this.isInPage = true
      if (stamp > largest) newest = tag
      largest = Math.max(largest, stamp)
    }
    return newest
  }

  /** Returns a tag's record; reads its attributes again only when one has changed. */
  #recordOf(tag: HTMLScriptElement): TagRecord {
    const text = textOf(tag)
    const before = this.#records.get(tag)
    if (before?.text === text) return before
    const settings = settingsOf(tag)
    const isSame = before !== undefined && isSameIdentity(before.settings, settings)
    const record = { text, settings, stamp: isSame ? before.stamp : this.#nextStamp() }
    if (isSame) this.#dropOldLayout(before.settings, settings)
    this.#records.set(tag, record)
    return record
  }

  /** Lets layout attributes that the tag has changed override those of an earlier `update()`. */
  #dropOldLayout(before: Settings, now: Settings): void {
    if (this.#update === null) return
    const changes: { [name: string]: string | undefined } = { ...this.#update.changes }
    for (const name of ['align', 'maxWidth', 'container'] as const) {
      if (before[name] !== now[name]) delete changes[name]
    }
    this.#update = { ...this.#update, changes }
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

  #nextStamp(): number {
    this.#lastStamp += 1
    return this.#lastStamp
  }
}

/** Returns the script tags in the document and in its open shadow roots. */
export function tagsIn(root: ParentNode): HTMLScriptElement[] {
  const tags = [...root.querySelectorAll<HTMLScriptElement>(`script[src*="${SCRIPT}"]`)]
  const hosts = [...root.querySelectorAll('*')].filter(({ shadowRoot }) => shadowRoot !== null)
  return tags.concat(...hosts.map((host) => tagsIn(host.shadowRoot as ShadowRoot)))
}

/** Returns all of a tag's settings as one text, to compare tags. */
export function textOf(tag: HTMLScriptElement): string {
  return JSON.stringify([tag.src, { ...tag.dataset }])
}

/** Whether the page has set no identity since this update. */
function isCurrent(
  update: Update,
  tag: HTMLScriptElement | null,
  record: TagRecord | null,
): boolean {
  if (record === null) return !update.endsWithTag
  return tag === update.tag && record.stamp === update.stamp
}

function setsTokens({ identity, identityUrl }: Changes): boolean {
  return identity !== undefined || identityUrl !== undefined
}

function sourceOf(script: HTMLScriptElement): URL | null {
  try {
    return new URL(script.src)
  } catch {
    return null
  }
}
