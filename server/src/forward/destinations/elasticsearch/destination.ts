import { z } from 'zod'

import type { ForwardItem } from '#domain/destination.ts'
import { Authority, HttpAddress } from '#forward/address.ts'
import { defineDestination, type Sender, type Sent } from '#forward/destination.ts'
import {
  busy,
  credentialRefused,
  type HttpDoor,
  type HttpReply,
  openHttpDoor,
  refused,
  unreadable,
} from '#forward/http-door.ts'

const Options = z.strictObject({
  url: HttpAddress.describe('Address of the cluster: https://elastic.example:9200.'),
  index: z
    .string()
    .regex(/^[a-z0-9._{}-]{1,200}$/, 'small letters, digits, . _ - and {dataset}')
    .default('logs-{dataset}-cordon')
    .describe('Data stream or index to write to; {dataset} stands for the event’s dataset.'),
  authentication: z
    .enum(['api-key', 'basic', 'none'])
    .default('api-key')
    .describe('How it knows us: an API key (encoded, as Kibana shows it), a user with a password, or not at all.'),
  user: z.string().max(200).default('').describe('Name of the user, for basic authentication.'),
  ca: Authority,
})
type Options = z.output<typeof Options>

/** @see https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk */
const BulkReply = z.object({
  items: z.array(
    z.record(
      z.string(),
      z.object({
        status: z.number(),
        result: z.string().optional(),
        _index: z.string().optional(),
        error: z.unknown().optional(),
      }),
    ),
  ),
})

const WHAT = 'Could not send to Elasticsearch.'

/**
 * Elasticsearch and OpenSearch. Each item is *created* under its own deterministic id: sent again it is answered with 409,
 * which says that it is there. Data streams take nothing but creating.
 */
export const elasticsearch = defineDestination<Options>({
  id: 'elasticsearch',
  title: 'Elasticsearch or OpenSearch',
  summary: 'The bulk API. A document’s id is the event’s, so that one sent twice is there once.',
  options: Options,
  secret: {
    title: 'API key or password',
    why: 'Needs the privileges create_doc and auto_configure on the indices.',
    isNeeded: ({ authentication }) => authentication !== 'none',
  },
  batch: { items: 1000, bytes: 5_000_000 },
  open({ options, secret = '' }): Sender {
    const { url, ca, index, authentication, user } = options
    const basic = Buffer.from(`${user}:${secret}`).toString('base64')
    const door = openHttpDoor({ url, ca, secrets: [secret, basic] })
    const authorization = { 'api-key': `ApiKey ${secret}`, basic: `Basic ${basic}`, none: undefined }[authentication]
    return {
      async send(items, signal) {
        const reply = await door.post({
          what: WHAT,
          path: '/_bulk',
          headers: { 'content-type': 'application/x-ndjson', ...(authorization && { authorization }) },
          body: items.map((item) => `${actionOf(item, index)}\n${item.document}\n`).join(''),
          signal,
        })
        return read(items, reply, door, new URL(url).host)
      },
      close: () => door.close(),
    }
  },
})

function actionOf({ id, dataset }: ForwardItem, index: string): string {
  const name = dataset.toLowerCase().replaceAll(/[^a-z0-9._]/g, '_')
  return JSON.stringify({ create: { _index: index.replaceAll('{dataset}', name), _id: id } })
}

/** Whatever one item says of itself is the item's; what it says of index, user or cluster is everyone's. */
function read(items: readonly ForwardItem[], { json, body }: HttpReply, door: HttpDoor, host: string): Sent {
  const reply = BulkReply.safeParse(json)
  if (!reply.success || reply.data.items.length !== items.length) {
    throw unreadable(WHAT, host, `${host} did not answer as a bulk API does: ${door.words(body)}`)
  }
  const sent: Sent = { answer: '', refused: [], again: [] }
  reply.data.items.forEach((outcome, position) => {
    const { status, result, _index: where, error } = Object.values(outcome)[0]!
    const item = items[position]!
    const reason = `HTTP ${status}: ${door.words(JSON.stringify(error ?? 'no reason given'))}`
    const why = `${host} answered ${reason}`
    if (status < 300 || status === 409) {
      sent.answer ||= `${status} ${result ?? 'there already'}${where === undefined ? '' : ` in ${where}`}`
    } else if (status === 429 || status >= 500) sent.again.push(item)
    else if (status === 401) throw credentialRefused(WHAT, why)
    else if (status === 403) throw isBlock(error) ? busy(WHAT, why) : credentialRefused(WHAT, why)
    else if (status === 404) throw refused(WHAT, why)
    else sent.refused.push({ item, reason })
  })
  return sent
}

/** An index that only reads, as it becomes where the disk is full. */
function isBlock(error: unknown): boolean {
  return JSON.stringify(error ?? '').includes('cluster_block_exception')
}
