// An application of React that the test drives: `render` takes the props, or nothing to leave the page.

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { TicketCenter } from 'deskseal/react'

const root = createRoot(document.getElementById('app'))
const fallback = <p>Write to us.</p>

window.render = (props) =>
  root.render(<StrictMode>{props && <TicketCenter fallback={fallback} {...props} />}</StrictMode>)
