import type { ChangeSavedSearch, CreateSavedSearch, SavedSearch } from '@cordon/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'

const NONE: SavedSearch[] = []

/** The searches that people of this tenant keep, and what one does with them. */
export function useSavedSearches(tenantId: string) {
  const client = useQueryClient()
  const { data, error } = useQuery(queries.savedSearches(tenantId))
  const api = tenantApi(tenantId)
  const onSuccess = () => client.invalidateQueries({ queryKey: queries.savedSearches(tenantId).queryKey })
  return {
    searches: data?.searches ?? NONE,
    isPending: data === undefined && !error,
    error,
    save: useMutation({ mutationFn: (body: CreateSavedSearch) => api.saveSearch(body), onSuccess }),
    change: useMutation({
      mutationFn: ({ id, ...body }: ChangeSavedSearch & { id: string }) => api.changeSearch(id, body),
      onSuccess,
    }),
    remove: useMutation({ mutationFn: (id: string) => api.deleteSearch(id), onSuccess }),
  }
}
