import './edge.cjs'

// The names are there for bundlers to link; importing has thrown by now.
export const {
  canonicalEmail,
  canonicalHost,
  generateSecret,
  Signer,
  Verifier,
  DesksealError,
  SecretError,
  InputError,
  VerificationError,
  Desk,
  responseOf,
  deskseal,
  withDeskseal,
} = {}
