import { expect, it } from 'vitest'

import type { FeedKey, LedgerWindow } from '#domain/coverage.ts'

import type { Contract } from '#store/testing/record-store-suite.ts'
import { at, counts, freshTenant } from './samples.ts'

function feed(change: Partial<FeedKey> = {}): FeedKey {
  return { tenantId: freshTenant(), connectionId: 'connection', feed: 'management-activity.DLP.All', ...change }
}

function window(change: Partial<LedgerWindow> = {}): LedgerWindow {
  return {
    from: at(0),
    to: at(10),
    state: 'in-progress',
    listed: 2,
    stored: 1,
    late: 0,
    counts: counts(5),
    updatedAt: at(10),
    ...change,
  }
}

const batch = (id: string) => ({ id, availableAt: at(1), storedAt: at(11), counts: counts(5) })
const WIDE = { from: at(-60), to: at(600) }

export const coverageContract: Contract = (store) => {
  it('writes a batch down once: repeating it leaves it as it is, and its window as last told', async () => {
    const key = feed()
    const told = window({ stored: 2, counts: counts(10) })
    await store().coverage.commit(key, { batches: [batch('one')], windows: [window()] })
    await store().coverage.commit(key, { batches: [batch('one'), batch('two')], windows: [told] })
    expect(await store().coverage.windows(key.tenantId, WIDE)).toEqual([{ ...key, ...told }])
    expect(await store().coverage.storedBatches(key, ['one', 'two', 'three'])).toEqual(new Set(['one', 'two']))
  })

  it('closes windows and moves the checkpoint together', async () => {
    const key = feed()
    expect(await store().coverage.readCheckpoint(key)).toBeUndefined()
    const windows = [window({ state: 'complete' }), window({ from: at(10), to: at(20) })]
    await store().coverage.commit(key, { windows, checkpoint: { until: at(10) } })
    expect(await store().coverage.readCheckpoint(key)).toEqual({ until: at(10) })
    expect(await store().coverage.windows(key.tenantId, WIDE)).toMatchObject([
      { state: 'complete' },
      { state: 'in-progress' },
    ])
  })

  it('never moves a checkpoint back', async () => {
    const key = feed()
    await store().coverage.commit(key, { windows: [window()], checkpoint: { until: at(20) } })
    await store().coverage.commit(key, { windows: [window()], checkpoint: { until: at(10) } })
    expect(await store().coverage.readCheckpoint(key)).toEqual({ until: at(20) })
  })

  it('writes a gap with its reason, and drops the reason once the gap is filled', async () => {
    const key = feed()
    const gap = window({ state: 'gap', reason: 'AF20055: the time is out of range.' })
    await store().coverage.commit(key, { windows: [gap] })
    expect(await store().coverage.windows(key.tenantId, WIDE)).toEqual([{ ...key, ...gap }])
    await store().coverage.commit(key, { windows: [window({ state: 'complete' })] })
    expect(await store().coverage.windows(key.tenantId, WIDE)).toEqual([{ ...key, ...window({ state: 'complete' }) }])
    expect(await store().coverage.readCheckpoint(key)).toBeUndefined()
  })

  it('lists the windows that touch a span, oldest first', async () => {
    const key = feed()
    const spans = [20, 0, 10].map((start) => window({ from: at(start), to: at(start + 10) }))
    await store().coverage.commit(key, { windows: spans })
    const starts = async (from: number, to: number) =>
      (await store().coverage.windows(key.tenantId, { from: at(from), to: at(to) })).map((found) => found.from)
    expect(await starts(0, 30)).toEqual([at(0), at(10), at(20)])
    expect(await starts(5, 15)).toEqual([at(0), at(10)])
    expect(await starts(10, 20)).toEqual([at(10)])
  })

  it('keeps feeds, connections and tenants apart', async () => {
    const key = feed()
    await store().coverage.commit(key, {
      batches: [batch('one')],
      windows: [window()],
      checkpoint: { until: at(10) },
    })
    const others = [
      { ...key, tenantId: freshTenant() },
      { ...key, connectionId: 'other' },
      { ...key, feed: 'other' },
    ]
    for (const other of others) {
      expect(await store().coverage.readCheckpoint(other)).toBeUndefined()
      expect(await store().coverage.storedBatches(other, ['one'])).toEqual(new Set())
      expect(await store().coverage.windows(other.tenantId, WIDE, other)).toEqual([])
    }
    expect(await store().coverage.windows(others[0]!.tenantId, WIDE)).toEqual([])
    expect(await store().coverage.windows(key.tenantId, WIDE, key)).toHaveLength(1)
  })
}
