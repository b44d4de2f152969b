// Runs the demo as a process: the real server, a sample product and a mailbox.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const TARGET = process.env.CARGO_TARGET_DIR ?? `${ROOT}target`
const PROGRAM = process.env.DESKSEAL_DEMO ?? `${TARGET}/debug/ticket-center-demo`

export class Demo {
  /** The server's log. */
  log = ''
  /** What the demo prints as JSON: see `Facts` in server/demo. */
  facts

  static async start(options = []) {
    const demo = new Demo()
    const all = ['--no-open', '--json', '--notify-after', '2', ...options]
    demo.process = spawn(PROGRAM, all, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, RUST_LOG: 'debug,sqlx=warn,hyper=info' },
    })
    demo.process.stderr.setEncoding('utf8').on('data', (text) => (demo.log += text))
    const ended = once(demo.process, 'exit').then(([code]) => {
      throw new Error(`${PROGRAM} ended with ${code}: ${demo.log}`)
    })
    ended.catch(() => {})
    const lines = createInterface({ input: demo.process.stdout })
    const [line] = await Promise.race([once(lines, 'line'), ended])
    demo.facts = JSON.parse(line)
    return demo
  }

  /** Stops the demo as Ctrl-C does, and returns its exit code. */
  async stop() {
    const ended = once(this.process, 'exit')
    this.process.kill('SIGINT')
    const [code] = await ended
    return code
  }

  get deskOrigin() {
    return this.facts.dashboardUrl.replace(/\/$/, '')
  }

  mailsTo(address) {
    return mailsTo(this.facts, address)
  }
}

/** Returns the e-mails that the desk has sent to an address, the newest first. */
export async function mailsTo({ mailsUrl }, address) {
  const answer = await fetch(`${mailsUrl}.json`)
  const mails = await answer.json()
  return mails.filter(({ recipients }) => recipients.includes(address))
}
