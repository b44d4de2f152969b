// Answers the requests of the conformance checks, in any runtime (tests/api.toml).
import * as deskseal from 'deskseal'

const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
const snakeCase = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const spelled = (object, spell) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [spell(name), value]))
/** Returns the names of the parameters of a function, or of a class's constructor. Bundlers may number them. */
const parametersOf = (callee) =>
  /^(?:class.*?constructor|[^(]*)\((.*?)\)/s
    .exec(callee)[1]
    .split(/,\s*/)
    .map((name) => snakeCase(name.replace(/\d+$/, '')))
/** Returns the values in the order of the parameters; all else is properties of one last object. */
function values(given, callee) {
  const positional = parametersOf(callee).filter((name) => name in given)
  const named = Object.entries(given).filter(([name]) => !positional.includes(name))
  return [...positional.map((name) => given[name]), spelled(Object.fromEntries(named), camelCase)]
}
function receiverOf({ class: name, new: given = {} }) {
  if (name === undefined) return deskseal
  const { [name]: Class } = deskseal
  if ('name' in given) return Class.fromEnv(...values(given, Class.fromEnv))
  return new Class(...values(given, Class))
}
function answer({ id, call, args, ...rest }) {
  try {
    const receiver = receiverOf(rest)
    const value = receiver[camelCase(call)](...values(args, receiver[camelCase(call)]))
    return { id, value: Object(value) === value ? spelled(value, snakeCase) : value }
  } catch ({ name, code }) {
    return { id, error: { kind: name.replace('Error', '').toLowerCase(), code } }
  }
}
/** Returns the text of UTF-16 code units, in hexadecimal with the lower byte first, which may be ill-formed. */
const ofUnits = (digits) =>
  digits.replace(/(..)(..)/g, (_, low, high) => String.fromCharCode(parseInt(high + low, 16)))
const text = (_, it) => (it?.utf16le === undefined ? it : ofUnits(it.utf16le))

/** Takes one JSON request a line; returns one JSON answer a line. */
export const answers = (requests) =>
  requests
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.stringify(answer(JSON.parse(line, text))))
    .join('\n')
