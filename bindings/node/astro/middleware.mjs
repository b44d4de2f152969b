import { contract } from 'deskseal/astro/server'

/** Makes pages of signed-in customers private, where they do not say themselves how to be cached. */
export async function onRequest({ isPrerendered, locals }, next) {
  const response = await next()
  const { headers } = response
  if (isPrerendered || !locals.user || headers.has('Cache-Control')) return response
  if (headers.get('Content-Type')?.startsWith('text/html')) {
    headers.set('Cache-Control', contract.cacheControl)
  }
  return response
}
