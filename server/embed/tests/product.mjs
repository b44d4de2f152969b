// A product whose server embeds the signed-in customer in each page, with a library that swaps its pages.

import { readFile } from 'node:fs/promises'
import { claimsOf, signatureOf, tokenOf } from './desk.mjs'
import { CONTAINER, pageWith, tagFor } from './site.mjs'
import { ADA, openPage, start } from './visit.mjs'

export const GRACE = 'grace@example.com'

const LIBRARIES = {
  turbo: '@hotwired/turbo/dist/turbo.es2017-umd.js',
  htmx2: 'htmx.org/dist/htmx.min.js',
  htmx1: 'htmx1/dist/htmx.min.js',
  alpine: 'alpinejs/dist/cdn.js',
  alpineMorph: '@alpinejs/morph/dist/cdn.js',
  idiomorph: 'idiomorph/dist/idiomorph.js',
}

const OLD_NONCE = 'b2xkLW5vbmNl'
const NEW_NONCE = 'bmV3LW5vbmNl'

/** How a page proves who the customer is. */
export const PROOFS = ['signatures', 'tokens']

/** How the script is loaded in pages after the first. */
export const SCRIPTS = ['in time', 'late', 'missing', 'blocked by a policy']

export class Product {
  /** The signed-in customer, or `null`. */
  customer = ADA
  script = 'in time'
  head = ''
  /** Returns the markup around the embed. */
  frame = (embed) => embed
  /** Whether the tag is in the head, away from its container. */
  isInHead = false
  /** The identity tokens of its pages. */
  tokens = []
  #visits = 0

  static async start(t, proof, libraries) {
    const world = await start(t)
    const product = Object.assign(new Product(), world, { proof })
    world.desk.begin(ADA, 'a secret of Ada')
    world.desk.begin(GRACE, 'a secret of Grace')
    product.tags = await Promise.all(libraries.map((name) => product.#library(name)))
    product.address = world.site.answer('/support', () => product.page())
    world.site.answer('/home', () => product.page(''))
    return product
  }

  async #library(name) {
    const file = new URL(`../node_modules/${LIBRARIES[name]}`, import.meta.url)
    const html = await readFile(file, 'utf8')
    const headers = { 'content-type': 'text/javascript' }
    const src = this.site.answer(`/${name}.js`, () => ({ html, headers }))
    return `<script defer src="${src}" nonce="${OLD_NONCE}"></script>`
  }

  /** Delays scripts that are requested from now on, and returns the function that releases them. */
  holdScripts() {
    let release
    const held = new Promise((resolve) => (release = resolve))
    this.desk.beforeScript = (url) => (url.includes('?') ? held : undefined)
    return release
  }

  /** Returns the embed for the signed-in customer, or an empty text. */
  embed() {
    if (this.customer === null) return ''
    this.#visits += 1
    const { email = null, signature = null, identity = null } = this.proofOf(this.customer)
    const proof = { 'data-email': email, 'data-signature': signature, 'data-identity': identity }
    return CONTAINER + tagFor(this.desk, this.customer, { ...proof, ...this.#attributes() })
  }

  /** Returns what proves the customer, as `update()` takes it. */
  proofOf(email) {
    if (this.proof === 'signatures') return { email, signature: signatureOf(email) }
    const identity = tokenOf({ email })
    this.tokens.push(identity)
    return { identity }
  }

  /** Returns the customers on whose behalf the widget has called the desk. */
  get callers() {
    return this.sent.map(({ body }) => {
      const { email, identity, session } = JSON.parse(body)
      if (identity !== undefined) return claimsOf(identity).email
      return session === undefined ? email : this.desk.sessions.get(session)?.email
    })
  }

  /** The calls that the desk received. */
  get sent() {
    return this.desk.requests.filter(
      ({ method, url }) => method === 'POST' && url.startsWith('/api/'),
    )
  }

  #attributes() {
    const { origin } = this.desk
    if (this.#visits === 1) return { nonce: OLD_NONCE }
    if (this.script === 'late') {
      return { src: `${origin}/ticket-center.js?${this.#visits}`, nonce: OLD_NONCE, async: '' }
    }
    if (this.script === 'missing') {
      return { src: `${origin}/missing/ticket-center.js`, nonce: OLD_NONCE }
    }
    return { nonce: this.script === 'in time' ? OLD_NONCE : NEW_NONCE }
  }

  body(embed = this.embed()) {
    const who = this.customer?.split('@')[0] ?? 'no customer'
    return `<p id="who">Page of ${who}</p><nav><a href="/support">Support</a> <a href="/home">Home</a></nav>${this.frame(embed)}`
  }

  page(embed = this.embed()) {
    const headers = {
      'content-security-policy': `script-src 'nonce-${OLD_NONCE}'`,
      'cache-control': 'private, no-store',
    }
    const [container, tag] = this.isInHead ? [CONTAINER, embed.replace(CONTAINER, '')] : [embed, '']
    return { html: pageWith(this.body(container), this.head + this.tags.join('') + tag), headers }
  }
}

/** Returns a page that records each moment in which the widget sends or shows another customer than the page's. */
export async function openWatched(t, product, options) {
  const page = await openPage(t)
  page.faults = []
  await page.exposeBinding('fault', (_, text) => page.faults.push(text))
  await page.addInitScript(watchPage, { names: { Ada: ADA, Grace: GRACE } })
  await page.goto(product.address, options)
  return page
}

function watchPage({ names }) {
  const tag = () => [...document.querySelectorAll('script[src*="ticket-center.js"]')].at(-1)
  const claimsOf = (token) =>
    JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')))
  function named() {
    const { email, identity } = tag()?.dataset ?? {}
    return identity === undefined ? email : claimsOf(identity).email
  }
  /** The customers of the sessions that tokens have opened. */
  const sessions = new Map()
  const { fetch } = window
  window.asked = 0
  window.fetch = async function (url, options) {
    const isCall = String(url).includes('/api/messaging/')
    const { email, signature, identity, session } = isCall ? JSON.parse(options.body) : {}
    if (isCall) {
      window.asked += 1
      const dataset = tag()?.dataset ?? {}
      const isOwn =
        session === undefined || identity !== undefined
          ? email === dataset.email &&
            signature === dataset.signature &&
            identity === dataset.identity
          : sessions.get(session) === named()
      if (!isOwn) {
        const sender = email ?? sessions.get(session) ?? claimsOf(identity).email
        window.fault(`sent as ${sender} where the page identifies ${named()}`)
      }
    }
    const response = await fetch.apply(this, arguments)
    if (isCall && identity !== undefined && response.ok) {
      const opened = await response.clone().json()
      sessions.set(opened.session, claimsOf(identity).email)
    }
    return response
  }
  function look() {
    const shown = document.getElementById('hdh-ticket-center')?.shadowRoot?.textContent ?? ''
    for (const [name, email] of Object.entries(names)) {
      if (new RegExp(name, 'i').test(shown) && named() !== email) {
        window.fault(`shows ${name} where the page identifies ${named()}`)
      }
    }
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}

/** Returns a customer's data that is in the browser's storage. */
export function keptBy(page, { desk, tokens = [] }) {
  const proofs = [signatureOf(ADA), signatureOf(GRACE), ...tokens, ...desk.sessions.keys()]
  return page.evaluate(
    (texts) =>
      [localStorage, sessionStorage]
        .flatMap((storage) => Object.entries(storage).map(([, value]) => value))
        .flatMap((value) => texts.filter((text) => value.includes(text))),
    ['ada@', 'grace@', ...proofs],
  )
}
