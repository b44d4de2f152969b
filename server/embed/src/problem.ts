// The kinds of problems, by what the customer or the site's developers can do about them.

export type ProblemKind =
  /** The page identifies no customer: it has no `data-identity`, and not both of `data-email` and `data-signature`. */
  | 'signed-out'
  /** `data-helpdesk-id` is missing or unknown, or the desk has no secret. */
  | 'not-set-up'
  /** The signature is invalid, or the page has a token beside it. */
  | 'verification'
  /** The identity token is invalid. */
  | 'token'
  /** The session has ended, or the token that should open one has expired: a reload gets a new token. */
  | 'session-ended'
  /** The page's website is not on the desk's list of allowed domains. */
  | 'origin'
  /** The desk has blocked this customer. */
  | 'blocked'
  /** The conversation does not exist for this customer. */
  | 'gone'
  /** Too many requests: the server asks to wait. */
  | 'too-fast'
  | 'message-empty'
  | 'message-too-long'
  | 'subject-too-long'
  /** No response. */
  | 'unreachable'
  /** An internal error of the server, or a response that is not the API's. */
  | 'server'

export class Problem extends Error {
  readonly kind: ProblemKind
  /** The server's error code, for the console. */
  readonly code: string
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfter: number

  constructor(kind: ProblemKind, code = '', retryAfter = 0) {
    super(code || kind)
    this.kind = kind
    this.code = code
    this.retryAfter = retryAfter
  }

  /** Whether a retry fails as well until the page, the desk or the customer changes something. */
  get isLasting(): boolean {
    return LASTING.has(this.kind)
  }
}

const LASTING: ReadonlySet<ProblemKind> = new Set([
  'signed-out',
  'not-set-up',
  'verification',
  'token',
  'session-ended',
  'origin',
  'blocked',
])

const KINDS: Readonly<Record<string, ProblemKind>> = {
  helpdesk_unknown: 'not-set-up',
  secret_not_set: 'not-set-up',
  origin_not_allowed: 'origin',
  contact_blocked: 'blocked',
  conversation_unknown: 'gone',
  session_ended: 'session-ended',
  identity_token_expired: 'session-ended',
  identity_token_replayed: 'session-ended',
  message_empty: 'message-empty',
  message_too_long: 'message-too-long',
  body_too_large: 'message-too-long',
  subject_too_long: 'subject-too-long',
}

/** Returns the problem for an error response: by its code, else by its status. */
export function problemOf(status: number, code: string, retryAfter: number): Problem {
  return new Problem(KINDS[code] ?? kindOfStatus(status), code, retryAfter)
}

function kindOfStatus(status: number): ProblemKind {
  if (status === 401) return 'verification'
  if (status === 413) return 'message-too-long'
  if (status === 429) return 'too-fast'
  return 'server'
}
