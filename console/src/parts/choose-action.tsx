import type { Action, PlanActionRun } from '@cordon/api'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { isShadowOnly, useSafeguards } from '#lib/safeguards.ts'
import { createSealingKey, SEAL_SETTING } from '#lib/sealing-key.ts'
import { type Setting, settingsOf, type SettingValue } from '#lib/settings.ts'
import { actionable } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Choice } from '#parts/field.tsx'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { SettingField } from '#parts/setting-field.tsx'

interface Props {
  tenantId: string
  /** What the action is to be on. */
  on: readonly Action['on'][]
  /** "For 23 messages." */
  what: string
  /** The connection whose cloud decides what is offered, where it is known. */
  connectionId?: string | undefined
  /** What to plan it for, asked once an action is chosen. */
  request: () => Promise<Pick<PlanActionRun, 'investigationId' | 'connectionId' | 'targets'>>
  onClose: () => void
  /** Further choices, above the actions. */
  children?: ReactNode
}

/** What to do, with the truth about getting it back. A plan changes nothing; a shadow run only reads. */
export function ChooseAction({ tenantId, on, what, connectionId, request, onClose, children }: Props) {
  const navigate = useNavigate()
  const { reaches } = useUser()
  const [actionId, setActionId] = useState<string>()
  const [changed, setChanged] = useState<Record<string, SettingValue>>({})
  const actions = useQuery(queries.actions())
  const cloud = useQuery(queries.connections()).data?.connections.find(({ id }) => id === connectionId)?.cloud
  const offered = actions.data?.actions.filter((each) => on.includes(each.on))
  const action = offered?.find((each) => each.id === actionId)
  const isComplete = action !== undefined && settingsOf(action).every((setting) => isGiven(setting, changed))
  const plan = useMutation({
    mutationFn: async ({ id, shadow }: { id: string; shadow: boolean }) => {
      const isSealed = action !== undefined && settingsOf(action).some((setting) => !isAsked(setting))
      const options = { ...changed, ...(isSealed && { [SEAL_SETTING]: await createSealingKey() }) }
      const more = Object.keys(options).length > 0 ? { options } : {}
      const asked = { action: id, shadow, ...more, ...(await request()) }
      const { actionRun } = await tenantApi(tenantId).planActionRun(asked)
      const targets = actionable(actionRun)
      if (shadow && targets > 0) await tenantApi(tenantId).executeActionRun(actionRun.id, targets)
      return actionRun
    },
    onSuccess: ({ id }) =>
      navigate({ to: '/tenants/$tenantId/action-runs/$actionRunId', params: { tenantId, actionRunId: id } }),
  })
  const safeguards = useSafeguards(tenantId)
  const isShadowed = (id: string) => safeguards !== undefined && isShadowOnly(safeguards, id)
  const begin = (shadow: boolean) => action && plan.mutate({ id: action.id, shadow })
  return (
    <Dialog
      onClose={onClose}
      title="Choose action"
      description={`For ${what}. Neither a plan nor a shadow run changes anything.`}
    >
      {actions.error && <ProblemBanner error={actions.error} onRetry={() => void actions.refetch()} />}
      {children}
      {actions.isPending && <SkeletonRows rows={6} />}
      <div role="radiogroup" aria-label="Action" className="space-y-2">
        {offered?.map((each) => (
          <ActionChoice
            key={each.id}
            action={each}
            cloud={cloud}
            isShadowed={isShadowed(each.id)}
            checked={actionId === each.id}
            onChange={() => {
              setActionId(each.id)
              setChanged({})
            }}
          >
            {settingsOf(each)
              .filter(isAsked)
              .map((setting) => (
                <SettingField
                  key={setting.name}
                  setting={setting}
                  value={changed[setting.name] ?? setting.initial}
                  onChange={(value) => setChanged({ ...changed, [setting.name]: value })}
                />
              ))}
          </ActionChoice>
        ))}
      </div>
      {plan.error && (
        <div className="mt-3">
          <ProblemBanner error={plan.error} />
        </div>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        {reaches('responder') && (
          <Button disabled={!isComplete || plan.isPending} onClick={() => begin(true)}>
            Shadow run
          </Button>
        )}
        {!(action && isShadowed(action.id)) && (
          <Button look="primary" disabled={!isComplete || plan.isPending} onClick={() => begin(false)}>
            {plan.isPending ? 'Planning…' : 'Plan action'}
          </Button>
        )}
      </DialogActions>
    </Dialog>
  )
}

/** The key is made here; nobody types one. */
const isAsked = ({ name }: Setting) => name !== SEAL_SETTING

/** Whether it may be left as it is. */
const isGiven = (setting: Setting, changed: Record<string, SettingValue>) =>
  !setting.isNeeded || !isAsked(setting) || (changed[setting.name] ?? setting.initial) !== ''

interface ActionChoiceProps {
  action: Action
  cloud: string | undefined
  /** The tenant lets it run as shadow only. */
  isShadowed: boolean
  checked: boolean
  onChange: () => void
  /** Its settings, shown once it is chosen. */
  children: ReactNode[]
}

function ActionChoice({ action, cloud, isShadowed, checked, onChange, children }: ActionChoiceProps) {
  const { title, recoverability, reversible, notOfferedIn } = action
  const refused = notOfferedIn && cloud !== undefined && notOfferedIn.clouds.includes(cloud)
  return (
    <>
      <Choice
        name="action"
        title={title}
        aside={
          isShadowed ? (
            <Badge tone="quiet">Only as shadow</Badge>
          ) : (
            <Badge tone={reversible ? 'good' : 'warn'}>{reversible ? 'Can be undone' : 'No undo'}</Badge>
          )
        }
        detail={refused ? notOfferedIn.why : recoverability}
        disabled={refused}
        checked={checked}
        onChange={onChange}
      />
      {checked && children.length > 0 && (
        <fieldset aria-label={`Settings of “${title}”`} className="ml-4 space-y-3 border-l-2 border-accent py-1 pl-4">
          {children}
        </fieldset>
      )}
    </>
  )
}
