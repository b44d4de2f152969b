import { deskseal as expressDeskseal } from 'deskseal/express'
import { deskseal, withDeskseal } from 'deskseal/next'
import { type Identity, type TicketCenterProps, TicketCenter } from 'deskseal/react'
import { TicketCenter as VueTicketCenter } from 'deskseal/vue'
import type { ReactNode } from 'react'
import { h } from 'vue'

const identity: Identity = { email: 'ada@example.com', signature: 'ab', helpdeskId: 'desk-1' }
const props: TicketCenterProps = { identity, fallback: 'Write to us.', align: 'left' }
export const shown: ReactNode = TicketCenter(props)
export const virtual = h(VueTicketCenter, {
  credentials: 'include',
  crossorigin: true,
  nonce: undefined,
})

const { GET, TicketCenter: ServerTicketCenter } = deskseal({
  user: async () => ({ id: 42n, email: null }),
  ticketCenter: { helpdeskId: 'desk-1' },
})
export const answer: Promise<Response> = GET(new Request('https://example.com/deskseal/identity'))
export const page: ReactNode = ServerTicketCenter({ align: 'right', crossorigin: false })
export const config = withDeskseal({ poweredByHeader: false }).poweredByHeader
export const express = expressDeskseal({ user: () => undefined }).views

// @ts-expect-error there are three ways to align
TicketCenter({ align: 'top' })
// @ts-expect-error an identity is signed
TicketCenter({ identity: { email: 'ada@example.com' } })
// @ts-expect-error there are three kinds of credentials
h(VueTicketCenter, { credentials: 'cookies' })
// @ts-expect-error crossorigin is a flag
TicketCenter({ crossorigin: 'anonymous' })
// @ts-expect-error a nonce is a text
h(VueTicketCenter, { nonce: 42 })
