import { tenantApi } from './api.ts'
import { isSelected, type Selection } from './selection.ts'

/** Hits that are asked for at once when their ids alone matter; the server gives no more. */
const MOST_AT_ONCE = 10_000

/** The ids that a selection means; undefined for all hits there are, which need no naming. */
export async function selectedHits(
  tenantId: string,
  investigationId: string,
  selection: Selection,
): Promise<string[] | undefined> {
  if (selection.base === 'none') return [...selection.except]
  if (selection.except.size === 0) return undefined
  const ids: string[] = []
  for (let offset = 0; ; offset += MOST_AT_ONCE) {
    const { hits } = await tenantApi(tenantId).hits(investigationId, { limit: MOST_AT_ONCE, offset })
    ids.push(...hits.map(({ id }) => id).filter((id) => isSelected(selection, id)))
    if (hits.length < MOST_AT_ONCE) return [...new Set(ids)]
  }
}
