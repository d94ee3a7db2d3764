import { AppError } from '#domain/errors.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'

import type { Feed, FeedContext } from './feed.ts'

/** Whose settings: a connection's, and the feed's own secret. */
export interface SettingsOf {
  feed: Feed
  settings?: ConnectionSettings
  secret?: string
}

/**
 * What a feed is told of the settings: its own options, parsed with their defaults, its secret, and the connection's.
 *
 * @throws AppError FEED_OPTIONS_INVALID naming every problem.
 */
export function feedSettings({
  feed,
  settings = {},
  secret,
}: SettingsOf): Pick<FeedContext, 'options' | 'secret' | 'settings'> {
  const options = parseOptions(feed, settings.feedOptions?.[feed.id])
  return { options, settings, ...(secret !== undefined && { secret }) }
}

/** `given` with the feed's defaults. @throws AppError FEED_OPTIONS_INVALID. */
export function parseOptions({ id, title, options: schema }: Feed, given: unknown): unknown {
  if (!schema) return undefined
  const parsed = schema.safeParse(given ?? {})
  if (parsed.success) return parsed.data
  throw new AppError({
    code: 'FEED_OPTIONS_INVALID',
    what: `The settings of the feed "${title}" cannot be used.`,
    why: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'settings'}: ${message}`).join(' '),
    fix: `Correct them on the connection's page, or see ${id} in docs/reference/feeds.md.`,
  })
}
