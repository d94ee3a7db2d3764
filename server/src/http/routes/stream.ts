import { StreamMessage } from '@cordon/api'
import { streamSSE } from 'hono/streaming'

import { defineRoute, type Route } from '#http/route.ts'

/** Proxies close connections that are silent for a minute. */
const HEARTBEAT_MS = 20_000

export const STREAM_ROUTES: Route[] = [
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/stream',
    access: 'overview.read',
    summary: 'Server-sent events: each `data` is a StreamMessage as JSON.',
    async handle({ app, context, tenantId }) {
      return streamSSE(context, async (stream) => {
        const ended = Promise.withResolvers<void>()
        const send = (line: Promise<unknown>) => line.catch(() => ended.resolve())
        const unsubscribe = app.bus.subscribe(tenantId, (news) => {
          void send(stream.writeSSE({ data: JSON.stringify(StreamMessage.parse(news)) }))
        })
        const heartbeat = setInterval(() => void send(stream.write(': still here\n\n')), HEARTBEAT_MS)
        const end = () => ended.resolve()
        stream.onAbort(end)
        app.stopping.addEventListener('abort', end)
        // The headers leave with the first byte; without one a browser would wait for the first news.
        await send(stream.write(': connected\n\n'))
        await ended.promise
        app.stopping.removeEventListener('abort', end)
        clearInterval(heartbeat)
        unsubscribe()
      })
    },
  }),
]
