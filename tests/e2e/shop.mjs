// Actions of customers in an example. All examples are the same shop.

/** Opens the shop, and submits the sign-in form. */
export async function signIn(page, url, name, password = 'example') {
  await page.goto(url)
  await page.getByLabel(/^(Name|Username)/).fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Opens the shop, signs in as one of its customers, and waits until that has worked. */
export async function enter(page, url, name) {
  await signIn(page, url, name)
  await page.getByRole('button', { name: /^Sign out/ }).waitFor()
}

/** Opens the shop, signs in as a customer, and waits for the conversations. */
export async function enterSupport(page, url, name) {
  await enter(page, url, name)
  await page.getByText(`Signed in as ${name}@example.com`).waitFor()
  await page.getByRole('button', { name: /^(New|Start a) conversation$/ }).waitFor()
}

export async function leave(page) {
  await page.getByRole('button', { name: /^Sign out/ }).click()
  await page.getByLabel('Password').waitFor()
}

/** Follows the Help menu's link to the portal's form. */
export async function followHelp(page) {
  await page.getByText('Help', { exact: true }).click()
  await page.locator('nav').getByRole('link', { name: 'Write to us' }).click()
  await page.getByRole('heading', { name: 'How can we help?' }).waitFor()
  page.openedAt = Date.now()
}
