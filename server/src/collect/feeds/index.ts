import type { Feed } from '#collect/feed.ts'

import { AZURE_FEEDS } from './azure/feed.ts'
import { CLOUD_APPS_FEEDS } from './cloud-apps/feed.ts'
import { DEFENDER_FEEDS } from './defender/feed.ts'
import { DIRECTORY_AUDITS } from './directory-audits/feed.ts'
import { ENTITY_FEEDS } from './entities/feed.ts'
import { IDENTITY_PROTECTION_FEEDS } from './identity-protection/feed.ts'
import { EVENT_HUBS_FEEDS } from './event-hubs/feed.ts'
import { MANAGEMENT_ACTIVITY_FEEDS } from './management-activity/feed.ts'
import { MESSAGE_TRACE_FEEDS } from './message-trace/feed.ts'
import { PHISHING_MAILBOX_FEEDS } from './phishing-mailbox/feed.ts'
import { QUARANTINE_FEEDS } from './quarantine/feed.ts'
import { SIGN_IN_FEEDS } from './sign-ins/feed.ts'
import { SUBMISSION_FEEDS } from './submissions/feed.ts'

/** Every feed there is. A feed that is not in this list does not exist. */
export const FEEDS: readonly Feed[] = [
  ...MANAGEMENT_ACTIVITY_FEEDS,
  ...SIGN_IN_FEEDS,
  DIRECTORY_AUDITS,
  ...IDENTITY_PROTECTION_FEEDS,
  ...ENTITY_FEEDS,
  ...DEFENDER_FEEDS,
  ...SUBMISSION_FEEDS,
  ...PHISHING_MAILBOX_FEEDS,
  ...MESSAGE_TRACE_FEEDS,
  ...QUARANTINE_FEEDS,
  ...CLOUD_APPS_FEEDS,
  ...AZURE_FEEDS,
  ...EVENT_HUBS_FEEDS,
]
