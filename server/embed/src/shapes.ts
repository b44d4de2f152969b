// What the server answers, checked before anything relies on it.

export interface Verification {
  readonly helpdeskName: string
  readonly email: string
  /** Changes whenever something that this customer can see has changed. */
  readonly revision: string
  /** When to ask again, in milliseconds. */
  readonly pollAfter: number
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

/** An answer that is not what was agreed, as from another server or a proxy on the way. */
export class ShapeError extends Error {}

export function verificationOf(json: unknown): Verification {
  const answer = recordOf(json)
  return {
    helpdeskName: textOf(recordOf(answer['helpdesk'])['name']),
    email: textOf(recordOf(answer['contact'])['email']),
    revision: textOf(answer['revision']),
    pollAfter: numberOf(answer['pollAfter']),
  }
}

export function conversationPageOf(json: unknown): ConversationPage {
  const answer = recordOf(json)
  const cursor = answer['nextCursor']
  return {
    conversations: listOf(answer['conversations']).map(conversationOf),
    nextCursor: cursor === null ? null : textOf(cursor),
  }
}

export function messagePageOf(json: unknown): MessagePage {
  const answer = recordOf(json)
  return {
    conversation: conversationOf(answer['conversation']),
    messages: listOf(answer['messages']).map(messageOf),
    hasMore: answer['hasMore'] === true,
  }
}

export function sentOf(json: unknown): Sent {
  const answer = recordOf(json)
  return {
    conversation: conversationOf(answer['conversation']),
    message: messageOf(answer['message']),
  }
}

export function closedOf(json: unknown): Conversation {
  return conversationOf(recordOf(json)['conversation'])
}

/** Returns the error's code, or an empty text where the answer is not the server's own. */
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
  if (typeof json !== 'object' || json === null) throw new ShapeError()
  return json as Record<string, unknown>
}

function listOf(json: unknown): unknown[] {
  if (!Array.isArray(json)) throw new ShapeError()
  return json
}

function textOf(json: unknown): string {
  if (typeof json !== 'string') throw new ShapeError()
  return json
}

function numberOf(json: unknown): number {
  if (typeof json !== 'number') throw new ShapeError()
  return json
}

function dateOf(json: unknown): Date {
  const date = new Date(textOf(json))
  if (Number.isNaN(date.getTime())) throw new ShapeError()
  return date
}
