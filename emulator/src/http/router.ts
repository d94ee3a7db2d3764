/**
 * Which handler a path has. A pattern is written `/users/:user/messages`; fixed segments match in any case, as Microsoft's
 * services do. OData's other spelling of a key, `users('id')`, is the same as `users/id`; an alternate key,
 * `applications(appId='x')`, is written `/applications/(appid)/:appId`.
 */
export class Router<H> {
  readonly #root = new Node<H>()

  add(method: string, pattern: string, handler: H): this {
    let node = this.#root
    const names: string[] = []
    for (const segment of pattern.split('/').filter(Boolean)) {
      if (segment.startsWith(':')) {
        names.push(segment.slice(1))
        node = node.parameter ??= new Node()
      } else {
        const key = segment.toLowerCase()
        if (!node.fixed.has(key)) node.fixed.set(key, new Node())
        node = node.fixed.get(key)!
      }
    }
    node.routes.set(method, { handler, names })
    return this
  }

  match(method: string, segments: readonly string[]): { handler: H; params: Record<string, string> } | undefined {
    const found = find(this.#root, segments, 0, [], method)
    if (!found) return undefined
    const params: Record<string, string> = {}
    for (const [i, name] of found.route.names.entries()) params[name] = found.values[i]!
    return { handler: found.route.handler, params }
  }
}

interface Route<H> {
  handler: H
  names: string[]
}

class Node<H> {
  readonly fixed = new Map<string, Node<H>>()
  readonly routes = new Map<string, Route<H>>()
  parameter: Node<H> | undefined
}

function find<H>(
  node: Node<H>,
  segments: readonly string[],
  i: number,
  values: string[],
  method: string,
): Found<H> | undefined {
  if (i === segments.length) {
    const route = node.routes.get(method)
    return route && { route, values }
  }
  const segment = segments[i]!
  const fixed = node.fixed.get(segment.toLowerCase())
  return (
    (fixed && find(fixed, segments, i + 1, values, method)) ??
    (node.parameter && find(node.parameter, segments, i + 1, [...values, segment], method))
  )
}

interface Found<H> {
  route: Route<H>
  values: string[]
}

/**
 * A path cut into decoded segments, keys unfolded.
 *
 * @throws URIError for bad percent-encoding.
 */
export function segmentsOf(path: string): string[] {
  const segments: string[] = []
  for (const raw of path.split('/')) {
    // Most segments are plain, and every request has some.
    if (PLAIN.test(raw)) segments.push(raw)
    else if (raw !== '') segments.push(...unfold(raw))
  }
  return segments
}

const PLAIN = /^(?!microsoft\.)[\w.-]*[\w-]$/i

function unfold(raw: string): string[] {
  const segment = decodeURIComponent(raw)
  const keyed = /^([\w.]+)\((?:(\w+)=)?'((?:[^']|'')*)'\)$/.exec(segment)
  if (!keyed) return [segment.replace(/^microsoft\.graph\./i, '').replace(/\(\)$/, '')]
  const [, name, alternate, value] = keyed
  return [
    name!.replace(/^microsoft\.graph\./i, ''),
    ...(alternate ? [`(${alternate.toLowerCase()})`] : []),
    value!.replaceAll("''", "'"),
  ]
}
