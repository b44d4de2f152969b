// The README's snippets that name their file in their first line.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const README = readFileSync('README.md', 'utf8')

/** Writes a section's snippets where they say, and returns their paths. */
export function writeSnippets(section, folder) {
  const text = README.split(/^## /m).find((part) => part.startsWith(`${section}\n`))
  const snippets = [
    ...text.matchAll(/```\w+\n(?:\/\/|<!--|---\n\/\/) (\S+\.\w+)(?: -->)?\n.*?```/gs),
  ]
  return snippets.map(([snippet, path]) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), snippet.replace(/^```\w+\n/, '').replace(/```$/, ''))
    return path
  })
}
