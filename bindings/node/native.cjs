'use strict'

// Each package has its full name in a `require`, so that tools that collect files for a deployment find it. Each
// `require` has its own `try`, so that bundlers accept packages that are not installed.
const PACKAGES = {
  'linux-x64': [
    (failed) => {
      try {
        return require('deskseal-linux-x64-gnu')
      } catch (cause) {
        failed(cause)
      }
    },
    (failed) => {
      try {
        return require('deskseal-linux-x64-musl')
      } catch (cause) {
        failed(cause)
      }
    },
  ],
  'linux-arm64': [
    (failed) => {
      try {
        return require('deskseal-linux-arm64-gnu')
      } catch (cause) {
        failed(cause)
      }
    },
    (failed) => {
      try {
        return require('deskseal-linux-arm64-musl')
      } catch (cause) {
        failed(cause)
      }
    },
  ],
  'darwin-x64': [
    (failed) => {
      try {
        return require('deskseal-darwin-x64')
      } catch (cause) {
        failed(cause)
      }
    },
  ],
  'darwin-arm64': [
    (failed) => {
      try {
        return require('deskseal-darwin-arm64')
      } catch (cause) {
        failed(cause)
      }
    },
  ],
  'win32-x64': [
    (failed) => {
      try {
        return require('deskseal-win32-x64-msvc')
      } catch (cause) {
        failed(cause)
      }
    },
  ],
  'win32-arm64': [
    (failed) => {
      try {
        return require('deskseal-win32-arm64-msvc')
      } catch (cause) {
        failed(cause)
      }
    },
  ],
}

/** The variable that forbids the slower WebAssembly build where the addon cannot be loaded. */
const ADDON_VARIABLE = 'DESKSEAL_REQUIRE_ADDON'

/**
 * Returns the addon for this platform. Linux has two, and npm installs the right one. If both are installed,
 * the system cannot load the wrong one. Without an addon, the WebAssembly build does the same.
 */
function addon() {
  const platform = `${process.platform}-${process.arch}`
  const causes = []
  for (const load of PACKAGES[platform] ?? []) {
    const loaded = load((cause) => causes.push(cause))
    if (loaded !== undefined) return loaded
  }
  const reason = reasonFor(platform, causes)
  if (process.env[ADDON_VARIABLE]) {
    throw new Error(`${reason} ${ADDON_VARIABLE} forbids the WebAssembly build.`, {
      cause: causeOf(causes),
    })
  }
  process.emitWarning(
    `${reason} Its WebAssembly build is used, which gives the same answers more slowly. Set ` +
      `${ADDON_VARIABLE}=1 to stop the application instead.`,
    { code: 'DESKSEAL_WITHOUT_ADDON' },
  )
  return require('./native-wasm.cjs')
}

function reasonFor(platform, causes) {
  if (causes.length === 0) {
    const platforms = Object.keys(PACKAGES).join(', ')
    return `Deskseal has no addon for ${platform}; there is one for ${platforms}.`
  }
  return (
    `Deskseal's addon for ${platform} cannot be loaded: install with optional dependencies, on the ` +
    'platform where the application runs, and keep "deskseal" out of server bundles.'
  )
}

/** Returns the error that tells the most: a missing package tells less than one that cannot be loaded. */
function causeOf(causes) {
  return causes.find(({ code }) => code !== 'MODULE_NOT_FOUND') ?? causes[0]
}

// Deno resolves a package's imports as Node does. An addon would need its permission to run native code.
module.exports = globalThis.Deno === undefined ? addon() : require('./native-wasm.cjs')
