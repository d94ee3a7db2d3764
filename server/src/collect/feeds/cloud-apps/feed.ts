import { z } from 'zod'

import { defineFeed, type Feed, type FeedContext, type Span } from '#collect/feed.ts'
import { inlineBatches } from '#collect/inline-batches.ts'
import { toRecords } from '#collect/listed-items.ts'
import { CLOUD_APPS_PERMISSION, listEntities, type EntityList } from '#connect/apis/cloud-apps/list-entities.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { AppError } from '#domain/errors.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

/**
 * Defender for Cloud Apps: what it found in the use of cloud apps, and what it saw there. Activities are listed by when they
 * were saved, so nothing is late; alerts by when they were raised, and read again for a week, because what is decided about
 * them changes them and leaves no time.
 *
 * @see https://learn.microsoft.com/defender-cloud-apps/api-introduction
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const READ: PermissionNeed = {
  resource: RESOURCE_TITLES['cloud-apps'],
  permission: CLOUD_APPS_PERMISSION,
  why: 'Reads alerts and activities of Defender for Cloud Apps.',
}

const COMMON = {
  api: 'cloud-apps',
  permissions: [READ],
  requirements: [
    {
      kind: 'setting',
      name: 'Address of Defender for Cloud Apps',
      why: 'Every tenant has one of its own: https://security.microsoft.com > Settings > Cloud apps > About > API URL.',
    },
    {
      kind: 'license',
      name: 'Microsoft Defender for Cloud Apps',
      why: 'Watches the cloud apps; it comes with Microsoft 365 E5, E5 Security and EMS E5.',
    },
  ],
  notOfferedIn: { clouds: ['china'], why: 'Defender for Cloud Apps is not offered in the cloud of 21Vianet.' },
} as const

const Options = (days: number) =>
  z.strictObject({
    lookbackDays: z
      .int()
      .min(1)
      .max(180)
      .default(days)
      .describe(
        'Days back to begin with when it is first collected; Microsoft keeps 180, and gives at most 3,000 entries a minute.',
      ),
  })
type Options = z.infer<ReturnType<typeof Options>>

type Listed = Pick<EntityList, 'path' | 'by' | 'what'> & { time: 'timestamp' | 'created' }

async function* list(
  { time, ...listed }: Listed,
  { microsoft, signal, settings }: FeedContext<Options>,
  span: Span,
): ReturnType<typeof inlineBatches> {
  async function* records() {
    const timeOf = (entity: Record<string, unknown>) => z.number().safeParse(entity[time]).data
    for await (const page of listEntities(microsoft, { ...listed, ...span, timeOf, signal }))
      yield toRecords(page, span, { time: timeOf })
  }
  try {
    yield* inlineBatches(records())
  } catch (error) {
    const isUnaddressed = error instanceof AppError && error.code === 'CONNECT_REQUEST_REFUSED' && !error.microsoft
    throw isUnaddressed && settings.cloudAppsUrl === undefined ? addressMissing(error) : error
  }
}

function addressMissing({ what }: AppError): AppError {
  return new AppError({
    code: 'CONNECT_ADDRESS_REFUSED',
    what,
    why: 'Every tenant has an address of its own for Defender for Cloud Apps, and this connection does not name it.',
    fix: 'Copy it from https://security.microsoft.com > Settings > Cloud apps > About > API URL to the connection.',
  })
}

const WINDOWING = {
  // An hour is a good row on a page.
  windowMs: HOUR,
  // Kept for 180 days.
  retentionMs: 180 * DAY - HOUR,
  overlapMs: 30 * MINUTE,
  settleMs: MINUTE,
} as const

export const CLOUD_APPS_FEEDS: readonly Feed[] = [
  defineFeed<Options>({
    ...COMMON,
    id: 'cloud-apps.alerts',
    title: 'Defender for Cloud Apps: alerts',
    dataset: 'cloud_apps.alert',
    lateness: 'Minutes to hours after what they tell, by the kind of detection.',
    // Alerts are few: a day is a page or two.
    windowing: { ...WINDOWING, listMs: DAY, reconcileMs: 7 * DAY },
    options: Options(30),
    lookbackMs: ({ lookbackDays }) => lookbackDays * DAY,
    source: {
      list: (context, span) =>
        list(
          {
            path: '/api/v1/alerts/',
            by: 'date',
            time: 'timestamp',
            what: 'Could not list the alerts of Defender for Cloud Apps.',
          },
          context,
          span,
        ),
    },
  }),
  defineFeed<Options>({
    ...COMMON,
    id: 'cloud-apps.activities',
    title: 'Defender for Cloud Apps: activities',
    dataset: 'cloud_apps.activity',
    lateness: 'Minutes to a day after the fact, by the app; an activity counts as new when Microsoft has saved it.',
    windowing: { ...WINDOWING, reconcileMs: DAY },
    options: Options(7),
    lookbackMs: ({ lookbackDays }) => lookbackDays * DAY,
    source: {
      list: (context, span) =>
        list(
          {
            path: '/api/v1/activities/',
            by: 'created',
            time: 'created',
            what: 'Could not list the activities of Defender for Cloud Apps.',
          },
          context,
          span,
        ),
    },
  }),
]
