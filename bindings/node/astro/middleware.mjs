import { contract } from 'deskseal/astro/server'

/** Makes the pages of signed-in customers private, unless they set `Cache-Control` themselves. */
export async function onRequest({ isPrerendered, locals }, next) {
  const response = await next()
  const { headers } = response
  if (isPrerendered || !locals.user || headers.has('Cache-Control')) return response
  if (headers.get('Content-Type')?.startsWith('text/html')) {
    headers.set('Cache-Control', contract.cacheControl)
  }
  return response
}
