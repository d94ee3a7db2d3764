import { ContainerClient } from '@azure/storage-blob'
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob'
import { EventHubConsumerClient, EventHubProducerClient, earliestEventPosition } from '@azure/event-hubs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckpointStore, ReceivedEventData } from '@azure/event-hubs'

import { cloud, tenant } from './cloud.ts'
import { credentialWith } from './azure.ts'
import { startAzurite } from './azurite.ts'

const namespace = cloud.eventHubs.find((each) => each.tenant === tenant.id)!
/** The partitions are claimed all at once, not one every ten seconds. */
const loadBalancingOptions = { strategy: 'greedy', updateIntervalInMs: 1000 } as const
const options = { customEndpointAddress: `sb://localhost:${namespace.amqpsPort}`, loadBalancingOptions }
const HUB = 'custom-events'
const SIGN_INS = 'insights-logs-signinlogs'

let azurite: Awaited<ReturnType<typeof startAzurite>> | undefined
beforeAll(async () => {
  azurite = await startAzurite()
})
afterAll(() => azurite?.stop())

/** Reads from the checkpoints on, or from the beginning, until `enough`; each event is checkpointed. */
async function receive(
  client: EventHubConsumerClient,
  enough: (events: readonly ReceivedEventData[]) => boolean,
): Promise<ReceivedEventData[]> {
  const events: ReceivedEventData[] = []
  try {
    await new Promise<void>((resolve, reject) => {
      client.subscribe(
        {
          processEvents: async (received, context) => {
            events.push(...received)
            const last = received.at(-1)
            if (last) await context.updateCheckpoint(last)
            if (enough(events)) resolve()
          },
          processError: async (error) => reject(error),
        },
        { startPosition: earliestEventPosition, maxBatchSize: 100, maxWaitTimeInSeconds: 1 },
      )
    })
  } finally {
    await client.close()
  }
  return events
}

async function checkpoints(container: string): Promise<CheckpointStore> {
  const client = new ContainerClient(azurite!.connectionString, container)
  await client.createIfNotExists()
  return new BlobCheckpointStore(client)
}

const send = async (texts: readonly string[]) => {
  const producer = new EventHubProducerClient(namespace.connectionString, HUB, options)
  for (const [i, text] of texts.entries()) await producer.sendBatch([{ body: { text } }], { partitionKey: `key ${i}` })
  await producer.close()
}

const textsOf = (events: readonly ReceivedEventData[]) =>
  events.map(({ body }) => (body as { text: string }).text).toSorted()

describe('@azure/event-hubs', () => {
  it('receives what was sent, and goes on after its checkpoints the next time', async () => {
    const store = await checkpoints('custom')
    const consumer = () => new EventHubConsumerClient('$Default', namespace.connectionString, HUB, store, options)
    const first = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    await send(first)
    const received = await receive(consumer(), (events) => events.length >= first.length)
    expect(textsOf(received)).toEqual(first)
    expect(new Set(received.map(({ partitionKey }) => partitionKey)).size).toBe(first.length)
    await send(['h'])
    // Everything before it would have come before it.
    expect(textsOf(await receive(consumer(), (events) => events.length > 0))).toEqual(['h'])
  })

  it('reads the sign-ins of the tenant with an Entra token, each once', async () => {
    const credential = await credentialWith(['Azure Event Hubs Data Receiver'])
    const store = await checkpoints('signins')
    const consumer = () =>
      new EventHubConsumerClient('$Default', namespace.namespace, SIGN_INS, credential, store, options)
    const asking = consumer()
    const partitions = await Promise.all(
      (await asking.getPartitionIds()).map((id) => asking.getPartitionProperties(id)),
    )
    await asking.close()
    const known = partitions.reduce(
      (sum, { beginningSequenceNumber, lastEnqueuedSequenceNumber, isEmpty }) =>
        sum + (isEmpty ? 0 : lastEnqueuedSequenceNumber - beginningSequenceNumber + 1),
      0,
    )
    expect(known).toBeGreaterThan(100)
    const events = await receive(consumer(), (received) => received.length >= known)
    const records = events.flatMap(({ body }) => (body as { records: Record<string, unknown>[] }).records)
    for (const record of records) expect(record).toMatchObject({ category: 'SignInLogs', tenantId: tenant.id })
    const idOf = (record: Record<string, unknown>) => (record['properties'] as { id: string }).id
    const seen = new Set(records.map(idOf))
    expect(seen.size).toBe(records.length)
    // Empty batches come once a second from partitions that have nothing new.
    let rounds = 0
    const again = await receive(consumer(), () => ++rounds > partitions.length)
    const repeated = again.flatMap(({ body }) => (body as { records: Record<string, unknown>[] }).records).map(idOf)
    expect(repeated.filter((id) => seen.has(id))).toEqual([])
  })

  it('speaks plain AMQP as to a development emulator', async () => {
    const consumer = new EventHubConsumerClient('$Default', namespace.developmentConnectionString, SIGN_INS)
    expect(await consumer.getEventHubProperties()).toMatchObject({ name: SIGN_INS })
    const [event] = await receive(consumer, (events) => events.length > 0)
    expect((event!.body as { records: unknown[] }).records.length).toBeGreaterThan(0)
  })

  it('is told that a role is missing', async () => {
    const credential = await credentialWith(['Reader'])
    const client = new EventHubConsumerClient('$Default', namespace.namespace, SIGN_INS, credential, {
      ...options,
      retryOptions: { maxRetries: 0 },
    })
    await expect(client.getPartitionIds()).rejects.toMatchObject({ code: 'UnauthorizedError' })
    await client.close()
  })
})
