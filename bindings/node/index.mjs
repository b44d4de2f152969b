// One copy of everything for both module systems, so that `instanceof` holds across them.
import deskseal from './index.cjs'

export const {
  canonicalEmail,
  canonicalHost,
  generateSecret,
  publicFormUrl,
  portalHost,
  responseUnlessClick,
  Signer,
  Verifier,
  DesksealError,
  SecretError,
  InputError,
  VerificationError,
} = deskseal
