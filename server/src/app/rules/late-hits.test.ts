import { setImmediate as turn } from 'node:timers/promises'

import { type Arbitrary, array, assert, asyncProperty, constant, integer, nat, record, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createLateHits, type Span } from './late-hits.ts'

/** Late hits on a clock of its own: each arrives some time after the one before, and reading around it takes a time. */
async function arrive(arrivals: readonly { after: number; span: Span; costs: number }[]) {
  const reads: { span: Span; begun: number; ended: number }[] = []
  let clock = 0
  let costs = 0
  const late = createLateHits(
    async (span) => {
      const begun = clock
      await turn()
      clock += costs
      reads.push({ span, begun, ended: clock })
    },
    () => clock,
  )
  for (const arrival of arrivals) {
    clock += arrival.after
    costs = arrival.costs
    late.add([arrival.span])
    late.proceed()
    await turn()
  }
  await late.close()
  clock += 1_000_000
  late.proceed()
  await late.close()
  return reads
}

const spans = tuple(nat(10_000), nat(50)).map(([from, length]) => ({ from, until: from + length }))
const arrivalsOf = (span: Arbitrary<Span>) =>
  array(record({ after: nat(50), span, costs: integer({ min: 1, max: 300 }) }), { maxLength: 80 })

describe('hits that come late', () => {
  it('are all read around', async () => {
    await assert(
      asyncProperty(arrivalsOf(spans), async (arrivals) => {
        const reads = await arrive(arrivals)
        for (const { span } of arrivals) {
          expect(reads.some((read) => read.span.from <= span.from && read.span.until >= span.until)).toBe(true)
        }
      }),
    )
  })

  it('in one neighborhood take a tenth of the time at most', async () => {
    await assert(
      asyncProperty(arrivalsOf(constant({ from: 0, until: 1 })), async (arrivals) => {
        const reads = await arrive(arrivals)
        const tooSoon = reads.filter((read, at) => {
          const before = reads[at - 1]
          return before && read.begun - before.ended < 9 * (before.ended - before.begun)
        })
        expect(tooSoon).toEqual([])
      }),
    )
  })

  it('that lie apart are read around apart', async () => {
    const late: Span[] = []
    const hits = createLateHits(async (span) => void late.push(span))
    hits.add([
      { from: 90, until: 100 },
      { from: 0, until: 10 },
      { from: 5, until: 20 },
    ])
    hits.proceed()
    await hits.close()
    expect(late).toEqual([
      { from: 0, until: 20 },
      { from: 90, until: 100 },
    ])
  })

  it('fail whoever goes on with what reading around them has failed with', async () => {
    const late = createLateHits(() => Promise.reject(new Error('The store is gone.')))
    late.add([{ from: 0, until: 1 }])
    late.proceed()
    await turn()
    expect(() => late.proceed()).toThrow('The store is gone.')
  })

  it('are not gone on with once closed', async () => {
    const read: Span[] = []
    const late = createLateHits(async (span, signal) => {
      await turn()
      signal.throwIfAborted()
      read.push(span)
    })
    late.add([{ from: 0, until: 1 }])
    late.proceed()
    await late.close()
    expect(read).toEqual([])
  })
})
