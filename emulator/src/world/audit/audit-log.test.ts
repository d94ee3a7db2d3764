import { describe, expect, it } from 'vitest'
import { behavior } from '#testing/behavior.ts'
import * as fc from 'fast-check'

import { createWorld } from '#world/world.ts'
import { SCENARIOS, USUAL, scenariosOf } from '#scenarios/index.ts'

import { AuditLog, parseBlobId } from './audit-log.ts'
import { CONTENT_TYPES } from './content-types.ts'
import { HISTORY } from './schedule.ts'
import type { LiveActivity } from './schedule.ts'

const EPOCH = Date.parse('2026-11-20T14:00:00Z')
const HOUR = 3_600_000
const world = createWorld(42, EPOCH, 'small')
const logOf = (live: LiveActivity = 'normal') =>
  new AuditLog(createWorld(42, EPOCH, 'small'), live, [
    { audit: (of) => scenariosOf(USUAL).flatMap(({ steps }) => steps(of).flatMap(({ audit = [] }) => audit)) },
  ])
const log = logOf()
const history = CONTENT_TYPES.flatMap((type) => log.blobs(type, EPOCH - HISTORY, EPOCH, EPOCH + HOUR))

describe('the audit log', () => {
  it('holds 20,000 to 40,000 records before the epoch, in blobs of one to some hundred', () => {
    const sizes = history.map((blob) => blob.recordIds().length)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    expect(total).toBeGreaterThan(20_000)
    expect(total).toBeLessThan(40_000)
    expect(Math.min(...sizes)).toBe(1)
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(500)
  })

  it('is the same twice, record for record', () => {
    const again = logOf()
    for (const type of CONTENT_TYPES) {
      const [a, b] = [log, again].map((one) => one.blobs(type, EPOCH - 2 * HOUR, EPOCH + HOUR, EPOCH + 2 * HOUR))
      expect(b!.map(({ id }) => id)).toEqual(a!.map(({ id }) => id))
      expect(JSON.stringify(b!.map((blob) => blob.records()))).toBe(JSON.stringify(a!.map((blob) => blob.records())))
    }
  })

  it('names in advance the ids that the records then have', () => {
    for (const blob of history.slice(0, 300)) expect(blob.records().map(({ Id }) => Id)).toEqual(blob.recordIds())
  })

  behavior('documentation', 'publishes some records twice, and no blob id twice', () => {
    const ids = history.flatMap((blob) => blob.recordIds())
    const unique = new Set(ids).size
    expect(unique).toBeLessThan(ids.length)
    expect(unique).toBeGreaterThan(ids.length * 0.98)
    expect(new Set(history.map(({ id }) => id)).size).toBe(history.length)
  })

  behavior(
    'captured',
    'has times without a zone, none after the content was created, and content types that fit',
    () => {
      for (const blob of history.slice(-400))
        for (const record of blob.records()) {
          expect(record['CreationTime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
          expect(Date.parse(`${String(record['CreationTime'])}Z`)).toBeLessThanOrEqual(blob.createdAt)
          expect(record['OrganizationId']).toBe(world.tenantId)
        }
    },
  )

  it('goes on after the epoch every few seconds, and falls silent where live activity is off', () => {
    const minute = (one: AuditLog) =>
      CONTENT_TYPES.flatMap((type) => one.blobs(type, EPOCH, EPOCH + 60_000, EPOCH + HOUR)).length
    expect(minute(log)).toBeGreaterThan(5)
    expect(minute(logOf('quiet'))).toBeLessThan(minute(log) / 2)
    expect(minute(logOf('off'))).toBe(0)
  })

  behavior('inferred', 'lists some content only a while after it was created', () => {
    const live = CONTENT_TYPES.flatMap((type) => log.blobs(type, EPOCH, EPOCH + HOUR, EPOCH + 2 * HOUR))
    const late = live.filter(({ createdAt, listedAt }) => listedAt > createdAt)
    expect(late.length).toBeGreaterThan(0)
    const [blob] = late
    expect(log.find(blob!.id, blob!.listedAt - 1)).toBeUndefined()
    expect(log.find(blob!.id, blob!.listedAt)?.id).toBe(blob!.id)
  })

  it('gives the same content however the time is cut into windows', () => {
    const moment = fc.integer({ min: EPOCH - HISTORY, max: EPOCH + HOUR })
    fc.assert(
      fc.property(fc.constantFrom(...CONTENT_TYPES), moment, moment, moment, (type, ...moments) => {
        const [a, b, c] = moments.sort((x, y) => x - y) as [number, number, number]
        const ids = (from: number, to: number) => log.blobs(type, from, to, EPOCH + 2 * HOUR).map(({ id }) => id)
        expect([...ids(a, b), ...ids(b, c)]).toEqual(ids(a, c))
      }),
      { numRuns: 60 },
    )
  })

  it('finds every blob by its id, and nothing by an id that was made up', () => {
    for (const blob of history.slice(0, 200)) expect(log.find(blob.id, EPOCH)?.recordIds()).toEqual(blob.recordIds())
    const made = history[0]!.id.replaceAll(/^(\d{16})\d|\$(\d{16})\d/g, (text) => `${text.slice(0, -1)}x`)
    expect(parseBlobId(made)).toBeUndefined()
    expect(log.find(history[0]!.id.replaceAll('000001$', '000009$'), EPOCH)).toBeUndefined()
  })

  it('tells the account takeover in order, from failed sign-ins to the mass download', () => {
    const victim = SCENARIOS.find(({ id }) => id === 'account-takeover')!.truth(world) as { ip: string }
    const records = history
      .flatMap((blob) => blob.records())
      .filter((record) => String(record['ClientIP'] ?? '').startsWith(`${victim.ip}`))
      .sort((a, b) => (String(a['CreationTime']) < String(b['CreationTime']) ? -1 : 1))
    const operations = records.map((record) => String(record['Operation']))
    expect(operations.filter((operation, i) => operation !== operations[i - 1])).toEqual([
      'UserLoginFailed',
      'UserLoggedIn',
      'New-InboxRule',
      'Set-Mailbox',
      'MailItemsAccessed',
      'Send',
      'Add service principal.',
      'Add delegated permission grant.',
      'Add app role assignment grant to user.',
      'Consent to application.',
      'Add member to role.',
      'FileDownloaded',
    ])
    expect(operations.filter((operation) => operation === 'FileDownloaded').length).toBeGreaterThanOrEqual(50)
  })

  it('has one report of the phish, in the general content', () => {
    const reports = log
      .blobs('Audit.General', EPOCH - HISTORY, EPOCH, EPOCH)
      .flatMap((blob) => blob.records())
      .filter((record) => record['RecordType'] === 29)
    expect(reports).toHaveLength(1)
    expect(reports[0]).toMatchObject({
      Operation: 'UserSubmission',
      Workload: 'SecurityComplianceCenter',
      SubmissionType: 'Phish',
    })
    expect(reports[0]).not.toHaveProperty('ResultStatus')
  })
})
