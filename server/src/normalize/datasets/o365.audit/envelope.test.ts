import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { o365Audit } from './normalizer.ts'

const RECORD = {
  Id: '6f0f2c52-5c0a-4d41-8d2c-7d4c9b0c8a11',
  CreationTime: '2026-11-20T08:31:09',
  RecordType: 6,
  Operation: 'FileDownloaded',
  OrganizationId: '5b0c0b8a-1111-4a4a-9c9c-0123456789ab',
  Workload: 'SharePoint',
  UserId: 'ana@harbor.example',
  UserType: 0,
  ClientIP: '203.0.113.7',
}
/** Spaced as no writer of ours spaces it: to see that the text is the record's own. */
const TEXT = JSON.stringify(RECORD, null, 1)

/** What programs put around a record's text. */
const AROUND_TEXT: Record<string, (text: string) => unknown> = {
  'Search-UnifiedAuditLog': (text) => ({ RecordType: 'SharePointFileOperation', UserIds: 'ana', AuditData: text }),
  'names in small letters': (text) => ({ auditdata: text }),
  'an Elastic document': (text) => ({ '@timestamp': '2026-11-20T08:31:10.000Z', event: { original: text } }),
  'an Elastic document with dotted names': (text) => ({ 'event.original': text, 'event.action': 'x' }),
  'one around another': (text) => ({ event: { original: JSON.stringify({ AuditData: text }) } }),
}

/** What programs put around a parsed record. */
const AROUND_OBJECT: Record<string, (record: object) => unknown> = {
  'the audit search of Microsoft Graph': (record) => ({ id: 'x', createdDateTime: 'x', auditData: record }),
  'an Elastic document before its pipeline': (record) => ({ o365audit: record }),
  'an Elastic document after its pipeline': (record) => ({ event: { kind: 'event' }, o365: { audit: record } }),
  'an Elastic document with dotted names': (record) => ({ 'o365.audit': record }),
  'an Elastic document whose original is not JSON': (record) => ({
    event: { original: '{Id=6f0f2c52, RecordType=6}' },
    o365audit: record,
  }),
}

describe('a record inside what other programs put around one', () => {
  it.each(Object.keys(AROUND_TEXT))('is kept as if it had come alone, with its own text: %s', (name) => {
    expect(o365Audit.normalize(JSON.stringify(AROUND_TEXT[name]!(TEXT)))).toEqual(o365Audit.normalize(TEXT))
  })

  it.each(Object.keys(AROUND_OBJECT))('is kept as if it had come alone, written anew: %s', (name) => {
    const outcome = o365Audit.normalize(JSON.stringify(AROUND_OBJECT[name]!(RECORD)))
    expect(outcome).toEqual(o365Audit.normalize(JSON.stringify(RECORD)))
  })

  it('makes no difference for any record (law, with fast-check)', () => {
    const records = fc.dictionary(fc.string(), fc.jsonValue()).map((rest) => JSON.stringify({ ...rest, ...RECORD }))
    const law = fc.property(records, fc.constantFrom(...Object.values(AROUND_TEXT)), (text, around) => {
      expect(o365Audit.normalize(JSON.stringify(around(text)))).toEqual(o365Audit.normalize(text))
    })
    expect(() => fc.assert(law, { numRuns: 200 })).not.toThrow()
  })

  it('gets back what Elastic moved out of it, but nothing that it has itself', () => {
    const { Id, Operation, Workload, OrganizationId, ClientIP, ...rest } = RECORD
    const document = {
      event: { id: Id, action: Operation, provider: Workload },
      organization: { id: OrganizationId },
      client: { address: ClientIP },
      o365: { audit: rest },
    }
    const alone = o365Audit.normalize(JSON.stringify(RECORD))
    expect(alone.outcome).toBe('kept')
    expect(o365Audit.normalize(JSON.stringify(document))).toMatchObject({
      event: alone.outcome === 'kept' && alone.event,
    })
    expect(
      o365Audit.normalize(JSON.stringify({ event: { action: 'another' }, o365: { audit: RECORD } })),
    ).toMatchObject({ event: { event: { action: Operation } } })
  })

  it('is not looked for in a record', () => {
    const record = { ...RECORD, AuditData: '{}', event: { original: '{}' } }
    expect(o365Audit.normalize(JSON.stringify(record))).toMatchObject({ outcome: 'kept', raw: record })
  })

  it.each([
    ['cut', '{"CreationTime":'],
    ['a list', '[]'],
    ['absent', null],
  ])('quarantines an AuditData that is %s, all of it as it came', (_, AuditData) => {
    const text = JSON.stringify({ CreationDate: 'x', AuditData })
    expect(o365Audit.normalize(text)).toEqual({
      outcome: 'quarantined',
      step: 'record',
      error: 'AuditData is not a JSON object.',
      original: text,
    })
  })

  it('quarantines envelopes without end', () => {
    const deep = `${'{"AuditData":'.repeat(5000)}{}${'}'.repeat(5000)}`
    expect(o365Audit.normalize(deep)).toMatchObject({ outcome: 'quarantined', step: 'record' })
  })
})

const SAMPLE = fileURLToPath(
  new URL('../../../../../../shared/data/events/elastic/o365/audit/sample_event.json', import.meta.url),
)

describe.skipIf(!existsSync(SAMPLE))('an indexed document of others (skipped where ../shared is absent)', () => {
  it('is the event that it was made from', () => {
    const text = readFileSync(SAMPLE, 'utf8')
    const { event } = JSON.parse(text) as { event: { id: string; action: string } }
    expect(o365Audit.normalize(text)).toMatchObject({
      outcome: 'kept',
      event: { event: { id: event.id, action: event.action } },
    })
  })
})
