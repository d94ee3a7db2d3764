import { useNavigate } from '@tanstack/react-router'
import { Crosshair } from 'lucide-react'

import type { MailPrefill } from '#lib/mail-prefill.ts'

import { Button } from './button.tsx'

/** Goes to a new investigation with this mail's facts filled in. */
export function HuntButton({ tenantId, mail, title }: { tenantId: string; mail: MailPrefill; title: string }) {
  const navigate = useNavigate()
  return (
    <Button
      look="primary"
      onClick={() => void navigate({ to: '/tenants/$tenantId/investigations/new', params: { tenantId }, search: mail })}
    >
      <Crosshair aria-hidden className="size-4" />
      {title}
    </Button>
  )
}
