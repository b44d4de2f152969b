// Checks the tokens of the vectors with a JWT library: it has to accept and to make the same ones (SPEC 12).

import { SignJWT, jwtVerify } from 'jose'

/** Throws unless the library accepts each token, and makes those of signers again, byte for byte. Returns their number. */
export async function checkTokens(cases) {
  const tokens = cases.map((entry) => ({ ...entry, token: tokenIn(entry) })).filter(({ token }) => token !== undefined)
  for (const { id, class: type, new: { secret, previous = [] }, args, expect, token } of tokens) {
    const number = expect.secret_index ?? 0
    const key = Buffer.from([secret, ...previous.map(([text]) => text)][number])
    const { payload, protectedHeader } = await jwtVerify(token, key,
      { algorithms: ['HS256'], currentDate: new Date(args.now * 1000), clockTolerance: 60 })
      .catch((error) => { throw new Error(`${id}: the JWT library rejects the token: ${error.message}`) })
    if (type !== 'Signer') continue
    const again = await new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key)
    if (again !== token) throw new Error(`${id}: the JWT library makes ${again}`)
  }
  if (tokens.length === 0) throw new Error('no case has a valid token')
  return tokens.length
}

/** The valid token that a case verifies or expects. */
function tokenIn({ call, args, expect }) {
  if (expect === undefined) return undefined
  return {
    identity_token: () => expect,
    ticket_center_with_token: () => expect.attributes['data-identity'],
    portal_link_with_token: () => new URL(expect).searchParams.get('identity'),
    verify_identity_token: () => args.token,
  }[call]?.()
}
