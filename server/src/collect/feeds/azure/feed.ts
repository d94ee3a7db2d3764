import type { Feed } from '#collect/feed.ts'

import { ACTIVITY_FEED } from './activity.ts'
import { DEFENDER_FOR_CLOUD_FEED } from './defender-for-cloud.ts'

export const AZURE_FEEDS: readonly Feed[] = [ACTIVITY_FEED, DEFENDER_FOR_CLOUD_FEED]
