// The screen with the list of the customer's conversations.

import { button, element, icon, setText } from './elements.js'
import { olderButton } from './older.js'
import type { Conversation, ConversationPage } from './responses.js'
import type { Screen, ScreenHost } from './screen.js'
import { texts } from './texts.js'
import { briefTime, wholeTime } from './times.js'

const PAGE_SIZE = 20
const LARGEST_PAGE_SIZE = 100

export class ListScreen implements Screen {
  readonly element: HTMLElement
  readonly isWritten = false
  readonly #host: ScreenHost
  readonly #title = element('h2', { tabindex: '-1', dir: 'auto' }, texts.title)
  readonly #customer = element('p', { class: 'customer' })
  readonly #new: HTMLButtonElement
  readonly #loading = element('p', { class: 'loading' }, texts.loading)
  readonly #empty: HTMLElement
  readonly #list = element('ul', { class: 'list', role: 'list' })
  readonly #older: HTMLButtonElement
  readonly #loaded = new Map<string, Conversation>()
  /** Conversations that the server has returned since the last page; the next page replaces them. */
  readonly #updated = new Map<string, Conversation>()
  readonly #rows = new Map<string, Row>()
  #cursor: string | null = null
  #opened: string | null = null
  #isLoaded = false

  constructor(host: ScreenHost) {
    this.#host = host
    this.#new = button(texts.newConversation, { class: 'primary' }, () => host.openNew())
    this.#empty = emptyState(() => host.openNew())
    this.#older = olderButton(host, texts.showOlderConversations, () => this.#showOlder())
    this.element = element(
      'div',
      { class: 'screen' },
      element('div', { class: 'bar' }, element('div', {}, this.#title, this.#customer), this.#new),
      this.#loading,
      this.#empty,
      this.#list,
      this.#older,
    )
    this.#show()
  }

  get isLoaded(): boolean {
    return this.#isLoaded
  }

  async load(signal: AbortSignal): Promise<void> {
    const limit = Math.min(Math.max(this.#loaded.size, PAGE_SIZE), LARGEST_PAGE_SIZE)
    const page = await this.#host.state.server.conversations({ limit }, signal)
    this.#merge(page)
    this.#isLoaded = true
    this.#show()
  }

  /** Shows a conversation as the server returned it, before the list is loaded again. */
  update(conversation: Conversation): void {
    this.#updated.set(conversation.id, conversation)
    this.#show()
  }

  /** Moves the focus to the conversation that was opened last, else to the title. */
  focus(): void {
    const row = this.#opened === null ? undefined : this.#rows.get(this.#opened)
    const target = row?.button ?? this.#title
    target.focus()
  }

  async #showOlder(): Promise<void> {
    if (this.#cursor === null) return
    const { server, signal } = this.#host.state
    const request = { limit: PAGE_SIZE, cursor: this.#cursor }
    const page = await server.conversations(request, signal)
    this.#cursor = page.nextCursor
    for (const conversation of page.conversations) this.#loaded.set(conversation.id, conversation)
    this.#show()
    const [first] = page.conversations
    if (first !== undefined) this.#rows.get(first.id)?.button.focus()
  }

  /** Merges the newest page; keeps the older ones that the customer has loaded, unless there may be a gap. */
  #merge(page: ConversationPage): void {
    const isContinued = page.conversations.some((one) => isUnchanged(this.#loaded.get(one.id), one))
    if (page.nextCursor === null || !isContinued) {
      this.#loaded.clear()
      this.#cursor = page.nextCursor
    }
    for (const conversation of page.conversations) this.#loaded.set(conversation.id, conversation)
    this.#updated.clear()
  }

  /** Returns all conversations that the list shows, by id. */
  #all(): ReadonlyMap<string, Conversation> {
    return new Map([...this.#loaded, ...this.#updated])
  }

  #show(): void {
    const { verification } = this.#host.state
    const now = new Date()
    const all = this.#all()
    setText(this.#title, verification?.helpdeskName || texts.title)
    this.#customer.replaceChildren(...customerLine(verification?.email ?? ''))
    const isEmpty = this.#isLoaded && all.size === 0
    this.#loading.hidden = this.#isLoaded
    this.#empty.hidden = !isEmpty
    this.#new.hidden = isEmpty || !this.#isLoaded
    this.#list.hidden = all.size === 0
    this.#older.hidden = this.#cursor === null
    this.#showRows([...all.values()].sort(byActivity), now)
  }

  /** Shows the rows in this order. Existing rows are reused, so that they keep the focus. */
  #showRows(conversations: readonly Conversation[], now: Date): void {
    const ids = new Set(conversations.map(({ id }) => id))
    const focused = [...this.#rows.values()].find((row) => row.button.matches(':focus'))
    conversations.forEach((conversation, index) => {
      const row = this.#rowOf(conversation.id)
      row.show(conversation, now)
      const current = this.#list.children[index] ?? null
      if (current !== row.element) this.#list.insertBefore(row.element, current)
    })
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue
      row.element.remove()
      this.#rows.delete(id)
    }
    if (focused?.button.isConnected) focused.button.focus()
  }

  #rowOf(id: string): Row {
    const row = this.#rows.get(id) ?? new Row(() => this.#open(id))
    this.#rows.set(id, row)
    return row
  }

  #open(id: string): void {
    const conversation = this.#all().get(id)
    if (conversation === undefined) return
    this.#opened = id
    this.#host.openConversation(conversation)
  }
}

class Row {
  readonly element: HTMLLIElement
  readonly button: HTMLButtonElement
  readonly #subject = element('span', { class: 'subject cut', dir: 'auto' })
  readonly #you = element('span', {}, texts.you)
  readonly #preview = element('span', { class: 'cut', dir: 'auto' })
  readonly #time = element('time', { class: 'hint' })
  readonly #unread = element('span', { class: 'badge' })
  readonly #closed = element('span', { class: 'chip' }, texts.closed)

  constructor(open: () => void) {
    this.button = button(null, { class: 'item' }, open)
    const side = element(
      'span',
      { class: 'side' },
      this.#time,
      ' ',
      this.#unread,
      ' ',
      this.#closed,
    )
    const preview = element('span', { class: 'preview' }, this.#you, ' ', this.#preview)
    // Spaces, so that the words do not run together in the button's accessible name.
    this.button.append(this.#subject, ' ', preview, ' ', side)
    this.element = element('li', {}, this.button)
  }

  show(conversation: Conversation, now: Date): void {
    const { subject, preview, isLastFromAgent, updatedAt, unread, isClosed } = conversation
    setText(this.#subject, subject)
    setText(this.#preview, preview)
    this.#you.hidden = isLastFromAgent
    setText(this.#time, briefTime(updatedAt, now))
    this.#time.dateTime = updatedAt.toISOString()
    this.#time.title = wholeTime(updatedAt)
    setText(this.#unread, texts.unread(unread))
    this.#unread.hidden = unread === 0
    this.#closed.hidden = !isClosed
    this.button.classList.toggle('unread', unread > 0)
  }
}

function emptyState(start: () => void): HTMLElement {
  return element(
    'div',
    { class: 'state' },
    icon('M4 5h16v11H9l-5 4z', 'M8 9h8M8 12h5'),
    element('h3', {}, texts.emptyTitle),
    element('p', {}, texts.empty),
    button(texts.startConversation, { class: 'primary' }, start),
  )
}

function customerLine(email: string): Node[] {
  if (email === '') return []
  return [new Text(`${texts.signedInAs} `), element('bdi', {}, email)]
}

function byActivity(one: Conversation, other: Conversation): number {
  return other.updatedAt.getTime() - one.updatedAt.getTime()
}

/** Whether a conversation has not changed since it was loaded: then all older ones are loaded as well. */
function isUnchanged(before: Conversation | undefined, now: Conversation): boolean {
  return before?.updatedAt.getTime() === now.updatedAt.getTime()
}
