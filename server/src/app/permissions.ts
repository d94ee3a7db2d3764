import { FEEDS } from '#collect/feeds/index.ts'
import { TRACE_APPLICATION, TRACE_PERMISSION } from '#collect/feeds/message-trace/list-traces.ts'
import { type Cloud, RESOURCE_TITLES } from '#connect/clouds.ts'
import type { FeatureNeed } from '#connect/consent.ts'
import type { MicrosoftApi } from '#connect/microsoft.ts'
import type { PermissionNeed, RequirementNeed, Use } from '#domain/tenant.ts'
import { INVESTIGATE_PERMISSIONS } from '#investigate/permissions.ts'
import { ACTIONS } from '#respond/actions/index.ts'

/**
 * A feature that somebody may want of a tenant: a feed, the search of mailboxes, an action. What it needs is what its unit
 * declares; the planner, the test of a connection and the reference are made from this list and from nothing else.
 */
export interface Feature {
  /** Feed id, `investigate`, or action id. */
  id: string
  title: string
  use: Use
  api: MicrosoftApi
  /** Without any of them it works less well or not at all. */
  permissions: readonly PermissionNeed[]
  /** Whether it works with a part of its permissions. */
  isDivisible: boolean
  requirements: readonly RequirementNeed[]
  notOfferedIn?: { clouds: readonly string[]; why: string }
}

const TRACE_PRINCIPAL: RequirementNeed = {
  kind: 'service-principal',
  name: TRACE_APPLICATION,
  why: 'Message trace runs as this application of Microsoft’s, which is in no tenant by itself; without it every mailbox is searched instead.',
}

export const FEATURES: readonly Feature[] = [
  ...FEEDS.map(({ id, title, api, permissions, requirements = [], notOfferedIn }) => ({
    id,
    title,
    use: 'collect' as const,
    api,
    permissions,
    isDivisible: false,
    requirements,
    ...(notOfferedIn && { notOfferedIn }),
  })),
  {
    id: 'investigate',
    title: 'Search mailboxes and follow mail',
    use: 'investigate',
    api: 'graph',
    permissions: INVESTIGATE_PERMISSIONS,
    isDivisible: true,
    requirements: INVESTIGATE_PERMISSIONS.some(({ permission }) => permission === TRACE_PERMISSION)
      ? [TRACE_PRINCIPAL]
      : [],
  },
  ...ACTIONS.map(({ id, title, permissions, requirements = [], notOfferedIn }) => ({
    id,
    title,
    use: 'respond' as const,
    api: 'graph' as const,
    permissions,
    isDivisible: true,
    requirements,
    ...(notOfferedIn && { notOfferedIn }),
  })),
]

/** Every permission of `features` once a use: what a connection's test looks for. */
export function needsOf(features: readonly Feature[]): FeatureNeed[] {
  const once = new Map<string, FeatureNeed>()
  for (const { use, permissions } of features) {
    for (const need of permissions) {
      const key = `${use} ${need.resource} ${need.permission}`
      if (!once.has(key)) once.set(key, { ...need, feature: use })
    }
  }
  return [...once.values()]
}

/** Why the cloud does not offer it; undefined where it does. */
export function whyNotOffered({ api, notOfferedIn }: Pick<Feature, 'api' | 'notOfferedIn'>, cloud: Cloud) {
  if (notOfferedIn?.clouds.includes(cloud.name)) return notOfferedIn.why
  // The address of Defender for Cloud Apps is the tenant's own, and comes with the connection.
  const isThere = cloud.apis[api] !== undefined || (api === 'cloud-apps' && cloud.portals.length > 0)
  return isThere ? undefined : `${cloud.title} does not offer ${RESOURCE_TITLES[api]}.`
}
