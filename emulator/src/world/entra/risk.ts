import { listed } from '#world/objects.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { random } from '#world/random.ts'
import { signInIds } from '#world/audit/records/entra.ts'
import type { Kind } from '#world/objects.ts'
import type { Person } from '#world/directory.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { Surface, Trace } from '#world/surface.ts'
import type { World } from '#world/world.ts'

import { APPLICATIONS } from './sign-in-applications.ts'
import { locationOf, signInTrace } from './sign-in-record.ts'
import type { SignInRecord } from './sign-in-record.ts'

/**
 * Identity Protection: what it found suspicious, and whom it therefore holds at risk. A detection points at a sign-in by
 * `requestId` and `correlationId`; everyday ones are few and of low risk, a traveler or a new telephone.
 */
export const riskDetections: Surface<RiskDetection> = {
  name: 'riskDetection',
  everyday: (world, from, to) =>
    travels(world)
      .filter(({ at }) => at >= from && at < to)
      .map(({ detection }) => detection),
}

/** Everybody who is or was at risk. A scenario plants the victim; people act on them through Graph. */
export const riskyUsers: Kind<RiskyUser> = {
  name: 'riskyUser',
  born: listed(
    ({ id }) => id,
    (world) => travels(world).map(({ user }) => user),
  ),
}

/** In Graph's words; times in ISO 8601. */
export interface RiskDetection extends Record<string, unknown> {
  id: string
  userId: string
  userPrincipalName: string
  riskEventType: string
  riskState: string
  riskLevel: string
  activityDateTime: string
  detectedDateTime: string
  lastUpdatedDateTime: string
}

export interface RiskyUser {
  id: string
  isDeleted: boolean
  isProcessing: boolean
  riskDetail: string
  riskLastUpdatedDateTime: string
  riskLevel: string
  riskState: string
  userDisplayName: string
  userPrincipalName: string
  /** What came about before, oldest first. */
  history: readonly RiskHistoryItem[]
}

export interface RiskHistoryItem {
  id: string
  riskDetail: string
  riskLastUpdatedDateTime: string
  riskLevel: string
  riskState: string
  /** Id of who acted; null for Identity Protection itself. */
  initiatedBy: string | null
  activity: { detail: string | null; riskEventTypes: readonly string[] } | null
}

export interface RiskFinding {
  eventType: string
  level: 'low' | 'medium' | 'high'
  state?: string
  detail?: string
  city?: string
  /** Milliseconds after the sign-in; `realtime` below a minute. */
  delay?: number
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString()

/** What Identity Protection finds in a sign-in: for a scenario, `leave(riskDetections, riskDetectionTrace(world, sign, …))`. */
export function riskDetectionTrace(world: World, sign: SignIn, finding: RiskFinding): Trace<RiskDetection> {
  const { correlationId, requestId } = signInIds(world, sign.id)
  const { delay = 30_000, level, state = 'atRisk', detail = 'none', eventType } = finding
  const id = Buffer.from(random(world.seed, 'risk detection', sign.id, eventType).hex(64), 'hex').toString('hex')
  const detected = sign.at + delay
  const record = {
    id,
    activity: 'signin',
    activityDateTime: iso(sign.at),
    additionalInfo: JSON.stringify([
      { Key: 'userAgent', Value: sign.userAgent },
      { Key: 'alertUrl', Value: null },
    ]),
    correlationId,
    detectedDateTime: iso(detected),
    detectionTimingType: delay < 60_000 ? 'realtime' : delay < 600_000 ? 'nearRealtime' : 'offline',
    ipAddress: sign.ip,
    lastUpdatedDateTime: iso(detected),
    location: locationOf(finding.city ?? sign.person.office.office),
    requestId,
    riskDetail: detail,
    riskEventType: eventType,
    riskLevel: level,
    riskState: state,
    source: 'IdentityProtection',
    tokenIssuerType: 'AzureAD',
    userDisplayName: sign.person.displayName,
    userId: sign.person.id,
    userPrincipalName: sign.person.userPrincipalName,
  }
  return { id, at: detected, publishedAt: detected + 120_000, record }
}

/** A person at risk: for a scenario, `plant(riskyUsers, person.id, at, riskyUser(person, …))`. */
export const riskyUser = (
  person: Person,
  at: number,
  {
    level,
    state = 'atRisk',
    detail = 'none',
    eventTypes,
  }: {
    level: 'low' | 'medium' | 'high' | 'none'
    state?: string
    detail?: string
    eventTypes: readonly string[]
  },
): RiskyUser => ({
  id: person.id,
  isDeleted: false,
  isProcessing: false,
  riskDetail: detail,
  riskLastUpdatedDateTime: iso(at),
  riskLevel: level,
  riskState: state,
  userDisplayName: person.displayName,
  userPrincipalName: person.userPrincipalName,
  history: [
    {
      id: random('risk history', person.id, at).guid(),
      riskDetail: 'none',
      riskLastUpdatedDateTime: iso(at),
      riskLevel: level,
      riskState: 'atRisk',
      initiatedBy: null,
      activity: { detail: null, riskEventTypes: eventTypes },
    },
  ],
})

/** How many of the company traveled in the month before the epoch and were noticed for it. */
const TRAVELERS = 9
const HOUR = 3_600_000

interface Travel {
  at: number
  sign: SignIn
  signIn: Trace<SignInRecord>
  detection: Trace<RiskDetection>
  user: RiskyUser
}

/** Each traveler's sign-in from abroad, what was found in it, and what became of the traveler. */
export function travels(world: World): Travel[] {
  const chosen = new Map<number, Travel>()
  const r = random(world.seed, 'travels')
  while (chosen.size < TRAVELERS) {
    const person = world.directory.at(r.between(8, world.directory.users - 1))
    const at = Math.floor((world.epoch - r.between(6, 29 * 24) * HOUR) / 1000) * 1000
    chosen.set(person.index, travel(world, person, at))
  }
  return [...chosen.values()].sort((a, b) => a.at - b.at)
}

function travel(world: World, person: Person, signedInAt: number): Travel {
  const r = random(world.seed, 'travel', person.index)
  const application = r.pick(APPLICATIONS)
  const city = r.pick(['Antwerp', 'Porto', 'Singapore'])
  const eventType = r.pick(['unfamiliarFeatures', 'unlikelyTravel', 'newCountry'])
  const remediated = r.chance(0.6)
  const state = remediated ? 'remediated' : 'atRisk'
  const detail = remediated ? 'userPassedMFADrivenByRiskBasedPolicy' : 'none'
  const sign: SignIn = {
    id: r.guid(),
    at: signedInAt,
    person,
    ip: eventType === 'unfamiliarFeatures' ? homeIp(world, person) : `198.51.100.${r.between(200, 250)}`,
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
    applicationId: application.id,
    resourceId: application.resourceId,
    sessionId: r.guid(),
  }
  const risk = { level: 'low', state, detail, eventTypes: [eventType] } as const
  const signIn = signInTrace(world, sign, {
    city,
    device: 'unknown',
    mfa: remediated ? 'approved' : 'remembered',
    risk,
  })
  const detection = riskDetectionTrace(world, sign, {
    eventType,
    level: 'low',
    state,
    detail,
    city,
    delay: r.pick([30_000, 300_000, 2 * HOUR]),
  })
  const user = riskyUser(person, detection.at, {
    level: remediated ? 'none' : 'low',
    state,
    detail,
    eventTypes: [eventType],
  })
  return { at: detection.at, sign, signIn, detection, user }
}
