// Starts and stops the Ticket Center in a page, for the React and Vue components. It runs in browsers, and
// contains no signing code.

import { DEFAULT_CONTAINER, DEFAULT_SCRIPT_URL } from './defaults.mjs'

const UNTRUSTED =
  'The page requires trusted types: add "deskseal" to "trusted-types" in its Content-Security-Policy.'

const IN_SHADOW_ROOT =
  'The script finds nothing in a shadow root: show the component outside of it, or set "scriptUrl" to a ' +
  'script that searches shadow roots.'

/** The statuses that mean that no customer is signed in. */
const NOT_SIGNED_IN = [204, 401, 403]

/** Resolves when the latest script has run. Scripts run one after another: a late one would undo the next. */
let started = Promise.resolve()

/** The policy that a page with trusted types must allow before a script can be loaded. */
let trustedTypesPolicy

/**
 * Shows an identity's Ticket Center in the element, until the returned function is called or the browser
 * moves the page to its back/forward cache. Calls `fail` if the script cannot be loaded, or shows nothing.
 */
export function mount(element, identity, options, fail) {
  const { container = DEFAULT_CONTAINER, scriptUrl = DEFAULT_SCRIPT_URL } = options
  const script = scriptFor(identity, options)
  let isMounted = true

  async function start() {
    if (!isMounted) return
    const place = document.createElement('div')
    place.id = container
    element.replaceChildren(place, script)
    const failure = (await loadFailure(script, scriptUrl)) ?? shadowRootProblem(place)
    if (!isMounted) return shutDown()
    if (failure === undefined) return
    remove()
    report(failure)
    fail()
  }

  function remove() {
    isMounted = false
    // A script that is still loading runs even when its tag is removed. It must find no identity.
    delete script.dataset.email
    delete script.dataset.signature
    shutDown()
    element.replaceChildren()
  }

  /** The browser shows a restored page before any code runs, so the identity is removed before. */
  function removeBeforeCaching({ persisted }) {
    if (persisted && isMounted) remove()
  }

  started = started.then(start)
  addEventListener('pagehide', removeBeforeCaching)

  return () => {
    removeEventListener('pagehide', removeBeforeCaching)
    if (isMounted) remove()
  }
}

/**
 * Fetches the customer's identity, and fetches it again when the page returns from the browser's back/forward
 * cache, since another customer may have signed in. `receive` is called with the identity, with `null` if no
 * customer is signed in, or with `undefined` while it is unknown. Returns a function that stops this.
 */
export function watchIdentity(url, credentials, receive, fail) {
  let asking = new AbortController()

  async function ask() {
    asking.abort()
    asking = new AbortController()
    const { signal } = asking
    try {
      const identity = await identityFrom(url, { signal, credentials })
      if (!signal.aborted) receive(identity)
    } catch (error) {
      if (signal.aborted) return
      report(error.message)
      fail()
    }
  }

  function askAgain({ persisted }) {
    if (!persisted) return
    receive(undefined)
    ask()
  }

  addEventListener('pageshow', askAgain)
  ask()

  return () => {
    removeEventListener('pageshow', askAgain)
    asking.abort()
  }
}

/**
 * Reloads the page when it returns from the browser's back/forward cache: the page contains an identity, and
 * that customer may have signed out since. Returns a function that stops this.
 */
export function reloadWhenRestored() {
  const reload = ({ persisted }) => {
    if (persisted) location.reload()
  }
  addEventListener('pageshow', reload)
  return () => removeEventListener('pageshow', reload)
}

async function identityFrom(url, options) {
  const headers = { accept: 'application/json' }
  const response = await fetch(url, { ...options, headers, cache: 'no-store' })
  if (NOT_SIGNED_IN.includes(response.status)) return null
  if (!response.ok) throw new Error(`${url} answers ${response.status}: see the server's log.`)
  const identity = await response.json()
  if (isIdentity(identity)) return identity
  throw new Error(`${url} does not answer { email, signature, helpdeskId }.`)
}

function isIdentity(answer) {
  const texts = [answer?.email, answer?.signature, answer?.helpdeskId]
  return texts.every((text) => typeof text === 'string')
}

function scriptFor({ email, signature, helpdeskId }, options) {
  const { align, maxWidth, container, crossorigin, nonce } = options
  const script = document.createElement('script')
  const attributes = { helpdeskId, email, signature, align, maxWidth, container }
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) script.dataset[name] = value
  }
  if (crossorigin) script.crossOrigin = 'anonymous'
  if (nonce) script.nonce = nonce
  return script
}

/** Loads the script. Resolves to an error message, or to `undefined` on success. */
function loadFailure(script, url) {
  return new Promise((resolve) => {
    script.addEventListener('load', () => resolve())
    script.addEventListener('error', () => resolve(`${script.src} cannot be loaded.`))
    try {
      script.src = trusted(url)
    } catch {
      resolve(UNTRUSTED)
    }
  })
}

/** Returns an error message if the script did not find its container because it is in a shadow root. */
function shadowRootProblem(place) {
  const isInShadow = place.getRootNode() instanceof ShadowRoot
  return isInShadow && !place.shadowRoot && !place.hasChildNodes() ? IN_SHADOW_ROOT : undefined
}

/** Returns the URL as the page's policy requires. A page without our policy may have a default one, or none. */
function trusted(url) {
  try {
    trustedTypesPolicy ??= globalThis.trustedTypes?.createPolicy('deskseal', {
      createScriptURL: (text) => text,
    })
  } catch {
    return url
  }
  return trustedTypesPolicy?.createScriptURL(url) ?? url
}

function shutDown() {
  globalThis.DesksealTicketCenter?.shutdown?.()
}

function report(message) {
  console.error(`Deskseal: ${message}`)
}
