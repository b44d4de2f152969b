// Finds out why the widget is not visible: which element of the page hides it, and by which property.

/** Returns the property and the element that hide this element, or `null` if none does. */
export function hiddenBy(element: Element): string | null {
  const chain = [...withAncestors(element)]
  for (const one of chain) {
    const reason = absenceOf(one)
    if (reason !== null) return `${reason} on ${nameOf(one)}`
  }
  const isNarrow = element.getBoundingClientRect().width === 0
  // Inner elements inherit the property or cannot be larger, so the outermost one is the cause.
  for (const one of chain.reverse()) {
    const reason = transparencyOf(one) ?? emptinessOf(one, isNarrow)
    if (reason !== null) return `${reason} on ${nameOf(one)}`
  }
  return null
}

function absenceOf(element: Element): string | null {
  const { display, contentVisibility } = getComputedStyle(element)
  if (display === 'none') return 'display: none'
  if (contentVisibility === 'hidden') return 'content-visibility: hidden'
  const parent = element.parentElement
  const isFolded = parent instanceof HTMLDetailsElement && !parent.open
  return isFolded && element.localName !== 'summary' ? 'a closed details element' : null
}

function transparencyOf(element: Element): string | null {
  const { visibility, opacity } = getComputedStyle(element)
  if (visibility !== 'visible') return `visibility: ${visibility}`
  return Number(opacity) === 0 ? 'opacity: 0' : null
}

function emptinessOf(element: Element, isNarrow: boolean): string | null {
  const { display, overflowX, overflowY } = getComputedStyle(element)
  if (display === 'contents' || display === 'inline') return null
  const { width, height } = element.getBoundingClientRect()
  if (width === 0 && (isNarrow || overflowX !== 'visible')) return 'width: 0'
  return height === 0 && overflowY !== 'visible' ? `height: 0 with overflow: ${overflowY}` : null
}

/** Yields the element and its ancestors as they are laid out: through slots and shadow roots. */
function* withAncestors(element: Element): Iterable<Element> {
  for (let one: Element | null = element; one !== null; one = around(one)) yield one
}

function around(element: Element): Element | null {
  if (element.assignedSlot !== null) return element.assignedSlot
  if (element.parentElement !== null) return element.parentElement
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? root.host : null
}

function nameOf({ localName, id, classList }: Element): string {
  return localName + (id && `#${id}`) + [...classList].map((name) => `.${name}`).join('')
}
