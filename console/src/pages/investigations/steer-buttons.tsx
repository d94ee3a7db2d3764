import type { Investigation } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Copy, Pause, Play, Square } from 'lucide-react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { isOpen } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

type Verb = 'stop' | 'pause' | 'resume' | 'duplicate'

const LOOKS = {
  pause: { title: 'Pause', Icon: Pause },
  resume: { title: 'Resume', Icon: Play },
  stop: { title: 'Stop', Icon: Square },
  duplicate: { title: 'Run again', Icon: Copy },
} satisfies Record<Verb, { title: string; Icon: typeof Pause }>

function verbsFor(state: Investigation['state']): Verb[] {
  if (state === 'paused') return ['resume', 'stop']
  return isOpen(state) ? ['pause', 'stop'] : ['duplicate']
}

/** Hold it, let it go on, stop it, or the same again over what is there now. */
export function SteerButtons({ tenantId, investigation }: { tenantId: string; investigation: Investigation }) {
  const { id, state } = investigation
  const client = useQueryClient()
  const navigate = useNavigate()
  const { reaches } = useUser()
  const steer = useMutation({
    mutationFn: (verb: Verb) => tenantApi(tenantId).steerInvestigation(id, verb),
    onSuccess: async (changed) => {
      client.setQueryData(queries.investigation(tenantId, changed.id).queryKey, changed)
      if (changed.id === id) return
      await navigate({
        to: '/tenants/$tenantId/investigations/$investigationId',
        params: { tenantId, investigationId: changed.id },
      })
    },
  })
  if (!reaches('analyst')) return null
  return (
    <>
      {verbsFor(state).map((verb) => {
        const { title, Icon } = LOOKS[verb]
        return (
          <Button key={verb} disabled={steer.isPending || state === 'stopping'} onClick={() => steer.mutate(verb)}>
            <Icon aria-hidden className="size-4" />
            {state === 'stopping' && verb === 'stop' ? 'Stopping…' : title}
          </Button>
        )
      })}
      {steer.error && (
        <div className="w-full">
          <ProblemBanner error={steer.error} />
        </div>
      )}
    </>
  )
}
