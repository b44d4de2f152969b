// What the package costs, beside what one would write with node:crypto.
//
//     node tests/bench.mjs
//
// All run in one process and in turn, a few milliseconds each; a ratio is the median of the rounds', so
// that other load on the machine weighs on both sides. One line of JSON at the end is for scripts.

import { execFileSync } from 'node:child_process'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Signer, Verifier } from 'deskseal'

const ROUNDS = 400
const CALLS = 1000
const STARTS = 25

const key = 'example-secret-for-documentation'
const email = '  Ada.Lovelace@Example.com '
const signer = new Signer(key)
const verifier = new Verifier(key)
const { signature } = signer.signEmail(email)

const byHand = () => createHmac('sha256', key).update(email.trim().toLowerCase())
const RIVALS = {
  signEmail: [() => signer.signEmail(email), () => byHand().digest('hex')],
  verifyEmail: [
    () => verifier.verifyEmail(email, signature),
    () => timingSafeEqual(byHand().digest(), Buffer.from(signature, 'hex')),
  ],
}
const PROMISES = { signEmail: 5, verifyEmail: 4, start: 10, addon: 1.5e6 }

const results = {}
for (const [name, [own, rival]] of Object.entries(RIVALS)) {
  const rounds = Array.from({ length: ROUNDS }, () => [nanoseconds(own), nanoseconds(rival)])
  const ratio = median(rounds.slice(ROUNDS / 10).map(([mine, theirs]) => theirs / mine))
  results[name] = ratio
  const [mine, theirs] = [0, 1].map((side) => Math.min(...rounds.map((round) => round[side])))
  print(
    name,
    `${ratio.toFixed(2)} times faster (best ${mine.toFixed(0)} ns to ${theirs.toFixed(0)} ns)`,
    `>= ${PROMISES[name]}`,
    ratio >= PROMISES[name],
  )
}

results.start = startMilliseconds()
print(
  'require("deskseal")',
  `${results.start.toFixed(1)} ms more to start`,
  `<= ${PROMISES.start} ms`,
  results.start <= PROMISES.start,
)

results.addon = statSync(addonPath()).size
print(
  'addon',
  `${(results.addon / 1e6).toFixed(2)} MB`,
  `<= ${PROMISES.addon / 1e6} MB`,
  results.addon <= PROMISES.addon,
)
console.log(JSON.stringify({ node: process.version, ...results }))

function print(name, figure, promise, isKept) {
  console.log(`${name.padEnd(20)} ${figure.padEnd(50)} ${promise} ${isKept ? 'kept' : 'broken'}`)
}

/** Returns what one call takes. */
function nanoseconds(call) {
  const start = process.hrtime.bigint()
  for (let count = 0; count < CALLS; count += 1) call()
  return Number(process.hrtime.bigint() - start) / CALLS
}

/** Returns how much longer Node.js takes to start and end with the package. */
function startMilliseconds() {
  const rounds = Array.from({ length: STARTS }, () => start('require("deskseal")') - start('0'))
  return median(rounds)
}

function start(code) {
  const before = process.hrtime.bigint()
  execFileSync(process.execPath, ['--eval', code])
  return Number(process.hrtime.bigint() - before) / 1e6
}

function addonPath() {
  const require = createRequire(createRequire(import.meta.url).resolve('deskseal'))
  require('deskseal')
  return Object.keys(require.cache).find((path) => path.endsWith('.node'))
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
}
