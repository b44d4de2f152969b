// Helpers for agents and owners in the dashboard.

/** Signs in, and waits for the inbox. */
export async function signIn(page, { email, password }, { facts }) {
  await page.goto(`${facts.dashboardUrl}sign-in`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
}

/** Confirms the password on a page that asks for it, such as one with secrets. */
export async function confirmPassword(page, { password }) {
  await page.getByRole('heading', { name: 'Confirm your password' }).waitFor()
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Confirm password' }).click()
}

export const deskUrl = ({ facts }, page) => `${facts.dashboardUrl}desks/${facts.helpdeskId}/${page}`

/** Opens the conversation whose row in the inbox has this text. */
export async function openFromInbox(page, text) {
  await page.getByRole('listitem').filter({ hasText: text }).getByRole('link').first().click()
  await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor({ state: 'hidden' })
}

/** Returns the message with this text in the open conversation. */
export const messageWith = (page, text) => page.locator('.message').filter({ hasText: text })

/** Writes a reply or a private note in the open conversation. */
export async function reply(page, text, { note = false, instantly = false } = {}) {
  await page.getByRole('radio', { name: note ? 'Private note' : 'Reply' }).check()
  await page.getByLabel('Your text').fill(text)
  if (instantly) await page.getByLabel('Send instantly').check()
  await page.getByRole('button', { name: note ? 'Add note' : 'Send reply' }).click()
  await messageWith(page, text).waitFor()
}
