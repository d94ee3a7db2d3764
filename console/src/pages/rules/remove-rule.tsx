import type { Rule } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

/** Takes an imported file away again. */
export function RemoveRule({ tenantId, rule }: { tenantId: string; rule: Rule }) {
  const [isAsking, setAsking] = useState(false)
  const client = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => tenantApi(tenantId).removeRule(rule.id),
    onSuccess: async () => {
      await navigate({ to: '/tenants/$tenantId/rules', params: { tenantId } })
      await client.invalidateQueries({ queryKey: queries.rules(tenantId).queryKey })
    },
  })
  return (
    <>
      <Button onClick={() => setAsking(true)}>Remove…</Button>
      {isAsking && (
        <Dialog
          onClose={() => setAsking(false)}
          title="Remove this file of rules?"
          description="Its alerts stay. Importing it again brings it back."
        >
          <p className="text-sm">
            <code className="font-mono break-all">{rule.path}</code> and every rule in it no longer detect anything.
          </p>
          {remove.error && <ProblemBanner error={remove.error} />}
          <DialogActions>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
              Remove the file
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
