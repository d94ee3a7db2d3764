import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterAll, describe, expect, it } from 'vitest'

import { findViolations, sourceFiles } from './structure.ts'

const root = dirname(import.meta.dirname)
const planted = mkdtempSync(join(tmpdir(), 'cordon-structure-'))
afterAll(() => rmSync(planted, { recursive: true, force: true }))

describe('the tree', () => {
  it('has no import against layers.json, no ../, no unit outside its list, no rule without cases', () => {
    expect(findViolations(root)).toEqual([])
  })

  it('is really read: the server alone has dozens of files', () => {
    expect(sourceFiles(root, ['server']).length).toBeGreaterThan(40)
  })
})

describe('a planted violation', () => {
  const plant = (file: string, text: string) => {
    mkdirSync(dirname(join(planted, file)), { recursive: true })
    writeFileSync(join(planted, file), text)
  }
  plant(
    'layers.json',
    JSON.stringify({
      server: { domain: [], connect: ['domain'], app: ['domain', 'connect'] },
      workspaces: { server: ['@cordon/api'], console: ['@cordon/api'], emulator: [], api: [] },
    }),
  )

  const cases = [
    ['an import of the layer above', 'server/src/connect/a.ts', "import { up } from '#app/up.ts'\n", 'layer'],
    [
      'a type-only import of the layer above',
      'server/src/domain/b.ts',
      "import type { Up } from '#connect/a.ts'\n",
      'layer',
    ],
    ['a dynamic import of the layer above', 'server/src/domain/c.ts', "await import('#connect/a.ts')\n", 'layer'],
    ['a climb to a neighbor', 'server/src/connect/d.ts', "import { x } from '../domain/b.ts'\n", 'parent-import'],
    ['a re-export by a climb', 'server/src/connect/e.ts', "export * from '../domain/b.ts'\n", 'parent-import'],
    ['an import of the server by the console', 'console/src/f.ts', "import { x } from '@cordon/server'\n", 'workspace'],
    [
      'an import of the wire schemas by the emulator',
      'emulator/src/g.ts',
      "import { x } from '@cordon/api'\n",
      'workspace',
    ],
    ['a feed that no list names', 'server/src/collect/feeds/new-feed/feed.ts', '', 'unlisted-unit'],
    ['a rule without cases', 'rules/m365/exchange/quiet/rule.yml', 'title: x\n', 'missing-cases'],
  ] as const
  for (const [, file, text] of cases) plant(file, text)
  plant('server/src/collect/feeds/index.ts', "import { old } from './old-feed/feed.ts'\n")

  for (const [name, file, , rule] of cases) {
    it(`is found: ${name}`, () => {
      const found = findViolations(planted)
      expect(found.some((violation) => file.startsWith(violation.file) && violation.rule === rule)).toBe(true)
    })
  }
})
