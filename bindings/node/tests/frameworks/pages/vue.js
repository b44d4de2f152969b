// An application of Vue that the test drives: `render` takes the props, or nothing to leave the page.

import { KeepAlive, createApp, h, shallowRef } from 'vue'
import { TicketCenter } from 'deskseal/vue'

const current = shallowRef(null)
const slots = { fallback: () => h('p', 'Write to us.') }

// As a router does that keeps what it has shown.
const App = () => h(KeepAlive, () => current.value && h(TicketCenter, current.value, slots))

createApp(App).mount('#app')

window.render = (props) => (current.value = props ?? null)
