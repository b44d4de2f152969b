// What the components share. It runs in browsers, and knows nothing of the signer.

import { DEFAULT_CONTAINER, DEFAULT_SCRIPT_URL } from './defaults.mjs'

const UNTRUSTED =
  'the page requires trusted types: add "deskseal" to "trusted-types" in its Content-Security-Policy.'

const UNSEEN =
  'the script finds nothing in a shadow root: show the component outside of it, or set "scriptUrl" to a ' +
  'desk whose script looks there.'

/** How servers say that nobody is signed in. */
const NOBODY = [204, 401, 403]

/** Ends when the script that was started last has run: one that comes late would undo the next one's. */
let started = Promise.resolve()

/** Pages that require trusted types name the policies that may load a script. */
let trustedTypesPolicy

/**
 * Shows an identity's Ticket Center in the element, until the returned function is called or the browser
 * puts the page into its memory. `fail` is called if the script cannot be loaded, or shows nothing.
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
    const failure = (await failureOf(script, scriptUrl)) ?? emptinessOf(place)
    if (!isMounted) return shutDown()
    if (failure === undefined) return
    takeAway()
    report(failure)
    fail()
  }

  function takeAway() {
    isMounted = false
    // A script that is on its way runs, even when its tag is gone: it finds nobody's.
    delete script.dataset.email
    delete script.dataset.signature
    shutDown()
    element.replaceChildren()
  }

  /** What the browser keeps, it shows again before any code runs. */
  function leave({ persisted }) {
    if (persisted && isMounted) takeAway()
  }

  started = started.then(start)
  addEventListener('pagehide', leave)

  return () => {
    removeEventListener('pagehide', leave)
    if (isMounted) takeAway()
  }
}

/**
 * Asks the server who is signed in, also when a page comes back from the browser's memory, where
 * somebody else's may be. `receive` is called with the identity, `null` for nobody, or `undefined`
 * while it is not known. Returns the function that ends it.
 */
export function follow(url, credentials, receive, fail) {
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
 * Loads the page again when it comes back from the browser's memory: the identity in it was given by
 * somebody's page, who may have signed out since. Returns the function that ends it.
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
  if (NOBODY.includes(response.status)) return null
  if (!response.ok) throw new Error(`${url} answers ${response.status}; the server's log says why.`)
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
  if (nonce !== undefined) script.nonce = nonce
  return script
}

/** Loads the script, and returns what went wrong, if anything did. */
function failureOf(script, url) {
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

/** Says what is wrong where a script that ran has not found the place: not every one looks into shadow roots. */
function emptinessOf(place) {
  const isInShadow = place.getRootNode() instanceof ShadowRoot
  return isInShadow && !place.shadowRoot && !place.hasChildNodes() ? UNSEEN : undefined
}

/** A page that does not allow the policy may have a default one, or require none. */
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
