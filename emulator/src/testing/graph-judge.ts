import { Router, segmentsOf } from '#http/router.ts'
import { ROUTES } from '#services/graph/graph.ts'
import type { Route } from '#services/graph/route.ts'

import { isBetaType, judge } from './csdl.ts'
import type { Verdict } from './csdl.ts'

/**
 * Holds what Graph answers to what Graph may answer: the published schema of the type that the route declares, Graph's
 * error body for a refusal, and 501 only where a test says that it expects it.
 */
const router = new Router<Route>()
for (const route of ROUTES) router.add(route.method, route.pattern, route)

export interface Exchange {
  method: string
  /** Path with query. */
  url: string
  requestBody: unknown
  status: number
  contentType: string
  body: unknown
  /** The test expects 501. */
  mayBeMissing: boolean
}

export const isGraph = (url: string): boolean => /^\/(v1\.0|beta)(\/|$)/i.test(url)

/** What is wrong with an answer of Graph. */
export function judgeAnswer(exchange: Exchange): Verdict {
  const { method, url, requestBody, status, body, mayBeMissing } = exchange
  if (status === 501 && !mayBeMissing) return ['is not implemented']
  if (status >= 400) return isJson(exchange) ? judgeError(body) : []
  if (/^\/[\w.]+\/\$batch$/i.test(url.split('?')[0]!)) return judgeBatch(url, requestBody, body, mayBeMissing)
  if (!isJson(exchange)) return []
  return judgeSuccess(method, url, body)
}

const isJson = ({ contentType, body }: Exchange) => contentType.startsWith('application/json') && body !== undefined

function judgeSuccess(method: string, url: string, body: unknown): Verdict {
  const [path = '', query = ''] = url.split('?')
  const [version = '', ...segments] = segmentsOf(path)
  const returns = router.match(method, segments)?.handler.returns
  if (returns === undefined) return ['answers with JSON, and its route declares no type']
  // The published schema is of v1.0; beta has more of what is there, too.
  if (version.toLowerCase() === 'beta' && !isBetaType(returns)) return []
  return judge(returns, body, new URLSearchParams(query).has('$select'))
}

/** `{error: {code, message, innerError: {date, request-id, client-request-id}}}`. */
function judgeError(body: unknown): Verdict {
  const { error, ...rest } = (body ?? {}) as { error?: Record<string, unknown> }
  const inner = error?.['innerError'] as Record<string, unknown> | undefined
  const texts = [
    error?.['code'],
    error?.['message'],
    inner?.['date'],
    inner?.['request-id'],
    inner?.['client-request-id'],
  ]
  const fits = texts.every((text) => typeof text === 'string') && Object.keys(rest).length === 0
  return fits ? [] : ['refuses in another shape than Graph does']
}

interface Part {
  id: string
  method: string
  url: string
}

function judgeBatch(url: string, requestBody: unknown, body: unknown, mayBeMissing: boolean): Verdict {
  const version = url.split('/')[1]!
  const parts = (requestBody as { requests?: Part[] } | undefined)?.requests ?? []
  const { responses } = body as { responses?: { id: string; status: number; headers?: object; body?: unknown }[] }
  if (!Array.isArray(responses)) return ['a batch is answered without responses']
  return responses.flatMap((response) => {
    const part = parts.find(({ id }) => id === response.id)
    if (!part) return [`part ${response.id} was not asked for`]
    // The service's own refusal of a dependent part has no inner error.
    if (response.status === 424) return []
    const problems = judgeAnswer({
      method: part.method.toUpperCase(),
      url: `/${version}${part.url.startsWith('/') ? '' : '/'}${part.url}`,
      requestBody: undefined,
      status: response.status,
      contentType: String(new Headers(response.headers as Record<string, string>).get('content-type') ?? ''),
      body: response.body,
      mayBeMissing,
    })
    return problems.map((problem) => `part ${part.id}: ${problem}`)
  })
}
