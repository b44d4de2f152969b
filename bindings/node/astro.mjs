import contract from './contract.cjs'
import deskseal from './index.cjs'

// What the integration takes is in astro.d.mts, where editors show it.

const { Signer } = deskseal

const SETTINGS = 'virtual:deskseal/settings'

/** How adapters tell Vite that they build for a runtime that cannot load native addons. */
const EDGE_CONDITIONS = ['workerd', 'worker', 'edge-light']

/** Keeps the signer and its addon out of every bundle but the browser's, which refuses it. */
const SIGNER_PLUGIN = {
  name: 'deskseal-signer',
  configEnvironment: (name) =>
    name === 'client' ? undefined : { resolve: { external: ['deskseal'] } },
  configResolved: ({ ssr, environments }) => {
    const { client, ...servers } = environments
    const conditions = Object.values(servers).flatMap(({ resolve }) => resolve.conditions)
    const isEdge = conditions.some((condition) => EDGE_CONDITIONS.includes(condition))
    if (isEdge || ssr?.target === 'webworker') throw new Error(EDGE_ADAPTER)
  },
}

const NO_ADAPTER =
  'Deskseal signs for every request, which a static site cannot: add an adapter, such as ' +
  '`adapter: node({ mode: "standalone" })` of @astrojs/node.'

const EDGE_ADAPTER =
  'Deskseal is a native addon, which this edge runtime cannot load: set an adapter for Node.js, such ' +
  'as `adapter: node({ mode: "standalone" })` of @astrojs/node.'

export default function integration({ ticketCenter = {}, portal = {} } = {}) {
  const secretVariables = [
    ticketCenter.secretVariable ?? contract.ticketCenterVariables,
    portal.secretVariable ?? contract.portalVariables,
  ].flat()
  // What is built has these: a secret among the settings would be in it.
  const { helpdeskId, scriptUrl, align, maxWidth, container, crossorigin } = ticketCenter
  const options = { helpdeskId, scriptUrl, align, maxWidth, container, crossorigin }
  const settings = {
    ticketCenter: { ...options, secretVariable: ticketCenter.secretVariable },
    portal: { url: portal.url, secretVariable: portal.secretVariable },
  }

  return {
    name: 'deskseal',
    hooks: {
      'astro:config:setup': async ({ command, config, ...setup }) => {
        if (command === 'build' && config.adapter === undefined) throw new Error(NO_ADAPTER)
        refusePublic(secretVariables)
        setup.updateConfig({
          env: { schema: await schemaOf(secretVariables) },
          vite: { plugins: [settingsPlugin(settings), SIGNER_PLUGIN] },
        })
        setup.addMiddleware({ order: 'pre', entrypoint: 'deskseal/astro/middleware' })
        inject(setup, 'identity')
        if (portal.url !== undefined) inject(setup, 'portal')
      },
    },
  }
}

/** The core knows which names bundlers ship to browsers. Whether there is a secret is for later. */
function refusePublic(names) {
  try {
    Signer.fromEnv(names)
  } catch (error) {
    if (error.code === 'secret_public') throw error
  }
}

async function schemaOf(names) {
  const { envField } = await import('astro/config')
  const field = envField.string({ context: 'server', access: 'secret', optional: true })
  return Object.fromEntries([contract.helpdeskIdVariable, ...names].map((name) => [name, field]))
}

function settingsPlugin(settings) {
  const id = `\0${SETTINGS}`
  return {
    name: 'deskseal-settings',
    resolveId: (source) => (source === SETTINGS ? id : undefined),
    load: (loaded) => (loaded === id ? `export default ${JSON.stringify(settings)}` : undefined),
  }
}

function inject({ injectRoute }, name) {
  injectRoute({
    pattern: `/deskseal/${name}`,
    entrypoint: `deskseal/astro/${name}`,
    prerender: false,
  })
}
