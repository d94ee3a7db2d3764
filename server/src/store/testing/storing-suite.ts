import { expect, it } from 'vitest'

import type { EventStore } from '#store/event-store.ts'

import { ALL, DAY, numbered, stored, totals } from './asked.ts'
import { put } from './put.ts'
import { newTenant, testEvent } from './test-event.ts'

/** Taking events: once, whole, however they come. */
export function testStoring(store: () => EventStore): void {
  it('takes a batch once, however often it comes', async () => {
    const tenant = newTenant()
    const batch = numbered(50)
    await Promise.all([1, 2, 3].map(() => put(store(), tenant, 'blob-1', batch)))
    await put(store(), tenant, 'blob-1', batch)
    expect(await totals(store(), tenant)).toEqual(new Set([50]))
  })

  it('shows no event twice when two batches hold it', async () => {
    const tenant = newTenant()
    await put(store(), tenant, 'blob-1', numbered(50))
    await put(store(), tenant, 'blob-2', numbered(30))
    await put(store(), tenant, 'blob-3', [...numbered(60), ...numbered(60)])
    expect(await totals(store(), tenant)).toEqual(new Set([60]))
  })

  it('takes equal tokens of two tenants for two batches', async () => {
    const [one, other] = [newTenant(), newTenant()]
    await put(store(), one, 'blob-1', numbered(3))
    await put(store(), other, 'blob-1', numbered(4))
    expect(await totals(store(), one)).toEqual(new Set([3]))
    expect(await totals(store(), other)).toEqual(new Set([4]))
  })

  it('takes a batch larger than one statement, and once', async () => {
    const tenant = newTenant()
    const batch = numbered(400).map((event) => ({ ...event, original: 'x'.repeat(100_000) }))
    await put(store(), tenant, 'blob-1', batch)
    await put(store(), tenant, 'blob-1', batch)
    expect(await totals(store(), tenant)).toEqual(new Set([400]))
  })

  it('takes an empty batch', async () => {
    expect(await totals(store(), await stored(store()))).toEqual(new Set([0]))
  })

  it('gives documents and originals back as they came', async () => {
    const texts = [
      '',
      '\\N',
      "'); DROP TABLE cordon.events --",
      'tab\tline\nreturn\rnul\0',
      '\\t \\\\ "q" \'s\'',
      'Zoë 🦊 عربى',
    ]
    const events = texts.map((text, n) => ({
      ...testEvent(n, { user: { name: text }, tags: [text, `${text}'`], labels: { text } }),
      original: `{"text":${JSON.stringify(text)}} ${text}`,
    }))
    const tenant = await stored(store(), ...events)
    for (const { event, original } of events) {
      expect(await store().read(tenant, event.event.id)).toEqual({ event, original })
    }
    const tags = await store().topValues(tenant, { range: DAY, query: ALL, field: 'tags', limit: 100 })
    expect(new Set(tags.map((tag) => tag.value))).toEqual(
      new Set([...texts.filter((text) => text !== ''), ...texts.map((text) => `${text}'`)]),
    )
  })

  it('keeps events of impossible years', async () => {
    const times = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z']
    const tenant = await stored(store(), ...times.map((time, n) => testEvent(n, { '@timestamp': time })))
    expect(await store().count(tenant, { range: { from: times[0]!, to: '+010000-01-01T00:00:00Z' }, query: ALL })).toBe(
      2,
    )
    expect((await store().read(tenant, 'event-0'))?.event['@timestamp']).toBe(times[0])
  })

  it.each(['2026-02-30T10:00:00.000Z', '2026-02-28T24:00:00.000Z', '2026-01-31T10:00:00.000Z'])(
    'knows an event by its time %s as it was stored',
    async (time) => {
      const event = testEvent(0, { '@timestamp': time })
      const tenant = await stored(store(), event)
      expect(await store().storedIds(tenant, [store().encode(tenant, event)])).toEqual(new Set(['event-0']))
    },
  )

  it('refuses an event without a time, and with it the batch', async () => {
    const tenant = newTenant()
    const batch = [testEvent(0), testEvent(1, { '@timestamp': 'yesterday' })]
    await expect(put(store(), tenant, 'blob-1', batch)).rejects.toMatchObject({ code: 'STORE_REQUEST_REFUSED' })
    expect(await totals(store(), tenant)).toEqual(new Set([0]))
  })

  it('keeps everything when the schema is made again', async () => {
    const tenant = await stored(store(), ...numbered(5))
    await store().migrate()
    expect(await totals(store(), tenant)).toEqual(new Set([5]))
  })

  it.each([
    [100, 20_000],
    [1_500, 20_000],
    [100, 50],
  ])('knows, of %i events stored, which are among %i', async (known, asked) => {
    const tenant = await stored(store(), ...numbered(known))
    // The same ids, of which the last half are at times where they were not stored.
    const moved = numbered(asked).map((event, n) => {
      const key = store().encode(tenant, event)
      return n < asked / 2 ? key : { ...key, timeMs: key.timeMs + 1 }
    })
    const ids = await store().storedIds(tenant, [...moved, store().encode(tenant, testEvent(-1))])
    expect(ids).toEqual(new Set(numbered(Math.min(known, asked / 2)).map(({ event }) => event.event.id)))
    expect(await store().storedIds(tenant, [])).toEqual(new Set())
  })

  it('refuses a batch with an event that was encoded for another tenant', async () => {
    const [mine, theirs] = [newTenant(), newTenant()]
    const batch = [store().encode(mine, testEvent(1)), store().encode(theirs, testEvent(2))]
    await expect(store().insert(mine, 'blob-1', batch)).rejects.toMatchObject({ code: 'STORE_REQUEST_REFUSED' })
    expect(await totals(store(), mine)).toEqual(new Set([0]))
  })
}
