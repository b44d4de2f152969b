// What the package costs, beside what one would write without it.
//
//     node tests/bench.mjs
//
// All run in one process and in turn, a few milliseconds each; a ratio is the median of the rounds', so
// that other load on the machine weighs on both sides. One line of JSON at the end is for scripts.

import { execFileSync } from 'node:child_process'
import { createHmac, createSecretKey, randomUUID, timingSafeEqual } from 'node:crypto'
import { statSync } from 'node:fs'
import { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { setImmediate as turn } from 'node:timers/promises'
import { Signer, Verifier } from 'deskseal'
import { deskseal } from 'deskseal/express'
import jsonwebtoken from 'jsonwebtoken'

const ROUNDS = 200
const CALLS = 1000
const REQUESTS = 100
const STARTS = 25

const SECRET = 'a-secret-of-no-documentation'
const EMAIL = '  Ada.Lovelace@Example.com '
const HELPDESK_ID = 'desk-1'
const SCRIPT_URL = 'https://helpdesky.io/ticket-center.js'
const PORTAL_URL = 'https://help.company.com'
const PORTAL_HOST = 'help.company.com'
const USER_ID = 'user-42'
const TOLERANCE = 300

const TOKEN_SECRET = 'a-secret-for-the-tokens-of-the-benchmark'
/** What few people pass: from a text, jsonwebtoken makes a key at each call. */
const TOKEN_KEY = createSecretKey(Buffer.from(TOKEN_SECRET))
const NAME = 'Ada Lovelace'
const ATTRIBUTES = { plan: 'pro', seats: 5 }

const signer = new Signer(SECRET)
const verifier = new Verifier(SECRET)
const tokenSigner = new Signer(TOKEN_SECRET)
const tokenVerifier = new Verifier(TOKEN_SECRET)
const { email, signature } = signer.signEmail(EMAIL)
const link = signer.portalLink(PORTAL_URL, USER_ID)
const claims = { userId: USER_ID, email: EMAIL, name: NAME, attributes: ATTRIBUTES }
const token = tokenSigner.identityToken(HELPDESK_ID, { ...claims, expiresIn: 86_400 })

const customer = { id: USER_ID, email: EMAIL }
const { router, views } = deskseal({
  user: () => customer,
  ticketCenter: { helpdeskId: HELPDESK_ID, secret: SECRET },
})

/** What people write. */
const snippet = {
  hmac: (message) => createHmac('sha256', SECRET).update(message).digest('hex'),

  signEmail(address) {
    return snippet.hmac(address.trim().toLowerCase())
  },

  verifyEmail(address, given) {
    const expected = createHmac('sha256', SECRET).update(address.trim().toLowerCase()).digest()
    return timingSafeEqual(expected, Buffer.from(given, 'hex'))
  },

  escape: (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),

  ticketCenter(address) {
    const canonical = address.trim().toLowerCase()
    return `<div id="hdh-ticket-center"></div>
<script src="${SCRIPT_URL}" data-helpdesk-id="${snippet.escape(HELPDESK_ID)}" data-email="${snippet.escape(canonical)}" data-signature="${snippet.hmac(canonical)}"></script>`
  },

  /** As the portal's own guide has it. */
  portalLink(userId) {
    const timestamp = Math.floor(Date.now() / 1000).toString()
    const url = new URL('/submit-ticket', PORTAL_URL)
    url.searchParams.set('user_id', userId)
    url.searchParams.set('user_id_timestamp', timestamp)
    url.searchParams.set('user_id_signature', snippet.hmac(`${PORTAL_HOST}:${userId}:${timestamp}`))
    return url.toString()
  },

  verifyLink(received) {
    const { searchParams } = new URL(received, PORTAL_URL)
    const userId = searchParams.get('user_id')
    const timestamp = searchParams.get('user_id_timestamp')
    const expected = createHmac('sha256', SECRET)
      .update(`${PORTAL_HOST}:${userId}:${timestamp}`)
      .digest()
    const given = Buffer.from(searchParams.get('user_id_signature'), 'hex')
    const isRecent = Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE
    return isRecent && timingSafeEqual(expected, given) ? userId : null
  },

  identityToken(key) {
    const payload = { sub: USER_ID, email, name: NAME, attributes: ATTRIBUTES }
    return jsonwebtoken.sign(payload, key, {
      audience: HELPDESK_ID,
      expiresIn: 600,
      jwtid: randomUUID(),
    })
  },

  verifyIdentityToken(received, key) {
    const options = { algorithms: ['HS256'], audience: HELPDESK_ID }
    return jsonwebtoken.verify(received, key, options)
  },

  /** A page of Express, in whose template the snippet stands. */
  page(request, response) {
    response.setHeader('Cache-Control', 'private, no-store')
    response.end(snippet.ticketCenter(customer.email))
  },

  identity(request, response) {
    const canonical = customer.email.trim().toLowerCase()
    response.setHeader('Cache-Control', 'private, no-store')
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    response.end(
      JSON.stringify({
        email: canonical,
        signature: snippet.hmac(canonical),
        helpdeskId: HELPDESK_ID,
      }),
    )
  },
}

function page(request, response) {
  views(request, response, () => response.end(response.locals.ticketCenter()))
}

/** How many times as fast as the snippet each call is to be, and what is compared. */
const CALLS_OF_THE_README = {
  ticketCenter: [
    2,
    () => signer.ticketCenter(EMAIL, HELPDESK_ID).html,
    () => snippet.ticketCenter(EMAIL),
  ],
  signEmail: [6, () => signer.signEmail(EMAIL), () => snippet.signEmail(EMAIL)],
  portalLink: [3, () => signer.portalLink(PORTAL_URL, USER_ID), () => snippet.portalLink(USER_ID)],
  verifyEmail: [
    4,
    () => verifier.verifyEmail(email, signature),
    () => snippet.verifyEmail(email, signature),
  ],
  verifyLink: [2, () => verifier.verifyLink(PORTAL_HOST, link), () => snippet.verifyLink(link)],
}
const signToken = () => tokenSigner.identityToken(HELPDESK_ID, claims)
const verifyToken = () => tokenVerifier.verifyIdentityToken(HELPDESK_ID, token)
/** The same for tokens, beside jsonwebtoken with the secret's text, as its documentation has it, and with a key. */
const CALLS_WITH_TOKENS = {
  identityToken: [5, signToken, () => snippet.identityToken(TOKEN_SECRET)],
  verifyIdentityToken: [5, verifyToken, () => snippet.verifyIdentityToken(token, TOKEN_SECRET)],
  'identityToken (key)': [2, signToken, () => snippet.identityToken(TOKEN_KEY)],
  'verifyIdentityToken (key)': [
    2,
    verifyToken,
    () => snippet.verifyIdentityToken(token, TOKEN_KEY),
  ],
}
const HELPERS_OF_EXPRESS = {
  'express: views': [1, page, snippet.page],
  'express: identity': [1, router, snippet.identity],
}

/** A call that takes more nanoseconds than this is measured less often. */
const SLOW = 200_000
const LONGEST_START = 10
const LONGEST_ADDON = 1.5e6

const results = {}
for (const [name, [promise, own, rival]] of Object.entries({
  ...CALLS_OF_THE_README,
  ...CALLS_WITH_TOKENS,
})) {
  await compare(
    name,
    promise,
    () => nanoseconds(own),
    () => nanoseconds(rival),
  )
}
for (const [name, [promise, own, rival]] of Object.entries(HELPERS_OF_EXPRESS)) {
  await compare(
    name,
    promise,
    () => nanosecondsOfRequests(own),
    () => nanosecondsOfRequests(rival),
  )
}

results.start = startMilliseconds()
print(
  'require("deskseal")',
  `${results.start.toFixed(1)} ms more to start`,
  `<= ${LONGEST_START} ms`,
  results.start <= LONGEST_START,
)

results.addon = statSync(addonPath()).size
print(
  'addon',
  `${(results.addon / 1e6).toFixed(2)} MB`,
  `<= ${LONGEST_ADDON / 1e6} MB`,
  results.addon <= LONGEST_ADDON,
)
console.log(JSON.stringify({ node: process.version, ...results }))

async function compare(name, promise, own, rival) {
  const rounds = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push([await own(), await rival()])
  const warm = rounds.slice(ROUNDS / 10)
  const ratio = median(warm.map(([mine, theirs]) => theirs / mine))
  results[name] = ratio
  const [mine, theirs] = [0, 1].map((side) => median(warm.map((round) => round[side])))
  print(
    name,
    `${ratio.toFixed(2)} times as fast (${mine.toFixed(0)} ns to ${theirs.toFixed(0)} ns)`,
    `>= ${promise}`,
    ratio >= promise,
  )
}

function print(name, figure, promise, isKept) {
  console.log(
    `${name.padEnd(20)} ${figure.padEnd(46)} ${promise.padEnd(9)} ${isKept ? 'kept' : 'BROKEN'}`,
  )
}

/** Returns what one call takes. */
function nanoseconds(call) {
  const start = process.hrtime.bigint()
  call()
  // Of a slow call, some are enough.
  const calls = Number(process.hrtime.bigint() - start) > SLOW ? CALLS / 100 : CALLS
  const first = process.hrtime.bigint()
  for (let count = 0; count < calls; count += 1) call()
  return Number(process.hrtime.bigint() - first) / calls
}

/** Returns what answering one request takes, of requests that came in at once. */
async function nanosecondsOfRequests(answer) {
  const requests = Array.from({ length: REQUESTS }, () => {
    const request = Object.assign(new IncomingMessage(null), { method: 'GET', url: '/identity' })
    const response = Object.assign(new ServerResponse(request), { locals: {} })
    return [request, response]
  })
  const start = process.hrtime.bigint()
  for (const [request, response] of requests) answer(request, response, fail)
  // Promises are waited for before this.
  await turn()
  const end = process.hrtime.bigint()
  if (requests.some(([, response]) => !response.writableEnded)) fail(new Error('no answer'))
  return Number(end - start) / REQUESTS
}

function fail(error) {
  throw error
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
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
}
