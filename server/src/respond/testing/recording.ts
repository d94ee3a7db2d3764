import type { Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'

/** The path of a request, with the name of a command of Exchange behind it, as the emulator tells them apart. */
export function pathOf({ path, headers }: MicrosoftRequest): string {
  const cmdlet = headers?.['x-cmdletname']
  return cmdlet === undefined ? path : `${path}#${cmdlet}`
}

/** `microsoft`, with a list of what it carried out. */
export function recording(inner: Microsoft) {
  const carriedOut: { method: string; url: string; body?: unknown }[] = []
  const note = (request: MicrosoftRequest) =>
    carriedOut.push({ method: request.method ?? 'GET', url: pathOf(request), body: request.body })
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
