// Parses the server's responses, and rejects those that have another form.

export interface Verification {
  readonly helpdeskName: string
  readonly email: string
  /** Changes whenever something has changed that this customer can see. */
  readonly revision: string
  /** After how many milliseconds to poll again. */
  readonly pollAfter: number
  /** When the session ends; `null` without one. */
  readonly sessionExpiresAt: Date | null
}

/** A session that an identity token has opened. */
export interface Opened {
  readonly session: string
  readonly expiresAt: Date
}

export interface Conversation {
  readonly id: string
  readonly subject: string
  readonly isClosed: boolean
  readonly unread: number
  readonly updatedAt: Date
  readonly preview: string
  readonly isLastFromAgent: boolean
}

export interface Message {
  readonly id: string
  readonly isFromAgent: boolean
  readonly authorName: string
  readonly text: string
  readonly createdAt: Date
}

export interface ConversationPage {
  readonly conversations: readonly Conversation[]
  readonly nextCursor: string | null
}

export interface MessagePage {
  readonly conversation: Conversation
  readonly messages: readonly Message[]
  readonly hasMore: boolean
}

export interface Sent {
  readonly conversation: Conversation
  readonly message: Message
}

/** A response that is not the API's, such as a proxy's or another server's. */
export class MalformedResponse extends Error {}

export function verificationOf(json: unknown): Verification {
  const response = recordOf(json)
  const { email } = recordOf(response['contact'])
  const end = response['sessionExpiresAt']
  return {
    helpdeskName: textOf(recordOf(response['helpdesk'])['name']),
    // A token may name the customer by id only.
    email: email === null ? '' : textOf(email),
    revision: textOf(response['revision']),
    pollAfter: numberOf(response['pollAfter']),
    sessionExpiresAt: end === undefined ? null : dateOf(end),
  }
}

export function openedOf(json: unknown): Opened {
  const response = recordOf(json)
  return { session: textOf(response['session']), expiresAt: dateOf(response['expiresAt']) }
}

/** Parses the answer of the page's own endpoint. */
export function identityOf(json: unknown): {
  readonly identity: string
  readonly helpdeskId: string
} {
  const answer = recordOf(json)
  return { identity: textOf(answer['identity']), helpdeskId: textOf(answer['helpdeskId']) }
}

export function conversationPageOf(json: unknown): ConversationPage {
  const response = recordOf(json)
  const cursor = response['nextCursor']
  return {
    conversations: listOf(response['conversations']).map(conversationOf),
    nextCursor: cursor === null ? null : textOf(cursor),
  }
}

export function messagePageOf(json: unknown): MessagePage {
  const response = recordOf(json)
  return {
    conversation: conversationOf(response['conversation']),
    messages: listOf(response['messages']).map(messageOf),
    hasMore: response['hasMore'] === true,
  }
}

export function sentOf(json: unknown): Sent {
  const response = recordOf(json)
  return {
    conversation: conversationOf(response['conversation']),
    message: messageOf(response['message']),
  }
}

export function closedOf(json: unknown): Conversation {
  return conversationOf(recordOf(json)['conversation'])
}

/** Returns the error's code, or an empty text if the response is not the API's. */
export function errorCodeOf(json: unknown): string {
  try {
    return textOf(recordOf(recordOf(json)['error'])['code'])
  } catch {
    return ''
  }
}

function conversationOf(json: unknown): Conversation {
  const conversation = recordOf(json)
  const last = recordOf(conversation['lastMessage'])
  return {
    id: textOf(conversation['id']),
    subject: textOf(conversation['subject']),
    isClosed: conversation['status'] === 'closed',
    unread: numberOf(conversation['unread']),
    updatedAt: dateOf(conversation['updatedAt']),
    preview: textOf(last['preview']),
    isLastFromAgent: last['author'] === 'agent',
  }
}

function messageOf(json: unknown): Message {
  const message = recordOf(json)
  const author = recordOf(message['author'])
  return {
    id: textOf(message['id']),
    isFromAgent: author['kind'] === 'agent',
    authorName: author['name'] === null ? '' : textOf(author['name']),
    text: textOf(message['text']),
    createdAt: dateOf(message['createdAt']),
  }
}

function recordOf(json: unknown): Record<string, unknown> {
  if (typeof json !== 'object' || json === null) throw new MalformedResponse()
  return json as Record<string, unknown>
}

function listOf(json: unknown): unknown[] {
  if (!Array.isArray(json)) throw new MalformedResponse()
  return json
}

function textOf(json: unknown): string {
  if (typeof json !== 'string') throw new MalformedResponse()
  return json
}

function numberOf(json: unknown): number {
  if (typeof json !== 'number') throw new MalformedResponse()
  return json
}

function dateOf(json: unknown): Date {
  const date = new Date(textOf(json))
  if (Number.isNaN(date.getTime())) throw new MalformedResponse()
  return date
}
