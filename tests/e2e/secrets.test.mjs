// Runs after all other tests: checks that no secret is in a page, a bundle, a log or an error page.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { world } from './world.mjs'

const { facts } = world

/** Folders of installed packages, which are not searched. */
const PACKAGES = ['node_modules']

/** Searches the paths with `deskseal scan`, which gets the secrets from its environment. */
function scan(paths) {
  const env = {
    ...process.env,
    HELPDESKY_HMAC_SECRET: facts.ticketCenterSecret,
    LETTERBOOK_PORTAL_TICKET_SECRET: facts.portalSecret,
  }
  const options = ['scan', '--format', 'json', ...paths]
  const { status, stdout, stderr } = spawnSync(world.command, options, { env, encoding: 'utf8' })
  return { status, report: JSON.parse(stdout || stderr) }
}

async function everythingIn(folder) {
  const names = await readdir(folder)
  return names.filter((name) => !PACKAGES.includes(name)).map((name) => join(folder, name))
}

for (const { name, folder } of world.examples) {
  test(`the build output and the stored files of ${name} contain no secret`, async () => {
    const { status, report } = scan(await everythingIn(folder))
    assert.equal(status, 0, JSON.stringify(report))
  })

  test(`the responses and the logs of ${name} contain no secret`, async () => {
    // One name may be the end of another, as that of Go's shop is.
    const isOfExample = (path) => basename(path).startsWith(`${name}-`)
    const pages = (await everythingIn(world.pages)).filter(isOfExample)
    const logs = (await everythingIn(world.logs)).filter(isOfExample)
    assert.ok(pages.length > 0)
    assert.equal(logs.length, 2)
    const { status, report } = scan([...pages, ...logs])
    assert.equal(status, 0, JSON.stringify(report))
  })
}

test("the desk's log contains no secret", () => {
  const { status, report } = scan([join(world.logs, 'desk.log')])
  assert.equal(status, 0, JSON.stringify(report))
})

for (const secret of ['ticketCenterSecret', 'portalSecret']) {
  test(`the search finds the ${secret} in a page that contains it`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'planted-'))
    t.after(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'page.html'), `<script>const key = "${facts[secret]}"</script>`)
    const { status, report } = scan([folder])
    assert.equal(status, 1)
    assert.ok(report.hits.length > 0)
  })
}
