// An application of React that the test drives: `render` takes the props, or nothing to leave the page.

import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { TicketCenter } from 'deskseal/react'

const fallback = <p>Write to us.</p>
const roots = {}

/** What the page waits for, if it does. */
let awaited = null

function Wait() {
  if (awaited) throw awaited
  return null
}

const Page = ({ props }) => (
  <StrictMode>
    <Suspense fallback={<p>Loading</p>}>
      <Wait />
      <h1>{props?.identity?.email.split('@')[0]}</h1>
      {props && <TicketCenter fallback={fallback} {...props} />}
    </Suspense>
  </StrictMode>
)

function renderIn(name, element, props) {
  roots[name] ??= createRoot(element())
  roots[name].render(<Page props={props} />)
}

window.render = (props) => renderIn('page', () => document.getElementById('app'), props)

/** Lets the page wait, until the returned function is called. */
window.wait = (props) => {
  awaited = new Promise((resolve) => {
    window.go = () => {
      awaited = null
      resolve()
    }
  })
  window.render(props)
}

/** The same in a custom element with a shadow root. */
window.renderInShadow = (props, mode = 'open') =>
  renderIn('shadow', () => document.getElementById('app').attachShadow({ mode }), props)
