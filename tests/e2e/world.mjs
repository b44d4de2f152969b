// The desk and the examples that `cargo xtask test e2e` has started, and a browser for them.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { deskUrl, openFromInbox, signIn } from '../../server/tests/browser/dashboard.mjs'
import { launch, newTab, openPage } from '../../server/tests/browser/world.mjs'

/** The struct `World` of xtask/src/e2e.rs. */
export const world = JSON.parse(process.env.DESKSEAL_E2E)

/** Opens a browser with an agent at the dashboard, and closes it after the file's tests. */
export function useBrowser() {
  before(async () => {
    // Without this flag the browser keeps whole pages for going back, as users' browsers do.
    world.browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
    const agent = await openPage({ after() {} }, world)
    await signIn(agent, world.facts.agent, world)
    world.agent = agent.context()
  })
  after(() => world.browser.close())
}

/** Returns a page in a new browser context. Its responses are saved, to search them for secrets later. */
export async function openVisitor(t, name) {
  const page = await openPage(t, world)
  const kept = []
  page.on('response', (response) => kept.push(shown(response)))
  t.after(async () => keep(name, (await Promise.all(kept)).join('\n')))
  return page
}

/** Returns a page on which the agent has opened the conversation with this text. */
export async function openAsAgent(t, text) {
  const page = await newTab(world.agent)
  t.after(() => page.close())
  await page.goto(deskUrl(world, 'inbox'))
  await openFromInbox(page, text)
  return page
}

let count = 0

/** Saves a text, to search it for secrets when all tests have ended. */
export async function keep(name, text) {
  count += 1
  await writeFile(join(world.pages, `${name}-${process.pid}-${count}.txt`), text)
}

/** Returns a response as text. Redirects have no body, and neither has a page that was left. */
async function shown(response) {
  const body = await response.text().catch(() => '')
  return [response.status(), response.url(), JSON.stringify(response.headers()), body].join('\n')
}
