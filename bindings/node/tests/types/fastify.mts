import Fastify from 'fastify'
import { type DesksealOptions, type Identity, deskseal } from 'deskseal/fastify'

declare module 'fastify' {
  interface FastifyRequest {
    customer?: { id: number; email: string | null }
  }
}

const app = Fastify()
app.register(deskseal, {
  user: (request) => request.customer,
  ticketCenter: { helpdeskId: 'desk-1', secret: process.env.A_SECRET, align: 'left' },
  portal: { url: 'https://help.company.com', secretVariable: 'A_PORTAL_SECRET' },
  prefix: '/help',
  debug: false,
  log: (message) => app.log.error(message),
})
app.get('/support', async (_, reply) => {
  const markup: string = await reply.ticketCenter({ align: 'right', nonce: undefined })
  return reply.type('text/html').send(markup)
})

const anybody: DesksealOptions = { user: async () => null }
export const logging = Fastify({ logger: true }).register(deskseal, anybody)
export const encrypted = Fastify({ http2: true, https: {} }).register(deskseal, anybody)
export const keys: (keyof Identity)[] = ['email', 'signature', 'helpdeskId']

// @ts-expect-error the function `user` is required
app.register(deskseal, {})
// @ts-expect-error a customer is not a text
app.register(deskseal, { user: () => 'ada@example.com' })
// @ts-expect-error a portal has a URL
app.register(deskseal, { user: () => null, portal: {} })
