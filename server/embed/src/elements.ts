// Creates elements without HTML, so that text is never markup and no Trusted Types policy is needed.

type Content = Node | string | null

type Attributes = Record<string, string | boolean>

/** Returns a new element; an attribute with the value `false` is left out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...contents: Content[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  setAttributes(made, attributes)
  made.append(...contents.filter((content) => content !== null))
  return made
}

/** Returns a button that does not submit the form around it. */
export function button(
  label: Content,
  attributes: Attributes,
  pressed: () => void,
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label)
  made.addEventListener('click', pressed)
  return made
}

/** Returns an icon of lines on a square of 24 units, hidden from screen readers. */
export function icon(...paths: string[]): SVGElement {
  const drawing = svgElement('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' })
  drawing.append(...paths.map((d) => svgElement('path', { d })))
  return drawing
}

/** Sets an element's text; an unchanged text does not touch the document. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

function svgElement(name: string, attributes: Attributes): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name) as SVGElement
  setAttributes(made, attributes)
  return made
}

function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) target.setAttribute(name, value === true ? '' : value)
  }
}
