import { NextResponse } from 'next/server'

export const config = { matcher: '/strict' }

/** A policy with a nonce, as Next.js's documentation has it, and with trusted types. */
export function proxy(request) {
  const nonce = btoa(crypto.randomUUID())
  const policy = [
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "require-trusted-types-for 'script'",
    'trusted-types nextjs nextjs#bundler deskseal',
  ].join('; ')
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('Content-Security-Policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('Content-Security-Policy', policy)
  return response
}
