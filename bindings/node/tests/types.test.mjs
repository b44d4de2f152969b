// The types in every resolution mode and with two compilers, and the checkers of packages.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import test from 'node:test'

const require = createRequire(import.meta.url)
const FRAMEWORKS = ['./express', './fastify', './next', './react', './vue']
const MODES = [
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
]

for (const compiler of ['typescript', 'typescript-6']) {
  const tsc = join(dirname(require.resolve(`${compiler}/package.json`)), 'bin/tsc')
  for (const [module, resolution] of MODES) {
    test(`${compiler} --strict with ${resolution} resolution`, () => {
      const options = [
        '--noEmit',
        '--strict',
        '--exactOptionalPropertyTypes',
        '--noUncheckedIndexedAccess',
      ]
      const files = readdirSync('tests/types').map((name) => join('tests/types', name))
      run(
        tsc,
        ...options,
        '--types',
        'node',
        '--target',
        'es2022',
        '--module',
        module,
        '--moduleResolution',
        resolution,
        ...files,
      )
    })
  }
}

test('publint is clean', () => {
  run(bin('publint', 'publint'), '--strict', process.env.DESKSEAL_TARBALL)
})

test('arethetypeswrong is clean', () => {
  const attw = bin('@arethetypeswrong/cli', 'attw')
  const { DESKSEAL_TARBALL } = process.env
  run(attw, DESKSEAL_TARBALL, '--entrypoints', '.')
  // The oldest resolution of all knows no exports, so it finds the main entry alone.
  run(attw, DESKSEAL_TARBALL, '--profile', 'node16', '--entrypoints', ...FRAMEWORKS)
  // Astro has ES modules only, and components that only Astro compiles.
  run(attw, DESKSEAL_TARBALL, '--profile', 'esm-only', '--entrypoints', './astro')
})

function bin(name, command) {
  const path = join(process.cwd(), 'node_modules', name)
  return join(path, require(join(path, 'package.json')).bin[command])
}

function run(script, ...options) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, stdout + stderr)
}
