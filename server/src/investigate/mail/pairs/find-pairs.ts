import type { Microsoft } from '#connect/microsoft.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError, reasonOf } from '#domain/errors.ts'
import type { MailFilter } from '#domain/mail-filter.ts'

import { analyzedEmails } from './analyzed-emails.ts'
import { hunting } from './hunting.ts'
import { messageTrace } from './message-trace.ts'
import type { MailPair, PairSource, PairSourceName, Sighting, Term } from './pair.ts'
import { planFor, type Plan } from './plan.ts'

export interface PairAnswer {
  /** Who gave the answer; of several that each know a part, the one that gave the most. */
  source: PairSourceName | 'none'
  /** Each once. Whether a mail is a hit shows when it is looked at: sources are asked for no less than the filter. */
  pairs: MailPair[]
  /** False where content conditions, age or a limit mean that other copies may exist: a scan must follow. */
  complete: boolean
  /** What came of each source. */
  tried: { source: PairSourceName; outcome: string }[]
}

export interface FindPairs {
  microsoft: Microsoft
  filter: MailFilter
  clock: Clock
  signal?: AbortSignal
}

/** Freshest and cheapest first. */
const SOURCES: readonly PairSource[] = [messageTrace, hunting, analyzedEmails]

/**
 * Who got the mail, by Microsoft's own records. Sources that can answer for all of the filter are asked in turn until one
 * knows everything, and what they know is put together; only where none of them answers, those that know a part are asked.
 *
 * A refusal (no permission, no license, not set up, throttled for too long) is an outcome, in Microsoft's words. Copies
 * that a user or a program put into a mailbox without sending them are in no record of deliveries.
 *
 * @throws the signal's reason when aborted.
 */
export async function findPairs(options: FindPairs): Promise<PairAnswer> {
  const now = options.clock.now()
  const plans = SOURCES.map((source) => planFor(source, options.filter, now))
  const tried = new Map<PairSourceName, string>()
  for (const plan of plans) if ('unable' in plan) tried.set(plan.source.name, `Not asked: ${plan.unable}`)

  const answers: Answer[] = []
  for (const kind of ['exact', 'hint'] as const) {
    for (const plan of plans) {
      if ('unable' in plan || plan.kind !== kind) continue
      const answer = await ask(plan, options, now)
      tried.set(plan.source.name, answer.outcome)
      if (answer.complete) return toAnswer([answer], tried)
      if (answer.answered) answers.push(answer)
    }
    if (answers.length > 0) break
  }
  return toAnswer(answers, tried)
}

interface Answer {
  source: PairSourceName
  /** False when nothing came but a refusal. */
  answered: boolean
  sightings: Sighting[]
  complete: boolean
  outcome: string
}

async function ask(
  { source, kind, gaps, question }: Plan,
  { microsoft, signal }: FindPairs,
  now: number,
): Promise<Answer> {
  const sightings: Sighting[] = []
  const questionNow = { ...question, microsoft, ...(signal && { signal }) }
  const { problem, answered } = await source
    .ask(questionNow, (sighting) => sightings.push(sighting))
    .then((limit) => ({ problem: limit, answered: true }))
    .catch((error: unknown) => {
      signal?.throwIfAborted()
      if (!(error instanceof AppError)) throw error
      return { problem: reasonOf(error), answered: sightings.length > 0 }
    })
  const ageMatters = kind === 'hint' || !knowsEveryMessage(question.branches, sightings, now - source.delayMs)
  const open = [...(problem === undefined ? [] : [problem]), ...(ageMatters ? gaps : [])]
  const count = pairsOf(sightings).length
  const result = answered ? `Found ${count} ${count === 1 ? 'copy' : 'copies'}.` : 'Refused.'
  return {
    source: source.name,
    answered,
    sightings,
    complete: answered && open.length === 0,
    outcome: [result, ...open].join(' '),
  }
}

/**
 * Whether age matters no more: all that was asked for are messages by their network message ids, each was found, and was
 * delivered long enough ago. Such a message has no other deliveries, however far the filter's dates reach.
 */
function knowsEveryMessage(branches: readonly Term[][], sightings: readonly Sighting[], published: number): boolean {
  return branches.every((branch) => {
    const id = branch.find(({ networkMessageId }) => networkMessageId !== undefined)?.networkMessageId
    const deliveries = sightings.filter(({ networkMessageId }) => networkMessageId === id)
    return deliveries.length > 0 && deliveries.every(({ at }) => at <= published)
  })
}

/** One for each message and recipient, with all that is told of it; where the tellings differ, a copy in a mailbox counts. */
function pairsOf(sightings: readonly Sighting[]): MailPair[] {
  const found = new Map<string, MailPair>()
  for (const { at: _, ...pair } of sightings) {
    if (pair.location === undefined) continue
    const key = `${pair.networkMessageId} ${pair.recipient}`
    const known = found.get(key)
    const isLikelier = known === undefined || likelihood(pair) > likelihood(known)
    found.set(key, isLikelier ? { ...known, ...pair } : { ...pair, ...known })
  }
  return [...found.values()]
}

/** How sure it is that there is a copy to be touched. */
function likelihood({ location }: MailPair): number {
  const order = ['external', 'quarantine', 'pending', 'sent', 'deleted', 'junk', 'mailbox']
  return order.indexOf(location ?? '')
}

function toAnswer(answers: readonly Answer[], tried: ReadonlyMap<PairSourceName, string>): PairAnswer {
  const [most] = answers.toSorted((a, b) => b.sightings.length - a.sightings.length)
  return {
    source: most?.source ?? 'none',
    pairs: pairsOf(answers.flatMap(({ sightings }) => sightings)),
    complete: answers.some(({ complete }) => complete),
    tried: SOURCES.map(({ name }) => ({ source: name, outcome: tried.get(name) ?? 'Not asked: there is an answer.' })),
  }
}
