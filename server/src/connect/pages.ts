import { z } from 'zod'

import { parseJson, unreadable } from './faults.ts'
import type { Microsoft, MicrosoftReply, MicrosoftRequest } from './microsoft.ts'

/** Every page of a list, by whichever way its API links them. See {@link Microsoft.pages}. */
export async function* readPages<T>(
  microsoft: Microsoft,
  first: MicrosoftRequest,
  item: z.ZodType<T>,
): AsyncGenerator<T[], void, undefined> {
  const readPage = first.api === 'management-activity' ? managementPage(item) : linkedPage(item)
  const followed = new Set<string>()
  let request: MicrosoftRequest | undefined = first
  while (request) {
    const reply = await microsoft.send(request)
    const page = readPage(reply)
    if (!page) throw unreadable(request, reply)
    const { items, next }: Page<T> = page
    if (next && followed.has(next)) throw unreadable(request, reply, 'The pages of the answer lead in a circle.')
    if (next) followed.add(next)
    yield items
    request = next ? { ...first, path: next } : undefined
  }
}

interface Page<T> {
  items: T[]
  next: string | undefined
}

/** Graph and Exchange write `@odata.nextLink`, Azure `nextLink`. */
function linkedPage<T>(item: z.ZodType<T>): (reply: MicrosoftReply) => Page<T> | undefined {
  const schema = z.object({
    value: z.array(item),
    '@odata.nextLink': z.string().optional(),
    nextLink: z.string().nullish(),
  })
  return (reply) => {
    const { data } = schema.safeParse(parseJson(reply.body))
    return data && { items: data.value, next: (data['@odata.nextLink'] ?? data.nextLink) || undefined }
  }
}

function managementPage<T>(item: z.ZodType<T>): (reply: MicrosoftReply) => Page<T> | undefined {
  const schema = z.array(item)
  return (reply) => {
    const { data } = schema.safeParse(parseJson(reply.body))
    return data && { items: data, next: reply.headers['nextpageuri'] }
  }
}
