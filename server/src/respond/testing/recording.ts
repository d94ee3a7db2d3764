import type { Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'

/** `microsoft`, with a list of what it carried out. */
export function recording(inner: Microsoft) {
  const carriedOut: { method: string; url: string; body?: unknown }[] = []
  const note = ({ method = 'GET', path: url, body }: MicrosoftRequest) => carriedOut.push({ method, url, body })
  const microsoft: Microsoft = {
    ...inner,
    async send(request) {
      const reply = await inner.send(request)
      note(request)
      return reply
    },
    async json(request, schema) {
      const value = await inner.json(request, schema)
      note(request)
      return value
    },
    async batch(parts, signal) {
      const replies = await inner.batch(parts, signal)
      carriedOut.push(...parts.filter((_, i) => replies[i]!.status >= 200 && replies[i]!.status < 300))
      return replies
    },
  }
  return { microsoft, carriedOut }
}
