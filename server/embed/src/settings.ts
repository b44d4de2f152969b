// What the page says: the attributes of the script tag, or what it passes to `update()`.

import { DEFAULTS, FORMS } from './contract.js'

export interface Settings {
  /** Where the script came from: there is the server. */
  readonly origin: string
  readonly helpdeskId: string
  readonly email: string
  readonly signature: string
  readonly align: string
  readonly maxWidth: string
  /** The id of the element to be in. */
  readonly container: string
}

/** What `update()` takes; a setting left out stays as it is, `null` takes it back. */
export type Changes = {
  readonly [Name in Exclude<keyof Settings, 'origin'>]?: string | null
}

const SETTINGS = { helpdeskId: '', email: '', signature: '', ...DEFAULTS }

const NAMES = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]

/** Returns what the script tag's attributes say, now. */
export function settingsOf(script: HTMLScriptElement): Settings {
  const { helpdeskId, email, signature, align, maxWidth, container } = script.dataset
  const attributes = { helpdeskId, email, signature, align, maxWidth, container }
  return { origin: originOf(script), ...SETTINGS, ...validated(attributes) }
}

/** Returns the changes that are given; one that makes no sense becomes the default. */
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

/** Whether both show the same customer of the same desk. */
export function isSameCustomer(one: Settings, other: Settings): boolean {
  return (
    one.origin === other.origin && one.helpdeskId === other.helpdeskId && one.email === other.email
  )
}

/** Whether there is all that the server needs to know who asks. */
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
  if (!(name in FORMS) || FORMS[name as keyof typeof FORMS].test(text)) return text
  console.warn(
    `Ticket Center: ${name} cannot be ${JSON.stringify(text)}; see the embed's documentation.`,
  )
  return SETTINGS[name]
}
