import type { Action } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { EVERY_ACTION, isShadowOnly, useMayStop, useSafeguardChange, useSafeguards } from '#lib/safeguards.ts'
import { count, kindsTitle } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Check } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

/** Which actions of the tenant only say what they would have done; administrators choose them. */
export function ShadowOnly({ tenantId }: { tenantId: string }) {
  const [isOpen, setOpen] = useState(false)
  const shadowActions = useSafeguards(tenantId)?.shadowActions
  const actions = useQuery(queries.actions()).data?.actions
  const { here } = useMayStop(tenantId)
  if (!shadowActions || !actions || (!here && shadowActions.length === 0)) return null
  const text = shadowActions.includes(EVERY_ACTION)
    ? 'Every action only runs as shadow'
    : shadowActions.length > 0
      ? `${count(shadowActions.length, 'action')} only as shadow`
      : 'Shadow mode…'
  if (!here) return <span className="text-sm text-ink-2">{text}</span>
  return (
    <>
      <Button onClick={() => setOpen(true)}>{text}</Button>
      {isOpen && <ShadowDialog {...{ tenantId, actions, shadowActions }} onClose={() => setOpen(false)} />}
    </>
  )
}

interface Props {
  tenantId: string
  actions: readonly Action[]
  shadowActions: readonly string[]
  onClose: () => void
}

function ShadowDialog({ tenantId, actions, shadowActions, onClose }: Props) {
  const [chosen, setChosen] = useState<readonly string[]>(shadowActions)
  const save = useSafeguardChange(tenantId, async () => {
    await tenantApi(tenantId).changeSafeguards({ shadowActions: [...chosen] })
    onClose()
  })
  const isEvery = chosen.includes(EVERY_ACTION)
  const others = chosen.filter((each) => each !== EVERY_ACTION)
  return (
    <Dialog
      onClose={onClose}
      title="Shadow mode"
      description="Actions chosen here read everything, say what they would have done, and change nothing in this tenant."
    >
      <div className="space-y-4">
        <Check
          label="Every action"
          hint="Those that come with later versions, too."
          checked={isEvery}
          onChange={(isOn) => setChosen(isOn ? [EVERY_ACTION] : [])}
        />
        {[...Map.groupBy(actions, ({ on }) => on)].map(([kind, own]) => (
          <fieldset key={kind} disabled={isEvery} className="space-y-1.5 disabled:opacity-60">
            <legend className="mb-1 text-xs font-medium text-ink-3">{kindsTitle(kind)}</legend>
            {own.map(({ id, title }) => (
              <Check
                key={id}
                label={title}
                checked={isShadowOnly({ shadowActions: [...chosen] }, id)}
                onChange={(isOn) => setChosen(isOn ? [...others, id] : others.filter((each) => each !== id))}
              />
            ))}
          </fieldset>
        ))}
        {save.error && <ProblemBanner error={save.error} />}
      </div>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" disabled={save.isPending} onClick={() => save.mutate(undefined)}>
          Save
        </Button>
      </DialogActions>
    </Dialog>
  )
}
