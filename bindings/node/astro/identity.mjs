import { desk } from './desk.mjs'

export const prerender = false

export function GET({ locals }) {
  return desk.identityResponse(locals.user)
}
