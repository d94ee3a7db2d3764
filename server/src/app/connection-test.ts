import { z } from 'zod'

import type { Feed } from '#collect/feed.ts'
import { testConnection } from '#connect/consent.ts'
import type { Cloud } from '#connect/clouds.ts'
import { readDirectoryRoles, roleFor } from '#connect/directory-roles.ts'
import { tryMailboxes } from '#connect/mailboxes.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { type Clock, isoTime } from '#domain/clock.ts'
import { toAppError } from '#domain/errors.ts'
import type {
  Connection,
  ConnectionTest,
  FeatureVerdict,
  PermissionDrift,
  PermissionVerdict,
  RequirementNeed,
  RequirementVerdict,
} from '#domain/tenant.ts'
import { USES } from '#domain/tenant.ts'

import { checkFeeds, type FeedCheck } from './feed-checks.ts'
import { type Feature, needsOf, whyNotOffered } from './permissions.ts'

/** Consent takes some minutes to reach all of Microsoft's servers, at times a quarter of an hour. */
const SPREADS_MS = 15 * 60_000

/** Who asks: a person, the wait for consent to spread, or the daily watch. */
export type TestedBy = 'person' | 'wait' | 'watch'

export interface TestParts {
  connection: Connection
  microsoft: Microsoft
  cloud: Cloud
  feeds: readonly Feed[]
  feedSecrets: Readonly<Record<string, string>>
  features: readonly Feature[]
  clock: Clock
  by: TestedBy
}

/**
 * Finds out what a connection to Microsoft 365 can do: a verdict per permission, per requirement, per mailbox, and from these one
 * per feature that it is for. Never throws for what Microsoft answers.
 */
export async function explainConnection(parts: TestParts): Promise<ConnectionTest> {
  const { connection, microsoft, cloud, feeds, feedSecrets, clock, by } = parts
  const { settings, lastTest } = connection
  const features = featuresOf(connection, parts.features)
  const offered = features.filter((feature) => whyNotOffered(feature, cloud) === undefined)
  const { roles, status, ...tested } = await testConnection({
    microsoft,
    needs: needsOf(offered),
    clock,
    mailboxes: (graphRoles) => tryMailboxes(microsoft, settings, graphRoles),
  })
  const test = { ...tested, verdicts: spareActions(connection, offered, tested.verdicts) }
  const isIn = Object.keys(roles).length > 0
  const wanted = offered.filter((feature) => !lacking(feature, test.verdicts).some(isSpared))
  const requirements = isIn ? await judgeRequirements(wanted, microsoft) : []
  const works = isIn ? feeds.filter(({ id }) => isAllowed(offered, id, test.verdicts)) : []
  const checks = await checkFeeds(works, { microsoft, clock, settings, feedSecrets })
  const verdicts = features.map((feature) =>
    judgeFeature(feature, {
      cloud,
      verdicts: test.verdicts,
      requirements,
      check: checks.find(({ feed }) => feed === feature.id),
    }),
  )
  // What a missing permission limits is told by its verdict; what works another way without something else is well.
  const isWell =
    test.verdicts.every(({ verdict }) => verdict === 'granted' || verdict === 'not-granted') &&
    verdicts.every(({ verdict }) => verdict !== 'blocked') &&
    test.mailboxes.every(({ verdict }) => verdict !== 'otherwise')
  const baseline = (by === 'watch' && lastTest?.baseline) || { ...lastTest?.baseline, ...roles }
  const drift = driftOf(baseline, roles)
  const waitsUntil = mayBeSpreading(test.verdicts, connection) ? waitEnd(by, lastTest, clock) : undefined
  return {
    ...test,
    status: status === 'failed' ? status : isWell ? 'ok' : 'partial',
    requirements,
    features: verdicts,
    baseline,
    ...(drift.length > 0 && { drift }),
    ...(waitsUntil !== undefined && { waitsUntil }),
  }
}

/** What the connection is for: its feeds, and the search and the actions unless it is for something else. */
export function featuresOf(
  { feeds, settings }: Pick<Connection, 'feeds' | 'settings'>,
  all: readonly Feature[],
): Feature[] {
  const uses = settings.uses ?? USES
  return all.filter(({ id, use }) => uses.includes(use) && (use !== 'collect' || feeds.includes(id)))
}

/**
 * An action that the application was not allowed is a choice and no fault: nobody has to let Cordon do everything. Only
 * where somebody said that the connection is for acting, and it may do nothing at all, something is missing.
 */
function spareActions(
  { settings }: Connection,
  offered: readonly Feature[],
  verdicts: readonly PermissionVerdict[],
): PermissionVerdict[] {
  const actions = offered.filter(({ use }) => use === 'respond')
  const mayAct = actions.some((action) => lacking(action, verdicts).length === 0)
  if (settings.uses?.includes('respond') && !mayAct) return [...verdicts]
  return verdicts.map((found) =>
    found.feature === 'respond' && found.verdict === 'missing' ? { ...found, verdict: 'not-granted' } : found,
  )
}

const isSpared = ({ verdict }: PermissionVerdict) => verdict === 'not-granted'

function isAllowed(offered: readonly Feature[], id: string, verdicts: readonly PermissionVerdict[]): boolean {
  const feature = offered.find((candidate) => candidate.id === id)
  return feature !== undefined && lacking(feature, verdicts).length === 0
}

function lacking(feature: Feature, verdicts: readonly PermissionVerdict[]): PermissionVerdict[] {
  return feature.permissions.flatMap(({ resource, permission }) =>
    verdicts.filter(
      (found) =>
        found.feature === feature.use &&
        found.resource === resource &&
        found.permission === permission &&
        found.verdict !== 'granted',
    ),
  )
}

function judgeFeature(
  feature: Feature,
  found: {
    cloud: Cloud
    verdicts: readonly PermissionVerdict[]
    requirements: readonly RequirementVerdict[]
    check: FeedCheck | undefined
  },
): FeatureVerdict {
  const { id, title, use } = feature
  const say = (verdict: FeatureVerdict['verdict'], detail: string, fix?: string): FeatureVerdict => ({
    id,
    title,
    use,
    verdict,
    detail,
    ...(fix !== undefined && { fix }),
  })
  const why = whyNotOffered(feature, found.cloud)
  if (why !== undefined) return say('not-offered', why)
  const lacks = lacking(feature, found.verdicts)
  const spared = lacks.filter(isSpared)
  if (spared.length > 0) {
    const names = spared.map(({ permission }) => permission).join(', ')
    return say('not-granted', `Not offered through this connection without ${names}.`)
  }
  const missing = lacks.filter(({ verdict }) => verdict === 'missing')
  if (missing.length > 0) {
    const names = missing.map(({ permission }) => permission).join(', ')
    const works = feature.isDivisible && missing.length < feature.permissions.length
    return say(works ? 'limited' : 'blocked', `${names} is missing.`, missing[0]?.fix)
  }
  const unmet = found.requirements.find(({ verdict, neededBy }) => verdict === 'missing' && neededBy.includes(title))
  if (unmet) return say(feature.isDivisible ? 'limited' : 'blocked', unmet.detail, unmet.fix)
  const problem = found.check?.problems[0]
  if (problem) return say('blocked', problem.why, problem.fix)
  const [unknown] = lacks
  if (unknown) return say('unknown', unknown.detail, unknown.fix)
  return say('ready', found.check ? found.check.detail : 'All its permissions are granted.')
}

/** Every requirement once, for all that need it. */
async function judgeRequirements(features: readonly Feature[], microsoft: Microsoft): Promise<RequirementVerdict[]> {
  const once = new Map<string, RequirementNeed & { neededBy: string[] }>()
  for (const { title, requirements } of features) {
    for (const requirement of requirements) {
      const key = `${requirement.kind} ${requirement.name}`
      const known = once.get(key) ?? { ...requirement, neededBy: [] }
      once.set(key, { ...known, neededBy: [...known.neededBy, title] })
    }
  }
  const held = await readDirectoryRoles(microsoft).catch(() => undefined)
  return Promise.all(
    [...once.values()].map(async (need) => ({ ...need, ...(await judgeRequirement(need, microsoft, held)) })),
  )
}

type Judged = Pick<RequirementVerdict, 'verdict' | 'detail' | 'fix'>

async function judgeRequirement(
  need: RequirementNeed,
  microsoft: Microsoft,
  held: string[] | undefined,
): Promise<Judged> {
  if (need.kind === 'directory-role') return judgeRole(need.name, held)
  if (need.kind === 'service-principal') return judgePrincipal(need.name, microsoft)
  return { verdict: 'unknown', detail: 'Microsoft tells no application beforehand; the feed says so when it is tried.' }
}

function judgeRole(name: string, held: string[] | undefined): Judged {
  if (!held) return { verdict: 'unknown', detail: 'The token that Entra issued is not one whose roles can be read.' }
  const role = roleFor(name, held)
  if (role !== undefined) return { verdict: 'met', detail: `The application holds ${role}.` }
  return {
    verdict: 'missing',
    detail: `The application holds ${held.length > 0 ? held.join(', ') : 'no directory role'}, not ${name}.`,
    fix: `In https://entra.microsoft.com open Roles & admins > ${name} > Add assignments, and choose the application.`,
  }
}

async function judgePrincipal(appId: string, microsoft: Microsoft): Promise<Judged> {
  const what = `Could not look for the service principal of ${appId}.`
  const path = `/v1.0/servicePrincipals(appId='${appId}')?$select=id`
  try {
    await microsoft.json({ api: 'graph', path, what, permission: 'Application.Read.All' }, z.unknown())
    return { verdict: 'met', detail: 'Its service principal is in the tenant.' }
  } catch (error) {
    const { code, why } = toAppError(error, what)
    const fix = `az ad sp create --id ${appId}`
    if (code === 'CONNECT_NOT_FOUND')
      return { verdict: 'missing', detail: `${appId} has no service principal here.`, fix }
    return { verdict: 'unknown', detail: `It cannot be looked up: ${why}`, fix }
  }
}

/** A token issued a moment ago may lack what was consented a moment ago; so may Entra a secret or a certificate. */
function mayBeSpreading(verdicts: readonly PermissionVerdict[], { pendingCertificate }: Connection): boolean {
  return (
    pendingCertificate !== undefined ||
    verdicts.some(
      ({ verdict, microsoftCode = '' }) =>
        verdict === 'missing' || /^AADSTS(700016|7000215|7000229|700027)$/.test(microsoftCode),
    )
  )
}

function waitEnd(by: TestedBy, lastTest: ConnectionTest | undefined, clock: Clock): string | undefined {
  if (by === 'person') return isoTime(clock.now() + SPREADS_MS)
  const until = lastTest?.waitsUntil
  return until !== undefined && Date.parse(until) > clock.now() ? until : undefined
}

/** What came and went; of resources whose token could not be had nothing is said. */
function driftOf(before: Record<string, string[]>, now: Record<string, string[]>): PermissionDrift[] {
  return Object.entries(now).flatMap(([resource, roles]) => {
    const known = before[resource]
    if (!known) return []
    const lost = known.filter((role) => !roles.includes(role))
    const gained = roles.filter((role) => !known.includes(role))
    return [
      ...lost.map((permission) => ({ resource, permission, change: 'lost' as const })),
      ...gained.map((permission) => ({ resource, permission, change: 'gained' as const })),
    ]
  })
}
