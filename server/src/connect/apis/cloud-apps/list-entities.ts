import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'

/**
 * Lists of Defender for Cloud Apps, which has an address of its own for every tenant. Times are milliseconds since the epoch.
 *
 * @see https://learn.microsoft.com/defender-cloud-apps/api-introduction
 */
export interface EntityList {
  /** `/api/v1/alerts/` */
  path: string
  /** The time to list by, as filters and sorting call it. */
  by: 'date' | 'created'
  /** Milliseconds since the epoch, half open. */
  from: number
  to: number
  /** That time of an entity. */
  timeOf(entity: Entity): number | undefined
  what: string
  signal?: AbortSignal
}

export const Entity = z.record(z.string(), z.unknown())
export type Entity = z.infer<typeof Entity>

export const CLOUD_APPS_PERMISSION = 'Investigation.Read'

const Page = z.object({ data: z.array(Entity), hasNext: z.boolean().nullish() })

/** The most in one page. */
const PAGE_ROWS = 100

/**
 * Entities from old to new, each once. The beginning moves on with what was seen, since a number of entities to skip would
 * count from another place when something arrives meanwhile; only where a page holds a single moment, it skips within it.
 *
 * @throws AppError CONNECT_*.
 */
export async function* listEntities(
  microsoft: Microsoft,
  { path, by, from, to, timeOf, what, signal }: EntityList,
): AsyncGenerator<Entity[], void, undefined> {
  let start = from
  let skip = 0
  /** Those of the moment at which the next page begins. */
  let seen = new Set<unknown>()
  for (;;) {
    const { data, hasNext } = await microsoft.json(
      {
        api: 'cloud-apps',
        method: 'POST',
        path,
        body: {
          filters: { [by]: { range: [{ start, end: to - 1 }] } },
          sortField: by,
          sortDirection: 'asc',
          skip,
          limit: PAGE_ROWS,
        },
        repeatable: true,
        what,
        permission: CLOUD_APPS_PERMISSION,
        ...(signal && { signal }),
      },
      Page,
    )
    const fresh = data.filter(({ _id }) => !seen.has(_id))
    if (fresh.length > 0) yield fresh
    if (!hasNext || data.length === 0) return
    const last = timeOf(data.at(-1)!) ?? start
    if (last > start) {
      start = last
      skip = 0
      seen = new Set(data.filter((entity) => timeOf(entity) === last).map(({ _id }) => _id))
    } else {
      skip += data.length
      for (const { _id } of data) seen.add(_id)
    }
  }
}
