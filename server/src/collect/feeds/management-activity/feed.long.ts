import { MANAGEMENT_ACTIVITY_FEEDS } from './feed.ts'
import { testAuditFeed } from './testing/test-audit-feed.ts'

for (const feed of MANAGEMENT_ACTIVITY_FEEDS.filter(({ id }) => !id.endsWith('Audit.Exchange'))) testAuditFeed(feed)
