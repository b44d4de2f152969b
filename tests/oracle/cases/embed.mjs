import { DEFAULT_CONTAINER, DEFAULT_SCRIPT_URL, canonicalEmail } from '../seal.mjs'
import { SECRET, caseOf } from './case.mjs'

export const comment = 'SPEC 6: the embed of a Ticket Center'

function embedded(id, comment, { email = 'ada@example.com', helpdesk_id = 'desk_123', fails, ...options } = {}) {
  return caseOf({ id: `embed-${id}`, comment, class: 'Signer', new: { secret: SECRET }, call: 'ticket_center',
    args: { email, helpdesk_id, ...options }, message: fails ? undefined : canonicalEmail(email), fails })
}

function emails() {
  return [
    embedded('plain', 'nothing but what is needed'),
    embedded('email-canonical', 'the canonical e-mail stands in the page', { email: ' Ada@Example.com\n' }),
    embedded('email-sigma', 'a final sigma', { email: 'ΟΔΥΣΣΕΥΣ@example.gr' }),
    embedded('email-unicode', 'non-ASCII text is not escaped', { email: 'élodie😀@bücher.example' }),
    embedded('email-separators', 'only the five characters of 6.2 are escaped', { email: 'ab/\\`={}@example.com' }),
    embedded('escape-ampersand', '& is escaped', { email: 'o&m@example.com' }),
    embedded('escape-entity', 'a text that looks escaped is escaped again', { email: 'o&amp;m@example.com' }),
    embedded('escape-less-than', '< is escaped', { email: 'a<b@example.com' }),
    embedded('escape-greater-than', '> is escaped', { email: 'a>b@example.com' }),
    embedded('escape-double-quote', '" is escaped', { email: '"ada"@example.com' }),
    embedded('escape-single-quote', "' is escaped", { email: "o'brien@example.com" }),
    embedded('escape-all', 'all five at once', { email: `&<>"'@example.com` }),
    embedded('escape-script', 'an attempt at markup', { email: '"></script><script>alert(1)</script>@example.com' }),
    embedded('email-empty', 'no e-mail', { email: ' ', fails: 'email_empty' }),
    embedded('email-malformed', 'no @', { email: 'ada', fails: 'email_malformed' }),
    embedded('email-too-long', '321 bytes', { email: `${'a'.repeat(319)}@b`, fails: 'email_too_long' }),
    embedded('email-ambiguous', 'U+212A', { email: '\u212aim@example.com', fails: 'email_ambiguous' }),
  ]
}

function helpdeskIds() {
  const rejected = [['empty', ''], ['129', 'x'.repeat(129)], ['blank', 'desk 1'], ['padded', 'desk_123 '], ['newline', 'desk_123\n'], ['dot', 'desk.1'],
    ['slash', 'desk/1'], ['quote', 'desk"'], ['unicode', 'désk'], ['fullwidth', 'ｄｅｓｋ'], ['placeholder', 'YOUR_HELPDESK_ID'],
    ['placeholder-lower', 'your_helpdesk_id'], ['placeholder-short', 'HELPDESK_ID'], ['placeholder-short-mixed', 'Helpdesk_Id'], ['nul', 'desk\0']]
  return [
    embedded('helpdesk-id-shortest', 'one character', { helpdesk_id: '1' }),
    embedded('helpdesk-id-128', '128 characters', { helpdesk_id: 'x'.repeat(128) }),
    embedded('helpdesk-id-all', 'every character of the grammar', { helpdesk_id: 'AZaz09_-' }),
    embedded('helpdesk-id-hyphens', 'hyphens and underscores may come first and last', { helpdesk_id: '-_-' }),
    embedded('helpdesk-id-near-placeholder', 'a placeholder and more', { helpdesk_id: 'MY_HELPDESK_ID' }),
    embedded('helpdesk-id-near-placeholder-2', 'other separators', { helpdesk_id: 'YOUR-HELPDESK-ID' }),
    embedded('helpdesk-id-long-s', 'U+017F is not in the grammar, and not an s', { helpdesk_id: 'HELPDE\u017fK_ID', fails: 'helpdesk_id_malformed' }),
    ...rejected.map(([id, helpdesk_id]) => embedded(`helpdesk-id-${id}`, 'not a helpdesk id', { helpdesk_id, fails: 'helpdesk_id_malformed' })),
  ]
}

function alignments() {
  return [
    embedded('align-left', 'left', { align: 'left' }),
    embedded('align-right', 'right', { align: 'right' }),
    embedded('align-center', 'the default is left out', { align: 'center' }),
    ...[['empty', ''], ['upper', 'Left'], ['other', 'justify'], ['padded', ' left'], ['newline', 'left\n'], ['two', 'left right']]
      .map(([id, align]) => embedded(`align-${id}`, 'none of the three', { align, fails: 'embed_option_malformed' })),
  ]
}

function maxWidths() {
  return [
    ...[['px', '600px'], ['rem', '40rem'], ['percent', '100%'], ['one', '1px'], ['huge', '99999999999999999999px'], ['default-value-other-unit', '864rem']]
      .map(([id, max_width]) => embedded(`max-width-${id}`, 'a positive integer and a unit', { max_width })),
    embedded('max-width-default', 'the default is left out', { max_width: '864px' }),
    ...[['empty', ''], ['zero', '0px'], ['zero-in-front', '0864px'], ['negative', '-1px'], ['fraction', '1.5rem'], ['no-unit', '864'], ['no-number', 'px'],
      ['em', '10em'], ['vw', '50vw'], ['upper', '864PX'], ['blank-inside', '864 px'], ['padded', '864px '], ['newline', '864px\n'], ['calc', 'calc(1px)'],
      ['none', 'none'], ['exponent', '1e3px'], ['fullwidth', '８６４px'], ['arabic', '٨px'], ['injection', '1px;color:red']]
      .map(([id, max_width]) => embedded(`max-width-${id}`, 'not a width', { max_width, fails: 'embed_option_malformed' })),
  ]
}

function containers() {
  return [
    ...[['plain', 'support'], ['all', 'aZ_09-'], ['single', 'x'], ['long', 'x'.repeat(300)], ['upper-default', 'HDH-Ticket-Center']]
      .map(([id, container]) => embedded(`container-${id}`, 'the id of the container element', { container })),
    embedded('container-default', 'the default is left out of the script tag', { container: DEFAULT_CONTAINER }),
    ...[['empty', ''], ['digit', '1x'], ['hyphen', '-x'], ['underscore', '_x'], ['hash', '#x'], ['blank', 'a b'], ['dot', 'a.b'], ['colon', 'a:b'],
      ['unicode', 'é'], ['newline', 'x\n'], ['injection', 'x"><script>']]
      .map(([id, container]) => embedded(`container-${id}`, 'not an id', { container, fails: 'embed_option_malformed' })),
  ]
}

function scriptUrls() {
  return [
    ...[['https', 'https://cdn.example.com/ticket-center.js', 'https'],
      ['port', 'https://cdn.example.com:8443/x.js', 'a port'],
      ['http-localhost', 'http://localhost:3000/ticket-center.js', 'http on localhost'],
      ['http-sub-localhost', 'http://desk.localhost/x.js', 'http under localhost'],
      ['http-ipv4-loopback', 'http://127.1:8080/x.js', 'http on 127.0.0.0/8'],
      ['http-ipv6-loopback', 'http://[::1]:8080/x.js', 'http on [::1]'],
      ['normalised', 'HTTPS://CDN.Example.com:443/a/../b c.js', 'serialised by the URL Standard'],
      ['no-path', 'https://cdn.example.com', 'a path is added'],
      ['idna', 'https://bücher.example/é.js', 'IDNA and percent-encoding'],
      ['query', 'https://cdn.example.com/x.js?a=1&b=2#c', 'query and fragment stay, and & is escaped in HTML'],
      ['quotes', 'https://cdn.example.com/x.js?a=\'b\'&c="d"<e>', 'quotes: some are percent-encoded'],
      ['single-quote-in-path', "https://cdn.example.com/o'brien.js", 'a single quote in a path is escaped in HTML only'],
      ['blanks', ' https://cdn.example.com/x.js\n', 'the URL parser removes whitespace around it'],
    ].map(([id, script_url, comment]) => embedded(`script-url-${id}`, comment, { script_url })),
    embedded('script-url-default', 'the default given is the default', { script_url: DEFAULT_SCRIPT_URL }),
    ...[['empty', ''], ['http', 'http://cdn.example.com/x.js'], ['relative', '/ticket-center.js'], ['protocol-relative', '//cdn.example.com/x.js'],
      ['host', 'cdn.example.com/x.js'], ['user', 'https://ada@cdn.example.com/x.js'], ['password', 'https://:x@cdn.example.com/x.js'],
      ['javascript', 'javascript:alert(1)'], ['data', 'data:text/javascript,alert(1)'], ['file', 'file:///x.js'], ['blob', 'blob:https://cdn.example.com/x'],
      ['ftp', 'ftp://cdn.example.com/x.js'], ['no-host', 'https:///'], ['trailing-dot', 'https://cdn.example.com./x.js'], ['bad-port', 'https://cdn.example.com:99999/x.js'],
      ['http-localhost-inside', 'http://localhost.example.com/x.js'], ['other-scheme', 'cdn://example/x.js']]
      .map(([id, script_url]) => embedded(`script-url-${id}`, 'not an URL to load a script from', { script_url, fails: 'embed_option_malformed' })),
  ]
}

function crossorigins() {
  return [
    embedded('crossorigin', 'the script is loaded with CORS, without credentials', { crossorigin: true }),
    embedded('crossorigin-default', 'the default is left out', { crossorigin: false }),
    embedded('crossorigin-before-nonce', 'it stands between the container and the nonce', { container: 'support', crossorigin: true, nonce: 'x' }),
  ]
}

function nonces() {
  return [
    ...[['base64', 'q83vASNFZ4mrze8B'], ['padded-once', 'q83vASNFZ4mrze8BI0U='], ['padded-twice', 'q83vASNFZ4mrze8BIw=='], ['plus-slash', '+/+/'],
      ['base64url', '-_-_'], ['single', 'x'], ['long', 'Ab9'.repeat(100)]]
      .map(([id, nonce]) => embedded(`nonce-${id}`, 'a nonce', { nonce })),
    ...[['empty', ''], ['padding-only', '=='], ['three-paddings', 'abc==='], ['padding-inside', 'ab=c'], ['blank', 'ab cd'], ['newline', 'abcd\n'],
      ['quote', 'ab"cd'], ['directive', "'nonce-abcd'"], ['unicode', 'abcdé'], ['semicolon', 'ab;cd']]
      .map(([id, nonce]) => embedded(`nonce-${id}`, 'not a nonce', { nonce, fails: 'embed_option_malformed' })),
  ]
}

function together() {
  const all = { align: 'right', max_width: '40rem', container: 'support', script_url: 'https://cdn.example.com/x.js', crossorigin: true, nonce: 'abc=' }
  return [
    embedded('all-options', 'every attribute, in its order', all),
    embedded('all-defaults', 'every default given, and left out', { align: 'center', max_width: '864px', container: DEFAULT_CONTAINER, script_url: DEFAULT_SCRIPT_URL, crossorigin: false }),
    embedded('order-email-first', 'the e-mail before the helpdesk id', { email: 'ada', helpdesk_id: '', fails: 'email_malformed' }),
    embedded('order-helpdesk-id-second', 'the helpdesk id before the options', { helpdesk_id: '', align: 'x', nonce: '', fails: 'helpdesk_id_malformed' }),
    embedded('order-email-before-options', 'the e-mail before the options', { email: '', script_url: '', fails: 'email_empty' }),
  ]
}

/** What a page's own code gets: the same values under the same checks. */
function identities() {
  const identity = (id, comment, email, helpdesk_id, fails) => caseOf({ id: `embed-identity-${id}`, comment, class: 'Signer',
    new: { secret: SECRET }, call: 'identity', args: { email, helpdesk_id }, message: fails ? undefined : canonicalEmail(email), fails })
  return [
    identity('plain', 'the three values', 'ada@example.com', 'desk_123'),
    identity('canonical', 'the canonical e-mail', ' Ada@Example.com\n', 'desk_123'),
    identity('unescaped', 'nothing is escaped', `o'b&<>"@example.com`, 'desk_123'),
    identity('unicode', 'non-ASCII text is not escaped', 'élodie😀@bücher.example', 'desk_123'),
    identity('email-empty', 'no e-mail', ' ', 'desk_123', 'email_empty'),
    identity('email-malformed', 'no @', 'ada', 'desk_123', 'email_malformed'),
    identity('email-too-long', '321 bytes', `${'a'.repeat(319)}@b`, 'desk_123', 'email_too_long'),
    identity('email-ambiguous', 'U+212A', '\u212aim@example.com', 'desk_123', 'email_ambiguous'),
    identity('helpdesk-id-empty', 'no helpdesk id', 'ada@example.com', '', 'helpdesk_id_malformed'),
    identity('helpdesk-id-placeholder', "the documentation's", 'ada@example.com', 'YOUR_HELPDESK_ID', 'helpdesk_id_malformed'),
    identity('order-email-first', 'the e-mail before the helpdesk id', '', '', 'email_empty'),
  ]
}

export const cases = [
  ...emails(),
  ...helpdeskIds(),
  ...alignments(),
  ...maxWidths(),
  ...containers(),
  ...scriptUrls(),
  ...crossorigins(),
  ...nonces(),
  ...together(),
  ...identities(),
]
