// Turns web addresses in messages into links, if the link leads exactly where the text says.

import { element } from './elements.js'

const ADDRESS = /https?:\/\/\S+/gi
const SENTENCE_END = /[.,:;!?'"*_>\])]+$/

/** Returns a message's text as text nodes, with links for its web addresses. */
export function linkedText(text: string): (string | Node)[] {
  const parts: (string | Node)[] = []
  let end = 0
  for (const { 0: word, index } of text.matchAll(ADDRESS)) {
    const address = trimmedAddress(word)
    if (!isPlainAddress(address)) continue
    parts.push(text.slice(end, index), linkTo(address))
    end = index + address.length
  }
  parts.push(text.slice(end))
  return parts
}

/** Returns the address without the punctuation after it; a bracket that closes one in the address stays. */
function trimmedAddress(word: string): string {
  const address = word.replace(SENTENCE_END, '')
  const rest = word.slice(address.length)
  return rest.startsWith(')') && address.includes('(') ? `${address})` : address
}

/** Whether the text is the whole truth about the target: no user name before the host, no look-alike letters. */
function isPlainAddress(address: string): boolean {
  if (!/^[!-~]+$/.test(address)) return false
  if (!URL.canParse(address)) return false
  const { username, password, host } = new URL(address)
  const authority = /^https?:\/\/([^/?#]*)/i.exec(address)?.[1] ?? ''
  return username === '' && password === '' && authority.toLowerCase() === host
}

function linkTo(address: string): HTMLAnchorElement {
  const rel = 'noopener noreferrer nofollow ugc'
  return element('a', { href: address, target: '_blank', rel }, address)
}
