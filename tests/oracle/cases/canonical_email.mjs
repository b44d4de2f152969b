import { canonicalEmail, lowercasesIntoAscii } from '../seal.mjs'
import { scalarValues } from '../unicode.mjs'
import { caseOf, hex } from './case.mjs'

export const comment = 'SPEC 3.1 and 3.3: the canonical e-mail'

// What any of Node 20's trim, Python 3.11's strip, Ruby 3.1's strip, PHP 8.2's trim and Rust's trim removes.
const TRIMMED_SOMEWHERE = [0x00, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680,
  ...Array.from({ length: 11 }, (_, index) => 0x2000 + index), 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff]

// Each kind of SPEC 1.2 that a reader does not see: format characters, default-ignorable ones, fillers.
const INVISIBLE = [0xad, 0x34f, 0x600, 0x61c, 0x6dd, 0x110bd, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x180f, 0x200b,
  0x200c, 0x200d, 0x200e, 0x200f, 0x202a, 0x202c, 0x202e, 0x2060, 0x2061, 0x2064, 0x2065, 0x2066, 0x2069, 0x206f, 0x2800, 0x3164,
  0xfe00, 0xfe0f, 0xffa0, 0xfff0, 0xfff9, 0xfffb, 0x13430, 0x1bca0, 0x1d173, 0xe0000, 0xe0001, 0xe0020, 0xe007f, 0xe0100, 0xe0fff]

// What Unicode 17.0 gives no meaning: unassigned, noncharacters, private use.
const UNASSIGNED = [0x378, 0x530, 0x5ff, 0x2fe0, 0xa7dd, 0xe000, 0xf8ff, 0xfdd0, 0xfdef, 0xfffe, 0xffff, 0x1fffe, 0x3347a,
  0x40000, 0xf0000, 0xffffd, 0x100000, 0x10ffff]

function accepted(id, email, comment) {
  return caseOf({ id: `email-${id}`, comment, call: 'canonical_email', args: { email } })
}

function rejected(id, fails, email, comment) {
  return caseOf({ id: `email-${id}`, comment, call: 'canonical_email', args: { email }, fails })
}

function trimming() {
  return TRIMMED_SOMEWHERE.flatMap((codePoint) => {
    const character = String.fromCodePoint(codePoint)
    const name = `U+${hex(codePoint).toUpperCase()}`
    const atEnds = character.trim() === ''
      ? (id, email, where) => accepted(id, email, `${name} ${where} is removed`)
      : (id, email, where) => rejected(id, 'email_malformed', email, `${name} ${where} is not trimmed, and rejected`)
    return [
      atEnds(`trim-${hex(codePoint)}-leading`, `${character}Ada@example.com`, 'at the start'),
      atEnds(`trim-${hex(codePoint)}-trailing`, `Ada@example.com${character}`, 'at the end'),
      rejected(`trim-${hex(codePoint)}-inner`, 'email_malformed', `ada${character}lovelace@example.com`, `${name} inside is rejected`),
    ]
  })
}

function invisibleAndUnassigned() {
  const malformed = (kind, why) => (codePoint) => rejected(`${kind}-${hex(codePoint)}`, 'email_malformed',
    `ada${String.fromCodePoint(codePoint)}@example.com`, `U+${hex(codePoint).toUpperCase()}: ${why}`)
  return [
    ...INVISIBLE.map(malformed('invisible', 'two identities must not look the same')),
    ...UNASSIGNED.map(malformed('unassigned', 'a later Unicode must not change what is signed')),
    rejected('invisible-leading', 'email_malformed', '\u200bada@example.com', 'an invisible character at the start is not trimmed'),
    rejected('invisible-trailing', 'email_malformed', 'ada@example.com\u200b', 'an invisible character at the end is not trimmed'),
    rejected('invisible-in-domain', 'email_malformed', 'ada@exam\u00adple.com', 'a character after the @'),
    rejected('invisible-zwnj-in-word', 'email_malformed', 'می\u200cخواهم@example.com', 'an invisible character between letters, where a script uses it'),
    rejected('invisible-after-space', 'email_malformed', ' \u2060 ada@example.com', 'trimming stops at U+2060'),
  ]
}

function trimmingTogether() {
  return [
    accepted('trim-many', '\t\n\v\f\r \u00a0\u3000\ufeffada@example.com\ufeff\u2029\u1680 \r\n', 'all of the trim set at once'),
    accepted('trim-nothing', 'ada@example.com', 'nothing to trim, nothing to lowercase'),
    accepted('trim-spec-example', '  Ada@Example.com ', 'SPEC 11.1'),
    accepted('trim-crlf', 'ada@example.com\r\n', 'a line read from a file'),
    rejected('trim-stops-at-control', 'email_malformed', ' \u0085 ada@example.com', 'trimming stops at U+0085, which is then rejected'),
    rejected('trim-stops-at-nul', 'email_malformed', 'ada@example.com\0 ', 'trimming stops at NUL, which is then rejected'),
    rejected('inner-blanks-around-at', 'email_malformed', 'ada @ example.com', 'spaces around the @'),
  ]
}

const SIGMAS = [
  ['word-end-before-at', 'ΟΔΥΣΣΕΥΣ@Example.GR', 'SPEC 11.1: Σ before @ is final, since @ is not cased'],
  ['word-end-before-dot', 'a@ΑΣ.gr', '`.` is case-ignorable and a cased letter follows: not final'],
  ['dot-at-end', 'a@ΑΣ.', '`.` follows and nothing after it: final'],
  ['text-end', 'a@ΟΔΟΣ', 'the end of the text'],
  ['text-end-after-trimming', 'a@ΟΔΟΣ \u3000', 'the context is the trimmed text'],
  ['lone-before-at', 'Σ@example.gr', 'nothing cased stands before it: not final'],
  ['lone-after-at', 'a@Σ', '@ is neither cased nor case-ignorable: nothing cased before it'],
  ['lone-after-blank', ' Σ@example.gr', 'trimmed first: nothing comes before it'],
  ['double', 'ΑΣΣ@example.gr', 'only the last of two'],
  ['double-alone', 'ΣΣ@example.gr', 'a Σ is cased: the second one is final'],
  ['triple', 'ΣΣΣ@ΣΣΣ', 'three on both sides of @'],
  ['inside', 'ΑΣΑ@example.gr', 'a cased letter follows: not final'],
  ['apostrophe-before', "Α'Σ@example.gr", "' is case-ignorable: still final"],
  ['apostrophe-after', "ΑΣ'@example.gr", "' is skipped, then @: final"],
  ['apostrophe-then-letter', "ΑΣ'Α@example.gr", "' is skipped, then a letter: not final"],
  ['accent-before', 'Α\u0301Σ@example.gr', 'U+0301 is case-ignorable: still final'],
  ['accent-after', 'ΑΣ\u0301@example.gr', 'U+0301 is skipped, then @: final'],
  ['accent-then-letter', 'ΑΣ\u0301Α@example.gr', 'U+0301 is skipped, then a letter: not final'],
  ['only-accent-before', '\u0301Σ@example.gr', 'something case-ignorable but nothing cased before it: not final'],
  ['digit-before', '1Σ@example.gr', 'a digit is not cased: not final'],
  ['digit-between', 'Α1Σ@example.gr', 'a digit ends the search for a cased letter: not final'],
  ['digit-after', 'ΑΣ1@example.gr', 'a digit follows: final'],
  ['digit-then-letter', 'ΑΣ1Α@example.gr', 'a digit ends the search: final'],
  ['plus', 'ΑΣ+Α@example.gr', '+ is neither cased nor case-ignorable: final'],
  ['hyphen', 'ΑΣ-Α@example.gr', '- is not case-ignorable: final'],
  ['underscore', 'ΑΣ_Α@example.gr', '_ is not case-ignorable: final'],
  ['combining-acute', 'ΑΣ\u0301Α@example.gr', 'U+0301 is case-ignorable: not final'],
  ['right-single-quotation-mark', 'Α\u2019Σ\u2019@example.gr', 'U+2019 is case-ignorable on both sides: final'],
  ['long-ignorable', `Α${"'".repeat(40)}Σ${"'".repeat(40)}@example.gr`, 'any number of case-ignorable characters'],
  ['long-ignorable-then-letter', `ΑΣ${'.'.repeat(60)}Α@example.gr`, 'a letter after any number of them: not final'],
  ['latin-around', 'aΣ@b.gr', 'a Latin letter is cased'],
  ['uncased-letter-before', '中Σ@example.gr', 'an ideograph is a letter but not cased: not final'],
  ['modifier-letter-before', 'ʰΣ@example.gr', 'U+02B0 is cased and case-ignorable: skipped, so nothing cased is left'],
  ['ypogegrammeni-before', '\u0345Σ@example.gr', 'U+0345 is cased and case-ignorable: skipped'],
  ['circled-letter-before', 'ⒶΣ@example.gr', 'U+24B6 is a symbol, and cased: final'],
  ['feminine-ordinal-before', 'ªΣ@example.gr', 'U+00AA is cased and not case-ignorable: final'],
  ['emoji-before', '😀Σ@example.gr', 'an emoji is not cased: not final'],
  ['emoji-modifier-between', 'Α🏽Σ@example.gr', 'U+1F3FD is case-ignorable: final'],
  ['deseret-before', '𐐀Σ@example.gr', 'a cased letter outside the BMP: final'],
  ['garay-before', '\u{10d50}Σ@example.gr', 'a cased letter of Unicode 16: final'],
  ['deseret-after', 'ΑΣ𐐀@example.gr', 'a cased letter outside the BMP follows: not final'],
  ['already-small', 'ας@example.gr', 'small sigmas stay as they are, final or not'],
  ['small-not-final', 'ασ@example.gr', 'σ at the end of a word stays'],
  ['final-inside', 'αςα@example.gr', 'ς inside a word stays'],
  ['mixed', 'ΣΑΣ.ΣΑΣ@ΣΑΣ.ΣΑΣ', 'eight in all contexts at once'],
]

const LETTERS = [
  ['ascii', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ@EXAMPLE.COM', 'the ASCII letters'],
  ['ascii-others', "!#$%&'*+-/=?^_`{|}~0189@example.com", 'what else ASCII allows stays'],
  ['latin-1', 'ÀÉÎÕÜÞ×÷ß@example.com', 'Latin-1; × is not a letter'],
  ['sharp-s', 'STRAẞE@example.com', 'U+1E9E becomes ß'],
  ['sharp-s-small', 'straße@example.com', 'ß stays'],
  ['ohm', '\u2126@example.com', 'U+2126 OHM becomes ω, which is not ASCII'],
  ['angstrom', '\u212b@example.com', 'U+212B ANGSTROM becomes å, which is not ASCII'],
  ['dotless-i', 'ı@example.com', 'U+0131 stays: not the Turkish mapping'],
  ['ascii-i', 'I@example.com', 'I becomes i: not the Turkish mapping'],
  ['long-s', 'ſ@example.com', 'U+017F stays: only its upper case is ASCII'],
  ['i-dot-above', 'I\u0307@example.com', 'I and U+0307 becomes i and U+0307, with no condition'],
  ['lithuanian', 'Ì@example.com', 'not the Lithuanian mapping'],
  ['y-diaeresis', 'Ÿ@example.com', 'U+0178 becomes U+00FF'],
  ['titlecase-digraph', 'ǅ@example.com', 'U+01C5 becomes U+01C6'],
  ['titlecase-greek', 'ᾈ@example.com', 'U+1F88 becomes U+1F80'],
  ['a-with-stroke', 'Ⱥ@example.com', 'U+023A grows from two bytes to three'],
  ['theta-symbol', 'ϴ@example.com', 'U+03F4 becomes U+03B8'],
  ['armenian', 'ԱՖ@example.com', 'Armenian'],
  ['cyrillic', 'ИВАН@пример.рф', 'Cyrillic; no IDNA'],
  ['cyrillic-palochka', 'Ӏ@example.com', 'U+04C0 becomes U+04CF'],
  ['georgian-asomtavruli', 'Ⴀ@example.com', 'U+10A0 becomes U+2D00'],
  ['georgian-mtavruli', 'Ა@example.com', 'U+1C90 becomes U+10D0'],
  ['cherokee', 'ᎠᏰ@example.com', 'U+13A0 and U+13F0 become U+AB70 and U+13F8'],
  ['glagolitic', 'Ⰰ@example.com', 'U+2C00 becomes U+2C30'],
  ['coptic', 'Ⲁ@example.com', 'U+2C80 becomes U+2C81'],
  ['roman-numeral', 'Ⅷ@example.com', 'U+2167, a number with a lower case'],
  ['circled-letter', 'Ⓚ@example.com', 'U+24C0, a symbol with a lower case'],
  ['fullwidth', 'ＫＩＭ@example.com', 'fullwidth letters stay fullwidth: they are not ASCII'],
  ['latin-extended-d', 'Ɬ@example.com', 'U+A7AD becomes U+026C'],
  ['unicode-16-latin', '\ua7cb@example.com', 'U+A7CB of Unicode 16 becomes U+0264'],
  ['unicode-16-cyrillic', '\u1c89@example.com', 'U+1C89 of Unicode 16 becomes U+1C8A'],
  ['unicode-16-garay', '\u{10d50}@example.com', 'U+10D50 of Unicode 16 becomes U+10D70'],
  ['unicode-17-latin', '\ua7ce@example.com', 'U+A7CE of Unicode 17 becomes U+A7CF'],
  ['unicode-17-latin-2', '\ua7d2\ua7d4@example.com', 'U+A7D2 and U+A7D4 of Unicode 17'],
  ['unicode-17-beria-erfe', '\u{16ea0}@example.com', 'U+16EA0 of Unicode 17 becomes U+16EBB'],
  ['deseret', '𐐀@example.com', 'U+10400 becomes U+10428'],
  ['osage', '𐒰@example.com', 'U+104B0 becomes U+104D8'],
  ['old-hungarian', '𐲀@example.com', 'U+10C80 becomes U+10CC0'],
  ['adlam', '𞤀@example.com', 'U+1E900 becomes U+1E922'],
  ['mathematical-bold', '𝐀@example.com', 'U+1D400 has no lower case, and no normalisation is done'],
  ['precomposed', 'JOSÉ@example.com', 'NFC stays NFC'],
  ['decomposed', 'JOSE\u0301@example.com', 'NFD stays NFD: no normalisation'],
  ['idn-unicode', 'ada@BÜCHER.example', 'the domain stays in Unicode'],
  ['idn-punycode', 'ada@XN--BCHER-KVA.example', 'the domain stays in Punycode'],
  ['hebrew', 'עדה@example.com', 'a script without case'],
  ['cjk', '用户@例子.广告', 'another script without case'],
  ['emoji', '😀👩💻@example.com', 'emoji'],
  ['replacement-character', 'a\ufffd@example.com', 'U+FFFD itself is an ordinary character'],
  ['unicode-17-newest', 'a\u{16ebb}\u{1fac8}@example.com', 'assigned by Unicode 17'],
]

function ambiguous() {
  const found = [...scalarValues()].map((codePoint) => String.fromCodePoint(codePoint)).filter(lowercasesIntoAscii)
  if (found.join('') !== '\u0130\u212a') throw new Error('SPEC 3.1 names U+0130 and U+212A: Unicode has more now')
  return [
    rejected('ambiguous-kelvin', 'email_ambiguous', '\u212aELVIN@example.com', 'SPEC 11.1: U+212A would become k'),
    rejected('ambiguous-kelvin-in-domain', 'email_ambiguous', 'ada@\u212a.com', 'U+212A after the @'),
    rejected('ambiguous-dotted-i', 'email_ambiguous', '\u0130@example.com', 'U+0130 would become i and U+0307'),
    rejected('ambiguous-dotted-i-at-end', 'email_ambiguous', 'ada@example.fi\u0130', 'U+0130 as the last character'),
    rejected('ambiguous-after-trimming', 'email_ambiguous', ' \u212a@example.com ', 'U+212A in trimmed text'),
  ]
}

function atSigns() {
  return [
    rejected('at-none', 'email_malformed', 'ada.example.com', 'no @'),
    rejected('at-alone', 'email_malformed', '@', 'nothing on either side'),
    rejected('at-first', 'email_malformed', '@example.com', 'nothing before it'),
    rejected('at-last', 'email_malformed', 'ada@', 'nothing after it'),
    rejected('at-last-of-two', 'email_malformed', 'ada@example.com@', 'nothing after the last'),
    rejected('at-two-only', 'email_malformed', '@@', 'nothing after the last of two'),
    rejected('at-last-after-trimming', 'email_malformed', 'ada@ ', 'nothing after it once trimmed'),
    rejected('at-first-after-trimming', 'email_malformed', '\ufeff@example.com', 'nothing before it once trimmed'),
    rejected('at-fullwidth', 'email_malformed', 'ada\uff20example.com', 'U+FF20 is not @'),
    rejected('at-user-id', 'email_malformed', '42', 'a user id in place of an address'),
    accepted('at-two', 'ada@home@example.com', 'the last @ has something on both sides'),
    accepted('at-doubled', 'ada@@example.com', 'two @ side by side: nothing more is checked'),
    accepted('at-three', '@@a', 'an @ may be what stands before the last'),
    accepted('at-shortest', 'A@B', 'one character on both sides'),
    accepted('at-quoted', '"A@B"@example.com', 'a quoted local part'),
  ]
}

function characters() {
  const controls = [0x01, 0x07, 0x08, 0x0e, 0x1b, 0x7f, 0x80, 0x86, 0x9f]
  return [
    ...controls.map((codePoint) => rejected(`control-${hex(codePoint)}`, 'email_malformed',
      `a${String.fromCodePoint(codePoint)}b@example.com`, `control character U+${hex(codePoint).toUpperCase()}`)),
    accepted('no-control-00a1', 'a\u00a1b@example.com', 'U+00A1, the first character after the control characters that is not whitespace'),
    rejected('colon-local', 'email_malformed', 'ada:lovelace@example.com', 'a colon before the @'),
    rejected('colon-domain', 'email_malformed', 'ada@example.com:25', 'a colon after the @'),
    rejected('colon-link-message', 'email_malformed', 'help.company.com:ada@example.com:1767225600', 'the message of a link signature'),
    rejected('colon-ipv6', 'email_malformed', 'ada@[IPv6:::1]', 'an address literal with colons'),
    accepted('colon-fullwidth', 'a\uff1ab@example.com', 'U+FF1A is not a colon'),
    accepted('address-literal', 'ada@[192.0.2.1]', 'an address literal without colons'),
    accepted('plus-tag', 'Ada+News@Example.com', 'tags stay'),
    accepted('dots', 'A.d.a@Gmail.com', 'dots stay'),
    accepted('trailing-dot', 'ada@example.com.', 'a dot at the end stays'),
    accepted('markup', '<ada&"lovelace\'>@example.com', 'markup is data'),
    accepted('percent', 'ada%40home@example.com', 'nothing is decoded'),
    accepted('idempotent-sigma', canonicalEmail('ΟΔΥΣΣΕΥΣ@example.gr'), 'a canonical e-mail stays as it is'),
    accepted('idempotent-dotted', 'i\u0307@example.com', 'i and U+0307, the lower case of U+0130, stay as they are'),
  ]
}

function lengths() {
  const address = (localBytes) => `${'a'.repeat(localBytes)}@b.c`
  return [
    accepted('length-320', address(316), '320 bytes'),
    rejected('length-321', 'email_too_long', address(317), '321 bytes'),
    accepted('length-320-after-trimming', `${' '.repeat(100)}${address(316)}\n`, 'trimmed whitespace does not count'),
    rejected('length-321-after-trimming', 'email_too_long', ` ${address(317)} `, '321 bytes without the whitespace around it'),
    accepted('length-320-multibyte', `${'é'.repeat(158)}@b.c`, 'bytes, not characters: 158 × 2 + 4'),
    rejected('length-322-multibyte', 'email_too_long', `${'é'.repeat(159)}@b.c`, '163 characters, 322 bytes'),
    accepted('length-320-astral', `${'😀'.repeat(79)}@b.c`, '79 × 4 + 4 bytes'),
    rejected('length-324-astral', 'email_too_long', `${'😀'.repeat(80)}@b.c`, '164 UTF-16 units, 324 bytes'),
    accepted('length-319-grown', `${'Ⱥ'.repeat(105)}@b.c`, 'the canonical form counts: 105 × 3 + 4'),
    rejected('length-322-grown', 'email_too_long', `${'Ⱥ'.repeat(106)}@b.c`, '216 bytes as typed, 322 in lower case'),
    accepted('length-320-shrunk', `${'ẞ'.repeat(158)}@b.c`, '478 bytes as typed, 320 in lower case'),
    rejected('length-322-shrunk', 'email_too_long', `${'ẞ'.repeat(159)}@b.c`, 'shrunk, and still too long'),
    rejected('length-5000', 'email_too_long', 'A'.repeat(5_000), 'far too long'),
    accepted('length-spread', `${'a'.repeat(64)}@${'b'.repeat(255)}`, 'RFC 5321: 64 + 1 + 255'),
  ]
}

function orderOfChecks() {
  return [
    rejected('empty', 'email_empty', '', 'no characters'),
    rejected('empty-blanks', 'email_empty', ' \t\r\n\u00a0\u3000\ufeff', 'nothing is left after trimming'),
    rejected('order-next-line-only', 'email_malformed', '\u0085', 'U+0085 is not trimmed, so something is left'),
    rejected('order-nul-only', 'email_malformed', '\0', 'NUL is not trimmed, so something is left'),
    rejected('order-too-long-before-control', 'email_too_long', `\0${'a'.repeat(320)}@b`, 'too long, and with a control character'),
    rejected('order-too-long-before-no-at', 'email_too_long', 'a'.repeat(321), 'too long, and without @'),
    rejected('order-too-long-before-ambiguous', 'email_too_long', `\u212a${'a'.repeat(320)}@b`, 'too long, and ambiguous'),
    rejected('order-malformed-before-ambiguous', 'email_malformed', '\u212a', 'without @, and ambiguous'),
    rejected('order-colon-before-ambiguous', 'email_malformed', '\u212a:@b', 'with a colon, and ambiguous'),
    rejected('order-too-long-before-invisible', 'email_too_long', `\u200b${'a'.repeat(320)}@b`, 'too long, and with an invisible character'),
    rejected('order-invisible-before-ambiguous', 'email_malformed', '\u212a\u200b@b', 'with an invisible character, and ambiguous'),
    rejected('order-unassigned-before-ambiguous', 'email_malformed', '\u212a\uffff@b', 'with a noncharacter, and ambiguous'),
    rejected('order-blank-before-ambiguous', 'email_malformed', '\u212a @b', 'with a space, and ambiguous'),
    accepted('order-length-of-canonical', `${'\u2126'.repeat(157)}@b.c`, '475 bytes as typed; OHM shrinks to two bytes'),
    rejected('order-ambiguous-length', 'email_ambiguous', `\u212a${'a'.repeat(315)}@b.c`, '322 bytes as typed, 320 in lower case: not too long'),
  ]
}

export const cases = [
  ...trimming(),
  ...invisibleAndUnassigned(),
  ...trimmingTogether(),
  ...SIGMAS.map(([id, email, comment]) => accepted(`sigma-${id}`, email, comment)),
  ...LETTERS.map(([id, email, comment]) => accepted(`lower-${id}`, email, comment)),
  ...ambiguous(),
  ...atSigns(),
  ...characters(),
  ...lengths(),
  ...orderOfChecks(),
]
