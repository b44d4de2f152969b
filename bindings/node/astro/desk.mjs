import { getSecret } from 'astro:env/server'
import { Desk } from 'deskseal/astro/server'
import settings from 'virtual:deskseal/settings'

const { ticketCenter, portal, secretVariables } = settings

/** The application's desk. Its secrets are read when they are first used, never during a build. */
export const desk = new Desk({
  ticketCenter: {
    ...ticketCenter,
    get helpdeskId() {
      return ticketCenter.helpdeskId ?? getSecret('HELPDESKY_HELPDESK_ID')
    },
    get secret() {
      return getSecret(secretVariables.ticketCenter)
    },
  },
  portal: {
    ...portal,
    get secret() {
      return getSecret(secretVariables.portal)
    },
  },
  debug: import.meta.env.DEV,
})
