// Signs e-mails and links with Node's own crypto, as the vendors' guides do; no Deskseal package is used.

import { createHmac } from 'node:crypto'

const hmac = (secret, text) => createHmac('sha256', secret).update(text, 'utf8').digest('hex')

export const signatureOf = ({ ticketCenterSecret }, email) => hmac(ticketCenterSecret, email)

/**
 * Returns a signed link to the portal, made `age` seconds ago, with these parameters changed. With `moved`, its time is
 * so many seconds after the signed one.
 */
export function portalLink({ portalSecret, portalUrl }, userId, options = {}) {
  const { age = 0, moved = 0, ...changed } = options
  const timestamp = Math.floor(Date.now() / 1000) - age
  const url = new URL('/submit-ticket', portalUrl)
  const signature = hmac(portalSecret, `${url.hostname}:${userId}:${timestamp}`)
  const query = {
    user_id: userId,
    user_id_timestamp: String(timestamp + moved),
    user_id_signature: signature,
  }
  for (const [name, value] of Object.entries({ ...query, ...changed })) {
    if (value !== null) url.searchParams.set(name, value)
  }
  return url.href
}
