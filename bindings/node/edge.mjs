import './edge.cjs'

// The names are there for bundlers to link; importing has thrown by now.
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
  Desk,
  responseOf,
  contract,
  deskseal,
  withDeskseal,
} = {}
