import { isoTime } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { FollowUp, HitOrigin, MailPerson, UnreachedCopy } from '#domain/follow-up.ts'
import type { Investigation, MailHit } from '#domain/investigation.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'
import { readInvestigation } from '#investigate/investigation.ts'

import type { InvestigationRun } from './engine.ts'
import { copiesOf } from './people/copies.ts'
import { followUp } from './people/follow-up.ts'
import { gapsOf, mergeEarlier, mergePeople } from './people/merge.ts'
import { reachCopies } from './people/reach.ts'

/**
 * What an investigation found is followed once its search has ended: who opened, answered, passed on and clicked it, and
 * where that put further copies, which become hits and are followed in turn. It adds to what is known and takes nothing away,
 * so it can be cut off and repeated; whatever Microsoft refuses is unknown or not reached, with the reason.
 */

/** Hits followed in one go: two reads each, twenty of those in a request. */
const PAGE = 1000
/** The newest that are followed; some 600 requests. */
const MOST_HITS = 5000
/** A forward of a forward of a forward… */
const DEEPEST = 5

/** Whether an investigation's hits are to be followed now: again where it watches and has found more. */
export function isFollowUpDue({ state, hits, followUp: asked }: Investigation): boolean {
  if (!asked) return false
  if (asked.state === 'running') return true
  if (state !== 'done' && state !== 'watching') return false
  return asked.state === 'waiting' || (asked.state === 'done' && hits > (asked.hits ?? 0))
}

/**
 * Follows the hits of an investigation where that is due. Ends `failed` where not even the directory can be asked.
 *
 * @throws AppError INVESTIGATION_NOT_FOUND, STORE_*; ConnectionClosed; the signal's reason when aborted.
 */
export async function followInvestigation(run: InvestigationRun): Promise<void> {
  const { records, tenantId, id, clock, signal } = run
  const investigation = await readInvestigation(records, tenantId, id)
  if (!isFollowUpDue(investigation)) return
  const { endedAt: _ended, failure: _failure, ...begun } = investigation.followUp!
  await note(run, { ...begun, state: 'running' })
  try {
    const end = await follow(run, investigation, begun.copies)
    await note(run, { ...begun, ...end, state: 'done', endedAt: isoTime(clock.now()) })
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof AppError) || error.code.startsWith('STORE_')) throw error
    await abandonFollowUp(run, reasonOf(error))
  }
}

/** Ends what was begun or waited for as `failed`. */
export async function abandonFollowUp(run: Omit<InvestigationRun, 'microsoft'>, failure: string): Promise<void> {
  const { records, tenantId, id, clock } = run
  const { followUp: asked } = await readInvestigation(records, tenantId, id)
  if (asked?.state !== 'waiting' && asked?.state !== 'running') return
  await note(run, { ...asked, state: 'failed', failure, endedAt: isoTime(clock.now()) })
}

async function note(run: Omit<InvestigationRun, 'microsoft'>, change: FollowUp): Promise<void> {
  const { records, tenantId, id } = run
  await records.investigations.note(tenantId, id, { followUp: change })
  run.onProgress?.(await readInvestigation(records, tenantId, id))
}

async function follow(
  run: InvestigationRun,
  { hits: total, connectionId }: Investigation,
  copiesBefore: number,
): Promise<Pick<FollowUp, 'hits' | 'copies' | 'unreached' | 'notes'>> {
  const { records, tenantId, id } = run
  const { settings = {} } = (await records.connections.read(tenantId, connectionId)) ?? {}
  const known = await newestHits(run)
  const earlier = new Map((await records.followUps.people(tenantId, id)).map((each) => [each.userPrincipalName, each]))
  const people = new Map<string, MailPerson>()
  const unreached = new Map<string, UnreachedCopy>()
  const followed = new Set<string>()
  let added = 0
  let fresh = [...known.values()].filter(isFollowed)
  let depth = 0
  for (; fresh.length > 0 && depth < DEEPEST; depth++) {
    const found = new Map<string, MailHit>()
    for (let start = 0; start < fresh.length; start += PAGE) {
      const page = fresh.slice(start, start + PAGE)
      for (const hit of page) followed.add(hit.id)
      const answer = await followPage(run, page, known, settings)
      for (const { sent: _sent, meetings: _meetings, ...person } of answer.people) {
        const before = people.get(person.userPrincipalName)
        people.set(person.userPrincipalName, before ? mergePeople(before, person) : person)
      }
      for (const copy of answer.unreached)
        unreached.set(`${copy.recipient} ${copy.internetMessageId || copy.hitId}`, copy)
      for (const hit of answer.hits) found.set(hit.id, hit)
      added += await records.investigations.addHits(tenantId, id, answer.hits)
    }
    const merged = [...people.values()].map((person) => {
      const before = earlier.get(person.userPrincipalName)
      return before ? mergeEarlier(before, person) : person
    })
    await records.followUps.write(tenantId, id, merged, [...unreached.values()])
    for (const [hitId, hit] of found) if (!known.has(hitId)) known.set(hitId, hit)
    fresh = [...found.values()].filter((hit) => isFollowed(hit) && !followed.has(hit.id))
  }
  if (followed.size === 0) await records.followUps.write(tenantId, id, [], [])
  return {
    hits: total + added,
    copies: copiesBefore + added,
    unreached: unreached.size,
    notes: [
      ...(total > MOST_HITS ? [`Only the newest ${MOST_HITS} of ${total} hits were followed.`] : []),
      ...(fresh.length > 0 ? [`It was forwarded more than ${DEEPEST} times on end, and followed no further.`] : []),
      ...gapsOf([...people.values()]),
    ],
  }
}

/** What is in Sent Items, or in a calendar, says nothing further of its owner. */
const FOLLOWED: ReadonlySet<HitOrigin> = new Set(['search', 'forward', 'reply'])
const isFollowed = ({ foundBy }: MailHit) => FOLLOWED.has(foundBy)

async function newestHits({ records, tenantId, id }: InvestigationRun): Promise<Map<string, MailHit>> {
  const known = new Map<string, MailHit>()
  for (let offset = 0; offset < MOST_HITS; offset += PAGE) {
    const page = await records.investigations.hits(tenantId, id, { limit: PAGE, offset })
    for (const hit of page) known.set(hit.id, hit)
    if (page.length < PAGE) break
  }
  return known
}

async function followPage(
  run: InvestigationRun,
  page: readonly MailHit[],
  known: ReadonlyMap<string, MailHit>,
  settings: ConnectionSettings,
) {
  const { microsoft, clock, id: investigationId, signal, concurrency = 256 } = run
  const options = { microsoft, hits: page, clock, settings, ...(signal && { signal }) }
  const people = await followUp(options)
  const { copies, unreached } = await copiesOf({ ...options, people })
  const reached = await reachCopies({
    microsoft,
    investigationId,
    copies,
    hits: known,
    settings,
    concurrency,
    ...(signal && { signal }),
  })
  return { people, hits: reached.hits, unreached: [...unreached, ...reached.unreached] }
}
