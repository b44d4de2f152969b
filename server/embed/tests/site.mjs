// A product's website on another origin than the desk, and the browser that visits it.

import { createServer } from 'node:http'
import { chromium } from 'playwright-core'
import { HELPDESK, signatureOf, tokenOf } from './desk.mjs'

export const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium'

export const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-sync',
  '--no-first-run',
]

export const launch = () => chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS })

export class Site {
  #pages = new Map()
  #routes = new Map()

  static async start() {
    const site = new Site()
    site.server = createServer((request, response) => void site.#serve(request, response))
    await new Promise((resolve) => site.server.listen(0, '127.0.0.1', resolve))
    // Another origin than the desk's: `localhost` and 127.0.0.1 are two hosts.
    site.origin = `http://localhost:${site.server.address().port}`
    return site
  }

  stop() {
    this.server.closeAllConnections()
    this.server.close()
  }

  /** Publishes a page, and returns its address. */
  publish(html, headers = {}) {
    const path = `/page-${this.#pages.size}`
    this.#pages.set(path, { html, headers })
    return this.origin + path
  }

  /** Answers a path, with any query, by a function that returns `{ html, headers, status }`, and returns the address. */
  answer(path, answered) {
    this.#routes.set(path, answered)
    return this.origin + path
  }

  async #serve(request, response) {
    const { url } = request
    const page = this.#pages.get(url) ?? (await this.#routes.get(url.split('?')[0])?.(url, request))
    if (!page) return response.writeHead(404).end()
    const headers = { 'content-type': 'text/html; charset=utf-8', ...page.headers }
    response.writeHead(page.status ?? 200, headers).end(page.html)
  }
}

export const CONTAINER = '<div id="hdh-ticket-center"></div>'

/** Returns the script tag for a customer; attributes given as `null` are left out. */
export function tagFor(desk, email, attributes = {}) {
  const all = {
    src: `${desk.origin}/ticket-center.js`,
    'data-helpdesk-id': HELPDESK,
    'data-email': email,
    'data-signature': signatureOf(email),
    ...attributes,
  }
  const given = Object.entries(all).filter(([, value]) => value !== null)
  return `<script ${given.map(([name, value]) => `${name}="${value}"`).join(' ')}></script>`
}

/** Returns the script tag with an identity token in place of the signature. */
export function tokenTagFor(desk, email, attributes = {}) {
  const token = { 'data-email': null, 'data-signature': null, 'data-identity': tokenOf({ email }) }
  return tagFor(desk, email, { ...token, ...attributes })
}

export function pageWith(body, head = '') {
  return `<!doctype html><html lang="en"><head><title>Support</title>
<meta name="viewport" content="width=device-width">${head}</head><body><main><h1>Support</h1>${body}</main></body></html>`
}
