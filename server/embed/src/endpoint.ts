// Asks the page's own endpoint, which `data-identity-url` names, for an identity token.

import { Problem } from './problem.js'
import { identityOf } from './responses.js'
import { TIMEOUT, jsonOf } from './server.js'
import type { Settings } from './settings.js'

/** Returns a new token, or an empty text when no customer is signed in. */
export async function fetchedToken({ identityUrl, helpdeskId }: Settings): Promise<string> {
  try {
    const response = await fetch(identityUrl, {
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT),
    })
    if (response.status === 204) return ''
    if (response.status === 200) {
      const answer = identityOf(await jsonOf(response))
      if (answer.helpdeskId === helpdeskId && answer.identity !== '') return answer.identity
    }
  } catch {
    // The console says below what the endpoint has to answer.
  }
  throw new Problem('server', 'identity_url')
}
