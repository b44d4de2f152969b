// What can go wrong, told apart by what the visitor or the site's owner can do about it.

export type ProblemKind =
  /** The page gave no identity: nobody is signed in, or an attribute is missing. */
  | 'signed-out'
  /** The page gave no help desk's id, or one that the server does not know. */
  | 'not-set-up'
  | 'verification'
  | 'origin'
  | 'blocked'
  | 'gone'
  | 'too-fast'
  | 'message-empty'
  | 'message-too-long'
  | 'subject-too-long'
  /** No answer at all. */
  | 'unreachable'
  /** An answer that says that it is the server's fault, or one that is not the server's. */
  | 'server'

export class Problem extends Error {
  readonly kind: ProblemKind
  /** The server's code, for the developer's console. */
  readonly code: string
  /** How long the server asks us to wait, in milliseconds. */
  readonly retryAfter: number

  constructor(kind: ProblemKind, code = '', retryAfter = 0) {
    super(code || kind)
    this.kind = kind
    this.code = code
    this.retryAfter = retryAfter
  }

  /** Whether asking again gives the same answer until somebody changes something. */
  get isLasting(): boolean {
    return LASTING.has(this.kind)
  }
}

const LASTING: ReadonlySet<ProblemKind> = new Set([
  'signed-out',
  'not-set-up',
  'verification',
  'origin',
  'blocked',
])

const KINDS: Readonly<Record<string, ProblemKind>> = {
  helpdesk_unknown: 'not-set-up',
  secret_not_set: 'not-set-up',
  origin_not_allowed: 'origin',
  contact_blocked: 'blocked',
  conversation_unknown: 'gone',
  message_empty: 'message-empty',
  message_too_long: 'message-too-long',
  body_too_large: 'message-too-long',
  subject_too_long: 'subject-too-long',
}

/** Returns the problem that a refusal means: by its code, else by its status. */
export function problemOf(status: number, code: string, retryAfter: number): Problem {
  return new Problem(KINDS[code] ?? kindOfStatus(status), code, retryAfter)
}

function kindOfStatus(status: number): ProblemKind {
  if (status === 401) return 'verification'
  if (status === 413) return 'message-too-long'
  if (status === 429) return 'too-fast'
  return 'server'
}
