// Every text that a customer sees, in one place, so that it can be translated.

import type { Problem, ProblemKind } from './problem.js'

/** The texts of a problem that is shown instead of a screen. */
export interface Words {
  readonly title: string
  readonly text: string
  /** What the site's developers check. Customers can read it, so it contains nothing secret. */
  readonly checks?: readonly string[]
}

export const LANGUAGE = 'en'

export const LONGEST_MESSAGE = 10_000
export const LONGEST_SUBJECT = 200

export const texts = {
  title: 'Support',
  signedInAs: 'Signed in as',
  loading: 'Loading your conversations…',
  loadingMessages: 'Loading messages…',

  newConversation: 'New conversation',
  startConversation: 'Start a conversation',
  emptyTitle: 'How can we help?',
  empty:
    'You have no conversations yet. Write to us: our reply will appear here and in your mailbox.',
  showOlderConversations: 'Show older conversations',
  you: 'You:',
  closed: 'Closed',
  open: 'Open',
  unread: (count: number) => (count === 1 ? '1 new reply' : `${count} new replies`),

  back: 'Back to all conversations',
  messages: 'Messages',
  olderFailed: 'Not loaded. Try again',
  showOlderMessages: 'Show older messages',
  yourMessage: 'You',
  agent: 'Support',
  newReply: 'Show new reply',
  repliedBy: (name: string, text: string) => `New reply from ${name}: ${text}`,
  close: 'Close conversation',
  closeQuestion: 'Close this conversation? You can reopen it at any time by writing a message.',
  closeConfirmed: 'Yes, close it',
  closeDeclined: 'Keep it open',
  closing: 'Closing…',
  closedNow: 'Conversation closed.',
  notClosed: (reason: string) => `The conversation was not closed: ${reason}. Please try again.`,
  closedNote: 'This conversation is closed. Write a message below to reopen it.',
  endsSoon: 'Your session ends soon. Copy what you have typed, then reload the page.',
  gone: 'That conversation is no longer available.',

  newTitle: 'New conversation',
  subject: 'Subject',
  optional: '(optional)',
  message: 'Message',
  reply: 'Your reply',
  messageHint: 'How can we help?',
  replyHint: 'Write a reply…',
  sendMessage: 'Send message',
  sendReply: 'Send reply',
  sending: 'Sending…',
  sent: 'Message sent.',
  sendHint: 'Ctrl + Enter to send',
  sendHintMac: '⌘ + Enter to send',
  charactersLeft: (count: number) => `${characters(count)} left`,
  charactersTooMany: (count: number) => `${characters(count)} too many`,

  tryAgain: 'Try again',
  checksTitle: 'For the people who run this site',
  today: 'Today',
  yesterday: 'Yesterday',
}

/** Returns the texts that are shown instead of a screen that cannot be loaded. */
export function wordsOf(problem: Problem, origin: string): Words {
  const words = WORDS[problem.kind] ?? WORDS.server
  const checks = CHECKS[problem.code]
  const found = typeof words === 'function' ? words(origin) : words
  return checks === undefined ? found : { ...found, checks }
}

/** Returns the notice above a screen that is loaded but may be out of date. */
export function noticeOf(problem: Problem): string {
  if (problem.kind === 'unreachable') return 'No connection. We keep trying.'
  if (problem.kind === 'too-fast')
    return 'Too many requests in a short time. New replies may take a moment.'
  if (problem.kind === 'server') return 'New replies cannot be loaded right now. We keep trying.'
  if (problem.kind === 'gone') return texts.gone
  const { title, text } = wordsOf(problem, '')
  return `${title}. ${text}`
}

/** Returns why a message was not sent; its text is still in the form. */
export function sendErrorOf(problem: Problem): string {
  const sentence = SEND_ERRORS[problem.kind]
  if (sentence !== undefined) return sentence
  if (problem.kind === 'too-fast') return tooFast(problem.retryAfter)
  const { title, text } = wordsOf(problem, '')
  return `Not sent. ${title}: ${text} ${KEPT}`
}

/** Says in the console what happened, and what the site's developers check. */
export function logProblem(problem: Problem): void {
  const { text, checks } = wordsOf(problem, location.origin)
  console.warn(`Ticket Center: ${[`${problem.message}.`, ...(checks ?? [text])].join(' ')}`)
}

const KEPT = 'Your text is kept here.'

function characters(count: number): string {
  return count === 1 ? '1 character' : `${count} characters`
}

function tooFast(retryAfter: number): string {
  const seconds = Math.ceil(retryAfter / 1000)
  const pause = seconds > 0 ? `${seconds} second${seconds === 1 ? '' : 's'}` : 'a moment'
  return `Not sent: too many messages in a short time. Please wait ${pause}, then send it again. ${KEPT}`
}

const SEND_ERRORS: Readonly<Partial<Record<ProblemKind, string>>> = {
  unreachable: `Not sent: there is no connection. Please try again. ${KEPT}`,
  server: `Not sent: something went wrong on our side. Please try again. ${KEPT}`,
  gone: `Not sent: this conversation is no longer available. Copy your text into a new conversation.`,
  'message-empty': 'Please write a message first.',
  'message-too-long': `Please shorten your message to ${LONGEST_MESSAGE} characters.`,
  'subject-too-long': `Please shorten the subject to ${LONGEST_SUBJECT} characters.`,
}

const SERVER: Words = {
  title: 'Something went wrong',
  text: 'We cannot load your conversations right now. We keep trying.',
  checks: [
    'Search the server’s log for the X-Request-Id of the failed response.',
    'If the response has no X-Request-Id, it is not the server’s: check the proxy in front of it.',
  ],
}

/** What to check for a code, in place of what its kind of problem says. */
const CHECKS: Readonly<Record<string, readonly string[]>> = {
  identity_repeated: [
    'The page has an identity token (data-identity or data-identity-url) beside data-email or data-signature. Remove data-email and data-signature, or remove the token’s attributes.',
  ],
  session_ended: [
    'The session of data-identity has ended: it lasts 30 minutes without use, and 12 hours at most.',
    'Set data-identity-url to your own endpoint that returns new tokens. Then the page needs no reload.',
  ],
  identity_token_expired: [
    'The token in data-identity has expired. Sign it for each response, and keep the page out of caches.',
    'Check the clock of the server that signs, and the token’s lifetime (exp minus iat).',
    'Set data-identity-url to your own endpoint that returns new tokens. Then the page needs no reload.',
  ],
  identity_token_replayed: [
    'The token in data-identity was used before: the customer has signed out, or a newer token has replaced it. Sign a new one, with another jti, for each response.',
  ],
  identity_token_in_future: [
    'The token in data-identity is not valid yet. Set the clock of the server that signs; iat and nbf are Unix seconds, not milliseconds.',
  ],
  identity_token_audience: [
    'The token in data-identity is for another desk. Its aud must be the text of data-helpdesk-id.',
  ],
  identity_token_claim: [
    'A claim of the token in data-identity is missing or has a wrong form: aud, iat, exp, and sub or email are required, and exp minus iat is at most 86400.',
  ],
  identity_token_malformed: [
    'data-identity must be the whole JWT, signed with HS256: three parts with two dots, at most 8192 bytes.',
  ],
  tokens_not_accepted: [
    'The desk accepts no identity tokens, so data-identity cannot be used. An owner can accept them on the dashboard’s Identity tokens page; else use data-email and data-signature.',
  ],
  signatures_not_accepted: [
    'The desk accepts identity tokens only. Replace data-email and data-signature by data-identity, or let an owner accept signatures on the dashboard’s Identity tokens page.',
  ],
  identity_url: [
    'data-identity-url must answer 200 with the JSON { identity, helpdeskId, expiresAt }, or 204 if no customer is signed in, without a redirect. helpdeskId must be that of data-helpdesk-id.',
  ],
}

const WORDS: Readonly<
  Partial<Record<ProblemKind, Words | ((origin: string) => Words)>> & { server: Words }
> = {
  server: SERVER,
  unreachable: {
    title: 'No connection',
    text: 'We cannot reach support. Please check your internet connection; we keep trying.',
    checks: [
      'The page’s Content-Security-Policy, if it has one, must allow the origin of ticket-center.js in connect-src.',
    ],
  },
  'too-fast': {
    title: 'One moment',
    text: 'There were too many requests in a short time. Please wait: we try again automatically.',
  },
  'signed-out': {
    title: 'Please sign in',
    text: 'Sign in to see your conversations with support.',
    checks: [
      'The script tag has no data-email or no data-signature, and no data-identity. Your server must write both, or data-identity, for the signed-in customer.',
      'With data-identity-url, your endpoint has answered 204: no customer is signed in.',
    ],
  },
  'not-set-up': {
    title: 'Support is not ready yet',
    text: 'Support is not fully set up on this page. Please tell the people who run this site.',
    checks: [
      'data-helpdesk-id must be the id from the embed code on the dashboard’s Ticket Center page.',
      'The same page must show a Ticket Center secret. If it shows none, generate one.',
      'For data-identity, the Identity tokens page must show an Identity Secret.',
    ],
  },
  verification: {
    title: 'Verification failed',
    text: 'We could not confirm who you are. Please reload the page, or sign out and in again.',
    checks: [
      'data-email must be exactly the text that was signed: trimmed, in lower case, in UTF-8.',
      'The secret on your server must be the Ticket Center’s current one, without whitespace or quotes around it.',
      'data-signature must be the HMAC-SHA256 of the e-mail alone, in 64 hexadecimal digits.',
      'The Verification tool on the dashboard’s Ticket Center page shows what differs.',
    ],
  },
  token: {
    title: 'Verification failed',
    text: 'We could not confirm who you are. Please reload the page, or sign out and in again.',
    checks: [
      'data-identity must be signed with the desk’s current Identity Secret, without whitespace or quotes around it.',
      'The verification tool on the dashboard’s Identity tokens page shows what differs.',
    ],
  },
  'session-ended': {
    title: 'Please reload the page',
    text: 'Your session has ended. Copy any text that you have typed, then reload the page.',
  },
  origin: (origin) => ({
    title: 'Support cannot be shown here',
    text: 'This website is not allowed to show support. Please tell the people who run it.',
    checks: [
      `Add ${origin || 'this website'} to the dashboard’s Allowed domains page (in the vendor’s guide: Settings > Messages).`,
      'While the list has entries, a page without an origin, such as a local file or a sandboxed frame, is not allowed.',
    ],
  }),
  blocked: {
    title: 'Support is not available for this account',
    text: 'Messages from this address are not accepted. Please contact us in another way.',
  },
}
