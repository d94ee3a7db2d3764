import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { recordTypeName } from './record-types.ts'

const PUBLISHED = fileURLToPath(
  new URL('../../../../../../shared/data/microsoft/audit-log-record-type.json', import.meta.url),
)

describe('record types', () => {
  it('have the names that Microsoft gives them, and their number where Microsoft gives none', () => {
    expect(recordTypeName(1)).toBe('ExchangeAdmin')
    expect(recordTypeName(50)).toBe('ExchangeItemAggregated')
    expect(recordTypeName(9999)).toBe('RecordType 9999')
    expect(recordTypeName(-1)).toBe('RecordType -1')
  })

  it.skipIf(!existsSync(PUBLISHED))('cover all 247 of the published table (skipped where ../shared is absent)', () => {
    const table = JSON.parse(readFileSync(PUBLISHED, 'utf8')) as { value: number; name: string }[]
    expect(table).toHaveLength(247)
    for (const { value, name } of table) expect(recordTypeName(value)).toBe(name)
  })
})
