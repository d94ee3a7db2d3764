import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const text = readFileSync(at('fidelity.md'), 'utf8')
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (Behavior|-)/.test(line) && !line.startsWith('| **'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

describe('fidelity.md', () => {
  it('names a known source and an existing test in every row', () => {
    const sources = new Set(['documentation', 'CSDL', 'captured', 'third-party code', 'inferred'])
    expect(rows.length).toBeGreaterThan(40)
    expect(rows.filter(([, , source]) => !sources.has(source!)).map(([, row]) => row)).toEqual([])
    expect(
      rows.filter(([, , , witness]) => witness !== 'none yet' && !existsSync(at(witness!))).map(([, row]) => row),
    ).toEqual([])
  })

  it('says at the top how many rows are inferred', () => {
    const inferred = rows.filter(([, , source]) => source === 'inferred').length
    expect(text).toContain(`Rows marked inferred: ${inferred}\n`)
  })
})
