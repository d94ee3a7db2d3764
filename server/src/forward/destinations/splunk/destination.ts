import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

import { z } from 'zod'

import type { ForwardItem } from '#domain/destination.ts'
import { Authority, HttpAddress } from '#forward/address.ts'
import { BatchRefused, defineDestination, type Sender } from '#forward/destination.ts'
import { busy, credentialRefused, type HttpReply, openHttpDoor, refused, unreadable } from '#forward/http-door.ts'

const Options = z.strictObject({
  url: HttpAddress.describe('Address of the HTTP Event Collector: https://splunk.example:8088.'),
  index: z.string().max(200).default('').describe('Index to write to; the token’s own when empty.'),
  sourcetype: z
    .string()
    .min(1)
    .max(200)
    .default('cordon:{dataset}')
    .describe('Source type; {dataset} stands for the event’s dataset.'),
  source: z.string().min(1).max(200).default('cordon').describe('Source.'),
  acknowledgement: z
    .boolean()
    .default(false)
    .describe(
      'Wait until Splunk says that what was sent is indexed. The token must have indexer acknowledgement enabled.',
    ),
  ca: Authority,
})
type Options = z.output<typeof Options>

/** @see https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/troubleshoot-http-event-collector */
const Reply = z.object({
  text: z.string().optional(),
  code: z.number(),
  ackId: z.number().optional(),
  'invalid-event-number': z.number().optional(),
})
const Acks = z.object({ acks: z.record(z.string(), z.boolean()) })

const WHAT = 'Could not send to Splunk.'
/** Codes that are about the token, and about what the token may. */
const TOKEN_CODES = new Set([1, 2, 3, 4])
/** 7: the index; 10, 11, 14: the channel and acknowledgement; 15, 16: the query string. */
const SETTING_CODES = new Set([7, 10, 11, 14, 15, 16])
const BUSY_CODES = new Set([8, 9, 18, 19, 20, 22, 23, 26, 27])
const ACK_EVERY_MS = 500
/** As long as Splunk advises to wait for an acknowledgement before sending again. */
const ACK_PATIENCE_MS = 5 * 60_000

/** Splunk's HTTP Event Collector. It knows no identities: the field `event_id` tells what came twice. */
export const splunk = defineDestination<Options>({
  id: 'splunk',
  title: 'Splunk HTTP Event Collector',
  summary:
    'HEC, with or without acknowledgement. The indexed field event_id is the event’s, to tell one that came twice.',
  options: Options,
  secret: { title: 'HEC token', why: 'Settings, Data inputs, HTTP Event Collector in Splunk.', isNeeded: () => true },
  batch: { items: 1000, bytes: 900_000 },
  open({ options, secret = '', clock }): Sender {
    const { url, ca, acknowledgement } = options
    const { host } = new URL(url)
    const door = openHttpDoor({ url, ca, secrets: [secret] })
    const headers = {
      authorization: `Splunk ${secret}`,
      'content-type': 'application/json',
      ...(acknowledgement && { 'x-splunk-request-channel': randomUUID() }),
    }

    async function untilIndexed(ackId: number, signal: AbortSignal): Promise<void> {
      const deadline = clock.now() + ACK_PATIENCE_MS
      for (;;) {
        const body = JSON.stringify({ acks: [ackId] })
        const reply = await door.post({ what: WHAT, path: '/services/collector/ack', headers, body, signal, judge })
        const acks = Acks.safeParse(reply.json)
        if (!acks.success)
          throw unreadable(WHAT, host, `${host} answered ${door.words(reply.body)} to a question for acknowledgement.`)
        if (acks.data.acks[String(ackId)] === true) return
        if (clock.now() > deadline)
          throw busy(WHAT, `${host} did not say within five minutes that it has indexed what was sent.`)
        await pause(ACK_EVERY_MS, undefined, { signal })
      }
    }

    /** Splunk's code tells more than the status, which is 400 for nearly everything. */
    function judge({ status, body, json }: HttpReply) {
      const reply = Reply.safeParse(json)
      if (!reply.success) return undefined
      const why = `${host} answered HTTP ${status}: ${door.words(body)}`
      if (TOKEN_CODES.has(reply.data.code)) return credentialRefused(WHAT, why)
      if (SETTING_CODES.has(reply.data.code)) return refused(WHAT, why)
      return BUSY_CODES.has(reply.data.code) ? busy(WHAT, why) : new BatchRefused(door.words(body))
    }

    return {
      async send(items, signal) {
        const body = items.map((item) => lineOf(item, options)).join('\n')
        const reply = await door.post({ what: WHAT, path: '/services/collector/event', headers, body, signal, judge })
        const read = Reply.safeParse(reply.json)
        if (!read.success || read.data.code !== 0) {
          throw unreadable(
            WHAT,
            host,
            `${host} did not answer as an HTTP Event Collector does: ${door.words(reply.body)}`,
          )
        }
        const { ackId } = read.data
        if (acknowledgement) {
          if (ackId === undefined)
            throw refused(WHAT, `${host} gave no number to acknowledge: the token has acknowledgement disabled.`)
          await untilIndexed(ackId, signal)
        }
        return {
          answer: `${reply.status} ${door.words(reply.body)}${acknowledgement ? ', and indexed' : ''}`,
          refused: [],
          again: [],
        }
      },
      close: () => door.close(),
    }
  },
})

function lineOf({ id, dataset, timeMs, document }: ForwardItem, { index, source, sourcetype }: Options): string {
  const about = {
    time: (timeMs / 1000).toFixed(3),
    source,
    sourcetype: sourcetype.replaceAll('{dataset}', dataset),
    ...(index !== '' && { index }),
    fields: { event_id: id },
  }
  // The document is JSON already: parsing it to write it again would cost as much as everything else.
  return `${JSON.stringify(about).slice(0, -1)},"event":${document}}`
}
