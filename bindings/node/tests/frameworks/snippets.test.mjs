// The README's components, in a page, as they are written.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import vue from '@vitejs/plugin-vue'
import { build } from 'vite'
import { writeSnippets } from './readme.mjs'
import { Site, launch, serveScript } from './site.mjs'

const folder = mkdtempSync(join(process.cwd(), 'snippets-'))

const PAGES = {
  react: `import { createElement } from 'react'
    import { createRoot } from 'react-dom/client'
    import { Support } from './Support.jsx'
    const root = createRoot(document.getElementById('app'))
    window.render = (user) => root.render(createElement(Support, { user }))`,
  vue: `import { createApp, h, shallowRef } from 'vue'
    import Support from './Support.vue'
    const user = shallowRef(null)
    createApp(() => h(Support, { user: user.value })).mount('#app')
    window.render = (signedIn) => (user.value = signedIn)`,
}

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

test('the README has both components', () => {
  assert.deepEqual(writeSnippets('React and Vue', folder), ['Support.jsx', 'Support.vue'])
})

for (const [name, page] of Object.entries(PAGES)) {
  test(`README: ${name}`, async (t) => {
    const site = await Site.start(t, await bundled(name, page))
    const context = await browser.newContext({ bypassCSP: true })
    t.after(() => context.close())
    const opened = await context.newPage()
    await serveScript(opened)
    await opened.goto(site.origin)
    await opened.evaluate('render(null)')
    await opened.getByRole('link', { name: 'Sign in' }).waitFor()
    await opened.evaluate('render({ id: 42 })')
    await opened.getByText('ada@example.com 9e3cbaa0').waitFor()
    await opened.evaluate('render(null)')
    await opened.getByRole('link', { name: 'Sign in' }).waitFor()
    assert.doesNotMatch(await opened.locator('body > main').innerHTML(), /ada@example\.com/)
    site.customer = { email: '' }
    await opened.evaluate('render({ id: 43 })')
    await opened.getByRole('link', { name: 'Write to us' }).waitFor()
  })
}

async function bundled(name, page) {
  const input = join(folder, `${name}.js`)
  writeFileSync(input, page)
  const outDir = join(folder, name)
  await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [vue()],
    build: { outDir, rollupOptions: { input, output: { entryFileNames: 'page.js' } } },
  })
  return readFileSync(join(outDir, 'page.js'), 'utf8').replaceAll('</script', '<\\/script')
}
