import { createHmac } from 'node:crypto'

import { z } from 'zod'

import { isoTime } from '#domain/clock.ts'
import { stableId } from '#domain/ids.ts'
import { Authority, HttpAddress } from '#forward/address.ts'
import { defineDestination, type Sender } from '#forward/destination.ts'
import { openHttpDoor } from '#forward/http-door.ts'

const Options = z.strictObject({
  url: HttpAddress.describe('Where to POST to.'),
  batchSize: z.int().min(1).max(1000).default(100).describe('How many events one request holds at most.'),
  ca: Authority,
})
type Options = z.output<typeof Options>

const PREFIX = 'whsec_'

/**
 * A webhook, signed as the Standard Webhooks specification says. A request's id is made of the ids in it.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const webhook = defineDestination<Options>({
  id: 'webhook',
  title: 'Webhook',
  summary:
    'POST of JSON, signed as Standard Webhooks. An event’s id is in event.id; the same batch has the same webhook-id.',
  options: Options,
  secret: {
    title: 'Signing secret',
    why: 'Both sides know it: whsec_ and base64, or any text.',
    isNeeded: () => true,
  },
  batch: { items: 1000, bytes: 2_000_000 },
  open({ options, secret = '', clock }): Sender {
    const { url, ca, batchSize } = options
    const door = openHttpDoor({ url, ca, secrets: [secret, secret.replace(PREFIX, '')] })
    const key = secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret)
    return {
      async send(items, signal) {
        const answers: string[] = []
        for (let start = 0; start < items.length; start += batchSize) {
          const some = items.slice(start, start + batchSize)
          const now = clock.now()
          const id = `msg_${stableId(...some.map((item) => item.id))}`
          const timestamp = String(Math.floor(now / 1000))
          // The documents are JSON already.
          const data = some.map(({ document }) => document).join(',')
          const body = `{"type":"cordon.events","timestamp":"${isoTime(now)}","data":[${data}]}`
          const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
          const { status, body: said } = await door.post({
            what: 'Could not send to the webhook.',
            path: '',
            headers: {
              'content-type': 'application/json',
              'webhook-id': id,
              'webhook-timestamp': timestamp,
              'webhook-signature': `v1,${signature}`,
            },
            body,
            signal,
          })
          answers.push(`${status} ${door.words(said)}`.trim())
        }
        return { answer: answers.at(-1) ?? '', refused: [], again: [] }
      },
      close: () => door.close(),
    }
  },
})
