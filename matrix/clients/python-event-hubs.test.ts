import { describe, expect, it } from 'vitest'

import { python } from './python.ts'

interface Received {
  wanted: number
  events: number
  records: number
  different: number
}

describe('Event Hubs client for Python', () => {
  it('receives every sign-in from all partitions, each once', async () => {
    const { wanted, events, records, different } = await python<Received>('receive_events.py')
    expect(wanted).toBeGreaterThan(100)
    expect(events).toBeGreaterThanOrEqual(wanted)
    expect(different).toBe(records)
  })
})
