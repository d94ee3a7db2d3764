import type { Rule } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'

type Props = { tenantId: string; rule: Rule; mayChange: boolean }

/** Switches a rule off at once; on leads to its page, where it is tried over what is stored first. */
export function RuleSwitch({ tenantId, rule, mayChange }: Props) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const off = useMutation({
    mutationFn: () => tenantApi(tenantId).switchRules({ ids: [rule.id], isEnabled: false }),
    onSettled: () => client.invalidateQueries({ queryKey: queries.rules(tenantId).queryKey }),
  })
  const change = () => {
    if (rule.isEnabled) off.mutate()
    else void navigate({ to: '/tenants/$tenantId/rules/$ruleId', params: { tenantId, ruleId: rule.id } })
  }
  return (
    <button
      type="button"
      role="switch"
      aria-checked={rule.isEnabled}
      aria-label={`${rule.title}: on`}
      title={rule.isEnabled ? 'Switch off' : 'Try it and switch it on'}
      disabled={!mayChange || off.isPending}
      onClick={change}
      className={`relative block h-4 w-7 rounded-full transition-colors disabled:opacity-60 ${rule.isEnabled ? 'bg-accent-fill' : 'bg-line-strong'}`}
    >
      <span
        aria-hidden
        className={`absolute top-0.5 size-3 rounded-full bg-on-fill transition-[left] ${rule.isEnabled ? 'left-3.5' : 'left-0.5'}`}
      />
    </button>
  )
}
