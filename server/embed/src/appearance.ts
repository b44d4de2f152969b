// Detects whether the page around the widget is light or dark.

export type Scheme = 'light' | 'dark'

const PREFERS_DARK = matchMedia('(prefers-color-scheme: dark)')

/**
 * Returns the colour scheme that the page declares; else that of the background behind the widget, since many
 * pages switch by a class alone; else the customer's preference.
 */
export function schemeAround(host: Element): Scheme {
  const preferred = PREFERS_DARK.matches ? 'dark' : 'light'
  const declared = declaredSchemes(host)
  const isLight = declared.includes('light')
  const isDark = declared.includes('dark')
  if (isLight !== isDark) return isDark ? 'dark' : 'light'
  return isLight ? preferred : (schemeBehind(host) ?? preferred)
}

/** Calls `changed` whenever the page may have changed its colour scheme, until the signal is aborted. */
export function watchAppearance(changed: () => void, signal: AbortSignal): void {
  PREFERS_DARK.addEventListener('change', changed, { signal })
  // Pages switch by an attribute of html or body: class, data-theme or style.
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributes: true })
  observer.observe(document.body, { attributes: true })
  // A background that fades has its new colour only when the transition has ended.
  document.addEventListener('transitionend', changed, { signal, passive: true })
  signal.addEventListener('abort', () => observer.disconnect())
}

function declaredSchemes(host: Element): string[] {
  const computed = getComputedStyle(host).colorScheme
  if (computed !== '' && computed !== 'normal') return computed.split(' ')
  const meta = document.querySelector('meta[name="color-scheme"]')
  return (meta?.getAttribute('content') ?? '').split(/\s+/)
}

function schemeBehind(host: Element): Scheme | null {
  for (let one: Element | null = host; one !== null; one = one.parentElement) {
    const lightness = lightnessOf(getComputedStyle(one).backgroundColor)
    if (lightness !== null) return lightness < 0.5 ? 'dark' : 'light'
  }
  return null
}

/** Returns how light a computed colour is, from 0 to 1, or `null` if it is transparent. */
function lightnessOf(color: string): number | null {
  const numbers = color.match(/(?<!\w)[\d.]+(?:e-?\d+)?/g) ?? []
  const [first = 0, second = 0, third = 0, alpha = 1] = numbers.map(Number)
  if (alpha < 0.5) return null
  if (/^ok/.test(color)) return first
  if (/^l/.test(color)) return first / 100
  const luma = 0.3 * first + 0.59 * second + 0.11 * third
  return color.startsWith('rgb') ? luma / 255 : luma
}
