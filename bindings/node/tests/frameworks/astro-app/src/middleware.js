/** The customer that the cookie names: a test has no passwords. */
export function onRequest({ cookies, isPrerendered, locals }, next) {
  locals.user = isPrerendered ? null : (cookies.get('user')?.json() ?? null)
  return next()
}
