import { getSecret } from 'astro:env/server'
import { Desk } from 'deskseal/astro/server'
import settings from 'virtual:deskseal/settings'

/** The application's desk. It reads its variables when they are first used, never during a build. */
export const desk = new Desk({ ...settings, variable: getSecret, debug: import.meta.env.DEV })
