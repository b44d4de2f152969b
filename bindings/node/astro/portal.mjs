import { responseOf } from 'deskseal/astro/server'
import { desk } from './desk.mjs'

export const prerender = false

export function GET({ locals }) {
  return responseOf(desk.portalAnswer(locals.user))
}
