import { customerNamed } from './customers.js'

export async function onRequest({ isPrerendered, locals, session }, next) {
  locals.user = isPrerendered ? null : customerNamed(await session?.get('name'))
  return next()
}
