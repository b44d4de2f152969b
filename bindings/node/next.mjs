import { Suspense, createElement } from 'react'
import '#held'
import deskModule from './desk.cjs'
import { TicketCenter as MountedTicketCenter } from './react.mjs'

// The functions are documented in next.d.cts, where editors show them.

const { Desk, responseOf, signedInBy } = deskModule

/** The packages with the addons. Only these stay out of bundles. */
const ADDONS = [
  'deskseal-darwin-arm64',
  'deskseal-darwin-x64',
  'deskseal-linux-arm64-gnu',
  'deskseal-linux-arm64-musl',
  'deskseal-linux-x64-gnu',
  'deskseal-linux-x64-musl',
  'deskseal-win32-arm64-msvc',
  'deskseal-win32-x64-msvc',
]

const STATIC =
  'Deskseal signs for each request, and this is built once for all visitors: remove ' +
  '`export const dynamic = "force-static"` from the page, its layouts or the route.'

const STATIC_EXPORT =
  'Deskseal signs on the server for each request, and a static export has no server: remove ' +
  '`output: "export"` from next.config, and run the application with `next start`.'

export function withDeskseal(config = {}) {
  if (typeof config === 'function') {
    return async (...context) => withDeskseal(await config(...context))
  }
  rejectSecretsInEnv(config.env)
  if (config.output === 'export') throw new Error(STATIC_EXPORT)
  // The package itself is bundled: its components need the application's React.
  const external = (config.serverExternalPackages ?? []).filter((name) => name !== 'deskseal')
  return {
    ...config,
    serverExternalPackages: [...external, ...ADDONS],
    headers: config.headers && (async () => warnOfCacheable(await config.headers())),
    // Next.js rejects a configuration with `webpack` only, unless `turbopack` is set, too.
    turbopack: config.turbopack ?? (config.webpack ? undefined : {}),
    webpack: (webpack, context) => {
      const result = config.webpack?.(webpack, context) ?? webpack
      result.externals = [...[result.externals ?? []].flat(), addonAsExternal]
      return result
    },
  }
}

export function deskseal({ user, ...options }) {
  const signedIn = signedInBy(user)
  const desk = new Desk(options)
  const { scriptUrl, align, maxWidth, container, crossorigin } = options.ticketCenter ?? {}
  const defaults = { scriptUrl, align, maxWidth, container, crossorigin }

  /** With Cache Components, the page around the component is built once, and the component per request. */
  function TicketCenter(props) {
    return createElement(Suspense, null, createElement(SignedTicketCenter, props))
  }

  async function SignedTicketCenter({ fallback, ...props }) {
    const nonceOfPage = await nonceOfRequest()
    const options = { ...props, nonce: props.nonce || nonceOfPage }
    const identity = desk.identity(await signedIn(), options)
    if (identity === undefined) return null
    if (identity === null) return fallback ?? publicLink()
    return createElement(MountedTicketCenter, { ...defaults, ...options, fallback, identity })
  }

  function publicLink() {
    const href = desk.publicLink()
    return href === null ? null : createElement('a', { href }, 'Contact support')
  }

  const answers = new Map([['identity', identityAnswer]])
  if (desk.hasPortal) answers.set('portal', portalAnswer)

  function identityAnswer({ headers }) {
    return desk.identityAnswer(signedIn, Object.fromEntries(headers))
  }

  function portalAnswer({ headers }, { pathname, search }) {
    return desk.portalAnswer(signedIn, pathname + search, Object.fromEntries(headers))
  }

  async function GET(request) {
    // The requests of an application's tests may have no headers.
    if (process.env.NEXT_RUNTIME) rejectStatic(request.headers)
    const url = new URL(request.url)
    const path = url.pathname.replace(/\/$/, '') // `trailingSlash` adds one
    const answerFor = answers.get(path.split('/').at(-1))
    if (answerFor === undefined) return new Response(null, { status: 404 })
    return responseOf(await answerFor(request, url))
  }

  return Object.freeze({ GET, TicketCenter })
}

/**
 * Returns the nonce of the header `x-nonce`, as in Next.js's documentation. Reading headers makes the page
 * dynamic, so a page with an identity is never built for all visitors.
 */
async function nonceOfRequest() {
  const { headers } = await import('next/headers.js')
  const request = await headers()
  rejectStatic(request)
  return request.get('x-nonce') || undefined
}

/** Throws while a static page is built: its request has no headers, and every real request has some. */
function rejectStatic(headers) {
  if (headers.keys().next().done) throw new Error(STATIC)
}

/** Throws if `env` has a secret: Next.js writes `env` into the browser's code. */
function rejectSecretsInEnv(env = {}) {
  const exposed = Object.keys(env).find((name) => /SECRET/i.test(name))
  if (exposed === undefined) return
  throw new Error(
    `Deskseal: "env" in next.config has ${exposed}, and Next.js writes that into code for browsers. ` +
      "Remove it there, and set it in the server's environment.",
  )
}

/** Warns of headers that make pages cacheable: they override those that Next.js sets for a page with an identity. */
function warnOfCacheable(rules) {
  for (const { source, headers } of rules) {
    const rule = headers.find(({ key }) => key.toLowerCase() === 'cache-control')
    if (rule === undefined || /\bno-store\b/.test(rule.value) || source.startsWith('/_next/'))
      continue
    console.warn(
      `Deskseal: next.config sends "Cache-Control: ${rule.value}" for ${source}: exclude pages with a ` +
        'Ticket Center, which are for one customer only.',
    )
  }
  return rules
}

function addonAsExternal({ request }, callback) {
  if (ADDONS.includes(request)) callback(null, `commonjs ${request}`)
  else callback()
}
