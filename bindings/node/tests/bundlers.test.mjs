// A bundle for browsers fails loudly, a bundle for servers works. tests/runtimes has those for other runtimes.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import * as esbuild from 'esbuild'
import * as vite from 'vite'

const EMAIL = "new Signer('example-secret-for-documentation').signEmail('Ada@example.com').email"
const ENTRY = `import { Signer } from 'deskseal'\nconsole.log(${EMAIL})\n`
const REQUIRE = `const { Signer } = require('deskseal')\nconsole.log(${EMAIL})\n`
const BROWSER = /imported by code for browsers.*keep it on the server/s

const folder = mkdtempSync(join(process.cwd(), 'bundles-'))
const entry = join(folder, 'entry.mjs')
writeFileSync(entry, ENTRY)
writeFileSync(join(folder, 'entry.cjs'), REQUIRE)

for (const name of ['entry.mjs', 'entry.cjs']) {
  test(`esbuild, ${name}, browser: the bundle throws`, async () => {
    const outfile = join(folder, `esbuild-browser-${name}.cjs`)
    await esbuild.build({
      entryPoints: [join(folder, name)],
      bundle: true,
      platform: 'browser',
      outfile,
      logLevel: 'silent',
    })
    assert.match(failure(outfile), BROWSER)
  })

  test(`esbuild, ${name}, server: the bundle signs`, async () => {
    const outfile = join(folder, `esbuild-server-${name}.cjs`)
    await esbuild.build({
      entryPoints: [join(folder, name)],
      bundle: true,
      platform: 'node',
      external: ['deskseal'],
      outfile,
    })
    assert.equal(success(outfile), 'ada@example.com\n')
  })
}

test('esbuild, server, not external: building fails', async () => {
  const build = esbuild.build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    write: false,
    logLevel: 'silent',
  })
  await assert.rejects(build, /\.node/)
})

for (const [module, name] of [
  ['deskseal/express', 'deskseal'],
  ['deskseal/fastify', 'deskseal'],
  ['deskseal/next', 'withDeskseal'],
  ['deskseal/astro/server', 'Desk'],
]) {
  test(`esbuild, ${module}, browser: the bundle throws`, async () => {
    const outfile = join(folder, `${name}-browser.cjs`)
    const contents = `import { ${name} } from '${module}'\nconsole.log(${name})`
    const stdin = { contents, resolveDir: folder }
    await esbuild.build({ stdin, bundle: true, platform: 'browser', outfile })
    assert.match(failure(outfile), BROWSER)
  })
}

for (const module of ['deskseal/react', 'deskseal/vue']) {
  test(`esbuild, ${module}: the bundle contains no signing code`, async () => {
    const { metafile } = await esbuild.build({
      stdin: { contents: `export * from '${module}'`, resolveDir: folder },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      metafile: true,
      write: false,
    })
    const inputs = Object.keys(metafile.inputs).filter((path) => path.includes('/deskseal/'))
    const files = inputs.map((path) => path.split('/').at(-1)).sort()
    assert.deepEqual(
      files,
      ['defaults.mjs', 'mount.mjs', `${module.slice('deskseal/'.length)}.mjs`].sort(),
    )
  })
}

test('an unused import fails in a browser, too', async () => {
  const outfile = join(folder, 'unused.cjs')
  const stdin = { contents: "import { Signer } from 'deskseal'", resolveDir: folder }
  await esbuild.build({ stdin, bundle: true, platform: 'browser', outfile, logLevel: 'silent' })
  assert.match(failure(outfile), BROWSER)
})

test('Vite, client: the bundle throws', async () => {
  const outDir = join(folder, 'vite-client')
  await vite.build({
    configFile: false,
    logLevel: 'silent',
    build: { outDir, minify: false, rollupOptions: { input: entry } },
  })
  const [file] = readdirSync(join(outDir, 'assets'))
  cpSync(join(outDir, 'assets', file), join(outDir, 'client.mjs'))
  assert.match(failure(join(outDir, 'client.mjs')), BROWSER)
})

test('Vite, server: the bundle signs', async () => {
  const outDir = join(folder, 'vite-server')
  await vite.build({ configFile: false, logLevel: 'silent', build: { ssr: entry, outDir } })
  const [file] = readdirSync(outDir).filter((name) => name.startsWith('entry'))
  assert.equal(success(join(outDir, file)), 'ada@example.com\n')
})

test('Next, server route: the build signs', async () => {
  const app = nextApp('next-server', {
    'app/support/route.js': `import { Signer } from 'deskseal'
      export const dynamic = 'force-static'
      export const GET = () => new Response(${EMAIL})\n`,
  })
  const { status, output } = nextBuild(app)
  assert.equal(status, 0, output)
  assert.equal(readFileSync(join(app, '.next/server/app/support.body'), 'utf8'), 'ada@example.com')
})

test('Next, client component: the bundle throws', async () => {
  const app = nextApp('next-client', {
    'app/page.js': `'use client'
      import { Signer } from 'deskseal'
      export default function Page() { return <button onClick={() => Signer.name}>x</button> }\n`,
  })
  const { output } = nextBuild(app)
  const chunks = join(app, '.next/static')
  const bundled = existsSync(chunks)
    ? allFiles(chunks)
        .map((path) => readFileSync(path, 'utf8'))
        .join()
    : ''
  assert.match(bundled + output, BROWSER)
})

function nextApp(name, files) {
  const app = join(folder, name)
  const layout = 'export default ({ children }) => <html><body>{children}</body></html>\n'
  const config = `export default { serverExternalPackages: ['deskseal'], turbopack: { root: ${JSON.stringify(process.cwd())} } }\n`
  for (const [path, text] of Object.entries({
    'app/layout.js': layout,
    'next.config.mjs': config,
    'package.json': '{"private":true}',
    ...files,
  })) {
    mkdirSync(dirname(join(app, path)), { recursive: true })
    writeFileSync(join(app, path), text)
  }
  return app
}

function nextBuild(app) {
  const next = join(process.cwd(), 'node_modules/next/dist/bin/next')
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [next, 'build', app], {
    env,
    encoding: 'utf8',
  })
  return { status, output: stdout + stderr }
}

function allFiles(path) {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((found) => found.isFile())
    .map((found) => join(found.parentPath ?? found.path, found.name))
}

function success(file) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout
}

function failure(file) {
  const { status, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
  assert.notEqual(status, 0)
  return stderr
}
