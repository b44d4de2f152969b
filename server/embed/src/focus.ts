// Restores the focus and the scroll position after the page has moved the widget.

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
    // An element that is removed loses the focus; in the next task it may be back in the page.
    content.addEventListener('focusout', () => setTimeout(() => this.#forget()))
    content.addEventListener('scroll', ({ target }) => this.#remember(target as Element), {
      capture: true,
      passive: true,
    })
  }

  /** Restores both, unless another element of the page has the focus by now. */
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
