import { createHmac } from 'node:crypto'

import { POISON, startHttpReceiver } from '#forward/testing/receiver.ts'
import { testDestination } from '#forward/testing/test-destination.ts'

import { webhook } from './destination.ts'

const KEY = Buffer.from('a key that both of us know, and nobody else')
const SECRET = `whsec_${KEY.toString('base64')}`

interface Posted {
  type: string
  timestamp: string
  data: { event: { id: string }; labels?: object }[]
}

testDestination(webhook, {
  isSecure: true,
  refuses: true,
  faults: {
    busy: 'FORWARD_BUSY',
    down: 'FORWARD_BUSY',
    reset: 'FORWARD_UNREACHABLE',
    cut: 'FORWARD_UNREACHABLE',
    redirect: 'FORWARD_REDIRECTED',
    refuse: 'FORWARD_REFUSED',
  },
  start: (certificate) =>
    startHttpReceiver({
      certificate,
      secret: SECRET,
      options: (url) => ({ url: `${url}/in?from=cordon`, ca: certificate.cert, batchSize: 40 }),
      handle({ request, body, taken }) {
        // As the specification has it verified.
        const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = request.headers
        const signed = `v1,${createHmac('sha256', KEY)
          .update(`${String(id)}.${String(time)}.${body}`)
          .digest('base64')}`
        if (request.url !== '/in?from=cordon') return { status: 404, body: 'no such route' }
        if (signature !== signed) return { status: 401, body: `bad signature ${String(signature)}` }
        const { type, data } = JSON.parse(body) as Posted
        if (type !== 'cordon.events' || data.length > 40) return { status: 500, body: 'not as agreed' }
        if (data.some(({ labels }) => labels && POISON in labels))
          return { status: 422, body: { error: 'unfit labels' } }
        for (const document of data) taken(document)
        return { status: 204, body: '' }
      },
    }),
})
