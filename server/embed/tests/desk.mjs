// A desk in memory with the Ticket Center's API, and switches for its failures.

import { createHmac, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const SCRIPT = new URL('../dist/ticket-center.js', import.meta.url)
const BASE = '/api/messaging/ticket-center/'
const LONGEST_BODY = 64 * 1024

export const HELPDESK = 'example-desk'
const SECRET = 'example-secret-for-documentation'
const IDENTITY_SECRET = 'another-example-secret-for-documentation'

export function signatureOf(email) {
  return createHmac('sha256', SECRET).update(email).digest('hex')
}

/** Returns an identity token; each call returns another one. */
export function tokenOf(claims) {
  const iat = Math.floor(Date.now() / 1000)
  const payload = {
    aud: HELPDESK,
    ...claims,
    iat,
    exp: iat + 600,
    jti: randomBytes(8).toString('hex'),
  }
  const parts = [{ alg: 'HS256', typ: 'JWT' }, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return `${parts.join('.')}.${tokenSignature(parts.join('.'))}`
}

/** Returns the claims of a token. */
export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))
}

function tokenSignature(message) {
  return createHmac('sha256', IDENTITY_SECRET).update(message).digest('base64url')
}

class Rejection extends Error {
  constructor(status, code, headers = {}) {
    super(code)
    Object.assign(this, { status, code, headers })
  }
}

export class Desk {
  /** Every request, as it arrived. */
  requests = []
  name = 'Example Support'
  blocked = new Set()
  /** The status, code and headers with which every call is rejected, or `null`. */
  rejection = null
  /** Whether connections are closed without a response. */
  isDown = false
  /** Each call waits for this before it is carried out. */
  before = async () => {}
  /** Each call waits for this after it was carried out, before its response is sent. */
  after = async () => {}
  /** The script waits for this before it is sent. */
  beforeScript = async () => {}
  /** Whether tokens name the customer's address, and not only an id. */
  hasAddress = true
  /**
   * In how many milliseconds a session ends, as `verify` and a renewal say, or `null` for the usual 30 minutes. It
   * ends by `endSessions` only.
   */
  verifiedEndsIn = null
  renewedEndsIn = null
  /** The sessions by their text, and the tokens that are spent. */
  sessions = new Map()
  spent = new Set()
  #contacts = new Map()
  #keys = new Map()
  #clock = Date.UTC(2026, 0, 1, 9, 0, 0)
  #count = 0

  static async start() {
    const desk = new Desk()
    desk.server = createServer((request, response) => void desk.#serve(request, response))
    await new Promise((resolve) => desk.server.listen(0, '127.0.0.1', resolve))
    desk.origin = `http://127.0.0.1:${desk.server.address().port}`
    return desk
  }

  stop() {
    this.server.closeAllConnections()
    this.server.close()
  }

  /** Adds a conversation that the customer has started. */
  begin(email, text, subject) {
    const conversation = { id: this.#id('c'), status: 'open', messages: [], read: 0 }
    conversation.subject = subject ?? text.split('\n')[0].slice(0, 80)
    this.#contact(email).conversations.push(conversation)
    this.write(email, conversation, text)
    return conversation
  }

  /** Adds a message of the customer. */
  write(email, conversation, text) {
    return this.#add(email, conversation, { kind: 'contact', name: null }, text)
  }

  /** Adds a message of an agent. */
  reply(email, conversation, text, name = 'Grace') {
    return this.#add(email, conversation, { kind: 'agent', name }, text)
  }

  conversationsOf(email) {
    return this.#contact(email).conversations
  }

  /** Deletes a conversation. */
  forget(email, conversation) {
    const contact = this.#contact(email)
    contact.conversations = contact.conversations.filter((one) => one !== conversation)
    contact.revision += 1
  }

  /** Ends every session without spending its token, as after 30 minutes without use. */
  endSessions() {
    this.sessions.clear()
  }

  /** Advances the clock of later messages. */
  wait(milliseconds) {
    this.#clock += milliseconds
  }

  callsOf(path) {
    return this.requests.filter(({ url }) => url.endsWith(path))
  }

  #add(email, conversation, author, text) {
    const message = { id: this.#id('m'), author, text, createdAt: this.#now() }
    conversation.messages.push(message)
    conversation.status = 'open'
    this.#contact(email).revision += 1
    return message
  }

  #id(kind) {
    this.#count += 1
    return `${kind}${this.#count}-${randomBytes(4).toString('hex')}`
  }

  #now() {
    this.#clock += 1000
    return new Date(this.#clock).toISOString()
  }

  #contact(email) {
    if (!this.#contacts.has(email)) this.#contacts.set(email, { conversations: [], revision: 1 })
    return this.#contacts.get(email)
  }

  async #serve(request, response) {
    const body = await bodyOf(request)
    const { method, url, headers } = request
    this.requests.push({ method, url, headers, body })
    if (this.isDown) return request.socket.destroy()
    if (url.split('?')[0] === '/ticket-center.js') {
      await this.beforeScript(url)
      return sendScript(response)
    }
    const cors = {
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'retry-after',
    }
    if (method === 'OPTIONS') {
      const preflight = {
        'access-control-allow-headers': 'content-type',
        'access-control-allow-methods': 'POST',
        'access-control-max-age': '7200',
      }
      return response.writeHead(204, { ...cors, ...preflight }).end()
    }
    try {
      await this.before(url)
      const [status, answer] = this.#answer(request, body)
      await this.after(url)
      sendJson(response, status, answer, cors)
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      const { code, status } = error
      sendJson(response, status, { error: { code, message: code } }, { ...cors, ...error.headers })
    }
  }

  #answer({ method, url, headers }, body) {
    if (this.rejection) throw new Rejection(...this.rejection)
    if (method !== 'POST' || !url.startsWith(BASE)) throw new Rejection(404, 'not_found')
    if (headers['content-type'] !== 'application/json')
      throw new Rejection(415, 'content_type_unsupported')
    if (body.length > LONGEST_BODY) throw new Rejection(413, 'body_too_large')
    const fields = JSON.parse(body)
    if (fields.helpdeskId !== HELPDESK) throw new Rejection(404, 'helpdesk_unknown')
    const path = url.slice(BASE.length)
    if (path === 'session') return [200, this.#exchange(fields)]
    if (path === 'session/end') return [200, this.#end(fields)]
    const email = this.#customerOf(fields)
    if (this.blocked.has(email)) throw new Rejection(403, 'contact_blocked')
    return this.#call(path.split('/'), { ...fields, email })
  }

  #customerOf({ email, signature, session }) {
    if (session === undefined) {
      if (signature === signatureOf(email)) return email
      throw new Rejection(401, 'signature_mismatch')
    }
    if (email !== undefined || signature !== undefined)
      throw new Rejection(400, 'identity_repeated')
    const found = this.sessions.get(session)
    if (!found) throw new Rejection(401, 'session_ended')
    return found.email
  }

  #exchange({ identity, session }) {
    const [header, payload, signature] = identity.split('.')
    if (signature === undefined) throw new Rejection(401, 'identity_token_malformed')
    if (signature !== tokenSignature(`${header}.${payload}`))
      throw new Rejection(401, 'signature_mismatch')
    const { email, sub, exp } = claimsOf(identity)
    if (exp * 1000 <= Date.now()) throw new Rejection(401, 'identity_token_expired')
    if (this.spent.has(identity)) throw new Rejection(401, 'identity_token_replayed')
    const customer = email ?? sub
    if (session === undefined) {
      const text = randomBytes(32).toString('base64url')
      this.sessions.set(text, { email: customer, identity })
      return { session: text, expiresAt: sessionEnd() }
    }
    const renewed = this.sessions.get(session)
    if (renewed?.email !== customer) throw new Rejection(401, 'session_ended')
    if (renewed.identity === identity) throw new Rejection(401, 'identity_token_replayed')
    this.spent.add(renewed.identity)
    renewed.identity = identity
    return { session, expiresAt: sessionEnd(this.renewedEndsIn) }
  }

  #end({ session }) {
    const ended = this.sessions.get(session)
    if (ended) this.spent.add(ended.identity)
    for (const [text, { identity }] of this.sessions) {
      if (identity === ended?.identity) this.sessions.delete(text)
    }
    return { ended: true }
  }

  #call([call, id, action], fields) {
    if (call === 'verify') return [200, this.#verify(fields)]
    if (call === 'message') return this.#message(fields)
    if (call === 'conversations' && id === undefined) return [200, this.#list(fields)]
    const conversation = this.#owned(fields.email, decodeURIComponent(id))
    if (action === 'messages') return [200, this.#messages(conversation, fields)]
    if (action === 'close') return [200, this.#close(conversation, fields)]
    throw new Rejection(404, 'not_found')
  }

  #owned(email, id) {
    const found = this.conversationsOf(email).find((one) => one.id === id)
    if (!found) throw new Rejection(404, 'conversation_unknown')
    return found
  }

  #verify({ email, session }) {
    const { conversations, revision } = this.#contact(email)
    return {
      contact: {
        id: `contact-${email}`,
        email: this.hasAddress ? email : null,
        createdAt: this.#now(),
      },
      helpdesk: { id: HELPDESK, name: this.name },
      unread: conversations.map(unreadIn).reduce((sum, count) => sum + count, 0),
      revision: String(revision),
      pollAfter: this.pollAfter ?? 200,
      ...(session !== undefined && { sessionExpiresAt: sessionEnd(this.verifiedEndsIn) }),
    }
  }

  #list({ email, limit = 20, cursor }) {
    const all = this.conversationsOf(email).map(shown)
    all.sort((one, other) => (one.updatedAt < other.updatedAt ? 1 : -1))
    const start = cursor === undefined ? 0 : all.findIndex(({ updatedAt }) => updatedAt < cursor)
    const page = all.slice(start, start + limit)
    const isLast = start + limit >= all.length
    return { conversations: page, nextCursor: isLast ? null : page.at(-1).updatedAt }
  }

  #messages(conversation, { email, limit = 50, before, after, markRead = true }) {
    const { messages } = conversation
    const place = messages.findIndex(({ id }) => id === (before ?? after))
    const end = before === undefined ? messages.length : place
    const start = after === undefined ? Math.max(0, end - limit) : place + 1
    const page = messages.slice(start, after === undefined ? end : start + limit)
    const last = messages.indexOf(page.at(-1)) + 1
    if (markRead && last > conversation.read) {
      conversation.read = last
      this.#contact(email).revision += 1
    }
    const hasMore = after === undefined ? start > 0 : start + limit < messages.length
    return { conversation: shown(conversation), messages: page, hasMore }
  }

  #message({ email, message, conversationId, subject, idempotencyKey }) {
    const known = this.#keys.get(`${email} ${idempotencyKey}`)
    if (known) return [200, known]
    if (message.trim() === '') throw new Rejection(422, 'message_empty')
    if ([...message].length > 10_000) throw new Rejection(422, 'message_too_long')
    const isNew = conversationId === undefined
    const conversation = isNew
      ? this.begin(email, message, subject)
      : this.#owned(email, conversationId)
    const added = isNew ? conversation.messages[0] : this.write(email, conversation, message)
    const answer = { conversation: shown(conversation), message: added }
    this.#keys.set(`${email} ${idempotencyKey}`, answer)
    return [201, answer]
  }

  #close(conversation, { email }) {
    conversation.status = 'closed'
    this.#contact(email).revision += 1
    return { conversation: shown(conversation) }
  }
}

function shown(conversation) {
  const { id, subject, status, messages } = conversation
  const last = messages.at(-1)
  const preview = last.text.replace(/\s+/g, ' ').slice(0, 140)
  return {
    id,
    subject,
    status,
    unread: unreadIn(conversation),
    createdAt: messages[0].createdAt,
    updatedAt: last.createdAt,
    lastMessage: { author: last.author.kind, preview, createdAt: last.createdAt },
  }
}

function sessionEnd(endsIn = null) {
  return new Date(Date.now() + (endsIn ?? 30 * 60_000)).toISOString()
}

function unreadIn({ messages, read }) {
  return messages.slice(read).filter(({ author }) => author.kind === 'agent').length
}

async function bodyOf(request) {
  const parts = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts).toString()
}

async function sendScript(response) {
  response.writeHead(200, { 'content-type': 'text/javascript' }).end(await readFile(SCRIPT))
}

function sendJson(response, status, answer, headers) {
  const fixed = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  response.writeHead(status, { ...fixed, ...headers }).end(JSON.stringify(answer))
}
