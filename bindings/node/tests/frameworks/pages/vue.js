// An application of Vue that the test drives: `render` takes the props, or nothing to leave the page.

import { KeepAlive, createApp, h, shallowRef } from 'vue'
import { TicketCenter } from 'deskseal/vue'

const current = shallowRef(null)
const slots = { fallback: () => h('p', 'Write to us.') }

// As a router does that keeps what it has shown.
const App = () => [
  h('h1', current.value?.identity?.email.split('@')[0]),
  h(KeepAlive, () => current.value && h(TicketCenter, current.value, slots)),
]

let isMounted = false

function renderIn(element, props) {
  if (!isMounted) createApp(App).mount(element())
  isMounted = true
  current.value = props ?? null
}

window.render = (props) => renderIn(() => document.getElementById('app'), props)

/** The same in a custom element with a shadow root. */
window.renderInShadow = (props, mode = 'open') =>
  renderIn(() => document.getElementById('app').attachShadow({ mode }), props)
