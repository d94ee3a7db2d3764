import type { ApiToken } from '@cordon/api'
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'

import { api } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'

import { Button } from './button.tsx'
import { SkeletonRows } from './panel.tsx'
import { ProblemBanner } from './problem.tsx'
import { When } from './when.tsx'

/** Somebody's API tokens, or without `userId` the own ones. */
export function TokenList({ userId }: { userId?: string }) {
  const { data, error, refetch } = useQuery(queries.tokens(userId))
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={2} />
  if (data.tokens.length === 0) return <p className="text-sm text-ink-3">None.</p>
  return (
    <ul className="divide-y divide-line">
      {data.tokens.map((token) => (
        <TokenRow key={token.id} token={token} userId={userId} />
      ))}
    </ul>
  )
}

function TokenRow({ token, userId }: { token: ApiToken; userId: string | undefined }) {
  const client = useQueryClient()
  const { tenants } = useSuspenseQuery(queries.session()).data
  const remove = useMutation({
    mutationFn: () => api.deleteToken(token.id, userId),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.tokens(userId).queryKey }),
  })
  const { role, rights, tenantIds } = token
  const places = tenantIds?.map((id) => tenants.find((tenant) => tenant.id === id)?.name ?? id)
  return (
    <li className="py-2 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-0 flex-1 basis-40">
          <span className="block truncate">
            <span className="font-medium">{token.name}</span>
            <span className="text-ink-2"> · {rights ? rights.join(', ') : role}</span>
            {places && <span className="text-ink-2"> · in {places.join(', ')}</span>}
          </span>
          <span className="block text-xs text-ink-3">
            ends <When at={token.expiresAt} /> ·{' '}
            {token.lastUsedAt ? (
              <>
                last used <When at={token.lastUsedAt} />
              </>
            ) : (
              'never used'
            )}
          </span>
        </span>
        <Button disabled={remove.isPending} aria-label={`Revoke ${token.name}`} onClick={() => remove.mutate()}>
          Revoke
        </Button>
      </div>
      {remove.error && <ProblemBanner error={remove.error} />}
    </li>
  )
}
