// The conformance adapter: one JSON request a line, one JSON answer a line (tests/api.toml).
import { readFileSync } from 'node:fs'
import * as deskseal from 'deskseal'

/** What is given by position, in this order; all else is a property of one last object. */
const POSITIONAL = [
  'email',
  'helpdesk_id',
  'host',
  'portal_host',
  'portal_url',
  'user_id',
  'url',
].concat(['target', 'headers', 'signature'])
const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
const snakeCase = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const spelled = (object, spell) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [spell(name), value]))
function values(given, positional = []) {
  const named = Object.entries(given).filter(([name]) => !positional.includes(name))
  return [...positional.map((name) => given[name]), spelled(Object.fromEntries(named), camelCase)]
}
function target({ class: Class, new: given = {} }) {
  if (Class === undefined) return deskseal
  if ('name' in given) return deskseal[Class].fromEnv(...values(given, ['name']))
  return new deskseal[Class](...values(given, ['secret']))
}
function answer({ id, call, args = {}, ...rest }) {
  const positional = call === 'verify_user' ? [] : POSITIONAL.filter((name) => name in args)
  try {
    const value = target(rest)[camelCase(call)](...values(args, positional))
    return { id, value: Object(value) === value ? spelled(value, snakeCase) : value }
  } catch ({ name, code }) {
    return { id, error: { kind: name.replace('Error', '').toLowerCase(), code } }
  }
}
const text = (_, it) => (it?.utf16le ? Buffer.from(it.utf16le, 'hex').toString('utf16le') : it)
for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean))
  console.log(JSON.stringify(answer(JSON.parse(line, text))))
