import type { IncomingMessage } from 'node:http'
import {
  type Embed,
  type ErrorCode,
  type Explanation,
  type FindingCode,
  type HttpResponse,
  type Identity,
  type SignedEmail,
  type VerifiedUser,
  responseUnlessClick,
  canonicalEmail,
  canonicalHost,
  DesksealError,
  generateSecret,
  InputError,
  portalHost,
  publicFormUrl,
  SecretError,
  Signer,
  VerificationError,
  Verifier,
} from 'deskseal'

const signer = new Signer(process.env.A_SECRET)
const verifier = Verifier.fromEnv('A_SECRET', {
  previous: [
    [process.env.OLD_SECRET, new Date()],
    [generateSecret(), 0],
  ],
  tolerance: 60,
})

const signed: SignedEmail = signer.signEmail(canonicalEmail('ada@example.com'))
const user: VerifiedUser | null = verifier.verifyLink(canonicalHost('a.example'), '/', { now: 1 })
const embed: Embed = signer.ticketCenter(signed.email, 'desk-1', {
  align: 'left',
  crossorigin: true,
  nonce: undefined,
})
const explanation: Explanation = verifier.explainEmail(signed.email, signed.signature, {
  otherSecrets: [process.env.OTHER],
})
const code: FindingCode = explanation.findings[0].code
const attribute: string | undefined = embed.attributes['data-align']
export const seen = [user?.secretIndex, code, attribute]

const eitherVariable: Signer = Signer.fromEnv(['A_SECRET', 'ITS_OTHER_NAME'] as const)
export const identity: Identity = eitherVariable.identity(signed.email, 'desk-1')
export const addresses: string[] = [
  publicFormUrl('https://a.example'),
  portalHost('https://a.example'),
]
export const unlessClick = ({ url = '/', headers }: IncomingMessage): HttpResponse | null =>
  responseUnlessClick(url, headers)

export function whose(error: unknown): ErrorCode | undefined {
  if (error instanceof SecretError && error.code === 'secret_missing') return error.code
  if (error instanceof InputError && error.code === 'email_empty') return error.code
  if (error instanceof VerificationError && error.code === 'signature_mismatch') return error.code
  return error instanceof DesksealError ? error.code : undefined
}

export const status = (error: DesksealError): number => (error.isAboutCustomer ? 422 : 503)

// @ts-expect-error a result cannot be written
signed.email = ''
// @ts-expect-error a number is not an e-mail
signer.signEmail(42)
// @ts-expect-error options come last, by name
signer.signUser('a.example', 'u', 1767225600)
// @ts-expect-error an option that does not exist
signer.signUser('a.example', 'u', { now: 1 })
// @ts-expect-error four texts by position are too easily swapped
verifier.verifyUser('a.example', 'u', '0', '')
// @ts-expect-error a bigint is not a time
verifier.verifyEmail('a@b', '', { now: 1n })
// @ts-expect-error the visitor may be anonymous
user.userId
// @ts-expect-error a signer cannot be written as an object
const forged: Signer = { signEmail: signer.signEmail }
export { forged }
