import { StreamMessage } from '@cordon/api'
import { streamSSE } from 'hono/streaming'

import { authenticate } from '#http/auth/authenticate.ts'
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
      // Who is locked out while the stream is open hears no more after the next sign of life.
      const stillMay = () =>
        authenticate(app, context, 'overview.read').then(
          () => true,
          () => false,
        )
      return streamSSE(context, async (stream) => {
        const ended = Promise.withResolvers<void>()
        const send = (line: Promise<unknown>) => line.catch(() => ended.resolve())
        const unsubscribe = app.bus.subscribe(tenantId, (news) => {
          void send(stream.writeSSE({ data: JSON.stringify(StreamMessage.parse(news)) }))
        })
        const end = () => ended.resolve()
        const beat = async () => ((await stillMay()) ? send(stream.write(': still here\n\n')) : end())
        const heartbeat = setInterval(() => void beat(), HEARTBEAT_MS)
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
