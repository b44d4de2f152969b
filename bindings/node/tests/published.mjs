// Installs the tarballs into an empty project, and runs the tests there.
//
//     node tests/published.mjs [--from FOLDER] PROJECT TARBALL… [-- SUITE…]
//
// The tests are those of FOLDER, by default this one; tests/frameworks has those of applications, tests/runtimes
// those of other runtimes, and tests/adapters those of Astro's adapters.
// PROJECT is a folder that is made anew; TARBALLs are the main package's and this platform's. Without
// SUITEs, all tests/*.test.mjs run; other versions of Node.js run those that need no tools of their own.
// The addon of a build with the feature `panic-test` is given in DESKSEAL_PANIC_ADDON.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The files of this folder that the tests of other folders import. */
const SHARED = ['answers.mjs', 'conform.mjs', 'serving.mjs']

const own = dirname(fileURLToPath(import.meta.url))
const repository = join(own, '../../..')
const options = process.argv.slice(2)
const tests = options[0] === '--from' ? resolve(options.splice(0, 2)[1]) : own
const [[project, ...tarballs], suites] = split(options)

rmSync(project, { recursive: true, force: true })
mkdirSync(project, { recursive: true })
cpSync(tests, join(project, 'tests'), {
  recursive: true,
  filter: (path) => basename(path) !== 'node_modules',
})
for (const name of SHARED) cpSync(join(own, name), join(project, 'tests', name))
cpSync(join(own, '../README.md'), join(project, 'README.md'))
for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
  cpSync(join(tests, name), join(project, name))
}
npm('ci')
npm('install', '--no-save', '--no-package-lock', ...tarballs.map((path) => `"${path}"`))
run('--test', ...(suites.length > 0 ? suites : all()).map((name) => join('tests', name)))

function split(options) {
  const end = options.includes('--') ? options.indexOf('--') : options.length
  return [options.slice(0, end).map((path) => resolve(path)), options.slice(end + 1)]
}

function all() {
  return readdirSync(tests).filter((name) => name.endsWith('.test.mjs'))
}

function npm(...options) {
  execFileSync(['npm', ...options, '--no-audit', '--no-fund'].join(' '), {
    cwd: project,
    stdio: 'inherit',
    shell: true,
  })
}

function run(...options) {
  const main = tarballs.find((path) => /^deskseal-\d/.test(basename(path)))
  const env = {
    ...process.env,
    DESKSEAL_REPOSITORY: repository,
    DESKSEAL_TARBALL: main,
  }
  execFileSync(process.execPath, options, { cwd: project, stdio: 'inherit', env })
}
