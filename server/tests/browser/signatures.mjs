// Signs e-mails and links with Node's own crypto, as the vendors' guides do; no Deskseal package is used.

import { createHmac } from 'node:crypto'

const hmac = (secret, text) => createHmac('sha256', secret).update(text, 'utf8').digest('hex')

export const signatureOf = ({ ticketCenterSecret }, email) => hmac(ticketCenterSecret, email)

/** Returns a signed link to the portal, made `age` seconds ago, with these parameters changed. */
export function portalLink({ portalSecret, portalUrl }, userId, { age = 0, ...changed } = {}) {
  const timestamp = String(Math.floor(Date.now() / 1000) - age)
  const url = new URL('/submit-ticket', portalUrl)
  const signature = hmac(portalSecret, `${url.hostname}:${userId}:${timestamp}`)
  const query = { user_id: userId, user_id_timestamp: timestamp, user_id_signature: signature }
  for (const [name, value] of Object.entries({ ...query, ...changed })) {
    if (value !== null) url.searchParams.set(name, value)
  }
  return url.href
}
