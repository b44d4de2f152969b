// What the page says: the attributes of the script tag, or what it passes to `update()`.

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

const DEFAULTS = {
  helpdeskId: '',
  email: '',
  signature: '',
  align: 'center',
  maxWidth: '864px',
  container: 'hdh-ticket-center',
}

const NAMES = Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]

const FORMS: Readonly<Partial<Record<keyof typeof DEFAULTS, RegExp>>> = {
  align: /^(left|center|right)$/,
  maxWidth: /^[1-9][0-9]*(px|rem|%)$/,
  container: /^\S+$/,
}

/** Returns what the script tag's attributes say, now. */
export function settingsOf(script: HTMLScriptElement): Settings {
  const { helpdeskId, email, signature, align, maxWidth, container } = script.dataset
  const attributes = { helpdeskId, email, signature, align, maxWidth, container }
  return { origin: originOf(script), ...DEFAULTS, ...validated(attributes) }
}

/** Returns the changes that are given; one that makes no sense becomes the default. */
export function validated(changes: {
  readonly [Name in keyof Changes]: Changes[Name] | undefined
}): Partial<typeof DEFAULTS> {
  const result: Partial<typeof DEFAULTS> = {}
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

function validOf(name: keyof typeof DEFAULTS, value: string | null): string {
  if (value === null) return DEFAULTS[name]
  const text = String(value)
  if (FORMS[name]?.test(text) ?? true) return text
  console.warn(
    `Ticket Center: ${name} cannot be ${JSON.stringify(text)}; see the embed's documentation.`,
  )
  return DEFAULTS[name]
}
