import { GraphError, badRequest } from '#services/graph/errors.ts'
import { directoryAuditOf } from '#world/entra/directory-audits.ts'
import { readJson } from '#services/graph/json.ts'
import { riskyUser, riskyUsers } from '#world/entra/risk.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Person } from '#world/directory.ts'
import type { Reply } from '#http/exchange.ts'

import { requirePlan } from './plan.ts'

/** What an administrator says of users at risk; it stands in their history and in the directory's audit log. */
interface Verdict {
  activity: string
  state: 'confirmedCompromised' | 'confirmedSafe' | 'dismissed'
  detail: string
  level: 'high' | 'none'
}

const VERDICTS: Record<string, Verdict> = {
  confirmCompromised: {
    activity: 'ConfirmAccountCompromised',
    state: 'confirmedCompromised',
    detail: 'adminConfirmedUserCompromised',
    level: 'high',
  },
  confirmSafe: {
    activity: 'ConfirmAccountSafe',
    state: 'confirmedSafe',
    detail: 'adminConfirmedAccountSafe',
    level: 'none',
  },
  dismiss: { activity: 'DismissUser', state: 'dismissed', detail: 'adminDismissedAllRiskForUser', level: 'none' },
}

export const actionRoutes: readonly Route[] = Object.entries(VERDICTS).map(([action, verdict]) => ({
  method: 'POST',
  pattern: `/identityProtection/riskyUsers/${action}`,
  roles: ['IdentityRiskyUser.ReadWrite.All'],
  handle: (call) => decide(call, verdict),
}))

/** How many users one call may name. */
const MOST = 60

function decide(call: Call, verdict: Verdict): Reply {
  requirePlan(call.tenant, 'P2')
  for (const person of readUsers(call)) note(call, person, verdict)
  return { status: 204 }
}

function readUsers(call: Call): Person[] {
  const { userIds } = readJson(call.request)
  if (!Array.isArray(userIds) || userIds.length === 0 || !userIds.every((id) => typeof id === 'string'))
    throw badRequest('The property userIds must be a non-empty collection of user ids.')
  if (userIds.length > MOST) throw badRequest(`The number of user ids must not exceed ${MOST}.`)
  return (userIds as string[]).map((id) => {
    const person = call.tenant.world.directory.find(id)
    if (person?.id !== id.toLowerCase())
      throw new GraphError(404, 'ResourceNotFound', `User with id '${id}' does not exist.`)
    return person
  })
}

function note({ tenant, appId }: Call, person: Person, { activity, state, detail, level }: Verdict): void {
  const users = tenant.objects(riskyUsers)
  const { now } = tenant
  const known = users.find(person.id)
  const { history } = known ?? { history: [] }
  const decided = riskyUser(person, now, { level, state, detail, eventTypes: [] })
  users.put(person.id, {
    ...decided,
    history: [
      ...history,
      {
        id: tenant.newId('risk history'),
        riskDetail: detail,
        riskLastUpdatedDateTime: decided.riskLastUpdatedDateTime,
        riskLevel: level,
        riskState: state,
        initiatedBy: appId,
        activity: { detail, riskEventTypes: state === 'confirmedCompromised' ? ['adminConfirmedUserCompromised'] : [] },
      },
    ],
  })
  directoryAuditOf(tenant, {
    activityDisplayName: activity,
    category: 'Other',
    operationType: 'Update',
    by: { appId },
    loggedByService: 'Identity Protection',
    targets: [{ type: 'User', id: person.id, userPrincipalName: person.userPrincipalName, modified: [] }],
  })
}
