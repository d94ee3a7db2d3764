import type { UserSession } from '@cordon/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { api } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'

import { Badge } from './badge.tsx'
import { Button } from './button.tsx'
import { SkeletonRows } from './panel.tsx'
import { ProblemBanner } from './problem.tsx'
import { When } from './when.tsx'

/** Where somebody is signed in, each with a way to end it; the own sessions without `userId`. */
export function SessionList({ userId }: { userId?: string }) {
  const { data, error, refetch } = useQuery(queries.sessions(userId))
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={1} />
  if (data.sessions.length === 0) return <p className="text-sm text-ink-3">Nowhere at the moment.</p>
  return (
    <ul className="divide-y divide-line">
      {data.sessions.map((session) => (
        <SessionRow key={session.id} session={session} userId={userId} />
      ))}
    </ul>
  )
}

function SessionRow({ session, userId }: { session: UserSession; userId: string | undefined }) {
  const client = useQueryClient()
  const end = useMutation({
    mutationFn: () => api.endSession(session.id, userId),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.sessions(userId).queryKey }),
  })
  return (
    <li className="py-2 text-sm">
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1">
          <span className="block">
            {session.address} {session.isCurrent && <Badge tone="good">this one</Badge>}
          </span>
          <span className="block truncate text-xs text-ink-3" title={session.userAgent}>
            since <When at={session.createdAt} /> · {session.userAgent || 'a program without a name'}
          </span>
        </span>
        {!session.isCurrent && (
          <Button
            disabled={end.isPending}
            aria-label={`End the session from ${session.address}`}
            onClick={() => end.mutate()}
          >
            End
          </Button>
        )}
      </div>
      {end.error && <ProblemBanner error={end.error} />}
    </li>
  )
}
