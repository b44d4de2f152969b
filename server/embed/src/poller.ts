// Polls the server repeatedly while the page is visible.

import { Problem } from './problem.js'

const FIRST_PAUSE = 1_500
const LONGEST_PAUSE = 60_000

/** Polls once, and returns after how many milliseconds to poll again. */
type Poll = (signal: AbortSignal) => Promise<number>

export class Poller {
  readonly #poll: Poll
  readonly #failed: (problem: Problem) => void
  #run: AbortController | null = null
  #failures = 0

  /** `failed` is called with each problem; a lasting problem stops polling until the next `start`. */
  constructor(poll: Poll, failed: (problem: Problem) => void) {
    this.#poll = poll
    this.#failed = failed
  }

  /** Polls now, and then at intervals; a poll that is under way is aborted. */
  start(): void {
    this.stop()
    // No polling while the page is hidden: its next `visibilitychange` starts it again.
    if (document.visibilityState === 'hidden') return
    this.#run = new AbortController()
    void this.#pollUntil(this.#run.signal)
  }

  stop(): void {
    this.#run?.abort()
    this.#run = null
  }

  async #pollUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pause = await this.#pauseAfterPoll(signal)
      if (pause === null || signal.aborted) return
      await slept(pause, signal)
    }
  }

  async #pauseAfterPoll(signal: AbortSignal): Promise<number | null> {
    try {
      const pause = await this.#poll(signal)
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

  /** Returns the pause after failures in a row: exponential, with jitter, at least what the server asked for. */
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
