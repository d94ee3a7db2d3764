import { changed, foundRisky, heldAtRisk, newRule, recordId, together } from '#scenarios/deeds.ts'
import { consentActivities, consentObjects } from '#scenarios/consent.ts'
import { directoryAuditTrace, directoryAudits } from '#world/entra/directory-audits.ts'
import { GLOBAL_ADMINISTRATOR, assignmentId, roleAssignments } from '#world/roles.ts'
import { inboxRules, ruleKey } from '#world/mail/rules.ts'
import { leave } from '#world/surface.ts'
import { plant } from '#world/objects.ts'
import { random } from '#world/random.ts'
import { signIns } from '#world/entra/sign-ins.ts'
import { signInTrace } from '#world/entra/sign-in-record.ts'
import type { Consent } from '#scenarios/consent.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { DirectoryActivity } from '#world/entra/directory-activity.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'

const SCOPE = 'Mail.Read offline_access'

/** Hard to see in a list. */
export const RULE = '.'

export const ABROAD = { city: 'Lagos', network: 64_505 }

export const MINUTE = 60_000

/** No second factor was asked for; Identity Protection noticed the place. */
export function gotIn(world: World, sign: SignIn): Deed {
  const risk = { level: 'high', eventTypes: ['unfamiliarFeatures'] } as const
  return together(
    { traces: [leave(signIns, signInTrace(world, sign, { ...ABROAD, mfa: 'not asked', risk }))] },
    foundRisky(world, sign, { eventType: 'unfamiliarFeatures', level: 'high', city: ABROAD.city }),
    heldAtRisk(sign.person, sign.at + 30_000, risk),
  )
}

/** The rule, before it is planted. */
export const deletingRule = (world: World) => {
  const { victim, drop } = castOf(world)
  return newRule(world, victim, {
    displayName: RULE,
    conditions: { bodyOrSubjectContains: ['invoice', 'payment', 'security'] },
    actions: { forwardTo: [{ name: drop, address: drop }], delete: true },
  })
}

/** The rule is there from then on. */
export function ruleMade(world: World, at: number): Deed {
  const { id, value } = deletingRule(world)
  return { objects: [plant(inboxRules, ruleKey(castOf(world).victim, id), at, value)] }
}

/** The application's service principal has the id that the record names. */
export function consentOf(world: World): Consent {
  const { victim, ip, application, start } = castOf(world)
  return {
    key: 'account-takeover',
    at: start + 55 * MINUTE,
    by: victim,
    ip,
    application: {
      id: application.id,
      appId: application.id,
      displayName: application.name,
      appOwnerOrganizationId: recordId(world, 'account-takeover', 'home tenant'),
      publisher: application.name,
      replyUrls: ['https://mail-backup-pro.example/callback'],
    },
    scope: SCOPE,
  }
}

/** The consent's own record is there already; what the directory did for it is told by records of its own. */
export function consentGiven(world: World, id: string, at: number): Deed {
  const consent = consentOf(world)
  const activities = consentActivities(world, consent)
  return together(
    ...activities.slice(0, -1).map((activity) => changed(world, activity)),
    { traces: [leave(directoryAudits, directoryAuditTrace(world, { ...activities.at(-1)!, id, at }))] },
    consentObjects(world, consent),
  )
}

/** The role, and what the directory’s log tells of it. */
export function roleGiven(world: World, id: string, at: number): Deed {
  const { victim, ip } = castOf(world)
  const assignment = {
    id: assignmentId(world.seed, victim.id, GLOBAL_ADMINISTRATOR),
    principalId: victim.id,
    roleDefinitionId: GLOBAL_ADMINISTRATOR,
    directoryScopeId: '/',
  }
  const objectId = random(world.seed, 'role').guid()
  const activity: DirectoryActivity = {
    id,
    at,
    activityDisplayName: 'Add member to role',
    category: 'RoleManagement',
    operationType: 'Assign',
    actor: victim,
    ip,
    targets: [
      {
        type: 'User',
        id: victim.id,
        userPrincipalName: victim.userPrincipalName,
        modified: [
          { name: 'Role.ObjectID', old: null, new: `"${objectId}"` },
          { name: 'Role.DisplayName', old: null, new: '"Global Administrator"' },
          { name: 'Role.TemplateId', old: null, new: `"${GLOBAL_ADMINISTRATOR}"` },
        ],
      },
      { type: 'Role', id: objectId, displayName: 'Global Administrator', modified: [] },
    ],
  }
  return {
    traces: [leave(directoryAudits, directoryAuditTrace(world, activity))],
    objects: [plant(roleAssignments, assignment.id, at, assignment)],
  }
}
