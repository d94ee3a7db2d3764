import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { PAGES } from './reference/pages.ts'

const folder = join(dirname(import.meta.dirname), 'docs', 'reference')

describe('the reference', () => {
  it.each(PAGES.map((page) => [page.file, page] as const))(
    '%s says what the code says (`npm run docs` writes it)',
    async (file, page) => {
      expect(readFileSync(join(folder, file), 'utf8')).toBe(await page.render())
    },
  )
})
