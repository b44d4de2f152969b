// The conformance adapter: one JSON request a line, one JSON answer a line (tests/api.toml).
import { readFileSync } from 'node:fs'
import * as deskseal from 'deskseal'

const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
const snakeCase = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const spelled = (object, spell) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [spell(name), value]))
/** Returns the names of the parameters of a function, or of a class's constructor. */
const parametersOf = (callee) =>
  /^(?:class.*?constructor|[^(]*)\((.*?)\)/s.exec(callee)[1].split(/,\s*/).map(snakeCase)
/** Returns the values in the order of the parameters; all else is properties of one last object. */
function values(given, callee) {
  const positional = parametersOf(callee).filter((name) => name in given)
  const named = Object.entries(given).filter(([name]) => !positional.includes(name))
  return [...positional.map((name) => given[name]), spelled(Object.fromEntries(named), camelCase)]
}
function target({ class: name, new: given = {} }) {
  if (name === undefined) return deskseal
  const { [name]: Class } = deskseal
  if ('name' in given) return Class.fromEnv(...values(given, Class.fromEnv))
  return new Class(...values(given, Class))
}
function answer({ id, call, args, ...rest }) {
  try {
    const receiver = target(rest)
    const value = receiver[camelCase(call)](...values(args, receiver[camelCase(call)]))
    return { id, value: Object(value) === value ? spelled(value, snakeCase) : value }
  } catch ({ name, code }) {
    return { id, error: { kind: name.replace('Error', '').toLowerCase(), code } }
  }
}
const text = (_, it) => (it?.utf16le ? Buffer.from(it.utf16le, 'hex').toString('utf16le') : it)
for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean))
  console.log(JSON.stringify(answer(JSON.parse(line, text))))
