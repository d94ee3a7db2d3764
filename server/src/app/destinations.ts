import { randomUUID } from 'node:crypto'
import { join } from 'node:path'

import { z } from 'zod'

import { type Clock, isoTime } from '#domain/clock.ts'
import type { DeadLetter, Destination, ForwardFilter } from '#domain/destination.ts'
import { AppError, type FormProblem, toAppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import { parseQuery } from '#domain/kql.ts'
import type { User } from '#domain/user.ts'
import { deliver } from '#forward/deliver.ts'
import type { DestinationKind, Sender } from '#forward/destination.ts'
import { queryOf } from '#forward/forward.ts'
import { testItem } from '#forward/test-event.ts'
import type { EventStore } from '#store/event-store.ts'
import type { RecordStore } from '#store/record-store.ts'

import { type Audit, differenceOf } from './audit.ts'
import { leaseKey } from './forwarding.ts'

/** A kind of destination, and what is to be known before it is chosen. */
export interface DestinationChoice {
  id: string
  title: string
  summary: string
  /** JSON Schema. */
  options: Record<string, unknown>
  secret?: { title: string; why: string }
}

/** A destination as lists show it. */
export interface DestinationState extends Destination {
  /** How many events wait, and since when the first of them does (ms); absent where no events are sent. */
  backlog?: { count: number; lagMs: number }
}

export interface NewDestination {
  name: string
  kind: string
  options: Record<string, unknown>
  secret?: string | undefined
  filter: ForwardFilter
  /** With what is stored already, or with what comes from now on. */
  from: 'beginning' | 'now'
}

export type DestinationChange = {
  [Key in 'name' | 'options' | 'secret' | 'filter' | 'isPaused']?: (NewDestination & Destination)[Key] | undefined
}

/** What a destination said to a test event. */
export interface DestinationTest {
  /** Of the event that was sent. */
  eventId: string
  ok: boolean
  /** The destination's own words. */
  answer?: string
  problem?: { code: string; what: string; why: string; fix: string }
}

/** @throws AppError DESTINATION_NOT_FOUND from every method that takes an id. */
export interface Destinations {
  choices(): DestinationChoice[]
  list(tenantId: TenantId): Promise<DestinationState[]>
  read(tenantId: TenantId, id: string): Promise<DestinationState>
  /** @throws AppError DESTINATION_OPTIONS_INVALID with every problem. */
  create(user: User, tenantId: TenantId, request: NewDestination): Promise<DestinationState>
  /** @throws AppError as `create`. */
  change(user: User, tenantId: TenantId, id: string, change: DestinationChange): Promise<DestinationState>
  remove(user: User, tenantId: TenantId, id: string): Promise<void>
  /** Sends one marked event, whether it is paused or not. */
  test(user: User, tenantId: TenantId, id: string): Promise<DestinationTest>
  deadLetters(tenantId: TenantId, id: string, page: { limit: number; offset: number }): Promise<DeadLetter[]>
  /** How many are tried again. */
  retryLetters(user: User, tenantId: TenantId, id: string): Promise<number>
  /** How many are gone for good. */
  discardLetters(user: User, tenantId: TenantId, id: string): Promise<number>
}

export interface DestinationParts {
  kinds: readonly DestinationKind[]
  records: Pick<RecordStore, 'destinations' | 'alertChanges' | 'leases'>
  events: Pick<EventStore, 'arrivals' | 'backlog'>
  audit: Audit
  clock: Clock
  /** Where destinations on this machine write: the data folder. */
  dataFolder: string
  /** Called after destinations were added, changed or removed. */
  changed(): Promise<void>
}

const NOTHING = { kind: 'or' as const, terms: [] }
const TEST_MS = 90_000

export function createDestinations(parts: DestinationParts): Destinations & { open: OpenDestination } {
  const { kinds, records, events, audit, clock, changed } = parts

  async function known(tenantId: TenantId, id: string): Promise<Destination> {
    const found = await records.destinations.read(tenantId, id)
    if (found) return found
    throw new AppError({
      code: 'DESTINATION_NOT_FOUND',
      what: 'There is nothing to work with.',
      why: `The tenant has no destination ${id}.`,
      fix: 'List its destinations with `npx cordon destinations list`, or open the Forwarding page.',
    })
  }

  /** What is wrong with a destination's settings, all of it. @throws AppError DESTINATION_OPTIONS_INVALID. */
  function checked(request: Pick<Destination, 'kind' | 'options' | 'filter'>, hasSecret: boolean): DestinationKind {
    const kind = kinds.find(({ id }) => id === request.kind)
    if (!kind) throw invalid([{ path: 'kind', message: `The kinds are ${kinds.map(({ id }) => id).join(', ')}.` }])
    const options = kind.options.safeParse(request.options)
    const problems: FormProblem[] = (options.error?.issues ?? []).map(({ path, message }) => ({
      path: ['options', ...path].join('.'),
      message,
    }))
    if (options.success && kind.secret?.isNeeded(options.data) && !hasSecret) {
      problems.push({ path: 'secret', message: `${kind.secret.title} is needed.` })
    }
    const { events: withEvents, alerts, query } = request.filter
    if (!withEvents && !alerts) problems.push({ path: 'filter', message: 'Neither events nor alerts are to be sent.' })
    try {
      parseQuery(query)
    } catch (error) {
      problems.push({ path: 'filter.query', message: toAppError(error, '').message })
    }
    if (problems.length > 0) throw invalid(problems)
    return kind
  }

  async function withBacklog(destination: Destination): Promise<DestinationState> {
    if (!destination.filter.events) return destination
    const { tenantId, id } = destination
    const { eventsAfter: after } = await records.destinations.readCursors(tenantId, id)
    try {
      const query = queryOf(destination)
      const { count, sinceMs } = await events.backlog(tenantId, { query, ...(after && { after }) })
      const lagMs = sinceMs === undefined ? 0 : Math.max(0, clock.now() - sinceMs)
      return { ...destination, backlog: { count, lagMs } }
    } catch (error) {
      // A query that is too much to count with hides neither the destination nor the others.
      if (error instanceof AppError && error.code.startsWith('QUERY_')) return destination
      throw error
    }
  }

  const open: OpenDestination = async (destination) => {
    const { tenantId, id, options, hasSecret } = destination
    const kind = checked(destination, hasSecret)
    const secret = await records.destinations.readSecret(tenantId, id)
    const sender = kind.open({
      tenantId,
      options: kind.options.parse(options),
      folder: join(parts.dataFolder, 'forward'),
      clock,
      ...(secret !== undefined && { secret }),
    })
    return { kind, sender }
  }

  return {
    open,

    choices: () =>
      kinds.map(({ id, title, summary, options, secret }) => ({
        id,
        title,
        summary,
        options: z.toJSONSchema(options, { io: 'input' }),
        ...(secret && { secret: { title: secret.title, why: secret.why } }),
      })),

    list: async (tenantId) => Promise.all((await records.destinations.list(tenantId)).map(withBacklog)),
    read: async (tenantId, id) => withBacklog(await known(tenantId, id)),

    async create(user, tenantId, { name, kind, options, secret, filter, from }) {
      checked({ kind, options, filter }, secret !== undefined)
      const destination: Destination = {
        tenantId,
        id: randomUUID(),
        name,
        kind,
        options,
        hasSecret: secret !== undefined,
        filter,
        isPaused: false,
        createdAt: isoTime(clock.now()),
        delivered: 0,
        deadLetters: 0,
      }
      // The place behind everything that is there now: nothing fits, so the whole is passed.
      const present =
        from === 'now'
          ? {
              eventsAfter: (await events.arrivals(tenantId, { query: NOTHING, limit: 1 })).next,
              alertsAfter: (await records.alertChanges(tenantId, undefined, 0)).next,
            }
          : {}
      await records.destinations.create(destination, { ...present, ...(secret !== undefined && { secret }) })
      await audit(user.name, 'destination.create', { id: destination.id, name, kind, filter, from }, tenantId)
      await changed()
      return withBacklog(destination)
    },

    async change(user, tenantId, id, { secret, ...change }) {
      const before = await known(tenantId, id)
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      const after: Destination = { ...before, ...given }
      checked(after, before.hasSecret || secret !== undefined)
      if (wouldLeak(before, after) && secret === undefined && before.hasSecret) {
        throw invalid([
          { path: 'secret', message: 'Another address needs the secret again: it is sent nowhere by accident.' },
        ])
      }
      await records.destinations.change(after, secret)
      const detail = {
        ...differenceOf(before, after, ['name', 'options', 'filter', 'isPaused']),
        ...(secret !== undefined && { secret: 'given anew' }),
      }
      await audit(user.name, 'destination.change', { id, ...detail }, tenantId)
      await records.leases.hurry(leaseKey(before))
      await changed()
      return withBacklog(await known(tenantId, id))
    },

    async remove(user, tenantId, id) {
      const { name } = await known(tenantId, id)
      await records.destinations.remove(tenantId, id)
      await audit(user.name, 'destination.remove', { id, name }, tenantId)
      await changed()
    },

    async test(user, tenantId, id) {
      const destination = await known(tenantId, id)
      const item = testItem(tenantId, clock.now())
      await audit(user.name, 'destination.test', { id, name: destination.name }, tenantId)
      try {
        const { sender } = await open(destination)
        await using _closing = { [Symbol.asyncDispose]: () => sender.close() }
        const { answer, refused } = await deliver(sender, [item], AbortSignal.timeout(TEST_MS))
        if (refused[0]) return { eventId: item.id, ok: false, problem: testRefused(refused[0].reason) }
        return { eventId: item.id, ok: true, answer }
      } catch (error) {
        const { code, what, why, fix } = toAppError(error, 'The test event was not delivered.')
        return { eventId: item.id, ok: false, problem: { code, what, why, fix } }
      }
    },

    async deadLetters(tenantId, id, page) {
      await known(tenantId, id)
      return records.destinations.deadLetters(tenantId, id, page)
    },

    async retryLetters(user, tenantId, id) {
      const destination = await known(tenantId, id)
      const count = await records.destinations.retryLetters(tenantId, id)
      await audit(user.name, 'destination.retry', { id, count }, tenantId)
      await records.leases.hurry(leaseKey(destination))
      await changed()
      return count
    },

    async discardLetters(user, tenantId, id) {
      await known(tenantId, id)
      const count = await records.destinations.discardLetters(tenantId, id)
      await audit(user.name, 'destination.discard', { id, count }, tenantId)
      return count
    },
  }
}

/** Opens a destination to send to. @throws AppError DESTINATION_OPTIONS_INVALID, STORE_KEY_WRONG. */
type OpenDestination = (destination: Destination) => Promise<{ kind: DestinationKind; sender: Sender }>

/** Whether the secret would go to somewhere else than where it was given for. */
function wouldLeak(before: Destination, after: Destination): boolean {
  return ['url', 'host'].some((name) => before.options[name] !== after.options[name])
}

function invalid(problems: FormProblem[]): AppError {
  return new AppError({
    code: 'DESTINATION_OPTIONS_INVALID',
    what: 'The destination was not saved.',
    why: problems.map(({ path, message }) => `${path}: ${message}`).join(' '),
    fix: 'Correct what is named; docs/guides/forward-events.md tells what each kind takes.',
    problems,
  })
}

function testRefused(reason: string): NonNullable<DestinationTest['problem']> {
  return {
    code: 'FORWARD_REFUSED',
    what: 'The destination refused the test event.',
    why: reason,
    fix: 'Correct at its end what it complains about: it would refuse real events too.',
  }
}
