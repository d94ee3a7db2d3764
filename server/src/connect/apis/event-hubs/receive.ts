import type { EventHubConsumerClient, EventPosition, ReceivedEventData } from '@azure/event-hubs'

export interface ReceiveOptions {
  partition: string
  from: EventPosition
  /** Events asked for ahead of those taken. */
  ahead: number
  signal: AbortSignal
}

/** Only what is known to be there is read, so that it comes at once or something is wrong. */
const PATIENCE_SECONDS = 20

/**
 * Events from a place on, as they come, no faster than they are taken: the library pushes, and waits until its push is taken.
 * Ends when the taker stops. An empty list means that for some time there was nothing.
 *
 * @throws MessagingError; the signal's reason.
 */
export async function* receive(
  client: EventHubConsumerClient,
  { partition, from, ahead, signal }: ReceiveOptions,
): AsyncGenerator<ReceivedEventData[], void, undefined> {
  signal.throwIfAborted()
  const { readable, writable } = new TransformStream<ReceivedEventData[], ReceivedEventData[]>()
  const writer = writable.getWriter()
  // What ends the stream is told where it is read.
  const end = (reason: unknown) => writer.abort(reason).catch(() => undefined)
  const onAbort = () => void end(signal.reason)
  signal.addEventListener('abort', onAbort)
  const subscription = client.subscribe(
    partition,
    { processEvents: (events) => writer.write(events).catch(() => undefined), processError: end },
    {
      startPosition: from,
      maxBatchSize: ahead,
      prefetchCount: ahead,
      maxWaitTimeInSeconds: PATIENCE_SECONDS,
      skipParsingBodyAsJson: true,
    },
  )
  try {
    yield* readable
  } finally {
    signal.removeEventListener('abort', onAbort)
    await end(undefined)
    await subscription.close()
  }
}
