import type { Feed } from '#collect/feed.ts'

import { MANAGEMENT_ACTIVITY_FEEDS } from './management-activity/feed.ts'

/** Every feed there is. A feed that is not in this list does not exist. */
export const FEEDS: readonly Feed[] = [...MANAGEMENT_ACTIVITY_FEEDS]
