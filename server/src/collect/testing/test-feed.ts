import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

import type { Feed } from '#collect/feed.ts'
import { isoTime } from '#domain/clock.ts'

import type { FeedFacts } from './feed-facts.ts'
import { openFeedStage, someOf, type FeedStage } from './feed-stage.ts'

export { GRAPH_WORDS, type FeedFacts } from './feed-facts.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** As far as the suite lets clocks differ. */
const SKEW = 10 * MINUTE
const NONE = { lost: [] as string[], invented: [] as string[], gaps: [] as (string | undefined)[] }
const CLEAN = { ...NONE, unstruck: 0 }
const HTML = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in to the hotel</html>' }
const NOT_YET = expect.stringMatching(/^Not yet: /)
const Application = z.object({ clientId: z.string(), secret: z.string() })

/**
 * The contract of a feed, against the emulator over HTTPS: whatever the service does, in the end every record is stored,
 * under one identity, and what is missing meanwhile is a gap with its reason. What a feed does not have is skipped with the
 * reason in the title, so that nothing passes for proven that is not; a fault that struck nothing fails its test.
 */
export function testFeed(feed: Feed, facts: FeedFacts): void {
  const { listing, reading, nextPage, subscription, words, neverLate, notHttp, lookbackMs = 4 * HOUR } = facts
  const { windowMs, retentionMs, reconcileMs, settleMs } = feed.windowing
  const steps = [
    { step: 'listing', path: listing, lacks: '' },
    { step: 'turning pages', path: nextPage, lacks: 'its listings have one page' },
    { step: 'reading', path: reading, lacks: 'its records come with their listing' },
    ...Object.entries(facts.moreSteps ?? {}).map(([step, path]) => ({ step, path, lacks: '' })),
  ]

  describe(`feed ${feed.id}`, () => {
    let stage: FeedStage
    /** What a pass without trouble stores, under how many identities, and how often it lists. */
    let expected: Set<string>
    let tokens: number
    let listings: number

    beforeAll(async () => {
      stage = await openFeedStage(feed, facts)
      listings = await stage.requestsOf(listing, () => stage.pass())
      expected = stage.identities()
      tokens = stage.records.size
    })
    afterAll(() => stage.stop())
    beforeEach(() => stage.clear())

    /** After another pass: what should be stored and is not, what is and should not be, gaps, faults that never struck. */
    async function flawsAfterPass(): Promise<typeof CLEAN> {
      await stage.pass()
      const stored = stage.identities()
      return {
        lost: someOf(expected, stored),
        invented: someOf(stored, expected),
        gaps: stage.gaps(),
        unstruck: await stage.unstruck(),
      }
    }

    /** A pass so much later that everything recent is listed once more, up to this very moment. */
    async function passLater(): Promise<void> {
      await stage.advance(windowMs + 2 * SKEW)
      stage.skewMs = settleMs + 1000
      await stage.pass()
    }

    /** A test of what not every feed has. */
    function testWhere(has: boolean, lacks: string, title: string, run: () => Promise<void>): void {
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- both come from the caller
      test.skipIf(!has)(has ? title : `${title} (skipped: ${lacks})`, run)
    }

    /** A test of each step in which a feed talks to Microsoft. `nth` request is not the first, where there are more. */
    function testSteps(title: string, run: (path: string, nth: number) => Promise<void>): void {
      for (const { step, path, lacks } of steps) {
        testWhere(path !== undefined, lacks, `${title} while ${step}`, () =>
          run(path!, path === nextPage ? 1 : path === listing ? Math.min(2, listings) : 2),
        )
      }
    }

    test('the first pass collects everything that there is, word for word', async () => {
      stage.skewMs = settleMs + 1000
      await stage.pass({ lookbackMs: Math.max(DAY, lookbackMs) })
      expect(await stage.flaws()).toEqual(NONE)
      const texts = [...stage.records.values()].flat()
      expect(texts.length).toBeGreaterThanOrEqual(facts.atLeast ?? 100)
      expect(stage.ledger.rows().every(({ listed, stored }) => listed === stored)).toBe(true)
      expect(stage.ledger.batches().reduce((sum, { counts }) => sum + counts.read, 0)).toBe(texts.length)
    })

    test('stopped halfway, it continues without loss and under the same identities', async () => {
      const stop = new AbortController()
      stage.ingesting = () => stage.records.size === Math.min(3, tokens - 1) && stop.abort(new Error('stopped'))
      await expect(stage.pass({ signal: stop.signal })).rejects.toThrow('stopped')
      const stored = stage.ledger.batches().length
      expect(stored).toBeGreaterThan(0)
      expect(stored).toBeLessThan(tokens)
      expect(await flawsAfterPass()).toEqual(CLEAN)
      expect(stage.records.size).toBe(tokens)
    })

    testSteps(`throttling ${notHttp ? '' : 'with and without a time to wait '}is waited out`, async (path) => {
      if (!notHttp) await stage.strike(path, { ...words.throttled, headers: { 'retry-after': '7' } })
      await stage.strike(path, words.throttled)
      expect(await flawsAfterPass()).toEqual(CLEAN)
      if (notHttp) return
      expect(stage.waits).toContain(7000)
      expect(stage.waits.length).toBeGreaterThanOrEqual(2)
    })

    testSteps('a token that runs out is replaced', async (path, nth) => {
      await stage.strike(path, words.unauthorized, { nth })
      expect(await flawsAfterPass()).toEqual(CLEAN)
    })

    for (const [how, fault] of [['cut short', { truncate: true }] as const, ['lost', { reset: true }] as const]) {
      testSteps(`a reply that was ${how} is asked for again`, async (path, nth) => {
        await stage.strike(path, fault, { nth })
        expect(await flawsAfterPass()).toEqual(CLEAN)
      })
    }

    testSteps('a service that is busy is waited for', async (path) => {
      await stage.strike(path, words.busy, { times: 2 })
      expect(await flawsAfterPass()).toEqual(CLEAN)
    })

    testWhere(
      !notHttp,
      notHttp ?? '',
      'HTML in place of a listing is a gap, and the next pass collects it',
      async () => {
        // Every request: one listing may take several.
        await stage.strike(listing, HTML, {})
        expect(await stage.pass()).toMatchObject({ failures: [{ code: 'CONNECT_REPLY_UNREADABLE' }], stored: 0 })
        expect(new Set(stage.gaps())).toEqual(new Set([NOT_YET]))
        expect(await stage.unstruck()).toBe(0)
        await stage.emulator.request('/faults', undefined, 'DELETE')
        expect(await flawsAfterPass()).toEqual(CLEAN)
      },
    )

    testWhere(
      reading !== undefined,
      'its records come with their listing',
      'HTML in place of a batch holds up nothing else, is a gap with its reason, and is read again',
      async () => {
        await stage.strike(reading!, HTML)
        const { failures, stored } = await stage.pass()
        expect(failures).toMatchObject([{ code: 'CONNECT_REPLY_UNREADABLE' }])
        expect(stored).toBeGreaterThan(1)
        expect(stage.gaps()).toEqual([NOT_YET])
        expect(await flawsAfterPass()).toEqual(CLEAN)
      },
    )

    testWhere(
      words.expired !== undefined,
      'its records come with their listing',
      'a batch that Microsoft no longer has is told as lost with its code, and the rest is collected',
      async () => {
        const { code, ...reply } = words.expired!
        await stage.strike(reading!, reply)
        expect(await stage.pass()).toMatchObject({ failures: [], stored: tokens - 1 })
        expect(stage.gaps()).toEqual([expect.stringContaining(code)])
        expect(stage.gaps()[0]).toMatch(/Lost: 1 of /)
      },
    )

    testWhere(
      words.tooOld !== undefined,
      'the service lists nothing then, instead of refusing',
      'a listing that begins before what the service keeps is told as lost, and the rest is collected',
      async () => {
        const oldest = isoTime(stage.now - retentionMs).slice(0, 13)
        await stage.strike(`${listing}.*${oldest}`, words.tooOld!, {})
        expect((await stage.pass({ lookbackMs: retentionMs + DAY })).failures).toEqual([])
        expect(stage.gaps()).toEqual([expect.stringMatching(/^Lost: /)])
        expect(await flawsAfterPass()).toMatchObject({ lost: [], unstruck: 0 })
      },
    )

    testWhere(
      nextPage !== undefined && words.stalePage !== undefined,
      nextPage === undefined ? 'its listings have one page' : 'its pages have no addresses',
      'where the address of the next page went stale, the listing begins anew',
      async () => {
        await stage.strike(nextPage!, words.stalePage!)
        expect((await stage.pass()).failures).toEqual([])
        expect(await flawsAfterPass()).toEqual(CLEAN)
      },
    )

    const lacksSubscription = 'it needs no subscription'
    testWhere(
      subscription !== undefined,
      lacksSubscription,
      'starting a subscription that runs already is no failure',
      async () => {
        await stage.strike(subscription!.listing, { ...subscription!.disabled, body: [] })
        await stage.strike(subscription!.starting, subscription!.alreadyEnabled)
        expect((await stage.pass()).failures).toEqual([])
        expect(await flawsAfterPass()).toEqual(CLEAN)
      },
    )

    test('what is listed twice is stored once', async () => {
      await stage.strike(listing, { duplicate: true }, {})
      expect(await flawsAfterPass()).toEqual(CLEAN)
      expect(stage.records.size).toBe(tokens)
    })

    testWhere(
      reading !== undefined,
      'its records come with their listing',
      'a record that a batch holds twice has one identity',
      async () => {
        await stage.strike(reading!, { duplicate: true }, {})
        expect(await flawsAfterPass()).toEqual(CLEAN)
      },
    )

    test('without the permission the error names it, and granting it is all there is to do', async () => {
      const application = Application.parse(
        await stage.emulator.request('/applications', { name: 'No roles', roles: [] }),
      )
      const clock = { now: () => stage.now }
      const { failures } = await stage.pass({ as: stage.emulator.client({ application, clock }) })
      expect(failures).toMatchObject([{ code: 'CONNECT_PERMISSION_MISSING' }])
      expect(failures[0]?.fix).toContain(facts.permission)
      expect(new Set(stage.gaps())).toEqual(new Set([expect.stringContaining(facts.permission)]))
      expect(await flawsAfterPass()).toEqual(CLEAN)
    })

    testWhere(
      facts.license !== undefined,
      'it needs no license of Entra',
      'in a tenant without the license the error names it, and assigning it is all there is to do',
      async () => {
        await stage.emulator.request('/entra-plan', { plan: 'free' })
        const { failures } = await stage.pass()
        await stage.emulator.request('/entra-plan', { plan: 'P2' })
        expect(failures).toMatchObject([{ code: 'CONNECT_REQUEST_REFUSED' }])
        expect(failures[0]?.why).toContain('Authentication_RequestFromNonPremiumTenantOrB2CTenant')
        expect(failures[0]?.fix).toContain(facts.license)
        expect(await flawsAfterPass()).toEqual(CLEAN)
      },
    )

    // From here on the clocks move, and they go forward only.

    testWhere(
      subscription !== undefined,
      lacksSubscription,
      'a subscription that was disabled is started again, and what may be missing is told',
      async () => {
        await stage.pass()
        await stage.advance(windowMs)
        await stage.strike(subscription!.listing, subscription!.disabled)
        await stage.strike(subscription!.starting, subscription!.started)
        expect((await stage.pass()).failures).toEqual([])
        expect(await stage.unstruck()).toBe(0)
        expect(stage.gaps().length).toBeGreaterThan(0)
        for (const reason of stage.gaps()) expect(reason).toMatch(/^Lost: .*disabled/m)
      },
    )
    test('a later pass stores what is new and asks for nothing twice', async () => {
      await stage.pass()
      const known = stage.records.size
      await stage.happen()
      await stage.advance(3 * HOUR)
      const { stored, windows } = await stage.pass()
      expect(stored).toBe(stage.records.size - known)
      expect(stored).toBeGreaterThan(0)
      expect(windows).toBeGreaterThanOrEqual(Math.floor((3 * HOUR) / windowMs))
      expect(await stage.pass()).toMatchObject({ stored: 0, failures: [] })
    })

    testWhere(
      neverLate === undefined,
      neverLate ?? '',
      'what a listing left out because its index was behind is collected when it is listed again',
      async () => {
        const lookback = { lookbackMs: Math.min(lookbackMs, reconcileMs - windowMs) }
        await stage.pass(lookback)
        await stage.happen()
        await stage.advance(10 * MINUTE)
        await stage.clear()
        await stage.strike(listing, words.nothing!, {})
        expect(await stage.pass(lookback)).toMatchObject({ stored: 0, failures: [] })
        await stage.emulator.request('/faults', undefined, 'DELETE')
        await passLater()
        expect((await stage.flaws()).lost).toEqual([])
        expect(stage.records.size).toBeGreaterThan(0)
      },
    )

    testWhere(
      neverLate === undefined,
      neverLate ?? '',
      'passes every ten minutes miss nothing of what becomes visible late',
      async () => {
        await stage.pass({ lookbackMs: HOUR })
        await stage.happen()
        for (let minutes = 0; minutes < 150; minutes += 10) {
          await stage.advance(10 * MINUTE)
          await stage.pass()
        }
        await passLater()
        expect(await stage.flaws()).toEqual(NONE)
      },
    )

    test.each([
      ['ahead', SKEW],
      ['behind', -SKEW],
    ])("a clock that is ten minutes %s of Microsoft's loses nothing", async (_, skewMs) => {
      stage.skewMs = skewMs
      await stage.pass({ lookbackMs: HOUR })
      await stage.happen()
      await stage.advance(HOUR)
      expect((await stage.pass()).failures).toEqual([])
      await passLater()
      expect(await stage.flaws()).toEqual(NONE)
    })

    test('after an outage longer than the service keeps, the gap is told and collecting goes on', async () => {
      await stage.pass()
      await stage.advance(retentionMs + DAY)
      // The live edge alone: what lies behind it is another test's.
      expect(await stage.pass({ sliceMs: -1 })).toMatchObject({ failures: [], edge: expect.any(String) })
      expect(stage.gaps().length).toBeGreaterThan(0)
      for (const reason of stage.gaps()) {
        expect(reason).toMatch(/^Lost: some of it was not collected while Microsoft kept it/)
      }
      const newest = isoTime(stage.now - HOUR)
      expect(stage.ledger.rows().filter(({ from, state }) => from > newest && state === 'gap')).toEqual([])
    })
  })
}
