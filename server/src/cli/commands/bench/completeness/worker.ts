import { setTimeout as pause } from 'node:timers/promises'

import { z } from 'zod'

import { compose } from '#app/compose.ts'
import { readConfig } from '#app/config.ts'
import { systemClock } from '#domain/clock.ts'
import { parseTenantId } from '#domain/ids.ts'

import { LOOKBACK_MS, Order } from './orders.ts'

/**
 * Cordon without its HTTP server, as a process that the bench kills: collectors and pipeline over stores of its own. Its clock is
 * wrong by as much as it is told, and it does not wait as long as Microsoft asks, since the emulator need not be spared.
 */

const Settings = z.object({ data: z.string(), cloudFile: z.string(), tenantId: z.string(), aheadMs: z.number() })
const settings = Settings.parse(JSON.parse(process.argv[2] ?? '{}'))
const tenantId = parseTenantId(settings.tenantId)!
const POLL_MS = 200
const HASTE = 50
const ALL_TIME = { from: '2020-01-01T00:00:00Z', to: '2040-01-01T00:00:00Z' }
const USER = { id: 'bench', name: 'bench', role: 'administrator', createdAt: '2026-01-01T00:00:00Z' } as const

let { aheadMs } = settings
const config = { ...readConfig({ CORDON_DATA: settings.data, CORDON_CLOUD_FILE: settings.cloudFile }), pollMs: POLL_MS }
const app = await compose(config, {
  clock: { now: () => systemClock.now() + aheadMs },
  lookbackMs: LOOKBACK_MS,
  wait: (ms, signal) => pause(ms / HASTE, undefined, { signal }),
  // Faults are what the bench is about; what they leave behind is looked at in the end.
  log: () => {},
})

async function eventIds(): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | undefined; ;) {
    const page = await app.search.page(tenantId, { ...ALL_TIME, limit: 1000, cursor })
    ids.push(...page.events.map(({ event }) => event.id))
    if (page.nextCursor === undefined) return ids
    cursor = page.nextCursor
  }
}

async function carryOut(order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'connect': {
      const { clientId, secret, feeds } = order
      const credential = { kind: 'secret', secret } as const
      const place = { name: 'Emulated', cloud: 'emulated', directoryId: tenantId, clientId }
      await app.connections.create(USER, { ...place, credential, feeds, unchecked: true })
      return null
    }
    case 'advance':
      aheadMs += order.ms
      return null
    case 'count':
      return (await app.search.page(tenantId, { ...ALL_TIME, limit: 1 })).total
    case 'ids':
      return eventIds()
    case 'windows':
      return app.coverage(tenantId, ALL_TIME)
    case 'stop':
      await app.close()
      return null
  }
}

process.on('message', (message) => {
  const { id, order } = Order.parse(message)
  carryOut(order).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
await app.start()
process.send?.({ id: 0, value: null })
