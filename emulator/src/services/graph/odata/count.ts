import { GraphError } from '#services/graph/errors.ts'
import type { Reply, Request } from '#http/exchange.ts'

/** Answers `/$count`: the bare number as text. @throws GraphError 415 where the client takes nothing but JSON. */
export function answerCount({ headers }: Pick<Request, 'headers'>, count: number): Reply {
  const accepted = (headers['accept'] ?? '*/*').split(',').map((each) => each.split(';')[0]!.trim().toLowerCase())
  if (!accepted.some((each) => ['*/*', 'text/*', 'text/plain'].includes(each)))
    throw new GraphError(415, 'UnsupportedMediaType', 'A count is given as text/plain only.')
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: String(count) }
}
