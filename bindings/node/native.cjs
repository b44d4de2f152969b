'use strict'

// Every package is named in full, so that tools which trace files for deployment find it.
const PACKAGES = {
  'linux-x64': [() => require('deskseal-linux-x64-gnu'), () => require('deskseal-linux-x64-musl')],
  'linux-arm64': [
    () => require('deskseal-linux-arm64-gnu'),
    () => require('deskseal-linux-arm64-musl'),
  ],
  'darwin-x64': [() => require('deskseal-darwin-x64')],
  'darwin-arm64': [() => require('deskseal-darwin-arm64')],
  'win32-x64': [() => require('deskseal-win32-x64-msvc')],
  'win32-arm64': [() => require('deskseal-win32-arm64-msvc')],
}

/**
 * Returns the addon of the platform. Of the two for Linux, npm installs the one that fits; where both
 * are installed, the system's loader refuses the other.
 */
function addon() {
  const platform = `${process.platform}-${process.arch}`
  const causes = []
  for (const load of PACKAGES[platform] ?? []) {
    try {
      return load()
    } catch (cause) {
      causes.push(cause)
    }
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
