// Helpers for customers and anonymous visitors in the portal.

import { until } from './world.mjs'

/** The portal takes a form that is sent sooner, in milliseconds, for a bot's, and asks to send it again. */
const SHORTEST_VISIT = 2_500

/** Opens the form, and records when. */
export async function openForm(page, url) {
  await page.goto(url)
  await page.getByRole('heading', { name: 'How can we help?' }).waitFor()
  page.openedAt = Date.now()
}

/** Fills in the open form, waits as long as a person needs, and sends it. */
export async function sendTicket(page, { message, email, name, subject }) {
  if (name) await page.getByLabel('Your name').fill(name)
  if (email) await page.getByLabel('Your e-mail address').fill(email)
  if (subject) await page.getByLabel('Subject').fill(subject)
  await page.getByLabel('Message').fill(message)
  await until(() => Date.now() - page.openedAt > SHORTEST_VISIT)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('heading', { name: 'We have your message' }).waitFor()
}

export const formUrl = ({ portalUrl }) => `${portalUrl}submit-ticket`
