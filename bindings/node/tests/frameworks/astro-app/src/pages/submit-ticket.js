import { Verifier } from 'deskseal'

export const prerender = false

export function GET({ request }) {
  const verifier = Verifier.fromEnv('LETTERBOOK_PORTAL_TICKET_SECRET')
  try {
    return new Response(verifier.verifyLink('help.company.com', request.url)?.userId ?? 'public')
  } catch ({ code }) {
    return new Response(code, { status: 403 })
  }
}
