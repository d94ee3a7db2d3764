import { z } from 'zod'

import type { Feed } from '#collect/feed.ts'
import { type Cloud, RESOURCE_TITLES } from '#connect/clouds.ts'
import type { PermissionNeed, RequirementNeed } from '#domain/tenant.ts'

import { type Feature, whyNotOffered } from './permissions.ts'

/** What a new connection may be made of, and what is to be known before it is chosen. */
export interface ConnectionChoices {
  clouds: { name: string; title: string; cloudAppsHosts: string[] }[]
  feeds: FeedChoice[]
  actions: { id: string; title: string; permissions: PermissionNeed[]; notOffered: NotOffered[] }[]
}

export interface FeedChoice {
  id: string
  title: string
  /** The API as Microsoft names it. */
  api: string
  dataset: string
  lateness: string
  /** Collected where no feeds are named. */
  isDefault: boolean
  permissions: PermissionNeed[]
  requirements: RequirementNeed[]
  notOffered: NotOffered[]
  /** JSON Schema. */
  options?: Record<string, unknown>
  secret?: { title: string; why: string; isNeeded: boolean }
}

interface NotOffered {
  cloud: string
  why: string
}

/** Everything that may be chosen in some cloud. */
export function choicesOf(
  clouds: readonly Cloud[],
  feeds: readonly Feed[],
  features: readonly Feature[],
): ConnectionChoices {
  return {
    clouds: clouds.map(({ name, title, portals }) => ({ name, title, cloudAppsHosts: [...portals] })),
    feeds: feeds.map((feed) => {
      const { id, title, api, dataset, lateness, permissions, requirements = [], secret } = feed
      const options = optionsOf(feed)
      return {
        id,
        title,
        api: RESOURCE_TITLES[api],
        dataset,
        lateness,
        isDefault: isDefault(feed),
        permissions: [...permissions],
        requirements: [...requirements],
        notOffered: notOffered(feed, clouds),
        ...(options && { options }),
        ...(secret && { secret }),
      }
    }),
    actions: features
      .filter(({ use }) => use === 'respond')
      .map((feature) => ({
        id: feature.id,
        title: feature.title,
        permissions: [...feature.permissions],
        notOffered: notOffered(feature, clouds),
      })),
  }
}

/**
 * The audit log is what every tenant has, under one permission and without a license of its own. Any other feed is a choice: it
 * asks for more, some bring ten times as many events, and one that cannot work would be a gap from the first minute.
 */
export function isDefault({ api }: Pick<Feed, 'api'>): boolean {
  return api === 'management-activity'
}

/** A feed's settings as JSON Schema; undefined without any. */
export function optionsOf({ options }: Feed): Record<string, unknown> | undefined {
  return options && z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' })
}

function notOffered(feature: Pick<Feature, 'api' | 'notOfferedIn'>, clouds: readonly Cloud[]): NotOffered[] {
  return clouds.flatMap((cloud) => {
    const why = whyNotOffered(feature, cloud)
    return why === undefined ? [] : [{ cloud: cloud.name, why }]
  })
}
