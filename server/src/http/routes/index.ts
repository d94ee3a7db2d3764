import type { Route } from '#http/route.ts'

import { ACTION_ROUTES } from './actions.ts'
import { ALERT_ROUTES } from './alerts.ts'
import { AUDIT_ROUTES } from './audit.ts'
import { COLLECTED_FILE_ROUTES } from './collected-files.ts'
import { CONNECTION_ROUTES } from './connections.ts'
import { DESTINATION_ROUTES } from './destinations.ts'
import { ENTITY_ROUTES } from './entities.ts'
import { EVENT_ROUTES } from './events.ts'
import { EVIDENCE_ROUTES } from './evidence.ts'
import { INTAKE_ROUTES } from './intake.ts'
import { INVESTIGATION_ROUTES } from './investigations.ts'
import { KEY_ROUTES } from './keys.ts'
import { OVERVIEW_ROUTES } from './overview.ts'
import { RETENTION_ROUTES } from './retention.ts'
import { RULE_ROUTES } from './rules.ts'
import { SAFEGUARD_ROUTES } from './safeguards.ts'
import { SAVED_SEARCH_ROUTES } from './saved-searches.ts'
import { SESSION_ROUTES } from './session.ts'
import { SIGN_ON_ROUTES } from './sign-on.ts'
import { STREAM_ROUTES } from './stream.ts'
import { TOKEN_ROUTES } from './tokens.ts'
import { USER_ROUTES } from './users.ts'
import { VALUE_LIST_ROUTES } from './value-lists.ts'

/** Every route of the API. One that is not in this list does not exist. */
export const ROUTES: readonly Route[] = [
  ...SESSION_ROUTES,
  ...SIGN_ON_ROUTES,
  ...TOKEN_ROUTES,
  ...USER_ROUTES,
  ...AUDIT_ROUTES,
  ...CONNECTION_ROUTES,
  ...KEY_ROUTES,
  ...OVERVIEW_ROUTES,
  ...EVENT_ROUTES,
  ...SAVED_SEARCH_ROUTES,
  ...RETENTION_ROUTES,
  ...SAFEGUARD_ROUTES,
  ...ENTITY_ROUTES,
  ...INTAKE_ROUTES,
  ...DESTINATION_ROUTES,
  ...ALERT_ROUTES,
  ...RULE_ROUTES,
  ...VALUE_LIST_ROUTES,
  ...INVESTIGATION_ROUTES,
  ...EVIDENCE_ROUTES,
  ...ACTION_ROUTES,
  ...COLLECTED_FILE_ROUTES,
  ...STREAM_ROUTES,
]
