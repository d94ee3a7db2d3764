import { FEEDS } from '#collect/feeds/index.ts'
import type { FeatureNeed } from '#connect/consent.ts'
import type { PermissionNeed } from '#domain/tenant.ts'
import { INVESTIGATE_PERMISSIONS } from '#investigate/permissions.ts'
import { ACTIONS } from '#respond/actions/index.ts'

/** Every permission that some unit declares, once a feature: what a connection's test looks for. */
export const FEATURE_NEEDS: readonly FeatureNeed[] = [
  ...needsOf(
    'collect',
    FEEDS.flatMap(({ permissions }) => permissions),
  ),
  ...needsOf('investigate', INVESTIGATE_PERMISSIONS),
  ...needsOf(
    'respond',
    ACTIONS.flatMap(({ permissions }) => permissions),
  ),
]

function needsOf(feature: string, needs: readonly PermissionNeed[]): FeatureNeed[] {
  const once = new Map(needs.map((need) => [`${need.resource} ${need.permission}`, need]))
  return [...once.values()].map((need) => ({ ...need, feature }))
}
