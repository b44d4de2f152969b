import { createElement } from 'react'
import deskModule from './desk.cjs'
import { TicketCenter as MountedTicketCenter } from './react.mjs'

// What each function does, takes and throws is in next.d.cts, where editors show it.

const { Desk, identityOf, responseOf } = deskModule

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

export function withDeskseal(config = {}) {
  if (typeof config === 'function') {
    return async (...context) => withDeskseal(await config(...context))
  }
  refuseSecrets(config.env)
  // Components have to be bundled, as React is.
  const external = (config.serverExternalPackages ?? []).filter((name) => name !== 'deskseal')
  return {
    ...config,
    serverExternalPackages: [...external, ...ADDONS],
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
  const desk = new Desk(options)
  const { scriptUrl, align, maxWidth, container } = options.ticketCenter ?? {}
  const defaults = { scriptUrl, align, maxWidth, container }

  async function TicketCenter({ fallback, ...props }) {
    const nonce = await nonceOfRequest()
    const embed = desk.embed(await user(), { nonce, ...props })
    if (embed === undefined) return null
    if (embed === null) return fallback ?? publicLink()
    const identity = identityOf(embed)
    return createElement(MountedTicketCenter, { identity, fallback, nonce, ...defaults, ...props })
  }

  function publicLink() {
    const href = desk.publicLink()
    return href === null ? null : createElement('a', { href }, 'Contact support')
  }

  const answers = new Map([['identity', (customer) => desk.identityAnswer(customer)]])
  if (desk.hasPortal) answers.set('portal', (customer) => desk.portalAnswer(customer))

  async function GET(request) {
    const answerFor = answers.get(new URL(request.url).pathname.split('/').at(-1))
    if (answerFor === undefined) return new Response(null, { status: 404 })
    return responseOf(answerFor(await user()))
  }

  return Object.freeze({ GET, TicketCenter })
}

/**
 * Returns the nonce where Next.js's documentation puts it. Asking for it makes the page dynamic: one
 * with an identity is never built for everybody.
 */
async function nonceOfRequest() {
  const { headers } = await import('next/headers.js')
  return (await headers()).get('x-nonce') ?? undefined
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

function addonAsExternal({ request }, callback) {
  if (ADDONS.includes(request)) callback(null, `commonjs ${request}`)
  else callback()
}
