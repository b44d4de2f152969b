// Packs the tarballs that are published.
//
//     npx napi build --platform --release --no-js --output-dir dist
//     node pack.mjs
//
// `dist` contains the addons of one platform or of all. The tarballs are written there, too: the main package's,
// and one for each platform with an addon.

import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NapiCli } from '@napi-rs/cli'
import { transformSync } from 'esbuild'

const LICENSES = ['LICENSE-APACHE', 'LICENSE-MIT']

/** The core as WebAssembly, and the module that has it as text. */
const WASM = 'deskseal.wasm'
const WASM_MODULE = 'deskseal.wasm.cjs'

/**
 * What a platform's package has for bundlers that read the field `browser`. They build for other runtimes, cannot bundle
 * an addon, and stop where it is: Netlify's, for edge functions. There, the package uses its WebAssembly build.
 */
const WITHOUT_ADDON = 'without-addon.cjs'
const NO_ADDON = "throw new Error('Code for this runtime cannot have an addon.')\n"

/** Modules for bundlers. CommonJS gets a copy of each. */
const MODULES = ['defaults', 'mount', 'next', 'react', 'vue']

const source = dirname(fileURLToPath(import.meta.url))
const folder = join(source, 'dist')
const staged = join(folder, 'npm')
const manifest = JSON.parse(readFileSync(join(source, 'package.json')))

rmSync(staged, { recursive: true, force: true })
mkdirSync(staged, { recursive: true })
await new NapiCli().createNpmDirs({ cwd: source, npmDir: 'dist/npm' })
const platforms = readdirSync(staged)
for (const platform of platforms) packPlatform(platform)
packMain()

function packPlatform(platform) {
  const addon = `deskseal.${platform}.node`
  if (!existsSync(join(folder, addon))) return
  cpSync(join(folder, addon), join(staged, platform, addon))
  const path = join(staged, platform, 'package.json')
  const platformManifest = JSON.parse(readFileSync(path))
  writeFileSync(join(staged, platform, WITHOUT_ADDON), NO_ADDON)
  const files = [addon, WITHOUT_ADDON, ...LICENSES]
  write(path, { ...platformManifest, browser: WITHOUT_ADDON, files })
  pack(platform)
}

function packMain() {
  const main = join(staged, 'deskseal')
  const made = [...LICENSES, WASM, WASM_MODULE, ...MODULES.map((name) => `${name}.cjs`)]
  for (const name of ['README.md', ...manifest.files]) {
    if (!made.includes(name)) cpSync(join(source, name), join(main, name), { recursive: true })
  }
  for (const name of MODULES) writeCommonJs(name, main)
  const wasm = readFileSync(join(source, '../bridge', WASM))
  writeFileSync(join(main, WASM), wasm)
  writeFileSync(join(main, WASM_MODULE), `module.exports = '${wasm.toString('base64')}'\n`)
  write(join(main, 'package.json'), publishedManifest())
  pack('deskseal')
}

function writeCommonJs(name, folder) {
  const code = readFileSync(join(source, `${name}.mjs`), 'utf8').replaceAll(".mjs'", ".cjs'")
  writeFileSync(join(folder, `${name}.cjs`), transformSync(code, { format: 'cjs' }).code)
}

/** Returns the manifest with the platforms' packages, which the registry does not have before they are published. */
function publishedManifest() {
  const { devDependencies, napi, overrides, ...published } = manifest
  const packages = platforms.map((platform) => [`deskseal-${platform}`, manifest.version])
  return { ...published, optionalDependencies: Object.fromEntries(packages) }
}

function write(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}

function pack(name) {
  for (const license of LICENSES) {
    cpSync(join(source, '../..', license), join(staged, name, license))
  }
  const command = ['npm', 'pack', `"${join(staged, name)}"`, '--pack-destination', `"${folder}"`]
  // On Windows, npm is a script that only a shell runs.
  execFileSync(command.join(' '), { stdio: 'inherit', shell: true })
}
