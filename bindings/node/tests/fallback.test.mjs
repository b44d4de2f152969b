// A server on which the addon cannot be loaded: the WebAssembly build does the same, with one warning.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { after } from 'node:test'

const installed = dirname(createRequire(import.meta.url).resolve('deskseal'))
const project = mkdtempSync(join(tmpdir(), 'deskseal-fallback-'))
const packages = join(project, 'node_modules')
cpSync(installed, join(packages, 'deskseal'), { recursive: true, dereference: true })
writeFileSync(join(project, 'package.json'), '{}')
after(() => rmSync(project, { recursive: true }))

const SIGN = `
  const { Signer } = require('deskseal')
  const signer = new Signer('example-secret-for-documentation')
  console.log(signer.signEmail('Ada@example.com').signature)
`
const SIGNATURE = '52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92'

test('without the addon, the package signs and warns once', () => {
  const { stdout, stderr } = run(`{ ${SIGN} } { ${SIGN} }`)
  assert.deepEqual(stdout.trim().split('\n'), [SIGNATURE, SIGNATURE])
  assert.equal(stderr.match(/DESKSEAL_WITHOUT_ADDON/g)?.length, 1)
})

test('an addon that is broken is no addon', () => {
  const { platform, arch } = process
  const libc = platform === 'linux' ? '-gnu' : platform === 'win32' ? '-msvc' : ''
  const addon = join(packages, `deskseal-${platform}-${arch}${libc}`)
  mkdirSync(addon)
  writeFileSync(join(addon, 'package.json'), '{ "main": "addon.node" }')
  writeFileSync(join(addon, 'addon.node'), 'no addon')
  const { stdout, stderr } = run(SIGN)
  assert.equal(stdout.trim(), SIGNATURE)
  assert.match(stderr, /cannot be loaded: install with optional dependencies/)
})

test('a setting forbids the build, and the error names it', () => {
  const { status, stderr } = run(SIGN, { DESKSEAL_REQUIRE_ADDON: '1' })
  assert.notEqual(status, 0)
  assert.match(stderr, /DESKSEAL_REQUIRE_ADDON forbids the WebAssembly build/)
})

test('an unknown platform is named', () => {
  const { stdout, stderr } = run(
    `Object.defineProperty(process, 'arch', { value: 'mips' })\n${SIGN}`,
  )
  assert.equal(stdout.trim(), SIGNATURE)
  assert.match(stderr, /Deskseal has no addon for \w+-mips; there is one for linux-x64, /)
})

test('signers that are no longer used are freed', () => {
  const { stdout } = run(
    `
    const { Signer } = require('deskseal')
    const memories = []
    const { Instance } = WebAssembly
    WebAssembly.Instance = function (...given) {
      const instance = new Instance(...given)
      memories.push(instance.exports.memory)
      return instance
    }
    async function main() {
      for (let round = 0; round < 30; round += 1) {
        for (let index = 0; index < 2000; index += 1) new Signer('example-secret-for-documentation')
        gc()
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      console.log(memories.length, memories[0].buffer.byteLength)
    }
    main()
  `,
    {},
    ['--expose-gc'],
  )
  const [instances, bytes] = stdout.trim().split(' ').map(Number)
  assert.equal(instances, 1)
  assert.ok(bytes < 4 * 2 ** 20, `${bytes} bytes`)
})

test('an instance that stops is replaced, and its signers say so', () => {
  const { stdout } = run(`
    const { Signer } = require('deskseal')
    const { Instance } = WebAssembly
    let stops = false
    WebAssembly.Instance = function (...given) {
      const { exports } = new Instance(...given)
      const deskseal_sign_email = (...given) => {
        if (stops) throw new WebAssembly.RuntimeError('unreachable')
        return exports.deskseal_sign_email(...given)
      }
      return { exports: { ...exports, deskseal_sign_email } }
    }
    const signer = new Signer('example-secret-for-documentation')
    stops = true
    for (let round = 0; round < 2; round += 1) {
      try {
        signer.signEmail('ada@example.com')
      } catch (error) {
        console.log(error.message)
      }
      stops = false
    }
    console.log(new Signer('example-secret-for-documentation').signEmail('ada@example.com').email)
  `)
  const [first, second, email] = stdout.trim().split('\n')
  assert.match(
    first,
    /^Internal error in deskseal; nothing was signed or verified\. Make the signer/,
  )
  assert.equal(second, first)
  assert.equal(email, 'ada@example.com')
})

function run(script, env = {}, options = []) {
  return spawnSync(process.execPath, [...options, '-e', script], {
    cwd: project,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
}
