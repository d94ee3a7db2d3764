import type { MailHit } from '@cordon/api'
import { Link } from '@tanstack/react-router'

import { useTenantId } from '#lib/tenant.ts'
import { ACTION_RUN_STATE, TARGET_STATE, type Tone } from '#lib/words.ts'

import { Badge } from '#parts/badge.tsx'

/** The newest action on a hit: how it stands, and the way to its proof. */
export function LastAction({ actionRunId, state }: NonNullable<MailHit['lastAction']>) {
  const tenantId = useTenantId()
  const known: Record<string, { word: string; tone: Tone }> = { ...ACTION_RUN_STATE, ...TARGET_STATE }
  const { word, tone } = known[state] ?? { word: state, tone: 'quiet' as const }
  return (
    <Link
      to="/tenants/$tenantId/action-runs/$actionRunId"
      params={{ tenantId, actionRunId }}
      className="rounded hover:brightness-110"
    >
      <Badge tone={tone}>{word}</Badge>
    </Link>
  )
}
