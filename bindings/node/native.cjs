'use strict'

// Every package is named in full, so that tools which trace files for deployment find it, and inside a
// `try` of its own, so that bundlers accept those that are not installed.
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
 * Returns the addon of the platform. Of the two for Linux, npm installs the one that fits; where both
 * are installed, the system's loader refuses the other.
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
    return new Error(`Deskseal has no addon for ${platform}; there are ${platforms}.`)
  }
  const cause = causes.find(({ code }) => code !== 'MODULE_NOT_FOUND') ?? causes[0]
  return new Error(
    `Deskseal's addon for ${platform} cannot be loaded; install with optional dependencies, on the ` +
      'platform where the application runs, and keep "deskseal" out of server bundles.',
    { cause },
  )
}

module.exports = addon()
