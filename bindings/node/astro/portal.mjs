import { responseOf } from 'deskseal/astro/server'
import { desk } from './desk.mjs'

export const prerender = false

export async function GET({ locals, request, url }) {
  const header = (name) => request.headers.get(name)
  return responseOf(await desk.portalAnswer(() => locals.user, header, url.pathname + url.search))
}
