import { homeIp } from '#world/audit/records/record.ts'
import { occasions } from '#world/audit/schedule.ts'
import { random } from '#world/random.ts'
import { signInIds } from '#world/audit/records/entra.ts'
import type { LiveActivity } from '#world/audit/schedule.ts'
import type { Person } from '#world/directory.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { Surface, Trace } from '#world/surface.ts'
import type { World } from '#world/world.ts'

import { APPLICATIONS } from './sign-in-applications.ts'
import { entraEvent } from './everyday.ts'
import { inBlocks } from './blocks.ts'
import { localHour } from './places.ts'
import { programSignIn, userSignIn } from './sign-in-record.ts'
import { publishedAt } from './publication.ts'
import { travels } from './risk.ts'
import type { SignInKind, SignInRecord } from './sign-in-record.ts'

/**
 * The sign-in log as Graph has it, in four parts. Interactive sign-ins are the same events as the feed's `UserLoggedIn` and
 * `UserLoginFailed`: `id` there is `IntraSystemsId` here, `correlationId` `InterSystemsId`, `sessionId` the `SessionId` of the
 * device properties. A company of any size has some 6,000 of them a day before the epoch and twice as many after it, twice
 * that many in the background, and some hundred of applications: enough to page through, little enough to compute at once.
 */
export const signIns: Surface<SignInRecord> = { name: 'signIn', everyday: inBlocks(interactive) }
export const nonInteractiveSignIns: Surface<SignInRecord> = { name: 'signIn.nonInteractiveUser', everyday: background }
export const servicePrincipalSignIns: Surface<SignInRecord> = {
  name: 'signIn.servicePrincipal',
  everyday: (world, from, to, live) => ofApplications(world, from, to, live, 'servicePrincipal'),
}
export const managedIdentitySignIns: Surface<SignInRecord> = {
  name: 'signIn.managedIdentity',
  everyday: (world, from, to, live) => ofApplications(world, from, to, live, 'managedIdentity'),
}

/** By the value of `signInEventTypes`. */
export const SIGN_INS = {
  interactiveUser: signIns,
  nonInteractiveUser: nonInteractiveSignIns,
  servicePrincipal: servicePrincipalSignIns,
  managedIdentity: managedIdentitySignIns,
} as const satisfies Record<SignInKind, Surface<SignInRecord>>

/** A trace whose record is made when it is first looked at: of thousands that a window holds a page shows some. */
class Lazy implements Trace<SignInRecord> {
  readonly id: string
  readonly at: number
  readonly publishedAt: number
  readonly #make: () => SignInRecord
  #record: SignInRecord | undefined

  constructor(world: World, id: string, at: number, make: () => SignInRecord) {
    this.id = id
    this.at = at
    this.publishedAt = publishedAt(world, id, at)
    this.#make = make
  }

  get record(): SignInRecord {
    return (this.#record ??= this.#make())
  }
}

function* interactive(world: World, from: number, to: number, live: LiveActivity): Generator<Trace<SignInRecord>> {
  for (const occasion of occasions(world, live, 'Audit.AzureActiveDirectory', from, to)) {
    const event = entraEvent(occasion)
    if (!('signIn' in event)) continue
    const { signIn } = event
    yield new Lazy(world, signInIds(world, signIn.id).requestId, signIn.at, () => userSignIn(world, signIn))
  }
  yield* travels(world).flatMap(({ signIn }) => (signIn.at >= from && signIn.at < to ? [signIn] : []))
}

const MINUTE = 60_000

/** Starts of the minutes that touch [from, to), as far as anything happens in them. */
function* minutes(world: World, from: number, to: number, live: LiveActivity): Generator<number> {
  const end = live === 'off' ? Math.min(to, world.epoch) : to
  for (let minute = Math.floor(from / MINUTE) * MINUTE; minute < end; minute += MINUTE)
    if (live !== 'quiet' || minute < world.epoch || (minute / MINUTE) % 10 === 0) yield minute
}

/** Clients renew their tokens without asking anybody: most of it by day. */
function* background(world: World, from: number, to: number, live: LiveActivity): Generator<Trace<SignInRecord>> {
  for (const minute of minutes(world, from, to, live)) {
    const r = random(world.seed, 'background sign-ins', minute)
    const hour = localHour('Rotterdam', minute)
    for (let i = r.between(0, hour >= 7 && hour < 19 ? 22 : 6); i > 0; i--) {
      const id = r.guid()
      const at = minute + r.between(0, 59) * 1000
      const person = world.directory.at(r.between(0, world.directory.users - 1))
      if (at < from || at >= to) continue
      yield new Lazy(world, signInIds(world, id).requestId, at, () => renewal(world, person, id, at))
    }
  }
}

function renewal(world: World, person: Person, id: string, at: number): SignInRecord {
  const r = random(world.seed, 'renewal', id)
  const application = r.pick(APPLICATIONS)
  const sign: SignIn = {
    id,
    at,
    person,
    ip: homeIp(world, person),
    userAgent: 'Windows-AzureAD-Authentication-Provider/1.0',
    applicationId: application.id,
    resourceId: application.resourceId,
    sessionId: r.guid(),
    ...(r.chance(0.02) ? { error: { number: 50_076, word: 'UserStrongAuthClientAuthNRequiredInterrupt' } } : {}),
  }
  return userSignIn(world, sign, { kind: 'nonInteractiveUser', clientApp: 'Mobile Apps and Desktop clients' })
}

/** The company's own programs: each renews its token about once an hour. */
export const PROGRAMS = {
  servicePrincipal: ['Expense export', 'HR synchronization', 'Invoice archive', 'Terminal planning'],
  managedIdentity: ['berth-planner-function', 'customs-feed-vm'],
} as const

function* ofApplications(
  world: World,
  from: number,
  to: number,
  live: LiveActivity,
  kind: 'servicePrincipal' | 'managedIdentity',
): Generator<Trace<SignInRecord>> {
  for (const minute of minutes(world, from, to, live))
    for (const name of PROGRAMS[kind]) {
      const own = random(world.seed, 'program', name)
      const ids = { appId: own.guid(), servicePrincipalId: own.guid(), offset: own.between(0, 54) }
      const r = random(world.seed, 'program sign-in', name, minute)
      const at = minute + r.between(0, 59) * 1000
      if ((minute / MINUTE) % 55 !== ids.offset || at < from || at >= to) continue
      const id = r.guid()
      yield new Lazy(world, id, at, () => programSignIn(world, { ...ids, name }, id, at, kind))
    }
}
