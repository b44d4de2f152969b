import type { AstroIntegration } from 'astro'
import { defineConfig } from 'astro/config'
import deskseal, { type Customer, type DesksealOptions, type Identity } from 'deskseal/astro'

const options: DesksealOptions = {
  ticketCenter: { helpdeskId: 'desk-1', secretVariable: 'A_SECRET', align: 'left' },
  portal: { url: 'https://help.company.com', secretVariable: undefined },
}
const integration: AstroIntegration = deskseal(options)
export default defineConfig({ output: 'server', integrations: [integration, deskseal()] })

export const customer: Customer = { id: 42n, email: null }
export const keys: (keyof Identity)[] = ['email', 'signature', 'helpdeskId']

// @ts-expect-error a secret's text is not for a file that is committed
deskseal({ ticketCenter: { secret: 'text' } })
// @ts-expect-error there are three ways to align
deskseal({ ticketCenter: { align: 'top' } })
// @ts-expect-error a portal has a URL
deskseal({ portal: {} })
// @ts-expect-error the integration has no option `user`: it uses Astro.locals.user
deskseal({ user: () => null })
