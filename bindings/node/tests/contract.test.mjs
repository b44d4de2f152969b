// The package against tests/api.toml, both ways: what it exports, and what its types declare.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import test from 'node:test'
import * as deskseal from 'deskseal'
import { parse } from 'smol-toml'
import ts from 'typescript-6'

const api = parse(readFileSync(join(process.env.DESKSEAL_REPOSITORY, 'tests/api.toml'), 'utf8'))
const folder = dirname(createRequire(import.meta.url).resolve('deskseal'))
const program = ts.createProgram([join(folder, 'index.d.cts')], { strict: true, types: [] })
const checker = program.getTypeChecker()
const source = program.getSourceFile(join(folder, 'index.d.cts'))
const declared = Object.fromEntries(
  checker
    .getExportsOfModule(checker.getSymbolAtLocation(source))
    .map((symbol) => [symbol.name, symbol]),
)

const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
const { base, fields: errorFields, ...errorClasses } = api.error_classes
const ERRORS = [base, ...Object.values(errorClasses)]
const CLASSES = [...new Set(api.call.map((call) => call.class).filter(Boolean))]
const FUNCTIONS = api.call.filter((call) => !call.class).map((call) => camelCase(call.name))
const VALUES = [...FUNCTIONS, ...CLASSES, ...ERRORS].sort()

/** What types of the contract are in TypeScript. */
const TYPES = {
  text: 'string',
  'text?': 'string | null',
  received: 'string',
  names: 'string | readonly string[]',
  integer: 'number',
  object: 'object',
  flag: 'boolean',
  secret: 'string | null | undefined',
  '[secret]': 'readonly Secret[]',
  '[previous]': 'readonly (readonly [secret: Secret, expiresAt: Time])[]',
  time: 'Time',
  map: 'Readonly<Record<string, string>>',
  attributes: 'Readonly<Record<string, string | number | boolean>>',
  '[Finding]': 'readonly [Finding, ...Finding[]]',
}

/** Parameters that may be `null`, as a database has it, since the customer need not have them. */
const NULLABLE = ['email', 'user_id', 'name', 'attributes', 'token_id']

test('the version is that of the contract', () => {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json')))
  assert.equal(version, api.version)
})

test('the exports are those of the contract', () => {
  assert.deepEqual(Object.keys(deskseal).sort(), VALUES)
  assert.deepEqual(Object.keys(createRequire(import.meta.url)('deskseal')).sort(), VALUES)
})

test('the declared values are the exports', () => {
  const isValue = (symbol) => symbol.flags & ts.SymbolFlags.Value
  assert.deepEqual(
    Object.values(declared)
      .filter(isValue)
      .map(({ name }) => name)
      .sort(),
    VALUES,
  )
})

test('the members are those of the contract', () => {
  for (const name of CLASSES) {
    const calls = api.call.filter((call) => call.class === name).map((call) => camelCase(call.name))
    const methods = calls.filter((call) => !['new', 'fromEnv'].includes(call))
    assert.deepEqual(own(deskseal[name].prototype), ['constructor', ...methods].sort())
    assert.deepEqual(own(deskseal[name]), ['fromEnv', 'length', 'name', 'prototype'])
    assert.deepEqual(memberNames(checker.getDeclaredTypeOfSymbol(declared[name])), methods.sort())
    assert.deepEqual(memberNames(classType(name)), ['fromEnv', 'prototype'])
  }
})

for (const call of api.call) {
  const name = call.class ? `${call.class}.${camelCase(call.name)}` : camelCase(call.name)

  test(`${name} has the parameters and results of the contract`, () => {
    const [signature, ...others] = signatures(call)
    assert.equal(others.length, 0)
    const parameters = signature
      .getParameters()
      .map((symbol) => ({ name: symbol.name, type: typeOf(symbol), symbol }))
    const positional = call.parameters.filter(({ by }) => by === 'position')
    const own = api.own_parameters.node[call.name] ?? []
    const named = [...call.parameters, ...own].filter(({ by }) => by === 'name')
    const last = parameters.slice(positional.length)
    assert.deepEqual(
      parameters.slice(0, positional.length).map(shape),
      positional.map(expectedShape),
    )
    assert.equal(last.length, named.length > 0 ? 1 : 0)
    if (last.length > 0) {
      assert.equal(isOptional(last[0].symbol), named.every(canBeLeftOut))
      const properties = checker.getPropertiesOfType(checker.getNonNullableType(last[0].type))
      assert.deepEqual(
        properties.map((symbol) => shape({ name: symbol.name, type: typeOf(symbol), symbol })),
        named.map(expectedShape),
      )
    }
    assert.equal(written(signature.getReturnType()), written(returnType(call.returns)))
  })

  test(`${name} has the parameters of its types at run time`, () => {
    const [, written] = /^(?:class.*?constructor|[^(]*)\((.*?)\)/s.exec(runtimeFunction(call))
    const names = signatures(call)[0]
      .getParameters()
      .map((symbol) => symbol.name)
    assert.deepEqual(written.split(/,\s*/).filter(Boolean), names)
    assert.equal(runtimeFunction(call).length, names.length)
  })
}

for (const [name, fields] of Object.entries(api.results)) {
  test(`${name} has the contract's fields`, () => {
    const properties = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(declared[name]))
    const codes = name === 'Finding' ? { code: 'FindingCode' } : {}
    assert.deepEqual(
      properties.map((symbol) => [symbol.name, isReadonly(symbol), written(typeOf(symbol))]),
      fields.map((field) => {
        const spelled = camelCase(field.name)
        return [spelled, true, codes[spelled] ?? TYPES[field.type]]
      }),
    )
  })
}

test('results have the declared fields, in the order of the contract', () => {
  const cases = vectors().filter(({ env, expect }) => !env && Object(expect) === expect)
  const input = cases.map((it) => JSON.stringify(it)).join('\n')
  const { stdout } = spawnSync(process.execPath, ['tests/conform.mjs'], { input, encoding: 'utf8' })
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).value)
  const results = Object.fromEntries(answers.map((value, index) => [returned(cases[index]), value]))
  results.Finding = results.Explanation.findings[0]
  for (const [name, fields] of Object.entries(api.results)) {
    assert.deepEqual(
      Object.keys(results[name]),
      fields.map((field) => field.name),
    )
  }
})

test('the codes are those of the contract', () => {
  const visitor = new Set(api.call.flatMap((call) => call.visitor_errors))
  const { secret, input, verification } = api.errors
  assert.deepEqual(codes('SecretErrorCode'), [...secret].sort())
  assert.deepEqual(codes('InputErrorCode'), [...input].sort())
  assert.deepEqual(codes('VerificationErrorCode'), [...verification, ...visitor].sort())
  assert.deepEqual(codes('ErrorCode'), [...secret, ...input, ...verification].sort())
  assert.deepEqual(codes('FindingCode'), Object.values(api.findings).flat().sort())
})

test('the error classes are those of the contract', () => {
  for (const name of ERRORS) {
    const parent = name === base ? 'Error' : base
    assert.equal(Object.getPrototypeOf(deskseal[name]).name, parent)
    const type = checker.getDeclaredTypeOfSymbol(declared[name])
    assert.deepEqual(checker.getBaseTypes(type).map(written), [parent])
    const fields = errorFields.map((field) => camelCase(field.name))
    for (const field of fields) assert.ok(checker.getPropertyOfType(type, field))
    const error = new deskseal[name]('a message', 'a_code')
    // Every error of JavaScript has a message, which is not listed.
    assert.deepEqual(['message', ...Object.keys(error)].sort(), fields.toSorted())
    assert.equal(
      written(typeOf(checker.getPropertyOfType(type, 'code'))),
      name === base ? 'ErrorCode' : `${name}Code`,
    )
  }
})

test('every public item is documented, with the codes of its errors', () => {
  for (const call of api.call) {
    const comment = ts.displayPartsToString(signatures(call)[0].getDocumentationComment(checker))
    assert.ok(comment.length > 20, `${call.name} has no comment`)
    const tags = signatures(call)[0].getJsDocTags()
    const text = tags.map((tag) => ts.displayPartsToString(tag.text)).join(' ')
    const isDocumented = (code) => text.includes(code) || text.includes('those of')
    for (const code of [...call.errors, ...call.visitor_errors]) {
      assert.ok(isDocumented(code), `${call.name} does not document ${code}`)
    }
  }
})

/** Returns the cases of all files; the schema has none. */
function vectors() {
  const folder = join(process.env.DESKSEAL_REPOSITORY, 'tests/vectors')
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return files.flatMap((name) => JSON.parse(readFileSync(join(folder, name))).cases ?? [])
}

/** Returns what the case's call returns, by the contract. */
function returned({ class: Class, call }) {
  const found = api.call.find((other) => other.class === Class && other.name === call)
  return found.returns.replace('?', '')
}

function own(object) {
  return Object.getOwnPropertyNames(object).sort()
}

function classType(name) {
  return checker.getTypeOfSymbolAtLocation(declared[name], source)
}

function memberNames(type) {
  const names = checker.getPropertiesOfType(type).map((symbol) => symbol.name)
  return names.filter((name) => !name.includes('#')).sort()
}

function signatures({ class: Class, name }) {
  if (!Class) return checker.getSignaturesOfType(classType(camelCase(name)), ts.SignatureKind.Call)
  if (name === 'new')
    return checker.getSignaturesOfType(classType(Class), ts.SignatureKind.Construct)
  const type =
    name === 'from_env' ? classType(Class) : checker.getDeclaredTypeOfSymbol(declared[Class])
  const method = checker.getPropertyOfType(type, camelCase(name))
  return checker.getSignaturesOfType(typeOf(method), ts.SignatureKind.Call)
}

function runtimeFunction({ class: Class, name }) {
  if (!Class) return deskseal[camelCase(name)]
  if (name === 'new') return deskseal[Class]
  return name === 'from_env' ? deskseal[Class].fromEnv : deskseal[Class].prototype[camelCase(name)]
}

function typeOf(symbol) {
  return checker.getTypeOfSymbolAtLocation(symbol, source)
}

function isOptional(symbol) {
  const { questionToken } = symbol.valueDeclaration
  return questionToken !== undefined
}

function isReadonly(symbol) {
  return Boolean(ts.getCombinedModifierFlags(symbol.valueDeclaration) & ts.ModifierFlags.Readonly)
}

function canBeLeftOut(parameter) {
  return 'default' in parameter || parameter.type.endsWith('?')
}

function shape({ name, symbol }) {
  const type =
    ts.isParameter(symbol.valueDeclaration) || ts.isPropertySignature(symbol.valueDeclaration)
      ? symbol.valueDeclaration.type.getText()
      : ''
  return [name, isOptional(symbol), type.replace(/ \| undefined$/, '')]
}

function expectedShape(parameter) {
  const type = parameter.type.replace(/\?$/, '')
  const special = { align: "'left' | 'center' | 'right'", headers: 'RequestHeaders' }
  const spelled = special[parameter.name] ?? TYPES[type]
  const isNullable = parameter.type.endsWith('?') && NULLABLE.includes(parameter.name)
  const written = parameter.type === 'secret' ? 'Secret' : spelled
  const shown = isNullable ? `${written} | null` : written
  return [camelCase(parameter.name), canBeLeftOut(parameter), shown]
}

function written(type) {
  return typeof type === 'string' ? type : checker.typeToString(type)
}

function returnType(returns) {
  if (returns === 'text') return 'string'
  return returns.endsWith('?') ? `${returns.slice(0, -1)} | null` : returns
}

function codes(name) {
  return checker
    .getDeclaredTypeOfSymbol(declared[name])
    .types.map((type) => type.value)
    .sort()
}
