'use strict'

// Tells whether a request for the portal's route is a customer's click: nothing else is signed. Libraries
// that swap pages cannot follow a redirect to another site, and what is fetched ahead may never be
// visited. Every language has this table, and tests/portal_requests.json pins all of them.

/** Headers of a visit that the browser makes ahead, if the value says so. */
const PREFETCHES = ['sec-purpose', 'x-sec-purpose', 'purpose', 'x-purpose', 'x-moz']
const IS_PREFETCH = /prefetch|prerender|preview/i

/** Headers of libraries that put what they fetch into the page, whatever the value. */
const FETCHERS = [
  'hx-request',
  'hx-boosted',
  'turbo-frame',
  'x-turbo-request-id',
  'turbolinks-referrer',
  'x-livewire-navigate',
  'x-pjax',
  'x-up-version',
  'rsc',
  'next-router-prefetch',
]

/** Applications that show websites send their own name in `X-Requested-With`, with every visit. */
const IS_SCRIPT = /^(xmlhttprequest|fetch|swup)$/i

/** What follows the route's path where the page below has asked for it. */
const ASKED_AGAIN = '?again'

/** Neither a success nor HTML: browsers drop it, and ask again when the link is clicked. */
const PREFETCH = {
  status: 403,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body: 'This link is signed when it is clicked, so there is nothing to fetch before.\n',
}

/**
 * Returns the answer to a request that is no click, and `undefined` for a click. `header` returns a
 * header's value by its lowercase name; `target` is the request's path and query.
 */
function answerUnlessClicked(header, target) {
  const [path] = target.replace(/^[/\\]+/, '/').split('?', 1)
  if (header('x-inertia')) return { status: 409, headers: { 'X-Inertia-Location': path } }
  const isFetched =
    (header('sec-fetch-mode') ?? 'navigate') !== 'navigate' ||
    IS_SCRIPT.test(header('x-requested-with') ?? '') ||
    FETCHERS.some((name) => (header(name) ?? '') !== '')
  if (isFetched) return leaving(path, target.endsWith(ASKED_AGAIN))
  return PREFETCHES.some((name) => IS_PREFETCH.test(header(name) ?? '')) ? PREFETCH : undefined
}

/**
 * Returns a page that makes a library leave for the route itself, in its own way or by `refresh`. A
 * service worker that fetches what is visited gets the page again: the second time it only has a link.
 */
function leaving(path, isAskedAgain) {
  const url = escaped(path)
  const refresh = `<meta http-equiv="refresh" content="0; url=${url}${ASKED_AGAIN}">`
  return {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'HX-Redirect': path },
    body: `<!doctype html>
<meta name="turbo-visit-control" content="reload">
<meta name="turbolinks-visit-control" content="reload">
<title>Support</title>
<body>
${isAskedAgain ? '' : refresh}
<a href="${url}">Contact support</a>
`,
  }
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

module.exports = { answerUnlessClicked }
