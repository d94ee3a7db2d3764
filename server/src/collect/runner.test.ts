import { array, assert, asyncProperty, constant, infiniteStream, integer, oneof, record } from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'

import type { Microsoft } from '#connect/microsoft.ts'
import { isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import { parseTenantId } from '#domain/ids.ts'
import { NO_COUNTS } from '#domain/outcome.ts'

import { ContentGone } from './feed.ts'
import { windowsOf } from './windows.ts'
import { collectFeed, type CollectResult, type IntakeBatch } from './runner.ts'
import { createMemoryLedger, type MemoryLedger } from './testing/memory-ledger.ts'
import { HOUR, rehearseFeed, type Rehearsal, type RehearsedBatch } from './testing/rehearsed-feed.ts'

const MINUTE = 60_000
const START = Date.parse('2026-11-20T09:20:00Z')
const tenantId = parseTenantId('5b0c7a51-0d6f-4f0e-9a53-3f5f0f8f7a01')!
const KEY = { tenantId, connectionId: 'connection-1', feed: 'rehearsed.stream' }

let now: number
let ledger: MemoryLedger
let rehearsal: Rehearsal
let ingested: IntakeBatch[]
let beforeIngest: () => void

beforeEach(() => {
  now = START
  ledger = createMemoryLedger()
  rehearsal = rehearseFeed(() => now)
  ingested = []
  beforeIngest = () => undefined
})

function pass(
  lookbackMs = 2 * HOUR,
  { signal = new AbortController().signal, sliceMs = Infinity } = {},
): Promise<CollectResult> {
  return collectFeed({
    feed: rehearsal.feed,
    key: KEY,
    // The rehearsed feed asks nothing of Microsoft.
    microsoft: { tenantId } as Microsoft,
    ledger,
    async ingest(portion) {
      beforeIngest()
      ingested.push(portion)
      return { ...NO_COUNTS, read: portion.records.length, kept: portion.records.length }
    },
    clock: { now: () => now },
    signal,
    lookbackMs,
    sliceMs,
  })
}

function batch(id: string, availableAt: number, more: Partial<RehearsedBatch> = {}): RehearsedBatch {
  return { id, availableAt, records: [`{"Id":"${id}"}`], ...more }
}

const unreadable = (): AppError =>
  new AppError({ code: 'CONNECT_REPLY_UNREADABLE', what: 'Could not read it.', why: 'It is HTML.', fix: 'Wait.' })
const tokens = (): string[] => ingested.map(({ token }) => token.split('/').at(-1)!)

describe('a healthy feed', () => {
  test('the first pass goes back as far as asked, on whole windows, and the next one continues', async () => {
    rehearsal.batches.push(batch('old', START - 4 * HOUR), batch('a', START - 2 * HOUR), batch('b', START - MINUTE))
    expect(await pass()).toMatchObject({ windows: 3, stored: 2, counts: { read: 2, kept: 2 }, failures: [] })
    expect(ledger.rows().map(({ from, to, state }) => [from, to, state])).toEqual([
      ['2026-11-20T07:00:00.000Z', '2026-11-20T08:00:00.000Z', 'complete'],
      ['2026-11-20T08:00:00.000Z', '2026-11-20T09:00:00.000Z', 'complete'],
      ['2026-11-20T09:00:00.000Z', '2026-11-20T10:00:00.000Z', 'in-progress'],
    ])
    expect(await ledger.readCheckpoint(KEY)).toEqual({ until: '2026-11-20T09:19:57.000Z' })

    now += MINUTE
    rehearsal.batches.push(batch('c', now - 10_000))
    expect(await pass()).toMatchObject({ stored: 1, failures: [] })
    expect(tokens()).toEqual(['b#0', 'a#0', 'c#0'])
    expect(await ledger.readCheckpoint(KEY)).toEqual({ until: '2026-11-20T09:20:57.000Z' })
    expect(ledger.rows().at(-1)).toMatchObject({ listed: 2, stored: 2, counts: { read: 2 } })
  })

  test('content that shows up late in a closed window is found: soon by overlap, in the end by reconciling', async () => {
    await pass()
    rehearsal.batches.push(
      batch('a little late', START - 25 * MINUTE, { listedFrom: START + MINUTE }),
      batch('very late', START - 90 * MINUTE, { listedFrom: START + MINUTE }),
    )
    now = START + 2 * MINUTE
    await pass()
    expect(tokens()).toEqual(['a little late#0'])
    now = START + HOUR
    await pass()
    expect(tokens()).toEqual(['a little late#0', 'very late#0'])
    expect(ledger.rows()[0]).toMatchObject({ state: 'complete', listed: 1, stored: 1 })
  })

  test('a span that is asked for again is listed again, older than the first pass went, and nothing is twice', async () => {
    const { windowing } = rehearsal.feed
    rehearsal.batches.push(batch('a', START - 90 * MINUTE), batch('old', START - 30 * HOUR))
    await pass()
    rehearsal.batches.push(batch('never looked for', START - 100 * MINUTE))
    now += 48 * HOUR
    await pass()
    expect(tokens()).toEqual(['a#0', 'never looked for#0'])
    const span = { from: START - 31 * HOUR, to: START - 29 * HOUR }
    const existing = await ledger.windows(tenantId, { from: isoTime(span.from), to: isoTime(span.to) }, KEY)
    const windows = windowsOf(windowing, existing, span, now)
    expect(windows.map(({ from }) => from)).toEqual([
      '2026-11-19T02:00:00.000Z',
      '2026-11-19T03:00:00.000Z',
      '2026-11-19T04:00:00.000Z',
    ])
    await ledger.request(KEY, windows, isoTime(now))
    now += MINUTE
    await pass()
    expect(tokens()).toEqual(['a#0', 'never looked for#0', 'old#0'])
    now += MINUTE
    expect(await pass()).toMatchObject({ stored: 0 })
    const asked = ledger.rows().filter(({ from }) => windows.some((window) => window.from === from))
    expect(asked.map(({ state }) => state)).toEqual(['complete', 'complete', 'complete'])
  })

  test('of a span that Microsoft no longer keeps, and of the future, nothing is asked for again', () => {
    const { windowing } = rehearsal.feed
    const of = (from: number, to: number) => windowsOf(windowing, [], { from, to }, now)
    expect(of(now - 10 * 24 * HOUR, now - 8 * 24 * HOUR)).toEqual([])
    expect(of(now + HOUR, now + 2 * HOUR)).toEqual([])
    expect(of(now - HOUR, now - 2 * HOUR)).toEqual([])
    expect(of(now - HOUR, now + HOUR).at(-1)?.from).toBe('2026-11-20T09:00:00.000Z')
  })

  test('what joins a window that was complete is counted as late, and makes its minute another batch', async () => {
    rehearsal.batches.push(batch('one record', START - 25 * MINUTE), batch('another', START - 100 * MINUTE))
    await pass()
    rehearsal.batches.shift()
    rehearsal.batches.push(batch('two records', START - 25 * MINUTE, { records: ['{"Id":"1"}', '{"Id":"2"}'] }))
    now += 2 * MINUTE
    expect(await pass()).toMatchObject({ stored: 1 })
    expect(ledger.rows()[1]).toMatchObject({ state: 'complete', listed: 1, stored: 1, late: 2, counts: { kept: 3 } })
    expect(ledger.rows()[0]).toMatchObject({ state: 'complete', listed: 1, stored: 1, late: 0 })
  })

  test('a batch listed twice is stored once', async () => {
    rehearsal.batches.push(batch('a', START - HOUR), batch('a', START - HOUR))
    expect(await pass()).toMatchObject({ stored: 1 })
    expect(ledger.rows()[1]).toMatchObject({ listed: 1, stored: 1 })
  })

  test('a large batch is stored in portions with the same tokens every time', async () => {
    const records = Array.from({ length: 12_501 }, (_, index) => `{"Id":"${index}"}`)
    rehearsal.batches.push(batch('large', START - HOUR, { records }))
    let left = 2
    beforeIngest = () => {
      if (left-- === 0) throw new Error('crash')
    }
    await expect(pass()).rejects.toThrow('crash')
    expect(ledger.batches()).toEqual([])
    const before = ingested
    ingested = []
    await pass()
    expect(tokens()).toEqual(['large#0', 'large#1', 'large#2'])
    expect(ingested.slice(0, 2)).toEqual(before)
    expect(ingested.flatMap((portion) => portion.records)).toEqual(records)
    expect(ledger.batches()).toMatchObject([{ id: 'large', counts: { read: 12_501 } }])
  })

  test('tokens of two tenants never collide', async () => {
    rehearsal.batches.push(batch('a', START - HOUR))
    await pass()
    expect(ingested[0]?.token).toBe(`${tenantId}/connection-1/rehearsed.stream/a#0`)
  })
})

describe('a back-fill', () => {
  const WEEK = 7 * 24 * HOUR

  test('collects the live edge first, then the last day from new to old, then the rest from old to new', async () => {
    const hours = [150, 60, 30, 20, 10, 1]
    rehearsal.batches.push(...hours.map((ago) => batch(`${ago}h`, START - ago * HOUR)), batch('now', START - MINUTE))
    await pass(WEEK - HOUR)
    expect(tokens()).toEqual(['now#0', '1h#0', '10h#0', '20h#0', '150h#0', '60h#0', '30h#0'])
  })

  test('lists a day at a time, and closes its empty windows together', async () => {
    const spans: number[] = []
    let commits = 0
    const [{ list }, commit] = [rehearsal.feed.source, ledger.commit]
    rehearsal.feed.source.list = (context, span) => {
      spans.push((span.to - span.from) / HOUR)
      return list(context, span)
    }
    ledger.commit = (...entries) => (commits++, commit(...entries))
    expect(await pass(WEEK - HOUR)).toMatchObject({ windows: 168, isUnfinished: false })
    expect(Math.max(...spans)).toBe(24)
    expect(spans).toHaveLength(8)
    expect(commits).toBe(8)
  })

  test('that does not end within its slice goes on with the next pass, which begins at the live edge', async () => {
    for (let index = 0; index < 60; index++) rehearsal.batches.push(batch(`old${index}`, START - 50 * HOUR + index))
    rehearsal.before = (step) => {
      if (step.kind === 'read') now += 1000
    }
    const slices: (string | undefined)[] = []
    let isUnfinished = true
    while (isUnfinished) {
      const id = `edge${slices.length}`
      rehearsal.batches.push(batch(id, now - 10_000))
      const before = ingested.length
      const result = await pass(WEEK - HOUR, { sliceMs: 5000 })
      isUnfinished = result.isUnfinished
      expect(tokens()[before]).toBe(`${id}#0`)
      expect(result.edge).toBeDefined()
      const { until } = (await ledger.readCheckpoint(KEY))!
      const isWhole = tokens().filter((token) => token.startsWith('old')).length === 60
      expect(Date.parse(until) <= START - 50 * HOUR || isWhole).toBe(true)
      slices.push(id)
    }
    expect(slices.length).toBeGreaterThan(5)
    expect(new Set(tokens()).size).toBe(60 + slices.length)
    expect(tokens()).toHaveLength(60 + slices.length)
    expect(ledger.rows().every(({ listed, stored }) => listed === stored)).toBe(true)
  })

  test('stores for longer than it lists, or a long listing would be begun anew for a few batches each', async () => {
    for (let index = 0; index < 100; index++) rehearsal.batches.push(batch(`old${index}`, START - 10 * HOUR + index))
    const list = rehearsal.feed.source.list
    rehearsal.feed.source.list = (context, span) => {
      now += 10_000
      return list(context, span)
    }
    rehearsal.before = (step) => {
      if (step.kind === 'read') now += 1000
    }
    const { stored, isUnfinished } = await pass(11 * HOUR, { sliceMs: 5000 })
    expect([stored >= 30, isUnfinished]).toEqual([true, true])
  })

  test('that is cut off for longer than Microsoft keeps is told as a gap', async () => {
    rehearsal.batches.push(batch('old', START - 50 * HOUR), batch('b', START - 49 * HOUR))
    rehearsal.before = (step) => {
      if (step.kind === 'read' && step.id === 'old') throw new Error('crash')
    }
    await expect(pass(60 * HOUR)).rejects.toThrow('crash')
    rehearsal.before = () => undefined
    now += 6 * 24 * HOUR
    await pass(60 * HOUR)
    const gap = ledger.rows().find(({ state }) => state === 'gap')
    expect(gap).toMatchObject({ from: '2026-11-17T21:00:00.000Z', reason: expect.stringMatching(/^Lost: /) })
    expect(ledger.rows().at(-1)).toMatchObject({ state: 'in-progress' })
  })
})

describe('trouble', () => {
  test('a batch that cannot be read holds up neither the others nor later windows, and is read again', async () => {
    rehearsal.batches.push(
      batch('bad', START - 2 * HOUR),
      batch('good', START - 2 * HOUR),
      batch('later', START - MINUTE),
    )
    rehearsal.before = (step) => {
      if (step.kind === 'read' && step.id === 'bad') throw unreadable()
    }
    const result = await pass()
    expect(result.failures).toMatchObject([{ code: 'CONNECT_REPLY_UNREADABLE' }])
    expect(tokens()).toEqual(['later#0', 'good#0'])
    expect(ledger.rows()[0]).toMatchObject({
      state: 'gap',
      listed: 2,
      stored: 1,
      reason: 'Not yet: Could not read it. It is HTML.',
    })
    expect(await ledger.readCheckpoint(KEY)).toEqual({ until: '2026-11-20T07:00:00.000Z' })

    rehearsal.before = () => undefined
    now += MINUTE
    expect(await pass()).toMatchObject({ stored: 1, failures: [] })
    expect(ledger.rows()[0]).toMatchObject({ state: 'complete', listed: 2, stored: 2 })
    expect(ledger.rows()[0]).not.toHaveProperty('reason')
    expect(await ledger.readCheckpoint(KEY)).toEqual({ until: isoTime(now - 3000) })
  })

  test('content that expired is a lasting gap with the code of Microsoft, and the checkpoint goes on', async () => {
    rehearsal.batches.push(batch('gone', START - 2 * HOUR), batch('there', START - 2 * HOUR))
    rehearsal.before = (step) => {
      if (step.kind === 'read' && step.id === 'gone') throw new ContentGone('AF20051')
    }
    expect(await pass()).toMatchObject({ stored: 1, failures: [] })
    const gap = {
      state: 'gap',
      reason: 'Lost: 1 of 2 batches could not be had any more (AF20051).',
      listed: 2,
      stored: 1,
    }
    expect(ledger.rows()[0]).toMatchObject(gap)
    expect(await ledger.readCheckpoint(KEY)).toEqual({ until: isoTime(now - 3000) })

    rehearsal.batches.shift()
    now += HOUR
    await pass()
    expect(ledger.rows()[0]).toMatchObject(gap)
  })

  test('beside a batch that is gone, one that could not be read is read again, and the loss stays told', async () => {
    for (const id of ['gone', 'bad', 'good']) rehearsal.batches.push(batch(id, START - 2 * HOUR))
    rehearsal.before = (step) => {
      if (step.kind === 'read' && step.id === 'gone') throw new ContentGone('AF20051')
      if (step.kind === 'read' && step.id === 'bad') throw unreadable()
    }
    await pass()
    const lost = 'Lost: 1 of 3 batches could not be had any more (AF20051).'
    const notYet = 'Not yet: Could not read it. It is HTML.'
    expect(ledger.rows()[0]).toMatchObject({ state: 'gap', reason: `${notYet}\n${lost}` })
    rehearsal.before = (step) => {
      if (step.kind === 'read' && step.id === 'gone') throw new ContentGone('AF20051')
    }
    await pass()
    expect(tokens()).toEqual(['good#0', 'bad#0'])
    expect(ledger.rows()[0]).toMatchObject({ state: 'gap', reason: lost, listed: 3, stored: 2 })
  })

  test('when the live edge cannot be listed, its windows say why and nothing else is tried', async () => {
    await pass()
    rehearsal.batches.push(batch('new', now + MINUTE))
    now += 2 * HOUR
    rehearsal.before = (step) => {
      if (step.kind === 'list') throw unreadable()
    }
    const { failures, isStopped, edge } = await pass()
    expect(failures).toMatchObject([{ code: 'CONNECT_REPLY_UNREADABLE' }])
    expect([isStopped, edge]).toEqual([false, isoTime(now - 3000)])
    rehearsal.batches.push(batch('newest', now - MINUTE))
    const refused = await pass()
    expect([refused.isStopped, refused.edge, refused.windows]).toEqual([true, undefined, 1])
    expect(ledger.rows().map(({ state }) => state)).toEqual(['complete', 'complete', 'gap', 'complete', 'gap'])
    rehearsal.before = () => undefined
    expect(await pass()).toMatchObject({ stored: 2, failures: [] })
    expect(ledger.rows().filter(({ state }) => state === 'gap')).toEqual([])
  })

  test('a window that cannot be listed holds up neither the live edge nor, after one pass, its neighbors', async () => {
    const hours = [30, 29, 28, 5, 4, 3]
    rehearsal.batches.push(...hours.map((ago) => batch(`${ago}`, START - ago * HOUR)), batch('edge', START - MINUTE))
    const list = rehearsal.feed.source.list
    rehearsal.feed.source.list = (context, span) => {
      const bad = START - 29 * HOUR
      if (span.from <= bad && bad < span.to) throw unreadable()
      return list(context, span)
    }
    expect((await pass(40 * HOUR)).failures).toHaveLength(1)
    expect(tokens()).toEqual(['edge#0', '3#0', '4#0', '5#0'])
    expect((await pass(40 * HOUR)).failures).toHaveLength(1)
    expect(tokens()).toEqual(['edge#0', '3#0', '4#0', '5#0', '28#0', '30#0'])
    const gaps = ledger.rows().filter(({ state }) => state === 'gap')
    expect(gaps.map(({ from }) => from)).toEqual(['2026-11-19T04:00:00.000Z'])
    expect(await ledger.readCheckpoint(KEY)).toEqual({ until: '2026-11-19T04:00:00.000Z' })
  })

  test('when Microsoft cannot be made to deliver, the newest window says why', async () => {
    rehearsal.before = (step) => {
      if (step.kind === 'prepare') throw unreadable()
    }
    expect(await pass()).toMatchObject({ windows: 0, failures: [{ code: 'CONNECT_REPLY_UNREADABLE' }] })
    expect(ledger.rows()).toMatchObject([{ from: '2026-11-20T09:00:00.000Z', state: 'gap' }])

    rehearsal.before = () => undefined
    rehearsal.batches.push(batch('a', START + HOUR))
    now += 3 * HOUR
    expect(await pass(0)).toMatchObject({ stored: 1 })
  })

  test('a service that gives nothing at all is left alone after some failures, until the next pass', async () => {
    for (let index = 0; index < 100; index++) rehearsal.batches.push(batch(`b${index}`, START - 2 * HOUR))
    rehearsal.before = (step) => {
      if (step.kind === 'read') throw unreadable()
    }
    const { failures, windows } = await pass()
    expect(failures).toHaveLength(24)
    expect(windows).toBe(3)
    expect(ledger.rows().filter(({ state }) => state === 'gap')).toHaveLength(1)
  })

  test('content that the subscription never delivered stays a gap, whatever is listed', async () => {
    await pass()
    rehearsal.feed.source.prepare = async () => ({ outage: 'The subscription was found disabled.' })
    now += 10 * MINUTE
    await pass()
    delete rehearsal.feed.source.prepare
    now += MINUTE
    await pass()
    expect(ledger.rows().map(({ state, reason }) => [state, reason])).toEqual([
      ['complete', undefined],
      ['complete', undefined],
      ['gap', 'Not yet: This window is not over.\nLost: The subscription was found disabled.'],
    ])
    now += HOUR
    await pass()
    expect(ledger.rows()[2]).toMatchObject({ state: 'gap', reason: 'Lost: The subscription was found disabled.' })
  })

  test('what was not collected while it was kept is a gap, and collecting goes on from what is kept', async () => {
    await pass()
    now += 9 * 24 * HOUR
    rehearsal.batches.push(batch('a', now - HOUR))
    expect(await pass()).toMatchObject({ stored: 1, failures: [] })
    const gaps = ledger.rows().filter(({ state }) => state === 'gap')
    expect(gaps.map(({ from, to }) => [from, to])).toEqual([
      ['2026-11-20T09:00:00.000Z', '2026-11-20T10:00:00.000Z'],
      ['2026-11-20T10:00:00.000Z', '2026-11-22T09:20:00.000Z'],
    ])
    for (const { reason } of gaps)
      expect(reason).toMatch(/^Lost: some of it was not collected while Microsoft kept it \(7 days\)/)
    expect(ledger.rows().filter(({ state }) => state === 'in-progress')).toHaveLength(1)
  })

  test('a stop leaves what is stored and continues later', async () => {
    const stop = new AbortController()
    rehearsal.batches.push(batch('a', START - 2 * HOUR), batch('b', START - HOUR))
    beforeIngest = () => stop.abort(new Error('stopped'))
    await expect(pass(2 * HOUR, stop)).rejects.toThrow('stopped')
    beforeIngest = () => undefined
    await pass()
    expect(new Set(tokens())).toEqual(new Set(['a#0', 'b#0']))
  })
})

/** A crash of the rehearsal is survived, a broken expectation is not. */
function rethrowFailed(error: Error): void {
  if (error.message !== 'crash' && !(error instanceof AppError)) throw error
}

test('whatever fails whenever, in the end every batch is stored and every record has one token', async () => {
  const HOURS = 30
  await assert(
    asyncProperty(
      array(
        record({
          at: integer({ min: 1, max: HOURS * 60 - 1 }),
          late: oneof(constant(0), integer({ min: 1, max: 8 * 60 })),
          size: integer({ min: 0, max: 3 }),
          isGone: integer({ min: 0, max: 9 }).map((rolled) => rolled === 0),
        }),
        { maxLength: 25 },
      ),
      array(oneof({ weight: 9, arbitrary: integer({ min: 1, max: 400 }) }, integer({ min: 1441, max: 1800 })), {
        minLength: 3,
        maxLength: 30,
      }),
      infiniteStream(integer({ min: 0, max: 19 })),
      async (made, pauses, dice) => {
        now = START
        ledger = createMemoryLedger()
        rehearsal = rehearseFeed(() => now)
        ingested = []
        const gone = new Set<string>()
        made.forEach(({ at, late, size, isGone }, index) => {
          if (isGone) gone.add(`b${index}`)
          const availableAt = START + at * MINUTE
          const records = Array.from({ length: size }, (_, each) => `{"Id":"${index}-${each}"}`)
          rehearsal.batches.push({ id: `b${index}`, availableAt, listedFrom: availableAt + late * MINUTE, records })
        })
        let isCalm = true
        const roll = (): number => (isCalm ? 99 : dice.next().value!)
        rehearsal.before = (step) => {
          if (step.kind === 'read' && gone.has(step.id)) throw new ContentGone('AF20051')
          const rolled = roll()
          if (rolled === 0) throw unreadable()
          if (rolled === 1 && step.kind !== 'read') throw new Error('crash')
          // Longer than a slice.
          if (rolled === 4 && step.kind === 'read') now += 11_000
        }
        beforeIngest = () => {
          if (roll() === 2) throw new Error('crash')
        }
        const commit = ledger.commit
        ledger.commit = async (...args) => {
          // The records are durable and the ledger does not know.
          if (roll() === 3) throw new Error('crash')
          await commit(...args)
          const { until } = (await ledger.readCheckpoint(KEY)) ?? { until: '' }
          const stored = new Set(ledger.batches().map(({ id }) => id))
          const passed = rehearsal.batches.filter(
            ({ id, availableAt, listedFrom }) =>
              !gone.has(id) && isoTime(availableAt) < until && listedFrom === availableAt,
          )
          expect(passed.filter(({ id }) => !stored.has(id))).toEqual([])
        }
        // The ledger begins with the first pass; from then on anything may happen.
        await pass(0)
        isCalm = false
        for (const minutes of pauses) {
          now += minutes * MINUTE
          await pass(0, { sliceMs: 10_000 }).catch(rethrowFailed)
        }
        isCalm = true
        // Long enough for all to be listed and one reconciling pass behind that.
        now = Math.max(now, START + (HOURS + 9) * HOUR)
        for (let last = 0; last < 3; last++, now += HOUR) await pass(0)

        const byToken = Map.groupBy(ingested, ({ token }) => token)
        for (const same of byToken.values()) for (const again of same) expect(again).toEqual(same[0])
        const lateness = ({ listedFrom = 0, availableAt }: RehearsedBatch): number => listedFrom - availableAt
        expect(rehearsal.batches.every((each) => lateness(each) <= 8 * HOUR)).toBe(true)
        const lost = rehearsal.batches.filter(({ id }) => gone.has(id))
        const kept = rehearsal.batches.filter(({ id }) => !gone.has(id))
        expect(new Set(ledger.batches().map(({ id }) => id))).toEqual(new Set(kept.map(({ id }) => id)))
        const stored = [...byToken.values()].flatMap((same) => same[0]!.records)
        expect(stored.toSorted()).toEqual(kept.flatMap(({ records }) => records).toSorted())
        for (const { from, to, state, listed, stored: count, reason } of ledger.rows()) {
          const missing = lost.filter(({ availableAt: at }) => isoTime(at) >= from && isoTime(at) < to)
          const isTold = /^Lost: .*\(AF20051\)\.$/.test(reason ?? '')
          expect([state === 'gap', isTold, listed - count]).toEqual([isTold, missing.length > 0, missing.length])
        }
      },
    ),
    { numRuns: 150 },
  )
})
