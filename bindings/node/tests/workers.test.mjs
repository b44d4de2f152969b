import assert from 'node:assert/strict'
import test from 'node:test'
import { Worker } from 'node:worker_threads'

const SIGNATURE = '52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92'

const WORK = `
  const { parentPort } = require('node:worker_threads')
  const { Signer, Verifier } = require('deskseal')
  const signers = Array.from({ length: 50 }, () => new Signer('example-secret-for-documentation'))
  const verifier = new Verifier('example-secret-for-documentation')
  let signed
  for (let round = 0; round < 100; round += 1) {
    for (const signer of signers) signed = signer.signEmail('Ada@example.com')
    verifier.verifyEmail(signed.email, signed.signature)
  }
  parentPort.postMessage(signed)
`

// These run before the package is loaded on the main thread, so that the addon is loaded by workers
// alone and may be unloaded when they end.
test('one worker after another loads the addon', async () => {
  for (let round = 0; round < 20; round += 1) assert.equal((await answer()).signature, SIGNATURE)
})

test('workers sign at the same time', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, answer))
  for (const { signature } of answers) assert.equal(signature, SIGNATURE)
})

test('terminating workers does not disturb the others', async () => {
  const endless = WORK.replace('round < 100', 'true')
  const workers = Array.from({ length: 6 }, () => new Worker(endless, { eval: true }))
  await Promise.all(
    workers.map((worker) => new Promise((resolve) => worker.once('online', resolve))),
  )
  await new Promise((resolve) => setTimeout(resolve, 200))
  await Promise.all(workers.map((worker) => worker.terminate()))
  assert.equal((await answer()).signature, SIGNATURE)
})

test('the main thread works when all workers have ended', async () => {
  const { Signer } = await import('deskseal')
  await answer()
  globalThis.gc?.()
  const signer = new Signer('example-secret-for-documentation')
  assert.equal(signer.signEmail('Ada@example.com').signature, SIGNATURE)
})

function answer() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORK, { eval: true })
    let message
    worker.once('message', (value) => (message = value))
    worker.once('error', reject)
    worker.once('exit', () => resolve(message))
  })
}
