import { LATEST, Signer, canonicalEmail, signatureOf } from '../seal.mjs'
import { NOW, OLDER_SECRET, OTHER_SECRET, SECRET, caseOf } from './case.mjs'

export const comment = 'SPEC 3 and 5.1, and rotation by 2.6: signing and verifying an e-mail'

const ADA = 'ada@example.com'
const ADA_SIGNATURE = signatureOf(SECRET, ADA)
const OLDEST_SECRET = 'the-oldest-secret-of-them-all'

function signed(id, email, comment, { secret = SECRET, ...more } = {}) {
  const message = more.fails ? undefined : canonicalEmail(email)
  return caseOf({ id: `seal-sign-${id}`, comment, class: 'Signer', new: { secret }, call: 'sign_email', args: { email }, message, ...more })
}

function verified(id, comment, { email = ADA, signature = ADA_SIGNATURE, now = NOW, secret = SECRET, previous, ...more } = {}) {
  return caseOf({
    id: `seal-verify-${id}`,
    comment,
    class: 'Verifier',
    new: { secret, ...(previous && { previous }) },
    call: 'verify_email',
    args: { email, signature, now },
    ...more,
  })
}

/** A valid signature of the canonical e-mail, which the visitor may send in another form. */
function valid(id, comment, email, more = {}) {
  const message = canonicalEmail(email)
  return verified(id, comment, { email, signature: signatureOf(SECRET, message), message, ...more })
}

function signing() {
  return [
    signed('spec-ada', '  Ada@Example.com ', 'SPEC 11.1'),
    signed('spec-odysseus', 'ΟΔΥΣΣΕΥΣ@Example.GR', 'SPEC 11.1: a final sigma'),
    signed('unicode', 'ÉLODIE@bücher.example', 'non-ASCII text is signed as UTF-8'),
    signed('emoji', '😀@example.com', 'four bytes of UTF-8'),
    signed('decomposed', 'jose\u0301@example.com', 'no normalisation: not the signature of NFC'),
    signed('precomposed', 'josé@example.com', 'no normalisation: not the signature of NFD'),
    signed('cherokee', 'Ꭰ@example.com', 'a lower case that older platforms do not know'),
    signed('unicode-17', '\ua7ce@example.com', 'a lower case of Unicode 17'),
    signed('longest', `${'a'.repeat(308)}@example.com`, 'the longest message, 320 bytes'),
    signed('shortest', 'A@B', 'the shortest message'),
    signed('markup', '"<&\'>"@example.com', 'markup is signed as it is'),
    signed('secret-16-bytes', ADA, 'the shortest key', { secret: '0123456789abcdef' }),
    signed('secret-64-bytes', ADA, 'a key of one block of SHA-256', { secret: 'k3'.repeat(32) }),
    signed('secret-65-bytes', ADA, 'a key of one byte more, which HMAC hashes first', { secret: `${'k3'.repeat(32)}k` }),
    signed('secret-unicode', ADA, 'a key that is not ASCII', { secret: 'größer-als-sechzehn-🔑' }),
    signed('secret-hexadecimal', ADA, 'hexadecimal digits are not decoded', { secret: '00112233445566778899aabbccddeeff' }),
    signed('secret-base64', ADA, 'base64 is not decoded', { secret: 'ABEiM0RVZneImaq7zN3u/w==' }),
    signed('secret-prefixed', ADA, 'the prefix of a generated secret is part of the key', { secret: `dsk_secret_${'Ab3_-'.repeat(8)}xyz` }),
    signed('email-empty', '\t', 'email_empty', { fails: 'email_empty' }),
    signed('email-malformed', 'user-42', 'email_malformed', { fails: 'email_malformed' }),
    signed('email-too-long', `${'a'.repeat(320)}@b`, 'email_too_long', { fails: 'email_too_long' }),
    signed('email-ambiguous', '\u212aim@example.com', 'email_ambiguous', { fails: 'email_ambiguous' }),
    signed('email-link-message', 'help.company.com:42:1767225600', 'the message of a link signature is never signed', { fails: 'email_malformed' }),
  ]
}

function verifying() {
  return [
    valid('exact', 'a valid signature', ADA),
    valid('as-typed', 'the e-mail is made canonical before it is verified', '\u3000ADA@Example.com\n'),
    valid('sigma', 'a final sigma', 'ΟΔΥΣΣΕΥΣ@example.gr'),
    valid('earliest', 'now at the beginning of its range', ADA, { now: 0 }),
    valid('latest', 'now at the end of its range: an e-mail signature carries no time', ADA, { now: LATEST }),
    valid('uppercase', 'upper case is accepted', ADA, { signature: ADA_SIGNATURE.toUpperCase() }),
    valid('mixed-case', 'mixed case is accepted', ADA, { signature: ADA_SIGNATURE.replace(/[a-f]/, (digit) => digit.toUpperCase()) }),
    verified('email-empty', 'the visitor sent no e-mail', { email: '', fails: 'email_empty' }),
    verified('email-malformed', 'the visitor sent something else', { email: 'ada', fails: 'email_malformed' }),
    verified('email-too-long', 'the visitor sent too much', { email: `${'a'.repeat(320)}@b`, fails: 'email_too_long' }),
    verified('email-ambiguous', 'the visitor sent U+212A', { email: '\u212aim@example.com', fails: 'email_ambiguous' }),
    verified('other-email', 'the signature of another e-mail', { email: 'eve@example.com', fails: 'signature_mismatch' }),
    verified('other-secret', "another secret's signature", { signature: signatureOf(OTHER_SECRET, ADA), fails: 'signature_mismatch' }),
    verified('not-lowercased', 'a signature of the e-mail as typed', { email: 'Ada@example.com', signature: signatureOf(SECRET, 'Ada@example.com'), fails: 'signature_mismatch' }),
    verified('not-trimmed', 'a signature of the e-mail with the space at its end', { email: `${ADA} `, signature: signatureOf(SECRET, `${ADA} `), fails: 'signature_mismatch' }),
    verified('normalised', 'NFC and NFD are two addresses', { email: 'jose\u0301@example.com', signature: signatureOf(SECRET, 'josé@example.com'), fails: 'signature_mismatch' }),
    verified('link-seal', 'a link signature in place of an e-mail signature', { signature: signatureOf(SECRET, `help.company.com:${ADA}:${NOW}`), fails: 'signature_mismatch' }),
    verified('zero', 'sixty-four zeros', { signature: '0'.repeat(64), fails: 'signature_mismatch' }),
    verified('order-email-before-signature', 'the e-mail is checked first', { email: 'ada', signature: '', fails: 'email_malformed' }),
    verified('order-now-before-email', "now, the caller's own, before the e-mail", { email: '', now: -1, fails: 'timestamp_malformed' }),
    verified('now-too-late', 'now in milliseconds', { now: NOW * 1000, fails: 'timestamp_malformed' }),
    verified('order-form-before-match', 'the form of the signature is checked before its match', { email: 'eve@example.com', signature: ADA_SIGNATURE.slice(1), fails: 'signature_malformed' }),
  ]
}

function tampered() {
  const flipped = (index) => {
    const bytes = Buffer.from(ADA_SIGNATURE, 'hex')
    bytes[index] ^= 1
    return bytes.toString('hex')
  }
  return [0, 1, 15, 16, 30, 31].map((index) =>
    verified(`flipped-${index}`, `one bit of byte ${index} is wrong`, { signature: flipped(index), fails: 'signature_mismatch' }))
}

function malformed() {
  const base64 = Buffer.from(ADA_SIGNATURE, 'hex').toString('base64')
  return [
    ['empty', '', 'no signature'],
    ['63-digits', ADA_SIGNATURE.slice(1), '63 digits'],
    ['62-digits', ADA_SIGNATURE.slice(2), '31 bytes'],
    ['65-digits', `${ADA_SIGNATURE}0`, '65 digits'],
    ['66-digits', `${ADA_SIGNATURE}00`, '33 bytes'],
    ['128-digits', ADA_SIGNATURE.repeat(2), 'twice the signature'],
    ['not-hex', `${ADA_SIGNATURE.slice(1)}g`, 'g is not a hexadecimal digit'],
    ['not-hex-first', `g${ADA_SIGNATURE.slice(1)}`, 'g at the start is not a hexadecimal digit'],
    ['next-to-digits', `${ADA_SIGNATURE.slice(2)}:/`, 'the characters beside the digits in ASCII'],
    ['next-to-letters', `${ADA_SIGNATURE.slice(4)}@G\`g`, 'the characters beside the letters in ASCII'],
    ['prefixed', `0x${ADA_SIGNATURE}`, '0x at the start'],
    ['prefixed-64', `0x${ADA_SIGNATURE.slice(2)}`, '0x at the start, 64 characters in all'],
    ['algorithm', `sha256=${ADA_SIGNATURE}`, 'the algorithm at the start'],
    ['blank-leading', ` ${ADA_SIGNATURE}`, 'a space at the start'],
    ['blank-leading-64', ` ${ADA_SIGNATURE.slice(1)}`, 'a space in place of the first digit'],
    ['blank-trailing-64', `${ADA_SIGNATURE.slice(1)} `, 'a space in place of the last digit'],
    ['newline', `${ADA_SIGNATURE}\n`, 'a line feed at the end'],
    ['newline-64', `${ADA_SIGNATURE.slice(1)}\n`, 'a line feed in place of the last digit'],
    ['separated', ADA_SIGNATURE.match(/../g).join(':'), 'separated bytes'],
    ['quoted', `"${ADA_SIGNATURE}"`, 'quotes around it'],
    ['base64', base64, 'base64'],
    ['base64url', Buffer.from(ADA_SIGNATURE, 'hex').toString('base64url'), 'base64url'],
    ['nul', `${ADA_SIGNATURE.slice(1)}\0`, 'NUL'],
    ['sign', `+${ADA_SIGNATURE.slice(1)}`, 'a sign'],
    ['underscore', `${ADA_SIGNATURE.slice(0, 31)}_${ADA_SIGNATURE.slice(32)}`, 'an underscore between the digits'],
    ['fullwidth', `${ADA_SIGNATURE.slice(1)}\uff10`, 'U+FF10 is not a digit'],
    ['fullwidth-64-bytes', `${ADA_SIGNATURE.slice(3)}\uff10`, 'U+FF10, 64 bytes in all'],
    ['arabic-digit', `${ADA_SIGNATURE.slice(2)}\u0660`, 'U+0660, 64 bytes in all'],
    ['long', 'a'.repeat(5_000), 'far too long'],
    ['undefined', 'undefined', 'the text undefined'],
  ].map(([id, signature, comment]) => verified(`form-${id}`, comment, { signature, fails: 'signature_malformed' }))
}

function rotation() {
  const older = signatureOf(OLDER_SECRET, ADA)
  const oldest = signatureOf(OLDEST_SECRET, ADA)
  const expiring = (seconds) => [OLDER_SECRET, NOW + seconds]
  const rotated = (id, comment, previous, signature, more = {}) =>
    verified(`rotation-${id}`, comment, { previous, signature, message: ADA, ...more })
  return [
    rotated('none', 'no previous secret', [], ADA_SIGNATURE),
    rotated('current', 'the current secret is number 0', [expiring(60)], ADA_SIGNATURE),
    rotated('previous', 'the previous one is number 1', [expiring(60)], older),
    rotated('spec-alive', 'SPEC 11.3: active one second before the expiry', [[OLDER_SECRET, NOW]], older, { now: NOW - 1 }),
    rotated('spec-dead', 'SPEC 11.3: expired at the second of the expiry', [[OLDER_SECRET, NOW]], older, { fails: 'signature_mismatch' }),
    rotated('dead-after', 'expired one second after the expiry', [expiring(-1)], older, { fails: 'signature_mismatch' }),
    rotated('dead-current', 'an expired previous secret does not affect the current one', [expiring(-1)], ADA_SIGNATURE),
    rotated('dead-from-zero', 'with an expiry of 0, the secret is expired at 0', [[OLDER_SECRET, 0]], older, { now: 0, fails: 'signature_mismatch' }),
    rotated('alive-at-zero', 'with an expiry of 1, the secret is active at 0', [[OLDER_SECRET, 1]], older, { now: 0 }),
    rotated('latest-expiry', 'the latest expiry, a second before it', [[OLDER_SECRET, LATEST]], older, { now: LATEST - 1 }),
    rotated('latest-expiry-dead', 'expired at the latest expiry', [[OLDER_SECRET, LATEST]], older, { now: LATEST, fails: 'signature_mismatch' }),
    rotated('twice-first', 'rotated twice: the newer previous secret is number 1', [expiring(60), [OLDEST_SECRET, NOW + 30]], older),
    rotated('twice-second', 'rotated twice: the older one is number 2', [expiring(60), [OLDEST_SECRET, NOW + 30]], oldest),
    rotated('twice-second-dead', 'rotated twice: the older one is expired', [expiring(60), [OLDEST_SECRET, NOW]], oldest, { fails: 'signature_mismatch' }),
    rotated('twice-first-dead', 'an expired secret keeps its number: the next one is still 2', [expiring(-60), [OLDEST_SECRET, NOW + 30]], oldest),
    rotated('three', 'three previous secrets, the last one signed', [expiring(60), [OTHER_SECRET, NOW + 60], [OLDEST_SECRET, NOW + 60]], oldest),
    rotated('three-middle', 'three previous secrets, the middle one signed', [expiring(60), [OLDEST_SECRET, NOW + 60], [OTHER_SECRET, NOW + 60]], oldest),
    rotated('three-none', 'three previous secrets, none of them signed', [expiring(60), [OLDEST_SECRET, NOW + 60], [OTHER_SECRET, NOW + 60]],
      signatureOf('a-secret-that-is-not-listed', ADA), { message: undefined, fails: 'signature_mismatch' }),
    rotated('duplicate', 'of duplicates, the lowest number is reported', [expiring(60), expiring(120)], older),
    rotated('duplicate-dead', 'of duplicates, the lowest number of an active secret is reported', [expiring(0), expiring(120)], older),
    rotated('duplicate-current', 'the current secret listed again is number 0', [[SECRET, NOW + 60]], ADA_SIGNATURE),
    rotated('duplicate-current-dead', 'the current secret is active, even if it is listed again as expired', [[SECRET, NOW - 60]], ADA_SIGNATURE),
    rotated('duplicate-dead-all', 'duplicates that are all expired', [expiring(0), expiring(-1)], older, { fails: 'signature_mismatch' }),
    rotated('uppercase', 'a previous secret, in upper case', [expiring(60)], older.toUpperCase()),
  ]
}

function acrossKinds() {
  const { signature } = new Signer(SECRET).sign_user({ portal_host: 'help.company.com', user_id: ADA, timestamp: NOW })
  return [
    verified('link-seal-as-email', 'the message of a link signature is not an e-mail', { email: `help.company.com:${ADA}:${NOW}`, signature, fails: 'email_malformed' }),
  ]
}

export const cases = [...signing(), ...verifying(), ...tampered(), ...malformed(), ...rotation(), ...acrossKinds()]
