import type { Destination } from '@cordon/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { count } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Copy } from '#parts/copy.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

interface Props {
  tenantId: string
  destination: Destination
  mayChange: boolean
}

/** What the destination refused, with its own words; to be sent again or given up. */
export function DeadLetters({ tenantId, destination: { id, name, deadLetters }, mayChange }: Props) {
  const [isAsked, setAsked] = useState(false)
  const client = useQueryClient()
  const { data, error } = useQuery(queries.deadLetters(tenantId, id))
  const settled = () => client.invalidateQueries({ queryKey: [tenantId] })
  const retry = useMutation({ mutationFn: () => tenantApi(tenantId).retryDeadLetters(id), onSuccess: settled })
  const discard = useMutation({ mutationFn: () => tenantApi(tenantId).discardDeadLetters(id), onSuccess: settled })
  const failure = error ?? retry.error ?? discard.error
  return (
    <details className="rounded-md border border-line">
      <summary className="cursor-pointer px-3 py-2 text-sm font-medium text-warn">
        Refused: {count(deadLetters, 'dead letter')}
      </summary>
      <div className="space-y-3 border-t border-line p-3">
        {failure && <ProblemBanner error={failure} />}
        {!data && !error && <SkeletonRows rows={2} />}
        <ul className="max-h-80 divide-y divide-line overflow-auto text-sm">
          {data?.letters.map((letter) => (
            <li key={letter.id} className="space-y-0.5 py-2">
              <p className="flex flex-wrap items-center gap-x-2 text-xs text-ink-3">
                <span>{letter.dataset}</span>
                <When at={letter.refusedAt} />
                <Copy text={letter.id} label="event id" />
              </p>
              <p className="break-words">{letter.reason}</p>
            </li>
          ))}
        </ul>
        {data && data.letters.length < deadLetters && (
          <p className="text-xs text-ink-3">These are the newest {data.letters.length}.</p>
        )}
        {mayChange && (
          <div className="flex flex-wrap gap-2">
            <Button disabled={retry.isPending} onClick={() => retry.mutate()}>
              Send {deadLetters} again
            </Button>
            <Button onClick={() => setAsked(true)}>Give up…</Button>
          </div>
        )}
      </div>
      {isAsked && (
        <Dialog onClose={() => setAsked(false)} title={`Give up what ${name} refused`}>
          <p className="text-sm">They are not sent again. The events themselves stay in Cordon.</p>
          <DialogActions>
            <Button onClick={() => setAsked(false)}>Cancel</Button>
            <Button look="danger" disabled={discard.isPending} onClick={() => discard.mutate()}>
              Give up {count(deadLetters, 'dead letter')}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </details>
  )
}
