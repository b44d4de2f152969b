// Keeps the focus and the place in a scrolled list, when the page moves what they are in.

export class Focus {
  readonly #content: HTMLElement
  #focused: HTMLElement | null = null
  #scrolled: Element | null = null
  #top = 0

  constructor(content: HTMLElement) {
    this.#content = content
    content.addEventListener('focusin', ({ target }) => {
      this.#focused = target as HTMLElement
    })
    // Taking an element out of the page takes the focus, too: a moment later it may be back.
    content.addEventListener('focusout', () => setTimeout(() => this.#forget()))
    content.addEventListener('scroll', ({ target }) => this.#remember(target as Element), {
      capture: true,
      passive: true,
    })
  }

  /** Puts both back, unless the visitor has gone elsewhere. */
  restore(): void {
    if (this.#scrolled !== null) this.#scrolled.scrollTop = this.#top
    const isElsewhere = document.activeElement !== null && document.activeElement !== document.body
    if (isElsewhere || this.#focused?.isConnected !== true) return
    this.#focused.focus({ preventScroll: true })
  }

  #remember(target: Element): void {
    this.#scrolled = target
    this.#top = target.scrollTop
  }

  #forget(): void {
    if (!this.#content.matches(':focus-within')) this.#focused = null
  }
}
