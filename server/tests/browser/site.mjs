// A website on another origin than the desk: a product's, or an attacker's.

import { createServer } from 'node:http'
import { signatureOf } from './signatures.mjs'

export class Site {
  #pages = new Map()

  static async start() {
    const site = new Site()
    site.server = createServer(({ url }, response) => site.#serve(url, response))
    await new Promise((resolve) => site.server.listen(0, '127.0.0.1', resolve))
    site.origin = `http://127.0.0.1:${site.server.address().port}`
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

  #serve(url, response) {
    const page = this.#pages.get(url)
    if (!page) return response.writeHead(404).end()
    const headers = { 'content-type': 'text/html; charset=utf-8', ...page.headers }
    response.writeHead(200, headers).end(page.html)
  }
}

export const escaped = (text) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

/** Returns a page that embeds a customer's widget, with these attributes changed. */
export function pageFor(demo, email, attributes = {}) {
  const all = {
    src: `${demo.deskOrigin}/ticket-center.js`,
    'data-helpdesk-id': demo.facts.helpdeskId,
    'data-email': email,
    'data-signature': signatureOf(demo.facts, email),
    ...attributes,
  }
  const written = Object.entries(all).map(([name, value]) => `${name}="${escaped(value)}"`)
  return `<!doctype html><html lang="en"><head><title>Support</title></head><body><main><h1>Support</h1>
<div id="hdh-ticket-center"></div><script ${written.join(' ')}></script></main></body></html>`
}
