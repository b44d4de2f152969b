// Makes a case of a vector file: the oracle answers the call, and its result or error becomes part of the
// case. If a case names the error that SPEC.md demands, the oracle's answer must be that error.

import * as oracle from '../seal.mjs'
import { TokenSigner, TokenVerifier } from '../token.mjs'

export const SECRET = 'example-secret-for-documentation'
export const OLDER_SECRET = 'an-older-secret-now-being-replaced'
export const OTHER_SECRET = 'the-secret-of-the-other-product'
export const NOW = 1_767_225_600
export const HOST = 'help.company.com'

const constructors = {
  Signer: (given) => new TokenSigner(...secretAndName(given)),
  Verifier: (given) => {
    const [secret, names] = secretAndName(given)
    return new TokenVerifier(secret, names, given)
  },
}
const functions = {
  canonical_email: ({ email }) => oracle.canonicalEmail(email),
  canonical_host: ({ host }) => oracle.canonicalHost(host),
  public_form_url: ({ portal_url }) => oracle.publicFormUrl(portal_url),
  portal_host: ({ portal_url }) => oracle.portalHost(portal_url),
  response_unless_click: oracle.responseUnlessClick,
}

/**
 * Completes a case with its outcome. `fails` is the code that SPEC.md asks for; without it the call
 * must succeed. `message` is the signed text, kept only where a listed secret did sign it.
 */
export function caseOf({ fails, message, ...given }) {
  const { value, rejection } = outcomeOf(given)
  if (rejection?.code !== fails) throw new Error(`${given.id}: expected ${fails ?? 'success'}, got ${rejection?.code ?? 'success'}`)
  const outcome = rejection ? { error: rejection.code, kind: rejection.kind } : { expect: value }
  const { env, ...constructor } = given.new ?? {}
  return {
    id: given.id,
    comment: given.comment,
    ...(given.class && { class: given.class, new: constructor }),
    ...(env && { env }),
    call: given.call,
    args: given.args,
    ...(message !== undefined && { message }),
    ...outcome,
  }
}

/** Runs a call, with the environment in `new.env`: its value, or the rejection. */
export function outcomeOf(given) {
  try {
    const target = given.class ? constructed(given) : functions
    oracle.checkWellFormed(given.args, given.call)
    return { value: target[given.call](given.args) }
  } catch (rejection) {
    if (rejection instanceof oracle.Rejection) return { rejection }
    throw rejection
  }
}

function constructed(given) {
  oracle.checkWellFormed(given.new)
  return constructors[given.class](given.new)
}

function secretAndName({ secret, name, env = {} }) {
  if (name === undefined) return [secret]
  const names = [name].flat()
  return [names.map((one) => env[one]), names]
}

/** A code point as it stands in ids and comments. */
export function hex(codePoint) {
  return codePoint.toString(16).padStart(4, '0')
}
