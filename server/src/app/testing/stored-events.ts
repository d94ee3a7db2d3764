import type { CordonProcess } from './cordon-process.ts'

type Caller = Pick<CordonProcess, 'call'>

interface Page {
  events: { event: { id: string } }[]
  nextCursor?: string
  total: number
}

const RANGE = { from: '2020-01-01T00:00:00Z', to: '2040-01-01T00:00:00Z' }

/** How many events a tenant has. `tenant` is its path below `/api`. */
export async function countEvents(cordon: Caller, tenant: string): Promise<number> {
  return (await readPage(cordon, tenant, { limit: '1' })).total
}

/** The id of every event of a tenant, page by page: one that is there twice is twice in it. */
export async function eventIds(cordon: Caller, tenant: string): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | undefined; ;) {
    const page = await readPage(cordon, tenant, { limit: '1000', ...(cursor !== undefined && { cursor }) })
    ids.push(...page.events.map(({ event }) => event.id))
    if (page.nextCursor === undefined) return ids
    cursor = page.nextCursor
  }
}

function readPage(cordon: Caller, tenant: string, params: Record<string, string>): Promise<Page> {
  return cordon.call<Page>('GET', `${tenant}/events?${new URLSearchParams({ ...RANGE, ...params })}`)
}
