import './browser.cjs'

// Bundlers need these names to link. The import above has already thrown.
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
