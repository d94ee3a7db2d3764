import type { TargetKindName } from '@cordon/api'

/** What has a page of its own: where that is, and what Microsoft calls the id on it. */
export const ENTITY_PAGES = {
  user: { to: '/tenants/$tenantId/users/$name', idLabel: 'object ID' },
  device: { to: '/tenants/$tenantId/devices/$name', idLabel: 'ID in Defender' },
  'service-principal': { to: '/tenants/$tenantId/service-principals/$name', idLabel: 'object ID' },
} as const satisfies Partial<Record<TargetKindName, unknown>>

export type EntityKind = keyof typeof ENTITY_PAGES

/** Whether targets of the kind have a page. */
export const hasPage = (kind: TargetKindName | undefined): kind is EntityKind =>
  kind !== undefined && Object.hasOwn(ENTITY_PAGES, kind)
