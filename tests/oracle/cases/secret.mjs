import { LATEST } from '../seal.mjs'
import { NOW, OLDER_SECRET, SECRET, caseOf, hex } from './case.mjs'

export const comment = 'SPEC 2: which secrets are rejected, with which code, wherever they are given'

const EMAIL = 'ada@example.com'
/** Read by name, the secret of the other cases would be rejected as an example of the documentation. */
const UNPUBLISHED = 'a-secret-of-no-documentation'
const PUBLIC_PREFIXES = ['PUBLIC_', 'NEXT_PUBLIC_', 'VITE_', 'NUXT_PUBLIC_', 'REACT_APP_', 'EXPO_PUBLIC_', 'GATSBY_',
  'VUE_APP_', 'MIX_', 'NUXT_ENV_', 'NG_APP_', 'STORYBOOK_']
const PLACEHOLDERS = ['YOUR_HMAC_SECRET', 'changeme', 'undefined', 'null', 'None']
const TRIM_SET_AND_NEXT_LINE = [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff]

/** What a signer with this secret says; signing stands for any call. */
function given(id, secret, fails, comment) {
  return caseOf({ id: `secret-${id}`, comment, class: 'Signer', new: { secret }, call: 'sign_email', args: { email: EMAIL },
    message: fails ? undefined : EMAIL, fails })
}

function named(id, name, value, fails, comment) {
  const env = value === undefined ? {} : { [name]: value }
  return caseOf({ id: `secret-env-${id}`, comment, class: 'Signer', new: { name, env }, call: 'sign_email', args: { email: EMAIL },
    message: fails ? undefined : EMAIL, fails })
}

function namedVerifier(id, name, value, options, fails, comment) {
  const env = value === undefined ? {} : { [name]: value }
  return caseOf({ id: `secret-verifier-env-${id}`, comment, class: 'Verifier', new: { name, ...options, env }, call: 'verify_email',
    args: { email: EMAIL, signature: '', now: NOW }, fails })
}

function listed(id, options, fails, comment) {
  return caseOf({ id: `secret-verifier-${id}`, comment, class: 'Verifier', new: { secret: SECRET, ...options }, call: 'verify_email',
    args: { email: EMAIL, signature: '', now: NOW }, fails })
}

function missingAndEmpty() {
  return [
    given('missing', null, 'secret_missing', "the language's own word for none"),
    given('empty', '', 'secret_empty', 'no bytes'),
    given('blank', ' ', 'secret_padded', 'a single space is padding: the secret is not empty'),
  ]
}

function padded() {
  const ends = TRIM_SET_AND_NEXT_LINE.flatMap((codePoint) => {
    const character = String.fromCodePoint(codePoint)
    const name = `U+${hex(codePoint).toUpperCase()}`
    return [
      given(`padded-${hex(codePoint)}-leading`, character + SECRET, 'secret_padded', `${name} at the start`),
      given(`padded-${hex(codePoint)}-trailing`, SECRET + character, 'secret_padded', `${name} at the end`),
    ]
  })
  return [
    ...ends,
    given('padded-crlf', `${SECRET}\r\n`, 'secret_padded', 'a line from a file'),
    given('padded-both', ` ${SECRET} `, 'secret_padded', 'spaces at both ends'),
    given('blank-inside', 'correct horse battery staple', undefined, 'spaces inside are part of the key'),
    given('no-break-space-inside', 'correct\u00a0horse\u3000battery', undefined, 'whitespace other than control characters may be inside'),
    given('byte-order-mark-inside', 'correct\ufeffhorse battery', undefined, 'U+FEFF may be inside'),
    given('zero-width-space', `\u200b${SECRET}\u200b`, undefined, 'U+200B is not whitespace'),
  ]
}

function quoted() {
  return [
    given('quoted-double', `"${SECRET}"`, 'secret_padded', 'double quotes around it'),
    given('quoted-single', `'${SECRET}'`, 'secret_padded', 'single quotes around it'),
    given('quoted-backtick', `\`${SECRET}\``, 'secret_padded', 'backticks around it'),
    given('quoted-empty', '""', 'secret_padded', 'two quotes and nothing inside'),
    given('quoted-short', "'x'", 'secret_padded', 'quotes are found before the length'),
    given('quoted-mismatched', `'${SECRET}"`, undefined, 'two kinds of quotes'),
    given('quoted-mismatched-backtick', `\`${SECRET}'`, undefined, 'two kinds of quotes'),
    given('quoted-front-only', `"${SECRET}`, undefined, 'a quote at the start only'),
    given('quoted-end-only', `${SECRET}'`, undefined, 'a quote at the end only'),
    given('quoted-inside', "example'secret\"for`documentation", undefined, 'quotes inside'),
    given('quoted-typographic', `\u201c${SECRET}\u201d`, undefined, 'typographic quotes are not meant'),
    given('quoted-typographic-same', `\u201d${SECRET}\u201d`, undefined, 'the same typographic quote at both ends is not meant'),
    given('quote-alone', '"', 'secret_too_short', 'a single quote is not a pair'),
  ]
}

function controls() {
  return [
    ...[0x00, 0x01, 0x1b, 0x1c, 0x1f, 0x7f, 0x80, 0x9f].map((codePoint) => given(`control-${hex(codePoint)}-inside`,
      `example-secret${String.fromCodePoint(codePoint)}for-documentation`, 'secret_malformed', `U+${hex(codePoint).toUpperCase()} inside`)),
    given('control-newline-inside', 'example-secret\nfor-documentation', 'secret_malformed', 'a line feed inside'),
    given('control-tab-inside', 'example-secret\tfor-documentation', 'secret_malformed', 'a tab inside'),
    given('control-next-line-inside', 'example-secret\u0085for-documentation', 'secret_malformed', 'U+0085 inside'),
    given('control-nul-at-end', `${SECRET}\0`, 'secret_malformed', 'NUL is not whitespace'),
    given('control-nul-in-front', `\0${SECRET}`, 'secret_malformed', 'NUL is not whitespace'),
    given('control-unit-separator-at-end', `${SECRET}\x1f`, 'secret_malformed', "U+001F is not whitespace, though Python's strip removes it"),
    given('control-delete-at-end', `${SECRET}\x7f`, 'secret_malformed', 'U+007F'),
    given('control-only', '\0', 'secret_malformed', 'a single NUL'),
  ]
}

function placeholders() {
  const rejected = (id, secret, comment) => given(`placeholder-${id}`, secret, 'secret_placeholder', comment)
  const tooShort = (id, secret, comment) => given(`placeholder-${id}`, secret, 'secret_too_short', comment)
  const accepted = (id, secret, comment) => given(`placeholder-${id}`, secret, undefined, comment)
  return [
    ...PLACEHOLDERS.flatMap((word) => [
      rejected(word, word, 'a word of 2.3'),
      rejected(`${word}-upper-or-lower`, word === word.toUpperCase() ? word.toLowerCase() : word.toUpperCase(), 'a word of 2.3 in the other case'),
      rejected(`hdh-${word}`, `hdh_secret_${word}`, 'a word of 2.3 after hdh_secret_'),
      rejected(`dsk-${word}`, `dsk_secret_${word}`, 'a word of 2.3 after dsk_secret_'),
    ]),
    rejected('mixed-case', 'ChAnGeMe', 'a word of 2.3 in mixed case'),
    rejected('template', '${HELPDESKY_HMAC_SECRET}', 'a variable that was not replaced'),
    rejected('template-default', '${SECRET:-none of these}', 'a reference with a default'),
    rejected('template-empty', '${}', 'an empty reference'),
    rejected('template-prefixed', 'dsk_secret_${SECRET}', 'a reference after a prefix'),
    rejected('template-two', '${A} and ${B}', 'it starts and ends like one'),
    rejected('repeated', 'xxxxxxxxxxxxxxxx', 'one character repeated'),
    rejected('repeated-64', '0'.repeat(64), 'sixty-four zeros'),
    rejected('repeated-two', 'xx', 'one character twice: found before the length'),
    rejected('repeated-unicode', 'éééééééé', 'one character of two bytes repeated'),
    rejected('repeated-emoji', '🔑🔑🔑🔑', 'one character of four bytes repeated'),
    rejected('repeated-prefixed', `hdh_secret_${'x'.repeat(32)}`, 'one character repeated after a prefix'),
    rejected('repeated-prefixed-two', 'dsk_secret_**', 'one character twice after a prefix'),
    tooShort('single', 'x', 'one character is not repeated, only short'),
    tooShort('single-prefixed', 'dsk_secret_x', 'one character after a prefix'),
    tooShort('prefix-only', 'hdh_secret_', 'a prefix and nothing else'),
    tooShort('template-unclosed', '${SECRET', 'not closed'),
    accepted('repeated-but-one', 'xxxxxxxxxxxxxxxy', 'one other character at the end'),
    accepted('repeated-decomposed', 'e\u0301'.repeat(8), 'a letter and its accent are two characters'),
    accepted('contained', 'not-changeme-at-all', 'a word inside another text'),
    accepted('suffixed', 'YOUR_HMAC_SECRET_2', 'a word and more'),
    accepted('long-s', 'YOUR_HMAC_\u017fECRET', 'U+017F is not an ASCII s'),
    accepted('template-inside', 'a${SECRET}-behind-it', 'a template inside another text'),
    accepted('template-double-braces', '{{ HELPDESKY_HMAC_SECRET }}', 'another template language'),
    accepted('prefix-upper', 'DSK_SECRET_changeme', 'prefixes are case-sensitive'),
    accepted('prefix-twice', 'dsk_secret_dsk_secret_changeme', 'one prefix is removed, not two'),
    accepted('prefix-other', 'sk_secret_undefined', 'another prefix'),
  ]
}

function lengths() {
  return [
    given('length-15', '0123456789abcde', 'secret_too_short', '15 bytes'),
    given('length-16', '0123456789abcdef', undefined, '16 bytes'),
    given('length-15-multibyte', 'ä1234567890bcd', 'secret_too_short', '14 characters, 15 bytes'),
    given('length-16-multibyte', 'ä1234567890bcde', undefined, '15 characters, 16 bytes'),
    given('length-16-astral', '🔑🗝🔒🔓', undefined, 'four characters, 16 bytes'),
    given('length-14-utf-16', '🔑🗝🔒ab', 'secret_too_short', 'five characters, 14 bytes'),
    given('length-1000', 'ab'.repeat(500), undefined, 'no upper bound'),
    given('length-two', 'ab', 'secret_too_short', 'two characters'),
    given('length-15-prefixed', 'hdh_secret_0123456789abcde', 'secret_too_short', 'the prefix does not count: 15 bytes after it'),
    given('length-16-prefixed', 'dsk_secret_0123456789abcdef', undefined, '16 bytes after the prefix'),
    given('length-prefix-twice', 'dsk_secret_dsk_secret_01234', undefined, 'one prefix does not count, not two: 16 bytes are left'),
    given('length-5-prefixed', 'hdh_secret_12345', 'secret_too_short', 'five unknown characters'),
    given('generated', 'dsk_secret_q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k', undefined, 'the form of a generated secret'),
    given('hdh', 'hdh_secret_4f9a1c7be2d05836', undefined, 'the form of a vendor\'s secret'),
  ]
}

function orderOfChecks() {
  return [
    named('order-public-before-missing', 'PUBLIC_ORDER_UNSET', undefined, 'secret_public', 'public, and unset'),
    named('order-public-before-empty', 'PUBLIC_ORDER_EMPTY', '', 'secret_public', 'public, and empty'),
    named('order-public-before-padded', 'PUBLIC_ORDER_PADDED', ' x ', 'secret_public', 'public, and padded'),
    named('order-public-before-short', 'PUBLIC_ORDER_SHORT', 'x', 'secret_public', 'public, and short'),
    given('order-padded-before-control', 'a\x01b ', 'secret_padded', 'padded, and with a control character'),
    given('order-quoted-before-control', '"a\nb"', 'secret_padded', 'quoted, and with a control character'),
    given('order-padded-before-placeholder', ' changeme', 'secret_padded', 'padded, and a placeholder'),
    given('order-quoted-before-placeholder', "'undefined'", 'secret_padded', 'quoted, and a placeholder'),
    given('order-blanks-before-placeholder', ' '.repeat(16), 'secret_padded', 'padded, and one character repeated'),
    given('order-quotes-before-placeholder', '"'.repeat(16), 'secret_padded', 'quoted, and one character repeated'),
    given('order-padded-before-short', 'abc\n', 'secret_padded', 'padded, and short'),
    given('order-control-before-placeholder', '\x01'.repeat(16), 'secret_malformed', 'control characters, and one character repeated'),
    given('order-control-in-template', '${A\tB}', 'secret_malformed', 'a control character, and a template'),
    given('order-control-before-short', 'a\x01b', 'secret_malformed', 'a control character, and short'),
    given('order-placeholder-before-short', 'changeme', 'secret_placeholder', 'a placeholder, and short'),
  ]
}

function names() {
  return [
    ...PUBLIC_PREFIXES.map((prefix) => named(`public-${prefix}`, `${prefix}HMAC_SECRET`, UNPUBLISHED, 'secret_public', `${prefix} is copied into browser code`)),
    named('public-prefix-only', 'VITE_', UNPUBLISHED, 'secret_public', 'nothing after the prefix'),
    named('public-unset', 'GATSBY_UNSET', undefined, 'secret_public', 'the name alone decides'),
    named('private-inside', 'MY_PUBLIC_SECRET', UNPUBLISHED, undefined, 'PUBLIC_ inside a name'),
    named('private-lower', 'vite_private_secret', UNPUBLISHED, undefined, 'prefixes are case-sensitive'),
    named('private-mixed', 'Next_Public_Mixed_Secret', UNPUBLISHED, undefined, 'prefixes are case-sensitive'),
    named('private-no-underscore', 'VITESECRET', UNPUBLISHED, undefined, 'the underscore is part of the prefix'),
    named('private-public', 'PUBLICSECRET', UNPUBLISHED, undefined, 'the underscore is part of the prefix'),
    named('private-underscore', '_PUBLIC_SECRET', UNPUBLISHED, undefined, 'an underscore at the start'),
    named('private-nuxt', 'NUXT_SECRET', UNPUBLISHED, undefined, 'a private variable of Nuxt'),
    named('private-next', 'NEXT_SECRET', UNPUBLISHED, undefined, 'a private variable of Next.js'),
    named('private-expo', 'EXPO_SECRET', UNPUBLISHED, undefined, 'a private variable of Expo'),
    named('private-react', 'REACT_SECRET', UNPUBLISHED, undefined, 'REACT_ is not REACT_APP_'),
    named('usual-helpdesky', 'HELPDESKY_HMAC_SECRET', UNPUBLISHED, undefined, 'a usual name'),
    named('usual-hdh', 'HDH_HMAC_SECRET', 'hdh_secret_4f9a1c7be2d05836', undefined, 'a usual name'),
    named('usual-letterbook', 'LETTERBOOK_PORTAL_TICKET_SECRET', 'portal-secret-for-documentation', undefined, 'a usual name'),
    named('unset', 'DESKSEAL_TEST_UNSET', undefined, 'secret_missing', 'an unset variable'),
    named('empty', 'DESKSEAL_TEST_EMPTY', '', 'secret_empty', 'an empty variable'),
    named('padded', 'DESKSEAL_TEST_PADDED', `${SECRET} `, 'secret_padded', 'a space at the end'),
    named('newline', 'DESKSEAL_TEST_NEWLINE', `${SECRET}\n`, 'secret_padded', 'a line feed at the end'),
    named('quoted', 'DESKSEAL_TEST_QUOTED', `"${SECRET}"`, 'secret_padded', 'quotes of a .env file'),
    named('control', 'DESKSEAL_TEST_CONTROL', 'example-secret\x01for-documentation', 'secret_malformed', 'a control character'),
    named('placeholder', 'DESKSEAL_TEST_PLACEHOLDER', 'YOUR_HMAC_SECRET', 'secret_placeholder', "the documentation's own example"),
    named('short', 'DESKSEAL_TEST_SHORT', 'short', 'secret_too_short', 'five bytes'),
    named('unicode', 'DESKSEAL_TEST_UNICODE', 'größer-als-sechzehn-🔑', undefined, 'non-ASCII text as UTF-8'),
  ]
}

// Read by name, a reference that nothing resolved stands where the secret should be; given as a text it may be one.
const REFERENCES = [
  ['dollar', '$HELPDESKY_HMAC_SECRET', 'a shell variable'],
  ['dollar-lower', '$helpdesky_hmac_secret', 'a shell variable in lower case'],
  ['percent', '%HELPDESKY_HMAC_SECRET%', 'a variable of Windows'],
  ['braces', '{{ secrets.HELPDESKY_HMAC_SECRET }}', 'a template'],
  ['braces-tight', '{{HELPDESKY_HMAC_SECRET}}', 'a template without spaces'],
  ['process-env', 'process.env.HELPDESKY_HMAC_SECRET', 'a reference in source code'],
  ['op', 'op://vault/helpdesky/hmac-secret', 'a reference of 1Password'],
  ['enc', 'ENC[AES256_GCM,data:Zm9vYmFy,iv:AAAA,tag:BBBB]', 'a value that sops encrypted'],
  ['vault', 'vault:secret/data/helpdesky#hmac', 'a reference of Vault'],
  ['your', 'your_hmac_secret_here', 'a variant of "your secret"'],
  ['your-upper', 'YOUR-HELPDESKY-SECRET', 'a variant of "your secret" in upper case, with hyphens'],
  ['your-joined', 'YourHmacSecretGoesHere', 'a variant of "your secret" in one word'],
  ['your-prefixed', 'hdh_secret_your_secret_here', 'a variant of "your secret" after a prefix'],
]

function examples() {
  return [
    named('example', 'DESKSEAL_EXAMPLE_SECRET', SECRET, 'secret_placeholder', "this project's own example"),
    named('example-older', 'DESKSEAL_EXAMPLE_OLDER', OLDER_SECRET, 'secret_placeholder', 'its example of a secret that was replaced'),
    named('example-longer', 'DESKSEAL_EXAMPLE_LONGER', `${SECRET}-2`, undefined, 'an example and more'),
    given('example', SECRET, undefined, 'given directly, it is accepted as any text is'),
  ]
}

/** Several names that mean the same secret. */
function alternatives() {
  const names = (id) => [`DESKSEAL_FIRST_${id}`, `DESKSEAL_SECOND_${id}`]
  const signer = (id, values, fails, comment) => caseOf({ id: `secret-env-names-${id}`, comment, class: 'Signer',
    new: namesAnd(id, values), call: 'sign_email', args: { email: EMAIL }, message: fails ? undefined : EMAIL, fails })
  const verifier = (id, values, fails, comment) => caseOf({ id: `secret-verifier-env-names-${id}`, comment, class: 'Verifier',
    new: namesAnd(`VERIFIER_${id}`, values), call: 'verify_email', args: { email: EMAIL, signature: '', now: NOW }, fails })
  function namesAnd(id, values) {
    const name = names(id.replaceAll('-', '_').toUpperCase())
    const set = name.map((one, index) => [one, values[index]]).filter(([, value]) => value !== undefined)
    return { name, env: Object.fromEntries(set) }
  }
  return [
    signer('first', [UNPUBLISHED], undefined, 'the first alone is set'),
    signer('second', [undefined, UNPUBLISHED], undefined, 'the second alone is set'),
    signer('equal', [UNPUBLISHED, UNPUBLISHED], undefined, 'both variables hold the same text'),
    signer('conflict', [UNPUBLISHED, `${UNPUBLISHED}-2`], 'secret_conflict', 'the two variables hold different texts'),
    signer('conflict-empty', ['', UNPUBLISHED], 'secret_conflict', 'an empty variable is set, and differs'),
    signer('conflict-before-padded', [`${UNPUBLISHED} `, UNPUBLISHED], 'secret_conflict', 'the conflict is found before either secret is checked'),
    signer('unset', [], 'secret_missing', 'neither variable is set'),
    signer('padded', [undefined, `${UNPUBLISHED} `], 'secret_padded', 'the variable that is set is checked'),
    caseOf({ id: 'secret-env-names-public', comment: 'a public name among several', class: 'Signer',
      new: { name: ['DESKSEAL_NOT_PUBLIC', 'VITE_SECOND_SECRET'], env: { DESKSEAL_NOT_PUBLIC: UNPUBLISHED } },
      call: 'sign_email', args: { email: EMAIL }, fails: 'secret_public' }),
    verifier('second', [undefined, UNPUBLISHED], 'signature_malformed', 'the second alone is set: the call gets further'),
    verifier('conflict', [UNPUBLISHED, `${UNPUBLISHED}-2`], 'secret_conflict', 'the two variables hold different texts'),
  ]
}

function references() {
  const name = (id) => `DESKSEAL_REFERENCE_${id.replaceAll('-', '_').toUpperCase()}`
  return [
    ...REFERENCES.flatMap(([id, text, comment]) => [
      named(`reference-${id}`, name(id), text, 'secret_placeholder', comment),
      given(`reference-${id}`, text, undefined, `${comment}: given directly, it is accepted as any text is`),
    ]),
    named('reference-dollar-inside', name('dollar-inside'), 'a$HELPDESKY_HMAC_SECRET', undefined, 'a dollar inside'),
    named('reference-dollar-dash', name('dollar-dash'), '$2y$10$abcdefghijklmnop', undefined, 'a dollar before what is not a name'),
    named('reference-percent-once', name('percent-once'), '%HELPDESKY_HMAC_SECRET', undefined, 'one percent sign'),
    named('reference-braces-open', name('braces-open'), '{{ HELPDESKY_HMAC_SECRET', undefined, 'not closed'),
    named('reference-enc-open', name('enc-open'), 'ENC[AES256_GCM,data', undefined, 'not closed'),
    named('reference-op-inside', name('op-inside'), 'an op://reference inside', undefined, 'a reference that is not at the start'),
    named('reference-your-alone', name('your-alone'), 'your-own-key-of-words', undefined, 'a text that contains your, but not secret'),
    named('reference-secret-alone', name('secret-alone'), 'in-secret-for-yourself', undefined, 'a text that contains secret before your'),
  ]
}

function verifiers() {
  const soon = NOW + 60
  const previous = (...pairs) => ({ previous: pairs })
  const active = ['an-older-secret-now-being-replaced', soon]
  return [
    listed('current-missing', { secret: null }, 'secret_missing', 'no current secret'),
    listed('current-empty', { secret: '' }, 'secret_empty', 'an empty current secret'),
    listed('current-padded', { secret: `${SECRET}\n` }, 'secret_padded', 'a padded current secret'),
    listed('current-placeholder', { secret: 'changeme' }, 'secret_placeholder', 'a placeholder as the current secret'),
    listed('previous-empty', previous(['', soon]), 'secret_empty', 'an empty previous secret'),
    listed('previous-padded', previous([`${SECRET} `, soon]), 'secret_padded', 'a padded previous secret'),
    listed('previous-quoted', previous([`'${SECRET}'`, soon]), 'secret_padded', 'a quoted previous secret'),
    listed('previous-control', previous(['example-secret\x01for-documentation', soon]), 'secret_malformed', 'a control character in a previous secret'),
    listed('previous-placeholder', previous(['undefined', soon]), 'secret_placeholder', 'a placeholder as a previous secret'),
    listed('previous-short', previous(['short', soon]), 'secret_too_short', 'a short previous secret'),
    listed('previous-dead-too', previous(['short', 0]), 'secret_too_short', 'an expired one is rejected as well'),
    listed('previous-second', previous(active, ['', soon]), 'secret_empty', 'the second previous secret'),
    listed('expiry-negative', previous([active[0], -1]), 'secret_expiry_malformed', 'an expiry before 1970'),
    listed('expiry-twelve-digits', previous([active[0], LATEST + 1]), 'secret_expiry_malformed', 'an expiry of twelve digits'),
    listed('expiry-milliseconds', previous([active[0], soon * 1000]), 'secret_expiry_malformed', 'an expiry in milliseconds'),
    listed('expiry-second', previous(active, [active[0], -1]), 'secret_expiry_malformed', 'the second expiry'),
    listed('expiry-earliest', previous([active[0], 0]), 'signature_malformed', 'the earliest expiry is accepted: the call gets further'),
    listed('expiry-latest', previous([active[0], LATEST]), 'signature_malformed', 'the latest expiry is accepted: the call gets further'),
    listed('order-current-before-previous', { secret: '', ...previous(['short', soon]) }, 'secret_empty', 'the current secret is checked first'),
    listed('order-secret-before-its-expiry', previous(['short', -1]), 'secret_too_short', 'a previous secret before its expiry'),
    listed('order-expiry-before-next-secret', previous([active[0], -1], ['', soon]), 'secret_expiry_malformed', 'the expiry of a previous secret before the next secret'),
    listed('order-previous-before-tolerance', { ...previous(['short', soon]), tolerance: -1 }, 'secret_too_short', 'previous secrets before the tolerance'),
    listed('order-expiry-before-tolerance', { ...previous([active[0], -1]), tolerance: 3601 }, 'secret_expiry_malformed', 'the expiry of previous secrets before the tolerance'),
    listed('order-tolerance-before-call', { tolerance: 3601 }, 'tolerance_malformed', 'the tolerance before anything of the call'),
  ]
}

function verifiersByName() {
  const older = 'an-older-secret-now-being-replaced'
  return [
    namedVerifier('public', 'VITE_VERIFIER_SECRET', UNPUBLISHED, {}, 'secret_public', 'a public name'),
    namedVerifier('unset', 'DESKSEAL_VERIFIER_UNSET', undefined, {}, 'secret_missing', 'an unset variable'),
    namedVerifier('empty', 'DESKSEAL_VERIFIER_EMPTY', '', {}, 'secret_empty', 'an empty variable'),
    namedVerifier('padded', 'DESKSEAL_VERIFIER_PADDED', ` ${SECRET}`, {}, 'secret_padded', 'a space at the start'),
    namedVerifier('control', 'DESKSEAL_VERIFIER_CONTROL', 'example-secret\x01for-documentation', {}, 'secret_malformed', 'a control character'),
    namedVerifier('placeholder', 'DESKSEAL_VERIFIER_PLACEHOLDER', 'undefined', {}, 'secret_placeholder', 'the text undefined'),
    namedVerifier('short', 'DESKSEAL_VERIFIER_SHORT', 'short', {}, 'secret_too_short', 'five bytes'),
    namedVerifier('set', 'DESKSEAL_VERIFIER_SECRET', UNPUBLISHED, { previous: [[older, NOW]], tolerance: 0 }, 'signature_malformed', 'a good variable: the call gets further'),
    namedVerifier('previous', 'DESKSEAL_VERIFIER_SECRET', UNPUBLISHED, { previous: [['short', NOW]] }, 'secret_too_short', 'a short previous secret'),
    namedVerifier('expiry', 'DESKSEAL_VERIFIER_SECRET', UNPUBLISHED, { previous: [[older, -1]] }, 'secret_expiry_malformed', 'an expiry before 1970'),
    namedVerifier('tolerance', 'DESKSEAL_VERIFIER_SECRET', UNPUBLISHED, { tolerance: 3601 }, 'tolerance_malformed', 'a tolerance over an hour'),
  ]
}

export const cases = [
  ...missingAndEmpty(),
  ...padded(),
  ...quoted(),
  ...controls(),
  ...placeholders(),
  ...lengths(),
  ...orderOfChecks(),
  ...names(),
  ...references(),
  ...examples(),
  ...alternatives(),
  ...verifiers(),
  ...verifiersByName(),
]
