import { Suspense, createElement } from 'react'
import deskModule from './desk.cjs'
import { TicketCenter as MountedTicketCenter } from './react.mjs'

// What each function does, takes and throws is in next.d.cts, where editors show it.

const { Desk, responseOf, signedInBy } = deskModule

/** The packages with the addons. They stay out of bundles; everything else goes into them. */
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
  'Deskseal signs for every request, and this is built once for everybody: remove ' +
  '`export const dynamic = "force-static"` from the page, its layouts or the route.'

const STATIC_EXPORT =
  'Deskseal signs for every request, and a static export answers none: remove `output: "export"` from ' +
  'next.config, and run the application with `next start`.'

export function withDeskseal(config = {}) {
  if (typeof config === 'function') {
    return async (...context) => withDeskseal(await config(...context))
  }
  refuseSecrets(config.env)
  if (config.output === 'export') throw new Error(STATIC_EXPORT)
  // Components have to be bundled, as React is.
  const external = (config.serverExternalPackages ?? []).filter((name) => name !== 'deskseal')
  return {
    ...config,
    serverExternalPackages: [...external, ...ADDONS],
    headers: config.headers && (async () => warnedOfCaches(await config.headers())),
    // Next.js refuses a configuration of webpack alone, for fear that it was forgotten.
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

  /** With Cache Components, the page around it is built for everybody, and this comes with a request. */
  function TicketCenter(props) {
    return createElement(Suspense, null, createElement(SignedTicketCenter, props))
  }

  async function SignedTicketCenter({ fallback, ...props }) {
    const nonce = await nonceOfRequest()
    const identity = desk.identity(await signedIn(), { nonce, ...props })
    if (identity === undefined) return null
    if (identity === null) return fallback ?? publicLink()
    return createElement(MountedTicketCenter, { nonce, ...defaults, ...props, fallback, identity })
  }

  function publicLink() {
    const href = desk.publicLink()
    return href === null ? null : createElement('a', { href }, 'Contact support')
  }

  const answers = new Map([['identity', async () => desk.identityAnswer(await signedIn())]])
  if (desk.hasPortal) answers.set('portal', portalAnswer)

  function portalAnswer({ headers }, { pathname, search }) {
    return desk.portalAnswer(signedIn, pathname + search, Object.fromEntries(headers))
  }

  async function GET(request) {
    // Tests call it with requests of their own, which may have no headers.
    if (process.env.NEXT_RUNTIME) refuseStatic(request.headers)
    const url = new URL(request.url)
    const path = url.pathname.replace(/\/$/, '') // there is one with `trailingSlash`
    const answerFor = answers.get(path.split('/').at(-1))
    if (answerFor === undefined) return new Response(null, { status: 404 })
    return responseOf(await answerFor(request, url))
  }

  return Object.freeze({ GET, TicketCenter })
}

/**
 * Returns the nonce where Next.js's documentation puts it. Asking for it makes the page dynamic: one
 * with an identity is never built for everybody.
 */
async function nonceOfRequest() {
  const { headers } = await import('next/headers.js')
  const request = await headers()
  refuseStatic(request)
  return request.get('x-nonce') ?? undefined
}

/** Every request has headers; what stands for one while something static is built has none. */
function refuseStatic(headers) {
  if (headers.keys().next().done) throw new Error(STATIC)
}

/** What is in `env` is written into the browser's code. */
function refuseSecrets(env = {}) {
  const exposed = Object.keys(env).find((name) => /SECRET/i.test(name))
  if (exposed === undefined) return
  throw new Error(
    'Deskseal: "env" in next.config has a secret, and Next.js writes that into code for browsers. ' +
      'Remove it there, and set it in the environment of the server.',
  )
}

/** What is set here comes before what Next.js says itself of a page that is made for one customer. */
function warnedOfCaches(rules) {
  for (const { source, headers } of rules) {
    const rule = headers.find(({ key }) => key.toLowerCase() === 'cache-control')
    if (rule === undefined || /\bno-store\b/.test(rule.value) || source.startsWith('/_next/'))
      continue
    console.warn(
      `Deskseal: next.config sends "Cache-Control: ${rule.value}" for ${source}: leave pages with a ` +
        'Ticket Center out, which show one customer alone.',
    )
  }
  return rules
}

function addonAsExternal({ request }, callback) {
  if (ADDONS.includes(request)) callback(null, `commonjs ${request}`)
  else callback()
}
