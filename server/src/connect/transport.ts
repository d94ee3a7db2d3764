import { Agent, errors } from 'undici'

import { AppError } from '#domain/errors.ts'

import type { MicrosoftReply } from './microsoft.ts'

/**
 * Bytes to Microsoft and back: one HTTP exchange, without tokens, patience or meaning. Redirects are not followed and
 * an address is never made from a reply here, so a header given for one origin cannot reach another.
 */
export interface Transport {
  exchange(call: Call): Promise<Exchange>
  close(): Promise<void>
}

export interface Call {
  what: string
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  origin: string
  /** Path with query, sent as it is. */
  path: string
  headers: Record<string, string>
  body?: string
  signal?: AbortSignal | undefined
  /** Whether a long body may be left to arrive. */
  isStreamed?: boolean
}

export interface Received extends MicrosoftReply {
  /**
   * What follows `body` of a long reply that is streamed, as it arrives and no faster than it is read. It throws what
   * {@link Transport.exchange} would have given as an error.
   */
  rest?: AsyncGenerator<Buffer, void, undefined>
}

/** A reply, or the error with which the connection failed and whether the request may have been carried out by then. */
type Exchange = { reply: Received } | Failure
interface Failure {
  error: AppError
  maybeExecuted: boolean
}

const MAX_REPLY_BYTES = 512 * 1024 * 1024
/** Replies up to this length are read whole, so that one that breaks off can be asked for again. */
const HEAD_BYTES = 1024 * 1024

/** Connections are kept and shared. `ca`: PEM of the only authority to trust. `maxReplyBytes`: more is refused. */
export function createTransport(ca?: string, maxReplyBytes = MAX_REPLY_BYTES): Transport {
  const agent = new Agent({
    connections: 64,
    keepAliveTimeout: 30_000,
    headersTimeout: 120_000,
    bodyTimeout: 60_000,
    maxResponseSize: maxReplyBytes,
    connect: { timeout: 15_000, ...(ca === undefined ? {} : { ca }) },
  })
  return {
    async exchange({ what, signal, isStreamed = false, ...call }) {
      const failed = (error: unknown): Failure => {
        signal?.throwIfAborted()
        return failedExchange(error, what, call.origin, maxReplyBytes)
      }
      try {
        const { statusCode: status, headers, body } = await agent.request({ ...call, signal: signal ?? null })
        const bytes = body.iterator() as AsyncIterableIterator<Buffer>
        const isLeft = isStreamed && status >= 200 && status < 300
        const head = await readHead(bytes, isLeft ? HEAD_BYTES : Infinity)
        const rest = head.isWhole ? {} : { rest: restOf(bytes, failed) }
        return { reply: { status, headers: singleValues(headers), body: head.body, ...rest } }
      } catch (error) {
        return failed(error)
      }
    },
    close: () => agent.close(),
  }
}

/** The bytes up to the first piece that reaches `length`. */
async function readHead(
  bytes: AsyncIterableIterator<Buffer>,
  length: number,
): Promise<{ body: Buffer; isWhole: boolean }> {
  const pieces: Buffer[] = []
  for (let read = 0; read < length;) {
    const next = await bytes.next()
    if (next.done) return { body: Buffer.concat(pieces), isWhole: true }
    pieces.push(next.value)
    read += next.value.length
  }
  return { body: Buffer.concat(pieces), isWhole: false }
}

async function* restOf(
  bytes: AsyncIterableIterator<Buffer>,
  failed: (error: unknown) => Failure,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* bytes
  } catch (error) {
    throw failed(error).error
  }
}

function singleValues(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

/** Failures while connecting: the request has not left this machine. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|^ERR_TLS|^ERR_SSL/

function failedExchange(error: unknown, what: string, origin: string, maxReplyBytes: number): Failure {
  const code = errorCode(error)
  const host = new URL(origin).host
  if (error instanceof errors.ResponseExceededMaxSizeError) {
    return {
      maybeExecuted: true,
      error: new AppError({
        code: 'CONNECT_REPLY_UNREADABLE',
        what,
        why: `${host} sent more than ${maxReplyBytes / 1024 / 1024} MB in one reply.`,
        fix: 'Report this with the name of the feed or the mailbox: such a reply has not been seen.',
      }),
    }
  }
  if (UNTRUSTED.test(code)) {
    return {
      maybeExecuted: false,
      error: new AppError({
        code: 'CONNECT_UNREACHABLE',
        what,
        why: `${host} identified itself with a certificate that is not trusted (${code}).`,
        fix: 'If a proxy inspects TLS here, give its authority in NODE_EXTRA_CA_CERTS; for a cloud of your own, in caFile of CORDON_CLOUD_FILE; for an Exchange server, with --ca.',
        cause: error,
      }),
    }
  }
  return {
    maybeExecuted: !NEVER_SENT.has(code),
    error: new AppError({
      code: 'CONNECT_UNREACHABLE',
      what,
      why: `${host} did not answer (${code}).`,
      fix: `Check that this machine can reach https://${host} (name resolution, firewall, proxy).`,
      retry: 'backoff',
      cause: error,
    }),
  }
}

/** `ECONNREFUSED`, `UND_ERR_SOCKET`, …; of several addresses tried, the first one's. */
function errorCode(error: unknown): string {
  if (error instanceof AggregateError) return errorCode(error.errors[0])
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.message : String(error)
}
