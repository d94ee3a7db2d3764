import { useNavigate } from '@tanstack/react-router'
import { Crosshair } from 'lucide-react'

import type { HuntPrefill } from '#lib/hunt-prefill.ts'

import { Button } from './button.tsx'

/** Goes to a new investigation with this filter filled in. */
export function HuntButton({ tenantId, prefill, title }: { tenantId: string; prefill: HuntPrefill; title: string }) {
  const navigate = useNavigate()
  return (
    <Button
      look="primary"
      onClick={() =>
        void navigate({ to: '/tenants/$tenantId/investigations/new', params: { tenantId }, search: prefill })
      }
    >
      <Crosshair aria-hidden className="size-4" />
      {title}
    </Button>
  )
}
