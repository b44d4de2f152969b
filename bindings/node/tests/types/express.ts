import connect from 'connect'
import { type Identity, deskseal } from 'deskseal/express'
import express, { type Request } from 'express'

interface ShopRequest extends Request {
  user?: { id: number; email: string | null }
}

const { router, views } = deskseal({
  user: (request: ShopRequest) => request.user,
  ticketCenter: { helpdeskId: 'desk-1', secret: process.env.A_SECRET, align: 'left' },
  portal: { url: 'https://help.company.com', secretVariable: 'A_PORTAL_SECRET' },
  debug: false,
  log: (message) => console.warn(message.length),
})
const app = express().use('/deskseal', router)
app.get('/support', views, (_, response) => response.send(response.locals.ticketCenter()))

deskseal({ user: (request: ShopRequest) => request.user?.id && request.user })
deskseal({ user: async ({ user }: ShopRequest) => user !== undefined && user })
deskseal({ user: ({ headers }) => headers.cookie && { email: headers.cookie } })
const anybody = deskseal({ user: async () => null })
export const plain = connect().use('/deskseal', anybody.router)
export const keys: (keyof Identity)[] = ['email', 'signature', 'helpdeskId']

// @ts-expect-error the function `user` is required
deskseal({})
// @ts-expect-error a customer is not a text
deskseal({ user: () => 'ada@example.com' })
// @ts-expect-error a portal has a URL
deskseal({ user: () => null, portal: {} })
