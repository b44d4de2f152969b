// The oracle as a conformance adapter: answers `{id, class?, new?, call, args}` with `{id, value | error}`.

import { readFileSync } from 'node:fs'
import { outcomeOf } from './cases/case.mjs'
import { requireUnicode } from './unicode.mjs'

requireUnicode('17.0')

/** Ill-formed text cannot stand in JSON, so it comes as an object. */
function text(_, value) {
  return typeof value?.utf16le === 'string' ? Buffer.from(value.utf16le, 'hex').toString('utf16le') : value
}

function answer({ id, ...request }) {
  const constructor = request.new && { ...request.new, env: process.env }
  const { value, rejection } = outcomeOf({ ...request, new: constructor })
  return rejection ? { id, error: { kind: rejection.kind, code: rejection.code } } : { id, value }
}

for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  console.log(JSON.stringify(answer(JSON.parse(line, text))))
}
