import contract from './contract.cjs'
import desk from './desk.cjs'
import deskseal from './index.cjs'

// The options are documented in astro.d.mts, where editors show them.

const { originsOf } = desk
const { Signer } = deskseal

const SETTINGS = 'virtual:deskseal/settings'

/** The conditions of runtimes without addons. Their bundles contain the signer, with its WebAssembly build. */
const EDGE_CONDITIONS = ['workerd', 'worker', 'edge-light']

/** Keeps the signer and its addon out of bundles for Node.js. Browser bundles get a module that throws. */
const SIGNER_PLUGIN = {
  name: 'deskseal-signer',
  // After the adapter, which says for what it builds.
  enforce: 'post',
  configEnvironment(name, { resolve: { conditions = [], noExternal } = {} }) {
    const isEdge = conditions.some((condition) => EDGE_CONDITIONS.includes(condition))
    const bundlesAll = noExternal === true
    return name === 'client' || isEdge || bundlesAll
      ? undefined
      : { resolve: { external: ['deskseal'] } }
  },
}

const NO_ADAPTER =
  'Deskseal signs on the server for each request, and this site has no server: add an adapter, such as ' +
  '`adapter: node({ mode: "standalone" })` of @astrojs/node, to astro.config.'

export default function integration({ ticketCenter = {}, portal = {} } = {}) {
  const secretVariables = [
    ticketCenter.secretVariable ?? contract.ticketCenterVariables,
    portal.secretVariable ?? contract.portalVariables,
  ].flat()
  // The build contains these settings. A secret must not be among them.
  const { helpdeskId, scriptUrl, align, maxWidth, container, crossorigin } = ticketCenter
  const origins = originsOf(ticketCenter)
  const options = { helpdeskId, scriptUrl, align, maxWidth, container, crossorigin, origins }
  const settings = {
    ticketCenter: { ...options, secretVariable: ticketCenter.secretVariable },
    portal: { url: portal.url, secretVariable: portal.secretVariable },
  }

  return {
    name: 'deskseal',
    hooks: {
      'astro:config:setup': async ({ command, config, ...setup }) => {
        if (command === 'build' && config.adapter === undefined) throw new Error(NO_ADAPTER)
        rejectPublicNames(secretVariables)
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

/** Throws if bundlers ship a variable of that name to browsers. A missing secret is reported at its first use. */
function rejectPublicNames(names) {
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
