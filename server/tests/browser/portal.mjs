// Customers and strangers at the portal.

import { until } from './world.mjs'

/** Nobody writes faster; the portal asks those who do to send once more. */
const HASTY = 2_500

/** Opens the form, and remembers when. */
export async function openForm(page, url) {
  await page.goto(url)
  await page.getByRole('heading', { name: 'How can we help?' }).waitFor()
  page.openedAt = Date.now()
}

/** Fills the open form as somebody who takes a moment, and sends it. */
export async function sendTicket(page, { message, email, name, subject }) {
  if (name) await page.getByLabel('Your name').fill(name)
  if (email) await page.getByLabel(/e-mail address|reach you/).fill(email)
  if (subject) await page.getByLabel('Subject').fill(subject)
  await page.getByLabel('Message').fill(message)
  await until(() => Date.now() - page.openedAt > HASTY)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('heading', { name: 'We have your message' }).waitFor()
}

export const formUrl = ({ portalUrl }) => `${portalUrl}submit-ticket`
