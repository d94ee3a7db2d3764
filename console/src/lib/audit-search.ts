/** What the page of the audit log shows: held in its address. */
export interface AuditSearch {
  /** The whole installation when absent. */
  tenant?: string
  actor?: string
  action?: string
  /** ISO days, in UTC; `to` is included. */
  from?: string
  to?: string
}

export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const text = (name: string, pattern: RegExp) => {
    const value = search[name]
    return typeof value === 'string' && pattern.test(value) ? { [name]: value } : {}
  }
  const day = /^\d{4}-\d\d-\d\d$/
  return {
    ...text('tenant', /^[0-9a-f-]{36}$/),
    ...text('actor', /^.{1,200}$/),
    ...text('action', /^[\w.-]{1,100}$/),
    ...text('from', day),
    ...text('to', day),
  }
}

const DAY_MS = 86_400_000

/** As the server is asked. */
export function auditParams({ actor, action, from, to }: AuditSearch, before?: number): URLSearchParams {
  const params = new URLSearchParams({ limit: '100' })
  if (actor) params.set('actor', actor)
  if (action) params.set('action', action)
  if (from) params.set('from', `${from}T00:00:00Z`)
  if (to) params.set('to', new Date(Date.parse(`${to}T00:00:00Z`) + DAY_MS).toISOString())
  if (before !== undefined) params.set('before', String(before))
  return params
}
