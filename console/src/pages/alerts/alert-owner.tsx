import type { Alert, UpdateAlert } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { BellOff, ChevronDown } from 'lucide-react'

import { tenantApi } from '#lib/api.ts'
import { fromNow, isPutOff } from '#lib/put-off.ts'
import { useUser } from '#lib/rights.ts'
import { Button } from '#parts/button.tsx'
import { Menu, MenuItem } from '#parts/menu.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

const HOUR_MS = 3_600_000
const SPANS = [
  { title: '1 hour', ms: HOUR_MS },
  { title: '8 hours', ms: 8 * HOUR_MS },
  { title: '1 day', ms: 24 * HOUR_MS },
  { title: '7 days', ms: 7 * 24 * HOUR_MS },
  { title: '30 days', ms: 30 * 24 * HOUR_MS },
]

/** Whose an alert is, and whether it waits: takes it, gives it back, puts it off. */
export function AlertOwner({ tenantId, alert }: { tenantId: string; alert: Alert }) {
  const { name, reaches } = useUser()
  const client = useQueryClient()
  const update = useMutation({
    mutationFn: (change: UpdateAlert) => tenantApi(tenantId).updateAlert(alert.id, change),
    onSuccess: () => client.invalidateQueries({ queryKey: [tenantId] }),
  })
  if (!reaches('analyst') || alert.status === 'closed') return null
  const isMine = alert.assignee === name
  return (
    <>
      <Button disabled={update.isPending} onClick={() => update.mutate({ assignee: isMine ? null : name })}>
        {isMine ? 'Give back' : 'Take it'}
      </Button>
      {isPutOff(alert) ? (
        <Button disabled={update.isPending} onClick={() => update.mutate({ suppressedUntil: null })}>
          Back into the queue
        </Button>
      ) : (
        <Menu
          trigger={
            <Button disabled={update.isPending}>
              <BellOff aria-hidden className="size-4" />
              Put off
              <ChevronDown aria-hidden className="size-4" />
            </Button>
          }
        >
          {SPANS.map(({ title, ms }) => (
            <MenuItem key={title} onSelect={() => update.mutate({ suppressedUntil: fromNow(ms) })}>
              {title}
            </MenuItem>
          ))}
        </Menu>
      )}
      {update.error && <ProblemBanner error={update.error} />}
    </>
  )
}
