/** What the address of the alerts page says: which alerts are shown; those in the queue without. */
export interface AlertSearch {
  status?: 'suppressed' | 'closed' | 'all'
  rule?: string
  mine?: true
}

export function parseAlertSearch({ status, rule, mine }: Record<string, unknown>): AlertSearch {
  return {
    ...((status === 'suppressed' || status === 'closed' || status === 'all') && { status }),
    ...(typeof rule === 'string' && rule !== '' && { rule }),
    ...(mine === true && { mine }),
  }
}
