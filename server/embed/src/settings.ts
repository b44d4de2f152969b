// The page's settings: the script tag's attributes, or what a script passes to `update()`.

import { DEFAULTS, FORMS } from './contract.js'
import { customerOf } from './token.js'

export interface Settings {
  /** The origin of the script's address: its server has the API. */
  readonly origin: string
  readonly helpdeskId: string
  readonly email: string
  readonly signature: string
  /** An identity token, in place of `email` and `signature`. */
  readonly identity: string
  /** The page's own endpoint that returns identity tokens, or an empty text. */
  readonly identityUrl: string
  readonly align: string
  readonly maxWidth: string
  /** The id of the element in which the widget is shown. */
  readonly container: string
}

/** What `update()` takes. A setting left out stays as it is; `null` resets it. */
export type Changes = {
  readonly [Name in Exclude<keyof Settings, 'origin'>]?: string | null
}

const CUSTOMER = { email: '', signature: '', identity: '', identityUrl: '' }

const SETTINGS = { helpdeskId: '', ...CUSTOMER, ...DEFAULTS }

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

const IDENTITY = ['origin', 'helpdeskId', 'email', 'signature', 'identity', 'identityUrl'] as const

const NAMES = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]

/** Returns the settings in the script tag's attributes now. */
export function settingsOf(script: HTMLScriptElement): Settings {
  return { origin: originOf(script), ...SETTINGS, ...validated(script.dataset) }
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
    one.origin === other.origin &&
    one.helpdeskId === other.helpdeskId &&
    one.email === other.email &&
    (one.identity === other.identity || customerOf(one.identity) === customerOf(other.identity))
  )
}

/** Whether both have the same proof of the same customer. */
export function isSameIdentity(one: Settings, other: Settings): boolean {
  return IDENTITY.every((name) => one[name] === other[name])
}

/** Whether the page identifies a customer, or its endpoint may. */
export function hasCustomer({ email, identity, identityUrl }: Settings): boolean {
  return email !== '' || usesTokens({ identity, identityUrl })
}

export function withoutCustomer(settings: Settings): Settings {
  return { ...settings, ...CUSTOMER }
}

/** Whether identity tokens prove who the customer is. */
export function usesTokens({
  identity,
  identityUrl,
}: Pick<Settings, 'identity' | 'identityUrl'>): boolean {
  return identity !== '' || identityUrl !== ''
}

/** Whether the page has a signature beside a token, so that it is unclear which one counts. */
export function hasBothForms(settings: Settings): boolean {
  return usesTokens(settings) && (settings.email !== '' || settings.signature !== '')
}

/** Whether the settings have everything that the server verifies. */
export function isSigned(settings: Settings): boolean {
  const { helpdeskId, email, signature } = settings
  if (helpdeskId === '' || hasBothForms(settings)) return false
  return usesTokens(settings) || (email !== '' && signature !== '')
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
  if (name === 'identityUrl') return ownAddress(text)
  if (!isLayout(name) || FORMS[name].test(text)) return text
  console.warn(
    `Ticket Center: ${ATTRIBUTES[name]} (${name} in update) is ${JSON.stringify(text)}. Set it to ${EXPECTED[name]}. Until then it is ${SETTINGS[name]}.`,
  )
  return SETTINGS[name]
}

/** Returns the address of the page's own endpoint; another site must not say who the customer is. */
function ownAddress(text: string): string {
  if (text === '') return ''
  const address = URL.canParse(text, document.baseURI) ? new URL(text, document.baseURI) : null
  if (address?.origin === location.origin && address.origin !== 'null') return address.href
  console.warn(
    `Ticket Center: data-identity-url (identityUrl in update) is ${JSON.stringify(text)}, which is not an address of ${location.origin}. It is ignored. Set it to a path of this site.`,
  )
  return ''
}

function isLayout(name: string): name is keyof typeof FORMS {
  return name in FORMS
}
