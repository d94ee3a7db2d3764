import type { Clock } from '#domain/clock.ts'
import type { FollowUp, MailPerson, UnreachedCopy } from '#domain/follow-up.ts'
import type { TenantId } from '#domain/ids.ts'
import type {
  Investigation,
  InvestigationDuration,
  InvestigationDay,
  InvestigationMailbox,
  InvestigationMethod,
  MailHit,
  MailTargets,
} from '#domain/investigation.ts'
import type { MailFilter } from '#domain/mail-filter.ts'
import type { User } from '#domain/user.ts'
import {
  askFollowUp,
  createInvestigation,
  pauseInvestigation,
  readInvestigation,
  resumeInvestigation,
  stopInvestigation,
} from '#investigate/investigation.ts'
import { estimateInvestigation, type InvestigationEstimate } from '#investigate/mail/estimate.ts'
import type { MailboxPage, PeopleCount, RecordStore } from '#store/record-store.ts'

import type { Audit } from './audit.ts'
import type { Bus } from './bus.ts'
import { chooseConnection } from './connection-uses.ts'
import type { Microsofts } from './microsofts.ts'

export interface NewInvestigation {
  name: string
  /** Needed only where the tenant has several. */
  connectionId?: string | undefined
  filter: MailFilter
  targets: MailTargets
  method: InvestigationMethod
  duration: InvestigationDuration
  /** Follow what is found once the search has ended. */
  followUp?: boolean | undefined
}

/** Mailboxes of an investigation, a page of them, with how many there are in each state. */
export interface MailboxesShown {
  mailboxes: InvestigationMailbox[]
  counts: Partial<Record<InvestigationMailbox['state'], number>>
}

/** Who did what with the mails of an investigation, a page of them, and the copies that could not be reached. */
export interface PeopleShown {
  /** Absent where nobody asked for it. */
  followUp?: FollowUp
  people: MailPerson[]
  counts: PeopleCount
  unreached: UnreachedCopy[]
}

const NOT_STARTED = 'The investigation was not started.'

/** @throws AppError INVESTIGATION_NOT_FOUND from every method that takes an id. */
export interface Investigations {
  /** Newest first. */
  list(tenantId: TenantId): Promise<Investigation[]>
  /** Starts at once. @throws AppError INVESTIGATION_FILTER_MISSING, CONNECTION_NOT_FOUND, CONNECTION_USE_WRONG, REQUEST_INVALID. */
  create(user: User, tenantId: TenantId, request: NewInvestigation): Promise<Investigation>
  /** What it would cost: asks Microsoft how many mailboxes there are. @throws as create, and CONNECT_*. */
  estimate(tenantId: TenantId, request: Omit<NewInvestigation, 'name'>): Promise<InvestigationEstimate>
  read(tenantId: TenantId, id: string): Promise<Investigation>
  stop(user: User, tenantId: TenantId, id: string): Promise<Investigation>
  /** @throws AppError INVESTIGATION_STATE_WRONG. */
  pause(user: User, tenantId: TenantId, id: string): Promise<Investigation>
  /** @throws AppError INVESTIGATION_STATE_WRONG. */
  resume(user: User, tenantId: TenantId, id: string): Promise<Investigation>
  /** The same again, over what is there now. */
  duplicate(user: User, tenantId: TenantId, id: string): Promise<Investigation>
  /** Follows what was found, now or when the search has ended. */
  followUp(user: User, tenantId: TenantId, id: string): Promise<Investigation>
  people(tenantId: TenantId, id: string, page: { limit: number; offset: number }): Promise<PeopleShown>
  mailboxes(tenantId: TenantId, id: string, page: MailboxPage): Promise<MailboxesShown>
  hits(tenantId: TenantId, id: string, page?: { limit: number; offset: number }): Promise<MailHit[]>
  /** Newest first, of the last quarter. */
  days(tenantId: TenantId, id: string): Promise<InvestigationDay[]>
}

export function createInvestigations(parts: {
  records: RecordStore
  /** Has it run to its end, in this process or another. */
  start: (tenantId: TenantId, id: string) => Promise<void>
  microsofts: Microsofts
  audit: Audit
  bus: Bus
  clock: Clock
}): Investigations {
  const { records, start, microsofts, audit, bus, clock } = parts

  async function create(user: User, tenantId: TenantId, { name, connectionId, ...request }: NewInvestigation) {
    const connections = await records.connections.list(tenantId)
    const investigation = await createInvestigation(records, clock, {
      tenantId,
      connectionId: chooseConnection(connections, { use: 'investigate', id: connectionId, what: NOT_STARTED }).id,
      name,
      ...request,
      createdBy: user.name,
    })
    const { id, targets, duration, followUp } = investigation
    await audit(
      user.name,
      'investigation.create',
      { id, name, targets: targets.kind, duration: duration.kind, ...(followUp && { followUp: true }) },
      tenantId,
    )
    bus.publish(tenantId, { kind: 'investigation', investigation })
    await start(tenantId, id)
    return investigation
  }

  /** What a person decided about an investigation that is there. */
  async function tell(user: User, verb: 'stop' | 'pause' | 'resume' | 'follow-up', investigation: Investigation) {
    const { tenantId, id } = investigation
    await audit(user.name, `investigation.${verb}`, { id }, tenantId)
    bus.publish(tenantId, { kind: 'investigation', investigation })
    // Also one that was told to stop: nothing of it may be under way that would see it.
    if (verb !== 'pause') await start(tenantId, id)
    return investigation
  }

  return {
    list: (tenantId) => records.investigations.list(tenantId, 200),

    create,

    async estimate(tenantId, { connectionId, ...request }) {
      const connections = await records.connections.list(tenantId)
      const { id } = chooseConnection(connections, { use: 'investigate', id: connectionId, what: NOT_STARTED })
      const microsoft = await microsofts.open(tenantId, id)
      return estimateInvestigation(microsoft, clock, request)
    },

    read: (tenantId, id) => readInvestigation(records, tenantId, id),

    stop: async (user, tenantId, id) => tell(user, 'stop', await stopInvestigation(records, tenantId, id)),
    pause: async (user, tenantId, id) => tell(user, 'pause', await pauseInvestigation(records, tenantId, id)),
    resume: async (user, tenantId, id) => tell(user, 'resume', await resumeInvestigation(records, tenantId, id)),

    async duplicate(user, tenantId, id) {
      const { name, connectionId, filter, targets, method, duration, followUp } = await readInvestigation(
        records,
        tenantId,
        id,
      )
      const same = { connectionId, filter, targets, method, duration, followUp: followUp !== undefined }
      return create(user, tenantId, { name: `${name} (again)`, ...same })
    },

    followUp: async (user, tenantId, id) => tell(user, 'follow-up', await askFollowUp(records, clock, tenantId, id)),

    async people(tenantId, id, page) {
      const { followUp } = await readInvestigation(records, tenantId, id)
      const [people, counts, unreached] = await Promise.all([
        records.followUps.people(tenantId, id, page),
        records.followUps.count(tenantId, id),
        records.followUps.unreached(tenantId, id),
      ])
      return { ...(followUp && { followUp }), people, counts, unreached }
    },

    async mailboxes(tenantId, id, page) {
      await readInvestigation(records, tenantId, id)
      const counts = await records.investigations.countMailboxes(tenantId, id)
      return { mailboxes: await records.investigations.mailboxes(tenantId, id, page), counts }
    },

    async days(tenantId, id) {
      await readInvestigation(records, tenantId, id)
      return records.investigations.days(tenantId, id, 92)
    },

    async hits(tenantId, id, page) {
      await readInvestigation(records, tenantId, id)
      return records.investigations.hits(tenantId, id, page)
    },
  }
}
