import type { ActionRun } from '#domain/action-run.ts'
import type { Alert } from '#domain/alert.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation } from '#domain/investigation.ts'
import type { Safeguards } from '#domain/safeguards.ts'

/** What happened just now in a tenant. Only news: whoever misses it reads the stores. */
export type News =
  /** `newest` is the newest event's own time. */
  | { kind: 'events'; count: number; newest: string }
  | { kind: 'alert'; alert: Alert }
  | { kind: 'investigation'; investigation: Investigation }
  | { kind: 'action-run'; actionRun: ActionRun }
  | { kind: 'safeguards'; safeguards: Safeguards }

export type Listener = (news: News) => void

/** Carries news from the stages to whoever watches a tenant, within one process. */
export interface Bus {
  publish(tenantId: TenantId, news: News): void
  /** Calls `listener` for the tenant's news until the returned function is called. */
  subscribe(tenantId: TenantId, listener: Listener): () => void
}

export function createBus(): Bus {
  const listeners = new Map<TenantId, Set<Listener>>()
  return {
    publish(tenantId, news) {
      for (const listener of listeners.get(tenantId) ?? []) listener(news)
    },
    subscribe(tenantId, listener) {
      const ofTenant = listeners.get(tenantId) ?? new Set()
      listeners.set(tenantId, ofTenant.add(listener))
      return () => {
        ofTenant.delete(listener)
        if (ofTenant.size === 0 && listeners.get(tenantId) === ofTenant) listeners.delete(tenantId)
      }
    },
  }
}
