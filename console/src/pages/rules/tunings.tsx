import type { RuleDetail } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { Badge } from '#parts/badge.tsx'
import { Button } from '#parts/button.tsx'
import { Empty } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

import { TuneDialog } from './tune-dialog.tsx'

type Props = { tenantId: string; detail: RuleDetail; mayChange: boolean }

/** What the rule leaves out, why, and until when. */
export function Tunings({ tenantId, detail: { rule, tunings }, mayChange }: Props) {
  const [isTuning, setTuning] = useState(false)
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: (id: string) => tenantApi(tenantId).untuneRule(rule.id, id),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.rules(tenantId).queryKey }),
  })
  return (
    <div>
      <div className="flex items-center justify-between gap-2 px-4 py-2">
        <span className="text-sm text-ink-2">Each is a filter of Sigma: the rule itself stays as it is.</span>
        {mayChange && <Button onClick={() => setTuning(true)}>Leave something out…</Button>}
      </div>
      {remove.error && <ProblemBanner error={remove.error} />}
      {tunings.length === 0 && (
        <Empty title="It leaves nothing out">
          Where an account, an application or an address makes it fire for good reason, leave that out, with the reason
          and until when.
        </Empty>
      )}
      <ul className="divide-y divide-line border-t border-line">
        {tunings.map((tuning) => (
          <li key={tuning.id} className="space-y-1 px-4 py-3 text-sm">
            <div className="flex flex-wrap items-center gap-2">
              <span className="min-w-0 flex-1 font-medium break-words">{tuning.reason}</span>
              {tuning.isExpired && <Badge tone="quiet">expired</Badge>}
              {mayChange && (
                <Button disabled={remove.isPending} onClick={() => remove.mutate(tuning.id)}>
                  Take back
                </Button>
              )}
            </div>
            <p className="text-xs text-ink-3">
              {tuning.createdBy}, <When at={tuning.createdAt} />
              {tuning.expiresAt && (
                <>
                  , until <When at={tuning.expiresAt} exact />
                </>
              )}
            </p>
            <details>
              <summary className="cursor-pointer rounded text-accent">The filter</summary>
              <pre className="mt-2 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs">{tuning.yaml}</pre>
            </details>
          </li>
        ))}
      </ul>
      {isTuning && <TuneDialog tenantId={tenantId} rule={rule} onClose={() => setTuning(false)} />}
    </div>
  )
}
