import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

import { CreateIntakeKey, IntakeKey, IntakeKeyList, IntakeReply } from '@cordon/api'
import type { Context } from 'hono'

import type { Pushed } from '#app/pushed-records.ts'
import { AppError } from '#domain/errors.ts'
import { defineRoute, type Route } from '#http/route.ts'

/** Records that programs push, and the keys they push with. */
export const INTAKE_ROUTES: Route[] = [
  defineRoute({
    method: 'post',
    path: '/intake',
    access: 'intake-key',
    summary:
      'Push records, with an intake key as `Authorization: Bearer` or `X-Intake-Key`: JSON objects, a line each or one after another, or an array; may be gzipped. The reply comes when all of them are durable.',
    streamed: ['application/x-ndjson', 'application/json'],
    reply: IntakeReply,
    handle: ({ app, context, intakeKey }) => app.takePushed(intakeKey, pushedIn(context)),
  }),
  defineRoute({
    method: 'get',
    path: '/tenants/{tenantId}/intake-keys',
    access: 'event.write',
    summary: 'The tenant’s intake keys, without the keys themselves.',
    reply: IntakeKeyList,
    handle: async ({ app, tenantId }) => ({ keys: await app.intakeKeys.list(tenantId) }),
  }),
  defineRoute({
    method: 'post',
    path: '/tenants/{tenantId}/intake-keys',
    access: 'event.write',
    summary: 'Make an intake key; the reply is the only place that ever shows it.',
    body: CreateIntakeKey,
    reply: IntakeKey,
    status: 201,
    handle: ({ app, user, tenantId, body }) => app.intakeKeys.create(user, tenantId, body),
  }),
  defineRoute({
    method: 'delete',
    path: '/tenants/{tenantId}/intake-keys/{id}',
    access: 'event.write',
    summary: 'Remove an intake key; what pushes with it is locked out at once.',
    status: 204,
    handle: ({ app, user, tenantId, param }) => app.intakeKeys.remove(user, tenantId, param('id')),
  }),
]

/** @throws AppError INTAKE_BODY_UNREADABLE for a body that is packed in another way than gzip, which its bytes tell. */
function pushedIn(context: Context): Pushed {
  const encoding = context.req.header('content-encoding') ?? 'identity'
  if (!/^(identity|(x-)?gzip)$/i.test(encoding)) {
    throw new AppError({
      code: 'INTAKE_BODY_UNREADABLE',
      what: 'The body was not taken.',
      why: `Its Content-Encoding is ${encoding}.`,
      fix: 'Send it with gzip, or as it is.',
    })
  }
  const { body } = context.req.raw
  const size = context.req.header('content-length')
  return {
    body: body ? Readable.fromWeb(body as ReadableStream) : Readable.from([]),
    sizeBytes: size === undefined ? undefined : Number(size),
  }
}
