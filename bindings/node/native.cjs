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

/**
 * Returns the addon for this platform. Linux has two, and npm installs the right one. If both are installed,
 * the system cannot load the wrong one.
 */
function addon() {
  const platform = `${process.platform}-${process.arch}`
  const causes = []
  for (const load of PACKAGES[platform] ?? []) {
    const loaded = load((cause) => causes.push(cause))
    if (loaded !== undefined) return loaded
  }
  throw unavailable(platform, causes)
}

function unavailable(platform, causes) {
  if (causes.length === 0) {
    const platforms = Object.keys(PACKAGES).join(', ')
    return new Error(
      `Deskseal has no addon for ${platform}. Use one of these platforms: ${platforms}.`,
    )
  }
  const cause = causes.find(({ code }) => code !== 'MODULE_NOT_FOUND') ?? causes[0]
  return new Error(
    `Deskseal's addon for ${platform} cannot be loaded: install with optional dependencies, on the ` +
      'platform where the application runs, and keep "deskseal" out of server bundles.',
    { cause },
  )
}

module.exports = addon()
