import type { Rule, TuneRule } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { fromNow } from '#lib/put-off.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Field, ListField, Select } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

const HOWS = [
  { is: 'equals', title: 'is one of' },
  { is: 'contains', title: 'contains one of' },
  { is: 'startswith', title: 'begins with one of' },
  { is: 'endswith', title: 'ends with one of' },
  { is: 'cidr', title: 'is in one of these networks' },
] as const

type Condition = TuneRule['conditions'][number]

const DAY_MS = 86_400_000

/** Leaves events out of a rule, with a reason and an end. */
export function TuneDialog({ tenantId, rule, onClose }: { tenantId: string; rule: Rule; onClose: () => void }) {
  const client = useQueryClient()
  const [condition, setCondition] = useState<Condition>({ field: 'UserId', is: 'equals', values: [] })
  const [reason, setReason] = useState('')
  const [days, setDays] = useState(90)
  const tune = useMutation({
    mutationFn: () => {
      const expiresAt = days > 0 ? { expiresAt: fromNow(days * DAY_MS) } : {}
      return tenantApi(tenantId).tuneRule(rule.id, { conditions: [condition], reason: reason.trim(), ...expiresAt })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queries.rules(tenantId).queryKey })
      onClose()
    },
  })
  const isComplete = condition.field.trim() !== '' && condition.values.length > 0 && reason.trim() !== ''
  return (
    <Dialog
      onClose={onClose}
      title="Leave something out"
      description={`“${rule.title}” no longer matches events in which`}
    >
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault()
          tune.mutate()
        }}
      >
        <div className="grid gap-3 sm:grid-cols-2">
          <Field
            label="Field"
            required
            hint="As the rule calls it: UserId, ClientIP, Parameters…"
            value={condition.field}
            onChange={({ target }) => setCondition({ ...condition, field: target.value })}
          />
          <Select
            label="Comparison"
            value={condition.is}
            onChange={({ target }) =>
              setCondition({ ...condition, is: HOWS.find(({ is }) => is === target.value)?.is ?? 'equals' })
            }
          >
            {HOWS.map(({ is, title }) => (
              <option key={is} value={is}>
                {title}
              </option>
            ))}
          </Select>
        </div>
        <ListField
          label="Values"
          hint="Taken as they are, whatever their case."
          texts={condition.values}
          onChange={(values) => setCondition({ ...condition, values })}
        />
        <Field
          label="Reason"
          required
          maxLength={1000}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        <Select label="Until" value={days} onChange={({ target }) => setDays(Number(target.value))}>
          <option value={7}>a week from now</option>
          <option value={30}>30 days from now</option>
          <option value={90}>90 days from now</option>
          <option value={365}>a year from now</option>
          <option value={0}>taken back</option>
        </Select>
        {tune.error && <ProblemBanner error={tune.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={!isComplete || tune.isPending}>
            Leave out
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
