import { createHash } from 'node:crypto'

import { z } from 'zod'

import type { Feed } from '#collect/feed.ts'
import { testFeed } from '#collect/testing/test-feed.ts'
import { ROLE } from '#connect/apis/event-hubs/faults.ts'
import { isoTime } from '#domain/clock.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'

import { EVENT_HUBS_FEEDS } from './feed.ts'

const [FEED] = EVENT_HUBS_FEEDS as [Feed]
const HUB = 'insights-logs-signinlogs'
const Truth = z.object({ records: z.array(z.string()) })

const settings: ConnectionSettings = {}
const amqp = (condition: string) => ({ amqp: { condition } })

testFeed(FEED, {
  settings,
  async prepare({ eventHubs }) {
    settings.feedOptions = { [FEED.id]: { namespace: eventHubs[0]!.namespace, hub: HUB } }
  },
  // A reader is attached to a partition; the events that come are its further pages.
  listing: '/Partitions/\\d+$',
  nextPage: '/Partitions/\\d+\\?sequence',
  moreSteps: { 'signing in': '^/\\$cbs', 'asking what there is': '^/\\$management' },
  notHttp: 'AMQP has no such thing',
  neverLate: 'what is in a partition is never joined by something earlier',
  permission: ROLE,
  words: {
    throttled: amqp('com.microsoft:server-busy'),
    busy: amqp('amqp:internal-error'),
    unauthorized: amqp('amqp:unauthorized-access'),
  },
  identity: (record) => createHash('sha256').update(record).digest('hex'),
  async truth(emulator, { from, to }) {
    const span = `from=${isoTime(from)}&to=${isoTime(to)}`
    return Truth.parse(await emulator.request(`/ground-truth/event-hubs?hub=${HUB}&${span}`)).records
  },
})
