import { useMutation } from '@tanstack/react-query'
import { Check, Link2 } from 'lucide-react'

import { tenantApi } from '#lib/api.ts'
import { useUser } from '#lib/rights.ts'
import { Button } from '#parts/button.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

interface Props {
  tenantId: string
  actionRunId: string
}

/** Copies the address of this page with proof of what the plan is now. The approver still signs in, and needs the right. */
export function ApprovalLinkButton({ tenantId, actionRunId }: Props) {
  const { reaches } = useUser()
  const copy = useMutation({
    mutationFn: async () => {
      const { proof } = await tenantApi(tenantId).approvalLink(actionRunId)
      const link = new URL(location.pathname, location.origin)
      link.searchParams.set('proof', proof)
      await navigator.clipboard.writeText(link.href)
    },
  })
  if (!reaches('analyst')) return null
  const Icon = copy.isSuccess ? Check : Link2
  return (
    <>
      <Button disabled={copy.isPending} onClick={() => copy.mutate()}>
        <Icon aria-hidden className="size-4" />
        {copy.isSuccess ? 'Link copied' : 'Copy link for an approver'}
      </Button>
      {copy.error && <ProblemBanner error={copy.error} />}
    </>
  )
}
