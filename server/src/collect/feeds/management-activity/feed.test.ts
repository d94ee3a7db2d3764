import { MANAGEMENT_ACTIVITY_FEEDS } from './feed.ts'
import { testAuditFeed } from './testing/test-audit-feed.ts'

/** One of five, which differ by their content alone; the others are in feed.long.ts. */
testAuditFeed(MANAGEMENT_ACTIVITY_FEEDS.find(({ id }) => id.endsWith('Audit.Exchange'))!)
