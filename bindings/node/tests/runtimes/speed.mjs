// How many times as fast as the usual snippet signing is in this runtime. It prints one line.
//
//     node --conditions=deno tests/speed.mjs NAME PROMISED

import { createHmac } from 'node:crypto'
import { Signer } from 'deskseal'

const ROUNDS = 200
const CALLS = 300

const [name, promised] = process.argv.slice(2)
const SECRET = 'example-secret-for-documentation'
const EMAIL = 'Ada.Lovelace@Example.com'
const signer = new Signer(SECRET)

const ratios = []
for (let round = 0; round < ROUNDS; round += 1) {
  const own = duration(() => signer.signEmail(EMAIL))
  ratios.push(duration(snippet) / own)
}
const ratio = ratios.sort((first, second) => first - second)[ROUNDS / 2]
console.log(
  `${name.padEnd(10)} ${ratio.toFixed(1).padStart(4)} times the snippet, promised ${promised}`,
)
if (ratio < Number(promised)) process.exitCode = 1

function snippet() {
  return createHmac('sha256', SECRET).update(EMAIL.trim().toLowerCase()).digest('hex')
}

function duration(call) {
  const start = performance.now()
  for (let index = 0; index < CALLS; index += 1) call()
  return performance.now() - start
}
