// Every text that a visitor sees, in one place, so that it can be translated.

import type { Problem, ProblemKind } from './problem.js'

/** The words of a state in which the center cannot go on by itself. */
export interface Words {
  readonly title: string
  readonly text: string
  /** What the site's owner checks; nothing in it is secret. */
  readonly checks?: readonly string[]
}

export const LANGUAGE = 'en'

export const LONGEST_MESSAGE = 10_000
export const LONGEST_SUBJECT = 200

export const texts = {
  center: 'Support',
  signedInAs: 'Signed in as',
  loading: 'Loading your conversations…',
  loadingMessages: 'Loading messages…',

  newConversation: 'New conversation',
  startConversation: 'Start a conversation',
  emptyTitle: 'How can we help?',
  empty:
    'You have no conversations yet. Write to us, and you will find our answer here and in your mailbox.',
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
  newReply: 'New reply',
  repliedBy: (name: string, text: string) => `New reply from ${name}: ${text}`,
  close: 'Close conversation',
  closeQuestion:
    'Is your question solved? You can open the conversation again at any time by writing.',
  closeConfirmed: 'Yes, close it',
  closeDeclined: 'Keep it open',
  closing: 'Closing…',
  closedNow: 'Conversation closed.',
  notClosed: (reason: string) => `The conversation is still open: ${reason}. Please try again.`,
  closedNote: 'This conversation is closed. Write below to open it again.',
  gone: 'That conversation is no longer available.',

  newTitle: 'New conversation',
  subject: 'Subject',
  optional: '(optional)',
  message: 'Message',
  reply: 'Your reply',
  messageHint: 'How can we help?',
  replyHint: 'Write a reply…',
  send: 'Send',
  sending: 'Sending…',
  sent: 'Message sent.',
  sendHint: 'Ctrl + Enter sends',
  sendHintMac: '⌘ + Enter sends',
  charactersLeft: (count: number) => `${characters(count)} left`,
  charactersTooMany: (count: number) => `${characters(count)} too many`,

  tryAgain: 'Try again',
  checksTitle: 'For the people who run this site',
  today: 'Today',
  yesterday: 'Yesterday',
}

/** Returns what a visitor reads when nothing can be shown. */
export function wordsOf(problem: Problem, origin: string): Words {
  const words = WORDS[problem.kind] ?? WORDS.server
  return typeof words === 'function' ? words(origin) : words
}

/** Returns one sentence for a visitor who sees everything but the latest. */
export function noticeOf(problem: Problem): string {
  if (problem.kind === 'unreachable') return 'No connection. We keep trying.'
  if (problem.kind === 'too-fast') return 'That was a lot at once. New replies may take a moment.'
  if (problem.kind === 'server') return 'New replies cannot be loaded right now. We keep trying.'
  if (problem.kind === 'gone') return texts.gone
  const { title, text } = wordsOf(problem, '')
  return `${title}. ${text}`
}

/** Returns one sentence for a visitor whose message was not accepted, and is still in its field. */
export function refusalOf(problem: Problem): string {
  const refusal = REFUSALS[problem.kind]
  if (refusal !== undefined) return refusal
  if (problem.kind === 'too-fast') return tooFast(problem.retryAfter)
  const { title, text } = wordsOf(problem, '')
  return `Not sent. ${title}: ${text} ${KEPT}`
}

const KEPT = 'Your text is kept here.'

function characters(count: number): string {
  return count === 1 ? '1 character' : `${count} characters`
}

function tooFast(retryAfter: number): string {
  const seconds = Math.ceil(retryAfter / 1000)
  const pause = seconds > 0 ? `${seconds} second${seconds === 1 ? '' : 's'}` : 'a moment'
  return `Not sent: too many messages in a short time. Please wait ${pause}, then send again. ${KEPT}`
}

const REFUSALS: Readonly<Partial<Record<ProblemKind, string>>> = {
  unreachable: `Not sent: there is no connection. Please try again. ${KEPT}`,
  server: `Not sent: something went wrong on our side. Please try again. ${KEPT}`,
  gone: `Not sent: this conversation is no longer available. Copy your text into a new one.`,
  'message-empty': 'Please write a message first.',
  'message-too-long': `Please shorten your message to ${LONGEST_MESSAGE} characters.`,
  'subject-too-long': `Please shorten the subject to ${LONGEST_SUBJECT} characters.`,
}

const SERVER: Words = {
  title: 'Something went wrong',
  text: 'We cannot show your conversations right now. We keep trying; you can also try again later.',
}

const WORDS: Readonly<
  Partial<Record<ProblemKind, Words | ((origin: string) => Words)>> & { server: Words }
> = {
  server: SERVER,
  unreachable: {
    title: 'No connection',
    text: 'We cannot reach support. Please check your internet connection; we keep trying.',
    checks: [
      'If the page has a Content-Security-Policy, connect-src must allow the origin of ticket-center.js.',
    ],
  },
  'too-fast': {
    title: 'One moment',
    text: 'Too many requests came from here in a short time. We go on by ourselves in a moment.',
  },
  'signed-out': {
    title: 'Please sign in',
    text: 'Your conversations appear here when you are signed in.',
    checks: [
      'The script tag needs data-email and data-signature, written by your server for the signed-in customer.',
    ],
  },
  'not-set-up': {
    title: 'Support is not ready yet',
    text: 'Support has not been set up completely on this page. Please tell the people who run it.',
    checks: [
      'data-helpdesk-id must be the id from the embed code on the dashboard’s Ticket Center page.',
      'A Ticket Center secret must have been generated there.',
    ],
  },
  verification: {
    title: 'Verification failed',
    text: 'We could not confirm who you are. Please reload the page, or sign out and in again.',
    checks: [
      'data-email must be exactly the text that was signed: trimmed, in lower case, in UTF-8.',
      'The secret on your server must be the Ticket Center’s current one, without blanks or quotes around it.',
      'data-signature must be the HMAC-SHA256 of the e-mail alone, in 64 hexadecimal digits.',
      'The Verification Tool on the dashboard’s Ticket Center page says what differs.',
    ],
  },
  origin: (origin) => ({
    title: 'Support cannot be shown here',
    text: 'This website is not on the list of websites that may show it. Please tell the people who run it.',
    checks: [
      `Add ${origin || 'this website'} to Allowed Embed Domains, in the dashboard under Settings, Messages.`,
      'A page without an origin, such as a sandboxed frame or a local file, is refused where there is a list.',
    ],
  }),
  blocked: {
    title: 'Support is not available for this account',
    text: 'Messages from this address are not accepted. Please contact us in another way.',
  },
}
