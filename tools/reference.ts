/** `npm run docs`: writes docs/reference from the code. `--check` writes nothing and fails where a page is stale. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { PAGES } from './reference/pages.ts'

const folder = join(dirname(import.meta.dirname), 'docs', 'reference')
const stale: string[] = []
mkdirSync(folder, { recursive: true })
for (const { file, render } of PAGES) {
  const path = join(folder, file)
  const text = await render()
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  stale.push(file)
  if (!process.argv.includes('--check')) writeFileSync(path, text)
}
if (process.argv.includes('--check') && stale.length > 0) {
  process.stderr.write(`Stale in docs/reference: ${stale.join(', ')}. Run \`npm run docs\`.\n`)
  process.exit(1)
}
process.stdout.write(
  `${PAGES.length} pages, ${stale.length} ${process.argv.includes('--check') ? 'stale' : 'written'}\n`,
)
