import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { z } from 'zod'

import type { EmulatedCloud } from '#cli/commands/bench/emulated-cloud.ts'
import { isoTime, systemClock } from '#domain/clock.ts'

import { createDice } from './dice.ts'
import { drawFaults } from './faults.ts'
import { Ids, LOOKBACK_MS, Windows, type Window } from './orders.ts'
import { BENCH_FEEDS, truthOf } from './truth.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** As far as a server's clock may be wrong, either way. */
const SKEW = 10 * MINUTE
/** Longer than a window, and than the clocks differ: everything recent is listed once more. */
const SETTLE = HOUR + 3 * SKEW
/** Requests before the next thing happens: what a worker asks for in some seconds. */
const MOST_ASKED = 60
/** A worker whose feeds all wait after a failure asks for little. */
const ASKING_MS = 60_000
/** How long a run may take to settle once nothing is wrong any more. */
const PATIENCE_MS = 600_000

/** Nothing of these feeds becomes available later than two hours after it happened: a window seen so long after its end has it all. */
const LATE = 6 * HOUR

const ROLES = ['ActivityFeed.Read', 'ActivityFeed.ReadDlp', 'AuditLog.Read.All', 'Directory.Read.All']

/** What became of one run. All lists but `faults` and `explained` should be empty. */
export interface RunOutcome {
  seed: number
  feeds: string[]
  faults: string[]
  struck: number
  kills: number
  skewMin: number
  records: number
  lost: string[]
  doubled: string[]
  /** Stored, and in no truth. */
  invented: string[]
  unexplained: string[]
  explained: string[]
  seconds: number
}

/**
 * One run by its seed: some feeds, several faults at once, a wrong clock, time that goes on, and a worker that is killed; then
 * nothing is wrong any more, and what is stored must be what the emulator has made available. `template` is a data folder that
 * has been migrated.
 */
export async function runOnce(
  cloud: EmulatedCloud,
  { seed, folder, template }: { seed: number; folder: string; template: string },
): Promise<RunOutcome> {
  const begun = systemClock.now()
  const dice = createDice(seed)
  const data = join(folder, `run-${seed}`)
  await mkdir(data)
  await cp(template, data, { recursive: true })
  await cloud.control('/faults', undefined, 'DELETE')
  await cloud.control('/reset', {})

  const feeds = dice.some(BENCH_FEEDS, dice.whole(2, 3))
  const { names: faults, rules } = drawFaults(dice)
  const skewMs = dice.whole(-SKEW, SKEW)
  const kills = dice.whole(0, 2)
  let aheadMs = skewMs
  const start = () => startWorker({ data, cloudFile: cloud.cloudFile, tenantId: cloud.tenantId, aheadMs })
  let worker = start()
  const advance = async (ms: number) => {
    aheadMs += ms
    await cloud.control('/clock', { advanceMs: ms })
    await worker.ask({ kind: 'advance', ms })
  }
  try {
    const application = await cloud.register(ROLES)
    await worker.ask({ kind: 'connect', ...application, feeds })
    // The worker's first window begins no later than this.
    const since = systemClock.now() + SKEW - LOOKBACK_MS
    // Once every feed has begun: the first window of one that begins after the clock was moved on is a later one.
    await begunWindows(worker, feeds)
    await cloud.control('/faults', { rules })
    for (let kill = 0; kill < kills; kill++) {
      await asked(cloud, dice.whole(1, MOST_ASKED))
      await pause(dice.whole(0, 200))
      await worker.kill()
      worker = start()
      if (dice.next() < 0.7) await advance(dice.whole(MINUTE, 2 * HOUR))
    }
    await advance(dice.whole(MINUTE, 2 * HOUR))
    await asked(cloud, dice.whole(MOST_ASKED / 3, MOST_ASKED))

    const struck = (await rulesOf(cloud)).reduce((total, each) => total + each.struck, 0)
    await cloud.control('/faults', undefined, 'DELETE')
    const wanted = await truthOf(cloud, feeds, since)
    const settle = async () => {
      await advance(SETTLE)
      const span = { from: isoTime(since), to: isoTime(systemClock.now() + aheadMs) }
      return { span, windows: await settledWindows(worker, feeds, span) }
    }
    // A listing that was under way may not have seen all of that. It is over when all is settled, and the next one has.
    await settle()
    const { span, windows } = await settle()
    const ids = Ids.parse(await worker.ask({ kind: 'ids' }))
    const known = await truthOf(cloud, feeds, since - DAY)
    await worker.stop()
    const stored = new Set(ids)
    const gaps = windows.filter(({ state }) => state === 'gap')
    return {
      seed,
      feeds,
      faults,
      struck,
      kills,
      skewMin: Math.round(skewMs / MINUTE),
      records: stored.size,
      lost: [...wanted].filter((id) => !stored.has(id)),
      doubled: repeated(ids),
      invented: [...stored].filter((id) => !known.has(id)),
      unexplained: unexplained(windows, feeds, span),
      explained: gaps.flatMap(({ feed, from, reason }) => (isLasting(reason) ? [`${feed} ${from}: ${reason}`] : [])),
      seconds: (systemClock.now() - begun) / 1000,
    }
  } finally {
    await worker.kill()
    await rm(data, { recursive: true, force: true })
  }
}

const Rules = z.object({ rules: z.array(z.object({ seen: z.int(), struck: z.int() })) })

async function rulesOf(cloud: EmulatedCloud) {
  return Rules.parse(await cloud.control('/faults')).rules
}

/**
 * Resolves when the worker has asked for so much more, and not after some time: on a machine that is slow or busy a fault would else
 * strike nobody.
 */
async function asked(cloud: EmulatedCloud, requests: number): Promise<void> {
  const seen = async () => (await rulesOf(cloud))[0]!.seen
  const enough = (await seen()) + requests
  const deadline = systemClock.now() + ASKING_MS
  while ((await seen()) < enough && systemClock.now() < deadline) await pause(50)
}

function repeated(ids: readonly string[]): string[] {
  const seen = new Set<string>()
  return ids.filter((id) => seen.has(id) || !seen.add(id))
}

/** Waits until every feed has written down a window. */
async function begunWindows(worker: WorkerProcess, feeds: readonly string[]): Promise<void> {
  const deadline = systemClock.now() + PATIENCE_MS
  for (;;) {
    const windows = Windows.parse(await worker.ask({ kind: 'windows' }))
    if (feeds.every((feed) => windows.some((each) => each.feed === feed)) || systemClock.now() > deadline) return
    await pause(100)
  }
}

/** The windows once nothing is {@link unfinished}; as they are when that does not come about. */
async function settledWindows(worker: WorkerProcess, feeds: readonly string[], span: Span): Promise<Window[]> {
  const deadline = systemClock.now() + PATIENCE_MS
  for (;;) {
    const windows = Windows.parse(await worker.ask({ kind: 'windows' }))
    if (unfinished(windows, feeds, span).length === 0 || systemClock.now() > deadline) return windows
    await pause(200)
  }
}

/** Moments, ISO. */
interface Span {
  from: string
  to: string
}

const isLasting = (reason: string | undefined): boolean => reason?.startsWith('Lost: ') ?? false

/** Those that may still change, but for the newest of each feed, which is not over. */
function openWindows(windows: readonly Window[]): Window[] {
  return [...Map.groupBy(windows, ({ feed }) => feed).values()].flatMap((own) => {
    const newest = own.reduce((last, { to }) => (to > last ? to : last), '')
    return own.filter(
      ({ state, reason, to }) => (state === 'in-progress' && to !== newest) || (state === 'gap' && !isLasting(reason)),
    )
  })
}

/** Feeds whose windows do not reach from one end of the span to the other. */
function behind(windows: readonly Window[], feeds: readonly string[], span: Span): string[] {
  const reaches = (feed: string, holds: (window: Window) => boolean) =>
    windows.some((each) => each.feed === feed && holds(each))
  return feeds.filter(
    (feed) => !reaches(feed, ({ from }) => from <= span.from) || !reaches(feed, ({ to }) => to > span.to),
  )
}

/** Those that are to be listed once more for what came late, and have not been since the end of the span. */
function unseenWindows(windows: readonly Window[], { to: end }: Span): Window[] {
  return windows.filter(({ to, updatedAt }) => updatedAt < end && Date.parse(updatedAt) < Date.parse(to) + LATE)
}

/** What the worker still has to do before the span is settled. */
function unfinished(windows: readonly Window[], feeds: readonly string[], span: Span): string[] {
  return [
    ...behind(windows, feeds, span).map(
      (feed) => `${feed} does not cover ${span.from} to ${span.to} after ${PATIENCE_MS / 1000} s`,
    ),
    ...openWindows(windows).map(({ feed, from, reason }) => `${feed} ${from} is open: ${reason ?? 'no reason'}`),
    ...unseenWindows(windows, span).map(({ feed, from, updatedAt }) => `${feed} ${from} is as it was at ${updatedAt}`),
  ]
}

/** What a reader of the coverage could not understand: what stays unfinished, counts that disagree, holes between windows. */
function unexplained(windows: readonly Window[], feeds: readonly string[], span: Span): string[] {
  const byFeed = Map.groupBy(windows, ({ feed }) => feed)
  const disagreeing = windows.filter(({ state, listed, stored }) => state === 'complete' && listed !== stored)
  return [
    ...unfinished(windows, feeds, span),
    ...disagreeing.map(({ feed, from, listed, stored }) => `${feed} ${from} stored ${stored} of ${listed}`),
    ...[...byFeed].flatMap(([feed, own]) => {
      const sorted = own.toSorted((a, b) => a.from.localeCompare(b.from))
      return sorted.flatMap(({ from }, index) => {
        const before = sorted[index - 1]
        return before && before.to < from ? [`${feed} has nothing between ${before.to} and ${from}`] : []
      })
    }),
  ]
}
