import type { Safeguards } from '@cordon/api'
import { OctagonPause } from 'lucide-react'

import { api, tenantApi } from '#lib/api.ts'
import { useMayStop, useSafeguardChange, useSafeguards } from '#lib/safeguards.ts'
import { Button } from '#parts/button.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

type Stop = Safeguards['stops'][number]

/** On every page while all acting is stopped: where, by whom and why. Whoever may lift it does it here. */
export function ActingStopped({ tenantId }: { tenantId: string }) {
  const stops = useSafeguards(tenantId)?.stops ?? []
  return stops.map((stop) => <Banner key={stop.tenantId ?? ''} {...{ tenantId, stop }} />)
}

function Banner({ tenantId, stop }: { tenantId: string; stop: Stop }) {
  const isHere = stop.tenantId !== undefined
  const { here, everywhere } = useMayStop(tenantId)
  const resume = useSafeguardChange(tenantId, () => (isHere ? tenantApi(tenantId).resumeActing() : api.resumeActing()))
  return (
    <div role="alert" className="border-b border-bad/40 bg-bad-soft px-4 py-2 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <OctagonPause aria-hidden className="size-4 shrink-0 text-bad" />
        <p className="min-w-0 flex-1 basis-64">
          <span className="font-semibold">
            All acting is stopped {isHere ? 'in this tenant' : 'in every tenant'}: {stop.reason}
          </span>{' '}
          <span className="text-ink-2">
            {stop.stoppedBy}, <When at={stop.stoppedAt} />. Nothing begins, and what runs holds before its next target.
          </span>
        </p>
        {(isHere ? here : everywhere) && (
          <Button disabled={resume.isPending} onClick={() => resume.mutate(undefined)}>
            Let actions go on
          </Button>
        )}
      </div>
      {resume.error && <ProblemBanner error={resume.error} />}
    </div>
  )
}
