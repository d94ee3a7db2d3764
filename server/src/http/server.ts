import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'

import { Problem } from '@cordon/api'
import { createAdaptorServer } from '@hono/node-server'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { z } from 'zod'

import type { Application } from '#app/compose.ts'
import { askedFrom } from '#app/origin.ts'
import { AppError, toAppError } from '#domain/errors.ts'

import { authenticate } from './auth/authenticate.ts'
import { originOf } from './auth/origin.ts'
import { createConsole } from './console.ts'
import { statusOf, toProblem } from './problem.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes/index.ts'

/** A plan over 100,000 hits names each by its id; nothing else comes near. */
const BODY_LIMIT_BYTES = 8 * 2 ** 20
/** A query of 10,000 characters as an address writes it, and the headers. */
const HEADER_LIMIT_BYTES = 128 * 1024
/** What a request under way may still take when the server stops. */
const GRACE_MS = 5000

/**
 * The HTTP face of Cordon: the API below `/api`, the console everywhere else. Errors of every kind leave as
 * `application/problem+json`.
 */
export function createHttpApp(app: Application): OpenAPIHono {
  const http = new OpenAPIHono()
  http.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: 'DENY',
      referrerPolicy: 'no-referrer',
      // Cordon itself speaks plain HTTP on loopback; the proxy that speaks TLS decides this.
      strictTransportSecurity: false,
    }),
  )
  http.use('/api/*', async (context, next) => {
    context.header('Cache-Control', 'no-store')
    await next()
  })
  for (const route of ROUTES) register(http, app, route)
  http.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Cordon', version: app.version, description: 'Incident response for Microsoft 365.' },
    servers: [{ url: '/' }],
  })
  http.all('/api/*', unknownRoute)
  http.onError((error, context) => {
    const known = toAppError(error, 'Could not answer the request.')
    if (known.code === 'INTERNAL_FAULT') app.log(known)
    return problem(context, known)
  })
  http.route('/', createConsole())
  return http
}

/** A server that listens. */
export interface Listening {
  url: string
  /** Takes no more requests and waits for those under way, five seconds at most. */
  close(): Promise<void>
}

/**
 * Listens on `host` and `port` (0 takes a free one).
 *
 * @throws AppError APP_PORT_TAKEN, CONFIG_VALUE_INVALID.
 */
export async function listen(http: OpenAPIHono, { host, port }: { host: string; port: number }): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: http.fetch,
    serverOptions: { maxHeaderSize: HEADER_LIMIT_BYTES },
  }) as Server
  server.on('clientError', refuseUnreadable)
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject).listen(port, host, listening.resolve)
  await listening.promise.catch((error: NodeJS.ErrnoException) => {
    throw cannotListen(error, host, port)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const impatience = setTimeout(() => server.closeAllConnections(), GRACE_MS)
      await closed
      clearTimeout(impatience)
    },
  }
}

/** A request that ends before there is one, as its head is too long or no HTTP. */
function refuseUnreadable(fault: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || fault.code === 'ECONNRESET') return void socket.destroy()
  const tooLong = fault.code === 'HPE_HEADER_OVERFLOW'
  const body = JSON.stringify({
    ...toProblem(
      new AppError({
        code: tooLong ? 'REQUEST_TOO_LARGE' : 'REQUEST_INVALID',
        what: 'The request was not read.',
        why: tooLong ? `Its address and headers are longer than ${HEADER_LIMIT_BYTES / 1024} KB.` : 'It is not HTTP.',
        fix: 'Ask for less at once: a query has at most 10,000 characters.',
      }),
    ),
    status: tooLong ? 431 : 400,
  })
  const status = tooLong ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const head = `Content-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${body}`)
  // Who is still sending would see a connection that broke instead of the answer.
  socket.resume()
  setTimeout(() => socket.destroy(), GRACE_MS).unref()
}

function register(http: OpenAPIHono, app: Application, route: Route): void {
  const path = `/api${route.path}`
  const params = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name!, z.string()])
  http.openAPIRegistry.registerPath({
    method: route.method,
    path,
    summary: route.summary,
    description: `Access: ${route.access}.`,
    tags: [route.path.replace('/tenants/{tenantId}', '').split('/')[1]!],
    request: {
      ...(params.length > 0 && { params: z.object(Object.fromEntries(params)) }),
      ...(route.query && { query: route.query }),
      ...(route.body && { body: { required: true, content: { 'application/json': { schema: route.body } } } }),
      ...(route.streamed && { body: { required: true, content: contentOf(route.streamed) } }),
    },
    responses: {
      [route.status]: {
        description: route.summary,
        ...(route.reply && { content: { 'application/json': { schema: route.reply } } }),
      },
      default: {
        description: 'What could not be done, why, and what to do.',
        content: { 'application/problem+json': { schema: Problem } },
      },
    },
  })
  const place = path.replaceAll(/\{(\w+)\}/g, ':$1')
  if (!route.streamed) http.on(route.method.toUpperCase(), place, limit)
  http.on(route.method.toUpperCase(), place, async (context) => {
    const caller = await authenticate(app, context, route.access)
    return askedFrom(originOf(context, caller), () => route.respond({ app, context, ...caller }))
  })
}

const limit = bodyLimit({ maxSize: BODY_LIMIT_BYTES, onError: tooLarge })

const contentOf = (types: readonly string[]) => Object.fromEntries(types.map((type) => [type, { schema: z.unknown() }]))

function problem(context: Context, error: AppError): Response {
  if (typeof error.retry === 'object') context.header('Retry-After', String(Math.ceil(error.retry.afterMs / 1000)))
  context.header('Content-Type', 'application/problem+json')
  return context.body(JSON.stringify(toProblem(error)), statusOf(error) as 400)
}

function tooLarge(context: Context): Response {
  return problem(
    context,
    new AppError({
      code: 'REQUEST_TOO_LARGE',
      what: 'The request was not read.',
      why: `Its body is larger than ${BODY_LIMIT_BYTES / 2 ** 20} MB.`,
      fix: 'Send less at once; audit records are brought in with `npx cordon import`.',
    }),
  )
}

function unknownRoute(context: Context): Response {
  return problem(
    context,
    new AppError({
      code: 'REQUEST_ROUTE_UNKNOWN',
      what: 'Nothing answers at this address.',
      why: `There is no route ${context.req.method} ${context.req.path}.`,
      fix: '`/api/openapi.json` lists all routes.',
    }),
  )
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): AppError {
  const what = `Could not listen on ${host}:${port}.`
  if (error.code === 'EADDRINUSE') {
    return new AppError({
      code: 'APP_PORT_TAKEN',
      what,
      why: 'Another program listens there already, perhaps another Cordon.',
      fix: `Stop it, or choose another port: CORDON_PORT=${port === 65_535 ? 8421 : port + 1}.`,
      cause: error,
    })
  }
  const why: Record<string, string> = {
    EACCES: 'This user has no right to listen on that port.',
    EADDRNOTAVAIL: 'This machine does not have that address.',
    ENOTFOUND: 'The name of the host is not known.',
  }
  return new AppError({
    code: 'CONFIG_VALUE_INVALID',
    what,
    why: `${why[error.code ?? ''] ?? 'The operating system refused.'} (${error.code ?? error.message})`,
    fix: 'Set CORDON_HOST to an address of this machine and CORDON_PORT to a port from 1024 on.',
    cause: error,
  })
}
