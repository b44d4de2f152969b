// The examples, installed with the tarballs, built without a secret, and visited by two customers.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import test, { after, before } from 'node:test'
import { Verifier } from 'deskseal'
import { assertNoSecret, environment, freePort, started } from './running.mjs'
import { goBack, launch, serveScript } from './site.mjs'

const { DESKSEAL_REPOSITORY, DESKSEAL_TARBALLS } = process.env
const SECRETS = {
  HELPDESKY_HMAC_SECRET: 'example-secret-for-documentation',
  LETTERBOOK_PORTAL_TICKET_SECRET: 'another-secret-for-documentation',
}
const BUILT = { express: ['dist'], next: ['.next/server', '.next/static'], astro: ['dist'] }

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

for (const [name, built] of Object.entries(BUILT)) {
  test(`examples/${name}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), `${name}-`))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    install(name, folder)
    const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json')))
    const [build, serve] = scripts.start.split(' && ')

    const { status, stdout, stderr } = spawnSync(build, {
      cwd: folder,
      env: environment(folder),
      shell: true,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stdout + stderr)
    const address = { HOST: '127.0.0.1', HOSTNAME: '127.0.0.1', PORT: await freePort() }
    const env = { ...SECRETS, HELPDESKY_HELPDESK_ID: 'desk-1', ...address }
    // The shell becomes the server, and ends when that ends.
    const options = { cwd: folder, env: environment(folder, env), shell: true }
    const { origin, printed } = await started(t, `exec ${serve}`, [], options)

    const page = await visitor(t, origin)
    await signIn(page, 'ada', 'wrong')
    await page.getByRole('alert').waitFor()
    await signIn(page, 'ada', 'example')
    await page.getByText(/^ada@example\.com [0-9a-f]{64} desk-1$/).waitFor()
    assert.equal(await portalUser(page), '1')
    await page.getByText(/^ada@example\.com /).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    assert.doesNotMatch(await page.content(), /ada@example\.com|data-signature/)
    assert.equal((await page.request.get('/deskseal/identity')).status(), 204)
    await signIn(page, 'grace', 'example')
    await page.getByText(/^grace@example\.com [0-9a-f]{64} desk-1$/).waitFor()
    assert.equal(await portalUser(page), '2')
    await followPortalLink(page)
    await signOutInAnotherTab(page)
    await goBack(page)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    assert.doesNotMatch(await page.content(), /grace@example\.com|data-signature/)
    assert.deepEqual(page.failures, [])

    const paths = built.map((path) => join(folder, path))
    assertNoSecret(paths, Object.values(SECRETS))
    for (const secret of Object.values(SECRETS)) assert.ok(!printed.join('').includes(secret))
  })
}

/** Copies the example, and installs what its lock file lists and, from the tarballs, the package. */
function install(name, folder) {
  const isSource = (path) => !['node_modules', '.next', 'dist'].includes(basename(path))
  const example = join(DESKSEAL_REPOSITORY, 'examples', name)
  cpSync(example, folder, { recursive: true, filter: isSource })
  withoutPackage(join(folder, 'package.json'), ({ dependencies }) => [dependencies])
  withoutPackage(join(folder, 'package-lock.json'), ({ packages }) => [
    packages,
    packages[''].dependencies,
  ])
  npm(folder, ['ci'])
  npm(folder, ['install', '--no-save', '--no-package-lock', ...DESKSEAL_TARBALLS.split(delimiter)])
}

function withoutPackage(path, listsOf) {
  const manifest = JSON.parse(readFileSync(path))
  for (const list of listsOf(manifest)) {
    const names = Object.keys(list).filter((name) => /^(node_modules\/)?deskseal/.test(name))
    for (const name of names) delete list[name]
  }
  writeFileSync(path, JSON.stringify(manifest))
}

function npm(folder, options) {
  execFileSync('npm', [...options, '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore' })
}

async function visitor(t, origin) {
  const context = await browser.newContext({ baseURL: origin })
  t.after(() => context.close())
  const page = await context.newPage()
  page.failures = []
  page.on('pageerror', (error) => page.failures.push(error.message))
  await serveScript(page)
  await page.route('https://help.company.com/**', (route) => route.fulfill({ body: 'The portal.' }))
  await page.goto('/')
  return page
}

async function signIn(page, name, password) {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Follows the link of the Help menu, and returns who the portal would say has come. */
async function portalUser(page) {
  await followPortalLink(page)
  const verifier = new Verifier(SECRETS.LETTERBOOK_PORTAL_TICKET_SECRET)
  const { userId } = verifier.verifyLink('help.company.com', page.url())
  await goBack(page)
  return userId
}

async function followPortalLink(page) {
  const link = page.locator('nav').getByRole('link', { name: 'Write to us' })
  // A page that the browser has kept has its menu open.
  if (!(await link.isVisible())) await page.getByText('Help', { exact: true }).click()
  await link.click()
  await page.waitForURL('https://help.company.com/**')
}

async function signOutInAnotherTab(page) {
  const tab = await page.context().newPage()
  await serveScript(tab)
  await tab.goto('/')
  await tab.getByRole('button', { name: 'Sign out' }).click()
  await tab.getByRole('heading', { name: 'Sign in' }).waitFor()
  await tab.close()
}
