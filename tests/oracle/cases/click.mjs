import { readFileSync } from 'node:fs'
import { caseOf } from './case.mjs'

export const comment = 'SPEC 6.5: the response of the route to the portal to a request that is not a click'

const { cases: requests } = JSON.parse(readFileSync(new URL('../../portal_requests.json', import.meta.url), 'utf8'))

function asked(id, comment, headers, target = '/help') {
  return caseOf({ id: `click-${id}`, comment, call: 'response_unless_click', args: { target, headers } })
}

function named({ comment, headers, answer }, index) {
  return asked(`request-${index + 1}`, comment, headers, answer.endsWith('_again') ? '/help?again' : '/help')
}

export const cases = [
  ...requests.map(named),
  asked('no-headers', 'no headers at all', {}),
  asked('other-headers', 'headers that say nothing', { Accept: 'text/html', Cookie: 'hx-request=true' }),
  asked('case', 'names in any case', { 'hX-rEQUEST': 'true' }),
  asked('value-case', 'values in any case', { Purpose: 'PreFetch', 'Sec-Fetch-Mode': 'navigate' }),
  asked('mode-empty', 'an empty mode counts as absent', { 'Sec-Fetch-Mode': '' }),
  asked('mode-upper', 'a mode that browsers do not write', { 'Sec-Fetch-Mode': 'Navigate' }),
  asked('script-longer', 'the name of an application that starts with the name of a script', { 'X-Requested-With': 'fetcher' }),
  asked('inertia-first', 'Inertia before all others', { 'X-Inertia': 'true', 'HX-Request': 'true', Purpose: 'prefetch' }),
  asked('library-before-ahead', 'a library before prefetching', { 'HX-Request': 'true', Purpose: 'prefetch' }),
  asked('path-root', 'the root', { 'HX-Request': 'true' }, '/'),
  asked('path-deep', 'a path of several segments', { 'HX-Request': 'true' }, '/a/b-c/help'),
  asked('path-slashes', 'two slashes at the start, which a browser would read as the start of a host', { 'HX-Request': 'true' }, '//evil.example/help'),
  asked('path-backslashes', 'backslashes at the start, which a browser could read as the start of a host', { 'X-Inertia': 'true' }, '/\\evil.example/help'),
  asked('path-relative', 'a target without a slash', { 'HX-Request': 'true' }, 'help'),
  asked('path-markup', 'markup in the path', { 'HX-Request': 'true' }, `/a"><script>'&`),
  asked('query-dropped', 'another query is dropped', { 'HX-Request': 'true' }, '/help?next=1'),
  asked('query-again-and-more', 'a query that only ends like the page\'s', { 'HX-Request': 'true' }, '/help?x=?again'),
  asked('query-again-inertia', 'Inertia, with the query again', { 'X-Inertia': 'true' }, '/help?again'),
]
