// The conformance adapter: one JSON request a line, one JSON answer a line (tests/api.toml).
import { readFileSync } from 'node:fs'
import { answers } from './answers.mjs'

console.log(answers(readFileSync(0, 'utf8')))
