// The form in which a customer writes a message. It outlives its screen, so that typed text is not lost.

import { button, element, setText } from './elements.js'
import { Problem } from './problem.js'
import type { Sent } from './responses.js'
import type { NewMessage } from './server.js'
import { LONGEST_MESSAGE, LONGEST_SUBJECT, sendErrorOf, texts } from './texts.js'

/** From this length on, the form shows how many characters are left. */
const COUNTED_FROM = LONGEST_MESSAGE - 500

/** Lone surrogates: halves of characters, which JSON in UTF-8 cannot contain. */
const LONE_SURROGATES = /\p{Cs}/gu

export type Draft = Pick<NewMessage, 'message' | 'subject' | 'idempotencyKey'>

export class Composer {
  readonly element: HTMLFormElement
  /** Called after the server has accepted a message and the form is empty again. */
  onSent: (sent: Sent) => void = () => {}

  readonly #send: (draft: Draft) => Promise<Sent>
  readonly #subject: HTMLInputElement | null
  readonly #message: HTMLTextAreaElement
  readonly #count = element('span', { class: 'count' })
  readonly #error = element('p', { class: 'error', role: 'alert', id: 'error' })
  readonly #button: HTMLButtonElement
  readonly #sendLabel: string
  #isSending = false
  /** The last draft that was sent. Unchanged, it is sent with the same key again, so that it stays one message. */
  #lastDraft: Draft | null = null

  constructor(kind: 'new' | 'reply', send: (draft: Draft) => Promise<Sent>) {
    const isNew = kind === 'new'
    this.#send = send
    this.#subject = isNew
      ? element('input', { id: 'subject', class: 'field', dir: 'auto', autocomplete: 'off' })
      : null
    this.#message = element('textarea', {
      id: 'message',
      class: 'field',
      rows: isNew ? '6' : '3',
      dir: 'auto',
      placeholder: isNew ? texts.messageHint : texts.replyHint,
      'aria-describedby': 'error hint',
    })
    this.#sendLabel = isNew ? texts.sendMessage : texts.sendReply
    this.#button = button(this.#sendLabel, { class: 'primary' }, () => void this.#submit())
    this.element = element(
      'form',
      { class: `composer ${kind}`, novalidate: true },
      ...(this.#subject === null ? [] : [subjectLabel(), this.#subject]),
      element(
        'label',
        { for: 'message', class: isNew ? '' : 'unseen' },
        isNew ? texts.message : texts.reply,
      ),
      this.#message,
      this.#error,
      element(
        'div',
        { class: 'row' },
        element('span', { id: 'hint', class: 'hint' }, sendHint()),
        this.#count,
        this.#button,
      ),
    )
    this.element.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#submit()
    })
    this.element.addEventListener('input', () => this.#typed())
    this.#message.addEventListener('keydown', (event) => this.#sendByKey(event))
  }

  /** Whether the form has text that is not sent yet. */
  get isWritten(): boolean {
    return this.#message.value !== ''
  }

  /** Moves the focus into the message field. */
  focus(): void {
    this.#message.focus()
  }

  #sendByKey(event: KeyboardEvent): void {
    const isSend = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
    // In an input method, Enter chooses a suggestion.
    if (!isSend || event.isComposing) return
    event.preventDefault()
    void this.#submit()
  }

  #typed(): void {
    this.#show(null)
    const length = lengthOf(this.#message.value)
    setText(this.#count, countText(length))
    this.#count.classList.toggle('over', length > LONGEST_MESSAGE)
  }

  async #submit(): Promise<void> {
    if (this.#isSending) return
    this.#setSending(true)
    try {
      const sent = await this.#send(this.#draft())
      this.#clear()
      this.onSent(sent)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.#show(error)
    } finally {
      this.#setSending(false)
    }
  }

  #draft(): Draft {
    const message = cleaned(this.#message.value)
    const subject = cleaned(this.#subject?.value ?? '')
    if (message === '') throw new Problem('message-empty')
    if (lengthOf(message) > LONGEST_MESSAGE) throw new Problem('message-too-long')
    if (lengthOf(subject) > LONGEST_SUBJECT) throw new Problem('subject-too-long')
    const isSame =
      this.#lastDraft?.message === message && (this.#lastDraft.subject ?? '') === subject
    if (this.#lastDraft === null || !isSame) {
      this.#lastDraft = { message, ...(subject && { subject }), idempotencyKey: randomKey() }
    }
    return this.#lastDraft
  }

  #clear(): void {
    this.#lastDraft = null
    this.element.reset()
    this.#typed()
  }

  #setSending(isSending: boolean): void {
    this.#isSending = isSending
    this.#message.readOnly = isSending
    if (this.#subject !== null) this.#subject.readOnly = isSending
    // A button with `disabled` would lose the focus.
    this.#button.setAttribute('aria-disabled', String(isSending))
    setText(this.#button, isSending ? texts.sending : this.#sendLabel)
    if (isSending) this.#show(null)
  }

  /** Shows why the message was not sent, and moves the focus to the field that has to change. */
  #show(problem: Problem | null): void {
    setText(this.#error, problem === null ? '' : sendErrorOf(problem))
    markInvalid(this.#message, problem?.kind.startsWith('message') === true)
    markInvalid(this.#subject, problem?.kind.startsWith('subject') === true)
  }
}

function markInvalid(field: HTMLElement | null, isInvalid: boolean): void {
  field?.setAttribute('aria-invalid', String(isInvalid))
  if (isInvalid) field?.focus()
}

function countText(length: number): string {
  if (length <= COUNTED_FROM) return ''
  const left = LONGEST_MESSAGE - length
  return left >= 0 ? texts.charactersLeft(left) : texts.charactersTooMany(-left)
}

function subjectLabel(): HTMLLabelElement {
  const optional = element('span', { class: 'hint' }, texts.optional)
  return element('label', { for: 'subject' }, `${texts.subject} `, optional)
}

function sendHint(): string {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? texts.sendHintMac : texts.sendHint
}

function cleaned(text: string): string {
  return text.replace(LONE_SURROGATES, '').trim()
}

/** Returns how many code points a text has; an emoji counts as one character, not two. */
function lengthOf(text: string): number {
  return [...text].length
}

/** Returns 128 random bits; `crypto.randomUUID` is missing on pages without TLS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
