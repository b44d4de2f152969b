// The screen of one conversation.

import { Composer } from './composer.js'
import type { Draft } from './composer.js'
import { button, element, icon, setText } from './elements.js'
import { linkedText } from './links.js'
import { olderButton } from './older.js'
import { Problem } from './problem.js'
import type { Conversation, Message, MessagePage, Sent } from './responses.js'
import { composerOf } from './screen.js'
import type { Screen, ScreenHost } from './screen.js'
import type { MessageRange } from './server.js'
import { texts, wordsOf } from './texts.js'
import { clockTime, dayName, isSameDay, wholeTime } from './times.js'

/** How many pixels from its end the scrolled list counts as being at the end. */
const NEAR_END = 80

const LONGEST_ANNOUNCEMENT = 300

export class ConversationScreen implements Screen {
  readonly element: HTMLElement
  /** The subject and the form are shown at once. */
  readonly isLoaded = true
  readonly #id: string
  readonly #host: ScreenHost
  readonly #composer: Composer
  readonly #title = element('h2', { tabindex: '-1', dir: 'auto' })
  readonly #state = element('p', { class: 'customer' })
  readonly #close: HTMLButtonElement
  readonly #question: HTMLElement
  readonly #notClosed = element('p', { class: 'error', role: 'alert' })
  readonly #confirm: HTMLButtonElement
  readonly #older: HTMLButtonElement
  readonly #loading = element('p', { class: 'loading' }, texts.loadingMessages)
  readonly #list = element('ol', { class: 'messages', role: 'list' })
  readonly #scroll: HTMLElement
  readonly #jump: HTMLButtonElement
  readonly #closedNote = element('p', { class: 'note', hidden: true }, texts.closedNote)
  readonly #bubbles = new Map<string, Bubble>()
  /** The newest message up to which all are loaded; messages that this customer has sent may be later. */
  #newest: string | null = null
  #isClosing = false

  constructor(host: ScreenHost, conversation: Conversation) {
    const { id } = conversation
    this.#host = host
    this.#id = id
    this.#composer = composerOf(host.state, id, () => replyComposer(host, id))
    this.#composer.onSent = ({ conversation, message }) => {
      this.#update(conversation)
      this.#append([message])
      this.#scrollToEnd()
      host.announce(texts.sent)
      host.refresh()
    }
    this.#close = button(texts.close, { class: 'quiet', hidden: true }, () =>
      this.#showQuestion(true),
    )
    this.#confirm = button(
      texts.closeConfirmed,
      { class: 'primary' },
      () => void this.#closeConfirmed(),
    )
    this.#question = this.#closeQuestion()
    this.#older = olderButton(host, texts.showOlderMessages, () => this.#showOlder())
    this.#scroll = element(
      'div',
      // Focusable, so that it can be scrolled by keyboard.
      { class: 'scroll', role: 'region', 'aria-label': texts.messages, tabindex: '0' },
      this.#older,
      this.#loading,
      this.#list,
    )
    this.#jump = button(texts.newReply, { class: 'jump', hidden: true }, () => this.#scrollToEnd())
    this.#scroll.addEventListener('scroll', () => this.#hideJumpAtEnd(), { passive: true })
    this.element = element(
      'div',
      { class: 'screen' },
      element(
        'div',
        { class: 'bar' },
        button(icon('M15 5l-7 7 7 7'), { class: 'back', 'aria-label': texts.back }, () =>
          host.openList(),
        ),
        element('div', {}, this.#title, this.#state),
        this.#close,
      ),
      this.#question,
      element('div', { class: 'reading' }, this.#scroll, this.#jump),
      this.#closedNote,
      this.#composer.element,
    )
    this.#update(conversation)
  }

  get isWritten(): boolean {
    return this.#composer.isWritten
  }

  async load(signal: AbortSignal): Promise<void> {
    const isFirst = this.#newest === null
    const arrived = isFirst ? await this.#loadNewest(signal) : await this.#loadNewer(signal)
    if (isFirst) return
    const replies = arrived.filter((message) => message.isFromAgent)
    if (!this.#isAtEnd() && replies.length > 0) this.#jump.hidden = false
    for (const { authorName, text } of replies) {
      this.#host.announce(
        texts.repliedBy(authorName || texts.agent, text.slice(0, LONGEST_ANNOUNCEMENT)),
      )
    }
  }

  focus(): void {
    this.#title.focus()
  }

  async #loadNewest(signal: AbortSignal): Promise<readonly Message[]> {
    const page = await this.#page({}, signal)
    this.#loading.hidden = true
    this.#older.hidden = !page.hasMore
    return this.#add(page)
  }

  /** Loads all newer messages, and returns those that were not shown yet. */
  async #loadNewer(signal: AbortSignal): Promise<readonly Message[]> {
    const arrived: Message[] = []
    for (;;) {
      const page = await this.#page({ after: this.#newest ?? '' }, signal)
      arrived.push(...this.#add(page))
      if (!page.hasMore || page.messages.length === 0) return arrived
    }
  }

  #page(range: MessageRange, signal: AbortSignal): Promise<MessagePage> {
    return this.#host.state.server.messages(this.#id, range, signal)
  }

  #add(page: MessagePage): readonly Message[] {
    const arrived = page.messages.filter(({ id }) => !this.#bubbles.has(id))
    // Not before the page was loaded: meanwhile the customer may have scrolled to an older message.
    const isAtEnd = this.#newest === null || this.#isAtEnd()
    this.#newest = page.messages.at(-1)?.id ?? this.#newest
    this.#update(page.conversation)
    this.#append(page.messages)
    if (isAtEnd) this.#scrollToEnd()
    return arrived
  }

  async #showOlder(): Promise<void> {
    const [oldest] = this.#bubbles.keys()
    const page = await this.#page({ before: oldest ?? '' }, this.#host.state.signal)
    // A second click has loaded the same messages already.
    if ([...this.#bubbles.keys()][0] !== oldest) return
    this.#prepend(page.messages)
    this.#older.hidden = !page.hasMore
    if (!page.hasMore) this.#scroll.focus({ preventScroll: true })
  }

  /** Adds messages at the end. Those that are shown already move to the end, so that the server's order holds. */
  #append(messages: readonly Message[]): void {
    for (const message of messages) {
      const bubble = this.#bubbles.get(message.id) ?? new Bubble(message)
      this.#bubbles.delete(message.id)
      this.#bubbles.set(message.id, bubble)
      this.#list.append(bubble.element)
    }
    this.#showDays()
  }

  /** Adds messages at the beginning, and keeps the scroll position. */
  #prepend(messages: readonly Message[]): void {
    const fromEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop
    const later = [...this.#bubbles]
    this.#bubbles.clear()
    for (const message of messages) this.#bubbles.set(message.id, new Bubble(message))
    this.#list.prepend(...[...this.#bubbles.values()].map((bubble) => bubble.element))
    for (const [id, bubble] of later) this.#bubbles.set(id, bubble)
    this.#showDays()
    this.#scroll.scrollTop = this.#scroll.scrollHeight - fromEnd
  }

  #showDays(): void {
    const now = new Date()
    let before: Date | null = null
    for (const bubble of this.#bubbles.values()) {
      bubble.showDay(before, now)
      before = bubble.date
    }
  }

  /** Shows the conversation's subject and status, here and in the list. */
  #update(conversation: Conversation): void {
    const { subject, isClosed } = conversation
    this.#host.updateList(conversation)
    setText(this.#title, subject)
    setText(this.#state, isClosed ? texts.closed : texts.open)
    this.#closedNote.hidden = !isClosed
    this.#close.hidden = isClosed
    if (isClosed) this.#question.hidden = true
  }

  #closeQuestion(): HTMLElement {
    const declined = button(texts.closeDeclined, { class: 'quiet' }, () =>
      this.#showQuestion(false),
    )
    return element(
      'div',
      { class: 'question', role: 'group', 'aria-labelledby': 'question', hidden: true },
      element('p', { id: 'question' }, texts.closeQuestion),
      this.#notClosed,
      element('div', { class: 'row' }, declined, this.#confirm),
    )
  }

  #showQuestion(isShown: boolean): void {
    this.#question.hidden = !isShown
    setText(this.#notClosed, '')
    const target = isShown ? this.#confirm : this.#close
    target.focus()
  }

  async #closeConfirmed(): Promise<void> {
    if (this.#isClosing) return
    const { server, signal } = this.#host.state
    this.#setClosing(true)
    try {
      this.#update(await server.close(this.#id, signal))
      this.#host.announce(texts.closedNow)
      this.#title.focus()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setText(this.#notClosed, texts.notClosed(wordsOf(error, '').title))
    } finally {
      this.#setClosing(false)
    }
  }

  #setClosing(isClosing: boolean): void {
    this.#isClosing = isClosing
    if (isClosing) setText(this.#notClosed, '')
    this.#confirm.setAttribute('aria-disabled', String(isClosing))
    setText(this.#confirm, isClosing ? texts.closing : texts.closeConfirmed)
  }

  #isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll
    return scrollHeight - scrollTop - clientHeight < NEAR_END
  }

  #hideJumpAtEnd(): void {
    if (this.#isAtEnd()) this.#jump.hidden = true
  }

  #scrollToEnd(): void {
    this.#scroll.scrollTop = this.#scroll.scrollHeight
    this.#jump.hidden = true
  }
}

class Bubble {
  readonly element: HTMLLIElement
  readonly date: Date
  readonly #day = element('p', { class: 'day' })

  constructor({ isFromAgent, authorName, text, createdAt }: Message) {
    this.date = createdAt
    const author = isFromAgent ? authorName || texts.agent : texts.yourMessage
    const time = element(
      'time',
      { datetime: createdAt.toISOString(), title: wholeTime(createdAt) },
      clockTime(createdAt),
    )
    this.element = element(
      'li',
      { class: isFromAgent ? 'theirs' : 'mine' },
      this.#day,
      element('p', { class: 'author' }, element('bdi', {}, author), ' ', time),
      element('div', { class: 'bubble', dir: 'auto' }),
    )
    this.element.lastElementChild?.append(...linkedText(text))
  }

  /** Shows the day above the first message of each day. */
  showDay(before: Date | null, now: Date): void {
    this.#day.hidden = before !== null && isSameDay(before, this.date)
    setText(this.#day, dayName(this.date, now))
  }
}

function replyComposer(host: ScreenHost, conversationId: string): Composer {
  const { state } = host
  const send = (draft: Draft): Promise<Sent> =>
    state.server.send({ ...draft, conversationId }, state.signal)
  return new Composer('reply', send)
}
