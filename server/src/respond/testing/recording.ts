import type { Microsoft } from '#connect/microsoft.ts'

/** `microsoft`, with a list of what it carried out. */
export function recording(inner: Microsoft) {
  const carriedOut: { method: string; url: string; body?: unknown }[] = []
  const microsoft: Microsoft = {
    ...inner,
    async send(request) {
      const reply = await inner.send(request)
      carriedOut.push({ method: request.method ?? 'GET', url: request.path, body: request.body })
      return reply
    },
    async batch(parts, signal) {
      const replies = await inner.batch(parts, signal)
      carriedOut.push(...parts.filter((_, i) => replies[i]!.status >= 200 && replies[i]!.status < 300))
      return replies
    },
  }
  return { microsoft, carriedOut }
}
