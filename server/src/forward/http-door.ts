import { Agent, errors } from 'undici'

import { AppError } from '#domain/errors.ts'

import { BatchRefused } from './destination.ts'
import { connectionFault, wordsOf } from './faults.ts'

/**
 * One way over HTTP to the one address that an administrator gave. No redirect is followed, so neither events nor the secret
 * go anywhere else; TLS is verified always.
 */
export interface HttpDoor {
  /** Gives the reply of a 2xx. @throws AppError FORWARD_*; {@link BatchRefused} for 400, 413 and 422. */
  post(call: HttpCall): Promise<HttpReply>
  /** The destination's words without its secrets. */
  words(text: string): string
  close(): Promise<void>
}

export interface HttpCall {
  what: string
  /** Below the address; the address itself when empty. */
  path: string
  headers: Record<string, string>
  body: string
  signal: AbortSignal
  /** Says that a reply of that status and text is of the whole destination rather than of the batch, or the other way about. */
  judge?(reply: HttpReply): AppError | BatchRefused | undefined
}

export interface HttpReply {
  status: number
  body: string
  /** The body as JSON; undefined when it is none. */
  json: unknown
}

const SILENCE_MS = 60_000
const MAX_REPLY_BYTES = 64 * 1024 * 1024
/** However long a destination wants to be left alone. */
const LONGEST_REST_MS = 15 * 60_000

/** @param secrets what its replies must not repeat. */
export function openHttpDoor(parts: { url: string; ca: string; secrets: readonly string[] }): HttpDoor {
  const { ca, secrets } = parts
  const url = new URL(parts.url)
  const agent = new Agent({
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
    maxResponseSize: MAX_REPLY_BYTES,
    connect: { timeout: 15_000, ...(ca !== '' && { ca }) },
  })
  const words = (text: string) => wordsOf(text, secrets)

  async function exchange({ what, path, headers, body, signal }: HttpCall) {
    try {
      const answer = await agent.request({
        origin: url.origin,
        path: path === '' ? `${url.pathname}${url.search}` : `${url.pathname.replace(/\/$/, '')}${path}`,
        method: 'POST',
        headers,
        body,
        signal,
      })
      return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof errors.ResponseExceededMaxSizeError)
        throw unreadable(what, url.host, 'Its reply has no end.')
      throw connectionFault(what, url.host, error)
    }
  }

  return {
    words,
    async post(call) {
      const reply = await exchange(call)
      const { status, body } = reply
      const read = { status, body, json: parsed(body) }
      if (status >= 200 && status < 300) return read
      throw call.judge?.(read) ?? faultOf(call.what, status, words(body), reply.headers)
    },
    close: () => agent.close(),
  }

  function faultOf(what: string, status: number, said: string, headers: Record<string, string | string[] | undefined>) {
    const reason = `HTTP ${status}: ${said || 'no text'}`
    if (status === 400 || status === 413 || status === 422) return new BatchRefused(reason)
    const why = `${url.host} answered ${reason}`
    if (status === 429 || status >= 500) return busy(what, why, headers['retry-after'])
    if (status === 401 || status === 403) return credentialRefused(what, why)
    if (status >= 300 && status < 400) {
      return new AppError({
        code: 'FORWARD_REDIRECTED',
        what,
        why: `${why} (to ${words(String(headers['location'] ?? 'nowhere')).slice(0, 200)})`,
        fix: 'Nothing is sent to where no administrator sent it: give the address itself in the destination’s settings.',
        retry: 'backoff',
      })
    }
    return refused(what, why)
  }
}

/** None of it is taken, and it is not the items' fault. */
export function refused(what: string, why: string): AppError {
  const fix =
    'Correct the destination’s settings, or what it says at its own end, and test it again on the Forwarding page.'
  return new AppError({ code: 'FORWARD_REFUSED', what, why, fix, retry: 'backoff' })
}

export function credentialRefused(what: string, why: string): AppError {
  const fix = 'Give the destination another secret on the Forwarding page, one that may write there, and test it.'
  return new AppError({ code: 'FORWARD_CREDENTIAL_REFUSED', what, why, fix, retry: 'backoff' })
}

export function unreadable(what: string, host: string, why: string): AppError {
  const fix = `Check that ${host} is what the destination’s kind says, and no proxy or sign-in page in front of it.`
  return new AppError({ code: 'FORWARD_REPLY_UNREADABLE', what, why, fix, retry: 'backoff' })
}

/** @param retryAfter the header, in seconds or as a date. */
export function busy(what: string, why: string, retryAfter?: string | string[]): AppError {
  const seconds = Number(retryAfter ?? Number.NaN)
  return new AppError({
    code: 'FORWARD_BUSY',
    what,
    why,
    fix: 'Nothing needs doing: what was not sent waits, and is sent again after a pause.',
    retry: Number.isFinite(seconds) ? { afterMs: Math.min(Math.max(seconds, 0) * 1000, LONGEST_REST_MS) } : 'backoff',
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
