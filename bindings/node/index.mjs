// Both module systems use one copy of the classes, so that `instanceof` works across them.
import '#held'
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
