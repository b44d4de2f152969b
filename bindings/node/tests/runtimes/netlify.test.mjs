// An edge function, bundled as Netlify does it, with the addon's package beside it as npm installs it.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { bundle } from '@netlify/edge-bundler'
import { areTheAddons, folder, requests } from './package.mjs'

const BIN = join(process.cwd(), 'node_modules/.bin')
const DENO = join(BIN, 'deno')
const IMPORT_MAP = 'netlify:import-map'

/** The folder in the bundler's package with the modules that it imports by URL. */
const VENDOR = join(process.cwd(), 'node_modules/@netlify/edge-bundler/deno/vendor')

const FUNCTION = `
  import { answers } from '../../tests/answers.mjs'

  export default async (request) => new Response(answers(await request.text()))
`

/** Prints the modules of a bundle, by their names, as JSON. */
const UNPACK = `
  import { Parser } from 'https://deno.land/x/eszip@v0.55.2/mod.ts'

  const parser = await Parser.createInstance()
  const names = await parser.parseBytes(await Deno.readFile(Deno.args[0]))
  await parser.load()
  const modules = names.map(async (name) => [name, await parser.getModuleSource(name)])
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(modules))))
`

/** Gives the function a request, as Netlify's own server does. */
const SERVER = `
  import { functions } from 'netlify:bootstrap-stage2'

  const body = new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer())
  const request = new Request('https://shop.example/answers', { method: 'POST', body })
  console.log(await (await functions.answers(request, {})).text())
`

test("Netlify's edge functions: the bundle gives the addon's answers in Deno, without permissions", async () => {
  const modules = unpacked(await bundledByNetlify())
  const { imports } = JSON.parse(modules[IMPORT_MAP])
  for (const name of Object.keys(modules)) imports[name] = name
  for (const [name, url] of Object.entries(imports)) {
    if (url in modules) imports[name] = pathToFileURL(written(url, modules[url])).href
  }
  const importMap = written('import-map.json', JSON.stringify({ imports }))
  const server = written('server.mjs', SERVER)
  const options = ['run', '--no-prompt', '--no-config', '--import-map', importMap, server]
  areTheAddons(deno(options, { input: requests }))
})

/**
 * Bundles the function, and returns the bundle's path. The bundler runs the Deno that is in PATH. Its only message is
 * that a function's own `config` cannot be read where edge.netlify.com cannot be reached; this function has none.
 */
async function bundledByNetlify() {
  const functions = join(process.cwd(), 'netlify/edge-functions')
  mkdirSync(functions, { recursive: true })
  writeFileSync(join(functions, 'answers.mjs'), FUNCTION)
  process.env.PATH = `${BIN}${delimiter}${process.env.PATH}`
  const output = join(folder, 'netlify')
  await bundle([functions], output, [{ function: 'answers', path: '/answers' }], {
    basePath: process.cwd(),
    cacheDirectory: join(folder, 'netlify-cache'),
    userLogger: () => {},
  })
  return join(
    output,
    readdirSync(output).find((name) => name.endsWith('.eszip')),
  )
}

function unpacked(file) {
  const script = written('unpack.mjs', UNPACK)
  const importMap = join(VENDOR, 'import_map.json')
  const options = ['run', '--no-prompt', '--no-config', '--allow-read', '--import-map', importMap]
  return JSON.parse(deno([...options, script, file]))
}

function deno(options, given = {}) {
  return execFileSync(DENO, options, { encoding: 'utf8', maxBuffer: 2 ** 26, ...given })
}

/** Writes a module, by its URL or its name, and returns its path. */
function written(name, source) {
  const path = join(folder, 'unpacked', name.replaceAll(':', '/'))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, source)
  return path
}
