// Asks again and again, as long as somebody can see the answer.

import { Problem } from './problem.js'

const FIRST_PAUSE = 1_500
const LONGEST_PAUSE = 60_000

/** Asks once, and returns after how many milliseconds to ask again. */
type Ask = (signal: AbortSignal) => Promise<number>

export class Poller {
  readonly #ask: Ask
  readonly #failed: (problem: Problem) => void
  #run: AbortController | null = null
  #failures = 0

  /** `failed` is told each problem; a lasting one ends the asking until the next `start`. */
  constructor(ask: Ask, failed: (problem: Problem) => void) {
    this.#ask = ask
    this.#failed = failed
  }

  /** Asks now, whether or not it was asking. */
  start(): void {
    this.stop()
    // Nobody sees a hidden page: its next `visibilitychange` starts again.
    if (document.visibilityState === 'hidden') return
    this.#run = new AbortController()
    void this.#askUntil(this.#run.signal)
  }

  stop(): void {
    this.#run?.abort()
    this.#run = null
  }

  async #askUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pause = await this.#pauseAfterAsking(signal)
      if (pause === null || signal.aborted) return
      await slept(pause, signal)
    }
  }

  async #pauseAfterAsking(signal: AbortSignal): Promise<number | null> {
    try {
      const pause = await this.#ask(signal)
      this.#failures = 0
      return pause
    } catch (error) {
      if (signal.aborted) return null
      if (!(error instanceof Problem)) throw error
      this.#failures += 1
      this.#failed(error)
      return error.isLasting ? null : this.#backoff(error.retryAfter)
    }
  }

  /** Returns a longer pause for each failure in a row, and not the same one for all visitors. */
  #backoff(retryAfter: number): number {
    const pause = Math.min(FIRST_PAUSE * 2 ** (this.#failures - 1), LONGEST_PAUSE)
    return Math.max(pause, retryAfter) * (1 + Math.random() / 4)
  }
}

function slept(pause: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, pause)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
