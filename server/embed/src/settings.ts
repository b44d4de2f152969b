// The page's settings: the script tag's attributes, or what a script passes to `update()`.

import { DEFAULTS, FORMS } from './contract.js'

export interface Settings {
  /** The origin of the script's address: its server has the API. */
  readonly origin: string
  readonly helpdeskId: string
  readonly email: string
  readonly signature: string
  readonly align: string
  readonly maxWidth: string
  /** The id of the element in which the widget is shown. */
  readonly container: string
}

/** What `update()` takes. A setting left out stays as it is; `null` resets it. */
export type Changes = {
  readonly [Name in Exclude<keyof Settings, 'origin'>]?: string | null
}

const SETTINGS = { helpdeskId: '', email: '', signature: '', ...DEFAULTS }

const ATTRIBUTES = {
  align: 'data-align',
  maxWidth: 'data-max-width',
  container: 'data-container',
}

/** What a valid value is, for the console. */
const EXPECTED = {
  align: 'left, center or right',
  maxWidth: 'a whole number of px, rem or %, such as 864px',
  container: 'an id of letters, digits, "-" and "_" that begins with a letter',
}

const NAMES = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]

/** Returns the settings in the script tag's attributes now. */
export function settingsOf(script: HTMLScriptElement): Settings {
  const { helpdeskId, email, signature, align, maxWidth, container } = script.dataset
  const attributes = { helpdeskId, email, signature, align, maxWidth, container }
  return { origin: originOf(script), ...SETTINGS, ...validated(attributes) }
}

/** Returns the changes that are given; an invalid value becomes the default. */
export function validated(changes: {
  readonly [Name in keyof Changes]: Changes[Name] | undefined
}): Partial<typeof SETTINGS> {
  const result: Partial<typeof SETTINGS> = {}
  for (const name of NAMES) {
    const value = changes[name]
    if (value !== undefined) result[name] = validOf(name, value)
  }
  return result
}

/** Whether both identify the same customer of the same desk. */
export function isSameCustomer(one: Settings, other: Settings): boolean {
  return (
    one.origin === other.origin && one.helpdeskId === other.helpdeskId && one.email === other.email
  )
}

/** Whether the settings have everything that the server verifies. */
export function isSigned({ helpdeskId, email, signature }: Settings): boolean {
  return helpdeskId !== '' && email !== '' && signature !== ''
}

function originOf({ src }: HTMLScriptElement): string {
  try {
    return new URL(src).origin
  } catch {
    return ''
  }
}

function validOf(name: keyof typeof SETTINGS, value: string | null): string {
  if (value === null) return SETTINGS[name]
  const text = String(value)
  if (!isLayout(name) || FORMS[name].test(text)) return text
  console.warn(
    `Ticket Center: ${ATTRIBUTES[name]} (${name} in update) is ${JSON.stringify(text)}. Set it to ${EXPECTED[name]}. Until then it is ${SETTINGS[name]}.`,
  )
  return SETTINGS[name]
}

function isLayout(name: string): name is keyof typeof FORMS {
  return name in FORMS
}
