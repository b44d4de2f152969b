import { LATEST, canonicalHost, linkMessage, linkQuery, signatureOf } from '../seal.mjs'
import { HOST, NOW, OLDER_SECRET, OTHER_SECRET, SECRET, caseOf, hex } from './case.mjs'

export const comment = 'SPEC 4 and 5.2: signing, writing, reading and verifying a link'

const USER = 'user-42'
const MESSAGE = linkMessage(HOST, USER, NOW)
const SIGNATURE = signatureOf(SECRET, MESSAGE)
const QUERY = linkQuery(USER, NOW, SIGNATURE)

function signed(id, comment, { portal_host = HOST, user_id = USER, timestamp = NOW, ...more } = {}) {
  const message = more.fails ? undefined : linkMessage(canonicalHost(portal_host), user_id, timestamp)
  return caseOf({ id: `link-sign-${id}`, comment, class: 'Signer', new: { secret: SECRET }, call: 'sign_user',
    args: { portal_host, user_id, timestamp }, message, ...more })
}

function linked(id, comment, { portal_url = 'https://help.company.com', user_id = USER, timestamp = NOW, ...more } = {}) {
  const message = more.fails ? undefined : linkMessage(new URL(portal_url).hostname, user_id, timestamp)
  return caseOf({ id: `link-portal-${id}`, comment, class: 'Signer', new: { secret: SECRET }, call: 'portal_link',
    args: { portal_url, user_id, timestamp }, message, ...more })
}

function verified(id, comment, { portal_host = HOST, user_id = USER, timestamp = `${NOW}`, signature = SIGNATURE, now = NOW,
  secret = SECRET, previous, tolerance, ...more } = {}) {
  return caseOf({ id: `link-user-${id}`, comment, class: 'Verifier', new: verifier({ secret, previous, tolerance }),
    call: 'verify_user', args: { portal_host, user_id, timestamp, signature, now }, ...more })
}

function read(id, comment, url, { portal_host = HOST, now = NOW, secret = SECRET, previous, tolerance, ...more } = {}) {
  return caseOf({ id: `link-read-${id}`, comment, class: 'Verifier', new: verifier({ secret, previous, tolerance }),
    call: 'verify_link', args: { portal_host, url, now }, ...more })
}

function verifier({ secret, previous, tolerance }) {
  return { secret, ...(previous && { previous }), ...(tolerance !== undefined && { tolerance }) }
}

/** A signature that the secret did make for this user. */
function signedUser({ portal_host = HOST, user_id = USER, timestamp = NOW } = {}) {
  const message = linkMessage(portal_host, user_id, timestamp)
  return { user_id, timestamp: `${timestamp}`, signature: signatureOf(SECRET, message), message }
}

const USER_IDS = [
  ['colons', 'a:b:c', 'colons: the message stays unambiguous'],
  ['colon-only', ':', 'nothing but a colon'],
  ['looks-like-message', `evil.example:1:${NOW}`, 'a user id that looks like a message'],
  ['reserved', 'a:b&c=d+e%', 'SPEC 11.2: what a query reserves'],
  ['percent-encoded', 'a%20b%2B', 'percent-encoding in a user id is text'],
  ['plus', '+1 555 0100', 'a plus and spaces'],
  ['line-separator', 'a\u2028b\u2029c', 'U+2028 and U+2029 are not control characters'],
  ['case', 'User-42', 'upper case is kept'],
  ['quotes', '"\'`\\', 'quotes and a backslash'],
  ['markup', '<b>&amp;</b>', 'markup'],
  ['emoji', '👩💻', 'emoji'],
  ['private-use', 'a\ue000\u0378b', 'private use and unassigned characters: an id need not be readable'],
  ['space-inside', 'user 42', 'a space inside'],
  ['missing-upper', 'Undefined', 'a missing value only in exactly the spelling that a language prints'],
  ['missing-inside', 'null-island', 'the text of a missing value inside another text'],
  ['non-ascii', 'größe/用户', 'non-ASCII text'],
  ['decomposed', 'jose\u0301', 'no normalisation'],
  ['kelvin', '\u212a', 'U+212A: nothing is lowercased'],
  ['unreserved', 'A-Za.z_0*9~', 'what form encoding leaves alone, and ~'],
  ['brackets', '[::1]:8080', 'brackets'],
  ['number', '0', 'the text 0'],
  ['uuid', '123e4567-e89b-12d3-a456-426614174000', 'a UUID'],
  ['email', 'ada@example.com', 'an e-mail address'],
  ['slashes', '../../etc?x#y', 'a path, a query and a fragment'],
  ['256-bytes', 'u'.repeat(256), 'the longest SAML name id'],
  ['512-bytes', 'u'.repeat(512), 'the longest user id'],
  ['512-bytes-multibyte', 'é'.repeat(256), 'the longest user id, counted in bytes'],
]

const REJECTED_USER_IDS = [
  ['empty', '', 'user_id_empty', 'no user id'],
  ['513-bytes', 'u'.repeat(513), 'user_id_too_long', 'a byte too long'],
  ['514-bytes-multibyte', 'é'.repeat(257), 'user_id_too_long', '257 characters, 514 bytes'],
  ['516-bytes-astral', '😀'.repeat(129), 'user_id_too_long', '129 characters, 516 bytes'],
  ['nul', 'user\0', 'user_id_malformed', 'NUL'],
  ['tab', 'a\tb', 'user_id_malformed', 'a tab'],
  ['newline', 'user-42\n', 'user_id_malformed', 'a line feed at the end'],
  ['delete', 'a\x7fb', 'user_id_malformed', 'U+007F'],
  ['next-line', 'a\u0085b', 'user_id_malformed', 'U+0085'],
  ['c1', 'a\u009fb', 'user_id_malformed', 'U+009F'],
  ...[0xad, 0x34f, 0x61c, 0x115f, 0x180e, 0x200b, 0x200d, 0x202e, 0x2060, 0x2066, 0x3164, 0xfe0f, 0xffa0, 0xe0001, 0xe0100]
    .map((codePoint) => [`invisible-${hex(codePoint)}`, `a${String.fromCodePoint(codePoint)}b`, 'user_id_malformed', `U+${hex(codePoint).toUpperCase()} is invisible`]),
  ...[0x20, 0xa0, 0x1680, 0x2007, 0x2028, 0x3000, 0xfeff].flatMap((codePoint) => [
    [`blank-${hex(codePoint)}-leading`, `${String.fromCodePoint(codePoint)}a`, 'user_id_malformed', `U+${hex(codePoint).toUpperCase()} at the start`],
    [`blank-${hex(codePoint)}-trailing`, `a${String.fromCodePoint(codePoint)}`, 'user_id_malformed', `U+${hex(codePoint).toUpperCase()} at the end`],
  ]),
  ['blank-alone', ' ', 'user_id_malformed', 'a space and nothing else'],
  ['missing-undefined', 'undefined', 'user_id_malformed', 'what JavaScript prints for a missing value'],
  ['missing-null', 'null', 'user_id_malformed', 'what JavaScript and Java print'],
  ['missing-none', 'None', 'user_id_malformed', 'what Python prints'],
  ['missing-nil', 'nil', 'user_id_malformed', 'what Ruby and Go print'],
  ['missing-nan', 'NaN', 'user_id_malformed', 'what languages print for a value that is not a number'],
  ['missing-object', '[object Object]', 'user_id_malformed', 'what JavaScript prints for an object in place of its id'],
  ['order-length-before-control', `\n${'u'.repeat(512)}`, 'user_id_too_long', 'too long, and with a control character'],
]

function signing() {
  return [
    signed('spec', 'SPEC 11.2'),
    signed('host-upper', 'the host is made canonical', { portal_host: 'HELP.Company.COM' }),
    signed('host-idna', 'IDNA', { portal_host: 'bücher.example' }),
    signed('host-ipv4', 'a short IPv4 address', { portal_host: '127.1' }),
    signed('host-ipv6', 'SPEC 11.2: an IPv6 address', { portal_host: '[0:0::1]' }),
    signed('earliest', 'the earliest time', { timestamp: 0 }),
    signed('latest', 'the latest time', { timestamp: LATEST }),
    signed('too-early', 'a time before 1970', { timestamp: -1, fails: 'timestamp_malformed' }),
    signed('too-late', 'a time of twelve digits', { timestamp: LATEST + 1, fails: 'timestamp_malformed' }),
    signed('milliseconds', 'milliseconds', { timestamp: NOW * 1000, fails: 'timestamp_malformed' }),
    signed('host-url', 'a URL in place of the host', { portal_host: 'https://help.company.com', fails: 'host_malformed' }),
    signed('host-port', 'a port', { portal_host: 'help.company.com:8443', fails: 'host_malformed' }),
    signed('host-empty', 'no host', { portal_host: '', fails: 'host_malformed' }),
    signed('host-trailing-dot', 'a dot at the end', { portal_host: 'help.company.com.', fails: 'host_malformed' }),
    signed('order-host-before-user', 'the host is checked before the user id', { portal_host: '', user_id: '', fails: 'host_malformed' }),
    signed('order-user-before-time', 'the user id before the time', { user_id: '', timestamp: -1, fails: 'user_id_empty' }),
    ...USER_IDS.map(([id, user_id, comment]) => signed(`id-${id}`, comment, { user_id })),
    ...REJECTED_USER_IDS.map(([id, user_id, fails, comment]) => signed(`id-${id}`, comment, { user_id, fails })),
  ]
}

const PORTAL_URLS = [
  ['spec-path', 'https://HELP.company.com/anything', 'SPEC 11.2: the path is replaced'],
  ['user-empty', 'https://@help.company.com/', 'an empty user name counts as absent'],
  ['password-empty', 'https://:@help.company.com/', 'an empty password counts as absent'],
  ['ipv4-dot', 'https://192.0.2.1./', 'the URL parser drops the dot after an IPv4 address'],
  ['spec-ipv6', 'http://[0:0::1]:8080', 'SPEC 11.2: the port stays in the link and out of the message'],
  ['bare', 'https://help.company.com', 'no path'],
  ['slash', 'https://help.company.com/', 'a slash'],
  ['submit-ticket', 'https://help.company.com/submit-ticket', 'the path of the form itself'],
  ['deep-path', 'https://help.company.com/a/../b/./c;d', 'a path with dots'],
  ['query', 'https://help.company.com/?lang=de&user_id=evil', 'the query is replaced'],
  ['fragment', 'https://help.company.com/#user_id=evil', 'the fragment is removed'],
  ['empty-query', 'https://help.company.com?', 'an empty query'],
  ['port', 'https://help.company.com:8443/', 'a port'],
  ['port-default', 'https://help.company.com:443/', 'the default port is removed'],
  ['port-empty', 'https://help.company.com:/', 'an empty port is removed'],
  ['port-leading-zero', 'https://help.company.com:08443/', 'zeros before a port are removed'],
  ['scheme-upper', 'HTTPS://help.company.com', 'the scheme in upper case'],
  ['blanks', ' https://help.company.com\n', 'the URL parser removes whitespace around it'],
  ['tab-inside', 'https://help.com\tpany.com', 'the URL parser removes tabs'],
  ['backslashes', 'https:\\\\help.company.com\\x', 'the URL parser reads backslashes as slashes'],
  ['no-slashes', 'https:help.company.com', 'the URL parser accepts https without slashes'],
  ['many-slashes', 'https:////help.company.com', 'the URL parser accepts too many slashes'],
  ['percent-encoded-host', 'https://h%65lp.company.com', 'a percent-encoded host is decoded'],
  ['idna', 'https://bücher.example/', 'IDNA'],
  ['idna-stops', 'https://help。company．com/', 'ideographic dots'],
  ['ipv4', 'https://0300.0.513/', 'a short IPv4 address'],
  ['ipv6', 'https://[2001:DB8::1]:8443/', 'an IPv6 address'],
  ['empty-label', 'https://help..company.com/', 'an empty label is a host of 4.1'],
  ['http-localhost', 'http://localhost:3000', 'http on localhost'],
  ['http-localhost-upper', 'http://LOCALHOST', 'localhost in upper case'],
  ['http-sub-localhost', 'http://help.localhost:3000', 'http on a name under localhost'],
  ['http-ipv4-loopback', 'http://127.0.0.1:8080', 'http on 127.0.0.1'],
  ['http-ipv4-loopback-short', 'http://127.1', 'http on 127.0.0.1, written short'],
  ['http-ipv4-loopback-number', 'http://2130706433', 'http on 127.0.0.1, written as one number'],
  ['http-ipv4-loopback-last', 'http://127.255.255.254', 'http on any address of 127.0.0.0/8'],
  ['http-ipv6-loopback', 'http://[::1]', 'http on [::1]'],
  ['http-test', 'http://help.test:3000', 'http on a name under test'],
  ['http-test-deeper', 'http://help.shop.test', 'http on a name under test, of any depth'],
  ['http-port-default', 'http://localhost:80', 'the default port of http is removed'],
  ['http-port-of-https', 'http://localhost:443', 'the default port of https stays in an http URL'],
  ['https-localhost', 'https://localhost', 'https on localhost'],
]

const REJECTED_PORTAL_URLS = [
  ['empty', '', 'portal_url_malformed', 'no URL'],
  ['blank', ' ', 'portal_url_malformed', 'a space'],
  ['host-only', 'help.company.com', 'portal_url_malformed', 'a host is not a URL'],
  ['host-port', 'help.company.com:443', 'portal_url_malformed', 'a host and a port: a URL whose scheme is the host, without a host'],
  ['relative', '/submit-ticket', 'portal_url_malformed', 'a path'],
  ['protocol-relative', '//help.company.com', 'portal_url_malformed', 'no scheme'],
  ['no-host', 'https://', 'portal_url_malformed', 'no host'],
  ['no-host-port', 'https://:8443', 'portal_url_malformed', 'a port without a host'],
  ['user', 'https://ada@help.company.com', 'portal_url_malformed', 'a user name'],
  ['password', 'https://:secret@help.company.com', 'portal_url_malformed', 'a password'],
  ['user-and-password', 'https://ada:secret@help.company.com', 'portal_url_malformed', 'a user name and a password'],
  ['host-in-user', 'https://help.company.com@evil.example', 'portal_url_malformed', 'a user name that looks like a host'],
  ['trailing-dot', 'https://help.company.com./', 'portal_url_malformed', 'a dot at the end of the host'],
  ['trailing-ideographic-stop', 'https://help.company.com。/', 'portal_url_malformed', 'U+3002 at the end of the host'],
  ['trailing-dot-http', 'http://help.company.com./', 'portal_url_malformed', 'a dot at the end is found before the scheme'],
  ['user-http', 'http://ada@help.company.com', 'portal_url_malformed', 'a user name is found before the scheme'],
  ['port-too-large', 'https://help.company.com:65536', 'portal_url_malformed', 'a port over 65535'],
  ['port-not-a-number', 'https://help.company.com:http', 'portal_url_malformed', 'a port that is not a number'],
  ['blank-in-host', 'https://help company.com', 'portal_url_malformed', 'a space in the host'],
  ['forbidden-in-host', 'https://help|company.com', 'portal_url_malformed', 'a forbidden character in the host'],
  ['encoded-slash-in-host', 'https://help%2Fcompany.com', 'portal_url_malformed', 'an encoded slash in the host'],
  ['ipv4-too-large', 'https://256.0.0.1', 'portal_url_malformed', 'no IPv4 address'],
  ['ipv6-open', 'https://[::1', 'portal_url_malformed', 'a bracket is missing'],
  ['javascript', 'javascript:alert(1)', 'portal_url_malformed', 'a scheme without a host'],
  ['data', 'data:text/html,x', 'portal_url_malformed', 'another scheme without a host'],
  ['mailto', 'mailto:ada@example.com', 'portal_url_malformed', 'another scheme without a host'],
  ['file', 'file:///submit-ticket', 'portal_url_malformed', 'an empty host'],
  ['file-localhost', 'file://localhost/submit-ticket', 'portal_url_malformed', 'an empty host: in a file URL, the parser removes localhost'],
  ['opaque-percent', 'help://h%65lp', 'portal_url_malformed', 'an opaque host that 4.1 does not accept'],
  ['http', 'http://help.company.com', 'portal_url_insecure', 'http'],
  ['http-port-443', 'http://help.company.com:443', 'portal_url_insecure', 'http on the port of https'],
  ['http-private', 'http://192.168.0.1', 'portal_url_insecure', 'http on a private address'],
  ['http-any', 'http://0.0.0.0', 'portal_url_insecure', 'http on 0.0.0.0'],
  ['http-ipv4-next', 'http://128.0.0.1', 'portal_url_insecure', 'the first address after 127.0.0.0/8'],
  ['http-ipv6-any', 'http://[::]', 'portal_url_insecure', 'http on [::]'],
  ['http-ipv6-mapped', 'http://[::ffff:127.0.0.1]', 'portal_url_insecure', 'a mapped IPv4 loopback address is not a loopback address'],
  ['http-localhost-inside', 'http://localhost.company.com', 'portal_url_insecure', 'localhost as the first label'],
  ['http-localhost-suffix', 'http://notlocalhost', 'portal_url_insecure', 'a label that ends in localhost'],
  ['http-test-bare', 'http://test', 'portal_url_insecure', 'test is not a name under test'],
  ['http-test-inside', 'http://help.test.company.com', 'portal_url_insecure', 'test inside a name'],
  ['http-test-suffix', 'http://mytest', 'portal_url_insecure', 'a label that ends in test'],
  ['http-loopback-name', 'http://127.0.0.1.company.com', 'portal_url_insecure', 'a loopback address as the first labels'],
  ['ftp', 'ftp://help.company.com', 'portal_url_insecure', 'ftp'],
  ['ws', 'wss://help.company.com', 'portal_url_insecure', 'wss'],
  ['ftp-localhost', 'ftp://localhost', 'portal_url_insecure', 'ftp on localhost'],
  ['other-scheme', 'help://company', 'portal_url_insecure', 'an unknown scheme'],
]

/** What is said of a portal's URL without signing anything. */
function unsigned(call, id, comment, { portal_url, fails }) {
  return caseOf({ id: `link-${call.replaceAll('_', '-')}-${id}`, comment, call, args: { portal_url }, fails })
}

function portals() {
  return ['public_form_url', 'portal_host'].flatMap((call) => [
    ...PORTAL_URLS.map(([id, portal_url, comment]) => unsigned(call, id, comment, { portal_url })),
    ...REJECTED_PORTAL_URLS.map(([id, portal_url, fails, comment]) => unsigned(call, id, comment, { portal_url, fails })),
  ])
}

function linking() {
  return [
    ...PORTAL_URLS.map(([id, portal_url, comment]) => linked(`url-${id}`, comment, { portal_url })),
    ...REJECTED_PORTAL_URLS.map(([id, portal_url, fails, comment]) => linked(`url-${id}`, comment, { portal_url, fails })),
    ...USER_IDS.map(([id, user_id, comment]) => linked(`id-${id}`, `${comment}, form-encoded`, { user_id })),
    linked('earliest', 'the earliest time', { timestamp: 0 }),
    linked('latest', 'the latest time', { timestamp: LATEST }),
    linked('too-early', 'a time before 1970', { timestamp: -1, fails: 'timestamp_malformed' }),
    linked('id-empty', 'no user id', { user_id: '', fails: 'user_id_empty' }),
    linked('id-too-long', 'a user id of 513 bytes', { user_id: 'u'.repeat(513), fails: 'user_id_too_long' }),
    linked('order-url-before-user', 'the URL is checked before the user id', { portal_url: '', user_id: '', fails: 'portal_url_malformed' }),
    linked('order-insecure-before-user', 'the scheme of the URL is checked before the user id', { portal_url: 'http://help.company.com', user_id: '', fails: 'portal_url_insecure' }),
    linked('order-user-before-time', 'the user id before the time', { user_id: '\n', timestamp: -1, fails: 'user_id_malformed' }),
  ]
}

const TIMESTAMPS = [
  ['empty', ''], ['zero-in-front', `0${NOW}`], ['double-zero', '00'], ['plus', `+${NOW}`], ['minus', `-${NOW}`], ['minus-zero', '-0'],
  ['blank-leading', ` ${NOW}`], ['blank-trailing', `${NOW} `], ['newline', `${NOW}\n`], ['fraction', `${NOW}.0`], ['point', `${NOW}.`],
  ['exponent', '1e9'], ['hexadecimal', '0x6955b900'], ['underscores', '1_767_225_600'], ['commas', '1,767,225,600'],
  ['twelve-digits', '100000000000'], ['milliseconds', `${NOW}000`], ['twenty-digits', '18446744073709551616'], ['hundred-digits', '9'.repeat(100)],
  ['fullwidth', '１７６７２２５６００'], ['arabic', '١٧٦٧٢٢٥٦٠٠'], ['iso', '2026-01-01T00:00:00Z'], ['undefined', 'undefined'], ['nan', 'NaN'],
  ['nul', `${NOW}\0`], ['bigint', `${NOW}n`], ['quoted', `"${NOW}"`],
]

function verifying() {
  return [
    verified('spec', 'SPEC 11.2', { message: MESSAGE }),
    verified('host-upper', 'the host is made canonical', { portal_host: 'HELP.company.com', message: MESSAGE }),
    verified('uppercase', 'upper case is accepted', { signature: SIGNATURE.toUpperCase(), message: MESSAGE }),
    verified('idna', 'IDNA', { portal_host: 'bücher.example', ...signedUser({ portal_host: 'xn--bcher-kva.example' }) }),
    ...USER_IDS.map(([id, user_id, comment]) => verified(`id-${id}`, comment, signedUser({ user_id }))),
    ...REJECTED_USER_IDS.map(([id, user_id, fails, comment]) => verified(`id-${id}`, comment, { user_id, fails })),
    ...TIMESTAMPS.map(([id, timestamp]) => verified(`timestamp-${id}`, 'not the one spelling of a timestamp', { timestamp, fails: 'timestamp_malformed' })),
    verified('timestamp-zero', 'the text 0 is a timestamp', { ...signedUser({ timestamp: 0 }), now: 0 }),
    verified('timestamp-one', 'the text 1 is a timestamp', { ...signedUser({ timestamp: 1 }), now: 0 }),
    verified('timestamp-eleven-digits', 'a text of eleven digits is a timestamp', { ...signedUser({ timestamp: 10_000_000_000 }), now: 10_000_000_000 }),
    verified('host-malformed', "the verifier's own host is the caller's", { portal_host: 'https://help.company.com', fails: 'host_malformed' }),
    verified('host-with-port', 'a port', { portal_host: 'help.company.com:8443', fails: 'host_malformed' }),
    verified('other-host', 'a signature for another host', { portal_host: 'desk.company.com', fails: 'signature_mismatch' }),
    verified('other-user', 'a signature for another user', { user_id: 'user-43', fails: 'signature_mismatch' }),
    verified('other-case', 'user ids are case-sensitive', { user_id: 'User-42', fails: 'signature_mismatch' }),
    verified('other-time', 'a signature for another time', { timestamp: `${NOW + 1}`, fails: 'signature_mismatch' }),
    verified('other-secret', 'a signature with another secret', { signature: signatureOf(OTHER_SECRET, MESSAGE), fails: 'signature_mismatch' }),
    verified('moved-colon', 'text moved from the user id to the host', { portal_host: 'help', user_id: `company:${USER}`, signature: signatureOf(SECRET, `help.company:${USER}:${NOW}`), fails: 'signature_mismatch' }),
    verified('email-seal', 'an e-mail signature in place of a link signature', { user_id: 'ada@example.com', signature: signatureOf(SECRET, 'ada@example.com'), fails: 'signature_mismatch' }),
    verified('previous', 'a previous secret', { previous: [[OLDER_SECRET, NOW + 1]], signature: signatureOf(OLDER_SECRET, MESSAGE), message: MESSAGE }),
    verified('previous-dead', 'an expired previous secret', { previous: [[OLDER_SECRET, NOW]], signature: signatureOf(OLDER_SECRET, MESSAGE), message: MESSAGE, fails: 'signature_mismatch' }),
    verified('previous-dead-before-window', 'with an expired secret, the error does not disclose whether the time is valid', { previous: [[OLDER_SECRET, NOW]], signature: signatureOf(OLDER_SECRET, MESSAGE), now: NOW + 301, message: MESSAGE, fails: 'signature_mismatch' }),
    verified('order-host-before-user', 'the host is checked before the user id', { portal_host: '', user_id: '', fails: 'host_malformed' }),
    verified('order-host-before-now', "the host before now, both the caller's own", { portal_host: '', now: -1, fails: 'host_malformed' }),
    verified('order-now-before-user', "now before what the visitor sent", { user_id: '', now: -1, fails: 'timestamp_malformed' }),
    verified('now-too-late', 'now in milliseconds', { now: NOW * 1000, fails: 'timestamp_malformed' }),
    verified('order-user-before-time', 'the user id before the timestamp', { user_id: '', timestamp: '', fails: 'user_id_empty' }),
    verified('order-time-before-form', "the timestamp before the signature's form", { timestamp: '', signature: '', fails: 'timestamp_malformed' }),
    verified('order-form-before-match', "the signature's form before its match", { user_id: 'user-43', signature: SIGNATURE.slice(1), fails: 'signature_malformed' }),
    verified('order-form-before-window', "the signature's form before the window", { signature: `${SIGNATURE}\n`, now: NOW + 301, fails: 'signature_malformed' }),
    verified('order-match-before-window', 'the match before the window: without a valid signature, the error does not disclose whether the time is valid', { user_id: 'user-43', now: NOW + 301, fails: 'signature_mismatch' }),
    verified('order-match-before-future', 'the match before the window', { user_id: 'user-43', now: NOW - 301, fails: 'signature_mismatch' }),
  ]
}

function windows() {
  const at = (seconds, tolerance, fails) => verified(
    `window-${tolerance ?? 'default'}-${seconds < 0 ? 'before' : 'after'}-${Math.abs(seconds)}`,
    `${Math.abs(seconds)} s ${seconds < 0 ? 'before' : 'after'} the timestamp, tolerance ${tolerance ?? 'not configured'}`,
    { now: NOW + seconds, tolerance, message: MESSAGE, fails })
  const invalidTolerance = (id, tolerance) => verified(`tolerance-${id}`, 'out of range', { tolerance, fails: 'tolerance_malformed' })
  const edge = (id, comment, timestamp, now, more = {}) => verified(`edge-${id}`, comment, { ...signedUser({ timestamp }), now, ...more })
  return [
    at(-301, undefined, 'timestamp_in_future'), at(-300), at(0), at(300), at(301, undefined, 'timestamp_expired'),
    at(-1, 0, 'timestamp_in_future'), at(0, 0), at(1, 0, 'timestamp_expired'),
    at(-2, 1, 'timestamp_in_future'), at(-1, 1), at(1, 1), at(2, 1, 'timestamp_expired'),
    at(-301, 300, 'timestamp_in_future'), at(-300, 300), at(300, 300), at(301, 300, 'timestamp_expired'),
    at(-3601, 3600, 'timestamp_in_future'), at(-3600, 3600), at(3600, 3600), at(3601, 3600, 'timestamp_expired'),
    invalidTolerance('3601', 3601), invalidTolerance('minus-1', -1), invalidTolerance('a-day', 86_400), invalidTolerance('milliseconds', 300_000),
    edge('start', 'nothing underflows at 0', 0, 0),
    edge('start-within', '300 s after 0', 0, 300),
    edge('start-expired', '301 s after 0', 0, 301, { fails: 'timestamp_expired' }),
    edge('start-future', 'signed 301 s after 0', 301, 0, { fails: 'timestamp_in_future' }),
    edge('start-future-within', 'signed 300 s after 0', 300, 0),
    edge('end', 'nothing overflows at the end', LATEST, LATEST),
    edge('end-within', '300 s before the end', LATEST - 300, LATEST),
    edge('end-expired', '301 s before the end', LATEST - 301, LATEST, { fails: 'timestamp_expired' }),
    edge('end-future', 'signed 301 s later', LATEST, LATEST - 301, { fails: 'timestamp_in_future' }),
    edge('whole-range-expired', 'signed at the beginning, read at the end', 0, LATEST, { fails: 'timestamp_expired' }),
    edge('whole-range-future', 'signed at the end, read at the beginning', LATEST, 0, { fails: 'timestamp_in_future' }),
  ]
}

function readingForms() {
  const [id, time, signature] = QUERY.split('&')
  const valid = (name, comment, url) => read(name, comment, url, { message: MESSAGE })
  return [
    valid('path', 'a path, as frameworks hand it over', `/submit-ticket?${QUERY}`),
    valid('absolute', 'an absolute URL', `https://help.company.com/submit-ticket?${QUERY}`),
    valid('other-host-in-url', 'the host of the URL is ignored', `https://evil.example/submit-ticket?${QUERY}`),
    valid('other-path', 'the path of the URL is ignored', `/somewhere/else?${QUERY}`),
    valid('root', 'only a slash', `/?${QUERY}`),
    valid('http', 'the scheme of the URL is ignored', `http://help.company.com/submit-ticket?${QUERY}`),
    valid('odd-scheme', 'any scheme with slashes', `a1+.-://?${QUERY}`),
    valid('scheme-upper', 'a scheme in upper case', `HTTPS://x?${QUERY}`),
    valid('scheme-no-path', 'no slash between host and query', `https://help.company.com?${QUERY}`),
    valid('protocol-relative', 'it begins with a slash', `//help.company.com/submit-ticket?${QUERY}`),
    valid('unparsable-authority', 'the text before the query is ignored', `https://[::1:x@:99999/?${QUERY}`),
    valid('blank-in-path', 'a space in the path is ignored', `/sub mit?${QUERY}`),
    valid('order-reversed', 'any order', `/?${signature}&${time}&${id}`),
    valid('order-rotated', 'any order', `/?${time}&${signature}&${id}`),
    valid('others-around', 'other parameters are ignored', `/?lang=de&${id}&utm_source=mail&${time}&x&${signature}&=&y=1=2`),
    valid('others-repeated', 'other parameters may be repeated', `/?a=1&a=2&${QUERY}&a=3`),
    valid('others-invalid', 'other parameters may be invalid UTF-8', `/?a=%FF&%FF=b&%FFuser_id=1&${QUERY}&%`),
    valid('others-similar', 'parameters with similar names are other parameters', `/?User_id=1&user-id=2&user_id[]=3&xuser_id=4&user_idx=5&user_id+=6&+user_id=7&user_id%00=8&${QUERY}`),
    valid('empty-parts', 'empty parts are ignored', `/?&&${id}&&&${time}&${signature}&`),
    valid('fragment', 'the fragment is removed', `/?${QUERY}#top`),
    valid('fragment-empty', 'an empty fragment', `/?${QUERY}#`),
    valid('fragment-with-query', 'a ? after # does not start a query', `/?${QUERY}#?user_id=evil`),
    valid('fragment-with-parameters', 'parameters after # are ignored', `/?${QUERY}#&user_id=evil`),
    valid('name-encoded', 'names are decoded', `/?u%73er_id=${USER}&user%5Fid%5ftimestamp=${NOW}&user_id_signatur%65=${SIGNATURE}`),
    valid('value-encoded', 'values are decoded', `/?user_id=%75ser%2D42&user_id_timestamp=%31${`${NOW}`.slice(1)}&${signature}`),
    valid('signature-encoded', 'an encoded signature is decoded', `/?${id}&${time}&user_id_signature=${[...SIGNATURE].map((digit) => `%${digit.charCodeAt(0).toString(16)}`).join('')}`),
    valid('signature-upper', 'upper case is accepted', `/?${id}&${time}&user_id_signature=${SIGNATURE.toUpperCase()}`),
    read('own-host-malformed', "the verifier's own host is the caller's", `/?${QUERY}`, { portal_host: 'help.company.com/', fails: 'host_malformed' }),
    read('own-host-other', 'a link to another portal', `/?${QUERY}`, { portal_host: 'desk.company.com', fails: 'signature_mismatch' }),
    read('previous', 'a previous secret', `/?${linkQuery(USER, NOW, signatureOf(OLDER_SECRET, MESSAGE))}`, { previous: [[OLDER_SECRET, NOW + 1]], message: MESSAGE }),
    read('spec-last', 'SPEC 11.2: the last second', `/?${QUERY}`, { now: NOW + 300, message: MESSAGE }),
    read('spec-expired', 'SPEC 11.2: the second after it', `/?${QUERY}`, { now: NOW + 301, message: MESSAGE, fails: 'timestamp_expired' }),
    read('spec-first', 'SPEC 11.2: the first second', `/?${QUERY}`, { now: NOW - 300, message: MESSAGE }),
    read('spec-future', 'SPEC 11.2: the second before it', `/?${QUERY}`, { now: NOW - 301, message: MESSAGE, fails: 'timestamp_in_future' }),
    read('tolerance', 'a tolerance of its own', `/?${QUERY}`, { now: NOW + 3600, tolerance: 3600, message: MESSAGE }),
  ]
}

function readingUserIds() {
  const encoded = (id, comment, written, user_id) => {
    const { message, signature } = signedUser({ user_id })
    return read(`value-${id}`, comment, `/?user_id=${written}&user_id_timestamp=${NOW}&user_id_signature=${signature}`, { message })
  }
  return [
    ...USER_IDS.map(([id, user_id, comment]) => {
      const { message, signature } = signedUser({ user_id })
      return read(`id-${id}`, `${comment}, form-encoded`, `/submit-ticket?${linkQuery(user_id, NOW, signature)}`, { message })
    }),
    encoded('plus-is-space', '+ is a space', 'a+b', 'a b'),
    encoded('percent-20', '%20 is a space', 'a%20b', 'a b'),
    encoded('percent-2b', '%2B is a plus', 'a%2Bb', 'a+b'),
    encoded('decoded-once', 'decoded once, not twice', 'a%252Bb', 'a%2Bb'),
    encoded('equals', 'split at the first =', 'a=b=c', 'a=b=c'),
    encoded('semicolon', '; separates nothing', 'a;user_id=b', 'a;user_id=b'),
    encoded('question-mark', 'a second ? is text', 'a?b', 'a?b'),
    encoded('slash', 'a slash is text', 'a/b', 'a/b'),
    encoded('percent-alone', 'a lone % is text', '100%', '100%'),
    encoded('percent-one-digit', 'an incomplete %4 is text', 'a%4', 'a%4'),
    encoded('percent-not-hex', '%zz is text', '%zz', '%zz'),
    encoded('percent-before-character', 'a lone % before a character that is not ASCII is text', '%😀%2B', '%😀+'),
    encoded('percent-then-encoded', '%%41 is % and A', '%%41', '%A'),
    encoded('lowercase-digits', 'lower-case digits', '%c3%a9', 'é'),
    encoded('raw-unicode', 'what is not encoded is UTF-8', 'é😀', 'é😀'),
    encoded('half-encoded', 'raw and encoded side by side', 'é%C3%A9', 'éé'),
    encoded('replacement-character', 'U+FFFD itself is valid', '%EF%BF%BD', '\ufffd'),
    encoded('overencoded', 'letters may be encoded', '%75%73%65%72', 'user'),
    encoded('quotes', 'quotes need no encoding', '"\'<>', '"\'<>'),
    encoded('blank', 'a raw space', 'a b', 'a b'),
  ]
}

function readingErrors() {
  const query = ({ user_id = USER, timestamp = NOW, signature = SIGNATURE } = {}) =>
    `/?user_id=${user_id}&user_id_timestamp=${timestamp}&user_id_signature=${signature}`
  const invalid = [['ff', '%FF'], ['truncated', 'a%C3'], ['truncated-four', '%F0%9F%98'], ['overlong', '%C0%AF'], ['surrogate', '%ED%A0%80'],
    ['too-large', '%F4%90%80%80'], ['continuation', '%80'], ['latin-1', 'gr%F6%DFe']]
  return [
    ...invalid.map(([id, user_id]) => read(`invalid-id-${id}`, 'a user id that is not UTF-8 is rejected, never repaired', query({ user_id }), { fails: 'user_id_malformed' })),
    read('invalid-timestamp', 'a timestamp that is not UTF-8', query({ timestamp: '%FF' }), { fails: 'timestamp_malformed' }),
    read('invalid-signature', 'a signature that is not UTF-8', query({ signature: '%FF' }), { fails: 'signature_malformed' }),
    read('invalid-order-id-first', "each in its parameter's turn: the user id", query({ user_id: '%FF', timestamp: '%FF', signature: '%FF' }), { fails: 'user_id_malformed' }),
    read('invalid-order-empty-before', 'an empty user id before an invalid timestamp', query({ user_id: '', timestamp: '%FF' }), { fails: 'user_id_empty' }),
    read('invalid-order-time-before-seal', 'the timestamp before the signature', query({ timestamp: '%FF', signature: '%FF' }), { fails: 'timestamp_malformed' }),
    read('invalid-order-time-form', "a timestamp's form before an invalid signature", query({ timestamp: '01', signature: '%FF' }), { fails: 'timestamp_malformed' }),
    read('invalid-repeated', 'invalid and repeated', `${query({ user_id: '%FF' })}&user_id=1`, { fails: 'identity_repeated' }),
    read('invalid-incomplete', 'invalid and incomplete', '/?user_id=%FF', { fails: 'identity_incomplete' }),
    read('byte-order-mark', 'U+FEFF is kept and rejected: a decoder must not remove it', query({ user_id: '%EF%BB%BFa' }), { fails: 'user_id_malformed' }),
    read('blank-encoded', 'a space at the end, written as a plus', query({ user_id: 'user-42+' }), { fails: 'user_id_malformed' }),
    read('missing-value', 'the text that a language prints for a missing value', query({ user_id: 'undefined' }), { fails: 'user_id_malformed' }),
    read('control-encoded', 'an encoded control character', query({ user_id: 'user%0A' }), { fails: 'user_id_malformed' }),
    read('nul-encoded', 'an encoded NUL', query({ user_id: 'user%00' }), { fails: 'user_id_malformed' }),
    read('newline-raw', 'a raw line feed', query({ user_id: 'us\ner' }), { fails: 'user_id_malformed' }),
    read('id-too-long', 'the decoded value counts: 513 bytes', query({ user_id: '%41'.repeat(513) }), { fails: 'user_id_too_long' }),
    read('id-empty', 'an empty user id counts as present', query({ user_id: '' }), { fails: 'user_id_empty' }),
    read('timestamp-empty', 'an empty timestamp counts as present', query({ timestamp: '' }), { fails: 'timestamp_malformed' }),
    read('signature-empty', 'an empty signature counts as present', query({ signature: '' }), { fails: 'signature_malformed' }),
    read('all-empty', 'three empty parameters do not make an anonymous visitor', query({ user_id: '', timestamp: '', signature: '' }), { fails: 'user_id_empty' }),
    read('names-only', 'names without =', '/?user_id&user_id_timestamp&user_id_signature', { fails: 'user_id_empty' }),
    read('timestamp-plus', 'a + before a timestamp is a space', query({ timestamp: `+${NOW}` }), { fails: 'timestamp_malformed' }),
    read('timestamp-milliseconds', 'milliseconds', query({ timestamp: `${NOW}000` }), { fails: 'timestamp_malformed' }),
    read('signature-base64', 'base64', query({ signature: Buffer.from(SIGNATURE, 'hex').toString('base64') }), { fails: 'signature_malformed' }),
    read('signature-other', 'a signature for another user', query({ user_id: 'user-43' }), { fails: 'signature_mismatch' }),
    read('separator-semicolon', 'separated by ;, the rest is part of the user id', `/?${QUERY.replaceAll('&', ';')}`, { fails: 'identity_incomplete' }),
    read('separator-html', '&amp; gives other names', `/?${QUERY.replaceAll('&', '&amp;')}`, { fails: 'identity_incomplete' }),
    read('second-question-mark', 'a second ? is part of a name', `/??${QUERY}`, { fails: 'identity_incomplete' }),
  ]
}

function subsetsAndRepeats() {
  const parts = QUERY.split('&')
  const names = ['id', 'timestamp', 'signature']
  const subsets = [[0], [1], [2], [0, 1], [0, 2], [1, 2]]
  return [
    ...subsets.map((subset) => read(`only-${subset.map((index) => names[index]).join('-and-')}`, 'some of the three are missing',
      `/?${subset.map((index) => parts[index]).join('&')}`, { fails: 'identity_incomplete' })),
    ...names.map((name, index) => read(`only-empty-${name}`, 'a single empty parameter does not make an anonymous visitor',
      `/?${parts[index].split('=')[0]}=`, { fails: 'identity_incomplete' })),
    ...names.map((name, index) => read(`repeated-${name}`, 'one is present twice, with the same value',
      `/?${QUERY}&${parts[index]}`, { fails: 'identity_repeated' })),
    ...names.map((name, index) => read(`repeated-empty-${name}`, 'one is present twice, once empty',
      `/?${parts[index].split('=')[0]}&${QUERY}`, { fails: 'identity_repeated' })),
    read('repeated-encoded', 'one is present twice, once by an encoded name', `/?${QUERY}&user%5Fid=evil`, { fails: 'identity_repeated' }),
    read('repeated-three-times', 'one is present three times', `/?${QUERY}&user_id=a&user_id=b`, { fails: 'identity_repeated' }),
    read('repeated-all', 'all are present twice', `/?${QUERY}&${QUERY}`, { fails: 'identity_repeated' }),
    ...names.map((name, index) => read(`token-beside-${name}`, 'an identity token beside one of the three',
      `/?identity=x&${parts[index]}`, { fails: 'identity_repeated' })),
    read('token-beside-all', 'an identity token beside a valid link', `/?${QUERY}&identity=x`, { fails: 'identity_repeated' }),
    read('token-beside-all-empty', 'an empty identity token counts as present', `/?identity=&${QUERY}`, { fails: 'identity_repeated' }),
    read('token-beside-all-no-value', 'an identity token without a value counts as present', `/?${QUERY}&identity`, { fails: 'identity_repeated' }),
    read('token-beside-all-encoded', 'an identity token by an encoded name', `/?id%65ntity=x&${QUERY}`, { fails: 'identity_repeated' }),
    read('token-beside-all-invalid', 'an identity token that is not UTF-8', `/?${QUERY}&identity=%FF`, { fails: 'identity_repeated' }),
    read('token-beside-empty', 'an identity token beside an empty parameter', '/?identity=x&user_id=', { fails: 'identity_repeated' }),
    read('token-twice-beside-all', 'two identity tokens beside a valid link', `/?identity=x&${QUERY}&identity=x`, { fails: 'identity_repeated' }),
    read('token-twice', 'an identity token twice', '/?identity=x&lang=de&identity=x', { fails: 'identity_repeated' }),
    read('token-twice-empty', 'two empty identity tokens', '/?identity=&id%65ntity', { fails: 'identity_repeated' }),
    read('token-similar-names', 'parameters with names similar to that of an identity token', `/?Identity=1&identity%00=2&identity_token=3&%69dentit=4&${QUERY}`, { message: MESSAGE }),
    read('token-in-fragment', 'an identity token after # is ignored', `/?${QUERY}#&identity=x`, { message: MESSAGE }),
    read('order-malformed-before-token', 'a URL that cannot be read, with an identity token', `?${QUERY}&identity=x`, { fails: 'portal_url_malformed' }),
    read('order-token-before-malformed', 'an identity token beside an invalid user id', '/?identity=x&user_id=&user_id_timestamp=&user_id_signature=', { fails: 'identity_repeated' }),
    read('order-repeated-before-incomplete', 'one repeated, others missing', '/?user_id=a&user_id=b', { fails: 'identity_repeated' }),
    read('order-repeated-before-malformed', 'repeated, and an empty user id', '/?user_id=&user_id=&user_id_timestamp=&user_id_signature=', { fails: 'identity_repeated' }),
    read('order-host-before-public', "the verifier's own host is checked before an anonymous visitor is accepted", '/submit-ticket', { portal_host: 'help.company.com:443', fails: 'host_malformed' }),
    read('order-host-before-url', "the verifier's own host is checked before the URL", 'submit-ticket', { portal_host: '', fails: 'host_malformed' }),
    read('order-now-before-url', 'now is checked before the URL', 'submit-ticket', { now: -1, fails: 'timestamp_malformed' }),
    read('order-url-before-public', 'a URL that cannot be read does not make an anonymous visitor', 'submit-ticket', { fails: 'portal_url_malformed' }),
    read('order-incomplete-before-malformed', 'incomplete, and an empty user id', '/?user_id=&user_id_timestamp=x', { fails: 'identity_incomplete' }),
  ]
}

function publicVisitors() {
  return [
    ['empty', '', 'an empty URL'],
    ['path', '/submit-ticket', 'no query'],
    ['slash', '/', 'only a slash'],
    ['absolute', 'https://help.company.com/submit-ticket', 'an absolute URL without query'],
    ['absolute-bare', 'https://', 'nothing after the slashes'],
    ['empty-query', '/submit-ticket?', 'an empty query'],
    ['ampersands', '/?&&&', 'nothing but separators'],
    ['others', '/?lang=de&utm_source=mail', 'only other parameters'],
    ['similar-names', '/?USER_ID=1&user_id%20=2&user_ids=3', 'only similar names'],
    ['name-in-value', `/?next=user_id=1%26${QUERY.replaceAll('&', '%26')}`, 'the names in a value'],
    ['fragment', `/submit-ticket#?${QUERY}`, 'a query after # is ignored'],
    ['fragment-parameters', `/#${QUERY}`, 'parameters after #'],
    ['fragment-before-query', `/?#?${QUERY}`, 'an empty query before #'],
    ['path-parameters', `/${QUERY}`, 'parameters without ?'],
    ['encoded-question-mark', `/%3F${QUERY}`, 'an encoded ? does not start a query'],
    ['invalid-others', '/?%FF=%FF', 'a name that is not UTF-8'],
    ['token', '/?identity=x', 'an identity token alone is ignored'],
    ['token-empty', '/?identity=', 'an empty identity token'],
  ].map(([id, url, comment]) => read(`public-${id}`, comment, url))
}

function malformedUrls() {
  return [
    ['relative', `submit-ticket?${QUERY}`, 'a relative path'],
    ['query-only', `?${QUERY}`, 'only a query'],
    ['query-string', QUERY, 'a query without ?'],
    ['fragment-only', '#top', 'only a fragment'],
    ['host', `help.company.com/submit-ticket?${QUERY}`, 'no scheme'],
    ['host-port', `help.company.com:443/submit-ticket?${QUERY}`, 'a scheme without slashes'],
    ['one-slash', `https:/help.company.com?${QUERY}`, 'one slash'],
    ['backslashes', `https:\\\\help.company.com?${QUERY}`, 'backslashes'],
    ['backslash', `\\submit-ticket?${QUERY}`, 'a backslash'],
    ['javascript', 'javascript:alert(1)', 'a scheme without slashes'],
    ['scheme-digit', `1http://x?${QUERY}`, 'a scheme that begins with a digit'],
    ['scheme-empty', `://help.company.com?${QUERY}`, 'no scheme'],
    ['scheme-underscore', `my_app://x?${QUERY}`, 'an underscore in the scheme'],
    ['scheme-unicode', `hé://x?${QUERY}`, 'a letter beyond ASCII in the scheme'],
    ['blank-leading', ` /submit-ticket?${QUERY}`, 'a space at the start'],
    ['newline-leading', `\n/?${QUERY}`, 'a line feed at the start'],
    ['byte-order-mark', `\ufeff/?${QUERY}`, 'U+FEFF at the start'],
    ['blank', ' ', 'only a space'],
    ['asterisk', '*', 'an asterisk, as in OPTIONS *'],
    ['word', 'undefined', 'the text undefined'],
    ['before-incomplete', '?user_id=1', 'malformed before incomplete'],
    ['before-repeated', '?user_id=1&user_id=2', 'malformed before repeated'],
  ].map(([id, url, comment]) => read(`malformed-${id}`, comment, url, { fails: 'portal_url_malformed' }))
}

export const cases = [
  ...signing(),
  ...linking(),
  ...portals(),
  ...verifying(),
  ...windows(),
  ...readingForms(),
  ...readingUserIds(),
  ...readingErrors(),
  ...subsetsAndRepeats(),
  ...publicVisitors(),
  ...malformedUrls(),
]
