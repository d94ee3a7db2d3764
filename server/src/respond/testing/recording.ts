import type { Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'

/** A request as Microsoft gets it, by itself or as a part of a batch. */
export interface Asked {
  method: string
  url: string
  body?: unknown
}

/** What tells requests of one sort: regular expressions on path and body. */
export interface Sought {
  method: string
  path: string
  body?: string | undefined
}

export function isSought({ method, url, body }: Asked, sought: Sought): boolean {
  if (method !== sought.method || !new RegExp(sought.path).test(url)) return false
  return sought.body === undefined || new RegExp(sought.body).test(JSON.stringify(body) ?? '')
}

export function askedBy({ method = 'GET', path: url, body }: MicrosoftRequest): Asked {
  return { method, url, body }
}

/** `microsoft`, with a list of what it carried out. */
export function recording(inner: Microsoft) {
  const carriedOut: Asked[] = []
  const microsoft: Microsoft = {
    ...inner,
    async send(request) {
      const reply = await inner.send(request)
      carriedOut.push(askedBy(request))
      return reply
    },
    async json(request, schema) {
      const value = await inner.json(request, schema)
      carriedOut.push(askedBy(request))
      return value
    },
    async batch(parts, signal) {
      const replies = await inner.batch(parts, signal)
      carriedOut.push(...parts.filter((_, i) => replies[i]!.status >= 200 && replies[i]!.status < 300))
      return replies
    },
  }
  const requestsTo = (method: string, path: string, body?: string) =>
    carriedOut.filter((each) => isSought(each, { method, path, body })).length
  return { microsoft, carriedOut, requestsTo }
}
