// Whether the page around the center is light or dark.

export type Scheme = 'light' | 'dark'

const DARK_WANTED = matchMedia('(prefers-color-scheme: dark)')

/**
 * Returns what fits the page: the colour scheme that it declares; else, since many pages switch by a
 * class alone, that of the background on which the center stands; else what the visitor prefers.
 */
export function schemeAround(host: Element): Scheme {
  const preferred = DARK_WANTED.matches ? 'dark' : 'light'
  const declared = declaredSchemes(host)
  const isLight = declared.includes('light')
  const isDark = declared.includes('dark')
  if (isLight !== isDark) return isDark ? 'dark' : 'light'
  return isLight ? preferred : (schemeBehind(host) ?? preferred)
}

/** Tells whenever the page may have become light or dark, until the signal ends it. */
export function watchAppearance(changed: () => void, signal: AbortSignal): void {
  DARK_WANTED.addEventListener('change', changed, { signal })
  // Pages switch by an attribute of one of these two: a class, data-theme, style.
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributes: true })
  observer.observe(document.body, { attributes: true })
  // The new background is there only when its transition has ended.
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
  for (let place: Element | null = host; place !== null; place = place.parentElement) {
    const lightness = lightnessOf(getComputedStyle(place).backgroundColor)
    if (lightness !== null) return lightness < 0.5 ? 'dark' : 'light'
  }
  return null
}

/** Returns how light a computed colour is, from 0 to 1, or nothing if one sees through it. */
function lightnessOf(color: string): number | null {
  const numbers = color.match(/(?<!\w)[\d.]+(?:e-?\d+)?/g) ?? []
  const [first = 0, second = 0, third = 0, alpha = 1] = numbers.map(Number)
  if (alpha < 0.5) return null
  if (/^ok/.test(color)) return first
  if (/^l/.test(color)) return first / 100
  const luma = 0.3 * first + 0.59 * second + 0.11 * third
  return color.startsWith('rgb') ? luma / 255 : luma
}
