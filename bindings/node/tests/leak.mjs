// Two million calls of everything, construction and every error path included: memory stays flat.
//
//     node --expose-gc tests/leak.mjs [CALLS]

import { setImmediate as turn } from 'node:timers/promises'
import {
  responseUnlessClick,
  canonicalEmail,
  canonicalHost,
  generateSecret,
  portalHost,
  publicFormUrl,
  Signer,
  Verifier,
} from 'deskseal'

const CALLS = Number(process.argv[2] ?? 2_000_000)
const ROUNDS = 20
const WARM_UP_ROUNDS = 5
const ALLOWED_MEBIBYTES = 8

const SECRET = 'example-secret-for-documentation'
const OLD_SECRET = 'an-older-secret-now-being-replaced'
const HOST = 'help.company.com'
const NOW = 1767225600
const LONG = 'x'.repeat(2000)
const signer = new Signer(SECRET)
const verifier = new Verifier(SECRET, { previous: [[OLD_SECRET, 99999999999]] })
const { email, signature } = signer.signEmail('Ada@example.com')
const user = signer.signUser(HOST, 'user-42', { timestamp: NOW })
const link = signer.portalLink(`https://${HOST}`, 'user-42', { timestamp: NOW })
const claims = {
  userId: 'user-42',
  name: 'Ada',
  attributes: { plan: 'pro', seats: 5, vip: true },
  now: NOW,
}
const token = signer.identityToken('desk-1', claims)
const claim = { portalHost: HOST, ...user, timestamp: String(NOW), now: NOW }

const WORK = [
  () => canonicalEmail('ΟΔΥΣΣΕΥΣ@Example.GR'),
  () => canonicalHost('BÜCHER.example'),
  () => generateSecret(),
  () => new Signer(SECRET),
  () => new Verifier(SECRET, { previous: [[OLD_SECRET, NOW]], tolerance: 60 }),
  () => Signer.fromEnv(['DESKSEAL_UNSET_SECRET', 'DESKSEAL_LEAK_SECRET']),
  () => publicFormUrl(`https://${HOST}`),
  () => portalHost(`https://${HOST}`),
  () => responseUnlessClick('/help', { 'sec-fetch-mode': 'navigate' }),
  () => responseUnlessClick('/help', { 'hx-request': 'true' }),
  () => signer.signEmail('Ada@example.com'),
  () => signer.signUser(HOST, 'user-42'),
  () => signer.portalLink(`https://${HOST}`, 'user-42'),
  () => signer.ticketCenter('Ada@example.com', 'desk-1', { align: 'left', nonce: 'abc' }),
  () => signer.ticketCenter('Ada@example.com', 'desk-1'),
  () => signer.identity('Ada@example.com', 'desk-1'),
  () => signer.identityToken('desk-1', claims),
  () => signer.ticketCenterWithToken('desk-1', { ...claims, align: 'left' }),
  () => signer.portalLinkWithToken(`https://${HOST}`, { email: 'Ada@example.com' }),
  () => verifier.verifyEmail(email, signature),
  () => verifier.verifyIdentityToken('desk-1', token, { now: NOW }),
  () => verifier.verifyUser(claim),
  () => verifier.verifyLink(HOST, link, { now: NOW }),
  () => verifier.verifyLink(HOST, '/submit-ticket'),
]
const ERRORS = [
  () => canonicalEmail(LONG),
  () => canonicalEmail('\ud800'),
  () => canonicalHost('a b'),
  () => publicFormUrl(LONG),
  () => responseUnlessClick('/help', { 'hx-request': 42 }),
  () => new Signer(undefined),
  () => new Signer('changeme'),
  () => new Verifier(SECRET, { previous: [[OLD_SECRET, NOW * 1000]] }),
  () => new Verifier(SECRET, { tolerance: -1 }),
  () => Verifier.fromEnv('VITE_SECRET'),
  () => signer.signEmail('ada'),
  () => signer.signEmail(42),
  () => signer.signUser(HOST, LONG),
  () => signer.portalLink('http://a.example', 'u'),
  () => signer.ticketCenter('a@b', ''),
  () => signer.ticketCenter('a@b', 'd', { nonce: '"' }),
  () => signer.identityToken('desk-1'),
  () => signer.identityToken('desk-1', { ...claims, attributes: { plan: '\ud800' } }),
  () => signer.ticketCenterWithToken('desk-1', { ...claims, attributes: { plan: 1.5 } }),
  () => signer.portalLinkWithToken(`https://${HOST}`, { userId: LONG }),
  () => verifier.verifyEmail(email, 'ab'.repeat(32)),
  () => verifier.verifyIdentityToken('desk-1', token),
  () => verifier.verifyIdentityToken('desk-1', LONG),
  () => verifier.verifyEmail(email, signature, { now: 1.5 }),
  () => verifier.verifyUser({ ...claim, timestamp: '7' }),
  () => verifier.verifyUser({ ...claim, now: NOW + 301 }),
  () => verifier.verifyLink(HOST, `${link}&user_id=x`),
  () => verifier.verifyLink(HOST, LONG),
]
const EXPLAINED = [
  () => verifier.explainEmail('Ada@example.com', signature),
  () => verifier.explainEmail(email, LONG, { otherSecrets: [OLD_SECRET] }),
  () => verifier.explainLink(HOST, link, { now: NOW + 3600 }),
  () => verifier.explainIdentityToken('desk-2', token, { otherSecrets: [OLD_SECRET] }),
]

process.env.DESKSEAL_LEAK_SECRET = generateSecret()
Error.stackTraceLimit = 1
const memory = []
for (let round = 1; round <= ROUNDS; round += 1) {
  memory.push(await memoryAfter(CALLS / ROUNDS))
  console.log(`${(round * CALLS) / ROUNDS} calls: ${memory.at(-1).toFixed(1)} MiB`)
}
const growth = memory.at(-1) - memory[WARM_UP_ROUNDS]
console.log(`growth after warming up: ${growth.toFixed(1)} MiB`)
if (growth > ALLOWED_MEBIBYTES) throw new Error(`memory grows: more than ${ALLOWED_MEBIBYTES} MiB`)

/** Returns the resident memory after that many calls, in mebibytes. */
async function memoryAfter(calls) {
  for (let done = 0; done < calls;) {
    // Searching takes a hundred times longer than signing, so that it gets fewer calls.
    if (done % 50_000 < 100) EXPLAINED.forEach((call) => call())
    for (const call of WORK) call()
    for (const call of ERRORS) fails(call)
    done += WORK.length + ERRORS.length
    // Node.js frees the addon's objects between turns of the event loop.
    await turn()
  }
  for (let pass = 0; pass < 3; pass += 1) {
    globalThis.gc()
    await turn()
  }
  return process.memoryUsage.rss() / 2 ** 20
}

function fails(call) {
  try {
    call()
  } catch {
    return
  }
  throw new Error(`${call} did not throw`)
}
