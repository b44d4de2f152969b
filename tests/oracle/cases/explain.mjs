import { createHash } from 'node:crypto'
import { linkMessage, linkQuery, signatureOf } from '../seal.mjs'
import { HOST, NOW, OLDER_SECRET, OTHER_SECRET, SECRET, caseOf } from './case.mjs'

export const comment = 'SPEC 8: the findings about an invalid signature'

// These signatures deviate on purpose, so the findings are stated by hand. Each case has one simplest
// explanation: a text on which two deviations coincide (all of it lower case, say) makes no case.

const ADA = 'ada@example.com'
const USER = 'user-42'
const MESSAGE = linkMessage(HOST, USER, NOW)
const HEX_SECRET = '8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab9159f51fd0297e236d'
const BASE64_SECRET = 'Zm9v+mFy/2Jhenp6enp6enp6enp6enp6enp6enp6eno='

/** Signs as the specification says, but for what is given. */
function deviating({ message, secret = SECRET, algorithm }) {
  return signatureOf(secret, message, algorithm)
}

function hashed(text, algorithm = 'sha256') {
  return createHash(algorithm).update(text).digest('hex')
}

/** Writes a signature in base64 or base64url, which only two of the 64 digits tell apart. */
function inBase64(signature, encoding = 'base64') {
  const text = Buffer.from(signature, 'hex').toString(encoding)
  if (!/[+/_-]/.test(text)) throw new Error(`${text} is the same in base64 and base64url`)
  return text
}

function explained(name, call, findings, comment, { secret = SECRET, previous, tolerance, args, message }) {
  return {
    id: `explain-${name}`,
    comment,
    class: 'Verifier',
    new: { secret, ...(previous && { previous }), ...(tolerance !== undefined && { tolerance }) },
    call,
    args,
    ...(message !== undefined && { message }),
    expect: { findings },
  }
}

function email(name, findings, comment, { typed = ADA, signature, message, now = NOW, other_secrets, ...options }) {
  return explained(`email-${name}`, 'explain_email', findings, comment, {
    ...options,
    message: signature === undefined ? message : undefined,
    args: { email: typed, signature: signature ?? deviating({ message }), ...(other_secrets && { other_secrets }), now },
  })
}

function link(name, findings, comment, { host = HOST, before = '/submit-ticket', user = USER, time = NOW, query, signature, message, now = NOW, other_secrets, ...options }) {
  const url = query ?? `${before}?${linkQuery(user, time, signature ?? deviating({ message }))}`
  return explained(`link-${name}`, 'explain_link', findings, comment, {
    ...options,
    message: signature === undefined && query === undefined ? message : undefined,
    args: { portal_host: host, url, ...(other_secrets && { other_secrets }), now },
  })
}

function emailTexts() {
  const greek = 'ΟΔΥΣΣΕΥΣ@example.gr'
  return [
    email('not-trimmed', ['email_not_trimmed'], 'signed with the space at its start', { typed: ` ${ADA}`, message: ` ${ADA}` }),
    email('not-trimmed-newline', ['email_not_trimmed'], 'signed with the line feed', { typed: `${ADA}\n`, message: `${ADA}\n` }),
    email('not-lowercased', ['email_not_lowercased'], 'signed with its capitals', { typed: 'Ada@Example.com', message: 'Ada@Example.com' }),
    email('as-typed', ['email_not_trimmed', 'email_not_lowercased'], 'signed as typed', { typed: ' Ada@Example.com ', message: ' Ada@Example.com ' }),
    email('lowercased-not-trimmed', ['email_not_trimmed'], 'lowercased, but not trimmed', { typed: ' Ada@Example.com', message: ` ${ADA}` }),
    email('trimmed-not-lowercased', ['email_not_lowercased'], 'trimmed, but not lowercased', { typed: ' Ada@Example.com', message: 'Ada@Example.com' }),
    email('trimmed-by-ruby', ['email_trimmed_by_ruby'], 'Ruby strips a form feed, but not U+00A0', { typed: ` \f\u00a0${ADA}`, message: `\u00a0${ADA}` }),
    email('trimmed-by-php', ['email_trimmed_by_php'], 'PHP does not trim a form feed', { typed: ` \f${ADA}`, message: `\f${ADA}` }),
    email('trimmed-by-python', ['email_refused', 'email_trimmed_by_python'], 'Python strips U+001C, for which the e-mail is rejected', { typed: `${ADA}\x1c`, message: ADA }),
    email('trimmed-by-rust', ['email_refused', 'email_trimmed_by_rust'], 'Rust trims U+0085, but not U+001C; for either of them, the e-mail is rejected', { typed: `\x1c${ADA}\u0085`, message: `\x1c${ADA}` }),
    email('ascii-only', ['email_lowercased_ascii_only'], 'strtolower leaves É', { typed: 'ÉLODIE@example.com', message: 'Élodie@example.com' }),
    email('without-final-sigma', ['email_lowercased_without_final_sigma'], 'every Σ became σ', { typed: greek, message: 'οδυσσευσ@example.gr' }),
    email('older-unicode', ['email_lowercased_by_older_unicode'], 'U+A7CE has a lower case since Unicode 17', { typed: 'É\ua7ce@example.com', message: 'é\ua7ce@example.com' }),
    email('older-unicode-13', ['email_lowercased_by_older_unicode'], 'U+2C2F has a lower case since Unicode 14', { typed: '\u00c9\u2c2f@example.com', message: '\u00e9\u2c2f@example.com' }),
    email('nfc', ['email_normalized_nfc'], 'signed in NFC', { typed: 'jose\u0301@example.com', message: 'jos\u00e9@example.com' }),
    email('nfd', ['email_normalized_nfd'], 'signed in NFD', { typed: 'jos\u00e9@example.com', message: 'jose\u0301@example.com' }),
    email('plus-as-space', ['email_plus_as_space'], 'a form decoder made + a space', { typed: 'ada+news@example.com', message: 'ada news@example.com' }),
    email('percent-encoded', ['email_percent_encoded'], 'signed percent-encoded', { message: 'ada%40example.com' }),
    email('percent-decoded', ['email_percent_decoded'], 'signed percent-decoded', { typed: 'ada%2bnews@example.com', message: 'ada+news@example.com' }),
    email('html-escaped', ['email_html_escaped'], 'signed with HTML escapes', { typed: 'o&m@example.com', message: 'o&amp;m@example.com' }),
    email('html-unescaped', ['email_html_unescaped'], 'signed with its HTML escapes resolved', { typed: 'o&amp;m@example.com', message: 'o&m@example.com' }),
    email('quoted', ['email_quoted'], 'signed as JSON', { message: `"${ADA}"` }),
    email('mailto', ['email_mailto'], 'signed as a link', { message: `mailto:${ADA}` }),
    email('escaped-by-django', ['email_html_escaped'], "Django's escapes", { typed: "o'brien@example.com", message: 'o&#x27;brien@example.com' }),
    email('escaped-by-php', ['email_html_escaped'], "PHP's escapes", { typed: "o'brien@example.com", message: 'o&#039;brien@example.com' }),
    email('escaped-by-xml', ['email_html_escaped'], "XML's escapes", { typed: "o'brien@example.com", message: 'o&apos;brien@example.com' }),
    email('escaped-by-go', ['email_html_escaped'], "the escapes of Go's html/template", { typed: 'ada+news@example.com', message: 'ada&#43;news@example.com' }),
    email('escaped-by-handlebars', ['email_html_escaped'], "Handlebars' escapes", { typed: 'a=b`c@example.com', message: 'a&#x3D;b&#x60;c@example.com' }),
    email('escaped-by-mustache', ['email_html_escaped'], "Mustache's escapes", { typed: 'a/b@example.com', message: 'a&#x2F;b@example.com' }),
    email('unescaped-decimal', ['email_html_unescaped'], 'a decimal reference resolved', { typed: 'ada&#64;example.com@b.c', message: 'ada@example.com@b.c' }),
    email('unescaped-hexadecimal', ['email_html_unescaped'], 'a hexadecimal reference resolved', { typed: 'o&#x27;brien@example.com', message: "o'brien@example.com" }),
    email('json-escaped', ['email_json_escaped'], "JSON's escapes of what is not ASCII", { typed: 'jos\u00e9@example.com', message: 'jos\\u00e9@example.com' }),
    email('json-escaped-for-html', ['email_json_escaped'], "JSON's escapes of what HTML reserves", { typed: "o'brien@example.com", message: 'o\\u0027brien@example.com' }),
    email('json-escaped-by-dotnet', ['email_json_escaped'], ".NET's escapes", { typed: 'ada+news@example.com', message: 'ada\\u002Bnews@example.com' }),
    email('with-name', ['email_with_name'], 'signed with a display name', { message: `Ada <${ADA}>` }),
    email('with-quoted-name', ['email_with_name'], 'signed with a quoted display name', { typed: 'ada.lovelace@example.com', message: '"Ada Lovelace" <ada.lovelace@example.com>' }),
    email('in-angle-brackets', ['email_with_name'], 'signed in angle brackets', { message: `<${ADA}>` }),
    email('name-received', ['email_refused', 'email_with_name'], 'the name was received, and not signed', { typed: `Ada <${ADA}>`, message: ADA }),
    email('domain-in-ascii', ['email_domain_in_ascii'], 'the domain was signed in ASCII', { typed: 'ada@b\u00fccher.example', message: 'ada@xn--bcher-kva.example' }),
    email('domain-in-unicode', ['email_domain_in_unicode'], 'the domain was signed in Unicode', { typed: 'ada@xn--bcher-kva.example', message: 'ada@b\u00fccher.example' }),
    email('invisible', ['email_refused'], 'an invisible character was signed', { typed: 'ada\u200b@example.com', message: 'ada\u200b@example.com' }),
    email('undefined', ['email_undefined'], 'the text undefined was signed', { message: 'undefined' }),
    email('null', ['email_null'], 'the text null was signed', { message: 'null' }),
    email('none', ['email_none'], 'the text None was signed', { message: 'None' }),
    email('blank', ['email_blank'], 'the empty text was signed', { message: '' }),
    email('user-id', ['email_is_user_id'], 'a user id in place of an address', { typed: USER, message: USER }),
    email('refused', ['email_refused', 'unexplained'], 'a rejected e-mail, and a signature of something else', { typed: 'ada:lovelace@example.com', signature: hashed('something else') }),
    email('refused-ambiguous', ['email_refused', 'unexplained'], 'an ambiguous e-mail, and a signature of something else', { typed: '\u212aim@example.com', signature: hashed('something else') }),
  ]
}

function secrets() {
  const withSecret = (name, finding, comment, secret, options = {}) =>
    email(`secret-${name}`, [finding], comment, { signature: deviating({ message: ADA, secret }), ...options })
  return [
    withSecret('newline', 'secret_newline', 'a line feed after the secret', `${SECRET}\n`),
    withSecret('blank', 'secret_blanks', 'a space after the secret', `${SECRET} `),
    withSecret('quoted-double', 'secret_quoted', 'double quotes around the secret', `"${SECRET}"`),
    withSecret('quoted-single', 'secret_quoted', 'single quotes around the secret', `'${SECRET}'`),
    withSecret('without-prefix', 'secret_without_prefix', 'the prefix was taken for a label', SECRET, { secret: `dsk_secret_${SECRET}` }),
    withSecret('without-vendors-prefix', 'secret_without_prefix', "the vendor's prefix", SECRET, { secret: `hdh_secret_${SECRET}` }),
    withSecret('byte-order-mark', 'secret_byte_order_mark', 'a byte order mark before the secret', `\ufeff${SECRET}`),
    withSecret('utf16', 'secret_utf16', 'the secret in UTF-16', Buffer.from(SECRET, 'utf16le')),
    withSecret('not-expanded-shell', 'secret_not_expanded', 'a shell variable as it is written', '$HELPDESKY_HMAC_SECRET'),
    withSecret('not-expanded-braces', 'secret_not_expanded', 'a shell variable with braces', '${HDH_HMAC_SECRET}'),
    withSecret('not-expanded-windows', 'secret_not_expanded', 'a variable of Windows', '%HELPDESKY_HMAC_SECRET%'),
    withSecret('not-expanded-template', 'secret_not_expanded', 'a template', '{{ HELPDESKY_HMAC_SECRET }}'),
    withSecret('not-expanded-source', 'secret_not_expanded', 'a reference in source code', 'process.env.HELPDESKY_HMAC_SECRET'),
    withSecret('variable-name', 'secret_variable_name', "the variable's name", 'HELPDESKY_HMAC_SECRET'),
    withSecret('hex', 'secret_hex_decoded', 'the secret decoded from hexadecimal digits', Buffer.from(HEX_SECRET, 'hex'), { secret: HEX_SECRET }),
    withSecret('base64', 'secret_base64_decoded', 'the secret decoded from base64', Buffer.from(BASE64_SECRET, 'base64'), { secret: BASE64_SECRET }),
    withSecret('empty', 'secret_empty', 'no secret at all', ''),
    withSecret('placeholder-undefined', 'secret_placeholder', 'the text undefined as the secret', 'undefined'),
    withSecret('placeholder-nil', 'secret_placeholder', 'the text nil as the secret', 'nil'),
    withSecret('placeholder-documentation', 'secret_placeholder', "the documentation's own example as the secret", 'YOUR_HMAC_SECRET'),
    withSecret('expired', 'secret_expired', 'an expired previous secret', OLDER_SECRET, { previous: [[OLDER_SECRET, NOW]] }),
    withSecret('expired-second', 'secret_expired', 'the older of two previous secrets is expired', OLDER_SECRET, { previous: [['the-previous-secret-of-these-two', NOW + 60], [OLDER_SECRET, NOW - 60]] }),
    withSecret('other-purpose', 'secret_of_other_purpose', 'the secret of the other product', OTHER_SECRET, { other_secrets: [OTHER_SECRET] }),
    withSecret('other-purpose-second', 'secret_of_other_purpose', 'one of several other secrets', OTHER_SECRET, { other_secrets: ['a-secret-of-a-third-purpose', OTHER_SECRET] }),
    withSecret('unlisted', 'unexplained', 'a secret that is not listed', OTHER_SECRET),
    withSecret('unlisted-beside-others', 'unexplained', 'none of the listed secrets', OTHER_SECRET, { previous: [[OLDER_SECRET, NOW]], other_secrets: ['a-secret-of-a-third-purpose'] }),
  ]
}

function calls() {
  const signed = (name, finding, comment, signature) => email(`call-${name}`, [finding], comment, { signature })
  return [
    signed('swapped', 'key_and_message_swapped', 'the e-mail as the key', signatureOf(ADA, SECRET)),
    signed('sha1', 'algorithm_sha1', 'SHA-1', deviating({ message: ADA, algorithm: 'sha1' })),
    signed('sha384', 'algorithm_sha384', 'SHA-384', deviating({ message: ADA, algorithm: 'sha384' })),
    signed('sha512', 'algorithm_sha512', 'SHA-512', deviating({ message: ADA, algorithm: 'sha512' })),
    signed('md5', 'algorithm_md5', 'MD5', deviating({ message: ADA, algorithm: 'md5' })),
    signed('utf16', 'message_utf16', 'the e-mail in UTF-16, little-endian', deviating({ message: Buffer.from(ADA, 'utf16le') })),
    signed('utf16-big-endian', 'message_utf16', 'the e-mail in UTF-16, big-endian', deviating({ message: Buffer.from(ADA, 'utf16le').swap16() })),
    email('call-latin1', ['message_latin1'], 'the e-mail in Latin-1', { typed: '\u00fcn\u00ef@example.com', signature: deviating({ message: Buffer.from('\u00fcn\u00ef@example.com', 'latin1') }) }),
    email('call-both-utf16', ['message_utf16', 'secret_utf16'], 'secret and e-mail in UTF-16', { signature: deviating({ message: Buffer.from(ADA, 'utf16le'), secret: Buffer.from(SECRET, 'utf16le') }) }),
    signed('secret-first', 'plain_hash_secret_first', 'a plain hash of secret and e-mail', hashed(SECRET + ADA)),
    signed('secret-last', 'plain_hash_secret_last', 'a plain hash of e-mail and secret', hashed(ADA + SECRET)),
    signed('without-secret', 'plain_hash_without_secret', 'a plain hash of the e-mail', hashed(ADA)),
  ]
}

function outputs() {
  const signature = signatureOf(SECRET, ADA)
  const unknown = hashed('something else')
  const written = (name, findings, comment, signature) => email(`output-${name}`, findings, comment, { signature })
  return [
    written('base64', ['output_base64'], 'base64', inBase64(signature)),
    written('base64url', ['output_base64url'], 'base64url', inBase64(signature, 'base64url')),
    written('base64-of-hex', ['output_base64_of_hex'], 'the hexadecimal digits in base64', Buffer.from(signature).toString('base64')),
    written('base64-percent-encoded', ['output_percent_encoded', 'output_base64'], 'base64, percent-encoded', encodeURIComponent(inBase64(signature))),
    written('dashes', ['output_separated', 'output_uppercase'], 'bytes as .NET writes them', signature.match(/../g).join('-').toUpperCase()),
    written('colons', ['output_separated'], 'bytes as certificate fingerprints are written', signature.match(/../g).join(':')),
    written('byte-list', ['output_byte_list'], 'an array of bytes', JSON.stringify([...Buffer.from(signature, 'hex')])),
    written('signed-byte-list', ['output_byte_list'], "an array of Java's bytes", `[${[...new Int8Array(Buffer.from(signature, 'hex'))].join(', ')}]`),
    written('truncated-63', ['output_truncated'], 'one digit is missing', signature.slice(0, 63)),
    written('truncated-40', ['output_truncated'], 'as long as SHA-1', signature.slice(0, 40)),
    written('truncated-32', ['output_truncated'], 'the shortest that is recognised', signature.slice(0, 32)),
    written('truncated-31', ['unexplained'], 'too short to be recognised', signature.slice(0, 31)),
    written('truncated-1', ['unexplained'], 'far too short', signature.slice(0, 1)),
    written('prefixed', ['output_prefixed'], 'sha256= at the start', `sha256=${signature}`),
    written('prefixed-version', ['output_prefixed'], 'v1= at the start', `v1=${signature}`),
    written('quoted', ['output_quoted'], 'quotes around it', `"${signature}"`),
    written('newline', ['output_not_trimmed'], 'a line feed after it', `${signature}\n`),
    written('blank', ['output_not_trimmed'], 'a space at the start', ` ${signature}`),
    written('uppercase', ['no_deviation'], 'upper case is valid', signature.toUpperCase()),
    written('empty', ['unexplained'], 'no signature', ''),
    written('word', ['unexplained'], 'a word in place of a signature', 'undefined'),
    written('unknown', ['unexplained'], 'a signature of something else', unknown),
    written('unknown-prefixed', ['output_prefixed', 'unexplained'], 'the form is recognised, the signature is not', `sha256=${unknown}`),
    written('unknown-base64', ['output_base64', 'unexplained'], 'the form is recognised, the signature is not', inBase64(unknown)),
  ]
}

/** An e-mail that is too long to be signed, and has this many bytes. */
function longEmail(bytes) {
  return `${'a'.repeat(bytes - 4)}@b.c`
}

function emailPairs() {
  const capitals = 'Ada@Example.com'
  const pair = (name, findings, comment, options) => email(`pair-${name}`, findings, comment, options)
  return [
    pair('text-and-call', ['email_not_lowercased', 'algorithm_sha1'], 'not lowercased, SHA-1', { typed: capitals, signature: deviating({ message: capitals, algorithm: 'sha1' }) }),
    pair('text-and-plain-hash', ['email_not_lowercased', 'plain_hash_secret_first'], 'not lowercased, a plain hash', { typed: capitals, signature: hashed(SECRET + capitals) }),
    pair('text-and-secret', ['email_not_trimmed', 'secret_newline'], 'not trimmed, a line feed after the secret', { typed: ` ${ADA}`, signature: deviating({ message: ` ${ADA}`, secret: `${SECRET}\n` }) }),
    pair('text-and-quotes', ['email_not_lowercased', 'secret_quoted'], 'not lowercased, a quoted secret', { typed: capitals, signature: deviating({ message: capitals, secret: `"${SECRET}"` }) }),
    pair('secret-and-call', ['secret_newline', 'algorithm_sha512'], 'a line feed after the secret, SHA-512', { signature: deviating({ message: ADA, secret: `${SECRET}\n`, algorithm: 'sha512' }) }),
    pair('previous', ['email_not_lowercased', 'secret_previous'], 'not lowercased, an active previous secret', { typed: capitals, signature: deviating({ message: capitals, secret: OLDER_SECRET }), previous: [[OLDER_SECRET, NOW + 60]] }),
    pair('previous-and-call', ['secret_previous', 'algorithm_sha1'], 'an active previous secret, SHA-1', { signature: deviating({ message: ADA, secret: OLDER_SECRET, algorithm: 'sha1' }), previous: [[OLDER_SECRET, NOW + 60]] }),
    pair('expired', ['email_not_lowercased', 'secret_expired'], 'not lowercased, an expired previous secret', { typed: capitals, signature: deviating({ message: capitals, secret: OLDER_SECRET }), previous: [[OLDER_SECRET, NOW]] }),
    pair('other-purpose', ['email_not_lowercased', 'secret_of_other_purpose'], 'not lowercased, the secret of the other product', { typed: capitals, signature: deviating({ message: capitals, secret: OTHER_SECRET }), other_secrets: [OTHER_SECRET] }),
    pair('secret-and-output', ['secret_newline', 'output_base64'], 'a line feed after the secret, base64', { signature: inBase64(deviating({ message: ADA, secret: `${SECRET}\n` })) }),
    pair('text-and-uppercase', ['email_not_lowercased', 'output_uppercase'], 'not lowercased, upper-case digits', { typed: capitals, signature: deviating({ message: capitals }).toUpperCase() }),
    pair('text-and-truncated', ['email_not_lowercased', 'output_truncated'], 'not lowercased, truncated', { typed: capitals, signature: deviating({ message: capitals }).slice(0, 32) }),
    pair('call-and-prefix', ['algorithm_sha1', 'output_prefixed'], 'SHA-1, with its name at the start', { signature: `sha1=${deviating({ message: ADA, algorithm: 'sha1' })}` }),
    pair('text-call-and-output', ['email_not_lowercased', 'algorithm_sha1', 'output_prefixed'], 'a pair, and a written form', { typed: capitals, signature: `sha1=${deviating({ message: capitals, algorithm: 'sha1' })}` }),
    pair('512-bytes', ['email_refused', 'secret_newline', 'algorithm_sha1'], 'pairs are tried up to 512 bytes', { typed: longEmail(512), signature: deviating({ message: longEmail(512), secret: `${SECRET}\n`, algorithm: 'sha1' }) }),
    pair('513-bytes', ['email_refused', 'unexplained'], 'pairs are not tried beyond 512 bytes', { typed: longEmail(513), signature: deviating({ message: longEmail(513), secret: `${SECRET}\n`, algorithm: 'sha1' }) }),
    pair('three', ['unexplained'], 'three deviations are one too many', { typed: capitals, signature: deviating({ message: capitals, secret: `${SECRET}\n`, algorithm: 'sha512' }) }),
  ]
}

function validEmails() {
  const signature = signatureOf(SECRET, ADA)
  return [
    email('holds', ['no_deviation'], 'a valid signature', { message: ADA }),
    email('holds-as-typed', ['no_deviation'], 'a valid signature, for an e-mail as typed', { typed: ' Ada@Example.com\n', message: ADA }),
    email('holds-previous', ['no_deviation'], 'a valid signature of an active previous secret', { signature: deviating({ message: ADA, secret: OLDER_SECRET }), previous: [[OLDER_SECRET, NOW + 1]] }),
    email('holds-4096-bytes', ['no_deviation'], '4096 bytes as typed are not too long', { typed: ' '.repeat(4096 - ADA.length) + ADA, message: ADA }),
    email('too-long', ['input_too_long'], '4097 bytes as typed are too long, even if the signature is valid', { typed: ' '.repeat(4097 - ADA.length) + ADA, message: ADA }),
    email('too-long-signature', ['input_too_long'], 'a signature of 4097 bytes', { signature: ' '.repeat(4097 - signature.length) + signature }),
    email('too-long-multibyte', ['input_too_long'], 'bytes, not characters', { typed: `${'é'.repeat(2049)}@example.com`, signature }),
  ]
}

function linkTexts() {
  const parts = { host: HOST, user: USER, time: NOW }
  const joined = (order, separator = ':') => order.map((part) => parts[part]).join(separator)
  return [
    link('host-with-scheme', ['link_host_with_scheme'], 'a URL was signed as the host', { message: `https://${MESSAGE}` }),
    link('host-with-port', ['link_host_with_port'], 'the port was signed', { before: 'https://help.company.com:8443/submit-ticket', message: linkMessage(`${HOST}:8443`, USER, NOW) }),
    link('host-with-usual-port', ['link_host_with_port'], 'a usual port was signed', { message: linkMessage(`${HOST}:80`, USER, NOW) }),
    link('host-with-path', ['link_host_with_path'], 'the path was signed', { message: linkMessage(`${HOST}/submit-ticket`, USER, NOW) }),
    link('host-with-dot', ['link_host_with_trailing_dot'], 'a dot at the end was signed', { message: linkMessage(`${HOST}.`, USER, NOW) }),
    link('host-upper', ['link_host_not_canonical'], 'the host was signed as written in the URL', { before: 'https://HELP.company.com/submit-ticket', message: linkMessage('HELP.company.com', USER, NOW) }),
    link('host-idna', ['link_host_not_canonical'], 'the host was signed in Unicode', { host: 'bücher.example', message: linkMessage('bücher.example', USER, NOW) }),
    link('host-another', ['link_host_is_another'], 'the host of the URL was signed, which is not the portal', { before: 'https://desk.company.com/submit-ticket', message: linkMessage('desk.company.com', USER, NOW) }),
    link('host-missing', ['link_host_missing'], 'no host was signed', { message: `${USER}:${NOW}` }),
    link('milliseconds-signed', ['link_timestamp_in_milliseconds'], 'milliseconds were signed, seconds sent', { message: linkMessage(HOST, USER, NOW * 1000) }),
    link('milliseconds', ['link_timestamp_in_milliseconds'], 'milliseconds were signed and sent', { time: NOW * 1000, message: linkMessage(HOST, USER, NOW * 1000) }),
    link('timestamp-missing', ['link_timestamp_missing'], 'no timestamp was signed', { message: `${HOST}:${USER}` }),
    link('user-id-encoded', ['link_user_id_encoded'], 'the user id was signed percent-encoded', { user: 'a/b', message: linkMessage(HOST, 'a%2Fb', NOW) }),
    link('user-id-undefined', ['link_user_id_undefined'], 'the text undefined was signed', { message: linkMessage(HOST, 'undefined', NOW) }),
    link('order-user-first', ['link_order'], 'the user id first', { message: joined(['user', 'host', 'time']) }),
    link('order-time-first', ['link_order'], 'the timestamp first', { message: joined(['time', 'host', 'user']) }),
    link('order-time-second', ['link_order'], 'the timestamp second', { message: joined(['host', 'time', 'user']) }),
    link('separator-bar', ['link_separator'], 'joined by |', { message: joined(['host', 'user', 'time'], '|') }),
    link('utf16', ['message_utf16'], 'the message in UTF-16', { signature: deviating({ message: Buffer.from(MESSAGE, 'utf16le') }) }),
    link('latin1', ['message_latin1'], 'the message in Latin-1', { user: 'gr\u00f6\u00dfe', signature: deviating({ message: Buffer.from(linkMessage(HOST, 'gr\u00f6\u00dfe', NOW), 'latin1') }) }),
    link('separator-dot', ['link_separator'], 'joined by a dot', { message: joined(['host', 'user', 'time'], '.') }),
  ]
}

function linkCircumstances() {
  const signature = signatureOf(SECRET, MESSAGE)
  const query = linkQuery(USER, NOW, signature)
  const withScheme = linkQuery(USER, NOW, signatureOf(SECRET, `https://${MESSAGE}`))
  return [
    link('holds', ['no_deviation'], 'a valid link', { message: MESSAGE }),
    link('holds-last-second', ['no_deviation'], 'a valid link in its last second', { message: MESSAGE, now: NOW + 300 }),
    link('holds-uppercase', ['no_deviation'], 'a valid link with its signature in upper case', { signature: signature.toUpperCase() }),
    link('holds-previous', ['no_deviation'], 'a valid signature of an active previous secret', { signature: deviating({ message: MESSAGE, secret: OLDER_SECRET }), previous: [[OLDER_SECRET, NOW + 1]] }),
    link('expired', ['link_expired'], 'a second too late', { message: MESSAGE, now: NOW + 301 }),
    link('expired-tolerance', ['link_expired'], 'too late for the tolerance', { message: MESSAGE, now: NOW + 1, tolerance: 0 }),
    link('in-future', ['link_in_future'], 'a second too early', { message: MESSAGE, now: NOW - 301 }),
    link('public', ['link_public'], 'no identity', { query: '/submit-ticket?lang=de' }),
    link('public-empty', ['link_public'], 'an empty URL', { query: '' }),
    link('incomplete', ['link_incomplete'], 'no signature', { query: `/?user_id=${USER}&user_id_timestamp=${NOW}` }),
    link('incomplete-id', ['link_incomplete'], 'no user id', { query: `/?${query.slice(query.indexOf('&') + 1)}` }),
    link('repeated', ['link_repeated'], 'two user ids', { query: `/?${query}&user_id=${USER}` }),
    link('refused', ['link_refused', 'unexplained'], 'a control character, and a signature of something else', { user: 'user\n42', signature: hashed('something else') }),
    link('refused-url', ['link_refused'], 'a URL that cannot be read', { query: `submit-ticket?${query}` }),
    link('long', ['no_deviation'], 'a valid link may have any length', { query: `/?${query}&utm_content=${'x'.repeat(5000)}` }),
    link('too-long', ['input_too_long'], '4097 bytes, and the link is invalid', { query: `/?${withScheme}&x=${'x'.repeat(4097 - withScheme.length - 5)}` }),
    link('4096-bytes', ['link_host_with_scheme'], '4096 bytes are not too long', { query: `/?${withScheme}&x=${'x'.repeat(4096 - withScheme.length - 5)}` }),
    link('unexplained', ['unexplained'], 'a signature of something else', { signature: hashed('something else') }),
  ]
}

function linkPairs() {
  const signed = (options) => deviating({ message: MESSAGE, ...options })
  return [
    link('secret-newline', ['secret_newline'], 'a line feed after the secret', { signature: signed({ secret: `${SECRET}\n` }) }),
    link('secret-expired', ['secret_expired'], 'an expired previous secret', { signature: signed({ secret: OLDER_SECRET }), previous: [[OLDER_SECRET, NOW]] }),
    link('secret-other-purpose', ['secret_of_other_purpose'], 'the secret of e-mail signatures', { signature: signed({ secret: OTHER_SECRET }), other_secrets: [OTHER_SECRET] }),
    link('call-sha1', ['algorithm_sha1'], 'SHA-1', { signature: signed({ algorithm: 'sha1' }) }),
    link('call-swapped', ['key_and_message_swapped'], 'the message as the key', { signature: signatureOf(MESSAGE, SECRET) }),
    link('output-base64', ['output_base64'], 'base64', { signature: inBase64(signed({})) }),
    link('output-truncated', ['output_truncated'], 'half of it', { signature: signed({}).slice(0, 32) }),
    link('pair-scheme-and-sha1', ['link_host_with_scheme', 'algorithm_sha1'], 'a URL was signed, SHA-1', { signature: signed({ message: `https://${MESSAGE}`, algorithm: 'sha1' }) }),
    link('pair-order-and-newline', ['link_order', 'secret_newline'], 'the user id first, a line feed after the secret', { signature: signed({ message: `${USER}:${HOST}:${NOW}`, secret: `${SECRET}\n` }) }),
    link('pair-scheme-and-output', ['link_host_with_scheme', 'output_base64'], 'a URL was signed, base64', { signature: inBase64(signed({ message: `https://${MESSAGE}` })) }),
    link('pair-previous', ['link_host_missing', 'secret_previous'], 'no host was signed, an active previous secret', { signature: signed({ message: `${USER}:${NOW}`, secret: OLDER_SECRET }), previous: [[OLDER_SECRET, NOW + 60]] }),
    link('order-and-expired', ['link_order', 'link_expired'], 'the user id first, and too late', { message: `${USER}:${HOST}:${NOW}`, now: NOW + 301 }),
    link('newline-and-future', ['secret_newline', 'link_in_future'], 'a line feed after the secret, and too early', { signature: signed({ secret: `${SECRET}\n` }), now: NOW - 301 }),
    link('output-and-expired', ['output_base64', 'link_expired'], 'base64, and too late', { signature: inBase64(signed({})), now: NOW + 301 }),
  ]
}

function invalidArguments() {
  const rejected = (id, call, args, fails, comment) =>
    caseOf({ id: `explain-refused-${id}`, comment, class: 'Verifier', new: { secret: SECRET }, call, args, fails })
  const ofLink = (id, more, fails, comment) =>
    rejected(`link-${id}`, 'explain_link', { portal_host: HOST, url: '/submit-ticket', now: NOW, ...more }, fails, comment)
  const ofBoth = (id, more, fails, comment) => [
    rejected(`email-${id}`, 'explain_email', { email: ADA, signature: '', now: NOW, ...more }, fails, comment),
    ofLink(id, more, fails, comment),
  ]
  return [
    ...ofBoth('missing', { other_secrets: [null] }, 'secret_missing', 'none, in a list of other secrets'),
    ...ofBoth('empty', { other_secrets: [''] }, 'secret_empty', 'an empty other secret'),
    ...ofBoth('padded', { other_secrets: [`${SECRET}\n`] }, 'secret_padded', 'a padded other secret'),
    ...ofBoth('control', { other_secrets: ['example-secret\x01for-documentation'] }, 'secret_malformed', 'a control character'),
    ...ofBoth('placeholder', { other_secrets: ['changeme'] }, 'secret_placeholder', 'a placeholder'),
    ...ofBoth('second', { other_secrets: [OTHER_SECRET, 'short'] }, 'secret_too_short', 'the second other secret'),
    ...ofBoth('order-before-now', { other_secrets: ['short'], now: -1 }, 'secret_too_short', 'other secrets before now'),
    ...ofBoth('now', { now: -1 }, 'timestamp_malformed', 'now before 1970 is an error, not a finding'),
    ofLink('host', { portal_host: 'help.company.com:443' }, 'host_malformed', "a host with a port is the caller's error, not a finding"),
    ofLink('order-other-before-host', { portal_host: '', other_secrets: ['short'] }, 'secret_too_short', 'other secrets before the host'),
    ofLink('order-host-before-now', { portal_host: '', now: -1 }, 'host_malformed', 'the host before now'),
  ]
}

export const cases = [
  ...emailTexts(),
  ...secrets(),
  ...calls(),
  ...outputs(),
  ...emailPairs(),
  ...validEmails(),
  ...linkTexts(),
  ...linkCircumstances(),
  ...linkPairs(),
  ...invalidArguments(),
]
