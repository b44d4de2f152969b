// Tells the other tabs of a customer that the customer has signed out, and hears it from them.

export class SignOut {
  readonly #channel: BroadcastChannel
  readonly #key: Promise<string>

  /** `heard` is called when another tab of the same customer, desk and site signs out. */
  constructor(desk: string, customer: string, heard: () => void) {
    this.#key = keyOf(customer)
    this.#channel = new BroadcastChannel(`deskseal-ticket-center ${desk}`)
    this.#channel.onmessage = async ({ data }: MessageEvent<unknown>) => {
      const isSame = data === (await this.#key)
      if (isSame && this.#channel.onmessage !== null) heard()
    }
  }

  /** Tells the other tabs. */
  tell(): void {
    void this.#key.then((key) => this.#channel.postMessage(key))
  }

  /** Stops listening; what was told before is still sent. */
  close(): void {
    this.#channel.onmessage = null
    void this.#key.then(() => this.#channel.close())
  }
}

/**
 * Returns what stands for a customer in a message: a hash, which is no credential. On pages without TLS there is
 * none, and every tab of the desk is told.
 */
async function keyOf(customer: string): Promise<string> {
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto }
  const hash = await subtle?.digest('SHA-256', new TextEncoder().encode(customer))
  return hash === undefined ? '' : btoa(String.fromCharCode(...new Uint8Array(hash)))
}
