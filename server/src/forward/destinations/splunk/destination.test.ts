import { POISON, startHttpReceiver } from '#forward/testing/receiver.ts'
import { testDestination } from '#forward/testing/test-destination.ts'

import { splunk } from './destination.ts'

const SECRET = '2f1b8d4e-0c7a-4d63-9a55-8e1f3b7c6d20'

interface Line {
  time: string
  sourcetype: string
  fields: { event_id: string }
  event: { event: { id: string }; labels?: object }
}

/** As Splunk answers: nearly everything is HTTP 400 with a code. */
const WORDS = {
  success: { text: 'Success', code: 0 },
  token: { text: 'Invalid token', code: 4 },
  channel: { text: 'Data channel is missing', code: 10 },
  format: (number: number) => ({ text: 'Invalid data format: unfit labels', code: 6, 'invalid-event-number': number }),
}

/** @param isAcknowledging whether the token has indexer acknowledgement enabled. */
const facts = (isAcknowledging: boolean) => ({
  isSecure: true,
  refuses: true,
  faults: {
    busy: 'FORWARD_BUSY',
    down: 'FORWARD_BUSY',
    reset: 'FORWARD_UNREACHABLE',
    cut: 'FORWARD_UNREACHABLE',
    redirect: 'FORWARD_REDIRECTED',
    html: 'FORWARD_REPLY_UNREADABLE',
    refuse: 'FORWARD_REFUSED',
  },
  start: (certificate: { cert: string; key: string }) => {
    const waiting = new Map<number, number>()
    return startHttpReceiver({
      certificate,
      secret: SECRET,
      options: (url) => ({ url, ca: certificate.cert, acknowledgement: isAcknowledging }),
      handle({ request, body, taken }) {
        const { authorization, 'x-splunk-request-channel': channel } = request.headers
        if (authorization !== `Splunk ${SECRET}`) return { status: 403, body: WORDS.token }
        if (isAcknowledging && channel === undefined) return { status: 400, body: WORDS.channel }
        if (request.url === '/services/collector/ack') {
          const { acks } = JSON.parse(body) as { acks: number[] }
          // Indexed at the second time of asking.
          const asked = acks.map(
            (ack) => [ack, (waiting.set(ack, (waiting.get(ack) ?? 0) + 1).get(ack) ?? 0) > 1] as const,
          )
          return { status: 200, body: { acks: Object.fromEntries(asked) } }
        }
        if (request.url !== '/services/collector/event') return { status: 404, body: 'no such route' }
        const lines = body.split('\n').map((line) => JSON.parse(line) as Line)
        const unfit = lines.findIndex(({ event }) => event.labels && POISON in event.labels)
        if (unfit !== -1) return { status: 400, body: WORDS.format(unfit) }
        const isOdd = ({ time, sourcetype, fields, event }: Line) =>
          !/^\d+\.\d{3}$/.test(time) || !sourcetype.startsWith('cordon:') || fields.event_id !== event.event.id
        if (lines.some(isOdd)) return { status: 500, body: 'not as agreed' }
        for (const { event } of lines) taken(event)
        const ackId = waiting.size
        if (isAcknowledging) waiting.set(ackId, 0)
        return { status: 200, body: { ...WORDS.success, ...(isAcknowledging && { ackId }) } }
      },
    })
  },
})

testDestination(splunk, facts(false))
testDestination({ ...splunk, id: 'splunk with acknowledgement' }, facts(true))
