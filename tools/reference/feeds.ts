import { CLOUDS, FEATURES, FEEDS, optionsOf, whyNotOffered } from '@cordon/server/reference'

import { code, page, table } from './markdown.ts'

type Feed = (typeof FEEDS)[number]

/** The page of all feeds: what each reads, when, under which conditions, and its settings. */
export function renderFeeds(): string {
  return page(
    'Feeds',
    `What Cordon collects. A connection that names no feeds collects the audit log, the feeds that begin with ${code('management-activity')}. Settings go with a connection: ${code('--set feed:name=value')}; they are tried before they are saved.`,
    [
      table(
        ['feed', 'what', 'dataset', 'window', 'kept by Microsoft', 'permissions', 'not offered in'],
        FEEDS.map((feed) => [
          code(feed.id),
          feed.title,
          code(feed.dataset),
          hours(feed.windowing.windowMs),
          hours(feed.windowing.retentionMs),
          feed.permissions.map(({ permission }) => code(permission)).join(', '),
          CLOUDS.filter((cloud) => whyNotOffered(feed, cloud) !== undefined)
            .map(({ name }) => code(name))
            .join(', '),
        ]),
      ),
      '## How late records are',
      table(
        ['feed', 'lateness'],
        FEEDS.map(({ id, lateness }) => [code(id), lateness]),
      ),
      '## What a feed needs beside permissions',
      table(
        ['feed', 'kind', 'what', 'why'],
        FEATURES.filter(({ use }) => use === 'collect').flatMap(({ id, requirements }) =>
          requirements.map(({ kind, name, why }) => [code(id), kind.replace('-', ' '), name, why]),
        ),
      ),
      '## Settings',
      table(['feed', 'setting', 'default', 'meaning'], FEEDS.flatMap(settingRows)),
    ].join('\n\n'),
  )
}

function settingRows(feed: Feed): string[][] {
  const properties = (optionsOf(feed)?.['properties'] ?? {}) as Record<
    string,
    { default?: unknown; description?: string }
  >
  const rows = Object.entries(properties).map(([name, setting]) => [
    code(feed.id),
    code(name),
    setting.default === undefined ? 'none' : code(JSON.stringify(setting.default)),
    setting.description ?? '',
  ])
  const { secret } = feed
  return secret
    ? [...rows, [code(feed.id), secret.title, 'none', `${secret.why} Given with ${code('--feed-secret')}.`]]
    : rows
}

function hours(ms: number): string {
  const count = ms / 3_600_000
  return count % 1 === 0 ? `${count} h` : `${count.toFixed(1)} h`
}
