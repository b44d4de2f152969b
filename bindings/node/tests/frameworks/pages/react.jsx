// An application of React that the test drives: `render` takes the props, or nothing to leave the page.

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { TicketCenter } from 'deskseal/react'

const fallback = <p>Write to us.</p>
const roots = {}

const Page = ({ props }) => (
  <StrictMode>
    <h1>{props?.identity?.email.split('@')[0]}</h1>
    {props && <TicketCenter fallback={fallback} {...props} />}
  </StrictMode>
)

function renderIn(name, element, props) {
  roots[name] ??= createRoot(element())
  roots[name].render(<Page props={props} />)
}

window.render = (props) => renderIn('page', () => document.getElementById('app'), props)

/** The same in a custom element with a shadow root. */
window.renderInShadow = (props, mode = 'open') =>
  renderIn('shadow', () => document.getElementById('app').attachShadow({ mode }), props)
