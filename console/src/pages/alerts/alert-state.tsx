import type { Alert } from '@cordon/api'

import { isPutOff } from '#lib/put-off.ts'
import { Badge } from '#parts/badge.tsx'

/** Whether an alert is in the queue, put off or closed. */
export function AlertState({ alert }: { alert: Alert }) {
  if (alert.status === 'closed') return <Badge tone="quiet">closed</Badge>
  return isPutOff(alert) ? <Badge tone="warn">put off</Badge> : <Badge tone="busy">open</Badge>
}
