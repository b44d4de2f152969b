import { responseOf } from 'deskseal/astro/server'
import { desk } from './desk.mjs'

export const prerender = false

export async function GET({ locals, request }) {
  const headers = Object.fromEntries(request.headers)
  return responseOf(await desk.identityAnswer(() => locals.user, headers))
}
