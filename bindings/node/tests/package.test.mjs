// Installing and importing the package loads no other package.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { brotliCompressSync } from 'node:zlib'

const folder = dirname(createRequire(import.meta.url).resolve('deskseal'))
const manifest = JSON.parse(readFileSync(join(folder, 'package.json')))

test('the only dependency is the addon, and every framework is optional', () => {
  assert.equal(manifest.dependencies, undefined)
  const optional = Object.keys(manifest.optionalDependencies)
  assert.ok(optional.every((name) => name.startsWith('deskseal-')))
  const peers = Object.keys(manifest.peerDependencies)
  assert.deepEqual(peers, ['astro', 'fastify', 'next', 'react', 'vue'])
  for (const peer of peers)
    assert.deepEqual(manifest.peerDependenciesMeta[peer], { optional: true })
})

test('the package, deskseal/express and deskseal/fastify import no other package', () => {
  const script = `for (const name of ['', '/express', '/fastify']) require('deskseal' + name)
    console.log(JSON.stringify(Object.keys(require.cache)))`
  const loaded = JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }))
  assert.ok(loaded.length >= 5)
  for (const path of loaded) assert.match(path, /[\\/]node_modules[\\/]deskseal(-[a-z0-9-]+)?[\\/]/)
})

test('the WebAssembly build is small, imports nothing and needs little memory', () => {
  const bytes = readFileSync(join(folder, 'deskseal.wasm'))
  assert.ok(brotliCompressSync(bytes).length <= 200_000)
  const module = new WebAssembly.Module(bytes)
  assert.deepEqual(WebAssembly.Module.imports(module), [])
  const { memory } = new WebAssembly.Instance(module).exports
  assert.ok(memory.buffer.byteLength <= 512 * 1024)
})
