// Builds dist/ticket-center.js and prints its size. `npm run build -- --check` writes nothing: it fails if
// the committed file differs from what the sources build, or if it is too large.

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, transform } from 'esbuild'

const OUTPUT = fileURLToPath(new URL('dist/ticket-center.js', import.meta.url))
const MAX_SIZE = 20 * 1024

const minifiedStyles = {
  name: 'minified-styles',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const { code } = await transform(source, { loader: 'css', minify: true })
      return { contents: code.trim(), loader: 'text' }
    })
  },
}

async function builtScript() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('src/main.ts', import.meta.url))],
    plugins: [minifiedStyles],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    minify: true,
    write: false,
    legalComments: 'none',
    banner: { js: '/*! Deskseal Ticket Center. MIT OR Apache-2.0 */' },
  })
  return outputFiles[0].text
}

function fail(reason) {
  console.error(reason)
  process.exit(1)
}

const script = await builtScript()
const size = gzipSync(script, { level: 9 }).length
console.log(`ticket-center.js: ${size} bytes gzipped, of ${MAX_SIZE} allowed`)
if (size > MAX_SIZE)
  fail(
    `dist/ticket-center.js is ${size - MAX_SIZE} bytes too large. Remove code or texts from src.`,
  )
if (process.argv.includes('--check')) {
  const committed = await readFile(OUTPUT, 'utf8').catch(() => '')
  if (committed !== script)
    fail('dist/ticket-center.js is not up to date. Run `npm run build` and commit it.')
} else {
  await writeFile(OUTPUT, script)
}
